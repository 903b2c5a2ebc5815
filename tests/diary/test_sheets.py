"""Spreadsheets: the same diary from .xlsx, .xls and .ods; what is damaged, hidden or too large is said."""

from __future__ import annotations

import base64
import datetime
import time
import zipfile
import zlib

import openpyxl
import pytest

from sudomotor.diary import COLUMNS, Diary, DiaryError, Entry
from sudomotor.diary.sheet_child import plain, rebuilt, unpack

TODAY = datetime.date(2026, 7, 1)
DAY, LATER, EVENING = datetime.date(2026, 3, 1), datetime.date(2026, 3, 8), datetime.time(19, 30)
HEADER = ["date", "time", "current_mA", "minutes", "hdss"]
ROWS = [HEADER, [DAY, EVENING, 12.5, 20, 4], [LATER, None, None, None, 2]]
SAME = Diary.of(
    [Entry(date=DAY, time=EVENING, current_mA=12.5, minutes=20.0, hdss=4), Entry(date=LATER, hdss=2)]
)
# the same two rows as a program of Excel 97 writes them, packed
XLS = (
    "c-rk)O-NKx6#nj;H##%;Gmc}VfryZm=^|<ofxZmNRbp<63T*T}aIiPVb6iY|vdmQkL93#TU_l$JO+QpnyB2{`iy#Qb+SMv3XraE&Iq!|B88}c<^1"
    "jDC_nvd^J@>qO&;5CCX1XdraldXBE6|P*7ThRGmdF&PXn~1?^sdXrLLQ;y2KcWKjnG7vgz=>ORVmLQ&-W}e+|yqW1wK$Zi8JUL%2*BShy&t7O0f@"
    "ZL=|q5qyn|#RYGXL&}yM~rRGzi`$cj^XdBhdtK*n9x|;X;QG85m6kP?_?n7zwP9(cfgO?n|=dUWSZWtX-I(2%ZDC+exOoC>*)5=&5^Od-T7?2~h+"
    "IFjH*6T6crurBd*k{{$Bq=5)@y%@jz7`h$^M*jazH$YUe_t*y{f#_AQ@WZwO7pr>eofPXQMjjMjg6xmCv?_?VWv|~ZVr1m6eN+{Ol2*~vT56*nCT"
    "yJ94nLUwL2)F>~v-%YYmfjz#JZq@lhdLOMKbZQZ7rbjHro9DObtDi<8rHcfPzn+}CaNieyxd6YtR3%1*+?1#Ur&D?}3le9xMt#ZI9Y#p)I**9lEh"
    "9m<=!Yy85YF{yJ&v`y5{ZowO4+miBjDvy6Y@~D3Nqp^d^Q=PMClT&Yv2{h6`n$(`3F|?=_b>lkYu~EpCzd^khTKmgp7183p@2-EcR$`u4A)!jB$M"
    "NW>MNad_%Hu-Bg%&xTINi6bR#-l##YC1sY(_(fMvpzO_Cw&4@eG@ZXX}@%x&I#VA|Y1Up0<iTZxe1JdmhLAvmfnR0uNY8oA6J>5FkK+009C72oT^"
    "Ofs%`*cbV4x>oi}~Oa1>k^OP2X-y|CrJs6@VOJ9Wtk)hl{uBiCggs>{uQfq8e_+Q94O1(Q6M4$LESakf-hn8CUK5K3m|8q;I*!~xa@$)bD{{uL(>"
    "Kg"
)


def xlsx(path, sheets, **cells):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row, start=1):
                sheet.cell(number, column, value)
        for place, value in cells.items():
            sheet[place] = value
    book.save(path)
    return path


