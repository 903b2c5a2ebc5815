"""The empty diary: complete, explained, readable as it is and once it is filled in."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest

from sudomotor.diary import COLUMNS, Diary, DiaryError
from sudomotor.diary.template import MEANING, new_diary, template
from sudomotor.errors import InputError

TODAY = datetime.date(2026, 7, 1)


@pytest.mark.parametrize("semicolon", [False, True])
def test_every_column_is_named_and_explained(semicolon):
    text = template(semicolon=semicolon)
    header = text.splitlines()[-1]
    assert tuple(header.split(";" if semicolon else ",")) == COLUMNS
    assert set(MEANING) == set(COLUMNS)
    for name, meaning in MEANING.items():
        assert f"{name} " in text
        assert meaning in text
    assert all(line.startswith("#") for line in text.splitlines()[:-1])
    assert text.isascii()


@pytest.mark.parametrize("semicolon", [False, True])
def test_it_is_an_empty_diary_and_its_examples_are_rows(semicolon, tmp_path):
    path = new_diary(tmp_path / "diary.csv", semicolon=semicolon)
    with pytest.raises(DiaryError) as error:
        Diary.read(path)
    assert error.value.empty
    text = path.read_text("utf-8-sig")
    examples = [line.removeprefix("# ") for line in text.splitlines() if line.startswith("# 2026-")]
    assert len(examples) == 2
    path.write_text(text + "\n".join(examples) + "\n", encoding="utf-8")
    diary = Diary.read(path, today=TODAY)
    assert [entry.is_session for entry in diary.entries] == [True, False]
    assert [entry.is_reading for entry in diary.entries] == [True, True]
    assert diary.entries[0].current_mA == 12.5
    assert diary.entries[1].temperature_C == 21.5
    assert diary.notes == ()


def test_decimal_commas_go_with_semicolons(tmp_path):
    assert "# decimals: comma" in template(semicolon=True)
    assert "12,5;20" in template(semicolon=True)
    data = new_diary(tmp_path / "a.csv", semicolon=True).read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")  # by which Excel knows UTF-8
    assert not new_diary(tmp_path / "b.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_diary_that_is_there_stays(tmp_path):
    path = tmp_path / "diary.csv"
    path.write_text("precious")
    with pytest.raises(InputError, match="is there already") as error:
        new_diary(path)
    assert "--force" in error.value.mend
    assert path.read_text() == "precious"
    new_diary(path, force=True)
    assert path.read_text() == template()


def test_the_page_shows_every_column_and_a_diary_that_reads(tmp_path):
    page = (Path(__file__).resolve().parents[2] / "docs" / "how-to" / "keep-a-diary.md").read_text("utf-8")
    table = re.findall(r"^\| (`[^|]+) \|", page, re.MULTILINE)
    assert re.findall(r"`(\w+)`", " ".join(table)) == list(COLUMNS)
    example = re.search(r"```csv\n(.*?)```", page, re.DOTALL)[1]
    (tmp_path / "diary.csv").write_text(example)
    diary = Diary.read(tmp_path / "diary.csv", today=TODAY)
    assert (len(diary.sessions), len(diary.readings)) == (2, 4)
    assert diary.notes == ()
    (tmp_path / "bad.csv").write_text(
        "date,current_mA,minutes,hdss\n2026-03-01,150,20,\n2026-03-02,,,3\n2026-03-03,,,3\n2026-03-04,,,0\n"
    )
    with pytest.raises(DiaryError) as error:
        Diary.read(tmp_path / "bad.csv", today=TODAY)
    shown = re.search(r"```text\nerror: (.*?)\n```", page, re.DOTALL)[1]
    assert str(error.value).startswith(shown + "\n")
