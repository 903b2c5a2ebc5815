"""The twin file: JSON that any program can read, with the diary and the draws in it; never a pickle.

It holds everything that a later version needs: the draws are stored in the traits' own units, not in the fit's inner ones.
A file that was cut, edited by hand, or made by a version whose traits this one does not know is refused with the reason.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sudomotor.errors import InputError
from sudomotor.parameters import load
from sudomotor.twin.priors import COUNT, INDEX, TRAITS, Prior, Trait, prior

if TYPE_CHECKING:
    from sudomotor.twin.twin import Twin

Array = NDArray[np.float64]
FORMAT: Literal["sudomotor-twin"] = "sudomotor-twin"
VERSION = 1
_MAX_BYTES = 200_000_000


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PersonPart(_Strict):
    """Who was taken for what the diary does not tell."""

    preset: str
    age_years: float | None = None
    values: dict[str, float] = Field(default_factory=dict)


class CheckPart(_Strict):
    """How the draws were found; `pareto_k` and `rhat` null where the method has none."""

    method: str
    pareto_k: float | None
    ess: float
    agreed: float
    seconds: float
    checked: bool
    rhat: float | None = None


class HypothesesPart(_Strict):
    """Which claims were on."""

    name: str
    mechanism: str
    switches: list[str]
    gate: str
    rule: str


class TwinFile(_Strict):
    """A twin file. Units are in the names of the draws; `checksum` is the SHA-256 of everything else, keys sorted."""

    format: Literal["sudomotor-twin"]
    version: int = Field(description="of the format; a reader refuses one that is newer than its own")
    made_by: str = Field(description="version of sudomotor that fitted it")
    notice: str
    diary_source: str
    diary_sha256: str
    diary: list[dict[str, Any]] = Field(
        description="the entries, by the diary's columns; what was not given is left out"
    )
    person: PersonPart
    parameters_changed: dict[str, float] = Field(description="constants that were set by hand")
    accounts: list[str] = Field(description="accounts of the block that have draws")
    shares: dict[str, float] = Field(description="probability of every account that was weighed")
    log_evidence: dict[str, float]
    account_of_draw: list[int] = Field(description="index in `accounts`")
    draws: dict[str, list[float]] = Field(
        description="each trait of each draw, in the unit that its name ends in"
    )
    active: list[str] = Field(description="traits that the diary says anything of")
    check: CheckPart
    hypotheses: HypothesesPart
    seed: int
    assumptions: list[str]
    backtest: dict[str, Any] | None = None
    checksum: str


def schema() -> dict[str, Any]:
    """The JSON Schema of a twin file."""
    return TwinFile.model_json_schema()


def draw_name(trait: Trait) -> str:
    """What a trait is called in a file: its name and its unit.

    >>> draw_name(TRAITS[0]), draw_name(TRAITS[INDEX["strength"]])
    ('baseline_palms_mg_per_min', 'strength')
    """
    unit = {"mg/min": "_mg_per_min", "d": "_days", "logit": "_logit", "1": ""}[trait.unit]
    return trait.name if trait.name.endswith("_days") else trait.name + unit


def _checksum(content: dict[str, Any]) -> str:
    kept = {key: value for key, value in content.items() if key != "checksum"}
    text = json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def content_of(twin: Twin) -> dict[str, Any]:
    """A twin as plain data."""
    from importlib.metadata import version

    from sudomotor.diary import COLUMNS

    entries = []
    for entry in twin.diary.entries:
        row: dict[str, Any] = {"row": entry.row}
        for name in COLUMNS:
            value = getattr(entry, name)
            if value is not None:
                row[name] = value.isoformat() if isinstance(value, datetime.date | datetime.time) else value
        entries.append(row)
    check, who, on = twin.check, twin.person, twin.hypotheses
    changed = twin.parameters.changed if twin.parameters is not None else ()
    content: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "made_by": twin.made_by or version("sudomotor"),
        "notice": "Health data of one person. For research and education; agree a treatment with your clinician.",
        "diary_source": twin.diary.source,
        "diary_sha256": twin.diary.sha256,
        "diary": entries,
        "person": {"preset": who.preset_name, "age_years": who.age_years, "values": dict(who.values)},
        "parameters_changed": {name: twin.constants().value(name) for name in changed},
        "accounts": list(twin.accounts),
        "shares": dict(twin.shares),
        "log_evidence": dict(twin.log_evidence),
        "account_of_draw": twin.account.tolist(),
        "draws": {draw_name(trait): [_rounded(v) for v in twin.traits[trait.name]] for trait in TRAITS},
        "active": [trait.name for trait in TRAITS if twin.active[INDEX[trait.name]]],
        "check": {
            "method": check.method, "pareto_k": _or_null(check.pareto_k), "ess": check.ess, "agreed": check.agreed,
            "seconds": round(check.seconds, 3), "checked": check.checked, "rhat": _or_null(check.rhat),
        },
        "hypotheses": {
            "name": on.name, "mechanism": on.mechanism, "switches": sorted(on.switches), "gate": on.gate, "rule": on.rule,
        },
        "seed": twin.seed,
        "assumptions": list(twin.assumptions),
        "backtest": None if twin.backtest is None else _plain(twin.backtest.to_dict()),
    }  # fmt: skip
    content["checksum"] = _checksum(content)
    return content


def _rounded(value: float) -> float:
    return float(f"{value:.9g}")


def _or_null(value: float) -> float | None:
    return None if math.isnan(value) else value


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value


def _plain(value: Any) -> Any:
    """Plain JSON: no numpy numbers, no nan."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, np.integer | np.bool_):
        return value.item()
    return value