def ods(path, rows):
    """An OpenDocument sheet by hand, with the endless empty rows that the usual programs append."""
    space = "urn:oasis:names:tc:opendocument:xmlns:"

    def cell(value):
        kinds = {
            datetime.date: lambda: f'date" office:date-value="{value}',
            datetime.time: lambda: f'time" office:time-value="PT{value.hour}H{value.minute}M00S',
            float: lambda: f'float" office:value="{value}',
            int: lambda: f'float" office:value="{value}',
            str: lambda: "string",
        }
        if value is None:
            return "<table:table-cell/>"
        kind = kinds[type(value)]()
        return f'<table:table-cell office:value-type="{kind}"><text:p>{value}</text:p></table:table-cell>'

    body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    body += (
        '<table:table-row table:number-rows-repeated="1048570"><table:table-cell '
        'table:number-columns-repeated="1024"/></table:table-row>'
    )
    names = " ".join(f'xmlns:{name}="{space}{name}:1.0"' for name in ("office", "table", "text"))
    content = (
        f'<?xml version="1.0"?><office:document-content {names}><office:body><office:spreadsheet>'
        f'<table:table table:name="d">{body}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        f'<?xml version="1.0"?><m:manifest xmlns:m="{space}manifest:1.0"><m:file-entry m:full-path="/" '
        f'm:media-type="{kind}"/></m:manifest>'
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return path


def read(path, **options):
    return Diary.read(path, today=TODAY, **options)


def wrong(path, **options):
    with pytest.raises(DiaryError) as error:
        read(path, **options)
    return error.value


def test_the_same_diary_from_every_kind_of_sheet_whatever_the_file_is_called(tmp_path):
    (tmp_path / "a.xls").write_bytes(zlib.decompress(base64.b85decode(XLS)))
    xlsx(tmp_path / "b.csv", {"diary": ROWS})
    ods(tmp_path / "c.ods", ROWS)
    for name in ("a.xls", "b.csv", "c.ods"):
        diary = read(tmp_path / name)
        assert diary == SAME
        assert [entry.row for entry in diary.entries] == [2, 3]
        assert diary.sha256 == SAME.sha256


def test_rows_are_counted_as_the_program_shows_them(tmp_path):
    rows = [[], ["# my diary"], ["# dates: day-month-year"], HEADER, [], ["05.03.2026", None, None, None, 9]]
    for path in (xlsx(tmp_path / "a.xlsx", {"d": rows}), ods(tmp_path / "a.ods", rows)):
        assert wrong(path).problems[0][:2] == (6, "hdss")


def test_every_column_comes_through(tmp_path):
    entry = Entry(
        date=DAY, time=EVENING, site="soles", side="left", current_mA=12.5, minutes=20.0, anode_side="left", volts=24.0,
        water="tap, soft", other_treatment="5", hdss=3, sweat_mg=250.0, sweat_minutes=5.0, wetness_0_10=7.5, anxiety_0_10=4.0,
        temperature_C=-3.5, event="exam", skin="red", note="line\nline",
    )  # fmt: skip
    path = xlsx(tmp_path / "a.xlsx", {"d": [COLUMNS, [getattr(entry, name) for name in COLUMNS]]})
    assert read(path) == Diary.of([entry])


def test_cells_of_another_kind_than_the_column(tmp_path):
    rows = [
        [*HEADER, "note"],
        [datetime.datetime(2026, 3, 1, 19, 30), None, "12,5 mA", "20 min", 3, 7],
        [46085, 0.8125, True, datetime.time(0, 20), datetime.date(2026, 4, 3), None],
        [20260304, None, None, None, 2, None],
        [DAY, None, datetime.datetime(2026, 3, 4, 1, 2), 20, None, None],
    ]
    error = wrong(xlsx(tmp_path / "a.xlsx", {"d": rows}))
    mends = {(row, column): mend for row, column, _, mend in error.problems}
    assert "did you mean 2026-03-04?" in mends[3, "date"]
    assert "did you mean 19:30?" in mends[3, "time"]
    assert mends[3, "minutes"] == "did you mean 20?"
    assert "a spreadsheet makes a date of 3/4" in mends[3, "hdss"]
    assert "write a number" in mends[3, "current_mA"]
    assert mends[4, "date"] == "did you mean 2026-03-04?"
    assert (5, "current_mA") in mends
    diary = read(xlsx(tmp_path / "b.xlsx", {"d": rows[:2]}))
    assert diary.entries[0] == Entry(
        date=DAY, time=EVENING, site="palms", current_mA=12.5, minutes=20.0, hdss=3, note="7"
    )


def test_which_sheet(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", {"Hello": [["x"]], "Mine": ROWS})
    assert read(path) == SAME
    assert "sheet 'Mine' read, of 2" in read(path).notes
    assert read(path, sheet="mine") == read(path, sheet=2) == read(path, sheet="2") == SAME
    assert "did you mean 'Mine'? known: Hello, Mine" in wrong(path, sheet="Mein").mend
    assert "no sheet '3'" in wrong(path, sheet=3).what
    assert "names no column" in wrong(path, sheet="Hello").what
    two = xlsx(tmp_path / "b.xlsx", {"A": ROWS, "B": ROWS})
    assert "2 sheets look like a diary: 'A', 'B'" in wrong(two).what
    assert "--sheet 'A'" in wrong(two).mend
    none = xlsx(tmp_path / "c.xlsx", {"A": [["x"]], "B": [["y"]]})
    assert "none of the sheets 'A', 'B' has a column 'date'" in wrong(none).what
    assert "the file is empty" in wrong(xlsx(tmp_path / "d.xlsx", {"A": []})).what


def test_damaged_files(tmp_path):
    whole = xlsx(tmp_path / "a.xlsx", {"d": ROWS}).read_bytes()
    path = tmp_path / "cut.xlsx"
    for length in (5, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        assert "damaged or was cut off" in wrong(path).what
    inside = whole.index(b"xl/worksheets/sheet1.xml") + 60
    path.write_bytes(whole[:inside] + b"\x00\xff" * 20 + whole[inside + 40 :])
    assert "damaged" in wrong(path).what
    path.write_bytes(zlib.decompress(base64.b85decode(XLS))[:3000])
    assert "cannot be read" in wrong(path).what
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("diary.csv", "date,hdss\n")
    assert "packed file, and no spreadsheet" in wrong(path).what


def test_a_file_that_brings_the_library_down_brings_an_error(tmp_path):
    far = xlsx(tmp_path / "far.xlsx", {"d": ROWS}, XFD1048576="x")
    assert "a cell far away from all others" in wrong(far).what
    damaged = bytearray(zlib.decompress(base64.b85decode(XLS)))
    for place in range(600, 1600, 7):
        damaged[place] = 0xFF
    (tmp_path / "a.xls").write_bytes(damaged)
    assert wrong(tmp_path / "a.xls").mend


def test_too_many_rows_are_refused_before_they_are_unpacked(tmp_path):
    sheet = '<row r="2"><c r="A2"><v>46082</v></c></row>' * 1_000_000
    with zipfile.ZipFile(tmp_path / "long.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", f"<worksheet><sheetData>{sheet}</sheetData></worksheet>")
    start = time.process_time()
    assert "more than 100000 rows" in wrong(tmp_path / "long.xlsx").what
    assert time.process_time() - start < 2.0


def test_what_goes_through_json_comes_back():
    values = [
        DAY, EVENING, datetime.datetime(2026, 3, 1, 2, 3), datetime.timedelta(minutes=20), 1.5, 3, "x", True,
    ]  # fmt: skip
    assert [rebuilt(plain(value)) for value in values] == values
    assert plain("") is None
    assert unpack(b"no spreadsheet", 10)["error"][0] == "unreadable"
