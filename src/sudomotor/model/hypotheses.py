"""Which claims are switched on. Every result names them, so that no hypothesis passes for a finding."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sudomotor.model.mechanisms import DEFAULT, mechanism


@dataclass(frozen=True)
class Hypotheses:
    """The switches of a simulation.

    Attributes
    ----------
    name : what the set is called.
    mechanism : the account of the block that is in force.
    on : identifiers and words of the claims that are on.
    """

    name: str
    mechanism: str = DEFAULT
    on: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        mechanism(self.mechanism)

    @classmethod
    def evidence(cls) -> Hypotheses:
        """What is graded supported or better, as far as the model reaches: the local block and its repair.

        >>> Hypotheses.evidence().mechanism
        'charge'
        """
        return cls(
            "evidence",
            on=(
                "C1.1 current through the skin blocks sweat glands locally (established; mechanism open)",
                "C1.3 repeated sessions suppress for weeks, not for good (supported)",
            ),
        )

    def with_mechanism(self, name: str) -> Hypotheses:
        """The same switches under another account of the block."""
        return replace(self, mechanism=name)