def write_twin(twin: Twin, path: str | Path, *, overwrite: bool = False) -> Path:
    """Write a twin file.

    Raises
    ------
    InputError
        where the file exists and `overwrite` is not set, the name does not end in .json, or it cannot be written.
    """
    target = Path(path)
    if target.suffix != ".json":
        raise InputError(
            f"cannot write '{target.name}'", where="-o", mend="use a name that ends in .twin.json"
        )
    if target.exists() and not overwrite:
        raise InputError(
            f"'{target}' exists and is kept",
            where="-o",
            mend="name another file, or say --force to replace it",
        )
    text = json.dumps(content_of(twin), indent=1, allow_nan=False)
    part = target.with_name(target.name + ".part")
    try:
        part.write_text(text, "utf-8")
        part.replace(target)  # a file is whole or not there at all
    except OSError as error:
        part.unlink(missing_ok=True)
        raise InputError(
            f"cannot write the twin: {error.strerror}",
            where=str(target),
            mend="name a file in a folder that exists",
        ) from None
    return target


def read_twin(path: str | Path) -> Twin:
    """Read a twin file.

    Raises
    ------
    InputError
        where there is none, it is no twin file, is cut short, was edited, or is of a version that this one cannot use.
    """
    source = Path(path)
    at = str(source)
    anew = "fit it anew: sudomotor twin diary.csv -o me.twin.json"
    try:
        if source.stat().st_size > _MAX_BYTES:
            raise InputError("the file is too large to be a twin", where=at, mend=anew)
        text = source.read_text("utf-8-sig")
    except FileNotFoundError:
        raise InputError(
            "there is no such file", where=at, mend="make one: sudomotor twin diary.csv -o me.twin.json"
        ) from None
    except UnicodeDecodeError:
        raise InputError("this is no twin file: it is not text", where=at, mend=anew) from None
    except OSError as error:
        raise InputError(f"cannot read the twin: {error.strerror}", where=at, mend="name a file") from None
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        if not text.lstrip().startswith("{"):
            raise InputError(
                "this is no twin file",
                where=at,
                mend="is it the diary? then first: sudomotor twin " + source.name,
            ) from None
        raise InputError(f"the file is cut short or damaged ({error})", where=at, mend=anew) from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise InputError("this is JSON, but no twin file", where=at, mend=anew)
    version = content.get("version")
    if not isinstance(version, int) or version > VERSION:
        raise InputError(
            f"a later version made it (format {version}, sudomotor {content.get('made_by')}); this one reads up to {VERSION}",
            where=at, mend="install that version, or fit anew with this one",
        )  # fmt: skip
    try:
        part = TwinFile.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        spot = " > ".join(str(each) for each in first["loc"])
        raise InputError(f"'{spot}' is wrong: {first['msg']}", where=at, mend=anew) from None
    if _checksum(content) != part.checksum:
        raise InputError(
            "the file was changed after it was written, so it cannot be trusted", where=at, mend=anew
        )
    return _twin(part, at, anew)


