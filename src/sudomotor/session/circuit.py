"""The whole loop: electrodes, water, two skins and the body, at a set current or at the device's voltage
limit.

    V = V_electrodes(I) + I (R_bath,A + R_body + R_bath,C) + V_skin,A(I) + V_skin,C(I)

The waveform's mean (the net direct current) goes through skin and ducts by their direct-current law; what
alternates about it sees the impedance at its frequency, with the large-signal conductance at the rms
current. In one pan the water itself is a second way from plate to plate, beside the body:

    s + G_water V_body(s) / I_peak = 1

where s is the part of the set current that goes through the skin. Both this and the terminal volts rise with
s and are concave, so each has one root, found by Newton; s is the smaller of the two and 1.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sudomotor.course import Waveform
from sudomotor.parameters import Parameters
from sudomotor.session.skin import Branches, Side, Skin, impedance_ohm, solve_side

Array = NDArray[np.float64]

_MA = 1e-3
_NOTHING_MA = 1e-9  # less than this is no current: a few pA through the whole body
_STEPS = 40


class Drive(NamedTuple):
    """The current a device sets, arrays broadcastable to (person,): mean, peak and rms of the waveform."""

    mean_mA: Array
    peak_mA: Array
    rms_mA: Array
    ripple_peak_mA: Array  # largest excursion from the mean
    ripple_rms_mA: Array
    frequency_Hz: float  # 0 without an alternating part
    reading: str  # how volts are given: "mean", "peak" or "rms", as the device's current is

    def scaled(self, factor: ArrayLike) -> Drive:
        """The same waveform at another height."""
        f = np.asarray(factor, float)
        mean, peak, rms, ripple_peak, ripple_rms = (x * f for x in self[:5])
        return Drive(mean, peak, rms, ripple_peak, ripple_rms, self.frequency_Hz, self.reading)


def drive(waveform: Waveform | None, current_mA: ArrayLike | None = None) -> Drive:
    """The drive of a waveform; `current_mA` replaces its stated current (an offset is scaled along).

    >>> float(drive(Waveform("pulsed", 15, frequency_Hz=10_000, duty=0.5)).mean_mA)
    7.5
    """
    if waveform is None or waveform.current_mA + waveform.offset_mA < _NOTHING_MA:
        zero = np.zeros(()) if current_mA is None else 0.0 * np.asarray(current_mA, float)
        return Drive(zero, zero, zero, zero, zero, 0.0, "mean")
    mean, peak, rms = (np.asarray(x) for x in (waveform.mean_mA, waveform.peak_mA, waveform.rms_mA))
    steady = waveform.kind == "dc" or waveform.duty == 1.0
    ripple_rms = np.zeros(()) if steady else np.sqrt(np.maximum(rms * rms - mean * mean, 0.0))
    ripple_peak = np.zeros(()) if steady else peak - mean
    reading = {"dc": "mean", "pulsed": "peak", "ac": "rms"}[waveform.kind]
    out = Drive(
        mean,
        peak,
        rms,
        ripple_peak,
        ripple_rms,
        0.0 if steady else float(waveform.frequency_Hz or 0.0),
        reading,
    )
    if current_mA is None:
        return out
    stated = waveform.current_mA if waveform.current_mA else waveform.offset_mA
    return out.scaled(np.asarray(current_mA, float) / stated)


class Way(NamedTuple):
    """The loop outside the skins."""

    series_ohm: Array  # both baths and the body
    water_S: Array  # plate to plate through the water of one pan; 0 in two
    max_volts: Array
    electrode_V: float
    electrode_onset_mA: float


class Loop(NamedTuple):
    """The loop at one moment; currents in mA, volts in V."""

    reached: Array  # part of the set current that the device drives
    through_skin: Array  # part of the set current that passes the skin
    volts: Array  # at the terminals, in the device's own reading
    peak_volts: Array
    body_mA: Array  # net direct current through the skin
    body_rms_mA: Array
    device_mA: Array  # net direct current between the electrodes
    anode: Side
    cathode: Side


def way(
    conductivity_anode_S_per_m: Array,
    conductivity_cathode_S_per_m: Array,
    area_anode_cm2: Array,
    area_cathode_cm2: Array,
    body_ohm: Array,
    max_volts: ArrayLike,
    *,
    one_pan_litres: Array | None,
    parameters: Parameters,
) -> Way:
    """Resistances outside the skins: R = d / (sigma A) for each bath; in one pan the water between too."""
    path_m = 1e-2 * parameters.value("bath_path_cm")
    baths = path_m / (conductivity_anode_S_per_m * 1e-4 * area_anode_cm2) + path_m / (
        conductivity_cathode_S_per_m * 1e-4 * area_cathode_cm2
    )
    water = np.zeros(())
    if one_pan_litres is not None:
        section_m2 = 1e-3 * one_pan_litres / (1e-2 * parameters.value("pan_length_cm"))
        water = conductivity_anode_S_per_m * section_m2 / (1e-2 * parameters.value("one_pan_distance_cm"))
    return Way(
        baths + body_ohm,
        water,
        np.asarray(max_volts, float),
        parameters.value("electrode_potential_V"),
        parameters.value("electrode_onset_mA"),
    )


def _electrodes_V(w: Way, device_mean_mA: Array) -> tuple[Array, Array]:
    kept = np.exp(-device_mean_mA / w.electrode_onset_mA)
    return w.electrode_V * (1.0 - kept), w.electrode_V / w.electrode_onset_mA * kept


class _Body(NamedTuple):
    """Peak volts over the body path at a part s of the set waveform, and their slope."""

    peak: Array
    slope: Array
    anode: Side
    cathode: Side


def _body(
    s: Array, d: Drive, w: Way, a: Branches, c: Branches, ripple_ohm: Array, start: tuple[Array, Array] | None
) -> _Body:
    mean = _MA * d.mean_mA
    from_a, from_c = start or (None, None)
    one, two = solve_side(a, s * mean, from_a), solve_side(c, s * mean, from_c)
    ohmic = w.series_ohm * _MA * d.peak_mA + ripple_ohm * _MA * d.ripple_peak_mA
    return _Body(s * ohmic + one.volts + two.volts, ohmic + (one.ohm + two.ohm) * mean, one, two)


def solve_loop(d: Drive, w: Way, a: Branches, c: Branches, skin_a: Skin, skin_c: Skin) -> Loop:
    """The loop at one moment of a session.

    Parameters
    ----------
    d : what the device sets
    w : the loop outside the skins
    a, c : the skins at the anode and the cathode
    skin_a, skin_c : their fixed parts, for the capacitance

    Returns
    -------
    Loop
        never above `w.max_volts` at the terminals; `reached` < 1 where that limit holds the current back.
    """
    rms = _MA * d.rms_mA
    ripple_ohm = np.zeros(())
    if d.frequency_Hz > 0:
        for branch, side in ((a, skin_a), (c, skin_c)):
            solved = solve_side(branch, rms)
            chord = np.where(rms > 0, rms / np.where(solved.volts > 0, solved.volts, 1.0), branch.ducts_S)
            ripple_ohm = ripple_ohm + impedance_ohm(side, chord, d.frequency_Hz)
    zero = 0.0 * (a.ducts_S + c.ducts_S + w.series_ohm + w.water_S + w.max_volts + d.mean_mA)
    s = np.ones_like(zero)
    body = _body(s, d, w, a, c, ripple_ohm, None)
    some = d.peak_mA > _NOTHING_MA
    per_peak = np.where(some, w.water_S / np.where(some, _MA * d.peak_mA, 1.0), 0.0)

    def device(s: Array, body: _Body) -> tuple[Array, Array]:
        return s + per_peak * body.peak, 1.0 + per_peak * body.slope

    def terminal(s: Array, body: _Body) -> tuple[Array, Array]:
        part, slope = device(s, body)
        volts, per_mA = _electrodes_V(w, part * d.mean_mA)
        return body.peak + volts, body.slope + per_mA * slope * d.mean_mA

    # distance to the nearer of the two limits; both concave, so from above one step crosses and the rest
    # come from below
    for _ in range(_STEPS):
        part, part_slope = device(s, body)
        volts, volts_slope = terminal(s, body)
        limit_part = (part - 1.0) / part_slope
        limit_volts = np.where(some, (volts - w.max_volts) / np.where(some, volts_slope, 1.0), -1.0)
        step = np.maximum(limit_part, limit_volts)
        new = np.clip(s - step, 1e-9 * s, 1.0)
        moved = np.max(np.abs(new - s), initial=0.0)
        s = new
        if moved < 1e-12:
            break
        body = _body(s, d, w, a, c, ripple_ohm, (body.anode.volts, body.cathode.volts))
    part, _ = device(s, body)
    peak, _ = terminal(s, body)
    mean_volts, _ = _electrodes_V(w, part * d.mean_mA)
    mean_volts = mean_volts + s * w.series_ohm * _MA * d.mean_mA + body.anode.volts + body.cathode.volts
    if d.reading == "rms":
        volts = np.hypot(mean_volts, s * (w.series_ohm + ripple_ohm) * _MA * d.ripple_rms_mA)
    else:
        volts = peak if d.reading == "peak" else mean_volts
    return Loop(
        part, s, volts, peak, s * d.mean_mA, s * d.rms_mA, part * d.mean_mA, body.anode, body.cathode
    )  # fmt: skip
