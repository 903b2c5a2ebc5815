"""Diary and plan as FHIR: valid by the library, nothing lost, nothing made up, no name."""

from __future__ import annotations

import builtins
import datetime
import json
import re
import sys

import pytest

from sudomotor.diary import Diary, Entry
from sudomotor.diary.fhir import NOT_ADVICE, diary_to_fhir, plan_to_fhir
from sudomotor.errors import InputError

bundle = pytest.importorskip("fhir.resources.R4B.bundle")
DAY, EVENING = datetime.date(2026, 3, 1), datetime.time(19, 30)
FULL = Entry(
    date=DAY, time=EVENING, site="palms", side="left", current_mA=12.5, minutes=20.0, anode_side="left", volts=24.0,
    water="tap with soda", other_treatment="cream", hdss=3, sweat_mg=250.0, sweat_minutes=5.0, wetness_0_10=7.5,
    anxiety_0_10=4.0, temperature_C=-3.5, event="exam", skin="red", note="a long day",
)  # fmt: skip
DIARY = Diary.of(
    [FULL, Entry(date=DAY + datetime.timedelta(days=1), hdss=2, water="no session")], "anna-smith.csv"
)
WHEN = datetime.datetime(2026, 4, 1, 12, tzinfo=datetime.UTC)
PLAN = [
    {"date": DAY, "time": EVENING, "site": "palms", "current_mA": 12.0, "minutes": 20.0, "reason": "x"},
    {"date": "2026-03-11", "time": None, "site": "soles", "current_mA": 18, "minutes": 25},
]


def resources(content, kind):
    return [each["resource"] for each in content["entry"] if each["resource"]["resourceType"] == kind]


def texts(content):
    return {each["code"]["text"] for each in resources(content, "Observation")}


@pytest.mark.parametrize("zone", [None, "Europe/Berlin", "America/New_York"])
def test_a_bundle_is_valid_and_comes_back_from_json(zone):
    content = diary_to_fhir(DIARY, time_zone=zone, recorded=WHEN)
    model = bundle.Bundle.model_validate_json(json.dumps(content))
    assert model.type == "collection"
    again = json.loads(model.model_dump_json())
    assert bundle.Bundle.model_validate(again) == model
    assert [each["resource"]["resourceType"] for each in again["entry"]] == [
        each["resource"]["resourceType"] for each in content["entry"]
    ]
    assert content == diary_to_fhir(DIARY, time_zone=zone, recorded=WHEN)


def test_every_value_of_a_row_is_there():
    told = json.dumps(diary_to_fhir(DIARY, recorded=WHEN), ensure_ascii=False)
    for value in ("12.5", "20.0", "24.0", "250.0", "5.0", "7.5", "4.0", "-3.5", "tap with soda", "cream", "exam", "red",
                  "a long day", "palms, left", "19:30", "no session", "on the left"):  # fmt: skip
        assert value in told, value
    content = diary_to_fhir(DIARY, recorded=WHEN)
    assert len(resources(content, "Procedure")) == 1
    assert len(resources(content, "Device")) == 1
    hdss = [
        each for each in resources(content, "Observation") if each["code"]["text"].startswith("Hyperhidrosis")
    ]
    assert [each["valueInteger"] for each in hdss] == [3, 2]
    assert hdss[0]["note"][-1]["text"] == "Before the session."
    assert "note" not in hdss[1]


def test_references_lead_somewhere():
    content = diary_to_fhir(DIARY, recorded=WHEN)
    there = {each["fullUrl"] for each in content["entry"]}
    assert len(there) == len(content["entry"])
    found = re.findall(r'"reference": "([^"]+)"', json.dumps(content))
    assert found
    assert set(found) <= there
    provenance = resources(content, "Provenance")[0]
    assert len(provenance["target"]) == len(there) - 1
    assert DIARY.sha256 in provenance["entity"][0]["what"]["display"]


def test_nobody_is_named_and_no_code_is_made_up():
    content = diary_to_fhir(DIARY, recorded=WHEN)
    told = json.dumps(content)
    assert "anna" not in told
    assert "identifier" not in told
    assert set(resources(content, "Patient")[0]) == {"resourceType", "id"}
    systems = set(re.findall(r'"system": "([^"]+)"', told))
    assert systems == {
        "http://unitsofmeasure.org",
        "http://terminology.hl7.org/CodeSystem/observation-category",
        "http://terminology.hl7.org/CodeSystem/provenance-participant-type",
    }
    assert set(re.findall(r'"unit": "[^"]+", "system": "[^"]+", "code": "([^"]+)"', told)) == {
        "mA", "min", "V", "mg", "Cel", "{score}",
    }  # fmt: skip


