"""What the documentation says is held against the code: commands, sentences, Python, links, numbers."""

from __future__ import annotations

import ast
import io
import json
import re
import runpy
import shlex
import shutil
import subprocess
import sys
import tokenize
from importlib import import_module
from pathlib import Path

import pytest

from sudomotor.course import Course, Session
from sudomotor.errors import InputError
from sudomotor.evidence import parse_evidence
from sudomotor.evidence.design import parse_design
from sudomotor.person import Person

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ROOT / "docs" / "tools"
PAGES = sorted(
    path for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")) if not path.name.startswith(".")
)
IDS = [str(path.relative_to(ROOT)) for path in PAGES]
VENV = "python3 -m venv .venv && . .venv/bin/activate"
RUN = "pip install . && sudomotor demo"
TEST = "pip install -e '.[dev]' && pytest"
SMALL_DESIGN = """
[design]
people = 2
[[arm]]
name = "active"
course = ["Treat palms at 15 mA DC for 20 minutes, daily for 3 days"]
n = 30
[[measure]]
name = "anxiety"
days = [4]
sd = 0.15
"""
# commands of one person's twin; the files that they name are made by commands before them on the page
TWIN = ("twin", "forecast", "replay", "plan", "backtest", "diary", "limits")
MADE_BY_DEMO = (
    "sudomotor-report/demo.twin.json",
    "sudomotor-report/demo_diary.csv",
    "sudomotor-report/demo_answers.toml",
)
SMALL_DIARY = """date,site,current_mA,minutes,hdss
2025-03-01,palms,,,4
2025-03-02,palms,8,20,4
2025-03-04,palms,9,20,3
2025-03-09,palms,,,2
2025-03-20,palms,,,3
"""
# sentences that are shown because they are wrong
WRONG = {"Treat plams at 15 mA for 20 minutes, 3 times a week for 4 weeks"}


def blocks(path: Path, language: str) -> list[str]:
    """Fenced blocks of a language."""
    return re.findall(
        rf"^```{language}\b[^\n]*\n(.*?)^```", path.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )


def tool(name: str) -> dict[str, object]:
    """A generator's names, loaded as a script is."""
    sys.path.insert(0, str(TOOLS))
    try:
        return runpy.run_path(str(TOOLS / f"{name}.py"))
    finally:
        sys.path.remove(str(TOOLS))


def shown_commands(path: Path) -> list[list[str]]:
    """Every `sudomotor …` in the shell blocks of a page, as words."""
    found = []
    for block in blocks(path, "sh"):
        for line in re.sub(r"\\\n\s*", " ", block).splitlines():
            for part in re.split(r"\s+&&\s+", line.split(" > ")[0].strip()):
                if part.startswith("sudomotor "):
                    found.append(shlex.split(part)[1:])
    return found


def courses_of(words: list[str]) -> list[list[str]]:
    """The courses among the words of `run` or `compare`: the arguments, and each --versus with what continues it.

    What follows `--hypotheses` of `compare` is names, however many, and no sentence.
    """
    from sudomotor.cli.inputs import split_alternatives
    from sudomotor.cli.main import join_alternatives

    main: list[str] = []
    versus: list[str] = []
    rest = iter((join_alternatives(words) if words[0] == "compare" else words)[1:])
    for word in rest:
        if word == "--versus":
            versus.append(next(rest))
        elif word == "--json":
            continue
        elif word.startswith("-"):
            next(rest)
        else:
            main.append(word)
    return [main, *split_alternatives(versus)]


def test_the_readme_has_its_two_commands_each_with_the_environment():
    lines = [block.splitlines() for block in blocks(ROOT / "README.md", "sh")]
    assert [block for block in lines if VENV in block] == [[VENV, RUN], [VENV, TEST]]
    assert lines[0] == [VENV, RUN], "the first command is the first"


def test_the_readme_leads_from_an_empty_diary_to_a_plan_in_three_lines():
    own = [block.splitlines() for block in blocks(ROOT / "README.md", "sh")][1]
    assert len(own) == 3
    assert [re.findall(r"sudomotor (\w+)", line) for line in own] == [["diary"], ["twin"], ["limits", "plan"]]


def test_every_command_is_in_the_readme():
    names = tool("commands")
    table = (ROOT / "README.md").read_text("utf-8").split("## Commands")[1].split("## Read on")[0]
    commands = re.findall(r"^## `(.*)`$", names["commands_page"](), re.MULTILINE)
    assert {"sudomotor limits", "sudomotor limits ask"} <= set(commands)
    for command in commands:
        assert f"`{command}" in table, command


def test_the_readme_command_for_the_checks_runs_the_command_and_looks_for_the_report():
    done = subprocess.run(
        [sys.executable, str(TOOLS / "readme_command.py")], capture_output=True, text=True, check=True
    )
    assert RUN.removeprefix("pip install . && ") in done.stdout
    assert "mktemp -d" in done.stdout
    for name in ("report.html", "doctor.html", "demo.twin.json"):
        assert f"test -s sudomotor-report/{name}" in done.stdout
    assert "pip install" not in done.stdout


