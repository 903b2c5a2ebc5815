"""The pages and words of a twin: whole, alone, plain, and true to what they are made of."""

import datetime
import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sudomotor.diary import Diary, Entry
from sudomotor.limits import Answers
from sudomotor.planning.result import Amount, Bound, Outcome, Plan, Point, Request, Session
from sudomotor.report import twin_words as words
from sudomotor.report.axes_dates import ticks
from sudomotor.report.doctor_page import doctor_page, facts, safety
from sudomotor.report.figures_twin import Shown
from sudomotor.report.person_page import person_page, reasons
from sudomotor.report.plan_report import AGREE, ahead, plan_view, session_words, write_plan_report
from sudomotor.report.twin_past import entries_inside, past_course, response, skin_trouble
from sudomotor.report.twin_report import forecast_report, return_words, week_rows, weeks
from sudomotor.twin import Check, ParameterRow, fit, forecast
from sudomotor.twin.forecast import Relapse
from sudomotor.twin.priors import COUNT, INDEX
from sudomotor.twin.synthetic import synthetic_diary

SESSIONS = [(d, 15.0, 20.0) for d in (6, 8, 10, 13, 15, 17, 20, 22, 24, 27, 34, 41, 48, 55)]
LAST = datetime.date(2026, 3, 5)
VOID = {"meta", "br", "path", "use", "link", "img"}
# words that nobody should have to know
JARGON = (
    "posterior",
    "pareto",
    "quantile",
    "bayes",
    "monte carlo",
    "re-sampl",
    "crps",
    "naive",
    "log-",
    "horizon",
)


class Checker(HTMLParser):
    """Elements that are not closed, and whatever would be fetched."""

    def __init__(self):
        super().__init__()
        self.open, self.fetched, self.text, self.skip = [], [], [], 0

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)
        self.skip += tag in ("svg", "style")
        for name, value in attrs:
            if name in ("src", "href", "xlink:href") and not value.startswith(("#", "data:")):
                self.fetched.append(value)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag
        self.skip -= tag in ("svg", "style")

    def handle_data(self, data):
        if not self.skip:
            self.text.append(data)


def checked(page):
    """The words of a page that is whole and needs nothing from elsewhere."""
    checker = Checker()
    checker.feed(page)
    assert checker.open == []
    assert checker.fetched == []
    for foreign in ("<script", "@import", "http-equiv", "#010203", "#040506"):
        assert foreign not in page
    assert re.search(r"\bnan\b", " ".join(checker.text)) is None
    return " ".join(" ".join(checker.text).split())


@pytest.fixture(scope="module")
def twin():
    z = np.zeros(COUNT)
    z[INDEX["logging"]], z[INDEX["strength"]] = -0.6, 1.5
    return fit(
        synthetic_diary(z, SESSIONS, days=60, seed=3, weigh_every_days=20), accounts=("charge",), draws=200
    )


def made_plan(sites=("palms",), **changes):
    """A plan put together by hand: every three days."""
    first = LAST + datetime.timedelta(days=1)
    held = tuple(
        Session(first + datetime.timedelta(days=day), datetime.time(19, 30), site, 14.715, 20.0)
        for day in range(1, 84, 3)
        for site in sites
    )
    bound = Bound("first_current", "Begin low.", True, 8.0, 8.0, "mA", "label", "limit", ("dermadry_faq",))

    def outcome(name, text, sessions):
        return Outcome(
            name, text, sessions, 200.0, 10.0, 0.8, 0.76, 0.84, 85.0, (bound,), ("The chance of it is 80 %.", "Why not >= 3."),
            {"overdry": 5.0, "pain": 20.0, "pruritus": 0.1},
        )  # fmt: skip

    request = Request(
        "HDSS <= 2 on 80 % of days",
        "any day",
        84,
        80.0,
        20.0,
        "the usual share",
        sites,
        None,
        LAST,
        first,
        1,
        "full",
    )
    plan = Plan(
        outcome=outcome("plan", "the plan", held), reached=True, fallback_reason=None,
        goal_from=first + datetime.timedelta(days=9), frontier=(Point(50.0, 3.0, 0.1, 40.0), Point(200.0, 10.0, 0.8, 85.0)),
        label_schedules=(outcome("label", "three times a week", held[::2]),),
        robustness={"next_missed": 2.0, "p_goal_if_next_missed": 0.6, "p_goal_if_none_missed": 0.9},
        what_current=None, what_interval=None, until_dry_days=Amount(6.0, 0.0, 23.0), until_back_days=Amount(0.0, 0.0, None),
        by_mechanism={"charge": 0.8}, hypotheses="evidence", assumptions=("20 % of the sessions are missed",),
        cautions=("Mind the braces.",), replan_on=first + datetime.timedelta(days=14), request=request,
    )  # fmt: skip
    return replace(plan, **changes)


