"""One session in detail: its summary in words, its numbers, and its page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.course import Session
from sudomotor.limits import Verdict, injury_risk
from sudomotor.parameters import Parameters, load_citations
from sudomotor.person import Person, draw
from sudomotor.report.page import render
from sudomotor.report.sentences import LAY, Sentence, unit_words
from sudomotor.report.sources import parameter_sources, verdict_sources
from sudomotor.report.words import NOT_ADVICE, lay_site, listed, per_cent, plain, ranged
from sudomotor.session import Dose, course_dose, deliver
from sudomotor.simulation.simulate import count_of_people

Array = NDArray[np.float64]
# of the many people: what is told with its range, by the name it has in the detailed dose
_RANGED = {
    "volts_start": "volts_start",
    "volts_end": "volts_end",
    "current_mA_reached": "reached_mA",
    "share_through_ducts": "share_through_ducts",
}


@dataclass(frozen=True)
class SessionResult:
    """A session of the middle person in detail, and the range across people like them.

    Attributes
    ----------
    dose : of the person in the middle.
    ranges : 90 % ranges across people (low, high), by name of a field of the dose.
    """

    dose: Dose
    person: Person
    parameters: Parameters
    people: int
    seed: int
    ranges: dict[str, tuple[float, float]]
    notes: tuple[str, ...]

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """Every limit that was checked, broken ones first."""
        return self.dose.limits

    @property
    def risk(self) -> str:
        """The risk of injury past a safety ceiling, or ""."""
        return injury_risk(self.verdicts)

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What was assumed or adjusted, each once."""
        return tuple(dict.fromkeys((*self.notes, *self.dose.notes, *self.parameters.notes)))

    @property
    def sources(self) -> tuple[str, ...]:
        """Keys of the bibliography behind the session."""
        keys = {*parameter_sources(self.parameters), *verdict_sources(self.verdicts)}
        return tuple(sorted(keys & set(load_citations())))

    def told(self, name: str, digits: int = 2, scale: float = 1.0) -> str:
        """A field of the dose in words, with its range where there is one."""
        value = scale * float(getattr(self.dose, name))
        if name not in self.ranges:
            return plain(value, digits)
        low, high = (scale * v for v in self.ranges[name])
        return ranged(value, low, high, digits)


def deliver_to_people(
    session: Session,
    person: Person,
    parameters: Parameters,
    *,
    people: int = 200,
    seed: int = 1,
    notes: tuple[str, ...] = (),
) -> SessionResult:
    """Deliver a session to the person in the middle in detail, and to people like them for the ranges."""
    count = count_of_people(people)
    dose = deliver(session, person, parameters=parameters)
    group = draw(person, count, seed, parameters)
    side = next(name for name in dose.electrodes if name in session.electrodes)
    role = "anode" if side == dose.electrodes[0] else "cathode"
    many = course_dose(session, group, side=side, role=role, parameters=parameters, acid=False)
    ranges = {}
    for name, field in _RANGED.items():
        if name == "share_through_ducts" and role == "cathode":
            continue  # the detailed dose tells the anode's share
        low, high = np.quantile(np.broadcast_to(getattr(many, field), (1, count)), (0.05, 0.95))
        ranges[name] = (float(low), float(high))
    return SessionResult(dose, person, parameters, count, seed, ranges, notes)


def to_dict(result: SessionResult) -> dict[str, Any]:
    """The session for JSON; the keys that others script against, and more."""
    return {
        **result.dose.to_dict(),
        "limits": [verdict.to_dict() for verdict in result.verdicts],
        "ranges": {name: {"low": low, "high": high} for name, (low, high) in result.ranges.items()},
        "person": result.person.preset_name,
        "people": result.people,
        "seed": result.seed,
        "assumptions": list(result.assumptions),
        "note": NOT_ADVICE,
    }


def session_summary(result: SessionResult) -> list[Sentence]:
    """What the session is like, in sentences for the person concerned."""
    d = result.dose
    if d.session.waveform is None or d.current_mA_set == 0:
        return [Sentence("What happens?", "No current flows: a sham session.")]
    anode, cathode = (lay_site(name) for name in d.electrodes)
    lines = [
        Sentence("Voltage needed?", _voltage(result)),
        Sentence(
            "Where does the current go?",
            f"{result.told('share_through_ducts', scale=100.0)} % passes through sweat ducts, "
            f"{plain(d.current_nA_per_duct)} nA each; the rest through the skin between them. "
            f"Positive pole: {anode}.",
        ),
        Sentence(
            "What becomes of the water?",
            f"At the end pH {plain(d.anode_pH)} at the {anode} (+) and {plain(d.cathode_pH)} at the "
            f"{cathode} (–); right at "
            f"the skin {plain(d.anode_skin_pH)} and {plain(d.cathode_skin_pH)}.",
        ),
        Sentence("Acid in the ducts?", _acid(result)),
        Sentence("How does it feel?", _feel(d)),
        Sentence("Limits?", _limits(result.verdicts)),
    ]
    return lines


