"""Numbers in words."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sudomotor.report.words import listed, per_cent, plain, ranged, spread


@given(st.floats(-1e6, 1e6).filter(lambda x: x == 0 or abs(x) > 1e-6), st.integers(1, 4))
def test_plain_keeps_its_digits(value, digits):
    text = plain(value, digits)
    assert float(text) == pytest.approx(value, rel=0.5 * 10.0 ** (1 - digits) * (1 + 1e-9), abs=1e-12)
    assert "e" not in text


@given(st.lists(st.floats(0, 1e4), min_size=1, max_size=30))
def test_spread_is_ordered(values):
    text = spread(values)
    assert text.count("(") <= 1
    assert "nan" not in text


def test_unknowns_are_dashes():
    assert plain(math.nan) == "–"
    assert spread([np.nan, np.nan]) == "–"
    assert spread([np.nan, 3.0]) == "3"
    assert ranged(1.0, None, 2.0) == "–"


@given(st.floats(0, 1))
def test_a_share_is_never_rounded_to_nobody_or_everybody(share):
    text = per_cent(share)
    assert (text == "none") == (share == 0)
    assert (text == "all") == (100.0 * share >= 100)


def test_rows_of_words():
    assert listed([]) == ""
    assert listed(["a", "b"], "or") == "a or b"
