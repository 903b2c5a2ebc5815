"""The gradient of a course of the mind is that of the course: against differences of the course itself."""

import numpy as np
import pytest

from sudomotor.errors import InputError
from sudomotor.model.hypotheses import Hypotheses
from sudomotor.model.scales import SIDES
from sudomotor.parameters import load
from sudomotor.person import draw
from sudomotor.simulation.loop import run_mind
from sudomotor.simulation.loop_gradient import five_point, loop_gradient

P = load()
DAYS, N = 12, 5
# a constant that stands alone, some that move each person's own baseline too, one of closed form, one of each side's
OF = (
    "weight_wetness",
    "drive_per_threat",
    "learning_rate",
    "mood_days",
    "visibility_palm",
    "gain_unlearning",
)
MOST = Hypotheses.reset().turned(off=("strong_loop",))


def course():
    remaining = np.ones((DAYS, len(SIDES), N))
    remaining[:, :2] = 0.4
    return draw("palmar hyperhidrosis", N, 1, P), remaining, np.ones((DAYS, N))


@pytest.mark.slow  # to compile it takes ten seconds
@pytest.mark.parametrize(
    ("hypotheses", "still"),
    [
        (MOST, set()),
        # a strong loop has weights of its own
        (Hypotheses.reset(), {"weight_wetness", "drive_per_threat"}),
        (Hypotheses.evidence(), {"gain_unlearning"}),
    ],
    ids=["weak loop", "strong loop", "evidence"],
)
def test_the_gradient_is_that_of_the_course(hypotheses, still):
    people, *arms = course()
    value, gradient = loop_gradient(people, *arms, OF, parameters=P, hypotheses=hypotheses)

    def threat(name, x):
        p = P.with_values({name: x})
        return run_mind(people, *arms, parameters=p, hypotheses=hypotheses, backend="numpy").threat.mean()

    for name in OF:
        x, step = P.value(name), 1e-5 * P.value(name)
        difference = (threat(name, x + step) - threat(name, x - step)) / (2 * step)
        assert gradient[name] == pytest.approx(difference, rel=1e-5, abs=1e-9), name
    assert value == pytest.approx(threat("weight_wetness", P.value("weight_wetness")), rel=1e-12)
    assert {name for name in OF if gradient[name] == 0.0} == still


@pytest.mark.slow
def test_who_is_wholly_calm_has_a_gradient_too():
    """With little drive at rest, dry skin and a mood that swings, the drive is nil where there is no event."""
    people, *arms = course()
    p = P.with_values({"drive_rest": 0.05, "drive_per_afferent": 0.3, "mood_noise": 0.08})
    _, gradient = loop_gradient(people, *arms, OF, parameters=p, hypotheses=MOST)
    assert gradient["weight_wetness"] != 0.0


def test_the_differences_that_it_rests_on_are_of_fourth_order():
    found = five_point(lambda x: {"y": np.exp(np.array([1.0, 2.0]) * x)}, 1e-3)["y"]
    np.testing.assert_allclose(found, [1.0, 2.0], rtol=1e-10)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("mind_mood", "differs between people"),
        ("repair_days", "no constant of the mind"),
        ("weight_wetnes", "weight_wetness"),
    ],
)
def test_what_has_no_gradient_is_refused(name, what):
    people, *arms = course()
    with pytest.raises(InputError, match=what):
        loop_gradient(people, *arms, [name], parameters=P, hypotheses=Hypotheses.evidence())
