"""Whatever happens to a file's bytes: a recording or our own error comes out.

The long run is `benchmarks/measure/fuzz_readers.py`.
"""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sudomotor.errors import InputError
from sudomotor.measurement.read import read

FEW = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
CELLS = ["0", "1.5", "-2e3", "", "nan", "x", '"', "1;2", "2024-01-01T00:00:00", "\x00"]
DECLARED = [
    {},
    {"unit": "uS"},
    {"fs": 4.0},
    {"unit": "uS", "fs": 4.0, "channel": 1},
    {"convert": "1 uS per count"},
]


def comes_out(path, **declared):
    """A recording whose clock runs, or our error with words."""
    try:
        rec = read(path, **declared)
    except InputError as error:
        assert error.what  # noqa: PT017 - either may come out
        return
    assert len(rec) > 0
    assert (np.diff(rec.times_s) > 0).all()
    assert not np.isinf(rec.values_uS).any()


@FEW
@given(data=st.data())
def test_cut_anywhere(built, data):
    _, path, declared = built
    whole = built_bytes(path)
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole)))])
    comes_out(path, **declared)
    path.write_bytes(whole)


@FEW
@given(data=st.data())
def test_flipped_bits_and_other_bytes(built, data):
    _, path, declared = built
    whole = bytearray(built_bytes(path))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, min(len(whole), 4000) - 1))
        whole[at] = data.draw(
            st.one_of(st.integers(0, 255), st.sampled_from([whole[at] ^ (1 << bit) for bit in range(8)]))
        )
    before = built_bytes(path)
    path.write_bytes(whole)
    comes_out(
        path,
        **declared,
        **{k: v for k, v in data.draw(st.sampled_from(DECLARED)).items() if k not in declared},
    )
    path.write_bytes(before)


@FEW
@given(data=st.data())
def test_parts_twice_or_gone_or_strange(built, data):
    _, path, declared = built
    whole = built_bytes(path)
    at, upto = sorted(data.draw(st.tuples(st.integers(0, len(whole)), st.integers(0, len(whole)))))
    middle = data.draw(st.one_of(st.just(b""), st.just(whole[at:upto] * 2), st.binary(max_size=40)))
    path.write_bytes(whole[:at] + middle + whole[upto:])
    comes_out(path, **declared)
    path.write_bytes(whole)


@settings(max_examples=150, deadline=None)
@given(
    content=st.one_of(
        st.binary(max_size=400), st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass"))
    )
)
def test_any_bytes(content, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "any.bin"
    path.write_bytes(content)
    comes_out(path)


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.lists(st.sampled_from(CELLS), max_size=4), max_size=8),
    header=st.sampled_from(["time_s,EDA (uS)", "EDA_uS", "time,gsr_kohm", "t;EDA [nS]", "", "timestamp\tEDA (mV)"]),
    declared=st.sampled_from(DECLARED),
)  # fmt: skip
def test_any_table(rows, header, declared, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_text("\n".join([header, *(",".join(row) for row in rows)]) + "\n")
    comes_out(path, **declared)


_WHOLE: dict[str, bytes] = {}


def built_bytes(path):
    """The bytes as they were built, whatever the last example left."""
    return _WHOLE.setdefault(str(path), path.read_bytes())
