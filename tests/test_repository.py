"""Rules of the house that hold for every file of the repository."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "sudomotor"
MODULES = sorted(SOURCE.rglob("*.py"))
MAX_LINES = 500
# longer files, each with the reason why it is not split
LONG: dict[str, str] = {
    "session/duct_kernels.py": "numba's cache does not notice a change of another file: kernels stand in one",
}
HEAVY = ("numpy", "scipy", "jax", "matplotlib", "xarray", "numba", "pandas", "jinja2")
# written in two halves, so that this file does not hold them
FORBIDDEN = ["/wo" + "rk/", "/ro" + "ot/", "TO" + "DO", "FIX" + "ME", "XX" + "X:"]
TEXT = {".py", ".md", ".toml", ".bib", ".yml", ".yaml", ".cff", ".html", ".css", ".txt", ".json", ".svg", ""}


def tracked() -> list[Path]:
    """Files that belong to the repository: tracked ones, and new ones that are not ignored."""
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if done.returncode:  # an unpacked archive has no history
        return [
            p
            for name in ("src", "tests", "docs", "examples")
            for p in (ROOT / name).rglob("*")
            if p.is_file()
        ]
    return [path for name in done.stdout.splitlines() if (path := ROOT / name).is_file()]


def imports_of(path: Path) -> set[str]:
    """Every module that a file imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def test_files_are_short():
    found = {}
    for path in MODULES:
        lines = len(path.read_text("utf-8").splitlines())
        if lines > MAX_LINES:
            found[path.relative_to(SOURCE).as_posix()] = lines
    unexplained = {name: lines for name, lines in found.items() if name not in LONG}
    assert unexplained == {}
    assert set(LONG) <= set(found), "a file in the list of long ones is not long any more"
    assert all(len(reason) > 20 for reason in LONG.values())


def test_no_file_names_the_place_where_it_was_written():
    wrong = []
    for path in tracked():
        if path.suffix in TEXT:
            text = path.read_text("utf-8", errors="replace")
            wrong += [f"{path.relative_to(ROOT)}: {word}" for word in FORBIDDEN if word in text]
    assert wrong == []


def test_no_unfinished_code():
    """No body that only passes, no NotImplementedError, no placeholder docstring."""
    wrong = []
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and all(isinstance(line, ast.Pass) for line in node.body):
                wrong.append(f"{path.name}: {node.name}")
            if isinstance(node, ast.Name) and node.id == "NotImplementedError":
                wrong.append(f"{path.name}: NotImplementedError")
    assert wrong == []


def test_nothing_is_pickled():
    assert [
        p.name
        for p in MODULES
        if imports_of(p) & {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
    ] == []
    loads = re.compile(r"allow_pickle\s*=\s*True")
    assert [p.name for p in MODULES if loads.search(p.read_text("utf-8"))] == []


def test_nothing_reaches_for_the_network():
    net = {
        "urllib.request",
        "http.client",
        "socket",
        "requests",
        "httpx",
        "aiohttp",
        "ftplib",
        "telnetlib",
        "smtplib",
    }
    assert [p.name for p in MODULES if imports_of(p) & net] == []


def test_templates_load_nothing():
    """A report is one file: no address, no script, no linked style, font or image."""
    templates = [p for p in SOURCE.rglob("*") if p.suffix in {".html", ".css", ".j2", ".svg"}]
    assert templates
    for path in templates:
        text = path.read_text("utf-8")
        assert not re.findall(r"https?://(?!www\.w3\.org/)", text), path.name
        assert not re.findall(r"<script|<link[^>]+stylesheet|@import|url\((?!['\"]?(?:data:|#))", text), (
            path.name
        )


def test_scripts_load_nothing():
    """What a page computes it computes from what stands in it."""
    for path in SOURCE.rglob("*.js"):
        text = path.read_text("utf-8")
        assert not re.findall(
            r"https?://|\bimport\b|fetch\(|XMLHttpRequest|WebSocket|sendBeacon|eval\(|\.src\b|localStorage|document\.cookie", text
        ), path.name


def test_every_module_says_what_it_is_for():
    short = [
        p.relative_to(SOURCE).as_posix()
        for p in MODULES
        if len(ast.get_docstring(ast.parse(p.read_text("utf-8"))) or "") < 20
    ]
    assert short == []


@pytest.mark.parametrize("module", ["sudomotor", "sudomotor.cli.main"])
def test_import_is_light(module):
    code = f"import {module}, sys, json; print(json.dumps(sorted(set(m.split('.')[0] for m in sys.modules))))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(json.loads(done.stdout)) & set(HEAVY) == set()


def test_help_is_light():
    """`--help` of every command is shown without the libraries that compute."""
    code = (
        "import sys, json, io, contextlib\n"
        "from sudomotor.cli.main import main\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        "    codes = [main([*words, '--help']) for words in ([], ['run'], ['evidence', 'fit'])]\n"
        "print(json.dumps([codes, sorted(set(m.split('.')[0] for m in sys.modules))]))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    codes, modules = json.loads(done.stdout.splitlines()[-1])
    assert set(codes) == {0}
    assert set(modules) & set(HEAVY) == set()


def test_every_public_name_is_there():
    import sudomotor

    for name in sudomotor.__all__:
        assert getattr(sudomotor, name) is not None
    assert set(sudomotor.__all__) <= set(dir(sudomotor))
    with pytest.raises(AttributeError):
        _ = sudomotor.no_such_name


def test_the_version_is_one():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    version = project["version"]
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text("utf-8")
    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert project["license"] in (ROOT / "CITATION.cff").read_text("utf-8")


def test_data_files_are_text():
    """Weights and tables are text (or npz without pickled objects), so that a change can be read."""
    kinds = {p.suffix for p in SOURCE.rglob("*") if p.is_file() and "__pycache__" not in p.parts}
    assert kinds <= {".py", ".toml", ".bib", ".csv", ".html", ".css", ".json", ".npz", ".typed", ".txt", ".js", ""}
