"""The twin file: it comes back as it was, or says why it cannot be used."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from sudomotor.errors import InputError
from sudomotor.twin import Twin, forecast
from sudomotor.twin.file import TwinFile, _checksum, schema


@pytest.fixture
def path(twin, tmp_path):
    return twin.save(tmp_path / "me.twin.json")


def test_a_twin_comes_back_as_it_was(twin, path):
    back = Twin.load(path)
    np.testing.assert_allclose(back.z, twin.z, atol=1e-6)
    assert back.diary == twin.diary
    assert back.shares == twin.shares
    assert back.check == twin.check or back.check.pareto_k == pytest.approx(twin.check.pareto_k)
    assert back.hypotheses == twin.hypotheses
    np.testing.assert_allclose(
        forecast(back, [], days=30).p_hdss_le_2, forecast(twin, [], days=30).p_hdss_le_2, atol=1e-5
    )


def test_saving_what_was_loaded_gives_the_same_file(path, tmp_path):
    again = Twin.load(path).save(tmp_path / "again.json")
    one, two = (json.loads(each.read_text()) for each in (path, again))
    for name in one["draws"]:
        np.testing.assert_allclose(one["draws"][name], two["draws"][name], rtol=1e-6)
    drop = {"draws", "checksum"}
    assert {k: v for k, v in one.items() if k not in drop} == {k: v for k, v in two.items() if k not in drop}


def test_an_existing_file_is_kept(twin, path):
    before = path.read_bytes()
    with pytest.raises(InputError, match="exists and is kept"):
        twin.save(path)
    assert path.read_bytes() == before
    twin.save(path, overwrite=True)


def test_every_key_is_in_the_schema(path):
    content = json.loads(path.read_text())
    assert set(content) == set(schema()["properties"])
    TwinFile.model_validate(content)


@pytest.mark.parametrize("share", [0.02, 0.5, 0.98])
def test_a_file_cut_short_is_refused(path, share):
    text = path.read_text()
    path.write_text(text[: int(len(text) * share)])
    with pytest.raises(InputError, match="cut short"):
        Twin.load(path)


def test_an_edited_file_is_refused(path):
    content = json.loads(path.read_text())
    content["draws"]["strength"][0] *= 2.0
    path.write_text(json.dumps(content))
    with pytest.raises(InputError, match="changed after it was written"):
        Twin.load(path)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"version": 99}, "later version"),
        ({"format": "other"}, "no twin file"),
        ({"draws": {"strength": [1.0]}}, "lack"),
        ({"person": {"preset": 5}}, "person"),
        ({"account_of_draw": [77]}, "do not fit"),
        ({"extra": 1}, "extra"),
    ],
)
def test_a_file_that_does_not_fit_says_why(path, change, what):
    content = json.loads(path.read_text()) | change
    content["checksum"] = _checksum(content)
    path.write_text(json.dumps(content))
    with pytest.raises(InputError, match=what):
        Twin.load(path)


@pytest.mark.parametrize("content", [b"", b"date,hdss\n2026-01-01,3\n", b"\xff\xfe\x00", b"[1, 2]", b"{}"])
def test_what_is_no_twin_file_is_refused(tmp_path, content):
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(InputError):
        Twin.load(path)


def test_a_missing_file_says_how_to_make_one(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        Twin.load(tmp_path / "none.json")


def test_a_name_that_is_no_json_is_refused(twin, tmp_path):
    with pytest.raises(InputError, match=r"ends in \.twin\.json"):
        twin.save(tmp_path / "me.pkl")


def test_how_far_chains_agreed_is_kept_and_a_file_from_before_that_was_can_still_be_read(twin, tmp_path):
    sampled = replace(twin, check=replace(twin.check, method="nuts", pareto_k=math.nan, rhat=1.013))
    file = sampled.save(tmp_path / "me.twin.json")
    assert Twin.load(file).check.rhat == 1.013
    content = json.loads(file.read_text())
    assert content["check"]["rhat"] == 1.013
    assert "rhat" not in schema()["$defs"]["CheckPart"]["required"]
    del content["check"]["rhat"]
    content["checksum"] = _checksum(content)
    file.write_text(json.dumps(content))
    assert math.isnan(Twin.load(file).check.rhat)
