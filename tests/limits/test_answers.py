"""Answers to the safety questions: read without guessing; what is open refuses, and says which question."""

from __future__ import annotations

import datetime
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sudomotor.errors import InputError
from sudomotor.limits import SITES, Answers, Limits, question, questions, screen
from sudomotor.limits.questions import parse_questions
from sudomotor.parameters import load_citations

TODAY = datetime.date(2026, 3, 10)
WELL = Answers.all_no(TODAY, 34)
YES_NO = [each.id for each in questions() if each.kind == "yes/no"]

answered = st.fixed_dictionaries(
    {name: st.sampled_from([True, False, None]) for name in YES_NO}
    | {"age": st.one_of(st.none(), st.floats(0, 120))}
)
days_ago = st.one_of(st.none(), st.integers(-3, 400))


def answers(given_, ago):
    return Answers(None if ago is None else TODAY - datetime.timedelta(days=ago), given_)


# ---- the questions


def test_the_published_contraindications_are_asked():
    refused = {
        "pacemaker", "implanted_electronics", "pregnant", "heart_disease", "epilepsy", "loss_of_feeling", "open_wounds",
        "skin_disease", "tumour", "thrombosis", "across_head_or_chest", "jewellery_that_stays_on", "poor_circulation",
    }  # fmt: skip
    for name in refused:
        assert question(name).refuse == SITES, name
    for name in ("breastfeeding", "fixed_braces"):
        assert question(name).refuse == ()
        assert question(name).caution == SITES
    assert [question("metal_iud").at(site) for site in SITES] == ["caution", "refuse", "caution"]
    assert [question("metal_in_legs_or_pelvis").at(site) for site in SITES] == [None, "refuse", None]
    assert [question("metal_in_arms_or_chest").at(site) for site in SITES] == ["refuse", None, "refuse"]


def test_each_question_is_one_and_has_its_reason_and_known_sources():
    known = set(load_citations())
    assert len({each.id for each in questions()}) == len(questions())
    assert [each.id for each in questions() if each.kind == "age"] == ["age"]
    for each in questions():
        assert each.text.endswith("?")
        assert len(each.why.split()) >= 5
        assert each.source
        assert set(each.source) <= known, each.id


def test_each_source_of_the_limits_is_used():
    import re

    from sudomotor.limits import devices
    from sudomotor.parameters import load
    from sudomotor.parameters.loader import data_folder

    text = (data_folder() / "citations_limits.bib").read_text("utf-8")
    listed = set(re.findall(r"^@\w+\{(\w+),", text, re.MULTILINE))
    used = {
        key
        for group in (questions(), Limits.default().values(), devices(), load().values())
        for each in group
        for key in each.source
    }
    assert listed - used == set()


QUESTION = """
[cold_hands]
kind = "yes/no"
ask = "Are your hands cold?"
refuse = ["palms"]
why = "because"
source = ["somebody"]
"""


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[cold_hands]", "[cold_hands", "not a TOML"),
        ("kind =", "kin =", "did you mean 'kind'"),
        ('"yes/no"', '"maybe"', "unknown kind of question"),
        ('["palms"]', '["plams"]', "did you mean 'palms'"),
        ('["palms"]', "[]", "concerns no site"),
        ('["somebody"]', "[]", "needs its source"),
        ('why = "because"', "", "'why' must be a text"),
        ('["palms"]', '"palms"', "list of texts"),
        ('why = "because"', 'why = "because"\nimplausible_below_years = "9"', "number of years"),
    ],
)
def test_wrong_questions_are_refused_with_their_place(old, new, says):
    assert parse_questions(QUESTION, "q.toml")[0].id == "cold_hands"
    with pytest.raises(InputError, match=says) as error:
        parse_questions(QUESTION.replace(old, new, 1), "q.toml")
    assert "q.toml" in str(error.value)


# ---- the file


@given(answered, days_ago)
def test_a_file_that_is_written_is_read_back(given_, ago):
    before = answers(given_, ago)
    after = Answers.parse(Answers.template_text(before))
    assert (after.date_answered, dict(after.given)) == (before.date_answered, dict(before.given))


def test_the_empty_file_holds_every_question_and_answers_none():
    text = Answers.template_text()
    table = tomllib.loads(text)
    assert list(table) == ["date_answered", *(each.id for each in questions())]
    assert set(table.values()) == {""}
    read = Answers.parse(text)
    assert read.date_answered is None
    assert set(read.given.values()) == {None}
    # for one site only what matters there is asked
    assert "metal_in_legs_or_pelvis" not in Answers.template_text(sites=["palms"])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('pacemakr = "no"', "did you mean 'pacemaker'"),
        ('date_answerd = "2026-03-01"', "did you mean 'date_answered'"),
        ('pacemaker = "maybe"', 'write pacemaker = "yes" or pacemaker = "no"'),
        ("pacemaker = 1", "neither yes nor no"),
        ("pacemaker = true", 'write pacemaker = "yes"'),
        ('pacemaker = ["no"]', "neither yes nor no"),
        ('[pacemaker]\nanswer = "no"', "neither yes nor no"),
        ("pacemaker = no", "in quotes"),
        ('pacemaker = "n', "not a file of answers"),
        ("just words", "not a file of answers"),
        ('pacemaker = "no"\npacemaker = "yes"', "not a file of answers"),
        ("age = nan", "no age"),
        ("age = inf", "no age"),
        ("age = true", "no age"),
        ('age = "old"', "no age"),
        ("age = -3", "a slip"),
        ("age = 340", "a slip"),
        ('date_answered = "01.03.2026"', "year first"),
        ('date_answered = "2026-02-30"', "is no day"),
        ("date_answered = 20260301", "is no day"),
        ("date_answered = 2026-03-01T10:00:00", "is no day"),
    ],
)
def test_wrong_answers_are_refused_with_what_to_write(text, says):
    with pytest.raises(InputError, match=says) as error:
        Answers.parse(text, "mine.toml")
    assert "mine.toml" in str(error.value)
    assert error.value.mend


