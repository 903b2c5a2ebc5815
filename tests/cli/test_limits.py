"""`sudomotor limits`: the table, the questions, the answers; nothing is overwritten without being asked."""

from __future__ import annotations

import datetime
import json

import pytest

from sudomotor.cli import limits as command
from sudomotor.cli.output import print_error
from sudomotor.errors import SudomotorError
from sudomotor.limits import SITES, Answers, Limits, questions

TODAY = datetime.date(2026, 3, 10)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "_today", lambda: TODAY)
    monkeypatch.setattr(command, "_can_ask", lambda: False)
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


def call(*words: str) -> int:
    """The command as the whole program calls it: 0, or 2 where the input cannot be used."""
    try:
        code = command.app([*words], prog_name="sudomotor limits", standalone_mode=False)
    except SudomotorError as error:
        return print_error(error, "--json" in words)
    return code if isinstance(code, int) else 0


def told(capsys, *words: str) -> str:
    assert call(*words) == 0
    return capsys.readouterr().out


def plain(capsys, *words: str):
    return json.loads(told(capsys, *words, "--json"))


def wrong(capsys, *words: str) -> str:
    assert call(*words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    return err


def write(here, answers: Answers, name: str = "answers.toml") -> str:
    (here / name).write_text(Answers.template_text(answers), "utf-8")
    return name


# ---- the table


def test_the_table_shows_every_limit_with_value_unit_kind_source_and_reason(capsys):
    text = " ".join(told(capsys).split())
    for limit in Limits.default().values():
        assert limit.name in text
        assert f"{limit.value:g}" in text
        assert limit.text.split(";")[0] in text
        assert ", ".join(limit.source) in text
    assert f"{len(Limits.default())} limits" in text
    assert "adult_current at most 20 mA" in text


def test_the_json_of_the_table_is_stable(capsys):
    content = plain(capsys)
    assert list(content) == ["limits"]
    assert [one["name"] for one in content["limits"]] == list(Limits.default())
    assert set(content["limits"][0]) == {
        "name", "quantity", "relation", "value", "unit", "kind", "severity", "source", "text", "risk", "sites",
        "age_from_years", "age_below_years", "frequency_above_Hz", "frequency_up_to_Hz", "skin",
    }  # fmt: skip
    adult = next(one for one in content["limits"] if one["name"] == "adult_current")
    assert (adult["value"], adult["unit"], adult["age_below_years"]) == (20.0, "mA", None)


def test_the_table_is_chosen_by_kind_and_site(capsys):
    labels = plain(capsys, "--kind", "label", "--site", "palms")["limits"]
    assert {one["kind"] for one in labels} == {"label"}
    names = {one["name"] for one in labels}
    assert {"adult_current", "sessions_per_week"} <= names
    assert not names & {"feet_current", "mean_density"}
    assert plain(capsys, "--kind", "trial")["limits"] == []
    assert "No limit" in told(capsys, "--kind", "trial")
    assert "did you mean 'label'" in wrong(capsys, "--kind", "lable")
    assert "did you mean 'palms'" in wrong(capsys, "--site", "plams")


# ---- the questions


def test_where_nobody_can_be_asked_the_file_is_empty_and_refuses(capsys, here):
    text = told(capsys, "ask", "-o", "answers.toml")
    assert "Questions: answers.toml" in text
    assert "sudomotor limits check answers.toml" in text
    assert set(Answers.read("answers.toml").given.values()) == {None}
    found = plain(capsys, "check", "answers.toml")
    assert not found["allowed"]
    assert found["unanswered"] == ["date_answered", *(each.id for each in questions())]
    assert "nobody can be asked" in wrong(capsys, "ask")


def test_a_file_that_is_there_is_left_alone_unless_forced(capsys, here):
    name = write(here, Answers.all_no(TODAY, 34))
    before = (here / name).read_text("utf-8")
    assert "--force" in wrong(capsys, "ask", "-o", name)
    assert "--force" in wrong(capsys, "ask", "-o", name, "--blank")
    assert (here / name).read_text("utf-8") == before
    told(capsys, "ask", "-o", name, "--force", "--answers", name)
    assert (here / name).read_text("utf-8") == before
    told(capsys, "ask", "-o", name, "--force", "--blank")
    assert set(Answers.read(name).given.values()) == {None}
    assert "cannot be written" in wrong(capsys, "ask", "-o", "no/such/place.toml")


def test_for_one_site_only_its_questions_are_written(capsys, here):
    text = told(capsys, "ask", "-o", "palms.toml", "--site", "palms", "--blank")
    assert "check palms.toml --site palms" in text
    assert "metal_in_legs_or_pelvis" not in (here / "palms.toml").read_text("utf-8")


def test_in_a_terminal_each_question_is_asked_until_it_is_answered(capsys, here, monkeypatch):
    asked = []
    replies = iter(["old", "34", "y", "perhaps", "n", ""] + ["No"] * 30)

    def prompt(text, **_):
        asked.append(text)
        return next(replies)

    monkeypatch.setattr(command, "_can_ask", lambda: True)
    monkeypatch.setattr(command.typer, "prompt", prompt)
    found = plain(capsys, "ask", "--site", "palms", "-o", "mine.toml")
    ids = [each.id for each in questions() if each.at("palms")]
    assert len(asked) == len(ids) + 2, "two answers were none, and asked again"
    read = Answers.read("mine.toml")
    assert read.date_answered == TODAY
    assert (read.age_years, read["pacemaker"], read["implanted_electronics"]) == (34.0, True, False)
    assert found["unanswered"] == [ids[3]]
    assert [each["question"] for each in found["refusals"]] == ["pacemaker", ids[3]]
    # only what is open is asked again
    asked.clear()
    replies = iter(["no"] * 30)
    told(capsys, "ask", "--site", "palms", "-o", "new.toml", "--answers", "mine.toml")
    assert len(asked) == 1
    assert Answers.read("new.toml")[ids[3]] is False
    # and answers that are read are not asked
    told(capsys, "ask", "--answers", "new.toml")
    assert len(asked) == 1


def test_blank_needs_a_file_and_no_answers(capsys):
    assert "--blank" in wrong(capsys, "ask", "--blank")
    assert "--blank" in wrong(capsys, "ask", "--blank", "-o", "x.toml", "--answers", "y.toml")


# ---- the answers


def test_answers_of_somebody_well_refuse_nothing(capsys, here):
    name = write(here, Answers.all_no(TODAY, 34))
    text = told(capsys, "check", name)
    assert all(f"{site}: nothing refuses treatment" in text for site in SITES)
    assert "no medical advice" in text
    found = plain(capsys, "check", name)
    assert (found["allowed"], found["allowed_sites"], found["refusals"]) == (True, list(SITES), [])
    assert set(found) == {
        "file", "date_answered", "allowed_sites", "sites", "allowed", "refusals", "cautions", "unanswered",
    }  # fmt: skip


def test_what_is_refused_is_told_by_site_with_its_reason(capsys, here):
    answers = Answers.all_no(TODAY, 34).with_answers(metal_iud=True, epilepsy=None)
    name = write(here, answers)
    text = told(capsys, "check", name)
    assert "palms: refused, for 1 reason" in text
    assert "soles: refused, for 2 reasons" in text
    assert "contains metal" in text
    assert "Not answered (1)" in text
    assert "epilepsy: Do you have epilepsy" in text
    assert "Take care" in text
    found = plain(capsys, "check", name, "--site", "soles")
    assert [each["question"] for each in found["refusals"]] == ["metal_iud", "epilepsy"]
    assert found == plain(capsys, "ask", "--answers", name, "--site", "soles")


def test_json_may_stand_before_the_sub_command_but_a_choice_may_not(capsys, here):
    name = write(here, Answers.all_no(TODAY, 34))
    assert call("--json", "check", name) == 0
    assert json.loads(capsys.readouterr().out)["allowed"]
    assert "check --site palms" in wrong(capsys, "--site", "palms", "check", name)
    assert "--kind" in wrong(capsys, "--kind", "label", "check", name)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('pacemaker = "no', "in quotes"),
        ('pacemakr = "no"', "pacemaker"),
        ('pacemaker = "maybe"', '"yes"'),
        ("age = -1", "slip"),
        ('date_answered = "soon"', "year first"),
        ("\x00\x01", "in quotes"),
    ],
)
def test_wrong_files_are_told_with_their_place_and_mend(capsys, here, text, says):
    (here / "bad.toml").write_text(text, "utf-8")
    for words in (["check", "bad.toml"], ["ask", "--answers", "bad.toml"]):
        error = wrong(capsys, *words)
        assert "bad.toml" in error
        assert says in error
        assert "mend:" in error
    assert call("check", "bad.toml", "--json") == 2
    assert set(json.loads(capsys.readouterr().out)["error"]) == {"what", "where", "mend"}


def test_a_file_that_is_not_there_says_how_to_get_one(capsys):
    assert "limits ask -o" in wrong(capsys, "check", "nothing.toml")


def test_each_help_has_examples(capsys):
    for words in ([], ["ask"], ["check"]):
        text = told(capsys, *words, "--help")
        assert "Examples:" in text
        assert "sudomotor limits" in text
