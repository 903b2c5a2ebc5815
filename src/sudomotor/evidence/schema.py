"""Evidence files: published outcomes and ordinal facts, read and checked into frozen records.

The head of `data/calibration.toml`, the table that is shipped, states the schema. Any file of that schema is
read here; whatever cannot be read is answered with the file, the study, the arm, the outcome, the key and the
mend.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sudomotor.course import Course, TreatStep
from sudomotor.errors import InputError
from sudomotor.evidence.fields import Table, number
from sudomotor.evidence.records import Arm, Baseline, Evidence, Moment, Order, OrderArm, Outcome, Range, Study
from sudomotor.evidence.vocabulary import (
    ASSUMABLE,
    CRITERIA,
    MAY_BE_ZERO,
    MEASURES,
    ORDER_MEASURES,
    PLACES,
    POPULATION_OF,
    WEIGHTS,
    Measure,
    place_site,
)
from sudomotor.model.scales import SINGULAR
from sudomotor.person import Person

DEFAULT_N = 20
_OUTCOME_KEYS = (
    "measure", "criterion", "days_after_last_session", "week", "value", "tolerance", "counts", "weight",
    "site", "side",
)  # fmt: skip
_ARM_KEYS = ("name", "course", "n", "assumed", "outcome", "site", "side", "population", "baseline", "weight")
_STUDY_KEYS = ("id", "citation", "n", "site", "side", "population", "weight", "baseline", "assumed", "arm")
_ORDER_KEYS = (
    "id", "citation", "measure", "criterion", "min_ratio", "more", "less", "population", "site", "side",
    "assumed", "days_after_last_session", "week",
)  # fmt: skip
_ORDER_ARM_KEYS = (
    "course", "side", "site", "population", "days_after_last_session", "week", "criterion", "assumed",
    "baseline",
)  # fmt: skip


def shipped() -> Evidence:
    """The table that the simulator is calibrated on.

    >>> len(shipped().studies), len(shipped().counted), len(shipped().orders)
    (9, 22, 7)
    """
    return parse_evidence(
        (resources.files("sudomotor.evidence") / "data" / "calibration.toml").read_text("utf-8"),
        "calibration.toml",
    )


def read_evidence(path: str | Path) -> Evidence:
    """Read and check an evidence file.

    Raises
    ------
    InputError
        naming the place and the mend.
    """
    file = Path(path)
    try:
        text = file.read_text("utf-8")
    except FileNotFoundError:
        raise InputError(
            f"there is no file '{path}'", mend="give the path of an evidence file in TOML"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"'{path}' cannot be read: {error}", mend="give a TOML file in UTF-8") from None
    return parse_evidence(text, file.name)


def parse_evidence(text: str, name: str = "evidence") -> Evidence:
    """Read and check the text of an evidence file; `name` stands for the file in errors."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not a TOML file: {error}", where=name, mend="correct the line named") from None
    top = Table(raw, name)
    top.only(("schema", "defaults", "study", "order"))
    if top.need("schema", "1") != 1 or isinstance(raw["schema"], bool):
        raise InputError(f"schema {raw['schema']!r} is not known", where=top.at("schema"), mend="schema = 1")
    defaults = top.table("defaults")
    assumed: dict[str, Range] = {}
    if defaults is not None:
        defaults.only(("assumed",))
        assumed = _assumed(defaults)
    studies = tuple(_study(row, i, name, assumed) for i, row in enumerate(top.tables("study")))
    orders = tuple(_order(row, i, name, assumed) for i, row in enumerate(top.tables("order")))
    for kind, ids in (("study", [s.id for s in studies]), ("order", [o.id for o in orders])):
        for one in ids:
            if ids.count(one) > 1:
                raise InputError(f"the {kind} '{one}' stands twice", where=name, mend="give each its own id")
    if not studies and not orders:
        raise InputError(
            "the file holds no study and no order", where=name, mend="add [[study]] or [[order]]"
        )
    return Evidence(name, studies, orders)


