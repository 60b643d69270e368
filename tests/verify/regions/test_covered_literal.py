"""Which algorithms a tube speaks of, and what a run is asked before one is laid."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from boundary import BadInput
from simulate.problems.network import Network
from simulate.run import Run
from verify.regions import covered
from verify.regions.level import SHARES, Level
from verify.regions.own import Following
from verify.regions.theorem import Constants, Noise

NETWORK = Network(stages=2, width=1, samples=2)
ANALOG = Run(NETWORK, "analog-sgd-ap", alpha=0.5, tau=2.0, iterations=8)


def test_backward_weights_are_stale_where_all_are_stashed_alone():
    assert dict(covered.STASHED) == {
        "digital-sgd": False, "analog-sgd": False, "analog-sgd-sp": False, "digital-ap": False,
        "analog-sgd-ap": False, "stashed-ap": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("algorithm", "tau", "stashed"), [("analog-sgd-ap", 2.0, False), ("stashed-ap", math.inf, True)]
)
def test_what_constants_are_asked_of(algorithm, tau, stashed, monkeypatch):
    monkeypatch.setattr(covered, "constants", lambda *given, **more: (*given, more))
    run = Run(NETWORK, algorithm, alpha=0.5, tau=tau, iterations=8)
    laid = SimpleNamespace(iterations=8)
    assert covered.on_tube(run, laid) == (NETWORK, laid, 0.5, tau, (1, 0), {"stashed": stashed})
    with pytest.raises(BadInput, match="tube"):
        covered.on_tube(run, SimpleNamespace(iterations=9))


def device(**changes):
    fields = {"linear": True, "pulses": None, "elements": None}
    return lambda _: SimpleNamespace(**(fields | changes))


@pytest.mark.parametrize("changes", [{"linear": False}, {"pulses": 0.1}, {"elements": ()}])
def test_each_thing_that_another_device_has_is_enough(changes, monkeypatch):
    monkeypatch.setattr(Run, "make_device", device())
    assert covered.uncovered(ANALOG) == ""
    monkeypatch.setattr(Run, "make_device", device(**changes))
    assert covered.uncovered(ANALOG).startswith("the device")


# Boxes around all pilots, and a run's own


@pytest.mark.parametrize(
    ("algorithm", "tau", "stashed"), [("analog-sgd-ap", 2.0, False), ("stashed-ap", math.inf, True)]
)
def test_the_steps_of_a_run(algorithm, tau, stashed):
    run = Run(NETWORK, algorithm, alpha=0.5, tau=tau, iterations=8)
    found = covered.steps_of(run, 0.25)
    assert found == (NETWORK, 0.5, tau, (1, 0), stashed, 0.25) and found.problem is run.problem


def level(L, least, slope, rho, stages, T2, late, S) -> Level:
    numbers = {"L": L, "least": least, "slope": slope, "S": np.array(S), "rho": rho, "stages": np.array(stages)}
    excess = np.full(len(SHARES), 4 * T2)
    numbers |= {"variance": 1.0, "T2": T2, "late": late[0], "late_T2": late[1], "excess": excess}
    return Level(**numbers, step=np.array([L, least]))


EARLY = level(2.0, 3.0, 4.0, 0.5, [18.0, 25.0], 3.0, (1.25, 0.25), [[1.0, 0], [0, 9]])
LATER = (
    level(8.0, 1.0, 2.0, 0.25, [6.25, 10.0], 0.5, (0.25, 0.0), [[0.0, 5], [0, 1]]),
    level(4.0, 2.0, 1.0, 1.0, [8.0, 9.0], 3.0, (0.0, 0.5), [[3.0, 0], [2, 0]]),
)


SHARED = SimpleNamespace(found=(EARLY, "second", "third"))


@pytest.fixture
def following(monkeypatch):
    """The first bin is that of a tube; in the two others runs are followed, with these ceilings.

    The bound on the tube is `around`, and that of a run that is followed `own`, or `met` with the noise of the pilots;
    None stands for none, and for `met` as for the same.
    """
    made = SimpleNamespace(asked=[], first=1, around=100.0, own=50.0, met=None)
    made.found = Following(1, LATER)

    def tell(name, answer):
        monkeypatch.setattr(
            covered, name, lambda *given, **more: made.asked.append((name, *given, *more.items())) or answer()
        )

    def shared():
        if made.around is None:
            raise ArithmeticError("too large")
        return SHARED

    def stopped(held, *given):
        assert given == (0.5, ANALOG.iterations, (1, 0))
        if held is SHARED:
            return made.around
        return made.own if made.met is None or isinstance(held, Constants) else made.met

    def as_sampled(held, *given):
        assert isinstance(held, Constants) and given == (0.5, 7.0, Noise(9.0, 6.0, 8 + 32 + 4, 2 + 16 + 12))
        return "with the noise of the pilots"

    tell("first_own", lambda: made.first)
    tell("enclosed", lambda: [EARLY])
    tell("follow", lambda: made.found)
    tell("on_tube", shared)
    monkeypatch.setattr(covered, "stopped", stopped)
    monkeypatch.setattr(covered, "as_sampled", as_sampled)
    monkeypatch.setattr(covered, "at_start", lambda problem: 6.0 if problem is NETWORK else None)
    return made


AROUND = SimpleNamespace(boxes="boxes", edges=np.array([0, 2, 4, 8]), iterations=8)
LAID = SimpleNamespace(widened=lambda by: AROUND if by == 0.25 else None)


def on_boxes(seen=1.0):
    return covered.on_boxes(
        ANALOG, LAID, "pilots", 0.25, covered.Seen(seen, 7.0, np.array([4.0, 4, 1]), np.array([1.0, 2, 3]))
    )


def names(following) -> list[str]:
    return [name for name, *_ in following.asked]


def test_runs_are_followed_from_the_bin_that_is_found(following):
    found, _ = on_boxes()
    assert found is following.found
    steps = covered.steps_of(ANALOG, 0.25)
    first, second, third = following.asked
    assert first == ("on_tube", ANALOG, AROUND) and second == ("first_own", steps, "boxes", "pilots")
    assert third[:4] == ("follow", steps, "pilots", 1) and third[4] is EARLY.step


def test_without_a_tube_what_holds_before_is_enclosed(following):
    following.around = None
    assert on_boxes()[0] is following.found and names(following) == ["on_tube", "first_own", "enclosed", "follow"]
    given = (NETWORK, AROUND, 0.5, 2.0, (1, 0), ("stashed", False), ("bins", 1))
    assert following.asked[2] == ("enclosed", *given)
    following.own = math.inf
    following.met = 99.0
    assert on_boxes()[0] is following.found
    for nothing in ({"met": 100.0}, {"found": None}, {"first": None}):
        vars(following).update(nothing)
        with pytest.raises(ArithmeticError, match="too large"):
            on_boxes()


def test_ceilings_are_combined_with_what_holds_before(following):
    """A quarter of the steps, a quarter and a half; each sum by hand."""
    held = on_boxes()[1]
    assert held.found == (EARLY, *LATER) and held.lengths.tolist() == [0.25, 0.25, 0.5]
    assert (held.L, held.least, held.rho, held.start) == (8, 1, 1, 6)
    assert held.S.tolist() == [[3, 5], [2, 9]]
    assert held.stage_variances == pytest.approx([18 / 4 + 6.25 / 4 + 8 / 2, 25 / 4 + 10 / 4 + 9 / 2], rel=1e-12)
    curved = 2 * 43 / 4 + 8 * 16.25 / 4 + 4 * 17 / 2
    assert held.c_w == pytest.approx(0.5 * 0.5 * curved, rel=1e-12)
    assert pytest.approx(3 / 4 + 0.5 / 4 + 3 / 2, rel=1e-12) == held.T2
    assert held.excess == pytest.approx(np.full(len(SHARES), 4 * (3 / 4 + 0.5 / 4 + 3 / 2)), rel=1e-12)
    assert held.direct == pytest.approx(16 / 4 + 4 / 4 + 1 / 2, rel=1e-12)
    assert held.stale[:2] == pytest.approx((1.25 / 4 + 0.25 / 4, 0.25 / 4 + 0.5 / 2), rel=1e-12)
    assert held.stale[2:] == pytest.approx((2 * 1.25 / 4 + 8 * 0.25 / 4, 2 * 0.25 / 4 + 4 * 0.5 / 2), rel=1e-12)
    assert held.smoothness.tolist() == [2, 8, 4]


def test_where_nothing_follows_the_tube_is_around_all(following):
    following.first = None
    assert on_boxes() == (None, SHARED) and names(following) == ["on_tube", "first_own"]
    following.first, following.found = 1, None
    assert on_boxes() == (None, SHARED)


def test_a_tube_whose_bound_is_near_what_pilots_show_is_enough(following):
    """Within 1.5 times it; a run is then not followed, whatever it would gain."""
    for around, enough in ((1.5, True), (1.6, False)):
        following.around, following.own, following.asked = around, 1.0, []
        assert (on_boxes() == (None, SHARED)) is enough and (names(following) == ["on_tube"]) is enough
    assert on_boxes(seen=2.0) == (None, SHARED)


@pytest.mark.parametrize(
    ("around", "own", "met", "followed"),
    [
        (60.0, 59.0, 59.0, True), (60.0, 60.0, 30.0, False), (60.0, 61.0, 30.0, False), (300.0, 299.0, 99.0, True),
        (300.0, 299.0, 100.0, False), (math.inf, math.inf, 99.0, True), (math.inf, math.inf, 100.0, False),
    ],
)  # fmt: skip
def test_runs_are_followed_if_that_says_more_and_enough(around, own, met, followed, following):
    """Less than around all, and with the noise that pilots show less than 100 times what they show."""
    following.around, following.own, following.met = around, own, met
    found, held = on_boxes()
    assert (found is following.found and held is not SHARED) if followed else (found, held) == (None, SHARED)


def test_what_is_useful_is_a_multiple_of_what_pilots_show(following):
    following.around, following.own, following.met = 300.0, 299.0, 150.0
    assert [on_boxes(seen=seen)[0] is following.found for seen in (1.0, 1.5, 1.6)] == [False, False, True]


def test_what_pilots_show_is_averaged_over_them():
    ranges = SimpleNamespace(
        edges=np.array([0, 1, 3, 7, 8]), shared=np.array([[1.0, 2, 4, 8], [3, 0, 0, 4]]),
        variance=np.array([[5.0, 1, 1, 2], [7, 1, 3, 0]]), folded=np.array([[0.0, 1, 1, 2], [1, 0, 0, 1]]),
    )  # fmt: skip
    runs = SimpleNamespace(mean_squared_gradient=np.array([2.0, 3.0]), ranges=ranges)
    found = covered.Seen.of(runs, np.array([0, 3, 8]))
    assert (found.squared_gradient, found.T2) == (2.5, 3.0) and type(found.T2) is type(found.squared_gradient) is float
    assert (found.shared.tolist(), found.variance.tolist()) == ([3, 8], [7, 3])
