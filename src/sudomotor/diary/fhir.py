"""A diary, or a plan, as HL7 FHIR R4B: plain resources that are checked by `fhir.resources` and given as JSON.

A session becomes a Procedure with an Observation of its dose, a reading or a word becomes an Observation, a plan
a CarePlan. Nothing is coded that has no code known to us: what a thing is stands in words, units are UCUM. No
name and no identifier is made up.

FHIR allows no time of the day without its offset from UTC, which a diary does not know. Without a time zone the
resources bear the date, and the time stands beside it in words.
"""

from __future__ import annotations

import datetime
import hashlib
import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sudomotor.diary.diary import Diary
from sudomotor.diary.entry import SITES, TEXTS, Entry
from sudomotor.errors import InputError, unknown

NOT_ADVICE = "For research and education; agree it with your clinician."
_UCUM = "http://unitsofmeasure.org"
_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
_PARTICIPANT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
# columns to what they are called, the unit as shown, the unit in UCUM; a scale has the unit of an annotation
_READINGS: Mapping[str, tuple[str, str, str]] = {
    "sweat_mg": ("Weighed sweat of one side", "mg", "mg"),
    "wetness_0_10": ("Wetness by own judgement, 0 (dry) to 10 (dripping)", "of 10", "{score}"),
    "anxiety_0_10": ("Anxiety by own judgement, 0 (calm) to 10 (as bad as it can be)", "of 10", "{score}"),
    "temperature_C": ("Warmest air of the day", "°C", "Cel"),
}
_HDSS = "Hyperhidrosis Disease Severity Scale, 1 to 4"
_WORDS = {
    "water": "Water of the session",
    "other_treatment": "Other treatment",
    "event": "Event",
    "skin": "Skin",
    "note": "Note",
}
_SESSION = "Tap-water iontophoresis"
Resource = dict[str, Any]


def need_fhir() -> Any:
    """The library's module of bundles, or an error that says how to install it.

    Raises
    ------
    InputError
        when the extra is not installed.
    """
    try:
        from fhir.resources.R4B import bundle
    except ImportError:
        raise InputError(
            "FHIR needs an extra that is not installed",
            where="fhir.resources",
            mend="pip install 'sudomotor[fhir]'",
        ) from None
    return bundle


def diary_to_fhir(
    diary: Diary,
    *,
    patient_id: str | None = None,
    time_zone: str | None = None,
    recorded: datetime.datetime | None = None,
) -> Resource:
    """A diary as a Bundle of Patient, Device, Procedures, Observations and Provenance.

    Parameters
    ----------
    diary : the diary.
    patient_id : id of the Patient; made from the name of the file, without showing it, if it is not given.
    time_zone : where the clock of the diary stood, as "Europe/Berlin".
    recorded : when the bundle was made, with an offset from UTC; now if it is not given.

    Returns
    -------
    The bundle as JSON, valid by the models of `fhir.resources`.

    Raises
    ------
    InputError
        when the extra is not installed, or the time zone is unknown.

    Examples
    --------
    >>> from sudomotor.diary import Diary, Entry
    >>> diary = Diary.of([Entry(date=datetime.date(2026, 3, 1), hdss=3, current_mA=12.0, minutes=20.0)])
    >>> [each["resource"]["resourceType"] for each in diary_to_fhir(diary)["entry"]]
    ['Patient', 'Device', 'Procedure', 'Observation', 'Observation', 'Provenance']
    """
    clock = _Clock(time_zone)
    bundle = _Bundle(patient_id or _anonymous(diary.source))
    device = None
    if diary.sessions:
        device = bundle.add("Device", {"type": {"text": "Iontophoresis device"}, "patient": bundle.patient})
    for number, entry in enumerate(diary.entries):
        _add_entry(bundle, entry, f"{number + 1:05d}", clock, device)
    bundle.add_provenance(
        recorded, f"diary kept by hand, SHA-256 {diary.sha256}", "Copied from a diary without change."
    )
    return bundle.checked()


def plan_to_fhir(
    sessions: Sequence[Mapping[str, Any]],
    *,
    patient_id: str = "patient",
    title: str = "Tap-water iontophoresis",
    reasons: Sequence[str] = (),
    time_zone: str | None = None,
    recorded: datetime.datetime | None = None,
) -> Resource:
    """A plan as a Bundle of Patient, CarePlan and Provenance. The plan is a draft, and a proposal.

    Parameters
    ----------
    sessions : each with `date` (a date, or 2026-03-01), `time` (a time, or 19:30, or None), `site`,
        `current_mA` and `minutes`; other keys are left aside.
    patient_id : id of the Patient.
    title : what the plan is called.
    reasons : sentences that are put into its notes.
    time_zone, recorded : as in `diary_to_fhir`.

    Raises
    ------
    InputError
        when a session lacks a key, or the extra is not installed.

    Examples
    --------
    >>> plan = plan_to_fhir(
    ...     [{"date": "2026-03-01", "time": "19:30", "site": "palms", "current_mA": 12.0, "minutes": 20.0}]
    ... )
    >>> plan["entry"][1]["resource"]["activity"][0]["detail"]["description"]
    'Tap-water iontophoresis of the palms: 12 mA for 20 minutes, at 19:30'
    """
    clock = _Clock(time_zone)
    planned = [_planned(session, number) for number, session in enumerate(sessions, start=1)]
    bundle = _Bundle(patient_id)
    care: Resource = {
        "status": "draft",
        "intent": "proposal",
        "title": title,
        "subject": bundle.patient,
        "note": [{"text": text} for text in (NOT_ADVICE, *reasons)],
    }
    if planned:
        dates = sorted(entry.date for entry in planned)
        care["period"] = {"start": str(dates[0]), "end": str(dates[-1])}
        care["activity"] = [{"detail": _activity(entry, clock)} for entry in planned]
    bundle.add("CarePlan", care)
    bundle.add_provenance(recorded, "fit of a model to a diary", "Proposed by a simulation. " + NOT_ADVICE)
    return bundle.checked()