@pytest.fixture(scope="module")
def view(twin):
    return plan_view(made_plan(), twin, Answers.all_no(LAST, 34))


def test_past_and_future_speak_the_same_terms(twin):
    """The day after the diary is much as its last day, whichever side it is looked at from."""
    past, f = past_course(twin, "palms"), forecast(twin, (), days=7)
    assert past.p_dry[1, -1] == pytest.approx(f.p_hdss_le_2[0], abs=0.12)
    assert (past.p_dry[0] <= past.p_dry[1]).all()
    assert (past.p_dry[1] <= past.p_dry[2]).all()
    assert past.hdss[1, 2] > past.hdss[1, 30]  # before treatment, and at its height
    assert past.sweat_mg_per_min[1, 2] > past.sweat_mg_per_min[1, 30]


def test_entries_of_the_models_own_diary_lie_inside_and_others_do_not(twin):
    found = entries_inside(twin)
    weighed = sum(entry.sweat_mg is not None for entry in twin.diary.entries)
    assert found.entries == sum(entry.hdss is not None for entry in twin.diary.entries) + weighed
    assert 0.9 <= found.expected <= 1.0
    assert found.share >= found.expected - 0.1
    turned = replace(twin, grid=replace(twin.grid, hdss=5.0 - twin.grid.hdss))
    assert entries_inside(turned).share < found.share - 0.2
    assert "fewer than they should" in words.inside_words(turned)


def test_the_response_counts_the_entries_before_and_after(twin):
    found = response(twin, "palms")
    hdss = [(entry.date, entry.hdss) for entry in twin.diary.entries if entry.hdss is not None]
    begin = twin.diary.sessions[0].date
    before = [value for date, value in hdss if date <= begin]
    now = [value for date, value in hdss if date > LAST - datetime.timedelta(days=28)]
    assert (found.before.count, found.before.mean) == (len(before), pytest.approx(np.mean(before)))
    assert (found.now.count, found.now.dry) == (len(now), sum(value <= 2 for value in now))
    assert 0 < found.fall_pct.low < found.fall_pct.median < found.fall_pct.high < 100
    assert found.weighed_before is not None
    left = np.median(past_course(twin, "palms").sweat_mg_per_min[1, -28:]) / np.median(
        twin.traits["baseline_palms"]
    )
    assert found.fall_pct.median == pytest.approx(100 * (1 - left), abs=10)


def test_skin_that_is_well_is_no_trouble(twin):
    day = datetime.date(2026, 1, 5)
    notes = ["ok", "red", None, "Cracked, itchy", "fine"]
    diary = Diary.of(
        [Entry(date=day + datetime.timedelta(days=i), hdss=3, skin=each) for i, each in enumerate(notes)]
    )
    assert [word for _, word in skin_trouble(replace(twin, diary=diary))] == ["red", "Cracked, itchy"]


def test_a_forecast_has_a_row_for_each_week_and_one_for_the_rest(twin):
    f = forecast(twin, (), days=30)
    found = weeks(f)
    assert [(week.last - week.first).days + 1 for week in found] == [7, 7, 7, 7, 2]
    assert found[0].p_pct == pytest.approx(100 * f.p_hdss_le_2[:7].mean())
    heads, rows = week_rows([Shown("a", f), Shown("b", f), Shown("c", f)])
    assert len(rows) == 5
    assert all(len(row) == len(heads) == 7 for row in rows)


def test_the_page_of_a_forecast(twin):
    shown = [
        Shown("as lately", forecast(twin, None, days=28)),
        Shown("no sessions", forecast(twin, (), days=28)),
    ]
    page = forecast_report(twin, shown)
    text = checked(page)
    assert text.index("has not been tried") < text.index("How likely is a good day")
    assert page == forecast_report(twin, shown)
    assert "evidence: C1.1" in text


def fake(days, never=0.0, not_dry=0.0, horizon=30):
    first = datetime.date(2026, 5, 1)
    return SimpleNamespace(
        dates=[first + datetime.timedelta(days=i) for i in range(horizon)],
        relapse=Relapse(np.array(days, float), never, not_dry),
    )


