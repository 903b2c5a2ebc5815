"""The two ways to a normal quantile are one."""

import numpy as np

from sudomotor.person import streams


def test_both_ways_to_the_quantile_agree(monkeypatch):
    u = np.concatenate([np.random.default_rng(1).random(1500), [2.0**-53, 1e-9, 1 - 1e-9]])
    few = streams.normal_quantile(u)
    monkeypatch.setattr(streams, "_FEW", 0)
    np.testing.assert_allclose(few, streams.normal_quantile(u), rtol=1e-12, atol=1e-14)


def test_a_quantile_is_odd_about_the_middle():
    u = np.array([0.01, 0.2, 0.4])
    np.testing.assert_allclose(streams.normal_quantile(u), -streams.normal_quantile(1 - u), rtol=1e-12)