@pytest.mark.parametrize(
    "path", [p for p in PAGES if blocks(p, "python")], ids=lambda p: str(p.relative_to(ROOT))
)
def test_python_runs(path, tmp_path, monkeypatch):
    """In a folder of its own, with the examples beside it as in the repository."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in blocks(path, "python"):
        exec(compile(block, str(path), "exec"), names)


def test_there_are_python_blocks_to_run():
    assert sum(len(blocks(path, "python")) for path in PAGES) >= 12
    assert len([line for line in blocks(ROOT / "README.md", "python")[0].splitlines() if line.strip()]) <= 8


@pytest.mark.parametrize("path", PAGES, ids=IDS)
def test_course_sentences_can_be_read_and_written(path):
    for block in blocks(path, "course"):
        course = Course(*block.splitlines())
        assert Course(*course.words) == course


def test_the_language_page_shows_every_clause():
    """Each field that a sentence can set is set by an example of the page."""
    page = ROOT / "docs" / "reference" / "course-language.md"
    courses = [Course(*block.splitlines()) for block in blocks(page, "course")]
    sessions = [step.session for course in courses for step in course.steps if hasattr(step, "session")]
    usual = Session("15 mA DC for 20 minutes")
    for name in (
        "site", "side", "anode", "reversed_halfway", "one_pan", "sealed_skin", "area_cm2", "return_electrode",
        "max_volts", "ramp_s",
    ):  # fmt: skip
        assert any(getattr(one, name) != getattr(usual, name) for one in sessions), name
    for name in ("kind", "conductivity_uS_per_cm", "alkalinity_mM", "litres", "salt_g", "baking_soda_g"):
        assert any(getattr(one.water, name) != getattr(usual.water, name) for one in sessions), name
    assert {one.waveform.kind for one in sessions if one.waveform} == {"dc", "pulsed", "ac"}
    assert any(one.waveform and one.waveform.offset_mA for one in sessions)
    assert any(one.waveform is None for one in sessions)
    assert any(course.start for course in courses)
    assert any(course.missed_pct for course in courses)
    stops = [step.stop for course in courses for step in course.steps if step.stop]
    assert any(stop.for_sessions for stop in stops)
    assert {stop.until.measure for stop in stops if stop.until} == {"HDSS", "sweat"}


@pytest.mark.parametrize("path", PAGES, ids=IDS)
def test_shown_commands_are_understood(path):
    """Options and their types by the command's own parser, sentences by the course's."""
    import typer

    from sudomotor.cli.main import app, join_alternatives

    for words in shown_commands(path):
        command, rest = typer.main.get_command(app), join_alternatives(list(words))
        said = list(rest)
        while hasattr(command, "commands"):
            if command.invoke_without_command and said and not (rest and rest[0] in command.commands):
                break
            assert rest[0] in command.commands, words
            command = command.commands[rest.pop(0)]
        if rest != ["--help"]:
            command.make_context(" ".join(said[: len(said) - len(rest)]), list(rest))
        check_names(words)
        check_twin_words(words)
        if words[0] == "session":
            Session(words[1])
        if words[0] in ("run", "compare"):
            for sentences in courses_of(words):
                if set(sentences) & WRONG:
                    with pytest.raises(InputError):
                        Course(*sentences)
                else:
                    Course(*sentences)


def check_twin_words(words: list[str]) -> None:
    """Courses of a forecast, dates and intervals of a replay, goals, calendars, sites and devices can be read."""
    from sudomotor.cli.forecast import _courses
    from sudomotor.cli.twin_inputs import read_interval_days, read_span
    from sudomotor.limits import device
    from sudomotor.planning import Calendar, Goal

    readers = {
        "--skip": read_span,
        "--every": read_interval_days,
        "--goal": Goal.parse,
        "--can-treat": Calendar.parse,
    }
    readers |= {"--device": device}
    if words[0] in TWIN:
        for name, read in readers.items():
            if name in words:
                read(words[words.index(name) + 1])
    if words[0] == "forecast":
        main: list[str] = []
        versus: list[str] = []
        rest = iter(join_versus(words)[2:])
        for word in rest:
            if word == "--versus":
                versus.append(next(rest))
            elif word.startswith("-") and word != "--json":
                next(rest)
            elif word != "--json":
                main.append(word)
        assert _courses(main, versus)


def join_versus(words: list[str]) -> list[str]:
    from sudomotor.cli.main import join_alternatives

    return join_alternatives(list(words))


def test_wrong_words_of_a_twin_would_be_found():
    for words in (
        ["replay", "me.twin.json", "--skip", "March"],
        ["replay", "me.twin.json", "--every", "often"],
        ["plan", "me.twin.json", "--goal", "dry sometimes"],
        ["plan", "me.twin.json", "--can-treat", "Sun Wendsday"],
        ["forecast", "me.twin.json", "Treat plams weekly"],
        ["plan", "me.twin.json", "--device", "Derma"],
    ):
        with pytest.raises(InputError):
            check_twin_words(words)


def files_of(words: list[str]) -> tuple[list[str], list[str]]:
    """Files that a command of the twin reads, and those that it leaves behind."""
    reads = [word for word in words[1:] if re.search(r"\.(csv|twin\.json|xlsx)$", word)]
    reads += [words[words.index(name) + 1] for name in ("--answers", "--previous") if name in words]
    out = words[words.index("-o") + 1] if "-o" in words else None
    makes: list[str] = []
    if words[:2] == ["diary", "new"]:
        reads, makes = [], [words[2]]
    elif words[0] == "demo":
        makes = [name.replace("sudomotor-report", out or "sudomotor-report") for name in MADE_BY_DEMO]
    elif words[0] == "plan" and out:
        makes = [f"{out}/plan.json"]
    elif words[0] == "limits" and words[1:2] == ["check"]:
        reads = [words[2]]
    elif out:
        makes = [out]
    elif words[0] == "twin":
        makes = [f"{Path(words[1]).stem}.twin.json"]
    return [each for each in reads if each != out], makes


@pytest.mark.parametrize("path", PAGES, ids=IDS)
def test_files_of_a_page_are_made_by_commands_before_them(path):
    """What a reader is told to type in a row works: the diary, the twin, the answers and the plan are there by then.

    A list of examples, as the page of commands is, is no row. Spreadsheets are the reader's own.
    """
    if path.name == "cli.md":
        return
    there: set[str] = set()
    for words in shown_commands(path):
        if words[0] not in (*TWIN, "demo"):
            continue
        reads, makes = files_of(words)
        for name in reads:
            assert name in there or (ROOT / name).exists() or name.endswith(".xlsx"), f"{words}: {name}"
        there |= set(makes)


def test_a_file_that_nothing_made_would_be_found():
    assert files_of(["plan", "me.twin.json", "--answers", "a.toml", "-o", "p"]) == (
        ["me.twin.json", "a.toml"], ["p/plan.json"],
    )  # fmt: skip
    assert files_of(["twin", "diary.csv"]) == (["diary.csv"], ["diary.twin.json"])
    assert files_of(["diary", "new", "diary.csv"]) == ([], ["diary.csv"])
    assert files_of(["limits", "check", "answers.toml"]) == (["answers.toml"], [])


def check_names(words: list[str]) -> None:
    """Hypotheses, persons, tasks, channels, claims and designs that a shown command names are there."""
    from sudomotor.cli.compare import join_hypotheses, split_hypotheses
    from sudomotor.evidence.claims_register import claim
    from sudomotor.evidence.compare import check_rivals
    from sudomotor.evidence.design import read_design
    from sudomotor.model import Hypotheses
    from sudomotor.model.channels import channel
    from sudomotor.model.tasks import task
    from sudomotor.parameters import load

    if words[0] == "compare":
        joined = join_hypotheses(list(words))
        check_rivals(split_hypotheses([joined[joined.index("--hypotheses") + 1]]))
    elif "--hypotheses" in words:
        Hypotheses.parse(words[words.index("--hypotheses") + 1])
    after = {
        name: words[words.index(name) + 1] for name in ("--task", "--channel", "--person") if name in words
    }
    if "--task" in after:
        task(after["--task"], load())
    if "--channel" in after and words[0] != "measure":  # whose channels are those of a file
        channel(after["--channel"], load())
    if "--person" in after and not after["--person"].endswith(".toml"):
        Person.preset(after["--person"])
    if words[0] == "claims":
        for word in words[1:]:
            assert word.startswith("--") or claim(word)
    if words[0] == "identify":
        for word in words[1:]:
            assert word.startswith("-") or "/" not in word or read_design(ROOT / word).steps


def test_wrong_names_in_a_shown_command_would_be_found():
    for words in (
        ["compare", "Treat palms at 15 mA DC for 20 minutes, daily", "--hypotheses", "loop", "lop"],
        ["run", "Treat palms at 15 mA DC for 20 minutes, daily", "--hypotheses", "central+compensation"],
        ["stress", "--task", "dance"],
        ["run", "Treat palms at 15 mA DC for 20 minutes, daily", "--channel", "sneeze"],
        ["stress", "--person", "tall"],
        ["claims", "C9.9"],
        ["identify", "examples/no-such-design.toml"],
    ):
        with pytest.raises(InputError):
            check_names(words)


def test_names_of_hypotheses_are_no_sentences():
    words = ["compare", "Treat palms daily", "Pause", "--hypotheses", "peripheral", "loop", "--days", "9"]
    assert courses_of(words) == [["Treat palms daily", "Pause"]]


def test_there_are_commands_to_understand():
    shown = [words for path in PAGES for words in shown_commands(path)]
    assert len(shown) > 20
    assert {words[0] for words in shown} == {
        "run", "session", "stress", "compare", "claims", "identify", "panic", "evidence", "parameters", "cite",
        "demo", "diary", "twin", "forecast", "replay", "plan", "backtest", "limits", "live", "measure",
    }  # fmt: skip
    assert {words[1] for words in shown if words[0] == "evidence"} == {"run", "fit", "mind", "sham"}
    assert {words[1] for words in shown if words[0] == "diary"} == {"new", "check", "fhir", "add-recording"}
    assert {"ask", "check"} <= {words[1] for words in shown if words[0] == "limits" and len(words) > 1}


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("session", ["session", "15 mA DC for 20 minutes", "--people", "5"]),
        (
            "run",
            [
                "run",
                "Treat palms at 15 mA DC for 20 minutes, daily for 3 days",
                "--days",
                "5",
                "--people",
                "5",
            ],
        ),
        ("evidence run", ["evidence", "run", str(ROOT / "examples" / "study.toml"), "--people", "20"]),
        ("stress", ["stress", "--people", "2", "--minutes", "12"]),
        (
            "compare",
            [
                "compare",
                "Treat palms at 15 mA DC for 20 minutes, daily for 3 days",
                "--days",
                "5",
                "--people",
                "5",
                "--hypotheses",
                "peripheral",
                "loop",
            ],
        ),
        ("claims", ["claims", "C1.2", "--people", "2"]),
        ("identify", ["identify", "{tmp}/design.toml"]),
        ("panic", ["panic", "--days", "2", "--patients", "1", "--to-day", "1"]),
        ("evidence mind", ["evidence", "mind", "--check", "10"]),
        ("evidence sham", ["evidence", "sham", "--draws", "100"]),
        ("diary new", ["diary", "new", "{tmp}/new.csv"]),
        ("diary check", ["diary", "check", "{diary}"]),
        ("twin", ["twin", "{diary}", "--method", "map", "--no-backtest"]),
        ("forecast", ["forecast", "{twin}", "--days", "10"]),
        ("replay", ["replay", "{twin}", "--skip", "2025-03-04"]),
        ("plan", ["plan", "{twin}", "--answers", "{answers}", "--horizon", "14", "--today", "2025-03-20"]),
        ("backtest", ["backtest", "{diary}", "--method", "map"]),
        ("limits", ["limits"]),
        ("limits check", ["limits", "check", "{answers}"]),
    ],
)
def test_every_key_of_the_json_is_on_its_page(title, words, capsys, tmp_path, own, monkeypatch):
    from sudomotor.cli.main import main
    from sudomotor.model.mechanisms import MECHANISMS

    # the command fits every account of the block; one is enough to see the keys
    fitting = import_module("sudomotor.twin.fit")
    monkeypatch.setattr(fitting, "MECHANISMS", {"charge": MECHANISMS["charge"]})
    (tmp_path / "design.toml").write_text(SMALL_DESIGN, "utf-8")
    if any(re.search(r"\{(diary|twin|answers)\}", word) for word in words):
        words = [word.format(**own(), tmp=tmp_path) for word in words]
    words = [word.replace("{tmp}", str(tmp_path)) for word in words]

    page = (ROOT / "docs" / "reference" / "json.md").read_text("utf-8")
    section = page.split(f"## `sudomotor {title} … --json`\n")[1].split("\n## ")[0]
    named = set(re.findall(r"`(\w+)`", section))
    assert main([*words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    for one in found if isinstance(found, list) else [found]:
        assert set(one) - named == set()


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """Paths of a small diary, its twin and answers; made when they are first asked for."""
    from sudomotor.diary import Diary
    from sudomotor.limits import Answers
    from sudomotor.twin import fit

    made: dict[str, str] = {}

    def paths() -> dict[str, str]:
        if not made:
            folder = tmp_path_factory.mktemp("own")
            (folder / "diary.csv").write_text(SMALL_DIARY, "utf-8")
            diary = Diary.read(folder / "diary.csv")
            fit(diary, accounts=("charge",), method="map", draws=40).save(folder / "me.twin.json")
            text = Answers.template_text(Answers.all_no(diary.last, age=34))
            (folder / "answers.toml").write_text(text, "utf-8")
            names = {"diary": "diary.csv", "twin": "me.twin.json", "answers": "answers.toml"}
            made.update({key: str(folder / name) for key, name in names.items()})
        return made

    return paths


def test_the_keys_of_the_demo_are_on_their_page():
    """The demo takes too long for its keys alone, so they are read from where it writes them."""
    tree = ast.parse((ROOT / "src" / "sudomotor" / "cli" / "demo.py").read_text("utf-8"))
    written = next(node for node in ast.walk(tree) if getattr(node, "name", "") == "_print_json")
    keys = {
        key.value for node in ast.walk(written) if isinstance(node, ast.Dict) for key in node.keys if isinstance(key, ast.Constant)
    }  # fmt: skip
    page = (ROOT / "docs" / "reference" / "json.md").read_text("utf-8")
    section = page.split("## `sudomotor demo … --json`\n")[1].split("\n## ")[0]
    assert {"synthetic", "plan"} <= keys
    assert keys - set(re.findall(r"`(\w+)`", section)) == set()


@pytest.mark.parametrize(
    "path", [p for p in PAGES if blocks(p, "toml")], ids=lambda p: str(p.relative_to(ROOT))
)
def test_shown_files_are_accepted(path):
    for block in blocks(path, "toml"):
        if "schema" in block:
            assert "nvented" in block, "an example must say that it is none"
            assert parse_evidence(block, path.name).studies
        elif "[[measure]]" in block:
            assert parse_design(block, path.name).steps
        else:
            assert Person.parse(block).values


def test_the_study_file_of_the_page_is_the_example():
    page = blocks(ROOT / "docs" / "how-to" / "study-file.md", "toml")[0]
    example = (ROOT / "examples" / "study.toml").read_text("utf-8")
    assert parse_evidence(page, "study.toml") == parse_evidence(example, "study.toml")


@pytest.mark.parametrize("path", PAGES, ids=IDS)
def test_local_links_lead_somewhere(path):
    text = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        found = path if not file else (path.parent / file).resolve()
        assert found.exists(), f"{path.name}: {target}"
        if anchor and found.suffix == ".md":
            assert anchor in anchors(found), f"{path.name}: {target}"


def anchors(path: Path) -> set[str]:
    """Anchors of a page: its headings, and identifiers that are given."""
    text = path.read_text("utf-8")
    heads = [
        re.sub(r"[^\w\s-]", "", head.lower()).strip()
        for head in re.findall(r"^#+\s+(.*)$", text, re.MULTILINE)
    ]
    return {re.sub(r"[\s]+", "-", head) for head in heads} | set(re.findall(r"\{ #([\w-]+) \}", text))


def test_generated_pages_are_what_the_code_gives():
    done = subprocess.run(
        [sys.executable, str(TOOLS / "build_pages.py"), "--check"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_page_that_differs_is_noticed(tmp_path, monkeypatch, capsys):
    names = tool("build_pages")
    page = tmp_path / "docs" / "reference" / "limits.md"
    page.parent.mkdir(parents=True)
    page.write_text("# Limits\n", "utf-8")
    check = names["check"]
    monkeypatch.setitem(check.__globals__, "pages", lambda: {page: "# Limits\n\nanother\n"})
    monkeypatch.setitem(check.__globals__, "DOCS", tmp_path / "docs")
    assert check() == 1
    assert "+another" in capsys.readouterr().out


def test_the_output_in_the_readme_is_that_of_the_command():
    """Word by word; a number may differ by 3 %, as another processor's rounding may change a rank. Of the plan only headings.

    A plan is picked among many that are nearly as good, so that a last digit may change its dates.
    """
    names = tool("readme")
    readme = (ROOT / "README.md").read_text("utf-8")
    shown = re.search(r"<!-- output -->\s*```text\n(.*?)\n```", readme, re.DOTALL)
    assert shown is not None
    old, new = shown[1], names["run_output"](readme)
    begin, end = "How likely is a good day, with the plan below?", "Report for the person:"
    for text in (old, new):
        plan = text[text.index(begin) : text.index(end)]
        for heading in ("The plan. For research and education", "How likely is your goal?", "Why this plan"):
            assert heading in plan
        assert re.search(r"\d+ mA for \d+ minutes", plan)
    for part in (slice(None, old.index(begin)), slice(old.index(end), None)):
        other = slice(None, new.index(begin)) if part.start is None else slice(new.index(end), None)
        words, found = old[part].split(), new[other].split()
        assert len(words) == len(found)
        for one, two in zip(words, found, strict=True):
            if one != two:
                assert float(re.sub(r"[^\d.]", "", one)) == pytest.approx(
                    float(re.sub(r"[^\d.]", "", two)), rel=0.03, abs=0.01
                )


def test_the_figures_that_pages_show_are_there_and_load_nothing():
    for path in PAGES:
        for target in re.findall(r"!\[[^\]]+\]\(([^)\s]+)\)", path.read_text("utf-8")):
            figure = (path.parent / target).resolve()
            assert figure.exists(), f"{path.name}: {target}"
            loads = re.findall(r'(?:href|src)="(?!#|data:)([^"]+)"', figure.read_text("utf-8"))
            assert not loads, figure.name


def test_every_image_has_words_for_who_cannot_see_it():
    for path in PAGES:
        for words in re.findall(r"!\[([^\]]*)\]\(", path.read_text("utf-8")):
            assert len(words) > 20, f"{path.name}: {words!r}"


@pytest.mark.slow
def test_the_kept_evidence_is_what_a_run_gives():
    from sudomotor.evidence import run

    data = json.loads((ROOT / "docs" / "data" / "evidence.json").read_text("utf-8"))
    kept = data["runs"][data["default"]]
    new = run(mechanism=data["default"], people=data["people"], seed=data["seed"]).to_dict()
    assert kept["summary"]["inside"] == new["summary"]["inside"]
    for old, now in zip(kept["outcomes"], new["outcomes"], strict=True):
        assert old["predicted"] == pytest.approx(now["predicted"], rel=1e-3, abs=1e-3), old["study"]
    for old, now in zip(kept["orders"], new["orders"], strict=True):
        assert old["holds"] == now["holds"], old["id"]


# ------------------------------------------------------------------ examples


def test_the_example_script_compares_two_waters(capsys):
    names = runpy.run_path(str(ROOT / "examples" / "two_waters.py"))
    found = names["main"](people=20)
    soft, hard = found["soft"], found["hard"]
    assert soft["volts at the end"] > hard["volts at the end"]
    assert soft["pH of the anode's bath"] < hard["pH of the anode's bath"]
    assert soft["acid per duct, nmol"] > hard["acid per duct, nmol"]
    assert "soft" in capsys.readouterr().out


def test_the_example_goes_from_a_diary_to_a_plan(capsys):
    names = runpy.run_path(str(ROOT / "examples" / "my_plan.py"))
    found = names["main"](accounts=("charge",), effort="quick")
    lately, none, plan = (found[name] for name in ("lately", "none", "plan"))
    assert none.p_hdss_le_2[30] < lately.p_hdss_le_2[30]
    assert plan.sessions
    assert not plan.fallback
    assert {one.date.weekday() for one in plan.sessions} <= {2, 4, 6}
    assert "agree it with your clinician" in capsys.readouterr().out


def test_the_example_diary_says_that_nobody_wrote_it():
    text = (ROOT / "examples" / "diary.csv").read_text("utf-8")
    assert text.startswith("# SYNTHETIC")
    assert "Nobody wrote it" in text.splitlines()[0]


def test_the_example_person_is_one():
    person = Person.read(ROOT / "examples" / "person.toml")
    assert person.values["baseline_sweat_palm_mg_per_min"] == 40.0
    assert "nvented" in (ROOT / "examples" / "person.toml").read_text("utf-8")


def test_the_example_study_runs_and_says_that_it_is_invented():
    from sudomotor.evidence import run

    text = (ROOT / "examples" / "study.toml").read_text("utf-8")
    assert "INVENTED" in text.splitlines()[0]
    result = run(ROOT / "examples" / "study.toml", people=20, studies=2).to_dict()
    assert [o["arm"] for o in result["outcomes"]] == ["three times a week", "sham"]
    assert result["outcomes"][0]["predicted"] < result["outcomes"][1]["predicted"]


# ------------------------------------------------------------------ spelling

AMERICAN = re.compile(
    r"\b(colors?|colored|behaviors?|behavioral|model(?:ing|ed|er)|label(?:ing|ed)|centers?|centered|gray|fibers?|liters?|"
    r"milliliters?|millimeters?|centimeters?|tumors?|favor(?:s|ed|able|ite)?|analyz(?:e|es|ed|ing)|catalogs?|travel(?:ing|ed)|"
    r"cancel(?:ing|ed)|aluminum|edema|deionized|neighbors?|honor(?:s|ed)?|artifacts?|fulfill|gotten|normaliz(?:e|ed|ing)|"
    r"initializ(?:e|ed|ing)|summariz(?:e|ed|ing)|optimiz(?:e|ed|ing|ation)|minimiz(?:e|ed|ing)|recogniz(?:e|ed|ing)|"
    r"utiliz(?:e|ed|ing)|judgment|skeptic(?:al)?|program(?:s)? of treatment)\b",
    re.IGNORECASE,
)  # fmt: skip


def prose_of_page(path: Path) -> str:
    """A page without code and links."""
    text = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL)
    text = text.split("\n## Sources\n")[0]  # titles of papers are their authors'
    return re.sub(r"`[^`]*`|\]\([^)]*\)", "", text)


def prose_of_module(path: Path) -> str:
    """Docstrings and comments of a module."""
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    found = [
        ast.get_docstring(node) or ""
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
    ]
    found += [
        token.string
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT
    ]
    return re.sub(r"`[^`]*`|>>>[^\n]*", "", "\n".join(found))


@pytest.mark.parametrize("path", PAGES, ids=IDS)
def test_pages_are_spelt_the_british_way(path):
    assert AMERICAN.findall(prose_of_page(path)) == []


def test_the_code_is_spelt_the_british_way():
    wrong = {
        str(path.relative_to(ROOT)): found
        for folder in ("src", "docs/tools", "examples", "benchmarks")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if (found := AMERICAN.findall(prose_of_module(path)))
    }
    assert wrong == {}


def test_american_spelling_would_be_found():
    assert AMERICAN.findall("The color of the modeled behavior") == ["color", "modeled", "behavior"]


# ------------------------------------------------------------------ the site


def test_the_site_needs_no_network():
    config = (ROOT / "mkdocs.yml").read_text("utf-8")
    assert re.search(r"^\s+font: false$", config, re.MULTILINE)
    assert not re.findall(r"https?://", config)


def test_every_page_is_in_the_contents_of_the_site():
    config = (ROOT / "mkdocs.yml").read_text("utf-8").split("\nnav:\n")[1]
    named = set(re.findall(r"[\w/-]+\.md", config))
    assert named == {
        path.relative_to(ROOT / "docs").as_posix() for path in PAGES if (ROOT / "docs") in path.parents
    }


# ------------------------------------------------------------------ numbers in the text

# page, words that state a number, and the parameter that it must be (with the number that the words say)
STATED = [
    ("explanation/circuit.md", "about 2.5 V", "electrode_potential_V", 2.5),
    ("explanation/circuit.md", "a fifth of its conductance", "blocked_conductance_fraction", 0.2),
    ("explanation/water.md", "5 minutes; judged, 1 to 60", "bath_mixing_minutes", 5.0),
    ("explanation/duct.md", "some 15 µm wide", "duct_radius_um", 7.5),
    ("explanation/duct.md", "3 mm long", "duct_length_palm_mm", 3.0),
    ("explanation/block.md", "It is set to four", "stages_to_block", 4.0),
    ("explanation/scales-and-harm.md", "about 27 %", "gravimetry_noise_log_sd", 0.27),
    ("explanation/scales-and-harm.md", "tingling 88 %", "paraesthesia_reference_pct", 88.0),
    ("explanation/scales-and-harm.md", "small blisters 2 %", "vesicles_reference_pct", 2.0),
    ("explanation/studies.md", "about 27 %", "gravimetry_noise_log_sd", 0.27),
    ("how-to/device-limit.md", "takes 60 V", "device_max_volts", 60.0),
    ("how-to/plan-sessions.md", "fewer than 4 sessions", "plan_min_sessions", 4.0),
    ("how-to/plan-sessions.md", "6 readings", "plan_min_readings", 6.0),
    ("how-to/plan-sessions.md", "or 14 days", "plan_min_days", 14.0),
    ("how-to/fit-your-diary.md", "less than half of the doubt is left", "twin_known_yes_share", 0.45),
    ("how-to/fit-your-diary.md", "at least a fifth of the doubt is gone", "twin_known_partly_share", 0.8),
    ("explanation/planning.md", "are 80 % if nothing is said", "plan_chance_pct", 80.0),
    ("explanation/planning.md", "One in five is taken to be missed", "plan_missed_pct", 20.0),
    ("explanation/planning.md", "five minutes more", "plan_setup_minutes", 5.0),
    ("explanation/planning.md", "| two hours in 90 days |", "plan_overdry_cost_minutes", 120.0),
    ("explanation/planning.md", "| two hours in 90 days |", "plan_irritation_cost_minutes", 120.0),
    ("explanation/planning.md", "at the latest after six weeks", "plan_build_up_most_days", 42.0),
    ("explanation/planning.md", "No four weeks may", "plan_stretch_days", 28.0),
    ("explanation/planning.md", "one more dry day would cost more than 25 minutes", "plan_dry_day_minutes", 25.0),
    ("explanation/planning.md", "less than a twentieth of the time", "plan_keep_pct", 5.0),
    ("explanation/planning.md", "until ten sessions of the label's length", "plan_fair_sessions", 10.0),
    ("explanation/planning.md", "within five weeks", "plan_fair_days", 35.0),
    ("explanation/planning.md", "within two weeks while you are getting dry", "plan_first_review_days", 14.0),
    ("explanation/planning.md", "after four once you are", "plan_review_days", 28.0),
    ("explanation/nerve-and-gland.md", "needs 1.45 s", "nerve_delay_s", 1.45),
    ("explanation/nerve-and-gland.md", "by 0.05 µS", "response_criterion_uS", 0.05),
    ("explanation/heart.md", "0.07 Hz", "heart_sympathetic_natural_Hz", 0.07),
    ("explanation/heart.md", "damping 1.96", "heart_sympathetic_damping", 1.96),
    ("explanation/heart.md", "| 0.73 s |", "heart_sympathetic_lag_s", 0.73),
    ("explanation/heart.md", "0.12 Hz", "heart_vagal_corner_Hz", 0.12),
    ("explanation/heart.md", "| 0.12 s |", "heart_vagal_lag_s", 0.12),
    ("explanation/heart.md", "60 ms · V", "rmssd_per_vagal_ms", 60.0),
    ("explanation/mind.md", "outlasts a volley by two minutes", "corneum_drying_s", 120.0),
    ("explanation/learning.md", "within a week of a session", "belief_days", 7.0),
    ("explanation/learning.md", "It is judged, at 0.5", "learning_device_share", 0.5),
    ("explanation/channels.md", "| `blush` | 15 s |", "channel_blush_latency_s", 15.0),
    ("explanation/channels.md", "| `tremor` | 1 s |", "channel_tremor_latency_s", 1.0),
    ("explanation/channels.md", "| `startle` | 0.05 s |", "channel_startle_latency_s", 0.05),
    ("explanation/channels.md", "| `heart` | 7 s |", "channel_heart_latency_s", 7.0),
]


@pytest.mark.parametrize(("page", "words", "name", "stated"), STATED, ids=lambda each: str(each)[:40])
def test_numbers_in_the_text_are_those_of_the_parameters(page, words, name, stated):
    from sudomotor.parameters import load

    text = " ".join((ROOT / "docs" / page).read_text("utf-8").split())
    assert words in text
    assert load().value(name) == pytest.approx(stated, rel=1e-9)


def test_the_table_of_switches_is_that_of_the_code():
    """Every switch has its row: what is on by default, with the grade that the code states."""
    from sudomotor.model.hypotheses import SUPPORTED, SWITCHES

    text = (ROOT / "docs" / "explanation" / "hypotheses.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| (\w+)[^|]* \| (yes|no) \|$", text, re.MULTILINE)
    assert {name: on == "yes" for name, _, on in rows} == {name: name in SUPPORTED for name in SWITCHES}
    for name, grade, _ in rows:
        assert f"({grade}" in SWITCHES[name], name


def test_the_greatest_loop_gain_is_what_the_page_says():
    from sudomotor.model import Hypotheses
    from sudomotor.model.equilibria import greatest_gain, typical

    text = " ".join((ROOT / "docs" / "explanation" / "equilibria.md").read_text("utf-8").split())
    assert "greatest gain at any load is a few hundredths" in text
    assert 0.02 < float(greatest_gain(*typical())[0]) < 0.06
    assert "one balance, with a gain of about a half" in text
    strong = Hypotheses.parse("strong_loop")
    assert 0.4 < float(greatest_gain(*typical(hypotheses=strong))[0]) < 0.65


def test_every_trait_is_on_the_page_of_the_twin():
    from sudomotor.twin.file import draw_name
    from sudomotor.twin.priors import TRAITS

    page = (ROOT / "docs" / "explanation" / "twin.md").read_text("utf-8")
    file = (ROOT / "docs" / "reference" / "twin-file.md").read_text("utf-8")
    for trait in TRAITS:
        assert f"| `{trait.name}` |" in page
        assert f"| `{draw_name(trait)}` |" in file


def test_what_was_not_run_has_no_number():
    names = tool("twin_pages")
    for section in ("sbc_section", "forecasts_section", "closed_loop_section", "speed_section"):
        told = names[section]({}).removeprefix(names["GENERATED"])
        assert "not run yet" in told
        assert not re.search(r"\d", told)
    assert names["misses_section"]({}).count("not run yet") == 4
    assert names["summary_section"]({}).count("not run yet") == 3


def test_a_miss_is_told_as_one():
    names = tool("twin_pages")
    skill = {
        "beats_pct": 55.0,
        "skill": 0.05,
        "skill_low": 0.0,
        "skill_high": 0.1,
        "worst_tenth": -0.2,
        "crps": 0.5,
    }
    group = {
        "people": 9, "crps": 0.4, "against": {"chosen on training days": skill}, "covered_90": 0.9,
        "skill_by_week": [0.1, 0.0],
    }  # fmt: skip
    data = {"forecasts": {"machine": "none", "groups": {"virtual people": group}}}
    assert "**no**" in names["forecasts_section"](data)
    assert "better than the naive for 55 % of people" in names["misses_section"](data)
    skill |= {"beats_pct": 70.0, "skill": 0.15}
    assert "**no**" not in names["forecasts_section"](data)
    assert "55 %" not in names["misses_section"](data)


def test_a_closed_loop_that_saves_too_little_is_told_as_a_miss():
    names = tool("twin_pages")
    arm = {"dry": 0.8, "dry_last_four_weeks": 0.85, "minutes_per_month": 90.0, "sessions": 12.0}
    group = {
        "people": 9, "arms": {"planner": arm, "hidroxa": arm, "no treatment": arm}, "best_label": "hidroxa", "saves_pct": 12.0,
        "more_dry_days_points": 1.0, "hull_minutes_per_month": None, "saves_of_hull_pct": None, "drier_or_equal_pct": 60.0,
        "fewer_minutes_pct": 70.0, "both_pct": 40.0, "loses_both_pct": 4.0, "losers": ["3 (acid)"], "refused": 0, "fallbacks": 2,
        "dry_difference_quantiles": [-0.1, 0, 0, 0.1, 0.2], "minutes_ratio_quantiles": [0.4, 0.6, 0.7, 0.8, 1.1],
        "seconds_fit": 1.0, "seconds_plan": 2.0,
    }  # fmt: skip
    data = {"closed_loop": {"machine": "none", "arguments": {}, "groups": {"all": group}}}
    assert "not reached" in names["closed_loop_section"](data)
    assert "3 (acid)" in names["closed_loop_section"](data)
    assert "**The closed loop, all.**" in names["misses_section"](data)
    group["saves_pct"] = 25.0
    assert "not reached" not in names["closed_loop_section"](data)
    assert "**The closed loop, all.**" not in names["misses_section"](data)


def test_the_threshold_of_dry_is_about_what_the_pages_say():
    from sudomotor.parameters import load

    assert "about 20 mg" in (ROOT / "docs" / "tutorial.md").read_text("utf-8")
    assert load().value("control_palm_mg_per_min") == 20.0


def test_the_acid_of_the_water_page_is_faradays():
    from sudomotor.session.bath import advance, basin, still
    from sudomotor.session.water import bath_pH

    text = (ROOT / "docs" / "explanation" / "water.md").read_text("utf-8")
    for litres, pH in re.findall(r"\| ([\d.]+) litres? \| ([\d.]+) \|", text):
        pans = basin(float(litres), float(litres), 160.0, 160.0, 0.0)
        after = advance(still(0.0), pans, 15.0, 20.0)
        gap = float(pans.gap_anode_litres)
        made = float(after.anode_gap) * gap + float(after.anode_rest) * (float(litres) - gap)
        assert f"{-1000 * made:.0f} µmol" in text
        assert f"{float(bath_pH(made / float(litres), 0.0)):.2f}" == pH