@pytest.mark.parametrize(
    ("forecast_", "says"),
    [
        (fake([np.nan] * 10, not_dry=100.0), "no dryness to lose"),
        (fake([np.nan] * 10, never=100.0), "It is not back within 30 days."),
        (
            fake([5.0] + [np.nan] * 9, never=90.0),
            "It is most likely not back within 30 days (90 % stay dry); in the worst twentieth by 5 May 2026.",
        ),
        (
            fake(range(5, 15)),
            "It is back most likely by 9 May 2026, 9 days after the last entry (from 5 May 2026 to 14 May 2026).",
        ),
        (
            fake([*range(5, 10), *[np.nan] * 5], not_dry=50.0),
            "In 50 % of cases good days prevail for a time; for these it is back most likely by",
        ),
    ],
)
def test_when_it_is_back_in_words(forecast_, says):
    assert says in return_words(forecast_)


def row(median, low, high, known):
    return ParameterRow("strength", "", "1", median, low, high, known)


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (
            row(0.6, 0.4, 0.8, "yes"),
            "0.6 (0.4 to 0.8) times as strongly as on the middle person of your kind: less strongly",
        ),
        (row(1.5, 1.2, 1.9, "partly"), "Only partly known: 1.5"),
        (row(1.0, 0.5, 2.0, "yes"), "about as usual"),
        (row(1.0, 0.5, 2.0, "no"), "does not tell this yet"),
    ],
)
def test_strength_in_words(found, says):
    assert says in words.strength_words(SimpleNamespace(table=(found,)))


def checked_twin(passed=True, **backtest):
    found = SimpleNamespace(
        baseline="person mean",
        skill_low=-0.1,
        skill_high=0.4,
        scored_days=40,
        horizon_days=28,
        reason="",
        **backtest,
    )
    return SimpleNamespace(backtest=found, check=Check("laplace", 0.1 if passed else 0.9, 100.0, 1.0, 1.0))


def test_what_stands_at_the_top():
    good = words.trust(checked_twin(beats_naive=True, skill=0.2))
    assert good.level == "yes"
    assert "20 % closer to what was then written than the best simple guess" in good.text
    bad = words.trust(checked_twin(beats_naive=False, skill=-0.05))
    assert bad.level == "no"
    assert "NOT better than a simple guess" in bad.text
    assert "5 % further from" in bad.text
    unsure = words.trust(checked_twin(beats_naive=None, skill=0.02))
    assert unsure.level == "unknown"
    assert "may be chance" in unsure.text
    unfit = words.trust(checked_twin(passed=False, beats_naive=True, skill=0.2))
    assert unfit.level == "no"
    assert unfit.text.startswith("The fit to this diary has not passed its own check")


def test_the_account_that_the_diary_favours():
    shares = {"charge": 0.5, "acid": 0.496, "acute": 0.004}
    text = words.account_words(SimpleNamespace(mechanisms=shares, tells_mechanism=False))
    assert text.startswith("The diary cannot tell.")
    assert "(charge) 50 %" in text
    assert "Next to no chance is left for: sweat stops only while the current flows (acute)." in text
    sure = words.account_words(
        SimpleNamespace(mechanisms={"acid": 0.97, "charge": 0.03}, tells_mechanism=True)
    )
    assert sure.startswith("The diary favours one: acid lesion of the duct")


def test_the_page_for_the_person_is_plain(view):
    page = person_page(view)
    text = checked(page)
    told = text[: text.index("What was assumed")].lower()
    assert [word for word in JARGON if word in told] == []
    assert text.index(AGREE) < text.index("7 March")  # the caution stands before the first session
    for part in (
        "Next week", "Saturday 7 March, 19:30: 14.7 mA for 20 minutes", "What to expect", "How likely is your goal?",
        "HDSS ≤ 2 on 80 % of days", "What would more minutes bring?", "What to write down next", "What is not known",
        "Mind the braces.", "Stop where the skin blisters",
    ):  # fmt: skip
        assert part in text
    # what would change the treatment stands apart from what goes along with the plan
    listed, apart = text.split("What to write down next")[1].split(
        "it changes your treatment, so agree it first:"
    )
    assert not re.search("Pause for|Hold a session", listed)
    assert re.match(" (Pause for|Hold a session)", apart)
    assert reasons(view) == ["Why not ≥ 3."]