def _assumed(table: Table) -> dict[str, Range]:
    inner = table.table("assumed")
    if inner is None:
        return {}
    inner.only(ASSUMABLE)
    found = {}
    for key, pair in inner.raw.items():
        where = inner.at(key)
        if not isinstance(pair, list) or len(pair) != 2:
            raise InputError(
                f"{key} must be a range of two numbers, got {pair!r}", where=where, mend=f"{key} = [1, 2]"
            )
        least, above = (0.0, -math.inf) if key in MAY_BE_ZERO else (-math.inf, 0.0)
        low, high = (number(v, key, where, most=ASSUMABLE[key], least=least, above=above) for v in pair)
        if low > high:
            raise InputError(
                f"the range of {key} runs from {low:g} down to {high:g}",
                where=where,
                mend=f"{key} = [{high:g}, {low:g}]",
            )
        found[key] = (low, high)
    return found


def stated(course: Course) -> set[str]:
    """Keys of `assumed` whose value the sentences of a course give themselves.

    >>> sorted(stated(Course("Treat palms at 15 mA for 20 minutes, 3 times a week for 4 weeks")))
    ['current_mA', 'minutes', 'sessions_per_week']
    """
    steps = [step for step in course.steps if isinstance(step, TreatStep)]
    said = {"current_mA", "minutes", "sessions_per_week"}
    for session in (step.session for step in steps):
        water = session.water
        for key, value in (
            ("litres", water.litres),
            ("alkalinity_mM", water.alkalinity_mM),
            ("water_uS_per_cm", water.conductivity_uS_per_cm),
            ("area_cm2", session.area_cm2),
        ):
            if value is not None:
                said.add(key)
    return said


def _merged(
    course: Course, defaults: Mapping[str, Range], own: Mapping[str, Range]
) -> tuple[dict[str, Range], list[str]]:
    """Ranges in force: those of study and arm replace what the course says; the file's defaults fill what
    it leaves open.
    """
    said, notes = stated(course), list[str]()
    treated = {site for step in course.steps if isinstance(step, TreatStep) for site in step.session.sites}
    if treated == {"axillae"} and "litres" in defaults and "litres" not in {*own, *said}:
        said.add("litres")
        notes.append("armpits have pads, not pans, so the file's default range of litres is not used")
    kept = {key: pair for key, pair in defaults.items() if key not in said or key in own}
    notes += [
        f"{key} is stated by the course, so the file's default range is not used"
        for key in defaults
        if key not in kept and key in stated(course)
    ]
    return {**kept, **own}, notes


def _course(table: Table) -> Course:
    sentences = table.need("course", '["Treat palms at 15 mA DC for 20 minutes, 3 times a week for 4 weeks"]')
    where = table.at("course")
    if isinstance(sentences, str):
        sentences = [sentences]
    if not isinstance(sentences, list) or not all(isinstance(s, str) for s in sentences):
        raise InputError(
            f"course must be a list of sentences, got {sentences!r}",
            where=where,
            mend='course = ["Treat palms …"]',
        )
    try:
        return Course(*sentences)
    except InputError as error:
        raise InputError(
            error.what, where=f"{where}; {error.where}" if error.where else where, mend=error.mend
        ) from None


def _place(table: Table, inherited: str | None) -> str:
    """The site or side that is read: `site` ("palms", "left palm") and, beside it, `side` ("left",
    "right", "both").
    """
    place = inherited if inherited is not None and "site" not in table else table.word("site", PLACES)
    if "side" in table:
        side = table.word("side", ("left", "right", "both"))
        site = place_site(place)
        place = site if side == "both" else f"{side} {SINGULAR[site]}"
    return place


