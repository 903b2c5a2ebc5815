"""One session for one person in detail: over time, and down the duct."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sudomotor.course import Session
from sudomotor.errors import InputError
from sudomotor.limits import Verdict, check_session
from sudomotor.parameters import Parameters
from sudomotor.person import People, Person, median_person
from sudomotor.session.bath import pan_pH
from sudomotor.session.course_dose import course_dose
from sudomotor.session.march import Moment, Setup, fine_steps, march, partner, set_up
from sudomotor.session.sensation import SYMPTOMS, feeling, intensity
from sudomotor.session.water import bath_pH

if TYPE_CHECKING:
    import xarray

Array = NDArray[np.float64]

# what `to_dict` leads with: the keys that others script against
SCALARS = (
    "volts_start", "volts_end", "current_mA_reached", "charge_mC_per_cm2", "current_nA_per_duct",
    "share_through_ducts", "anode_pH", "cathode_pH", "proton_nmol_per_duct_anode",
    "proton_nmol_per_duct_cathode",
)  # fmt: skip


_PROFILE = ("time_s", "depth_mm", "pH", "edge_mm", "acid_past_depth_nmol")


@dataclass(frozen=True)
class DuctProfile:
    """The inside of an open duct: pH (time, depth), and the net acid that passed each edge (edge,)."""

    time_s: Array
    depth_mm: Array
    pH: Array
    edge_mm: Array
    acid_past_depth_nmol: Array


@dataclass(frozen=True)
class Dose:
    """What one session delivers to one person.

    Attributes
    ----------
    electrodes : (anode, cathode) by name, as they are at the start
    volts_start, volts_end : at the terminals once the ramp is over, and before the last ramp; in the reading
        of the device (mean of direct, peak of pulsed, r.m.s. of alternating current)
    current_mA_reached : in that reading; `current_mA_set` is what was asked for
    charge_mC_per_cm2 : largest net charge through the anode's skin at any time, by its wetted area
    current_nA_per_duct, share_through_ducts : mean over the session, of an open duct under the anode and of
        the charge there; nA counts the sign, so a session reversed half-way nearly cancels
    anode_pH, cathode_pH : of the whole water at the end; `..._skin_pH` at the skin
    proton_nmol_per_duct_anode, ..._cathode : net acid that entered an open duct with the
        current, above what the same bath brings without; base counts negative
    values : the session as `limits.check_session` reads it
    series : over time (`time_s` and what changes with it)
    duct : the duct of each side, "anode" and "cathode"; empty without `detail`
    notes : what was assumed or adjusted
    """

    session: Session
    electrodes: tuple[str, str]
    volts_start: float
    volts_end: float
    peak_volts: float
    current_mA_set: float
    current_mA_reached: float
    skin_current_mA: float
    charge_mC_per_cm2: float
    current_nA_per_duct: float
    current_nA_per_duct_cathode: float
    share_through_ducts: float
    share_through_ducts_cathode: float
    anode_pH: float
    cathode_pH: float
    anode_skin_pH: float
    cathode_skin_pH: float
    proton_nmol_per_duct_anode: float
    proton_nmol_per_duct_cathode: float
    conductivity_uS_per_cm: float
    intensity: float
    discomfort: float
    symptoms: Mapping[str, float]
    values: Mapping[str, float | str]
    series: Mapping[str, Array]
    duct: Mapping[str, DuctProfile] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def limits(self) -> tuple[Verdict, ...]:
        """Every limit that this session is held against, broken ones first."""
        return check_session(self.values)

    def to_dict(self) -> dict[str, Any]:
        """The dose as plain lists and numbers, for JSON."""
        out: dict[str, Any] = {name: getattr(self, name) for name in SCALARS}
        for name in (
            "current_mA_set", "peak_volts", "skin_current_mA", "current_nA_per_duct_cathode",
            "share_through_ducts_cathode", "anode_skin_pH", "cathode_skin_pH", "conductivity_uS_per_cm",
            "intensity", "discomfort",
        ):  # fmt: skip
            out[name] = getattr(self, name)
        out["session"] = self.session.words
        out["anode"], out["cathode"] = self.electrodes
        out["symptoms"] = dict(self.symptoms)
        out["limits"] = [
            {
                "name": v.name, "value": v.value, "limit": v.limit, "unit": v.unit, "source": v.source,
                "broken": v.broken, "severity": v.severity, "kind": v.kind, "text": v.text,
            }
            for v in self.limits
        ]  # fmt: skip
        out["series"] = {name: values.tolist() for name, values in self.series.items()}
        out["duct"] = {
            pole: {name: getattr(d, name).tolist() for name in _PROFILE} for pole, d in self.duct.items()
        }
        out["notes"] = list(self.notes)
        return out

    def to_xarray(self) -> xarray.Dataset:
        """The time series and the ducts as a Dataset; single numbers are its attributes."""
        import xarray

        data: dict[str, Any] = {
            name: ("time_s", values, {"units": _unit(name)})
            for name, values in self.series.items()
            if name != "time_s"
        }
        coordinates: dict[str, Any] = {"time_s": self.series["time_s"]}
        for pole, d in self.duct.items():
            coordinates[f"{pole}_duct_time_s"], coordinates[f"{pole}_depth_mm"] = d.time_s, d.depth_mm
            data[f"{pole}_duct_pH"] = ((f"{pole}_duct_time_s", f"{pole}_depth_mm"), d.pH, {"units": "1"})
            coordinates[f"{pole}_edge_mm"] = d.edge_mm
            data[f"{pole}_acid_past_depth_nmol"] = (
                f"{pole}_edge_mm",
                d.acid_past_depth_nmol,
                {"units": "nmol"},
            )
        attributes = {name: getattr(self, name) for name in SCALARS}
        return xarray.Dataset(
            data, coordinates, {**attributes, "session": self.session.words, "notes": "\n".join(self.notes)}
        )


def _unit(name: str) -> str:
    for ending, unit in (("volts", "V"), ("_mA", "mA"), ("_nA", "nA"), ("_mM", "mM"), ("_s", "s")):
        if name.endswith(ending):
            return unit
    return "1"


def poles(session: Session, side: str | None = None) -> tuple[str, str]:
    """(anode, cathode) of a session's first circuit, or of the one that `side` belongs to, at the start.

    Alternating polarity starts with the anode left, or at the one side that is treated.

    >>> poles(Session("left palm, 15 mA DC for 20 minutes"))
    ('left palm', 'forearm pad')
    """
    treated = session.electrodes[0] if side is None else side
    other = partner(session, treated)
    if treated not in session.electrodes:
        treated, other = other, treated
    if session.side == "both":
        positive = "left" if session.anode == "alternating" else session.anode
    else:
        positive = session.side if session.anode == "alternating" else session.anode
    return (treated, other) if treated.split()[0] == positive else (other, treated)


def deliver(
    session: Session,
    person: Person | People | str,
    *,
    parameters: Parameters | None = None,
    detail: bool = True,
    side: str | None = None,
    blocked: ArrayLike = 0.0,
) -> Dose:
    """Deliver one session to one person, resolved in time.

    Parameters
    ----------
    session : what is done
    person : a person (their middle), the name of a preset, or drawn People of one
    parameters : constants in force; default: those of the person
    detail : solve the ducts of both sides over time and depth. Without, their acid comes from the emulator
    side : which circuit to look at where a session has several, e.g. "left sole"
    blocked : fraction of glands blocked, for both sides or (anode, cathode)

    Returns
    -------
    Dose

    Examples
    --------
    >>> dose = deliver(Session("15 mA DC for 20 minutes"), "palmar hyperhidrosis", detail=False)
    >>> dose.current_mA_reached
    15.0
    """
    people = person if isinstance(person, People) else median_person(person, parameters)
    if people.n != 1:
        raise InputError(
            f"deliver takes one person, got {people.n}", mend="people.take([0]), or course_dose for many"
        )
    p = parameters if parameters is not None else people.parameters
    anode, cathode = poles(session, side)
    fractions = np.broadcast_to(np.asarray(blocked, float), (2,))
    if not (np.all(fractions >= 0) and np.all(fractions <= 1)):
        raise InputError("blocked must lie from 0 to 1", where="blocked", mend="give a fraction of glands")
    setup = set_up(
        session,
        people,
        anode=anode,
        cathode=cathode,
        blocked=(fractions[0], fractions[1]),
        parameters=p,
        overrides={},
    )
    moments = list(march(setup, fine_steps(setup)))
    notes = [*setup.notes]
    if len(session.sites) > 1 and side is None:
        notes.append(
            f"each pair has its own circuit with this setting; shown is the one of the {session.sites[0]}"
        )
    if session.waveform is None:
        notes.append("sham: no current flows")
    elif session.anode == "alternating":
        notes.append(f"the anode alternates from session to session; shown with the {anode} as anode")
    if session.reversed_halfway:
        notes.append(f"reversed half-way: 'anode' is the {anode}, which is the anode of the first half")
    if session.one_pan and not session.shared_pan:
        notes.append("the electrodes do not stand in one water, so 'in one pan' changes nothing")
    return _gather(session, setup, moments, people, notes, detail, fractions)


def _one(value: ArrayLike) -> float:
    return float(np.asarray(value, float).ravel()[0])


def _series(setup: Setup, moments: list[Moment]) -> dict[str, Array]:
    ends = np.cumsum([60.0 * _one(m.step.minutes) for m in moments])
    lengths = np.array([60.0 * _one(m.step.minutes) for m in moments])
    carbonate = setup.ions.carbonate_mM
    stirred = [pan_pH(setup.ions, m.middle, setup.pans) for m in moments]
    columns: dict[str, list[Any]] = {
        "volts": [m.loop.volts for m in moments],
        "peak_volts": [m.loop.peak_volts for m in moments],
        "current_mA": [m.step.sign * m.loop.device_mA for m in moments],
        "skin_current_mA": [m.step.sign * m.loop.body_mA for m in moments],
        "anode_duct_nA": [m.open_duct_nA[0] for m in moments],
        "cathode_duct_nA": [m.open_duct_nA[1] for m in moments],
        "anode_share": [m.share[0] for m in moments],
        "cathode_share": [m.share[1] for m in moments],
        "anode_pH": [a for a, _ in stirred],
        "cathode_pH": [c for _, c in stirred],
        "anode_skin_pH": [bath_pH(m.middle.anode_gap, carbonate) for m in moments],
        "cathode_skin_pH": [bath_pH(m.middle.cathode_gap, carbonate) for m in moments],
        "anode_skin_alkalinity_mM": [m.middle.anode_gap for m in moments],
        "cathode_skin_alkalinity_mM": [m.middle.cathode_gap for m in moments],
        "anode_skin_cations_mM": [m.views[0].strong_cations_mM for m in moments],
        "cathode_skin_cations_mM": [m.views[1].strong_cations_mM for m in moments],
    }
    return {
        "time_s": ends - 0.5 * lengths,
        **{name: np.array([_one(v) for v in c]) for name, c in columns.items()},
    }


def _gather(
    session: Session,
    setup: Setup,
    moments: list[Moment],
    people: People,
    notes: list[str],
    detail: bool,
    blocked: Array,
) -> Dose:
    from sudomotor.session.acid import solved_duct

    p, d = setup.parameters, setup.drive
    series = _series(setup, moments)
    minutes = np.array([_one(m.step.minutes) for m in moments])
    level = np.array([m.step.level for m in moments])
    plateau = [m for m in moments if not m.step.ramp]
    first, last = plateau[0], plateau[-1]
    set_mA = _one({"mean": d.mean_mA, "peak": d.peak_mA, "rms": d.ripple_rms_mA}[d.reading])
    part = min(_one(m.loop.reached) for m in plateau)
    if part < 0.999:
        notes.append(
            f"the device cannot drive the set current: {part * set_mA:.1f} of {set_mA:g} mA"
            f" at {setup.max_volts:g} V"
        )
    area = _one(setup.first.area_cm2)
    running = np.concatenate(([0.0], np.cumsum(series["skin_current_mA"] * minutes))) * 60.0 / area
    weight = minutes * level
    bath = moments[-1].after
    pH_anode, pH_cathode = pan_pH(setup.ions, bath, setup.pans)
    acid, ducts = [], {}
    for index, pole in enumerate(("anode", "cathode")):
        if detail:
            amount, profile = solved_duct(setup, moments, index)
            ducts[pole] = DuctProfile(**profile)
        else:
            side, role = setup.names[index], ("anode", "cathode")[index]
            quick = course_dose(session, people, side=side, role=role, blocked=blocked[index],
                                blocked_other=blocked[1 - index], parameters=p)  # fmt: skip
            notes.extend(note for note in quick.notes if note not in notes)
            amount = _one(quick.acid_nmol if quick.acid_nmol is not None else 0.0)
        acid.append(amount)
    share = float(np.average(series["anode_share"], weights=weight))
    rms = max(_one(m.loop.body_rms_mA) for m in plateau)
    passed = max(_one(m.loop.through_skin) for m in plateau)
    ramp_s = 60.0 * _one(setup.ramp_minutes)
    ramp = _one(d.peak_mA) / ramp_s if ramp_s > 0 else 1e3 * _one(d.peak_mA)
    strength = intensity(
        passed * _one(d.mean_mA) / area,
        passed * _one(d.ripple_rms_mA) / area,
        d.frequency_Hz,
        ramp,
        parameters=p,
    )
    felt = feeling(strength, people["discomfort_threshold_factor"], parameters=p)
    peak = max(_one(m.loop.peak_volts) for m in moments)
    charge = float(np.max(np.abs(running)))
    values: dict[str, float | str] = {
        "site": session.sites[0] if session.side == "both" else session.electrodes[0],
        "current_mA": set_mA,
        "rms_mA": rms,
        "density_mA_per_cm2": rms / min(area, _one(setup.second.area_cm2)),
        "volts": peak,
        "charge_mC_per_cm2": charge,
        "minutes": session.minutes,
        "reversals": 1.0 if session.reversed_halfway else 0.0,
        "age_years": _one(people.age_years),
        "frequency_Hz": d.frequency_Hz,
        "area_cm2": area,
    }
    return Dose(
        session=session,
        electrodes=setup.names,
        volts_start=_one(first.loop.volts),
        volts_end=_one(last.loop.volts),
        peak_volts=peak,
        current_mA_set=set_mA,
        current_mA_reached=_one(last.loop.reached) * set_mA,
        skin_current_mA=_one(last.loop.body_mA),
        charge_mC_per_cm2=charge,
        current_nA_per_duct=float(np.average(series["anode_duct_nA"], weights=minutes)),
        current_nA_per_duct_cathode=float(np.average(series["cathode_duct_nA"], weights=minutes)),
        share_through_ducts=share,
        share_through_ducts_cathode=float(np.average(series["cathode_share"], weights=weight)),
        anode_pH=_one(pH_anode),
        cathode_pH=_one(pH_cathode),
        anode_skin_pH=_one(bath_pH(bath.anode_gap, setup.ions.carbonate_mM)),
        cathode_skin_pH=_one(bath_pH(bath.cathode_gap, setup.ions.carbonate_mM)),
        proton_nmol_per_duct_anode=acid[0],
        proton_nmol_per_duct_cathode=acid[1],
        conductivity_uS_per_cm=1e4 * _one(moments[0].views[0].conductivity_S_per_m),
        intensity=_one(felt.intensity),
        discomfort=_one(felt.discomfort),
        symptoms={name: _one(felt.probability[name]) for name in SYMPTOMS},
        values=values,
        series=series,
        duct=ducts,
        notes=tuple(dict.fromkeys(notes)),
    )


__all__ = ["SCALARS", "Dose", "DuctProfile", "deliver", "poles"]