def test_a_time_needs_a_zone():
    content = diary_to_fhir(DIARY, recorded=WHEN)
    procedure = resources(content, "Procedure")[0]
    assert procedure["performedDateTime"] == "2026-03-01"
    assert procedure["note"][0]["text"] == "At 19:30 by the clock of the diary."
    procedure = resources(diary_to_fhir(DIARY, time_zone="Europe/Berlin"), "Procedure")[0]
    assert procedure["performedPeriod"] == {
        "start": "2026-03-01T19:30:00+01:00",
        "end": "2026-03-01T19:50:00+01:00",
    }
    summer = Diary.of([Entry(date=datetime.date(2026, 6, 1), time=EVENING, hdss=3)])
    observation = resources(diary_to_fhir(summer, time_zone="Europe/Berlin"), "Observation")[0]
    assert observation["effectiveDateTime"] == "2026-06-01T19:30:00+02:00"
    with pytest.raises(InputError, match="unknown time zone 'Mars'"):
        diary_to_fhir(DIARY, time_zone="Mars")
    with pytest.raises(InputError, match="no offset"):
        diary_to_fhir(DIARY, recorded=datetime.datetime(2026, 4, 1))


def test_without_sessions_there_is_no_device():
    content = diary_to_fhir(Diary.of([Entry(date=DAY, hdss=3)]))
    assert resources(content, "Device") == resources(content, "Procedure") == []


def test_the_patient_may_be_given_an_id_that_fhir_allows():
    assert resources(diary_to_fhir(DIARY, patient_id="p-7"), "Patient")[0]["id"] == "p-7"
    assert (
        resources(diary_to_fhir(DIARY), "Patient")[0]["id"]
        == resources(diary_to_fhir(DIARY), "Patient")[0]["id"]
    )
    with pytest.raises(InputError, match="not valid as FHIR"):
        diary_to_fhir(DIARY, patient_id="not an id!")


def test_a_plan_is_a_proposal_to_be_agreed():
    content = plan_to_fhir(PLAN, reasons=["The cap is 15 mA."], recorded=WHEN)
    assert bundle.Bundle.model_validate(content).type == "collection"
    plan = resources(content, "CarePlan")[0]
    assert (plan["status"], plan["intent"]) == ("draft", "proposal")
    assert [note["text"] for note in plan["note"]] == [NOT_ADVICE, "The cap is 15 mA."]
    assert plan["period"] == {"start": "2026-03-01", "end": "2026-03-11"}
    details = [each["detail"] for each in plan["activity"]]
    assert {each["status"] for each in details} == {"not-started"}
    assert "palms: 12 mA for 20 minutes, at 19:30" in details[0]["description"]
    assert "soles: 18 mA for 25 minutes" in details[1]["description"]
    assert details[0]["scheduledTiming"]["event"] == ["2026-03-01"]
    assert details[0]["scheduledTiming"]["repeat"] == {"duration": 20.0, "durationUnit": "min"}
    zoned = plan_to_fhir(PLAN, time_zone="Europe/Berlin", recorded=WHEN)
    event = resources(zoned, "CarePlan")[0]["activity"][0]["detail"]["scheduledTiming"]["event"]
    assert event == ["2026-03-01T19:30:00+01:00"]
    assert "activity" not in resources(plan_to_fhir([]), "CarePlan")[0]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"minutes": None}, "'minutes' is missing"),
        ({"date": "1.3.2026"}, "not readable"),
        ({"time": "evening"}, "not readable"),
        ({"current_mA": "much"}, "not readable"),
        ({"site": "face"}, "unknown site 'face'"),
    ],
)
def test_sessions_of_a_plan_that_cannot_be_used(change, what):
    with pytest.raises(InputError, match=what) as error:
        plan_to_fhir([{**PLAN[0], **change}])
    assert error.value.where


def test_without_the_extra_the_error_says_how_to_get_it(monkeypatch):
    real = builtins.__import__

    def without(name, *rest):
        if name.startswith("fhir"):
            raise ImportError(name)
        return real(name, *rest)

    for name in [each for each in sys.modules if each.startswith("fhir")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError) as error:
        diary_to_fhir(DIARY)
    assert error.value.mend == "pip install 'sudomotor[fhir]'"