def _twin(part: TwinFile, at: str, anew: str) -> Twin:
    from sudomotor.diary import Diary, Entry
    from sudomotor.model.hypotheses import Hypotheses
    from sudomotor.person import Person
    from sudomotor.twin.backtest_result import Backtest
    from sudomotor.twin.grid import grid
    from sudomotor.twin.others import other_factor
    from sudomotor.twin.twin import Check, Twin

    entries = []
    for row in part.diary:
        values = dict(row)
        values["date"] = datetime.date.fromisoformat(values["date"])
        if "time" in values:
            values["time"] = datetime.time.fromisoformat(values["time"])
        entries.append(Entry(**values))
    diary = Diary.of(entries, source=part.diary_source)
    who = Person.preset(part.person.preset, age_years=part.person.age_years, values=part.person.values)
    names = {draw_name(trait): trait for trait in TRAITS}
    missing = [name for name in names if name not in part.draws]
    unknown = [name for name in part.draws if name not in names]
    if missing or unknown:
        what = ", ".join(missing or unknown)
        raise InputError(
            f"it was made by sudomotor {part.made_by}, whose people {'lack' if missing else 'have'} what this version "
            f"{'needs' if missing else 'does not know'}: {what}", where=at, mend=anew,
        )  # fmt: skip
    account = np.array(part.account_of_draw, dtype=np.int64)
    draws = {names[name].name: np.array(values) for name, values in part.draws.items()}
    lengths = {len(values) for values in draws.values()} | {len(account)}
    if len(lengths) != 1 or account.min() < 0 or account.max() >= len(part.accounts):
        raise InputError("its draws do not fit one another", where=at, mend=anew)
    changed = load().with_values(part.parameters_changed) if part.parameters_changed else None
    priors = {name: prior(who, name, changed or load(account=name)) for name in part.accounts}
    z = np.empty((COUNT, len(account)))
    for i, name in enumerate(part.accounts):
        mine = account == i
        z[:, mine] = _standard({key: values[mine] for key, values in draws.items()}, priors[name])
    base = changed or load()
    factor, _ = other_factor(diary, who, base)
    check, on = part.check, part.hypotheses
    return Twin(
        diary=diary, person=who, grid=grid(diary, factor), priors=priors, accounts=tuple(part.accounts),
        shares=part.shares, z=z, account=account, active=np.array([trait.name in part.active for trait in TRAITS]),
        check=Check(
            check.method, _or_nan(check.pareto_k), check.ess, check.agreed, check.seconds, check.checked,
            _or_nan(check.rhat),
        ),
        seed=part.seed, hypotheses=Hypotheses(on.name, on.mechanism, frozenset(on.switches), on.gate, on.rule),
        other=factor, log_evidence=part.log_evidence, assumptions=tuple(part.assumptions), parameters=changed,
        backtest=None if part.backtest is None else Backtest.from_dict(part.backtest), made_by=part.made_by,
    )  # fmt: skip


def _standard(draws: dict[str, Array], of: Prior) -> Array:
    """Standard normals from traits in their own units."""
    rows = []
    for i, trait in enumerate(TRAITS):
        raw = draws[trait.name]
        if trait.scale == "log":
            raw = np.log(np.maximum(raw, 1e-300))
        elif trait.scale == "logit":
            raw = np.log(np.clip(raw, 1e-15, 1 - 1e-15) / (1.0 - np.clip(raw, 1e-15, 1 - 1e-15)))
        rows.append((raw - of.middle[i]) / of.spread[i])
    return np.array(rows)
