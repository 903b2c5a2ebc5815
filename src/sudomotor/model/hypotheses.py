"""Which claims are switched on. Every result names them, so that no hypothesis passes for a finding.

A set is named by words joined with "+": one of the bases (`evidence`, `peripheral`, `reset`) or single claims
(`loop`, `central`, `expectation`, …). The default, `evidence`, has what is graded supported or better; `reset` has
every claim on, as popular writing would have it; `peripheral` is the skin alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sudomotor.errors import InputError, unknown
from sudomotor.model.mechanisms import DEFAULT, mechanism

# what each switch says, with its grade in the register of claims
SWITCHES: dict[str, str] = {
    "block": "C1.1 current through the skin blocks sweat glands locally (established; mechanism open)",
    "lasting": "C1.3 repeated sessions suppress for weeks, not for good (supported)",
    "arousal": "C3.1 stress drives sweat glands, heart and vessels together (established)",
    "gain": "C3.2 in hyperhidrosis the sudomotor branch over-reacts (established for that branch only)",
    "anticipation": "C2.2 what is expected alone raises threat and sweat (supported)",
    "loop": "C2.1, C2.3 sweat that is felt and seen feeds threat, and threat sweat, weakly (supported)",
    "avoidance": "C2.4 who expects less embarrassment avoids less and gains confidence (supported)",
    "central": "C1.4 the brain's command to sweat is unlearned (speculation)",
    "balance": "C1.5 a lasting calm shifts autonomic balance (speculation)",
    "afferent": "C3.3 fewer signals from the glands calm the stress response (hypothesis)",
    "mood": "C3.4 mood follows threat, and stress passes faster (hypothesis)",
    "strong_loop": "C4.2 the loop is far stronger than measured, so that two balances come near (hypothesis)",
    "agency": "C5.3 to treat oneself raises perceived control whatever the dryness (hypothesis)",
    "expectation": "belief in the treatment lowers threat, real or sham (hypothesis)",
    "suggestion": "belief in the treatment lowers the drive to sweat directly (hypothesis)",
    "compensation": "commands that are not carried out raise the central gain (speculation)",
}
ALWAYS = ("block", "lasting", "arousal", "gain")
SUPPORTED = (*ALWAYS, "anticipation", "loop", "avoidance")
RESET = (
    *SUPPORTED, "central", "balance", "afferent", "mood", "agency", "expectation", "suggestion", "strong_loop",
)  # fmt: skip
BASES: dict[str, tuple[str, ...]] = {"evidence": SUPPORTED, "peripheral": ALWAYS, "reset": RESET}
# a claim by itself stands on the skin, and on what it cannot do without
_WITH: dict[str, tuple[str, ...]] = {
    "loop": ("anticipation", "avoidance"),
    "compensation": ("anticipation", "loop", "avoidance"),
    "strong_loop": ("anticipation", "loop", "avoidance"),
    "mood": ("anticipation", "loop", "avoidance"),
    "balance": ("anticipation", "loop", "avoidance", "mood"),
}
_APART = (
    ("central", "compensation", "the one lowers the central gain, the other raises it"),
    ("reset", "compensation", "a reset lowers the central gain, compensation raises it"),
)
GATES = ("expectancy", "fear")
RULES = ("rescorla-wagner", "beta-bernoulli")


@dataclass(frozen=True)
class Hypotheses:
    """The switches of a simulation.

    Attributes
    ----------
    name : what the set is called.
    mechanism : the account of the block that is in force.
    switches : names of the claims that are on, of `SWITCHES`.
    gate : what lets a belief change: `expectancy` (any surprise) or `fear` (only an event that was feared).
    rule : how beliefs are learned: `rescorla-wagner` (with associability) or `beta-bernoulli`.
    """

    name: str
    mechanism: str = DEFAULT
    switches: frozenset[str] = field(default_factory=lambda: frozenset(SUPPORTED))
    gate: str = "expectancy"
    rule: str = "rescorla-wagner"

    def __post_init__(self) -> None:
        mechanism(self.mechanism)
        object.__setattr__(self, "switches", frozenset(self.switches))
        for switch in sorted(self.switches):
            if switch not in SWITCHES:
                raise unknown("hypothesis", switch, SWITCHES)
        if self.gate not in GATES:
            raise unknown("learning gate", self.gate, GATES)
        if self.rule not in RULES:
            raise unknown("learning rule", self.rule, RULES)
        for one, other, why in _APART:
            if {one, other} <= self.switches:
                raise _contradiction(one, other, why)

    def __contains__(self, switch: str) -> bool:
        """Whether a switch is on."""
        if switch not in SWITCHES:
            raise unknown("hypothesis", switch, SWITCHES)
        return switch in self.switches

    @property
    def on(self) -> tuple[str, ...]:
        """What is on, in words with its grade."""
        said = [text for switch, text in SWITCHES.items() if switch in self.switches]
        if self.mechanism == "synaptic":
            said.append("C1.2 the block is at the nerve's ending (hypothesis)")
        if self.gate == "fear":
            said.append("nothing is learned without fear (hypothesis)")
        return tuple(said)

    @property
    def has_mind(self) -> bool:
        """Whether anything beyond the skin acts on sweat."""
        return bool(self.switches - set(ALWAYS))

    @classmethod
    def evidence(cls) -> Hypotheses:
        """What is graded supported or better: the default.

        >>> Hypotheses.evidence().mechanism, "loop" in Hypotheses.evidence(), "central" in Hypotheses.evidence()
        ('charge', True, False)
        """
        return cls("evidence")

    @classmethod
    def peripheral(cls) -> Hypotheses:
        """The skin alone: a blocked gland changes nothing but its sweat.

        >>> Hypotheses.peripheral().has_mind
        False
        """
        return cls("peripheral", switches=frozenset(ALWAYS))

    @classmethod
    def reset(cls) -> Hypotheses:
        """Every claim on: the reading as a “neurological reset”."""
        return cls("reset", switches=frozenset(RESET))

    @classmethod
    def parse(cls, words: str, *, where: str = "--hypotheses") -> Hypotheses:
        """A set from words joined with "+".

        Raises
        ------
        InputError
            for an unknown word, one that is said twice, or words that contradict each other.

        >>> sorted(Hypotheses.parse("loop+expectation").switches - set(ALWAYS))
        ['anticipation', 'avoidance', 'expectation', 'loop']
        """
        parts = [part.strip().lower().replace("-", "_") for part in words.split("+")]
        known = (*BASES, *(s for s in SWITCHES if s not in ALWAYS))
        on: set[str] = set(ALWAYS)
        for part in parts:
            if not part:
                raise InputError("a hypothesis is missing", where=where, mend="e.g. loop+expectation")
            if part not in known:
                raise unknown("hypothesis", part, known, where=where)
            if parts.count(part) > 1:
                raise InputError(f"'{part}' is named twice", where=where, mend="name it once")
            if part == "peripheral" and len(parts) > 1:
                other = next(p for p in parts if p != part)
                why = f"peripheral means that nothing but the skin changes, {other} that more does"
                raise _contradiction("peripheral", other, why, where)
            on |= {*BASES.get(part, (part,)), *_WITH.get(part, ())}
        for one, other, why in _APART:
            if {one, other} <= {*parts, *on}:
                raise _contradiction(one, other, why, where)
        return cls("+".join(parts), switches=frozenset(on))

    def with_mechanism(self, name: str) -> Hypotheses:
        """The same switches under another account of the block."""
        return replace(self, mechanism=name)

    def turned(self, *, on: tuple[str, ...] = (), off: tuple[str, ...] = ()) -> Hypotheses:
        """The same with some switches on and others off."""
        left = (self.switches | set(on)) - set(off)
        name = self.name + "".join(f"+{s}" for s in on) + "".join(f" without {s}" for s in off)
        return replace(self, switches=left, name=name)


def _contradiction(one: str, other: str, why: str, where: str | None = None) -> InputError:
    return InputError(
        f"'{one}' and '{other}' contradict each other: {why}", where=where,
        mend="run them apart, or hold them against each other with `sudomotor compare`",
    )  # fmt: skip
