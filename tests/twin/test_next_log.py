"""What to log next: a measurement tells something, more of it tells more, and a known person needs it less."""

from __future__ import annotations

from sudomotor.twin.next_log import log_next


def test_more_answers_tell_more(twin):
    gain = {advice.measure: advice.gain_pct for advice in twin.log_next}
    assert gain["hdss daily"] > gain["hdss every other day"] > 0
    assert max(gain.values()) < 100


def test_the_most_useful_comes_first(twin):
    gains = [advice.gain_pct for advice in twin.log_next]
    assert gains == sorted(gains, reverse=True)


def test_advice_is_the_same_every_time(twin):
    assert log_next(twin) == log_next(twin)
