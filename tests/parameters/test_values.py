"""Every shipped parameter is sound: in range, in a known unit, cited, and used by the model."""

from __future__ import annotations

import ast
import math
import re
import tomllib

import pytest

from sudomotor.limits import Limits, devices
from sudomotor.parameters import load, load_citations
from sudomotor.parameters.loader import data_folder
from sudomotor.parameters.units import UNITS
from sudomotor.person import presets

PARAMETERS = load(calibrated=False)
FITTED = load()
ROOT = data_folder().parents[1]

# the unit that the end of a name promises
SUFFIXES = {
    "mg_per_min": "mg/min",
    "per_cm2": "1/cm2",
    "cm2": "cm2",
    "um": "um",
    "mm": "mm",
    "cm": "cm",
    "ohm": "ohm",
    "mA": "mA",
    "nA": "nA",
    "minutes": "min",
    "min": "min",
    "days": "d",
    "hours": "h",
    "years": "years",
    "mM": "mM",
    "uM": "uM",
    "uS": "uS",
    "pmol_per_min": "pmol/min",
    "per_min": "1/min",
    "per_day": "1/d",
    "Hz": "Hz",
    "litres": "l",
    "nmol": "nmol",
    "uC": "uC",
    "mA_per_cm2": "mA/cm2",
    "mC_per_cm2": "mC/cm2",
    "nF_per_cm2": "nF/cm2",
    "uS_per_cm": "uS/cm",
    "uS_per_s": "uS/s",
    "per_s": "1/s",
    "S_per_m": "S/m",
    "kohm_cm2": "kohm.cm2",
    "nL_per_min": "nL/min",
    "pct": "%",
    "mA_per_s": "mA/s",
    "volts": "V",
    "V": "V",
    "degC": "degC",
    "nA_per_duct": "nA",
    "nmol_per_duct": "nmol",
    "mg_per_cm2_per_min": "mg/cm2/min",
    "bpm": "1/min",
    "ms": "ms",
    "1e_9_m2_per_s": "1e-9 m2/s",
    "1e_9_m2_per_V_s": "1",
    "s": "s",
}


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_each_value_is_finite_and_inside_its_range(name):
    for parameter in (PARAMETERS[name], FITTED[name]):
        assert math.isfinite(parameter.value)
        assert math.isfinite(parameter.low)
        assert math.isfinite(parameter.high)
        assert parameter.low <= parameter.value <= parameter.high
        assert parameter.in_range


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_each_unit_is_known_and_is_the_one_that_the_name_ends_in(name):
    unit = PARAMETERS[name].unit
    assert unit in UNITS
    ending = next((s for s in sorted(SUFFIXES, key=len, reverse=True) if name.endswith("_" + s)), None)
    if ending:
        assert unit == SUFFIXES[ending]


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_each_parameter_says_where_it_comes_from(name):
    parameter = PARAMETERS[name]
    assert len(parameter.text.split()) >= 3
    if parameter.grade != "judged":
        assert parameter.source, "published, measured and derived values cite their source"
    if not parameter.source:
        assert len(parameter.text.split()) >= 6, "a judged value without a source gives its reason"
    assert set(parameter.source) <= set(load_citations())


def test_presets_limits_and_devices_cite_known_sources():
    known = set(load_citations())
    for preset in presets().values():
        for value in preset.values.values():
            assert set(value.source) <= known
        if preset.include:
            assert set(preset.include.source) <= known
    for limit in Limits.default().values():
        assert limit.source
        assert set(limit.source) <= known, limit.name
    for device in devices():
        assert device.source
        assert set(device.source) <= known, device.name


def test_no_parameter_is_declared_in_two_files():
    seen: dict[str, str] = {}
    for path in data_folder().glob("*.toml"):
        if path.name in {"calibration.toml", "presets.toml", "limits.toml", "devices.toml"}:
            continue
        for name in tomllib.loads(path.read_text("utf-8")):
            assert name not in seen, f"{name}: {seen[name]} and {path.name}"
            seen[name] = path.name
    assert set(seen) == set(PARAMETERS)


def names_in_code() -> tuple[set[str], list[re.Pattern[str]]]:
    """Texts of the code outside parameters/, and patterns of its f-strings, docstrings left out."""
    texts: set[str] = set()
    patterns: list[re.Pattern[str]] = []
    for path in ROOT.rglob("*.py"):
        if path.is_relative_to(ROOT / "parameters"):
            continue
        tree = ast.parse(path.read_text("utf-8"))
        documentation = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and id(node) not in documentation
            ):
                texts.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [v.value if isinstance(v, ast.Constant) else None for v in node.values]
                # an f-string with hardly any text of its own would match every name
                if sum(len(str(part)) for part in parts if part is not None) >= 6:
                    patterns.append(
                        re.compile(
                            "".join(
                                r"[a-z]+(?:_[a-z]+)?" if part is None else re.escape(str(part))
                                for part in parts
                            )
                        )
                    )
    return texts, patterns


TEXTS, PATTERNS = names_in_code()


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_each_parameter_is_used_by_the_code(name):
    used = name in TEXTS or any(pattern.fullmatch(name) for pattern in PATTERNS)
    assert used, f"{name} is declared but nothing in the package names it"


def test_the_search_for_uses_can_fail():
    assert "duct_radius_um_of_nobody" not in TEXTS
    assert not any(pattern.fullmatch("duct_radius_um_of_nobody") for pattern in PATTERNS)


def test_each_citation_has_a_title_and_each_paper_a_year():
    for citation in load_citations().values():
        fields = dict(citation.fields)
        assert fields.get("title"), citation.key
        # a web page may bear no year
        assert citation.kind == "misc" or re.search(r"\d{4}", fields.get("year", "")), citation.key
        assert citation.text.endswith(".")


def test_offices_and_firms_are_cited_by_their_whole_name():
    known = load_citations()
    assert known["hidroxa_510k"].text.startswith("U.S. Food and Drug Administration. Premarket")
    assert known["bindner_implants"].text.startswith("Bindner medical. ")
    assert "Food, Drug" not in "".join(each.text for each in known.values())
    assert not [key for key, each in known.items() if set("{}\\") & set(each.text)]
    # BibTeX keeps its braces, so that another program does not split the name either
    assert "{{U.S. Food and Drug Administration}}" in known["hidroxa_510k"].bibtex
