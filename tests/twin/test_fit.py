"""What a twin knows, and what it does not claim to know."""

from __future__ import annotations

import datetime
import importlib
import math
from dataclasses import replace

import numpy as np
import pytest

from sudomotor.diary import Diary, Entry
from sudomotor.errors import InputError
from sudomotor.twin import Check, fit
from sudomotor.twin.fit import share_of
from sudomotor.twin.priors import COUNT, INDEX, NAMES
from sudomotor.twin.synthetic import synthetic_diary
from sudomotor.twin.weigh import tells_hypotheses, weigh_hypotheses

# three a week for four weeks, then every nine days
SESSIONS = [(d, 15.0, 20.0) for d in range(5, 33) if d % 7 in (0, 2, 4)] + [
    (d, 15.0, 20.0) for d in range(33, 118, 9)
]


def person(**traits):
    """Standard normals of a middling person with some traits moved."""
    z = np.zeros(COUNT)
    for name, value in traits.items():
        z[INDEX[name]] = value
    return z


def test_the_same_call_gives_the_same_twin(diary, twin):
    again = fit(diary, seed=1)
    np.testing.assert_array_equal(again.z, twin.z)
    assert again.shares == twin.shares


def test_the_fit_passes_its_own_check(twin):
    assert twin.check.passed
    assert twin.check.method.startswith("laplace")
    assert "converged" in twin.check.words


def test_a_map_twin_says_that_it_is_unchecked(diary):
    quick = fit(diary, method="map", accounts=("charge",))
    assert not quick.check.passed
    assert "unchecked" in quick.check.words


def test_a_sampler_is_held_to_how_far_its_chains_agree():
    good, bad = (Check("nuts", math.nan, 500.0, 1.0, 9.0, rhat=rhat) for rhat in (1.004, 1.31))
    assert good.passed
    assert "has converged (nuts)" in good.words
    assert "R-hat = 1.004 (trusted up to 1.03)" in good.words
    assert not bad.passed
    assert "NOT converged" in bad.words
    assert "R-hat = 1.310" in bad.words
    assert "--method nuts" not in bad.words
    both = Check("laplace and smc", 0.9, 500.0, 1.0, 9.0, rhat=1.004)
    assert not both.passed
    assert "k = 0.90" in both.words
    unknown = Check("nuts", math.nan, 500.0, 1.0, 9.0)
    assert not unknown.passed
    assert "not known" in unknown.words


@pytest.mark.parametrize("order", [("charge", "acid"), ("acid", "charge")])
def test_the_check_is_of_the_account_that_is_worst_whatever_their_order(diary, monkeypatch, order):
    """One account keeps its importance weights, the other is sampled in full, by chains that disagree."""
    module = importlib.import_module("sudomotor.twin.fit")
    weighed = module.importance
    count = iter(range(9))

    def doubtful(*given, **named):
        return replace(weighed(*given, **named), pareto_k=0.9 if order[next(count)] == "acid" else 0.1)

    def sampled(_at, _peak, quick, _method, _seed):
        return replace(quick, pareto_k=math.nan, rhat=1.2, method="smc")

    monkeypatch.setattr(module, "importance", doubtful)
    monkeypatch.setattr(module, "sample", sampled)
    check = fit(diary, accounts=order, draws=20).check
    assert (check.pareto_k, check.rhat) == (0.1, 1.2)
    assert not check.passed


def test_a_twin_of_more_people_is_worked_out_from_more_draws(diary, twin):
    few, many = (fit(diary, accounts=("charge",), draws=count) for count in (400, 4000))
    assert few.check.ess < 1000 < 2000 <= many.check.ess
    assert many.check.passed
    assert many.draws == 4000
    assert many.log_evidence["charge"] == pytest.approx(few.log_evidence["charge"], abs=0.2)
    z = [one.z[one.active] for one in (few, many)]
    np.testing.assert_allclose(z[0].mean(axis=1), z[1].mean(axis=1), atol=0.25)
    # fewer of them are the same person twice
    assert len(np.unique(many.z[0])) > 2 * len(np.unique(few.z[0]))


def test_accounts_share_all_of_the_probability_and_the_diary_cannot_tell_them_apart(twin):
    assert sum(twin.shares.values()) == pytest.approx(1.0)
    assert twin.shares["charge"] > 0.02
    assert not twin.tells_mechanism


def test_what_the_diary_says_nothing_of_keeps_its_prior(twin):
    for name in ("wetness_noise", "anxiety_slope", "weighing_noise", "temperature", "event"):
        z = twin.z[INDEX[name]]
        assert abs(z.mean()) < 0.25
        assert 0.8 < z.std() < 1.2
        assert {row.name: row.known for row in twin.table}[name] == "no"


def test_sites_that_are_not_in_the_diary_are_not_reported(twin):
    assert [row.name for row in twin.table if row.name.startswith("baseline_")] == ["baseline_palms"]