def test_a_plan_that_falls_back_says_so_on_both_pages(twin):
    plan = made_plan(fallback_reason="the diary holds 3 sessions", reached=False)
    view = plan_view(plan, twin, Answers.all_no(LAST, 34))
    for page in (person_page(view), doctor_page(view)):
        assert "the diary holds 3 sessions" in checked(page)


def test_the_page_for_the_dermatologist(view):
    text = checked(doctor_page(view))
    for part in (
        "one page for the clinician", "Taken as “palmar hyperhidrosis”, 34 years. No name is kept.", "Palms: 14, 1.6 a week",
        "HDSS before treatment", "Fall of sweat (model)", "Forecast: chance of HDSS 1 or 2", "No treatment", AGREE,
        "first current 8 mA (label)", "no to all", "Only one was fitted", "“evidence”: 7 claims, all graded supported or better",
        "90 % intervals", "and 22 more until",
    ):  # fmt: skip
        assert part in text
    assert text.count(", 19:30:") == 6  # and no more: the rest is counted
    assert dict(safety(view))["Contraindications"].startswith("Answered on 5 March 2026: no to all")


def test_a_long_list_is_counted_and_not_cut_in_silence(twin):
    entries = [
        replace(e, skin="red" if i < 9 else e.skin, other_treatment="sage tea")
        for i, e in enumerate(twin.diary.entries)
    ]
    view = plan_view(
        made_plan(),
        replace(twin, diary=Diary.of(entries)),
        Answers.all_no(LAST, 34).with_answers(breastfeeding=True),
    )
    told = dict(facts(view))
    assert told["Skin noted"].endswith("and 5 more.")
    assert "sage tea (noted" in told["Also used"]
    text = checked(doctor_page(view))
    assert "yes to: breastfeeding" in text
    assert "Take care." in text


def test_the_forecast_of_a_plan_misses_as_many_sessions_as_the_plan_does(view):
    assert view.plan.request.missed_pct == 20.0
    assert view.on["palms"].outlook.given.mean() == pytest.approx(0.8, abs=0.02)


def test_weeks_ahead_are_counted_from_the_plan(view):
    rows = ahead(view, "palms")
    assert [each.weeks for each in rows] == [1, 4, 8, 12]
    assert rows[0].first == view.plan.request.first
    assert rows[-1].on[0] > rows[-1].off[0]
    for each in rows:
        assert each.on[1] <= each.on[0] <= each.on[2]


def test_a_session_is_never_written_stronger_than_it_is():
    session = Session(datetime.date(2026, 5, 6), None, "axillae", 8.79, 12.5)
    assert session_words(session, site=True) == "Wednesday 6 May: armpits, 8.7 mA for 12.5 minutes"


def test_pages_are_written_beside_nothing_of_others(view, tmp_path):
    person, doctor = write_plan_report(tmp_path / "out", view)
    assert (person.name, doctor.name) == ("report.html", "doctor.html")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "doctor.html").write_text("mine", "utf-8")
    with pytest.raises(Exception, match="left alone"):
        write_plan_report(tmp_path / "mine", view)
    assert [each.name for each in (tmp_path / "mine").iterdir()] == ["doctor.html"]


@given(
    st.dates(datetime.date(2000, 1, 1), datetime.date(2040, 1, 1)), st.integers(0, 5000), st.integers(3, 9)
)
def test_ticks_fit_whatever_the_span(first, days, most):
    last = first + datetime.timedelta(days=days)
    found = ticks(first, last, most)
    assert 1 <= len(found) <= most
    assert found == sorted(set(found))
    assert first <= found[0]
    assert found[-1] <= last


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs a browser that prints")
@pytest.mark.parametrize("sites", [("palms",), ("palms", "soles")])
def test_the_dermatologists_page_prints_on_one_side(sites, tmp_path, view):
    diary, here = view.twin.diary, view.twin
    if len(sites) > 1:
        more = [replace(e, site="soles", sweat_mg=None, sweat_minutes=None) for e in diary.entries]
        here = fit(Diary.of([*diary.entries, *more]), accounts=("charge",), draws=100)
    full = plan_view(
        made_plan(sites),
        here,
        Answers.all_no(LAST, 15).with_answers(breastfeeding=True),
        example="An example. " * 12,
    )
    _, doctor = write_plan_report(tmp_path, full)
    subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/c", "--no-pdf-header-footer",
         f"--print-to-pdf={tmp_path}/d.pdf", doctor.as_uri()], check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", (tmp_path / "d.pdf").read_bytes())) == 1
