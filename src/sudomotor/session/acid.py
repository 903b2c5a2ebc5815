"""From the circuit and the baths to the duct: its solution in detail, or its emulator for many people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sudomotor.session.march import Moment, Setup
    from sudomotor.session.skin import Skin

Array = NDArray[np.float64]

_PROFILE_TIMES = 61


def _value(values: object) -> float:
    return float(np.asarray(values, dtype=np.float64).flat[0])


def solved_duct(setup: Setup, moments: list[Moment], index: int) -> tuple[float, dict[str, Array]]:
    """Solve an open duct of one side over a whole session.

    Parameters
    ----------
    setup, moments : a session of one person, walked in fine steps
    index : 0 for the side that is the anode at the start, 1 for the other

    Returns
    -------
    Net acid (nmol) that entered above what the same bath brings without current, and the profile: `time_s`,
    `depth_mm`, `pH` (time, depth), `edge_mm`, `acid_past_depth_nmol` (edge,).
    """
    from sudomotor.session.duct import DuctProblem, solve_duct, without_current

    skin: Skin = setup.first if index == 0 else setup.second
    ions = setup.ions
    total = _value(setup.minutes)
    ends = np.cumsum([_value(m.step.minutes) for m in moments])
    keep = np.concatenate(([True], np.diff(np.concatenate(([0.0], ends))) > 1e-12 * total))
    times = np.concatenate(([0.0], ends))
    times *= total / times[-1]
    states = [moments[0].before, *(m.after for m in moments)]
    gap = np.array([_value(s.anode_gap if index == 0 else s.cathode_gap) for s in states])
    gained = np.maximum(gap - _value(ions.alkalinity_mM), 0.0)
    # the current: linear between the middles of steps, with a jump where a half of the session meets the next
    at, nA = [], []
    begin = 0.0
    for i, (m, end) in enumerate(zip(moments, times[1:], strict=True)):
        value = _value(m.open_duct_nA[index])
        if i == 0 or m.step.segment != moments[i - 1].step.segment:
            at.append(begin)
            nA.append(value)
        at.append(0.5 * (begin + end))
        nA.append(value)
        if i + 1 == len(moments) or m.step.segment != moments[i + 1].step.segment:
            at.append(end)
            nA.append(value)
        begin = end
    problem = DuctProblem(
        minutes=total,
        current_nA=nA,
        current_minutes=at,
        radius_um=1e6 * _value(skin.radius_m),
        length_mm=_value(skin.length_mm),
        sweat_nL_per_min=_value(skin.sweat_nL_per_min),
        bath_minutes=times[keep],
        bath_sodium_mM=(_value(ions.sodium_mM) + gained)[keep],
        bath_calcium_mM=_value(ions.calcium_mM),
        bath_alkalinity_mM=gap[keep],
        bath_carbon_mM=_value(ions.carbonate_mM),
        output_minutes=np.linspace(0.0, total, _PROFILE_TIMES),
        parameters=setup.parameters,
    )
    solution = solve_duct(problem)
    entered = float(solution.acid_in_nmol[-1])
    if any(nA):
        entered -= float(solve_duct(without_current(problem)).acid_in_nmol[-1])
    else:
        entered = 0.0
    profile = {
        "time_s": solution.time_s,
        "depth_mm": solution.depth_mm,
        "pH": solution.pH,
        "edge_mm": solution.edge_mm,
        "acid_past_depth_nmol": solution.acid_past_depth_nmol,
    }
    return entered, profile


def emulated_acid(
    segment_current_nA: Array,
    segment_minutes: Array,
    mean_alkalinity_mM: Array,
    end_alkalinity_mM: Array,
    cations_mM: Array,
    skin: Skin,
) -> tuple[Array, tuple[str, ...]]:
    """Net acid per open duct over a session (nmol) by the emulator, half by half, and notes on its range.

    The emulator takes the alkalinity as linear in time. At the skin it is not quite: it gets the line that
    has the true mean and end. What a duct keeps from one half of the session to the next is left out. An
    input outside the emulator's range is taken at its edge, and a note says so; charge counts in full.
    """
    from sudomotor.session.emulator import RANGES, acid_nmol

    shape = segment_current_nA.shape[1:]
    total: Array = np.zeros(shape)
    notes: dict[str, None] = {}
    for i, current in enumerate(segment_current_nA):
        start = 2.0 * mean_alkalinity_mM[i] - end_alkalinity_mM[i]
        inputs = {
            "current_nA": current,
            "minutes": segment_minutes[i],
            "alkalinity_start_mM": start,
            "alkalinity_end_mM": end_alkalinity_mM[i],
            "cations_mM": cations_mM,
            "sweat_nL_per_min": skin.sweat_nL_per_min,
            "radius_um": 1e6 * skin.radius_m,
            "length_mm": skin.length_mm,
        }
        inside = {}
        for name, values in inputs.items():
            low, high = RANGES[name]
            inside[name] = np.clip(values, low, high)
            part = float(np.mean(np.abs(inside[name] - values) > 1e-9 * (1.0 + np.abs(values))))
            if part > 0:
                per_cent = "under 1" if part < 0.01 else f"{100.0 * part:.0f}"
                share = f" for {per_cent} % of people" if np.size(values) > 1 else ""
                notes[f"the duct's {name} lies outside {low:g} to {high:g}{share}: taken at that edge"] = None
        charge = current * segment_minutes[i]
        known = inside["current_nA"] * inside["minutes"]
        some = known != 0
        total = total + np.where(some, charge / np.where(some, known, 1.0), 0.0) * acid_nmol(**inside)
    return np.asarray(np.broadcast_to(total, shape), dtype=np.float64), tuple(notes)