def _baseline(table: Table, place: str, inherited: Baseline) -> Baseline:
    inner = table.table("baseline")
    if inner is None:
        return inherited
    inner.only(("sweat_mg_per_min_per_hand", "sweat_mg_per_min", "hdss_mean"))
    sweat = None
    for key in ("sweat_mg_per_min_per_hand", "sweat_mg_per_min"):
        if key in inner:
            if sweat is not None:
                raise InputError(
                    "the baseline sweat stands twice", where=inner.at(key), mend="keep sweat_mg_per_min"
                )
            sweat = inner.number(key, above=0.0, example="52")
            if key.endswith("hand") and place_site(place) != "palms":
                raise InputError(
                    f"{key} is about hands, the site is {place}",
                    where=inner.at(key),
                    mend="sweat_mg_per_min = …, of one side",
                )
    hdss = inner.number("hdss_mean", above=1.0, most=3.999, example="3.0") if "hdss_mean" in inner else None
    return Baseline(sweat, hdss)


def _population(table: Table, default: str | None) -> str:
    name = table.text("population", '"palmar hyperhidrosis"', default)
    try:
        return Person.preset(name).preset_name
    except InputError as error:
        raise InputError(error.what, where=table.at("population"), mend=error.mend) from None


def _when(table: Table, measure: Measure, default: Moment | None, course: Course) -> Moment | None:
    if "days_after_last_session" in table and "week" in table:
        raise InputError(
            "two times are given", where=table.where, mend="keep days_after_last_session or week"
        )
    found = default
    if "days_after_last_session" in table:
        days = table.number("days_after_last_session", least=0.0, most=3000.0, example="7")
        if days != int(days):
            raise InputError(
                f"days_after_last_session = {days:g} is no whole number",
                where=table.at("days_after_last_session"),
                mend=f"days_after_last_session = {round(days)}",
            )
        found = Moment(days_after_last_session=int(days))
    if "week" in table:
        found = Moment(day=round(7 * table.number("week", least=0.0, most=400.0, example="6")))
    if not measure.needs_time:
        return None
    if found is None:
        raise InputError(
            f"{measure.name} needs a time", where=table.where,
            mend="add days_after_last_session = 7, or week = 6",
        )  # fmt: skip
    if found.day is None and course.sequence[-1].stop is None:
        raise InputError(
            "the course does not end, so there is no last session", where=table.where,
            mend="end its last sentence with e.g. 'for 4 weeks', or give the time as week = …",
        )  # fmt: skip
    return found


def _criterion(table: Table, measure: Measure, default: str | None) -> str | None:
    found = table.word("criterion", CRITERIA) if "criterion" in table else default
    if not measure.needs_criterion:
        return None
    if found is None:
        raise InputError(
            f"{measure.name} needs a criterion",
            where=table.where,
            mend=f"criterion = one of {', '.join(CRITERIA)}",
        )
    return found


def _ended(course: Course, measure: Measure, where: str) -> None:
    if (
        measure.name in ("remission_days", "failures_pct", "sessions_to_control")
        and course.sequence[-1].stop is None
    ):
        raise InputError(
            f"{measure.name} needs a course that ends",
            where=where,
            mend="end its last sentence with e.g. 'for 4 weeks'",
        )


def _outcome(raw: Any, index: int, where: str, course: Course, place: str, weight: str) -> Outcome:
    table = Table(raw, f"{where}, outcome {index + 1}")
    table.only(_OUTCOME_KEYS)
    measure = MEASURES[table.word("measure", MEASURES)]
    _ended(course, measure, table.where)
    here = _place(table, place)
    return Outcome(
        measure=measure,
        criterion=_criterion(table, measure, None),
        when=_when(table, measure, None, course),
        place=here,
        value=table.number("value"),
        tolerance=table.number("tolerance", above=0.0),
        counts=table.flag("counts", True),
        weight=table.word("weight", WEIGHTS, weight),
    )


