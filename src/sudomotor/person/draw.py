"""Draw people: each parameter from its own stream, so that no person depends on how many others are drawn.

Every number of a person comes from one uniform number of the stream of (seed, name of parameter). Person 17
of 20 is person 17 of 10 000, and the same whatever other parameters exist.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError
from sudomotor.parameters import Parameter, Parameters, load
from sudomotor.person.baseline import included_share, inclusion_note, median_baseline, moved, site_baseline
from sudomotor.person.people import Array, People, frozen
from sudomotor.person.person import Person, checked_value
from sudomotor.person.presets import Preset
from sudomotor.person.sites import SITE_PARAMETERS, site_of
from sudomotor.person.streams import Streams

# two-sided one in a hundred
RARE_Z = 2.576


def quantile(parameter: Parameter, z: Array) -> Array:
    """The value of a parameter at standard-normal scores `z`."""
    if parameter.distribution == "fixed":
        return np.full_like(z, parameter.value)
    if parameter.distribution == "normal":
        return parameter.value + parameter.spread * z
    if parameter.distribution == "lognormal":
        return np.asarray(parameter.value * np.exp(parameter.spread * z))
    # the logit of exactly 0 or 1, as may be set by hand, is infinite
    if parameter.value in (0.0, 1.0):
        return np.full_like(z, parameter.value)
    logit = math.log(parameter.value / (1.0 - parameter.value))
    return np.asarray(1.0 / (1.0 + np.exp(-(logit + parameter.spread * z))))


def _targets(baseline_mean: Mapping[str, float] | None, person: Person) -> dict[str, float]:
    """Stated mean baselines by site, checked."""
    found: dict[str, float] = {}
    of_parameter = {names.baseline_mg_per_min: site for site, names in SITE_PARAMETERS.items()}
    for word, value in (baseline_mean or {}).items():
        site = of_parameter.get(word) or site_of(word)
        where = f"baseline_mean, {word}"
        ordinary = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        if not ordinary or value <= 0:
            raise InputError(
                f"a mean baseline must be above zero, got {value!r}", where=where, mend="give it in mg/min"
            )
        if SITE_PARAMETERS[site].baseline_mg_per_min in person.values:
            raise InputError(
                "this person's baseline is given, so it cannot be moved",
                where=where,
                mend="leave one of the two out",
            )
        found[site] = float(value)
    return found


def draw(
    who: Person | str, n: int, seed: int, parameters: Parameters | None = None, *,
    baseline_mean: Mapping[str, float] | None = None,
) -> People:  # fmt: skip
    """Draw people like a person, or of a preset.

    Parameters
    ----------
    who : a person, or the name of a preset.
    n : how many, at least 1.
    seed : any whole number from 0; the identical call gives the identical people, person i whatever `n` is.
    parameters : default: the shipped ones. A person's own values are laid over them.
    baseline_mean : mean reading at screening of the included people by site, mg/min per side, as a study
        states it; the preset's log-medians are shifted to it.

    Examples
    --------
    >>> people = draw("palmar hyperhidrosis, severe", n=200, seed=1)
    >>> people.baseline("palms").shape, bool((people.screening_mg_per_min["palms"] >= 20).all())
    ((200,), True)
    """
    for name, number, least in (("n", n, 1), ("seed", seed, 0)):
        if isinstance(number, bool) or not isinstance(number, int | np.integer) or number < least:
            raise InputError(
                f"{name} must be a whole number of at least {least}, got {number!r}", mend=f"{name} = {least}"
            )
    return _people(who, int(n), int(seed), parameters, baseline_mean)


def median_person(who: Person | str, parameters: Parameters | None = None) -> People:
    """The one person in the middle: every parameter at its median, the baseline at that of the included.

    The result is People with n = 1, so whatever takes people takes this one too.

    >>> median_person("healthy")["duct_radius_um"]
    array([7.5])
    """
    return _people(who, 1, None, parameters, None)


def _people(
    who: Person | str,
    n: int,
    seed: int | None,
    parameters: Parameters | None,
    baseline_mean: Mapping[str, float] | None,
) -> People:
    person = who if isinstance(who, Person) else Person.preset(who)
    shipped = parameters if parameters is not None else load()
    preset, streams = person.kind, Streams(seed, n)
    component = _component(len(preset.components), streams)
    for name, value in person.values.items():
        checked_value(shipped[name], value, f"the person's {name}")
    for name in shipped.changed:
        checked_value(shipped[name], shipped.value(name), f"{name}, set by hand")
    own = shipped.with_values(person.values)
    notes = [note for name in person.values for note in _unusual(name, person, shipped)]
    drawn: dict[str, Array] = {}
    baselines = {names.baseline_mg_per_min: site for site, names in SITE_PARAMETERS.items()}
    for name, parameter in shipped.items():
        if name in person.values:
            drawn[name] = frozen(np.full(n, person.values[name]))
        elif name == "age_years" and person.age_years is not None:
            drawn[name] = frozen(np.full(n, person.age_years))
        elif name not in baselines and (parameter.distribution != "fixed" or _replaced(preset, name)):
            drawn[name] = frozen(_mixed(preset, name, shipped, component, streams))
    screening: dict[str, Array] = {}
    included, targets = 1.0, _targets(baseline_mean, person)
    for name, site in baselines.items():
        if name in person.values:
            screening[site] = drawn[name]
            if preset.include and preset.include.site == site:
                notes.append(f"the baseline of the {site} is given, so the rule of inclusion is not applied")
            continue
        parts = [part.parameter(name, shipped) for part in preset.components]
        rule = preset.include if preset.include and preset.include.site == site else None
        least = rule.at_least_mg_per_min if rule else 0.0
        if site in targets:
            parts = moved(parts, least, targets[site], site, notes)
        if rule:
            included = sum(included_share(part.value, part.spread, least) for part in parts) / len(parts)
            notes.append(inclusion_note(rule, included))
        error = own.value("gravimetry_noise_log_sd")
        if seed is None:
            reading, mean = median_baseline(parts, least, error, site)
            screening[site], drawn[name] = frozen([reading]), frozen([mean])
        else:
            reading_of, mean_of = site_baseline(site, parts, component, least, error, streams)
            screening[site], drawn[name] = frozen(reading_of), frozen(mean_of)
    if preset.mixture:
        notes.append(
            f"severity not stated: each person is one of {' / '.join(preset.mixture)} with equal chance"
        )
    return People(
        person=person, n=n, seed=seed, parameters=own, drawn=MappingProxyType(drawn),
        screening_mg_per_min=MappingProxyType(screening), component=component, included_pct=100.0 * included,
        notes=tuple(notes),
    )  # fmt: skip


def _replaced(preset: Preset, name: str) -> bool:
    return any(name in part.values for part in preset.components)


def _unusual(name: str, person: Person, parameters: Parameters) -> list[str]:
    """A note where a person's own value is out of range, or rare among people of the preset."""
    value, parts = person.values[name], [part.parameter(name, parameters) for part in person.kind.components]
    if parts[0].distribution == "fixed":
        inside = any(part.low <= value <= part.high for part in parts)
        text = f"lies outside its range {parts[0].low:g} to {parts[0].high:g}"
    else:
        # the range is that of the median; one person may well lie outside of it
        inside = any(
            (quantile(part, np.array([-RARE_Z])) <= value <= quantile(part, np.array([RARE_Z]))).item()
            for part in parts
        )
        text = f"is rarer than one in a hundred among people of the preset '{person.preset_name}'"
    return [] if inside else [f"{name} = {value:g} {parts[0].unit} {text}"]


def _component(parts: int, streams: Streams) -> NDArray[np.int64]:
    """Which part of a mixture each person is of (n,), with equal chance."""
    return np.minimum((streams.uniform("component of the preset") * parts).astype(np.int64), parts - 1)


def _mixed(
    preset: Preset, name: str, parameters: Parameters, component: NDArray[np.int64], streams: Streams
) -> Array:
    """Draw one parameter, from the part of the mixture that each person is of."""
    z = streams.normal(name)
    if not _replaced(preset, name):
        return quantile(parameters[name], z)
    return np.choose(component, [quantile(part.parameter(name, parameters), z) for part in preset.components])
