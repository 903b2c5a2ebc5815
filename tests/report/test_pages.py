"""Pages: whole, alone, the same each time, readable without sight."""

import re
from html.parser import HTMLParser

import pytest

from sudomotor.course import Course, Session
from sudomotor.errors import InputError
from sudomotor.parameters import load
from sudomotor.person import Person
from sudomotor.report.outcome import outcome
from sudomotor.report.page import check_free, read_manifest, write, write_manifest
from sudomotor.report.run_report import run_report
from sudomotor.report.session_report import deliver_to_people, session_report, to_dict
from sudomotor.simulation import simulate

VOID = {"meta", "br", "path", "use", "link", "img"}


class Checker(HTMLParser):
    """Elements that are not closed, and whatever would be fetched."""

    def __init__(self):
        super().__init__()
        self.open, self.fetched, self.ids, self.svgs = [], [], [], []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)
        found = dict(attrs)
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "svg":
            self.svgs.append(found)
        for name in ("src", "href", "xlink:href"):
            if name in found and not found[name].startswith(("#", "data:")):
                self.fetched.append(found[name])

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open, tag
            assert self.open.pop() == tag


def checked(page):
    checker = Checker()
    checker.feed(page)
    assert checker.open == []
    assert checker.fetched == []
    assert len(checker.ids) == len(set(checker.ids))
    assert "<script" not in page
    assert "@import" not in page
    assert all(svg["role"] == "img" and svg["aria-label"] for svg in checker.svgs)
    assert "#010203" not in page
    assert "#040506" not in page
    assert re.search(r">\s*nan\b", page) is None
    return checker


@pytest.fixture(scope="module")
def outcomes():
    words = ("Treat palms at {} mA DC for 20 minutes, 3 times a week for 2 weeks", "Then every 10 days")
    return [
        outcome(
            simulate("palmar hyperhidrosis", Course(words[0].format(mA), words[1]), days=40, people=30),
            label=label,
        )
        for mA, label in ((15, "A"), (8, "B"))
    ]


def test_a_run(outcomes):
    page = run_report(outcomes[:1])
    checker = checked(page)
    assert len(checker.svgs) == 10  # five figures, each wide and narrow
    assert "What was assumed" in page
    assert "agree a treatment with your clinician" in page
    assert outcomes[0].history.course.words[0] in page
    assert page == run_report(outcomes[:1])


def test_alternatives_are_laid_over_each_other(outcomes):
    page = run_report(outcomes)
    checked(page)
    assert "2 courses compared" in page
    for label in "AB":
        assert re.search(rf">{label}</text>", page)


def test_names_from_outside_are_escaped():
    person = Person.preset("healthy", name="<script>alert(1)</script>")
    course = Course("Treat palms at 5 mA for 10 minutes, weekly for 2 weeks")
    page = run_report([outcome(simulate(person, course, days=10, people=3), notes=("<script>x</script>",))])
    checked(page)
    assert "&lt;script&gt;x" in page


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("Pause for 2 weeks", 5),
        ("Sham soles for 9 minutes, daily for 1 week", 0),
        ("Treat axillae at 5 mA for 9 minutes, daily", 3),
    ],
)
def test_odd_courses_have_pages_too(words, days):
    checked(run_report([outcome(simulate("healthy", Course(words), days=days, people=2))]))


def test_a_session():
    result = deliver_to_people(Session("15 mA DC for 20 minutes"), Person(), load(), people=10)
    page = session_report(result)
    checked(page)
    assert "pH in the sweat ducts" in page
    low, high = result.ranges["volts_start"]
    assert low < result.dose.volts_start < high
    assert to_dict(result)["ranges"]["volts_start"] == {"low": low, "high": high}


def test_a_sham_session():
    result = deliver_to_people(Session("sham palms for 5 minutes"), Person(), load(), people=2)
    page = session_report(result)
    checked(page)
    assert "No current flows" in page


def test_manifest_round_trip(tmp_path):
    write_manifest(tmp_path, command="run", words=["x"], sources=["b", "a", "b"], seed=4)
    found = read_manifest(tmp_path)
    assert found["citations"] == ["a", "b"]
    assert found["seed"] == 4
    assert set(found["versions"]) >= {"python", "numpy"}


def test_foreign_files_are_left_alone(tmp_path):
    foreign = tmp_path / "report.html"
    foreign.write_text("mine", "utf-8")
    with pytest.raises(InputError, match="left alone"):
        write("sudomotor", tmp_path, "report.html")
    assert foreign.read_text("utf-8") == "mine"
    with pytest.raises(InputError, match="folder of that name"):
        check_free(tmp_path)
    with pytest.raises(InputError, match="cannot write"):
        write("sudomotor", foreign, "report.html")
