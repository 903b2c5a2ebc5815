"""Rival accounts of why a session blocks sweat glands, behind one interface; none is privileged.

A mechanism is one file with one function `effect(dose, p) -> Effect`. To add another: write the file, add a line to
`MECHANISMS`, its parameters to `parameters/data/mechanisms.toml`, and a test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sudomotor.errors import unknown
from sudomotor.model.mechanisms import acid, acute, charge, colloid, synaptic
from sudomotor.model.mechanisms.interface import Dose, Effect
from sudomotor.parameters import Parameters


@dataclass(frozen=True)
class Mechanism:
    """A named account of the block; `lay` is what it says, as a clause for people who are treated."""

    name: str
    text: str
    lay: str
    effect: Callable[[Dose, Parameters], Effect]
    sources: tuple[str, ...]
    counts_acid: bool = False  # does its dose need the acid that enters the ducts?


_ALL = (
    Mechanism(
        "charge",
        "functional block by the charge that a duct still holds when the current stops",
        "the current has an electrical effect on the sweat duct that lasts",
        charge.effect,
        ("sato1993", "reinauer1993"),
    ),
    Mechanism(
        "acid",
        "acid lesion of the duct by protons that enter from the anode bath",
        "acid at the plus pole irritates the duct",
        acid.effect,
        ("sato1993", "kreyden2004"),
        counts_acid=True,
    ),
    Mechanism(
        "colloid",
        "colloid and mineral particles of the water jam the duct",
        "particles of the water plug the duct",
        colloid.effect,
        ("griffen2018",),
    ),
    Mechanism(
        "synaptic",
        "the current through the tissue disrupts release at the nerve ending",
        "the nerve ending is put out of action",
        synaptic.effect,
        ("reinauer1993",),
    ),
    Mechanism(
        "acute",
        "sweating is suppressed only while the current flows",
        "sweat stops only while the current flows",
        acute.effect,
        ("shams2011",),
    ),
)
MECHANISMS: dict[str, Mechanism] = {each.name: each for each in _ALL}

DEFAULT = "charge"


def mechanism(name: str) -> Mechanism:
    """Look a mechanism up; an unknown name suggests the nearest.

    >>> mechanism("charge").name
    'charge'
    """
    if name not in MECHANISMS:
        raise unknown("mechanism", name, MECHANISMS)
    return MECHANISMS[name]


__all__ = ["DEFAULT", "MECHANISMS", "Dose", "Effect", "Mechanism", "mechanism"]
