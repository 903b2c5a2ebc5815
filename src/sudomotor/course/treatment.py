"""One session of treatment: the current, the water, the site and how the electrodes lie."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Literal

from sudomotor.course.checks import MAX_MINUTES, choice, flag, number, optional
from sudomotor.course.waveform import Waveform
from sudomotor.errors import InputError

SITES = ("palms", "soles", "axillae")
ONE = {"palms": "palm", "soles": "sole", "axillae": "axilla"}  # the name of one side
SIDES = ("both", "left", "right")
ANODES = ("alternating", "left", "right")
FOREARM_PAD = "forearm pad"
RETURNS = (FOREARM_PAD, *(f"{side} {one}" for one in ONE.values() for side in ("left", "right")))
SITE_CHOICES = (
    *SITES,
    *(f"{a} and {b}" for i, a in enumerate(SITES) for b in SITES[i + 1 :]),
    " and ".join(SITES),
)


@dataclass(frozen=True)
class Water:
    """The water of each pan (or pad).

    Parameters
    ----------
    kind : "tap", "saline" (154 mM NaCl) or "deionised"
    conductivity_uS_per_cm, alkalinity_mM, litres : of each pan; None = not said, so the parameters' value for
        the person's tap water. Conductivity and alkalinity are properties of tap water only.
    salt_g, baking_soda_g : grams added to each pan

    Examples
    --------
    >>> Water(conductivity_uS_per_cm=500, salt_g=5).kind
    'tap'
    """

    kind: Literal["tap", "saline", "deionised"] = "tap"
    conductivity_uS_per_cm: float | None = None
    alkalinity_mM: float | None = None
    litres: float | None = None
    salt_g: float = 0.0
    baking_soda_g: float = 0.0

    def __post_init__(self) -> None:
        put = object.__setattr__
        choice(self.kind, "water", ("tap", "saline", "deionised"))
        conductivity = optional(self.conductivity_uS_per_cm, "conductivity_uS_per_cm", above=0, unit="uS/cm")
        put(self, "conductivity_uS_per_cm", conductivity)
        put(self, "alkalinity_mM", optional(self.alkalinity_mM, "alkalinity_mM", least=0, unit="mM"))
        put(self, "litres", optional(self.litres, "litres", above=0, unit="litres"))
        put(self, "salt_g", number(self.salt_g, "salt_g", least=0, unit="g"))
        put(self, "baking_soda_g", number(self.baking_soda_g, "baking_soda_g", least=0, unit="g"))
        if self.kind != "tap":
            for name in ("conductivity_uS_per_cm", "alkalinity_mM"):
                if getattr(self, name) is not None:
                    raise InputError(
                        f"{name} contradicts {self.kind} water, whose composition is given",
                        where=name,
                        mend=f"leave it out, or leave out '{self.kind}'",
                    )


@dataclass(frozen=True, init=False)
class Session:
    """One session, as typed fields or as words.

    Parameters
    ----------
    waveform : the current; None for a sham session without current. Words are read instead where a string is
        given, and the other arguments then override what the words say.
    minutes : length in minutes, with the ramps
    site : "palms", "soles", "axillae", or several: "palms and soles" (each pair in a circuit of its own, with
        the same setting)
    side : "both", or the one side that is treated
    anode : the side that is positive. For one side, the other side's name means the return electrode
    reversed_halfway : polarity is swapped in the middle of the session
    water : the water of each pan
    one_pan : both electrodes in one pan; see `shared_pan`
    sealed_skin : the skin between the pores is sealed (silicone grease)
    area_cm2 : wetted area of each side; None = the person's own
    return_electrode : for one side only: "forearm pad" (if not said), or another site such as "right palm"
    max_volts : highest voltage that the device gives; None = the parameters' value
    ramp_s : rise and fall of the current; None = the parameters' value

    Examples
    --------
    >>> Session("15 mA DC for 20 minutes", site="soles") == Session(Waveform("dc", 15), 20, site="soles")
    True
    """

    waveform: Waveform | None
    minutes: float
    site: str = "palms"
    side: Literal["both", "left", "right"] = "both"
    anode: Literal["alternating", "left", "right"] = "alternating"
    reversed_halfway: bool = False
    water: Water = field(default_factory=Water)
    one_pan: bool = False
    sealed_skin: bool = False
    area_cm2: float | None = None
    return_electrode: str | None = None
    max_volts: float | None = None
    ramp_s: float | None = None

    def __init__(
        self,
        waveform: Waveform | str | None,
        minutes: float | None = None,
        site: str | None = None,
        side: Literal["both", "left", "right"] | None = None,
        anode: Literal["alternating", "left", "right"] | None = None,
        reversed_halfway: bool | None = None,
        water: Water | None = None,
        one_pan: bool | None = None,
        sealed_skin: bool | None = None,
        area_cm2: float | None = None,
        return_electrode: str | None = None,
        max_volts: float | None = None,
        ramp_s: float | None = None,
    ) -> None:
        # None is "not given": what the words say then holds, or else the usual
        given: dict[str, Any] = {
            "minutes": minutes, "site": site, "side": side, "anode": anode,
            "reversed_halfway": reversed_halfway, "water": water, "one_pan": one_pan,
            "sealed_skin": sealed_skin, "area_cm2": area_cm2, "return_electrode": return_electrode,
            "max_volts": max_volts,
            "ramp_s": ramp_s,
        }  # fmt: skip
        if isinstance(waveform, str):
            from sudomotor.course.grammar import parse_session

            said = parse_session(waveform)
            values = {each.name: getattr(said, each.name) for each in fields(self)}
            if side == "both":
                values["return_electrode"] = None
        else:
            values = {
                "waveform": waveform,
                "minutes": None,
                "site": "palms",
                "side": "both",
                "anode": "alternating",
            }
            values |= {"reversed_halfway": False, "water": Water(), "one_pan": False, "sealed_skin": False}
        for each in fields(self):
            value = given.get(each.name)
            object.__setattr__(self, each.name, values.get(each.name) if value is None else value)
        self._check()

    def _check(self) -> None:
        put = object.__setattr__
        if self.waveform is not None and not isinstance(self.waveform, Waveform):
            raise InputError(
                f"waveform must be a Waveform, words or None, not {self.waveform!r}",
                where="waveform",
                mend='e.g. Waveform("dc", 15)',
            )
        if not isinstance(self.water, Water):
            raise InputError(
                f"water must be a Water, not {self.water!r}", where="water", mend="e.g. Water(litres=2)"
            )
        if self.minutes is None:
            raise InputError("the length of the session is missing", where="minutes", mend="e.g. minutes=20")
        put(self, "minutes", number(self.minutes, "minutes", above=0, most=MAX_MINUTES, unit="minutes"))
        choice(self.site, "site", SITE_CHOICES)
        choice(self.side, "side", SIDES)
        choice(self.anode, "anode", ANODES)
        for name in ("reversed_halfway", "one_pan", "sealed_skin"):
            flag(getattr(self, name), name)
        put(self, "area_cm2", optional(self.area_cm2, "area_cm2", above=0, unit="cm2"))
        put(self, "max_volts", optional(self.max_volts, "max_volts", above=0, unit="V"))
        put(self, "ramp_s", optional(self.ramp_s, "ramp_s", least=0, unit="s"))
        if self.ramp_s is not None and 2 * self.ramp_s > 60 * self.minutes:
            raise InputError(
                f"two ramps of {self.ramp_s:g} s do not fit into {self.minutes:g} minutes",
                where="ramp_s",
                mend="a shorter ramp or a longer session",
            )
        self._check_return()

    def _check_return(self) -> None:
        if self.side == "both":
            if self.return_electrode is not None:
                raise InputError(
                    "a return electrode is named, but both sides are treated and each is the other's return",
                    where="return_electrode",
                    mend=f"treat one side only, e.g. 'left {ONE[self.sites[0]]}', or leave the return out",
                )
            return
        object.__setattr__(self, "return_electrode", self.return_electrode or FOREARM_PAD)
        choice(self.return_electrode, "return_electrode", RETURNS)
        if self.return_electrode in self.electrodes:
            raise InputError(
                f"the {self.return_electrode} cannot be its own return",
                where="return_electrode",
                mend=f"name another site, or '{FOREARM_PAD}'",
            )

    @classmethod
    def parse(cls, text: str) -> Session:
        """Read a session from words: the clauses of a "Treat ..." sentence that are about one session.

        >>> Session.parse("20 minutes in saline, left palm at 10 mA").side
        'left'
        """
        from sudomotor.course.grammar import parse_session

        return parse_session(text)

    @property
    def sites(self) -> tuple[str, ...]:
        """The sites one by one.

        >>> Session("15 mA for 20 minutes", site="palms and soles").sites
        ('palms', 'soles')
        """
        return tuple(self.site.split(" and "))

    @property
    def electrodes(self) -> tuple[str, ...]:
        """The treated sides by name, without the return.

        >>> Session("left palm, 15 mA for 20 minutes").electrodes
        ('left palm',)
        """
        sides = ("left", "right") if self.side == "both" else (self.side,)
        return tuple(f"{side} {ONE[site]}" for site in self.sites for side in sides)

    @property
    def shared_pan(self) -> bool:
        """Whether both electrodes of a circuit stand in the same water, so that current can pass the skin by.

        One treated side with its return elsewhere stands alone in its pan, and armpits have pads.

        >>> Session("15 mA for 20 minutes in one pan").shared_pan
        True
        >>> Session("left palm, 15 mA for 20 minutes in one pan").shared_pan
        False
        """
        if not self.one_pan or "axillae" in self.sites:
            return False
        if self.side == "both":
            return True
        other = "right" if self.side == "left" else "left"
        return self.sites == tuple(site for site in SITES if self.return_electrode == f"{other} {ONE[site]}")

    @property
    def words(self) -> str:
        """The session in words that read back to it.

        >>> Session(Waveform("dc", 15), 20).words
        'palms at 15 mA DC for 20 minutes'
        """
        from sudomotor.course.words import session_words

        return session_words(self)