@pytest.mark.parametrize(("trait", "moved"), [("strength", 1.6), ("repair_days", 1.6)])
def test_a_trait_that_was_put_in_comes_out(trait, moved):
    low, high = (
        fit(
            synthetic_diary(person(logging=2.0, **{trait: sign * moved}), SESSIONS, days=120, seed=5),
            accounts=("charge",),
        ).traits[trait]
        for sign in (-1, 1)
    )
    assert np.median(high) > np.median(low)
    assert np.mean(high[:, None] > low[None, :]) > 0.8


def test_a_longer_and_denser_diary_leaves_less_open(diary):
    sparse = synthetic_diary(person(logging=-1.5), SESSIONS, days=120, seed=3)
    dense = synthetic_diary(person(logging=3.0), SESSIONS, days=120, seed=3)
    spread = [fit(each, accounts=("charge",)).z[INDEX["strength"]].std() for each in (sparse, dense)]
    assert spread[1] < spread[0]


def test_the_order_of_rows_does_not_matter(diary, twin):
    turned = Diary.of(reversed(diary.entries), source=diary.source)
    np.testing.assert_allclose(fit(turned, seed=1).z, twin.z)


def day(n: int) -> datetime.date:
    return datetime.date(2026, 3, 1) + datetime.timedelta(days=n)


def test_one_row_is_fitted_and_is_near_the_prior():
    one = fit(Diary.of([Entry(date=day(0), hdss=3)]), accounts=("charge",))
    free = one.z[[INDEX[name] for name in ("strength", "repair_days", "heal_days")]]
    assert np.all(np.abs(free.mean(axis=1)) < 0.2)
    assert all(row.known != "yes" for row in one.table)


def test_all_answers_one_is_fitted():
    dry = fit(Diary.of([Entry(date=day(n), hdss=1) for n in range(30)]), accounts=("charge",))
    assert dry.check.passed
    assert np.median(dry.traits["baseline_palms"]) < 40.0


def test_a_diary_without_a_reading_is_refused():
    with pytest.raises(InputError, match="no reading"):
        fit(Diary.of([Entry(date=day(0), current_mA=15.0, minutes=20.0)]))


@pytest.mark.parametrize("words", [{"method": "mcmc"}, {"accounts": ("charg",)}])
def test_an_unknown_word_suggests_the_nearest(diary, words):
    with pytest.raises(InputError, match="unknown"):
        fit(diary, **words)


def test_two_sessions_a_day_and_one_sided_sessions_are_taken():
    rows = []
    for n in range(0, 40, 2):
        rows += [
            Entry(
                date=day(n),
                time=datetime.time(8),
                site="palms",
                side="left",
                current_mA=10.0,
                minutes=10.0,
                hdss=3,
            ),
            Entry(
                date=day(n), time=datetime.time(20), site="palms", side="left", current_mA=10.0, minutes=10.0
            ),
        ]
    one_sided = fit(Diary.of(rows), accounts=("charge",))
    left, right = one_sided.past.blocked[-1].mean(axis=-1)
    assert one_sided.grid.slots_per_day == 2
    assert left > right + 0.1


def test_botulinum_in_the_diary_dries_without_a_session():
    wet = [Entry(date=day(n), site="palms", hdss=4) for n in range(0, 20, 2)]
    toxin = [Entry(date=day(20), site="palms", other_treatment="botox")]
    dry = [Entry(date=day(n), site="palms", hdss=1) for n in range(35, 60, 2)]
    twin = fit(Diary.of(wet + toxin + dry), accounts=("charge",))
    assert twin.grid.other[50, 0] < 0.5 < twin.grid.other[10, 0]
    assert any("middle person" in said for said in twin.assumptions)


def test_an_unknown_treatment_is_noted_not_guessed(diary):
    rows = [*diary.entries, Entry(row=999, date=diary.last, site="palms", other_treatment="sage tea")]
    said = fit(Diary.of(rows), accounts=("charge",)).assumptions
    assert any("sage tea" in each and "not modelled" in each for each in said)


def test_shares_are_probabilities_whatever_the_evidence():
    shares = share_of({"a": -1000.0, "b": -1000.0, "c": -1010.0})
    assert shares == {"a": 0.5, "b": 0.5, "c": 0.0}


def test_traits_are_named_once():
    assert len(set(NAMES)) == len(NAMES)


def test_the_usual_answer_about_hypotheses_is_that_the_diary_cannot_tell(twin):
    shares = weigh_hypotheses(twin, ("peripheral", "evidence"))
    assert sum(shares.values()) == pytest.approx(1.0)
    assert not tells_hypotheses(shares)


def test_anxiety_that_follows_sweat_speaks_for_the_loop():
    rows = []
    for n in range(60):
        session = {"current_mA": 15.0, "minutes": 20.0} if 8 <= n < 40 and n % 2 == 0 else {}
        hdss = 4 if n < 14 else 3 if n < 22 else 2
        rows.append(Entry(date=day(n), site="palms", hdss=hdss, anxiety_0_10=2.0 * hdss - (n % 2), **session))
    shares = weigh_hypotheses(fit(Diary.of(rows), accounts=("charge",)), ("peripheral", "evidence"))
    assert shares["evidence"] > 0.9