def _planned(session: Mapping[str, Any], number: int) -> Entry:
    """One session of a plan, with its date and time as such."""
    where = f"session {number} of the plan"
    for key in ("date", "site", "current_mA", "minutes"):
        if session.get(key) is None:
            raise InputError(f"'{key}' is missing", where=where, mend=f"add {key}")
    date, time = session["date"], session.get("time")
    try:
        return Entry(
            date=datetime.date.fromisoformat(date) if isinstance(date, str) else date,
            time=datetime.time.fromisoformat(time) if isinstance(time, str) else time,
            site=str(session["site"]),
            current_mA=float(session["current_mA"]),
            minutes=float(session["minutes"]),
        )
    except ValueError as error:
        raise InputError(
            f"not readable: {error}", where=where, mend="write dates as 2026-03-01, times as 19:30"
        ) from None


def _activity(entry: Entry, clock: _Clock) -> Resource:
    if entry.site not in SITES:
        raise unknown("site", str(entry.site), SITES, where="a session of the plan")
    at = f", at {entry.time:%H:%M}" if entry.time else ""
    return {
        "kind": "ServiceRequest",
        "status": "not-started",
        "code": {"text": _SESSION},
        "description": f"{_SESSION} of the {entry.site}: {entry.current_mA:g} mA for {entry.minutes:g} minutes{at}",
        "scheduledTiming": {
            "event": [clock.when(entry)],
            "repeat": {"duration": entry.minutes, "durationUnit": "min"},
        },
    }


def _add_entry(bundle: _Bundle, entry: Entry, number: str, clock: _Clock, device: Resource | None) -> None:
    """All resources of one row of the diary."""
    session = None
    base: Resource = {"subject": bundle.patient}
    notes = clock.remark(entry)
    if entry.is_session:
        procedure: Resource = {
            **base,
            "status": "completed",
            "code": {"text": _SESSION},
            **clock.performed(entry),
            **_body_site(entry, many=True),
            "usedReference": [device],
        }
        if entry.anode_side:
            notes = [*notes, {"text": f"Plus pole (anode) on the {entry.anode_side}."}]
        if notes:
            procedure["note"] = notes
        session = bundle.add("Procedure", procedure, number)
        _add_dose(bundle, entry, number, clock, session)
    seen: Resource = {"status": "final", **base, "effectiveDateTime": clock.when(entry)}
    remark: Resource = {"note": clock.remark(entry)} if clock.remark(entry) else {}
    survey = {"category": [{"coding": [{"system": _CATEGORY, "code": "survey", "display": "Survey"}]}]}
    before = {"note": [*clock.remark(entry), {"text": "Before the session."}]} if session else remark
    told: Resource
    if entry.hdss is not None:
        told = {"code": {"text": _HDSS}, "valueInteger": entry.hdss}
        bundle.add("Observation", {**seen, **survey, **told, **_body_site(entry), **before}, number, "hdss")
    for name, (text, unit, code) in _READINGS.items():
        value = getattr(entry, name)
        if value is None:
            continue
        told = {"code": {"text": text}, "valueQuantity": _quantity(value, unit, code)}
        if name == "sweat_mg":
            gathered = {
                "code": {"text": "Gathered for"},
                "valueQuantity": _quantity(entry.sweat_minutes, "min", "min"),
            }
            told["component"] = [gathered]
        place = {} if name in ("anxiety_0_10", "temperature_C") else _body_site(entry)
        kind = survey if code == "{score}" else {}
        bundle.add(
            "Observation", {**seen, **kind, **told, **place, **(before if place else remark)}, number, name
        )
    for name in TEXTS:
        words = getattr(entry, name)
        if words is not None and not (name == "water" and session):
            told = {"code": {"text": _WORDS[name]}, "valueString": words}
            bundle.add("Observation", {**seen, **told, **remark}, number, name)