def _voltage(result: SessionResult) -> str:
    d = result.dose
    text = f"{result.told('volts_start')} V at the start, {result.told('volts_end')} V at the end"
    if d.current_mA_reached >= 0.995 * d.current_mA_set:
        return f"{text}; the device reaches the set {plain(d.current_mA_set, 3)} mA."
    reached = result.told("current_mA_reached")
    return f"{text}; the device reaches only {reached} of {plain(d.current_mA_set, 3)} mA."


def _acid(result: SessionResult) -> str:
    d = result.dose
    parts = []
    for pole, amount in (
        ("positive", d.proton_nmol_per_duct_anode),
        ("negative", d.proton_nmol_per_duct_cathode),
    ):
        kind = "acid" if amount >= 0 else "base"
        parts.append(f"{plain(abs(amount))} nmol of {kind} enter each open duct at the {pole} pole")
    return f"{listed(parts)}."


def _feel(dose: Dose) -> str:
    chances = sorted(dose.symptoms.items(), key=lambda item: -item[1])
    told = [f"{LAY[name]} {per_cent(chance)}" for name, chance in chances if chance >= 0.005]
    chance = listed(told) or "nothing to expect"
    return (
        f"Discomfort about {plain(dose.discomfort)} of 10. Chance over a course of such sessions: {chance}."
    )


def _limits(verdicts: tuple[Verdict, ...]) -> str:
    broken = [verdict for verdict in verdicts if verdict.broken]
    if not broken:
        return f"All {len(verdicts)} that apply are kept."
    told = " ".join(f"{v.text} (here {plain(v.value, 3)} {unit_words(v.unit)})." for v in broken)
    return f"{len(broken)} of {len(verdicts)} broken: {told}"


def session_rows(result: SessionResult) -> list[tuple[str, str]]:
    """The numbers of the session, named."""
    d = result.dose
    return [
        ("Voltage at the start / end", f"{plain(d.volts_start, 3)} / {plain(d.volts_end, 3)} V"),
        ("Current set / reached", f"{plain(d.current_mA_set, 3)} / {plain(d.current_mA_reached, 3)} mA"),
        ("Current through the skin", f"{plain(d.skin_current_mA, 3)} mA"),
        ("Charge by wetted skin", f"{plain(d.charge_mC_per_cm2, 3)} mC/cm²"),
        (
            "Current of an open duct, positive / negative pole",
            f"{plain(d.current_nA_per_duct, 3)} / {plain(d.current_nA_per_duct_cathode, 3)} nA",
        ),
        (
            "Share through ducts, positive / negative pole",
            f"{plain(100 * d.share_through_ducts)} / {plain(100 * d.share_through_ducts_cathode)} %",
        ),
        (
            "pH of the water at the end, positive / negative pole",
            f"{plain(d.anode_pH, 3)} / {plain(d.cathode_pH, 3)}",
        ),
        (
            "pH at the skin at the end, positive / negative pole",
            f"{plain(d.anode_skin_pH, 3)} / {plain(d.cathode_skin_pH, 3)}",
        ),
        (
            "Net acid into an open duct, positive / negative pole",
            f"{plain(d.proton_nmol_per_duct_anode, 3)} / {plain(d.proton_nmol_per_duct_cathode, 3)} nmol",
        ),
        ("Conductivity of the water at the start", f"{plain(d.conductivity_uS_per_cm, 3)} µS/cm"),
        ("Discomfort", f"{plain(d.discomfort)} of 10"),
    ]


def session_report(result: SessionResult) -> str:
    """The page of one session, as HTML."""
    from sudomotor.report.figures_session import session_figures

    words = result.dose.session.words
    return render(
        "session.html",
        title=words[0].upper() + words[1:],
        danger=result.risk,
        sources=result.sources,
        lines=session_summary(result),
        rows=session_rows(result),
        drawings=session_figures(result.dose),
        assumptions=result.assumptions,
        parameters=result.parameters,
        verdicts=result.verdicts,
        seed=result.seed,
    )