def test_answers_are_read_as_people_write_them():
    read = Answers.parse('date_answered = 2026-03-01\nage = "34"\npacemaker = " No "\nepilepsy = "YES"')
    assert read.date_answered == datetime.date(2026, 3, 1)
    assert (read.age_years, read["pacemaker"], read["epilepsy"]) == (34.0, False, True)
    with pytest.raises(InputError, match="did you mean 'epilepsy'"):
        read["epilepsi"]
    with pytest.raises(InputError, match="did you mean 'pregnant'"):
        Answers.of(TODAY, pregnent=False)


def test_a_file_with_a_mark_is_read_and_one_that_is_none_is_told(tmp_path):
    file = tmp_path / "answers.toml"
    file.write_bytes(b"\xef\xbb\xbf" + Answers.template_text(WELL).encode())
    assert Answers.read(file).given == WELL.given
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="UTF-8"):
        Answers.read(file)
    with pytest.raises(InputError, match="limits ask"):
        Answers.read(tmp_path / "nothing.toml")
    with pytest.raises(InputError, match="cannot be read"):
        Answers.read(tmp_path)


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.8])
def test_half_a_file_never_allows_anything(share):
    text = Answers.template_text(WELL)
    for end in range(int(share * len(text)), int((share + 0.18) * len(text)), 7):
        try:
            read = Answers.parse(text[:end])
        except InputError:
            continue
        assert not screen(read, SITES, TODAY).allowed


# ---- what they refuse


def test_who_is_well_is_refused_nothing():
    found = screen(WELL, SITES, TODAY)
    assert found.allowed
    assert found.refusals == found.cautions == found.unanswered == ()


@pytest.mark.parametrize("name", YES_NO)
@pytest.mark.parametrize("site", SITES)
def test_each_yes_refuses_or_cautions_where_it_should(name, site):
    found = screen(WELL.with_answers(**{name: True}), site, TODAY)
    meaning = question(name).at(site)
    assert found.allowed == (meaning != "refuse")
    assert [each.question for each in found.refusals] == ([name] if meaning == "refuse" else [])
    assert [each.question for each in found.cautions] == ([name] if meaning == "caution" else [])
    for each in (*found.refusals, *found.cautions):
        assert question(name).text in each.text
        assert each.mend
        assert each.source


@pytest.mark.parametrize("name", [*YES_NO, "age"])
@pytest.mark.parametrize("site", SITES)
def test_each_open_question_refuses_where_it_matters_and_is_named(name, site):
    found = screen(WELL.with_answers(**{name: None}), site, TODAY)
    matters = question(name).at(site) is not None
    assert found.allowed == (not matters)
    assert found.unanswered == ((name,) if matters else ())
    for each in found.refusals:
        assert question(name).text in each.text


def test_no_answers_at_all_refuse_everything():
    found = screen(None, "palms", TODAY)
    assert set(found.unanswered) == {
        "date_answered",
        *(each.id for each in questions() if each.at("palms")),
    }


def test_the_day_of_answering_is_obligatory_recent_and_past():
    def why(ago):
        return [each.why for each in screen(answers(WELL.given, ago), "palms", TODAY).refusals]

    assert why(None) == ["unanswered"]
    assert why(0) == why(180) == []
    assert why(181) == ["stale"]
    assert why(-1) == ["future"]
    assert "Answer them again" in screen(answers(WELL.given, 300), "palms", TODAY).refusals[0].mend


def test_the_age_refuses_below_six_and_cautions_below_sixteen():
    def found(age):
        one = screen(WELL.with_answers(age=age), "palms", TODAY)
        return [each.question for each in one.refusals], [each.question for each in one.cautions]

    assert found(4) == (["age"], ["age"])
    assert found(6) == ([], ["age"])
    assert found(16) == ([], [])


def test_contradictions_with_the_age_refuse_even_where_the_answer_would_not():
    old = WELL.with_answers(age=70)
    assert screen(old, SITES, TODAY).allowed
    for name in ("pregnant", "breastfeeding"):
        found = screen(old.with_answers(**{name: True}), "palms", TODAY)
        assert "contradiction" in [each.why for each in found.refusals], name
    assert screen(old.with_answers(metal_iud=True), "palms", TODAY).allowed, "one may be forgotten there"
    child = WELL.with_answers(age=7, metal_iud=True)
    assert [each.why for each in screen(child, "palms", TODAY).refusals] == ["contradiction"]


@given(answered, days_ago, st.sampled_from([*YES_NO, "age", "date_answered"]), st.sampled_from(SITES))
def test_taking_an_answer_back_never_turns_a_refusal_into_permission(given_, ago, name, site):
    before = answers(given_, ago)
    after = Answers(None, given_) if name == "date_answered" else before.with_answers(**{name: None})
    if not screen(before, site, TODAY).allowed:
        assert not screen(after, site, TODAY).allowed


@given(answered, days_ago)
def test_sites_together_are_refused_as_each_by_itself(given_, ago):
    one = answers(given_, ago)
    together = screen(one, SITES, TODAY)
    for site in SITES:
        assert bool(together.refuses(site)) == (not screen(one, site, TODAY).allowed)
    assert together.to_dict()["allowed"] == together.allowed


def test_wrong_questions_to_the_screen_are_told():
    with pytest.raises(InputError, match="did you mean 'palms'"):
        screen(WELL, "plams", TODAY)
    with pytest.raises(InputError, match="today must be a day"):
        screen(WELL, "palms", datetime.datetime(2026, 3, 1, 12))