def _add_dose(bundle: _Bundle, entry: Entry, number: str, clock: _Clock, session: Resource) -> None:
    """What the device showed in a session, as parts of one Observation."""
    parts = [
        ("Current", "valueQuantity", _quantity(entry.current_mA, "mA", "mA")),
        ("Duration", "valueQuantity", _quantity(entry.minutes, "min", "min")),
    ]
    if entry.volts is not None:
        parts.append(("Highest voltage", "valueQuantity", _quantity(entry.volts, "V", "V")))
    component: list[Resource] = [{"code": {"text": text}, kind: value} for text, kind, value in parts]
    if entry.water is not None:
        component.append({"code": {"text": _WORDS["water"]}, "valueString": entry.water})
    dose = {
        "status": "final",
        "code": {"text": "Dose of the session, as the device showed it"},
        "subject": bundle.patient,
        "effectiveDateTime": clock.when(entry),
        "partOf": [session],
        "component": component,
        **_body_site(entry),
    }
    bundle.add("Observation", dose, number, "dose")


def _body_site(entry: Entry, *, many: bool = False) -> Resource:
    if entry.site is None:
        return {}
    side = {None: "", "both": ", both sides"}.get(entry.side, f", {entry.side}")
    site = {"text": f"{entry.site}{side}"}
    return {"bodySite": [site] if many else site}


def _quantity(value: float | None, unit: str, code: str) -> Resource:
    return {"value": value, "unit": unit, "system": _UCUM, "code": code}


class _Clock:
    """Dates and times as FHIR has them: a time only with its offset from UTC."""

    def __init__(self, time_zone: str | None) -> None:
        self._zone: ZoneInfo | None = None
        if time_zone is not None:
            try:
                self._zone = ZoneInfo(time_zone)
            except (KeyError, ValueError, OSError):
                raise InputError(
                    f"unknown time zone '{time_zone}'",
                    where="--time-zone",
                    mend="name it as Europe/Berlin or America/New_York",
                ) from None

    def moment(self, entry: Entry) -> datetime.datetime | None:
        """The moment of an entry, None if its time or the zone is not known."""
        if entry.time is None or self._zone is None:
            return None
        return datetime.datetime.combine(entry.date, entry.time, tzinfo=self._zone)

    def when(self, entry: Entry) -> str:
        moment = self.moment(entry)
        return str(entry.date) if moment is None else moment.isoformat()

    def performed(self, entry: Entry) -> Resource:
        moment = self.moment(entry)
        if moment is None:
            return {"performedDateTime": str(entry.date)}
        utc = moment.astimezone(datetime.UTC) + datetime.timedelta(minutes=entry.minutes or 0.0)
        end = utc.astimezone(moment.tzinfo).replace(microsecond=0)
        return {"performedPeriod": {"start": moment.isoformat(), "end": end.isoformat()}}

    def remark(self, entry: Entry) -> list[Resource]:
        """The time in words where it cannot be told otherwise."""
        if entry.time is None or self._zone is not None:
            return []
        return [{"text": f"At {entry.time:%H:%M} by the clock of the diary."}]


class _Bundle:
    """Resources that refer to each other, with ids that are the same whenever they are made again."""

    def __init__(self, patient_id: str) -> None:
        self._id = patient_id
        self._entries: list[Resource] = []
        self.patient = self.add("Patient", {"id": patient_id})

    def add(self, kind: str, content: Resource, *parts: str) -> Resource:
        """Take up a resource; gives the reference to it."""
        name = "-".join((kind.lower(), *(part.replace("_", "-") for part in parts)))
        full = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, f'sudomotor/{self._id}/{name}')}"
        self._entries.append({"fullUrl": full, "resource": {"resourceType": kind, "id": name, **content}})
        return {"reference": full}

    def add_provenance(self, recorded: datetime.datetime | None, source: str, what: str) -> None:
        moment = recorded or datetime.datetime.now(datetime.UTC)
        if moment.tzinfo is None:
            raise InputError(
                "recorded has no offset from UTC",
                where="recorded",
                mend="datetime.datetime.now(datetime.UTC)",
            )
        from importlib.metadata import version

        author = [{"system": _PARTICIPANT, "code": "author", "display": "Author"}]
        self.add(
            "Provenance",
            {
                "target": [{"reference": each["fullUrl"]} for each in self._entries],
                "recorded": moment.replace(microsecond=0).isoformat(),
                "activity": {"text": what},
                "agent": [
                    {"type": {"coding": author}, "who": self.patient},
                    {"type": {"text": "Software"}, "who": {"display": f"sudomotor {version('sudomotor')}"}},
                ],
                "entity": [{"role": "source", "what": {"display": source}}],
            },
        )

    def checked(self) -> Resource:
        """The bundle, after it has passed through the models of the library."""
        content = {"resourceType": "Bundle", "type": "collection", "entry": self._entries}
        library = need_fhir()
        from pydantic import ValidationError

        try:
            library.Bundle.model_validate(content)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise InputError(
                f"not valid as FHIR: {first['msg']}", where=place, mend="correct what stands there"
            ) from None
        return content


def _anonymous(source: str) -> str:
    """An id that stays the same for a file's name, and does not show it."""
    return f"diary-{hashlib.sha256(source.encode('utf-8')).hexdigest()[:12]}"