def _arm(raw: Any, index: int, study: Table, defaults: Mapping[str, Range], label: str) -> Arm:
    table = Table(raw, label + f", arm {index + 1}")
    name = table.text("name", '"active"', f"arm {index + 1}")
    table.where = f"{label}, arm '{name}'"
    table.only(_ARM_KEYS)
    place = _place(table, None if "site" in table and "site" not in study else _place(study, None))
    course = _course(table)
    assumed, notes = _merged(course, defaults, {**_assumed(study), **_assumed(table)})
    weight = table.word("weight", WEIGHTS, study.word("weight", WEIGHTS, "medium"))
    rows = table.tables("outcome")
    if not rows:
        raise InputError("the arm has no outcome", where=table.where, mend="add [[study.arm.outcome]]")
    return Arm(
        name=name,
        course=course,
        place=place,
        population=_population(table, study.raw.get("population")),
        n=table.count("n", study.count("n", DEFAULT_N)),
        baseline=_baseline(table, place, _baseline(study, place, Baseline())),
        assumed=MappingProxyType(assumed),
        outcomes=tuple(_outcome(row, i, table.where, course, place, weight) for i, row in enumerate(rows)),
        notes=tuple(notes),
    )


def _study(raw: Any, index: int, file: str, defaults: Mapping[str, Range]) -> Study:
    table = Table(raw, f"{file}, study {index + 1}")
    name = table.text("id", '"author2020"')
    table.where = f"{file}, study '{name}'"
    table.only(_STUDY_KEYS)
    rows = table.tables("arm")
    if not rows:
        raise InputError("the study has no arm", where=table.where, mend="add [[study.arm]]")
    arms = tuple(_arm(row, i, table, defaults, table.where) for i, row in enumerate(rows))
    names = [arm.name for arm in arms]
    for one in names:
        if names.count(one) > 1:
            raise InputError(f"two arms are named '{one}'", where=table.where, mend="give each its own name")
    return Study(name, table.text("citation", '"Author A. Journal 2020"', "not given"), arms)


def _order(raw: Any, index: int, file: str, defaults: Mapping[str, Range]) -> Order:
    table = Table(raw, f"{file}, order {index + 1}")
    name = table.text("id", '"author2020-current"')
    table.where = f"{file}, order '{name}'"
    table.only(_ORDER_KEYS)
    measure = ORDER_MEASURES[table.word("measure", ORDER_MEASURES)]
    table.need("more", "{ course = […] }")
    table.need("less", "{ course = […] }")
    halves = []
    tables = [Table(table.raw[key], f"{table.where}, {key}") for key in ("more", "less")]
    courses = []
    for half in tables:
        half.only(_ORDER_ARM_KEYS)
        courses.append(_course(half))
    # what either course states is the very thing compared, so no default may blur it
    said = stated(courses[0]) | stated(courses[1])
    fill = {key: pair for key, pair in defaults.items() if key not in said}
    for half, course in zip(tables, courses, strict=True):
        _ended(course, measure, half.where)
        first = next((step for step in course.steps if isinstance(step, TreatStep)), None)
        if first is None:
            raise InputError(
                "the course treats nothing",
                where=half.at("course"),
                mend="add a sentence that begins with Treat or Sham",
            )
        site = first.session.sites[0]
        usual = site if first.session.side == "both" else f"{first.session.side} {SINGULAR[site]}"
        shared = _place(table, usual)
        place = _place(half, shared)
        default = table.raw.get("population", POPULATION_OF[place_site(place)])
        day_after = None if course.sequence[-1].stop is None else Moment(days_after_last_session=1)
        when = (
            _when(half, measure, _when(table, measure, day_after, course), course)
            if measure.needs_time
            else None
        )
        arm = Arm(
            name=half.where.rsplit(" ", 1)[-1],
            course=course,
            place=place,
            population=_population(half, default),
            n=DEFAULT_N,
            baseline=_baseline(half, place, Baseline()),
            assumed=MappingProxyType({**fill, **_assumed(table), **_assumed(half)}),
            outcomes=(),
        )
        halves.append(OrderArm(arm, _criterion(half, measure, _criterion(table, measure, None)), when))
    ratio = table.number("min_ratio", above=0.0, example="1.1")
    return Order(
        name, table.text("citation", '"Author 2020"', "not given"), measure, ratio, halves[0], halves[1]
    )
