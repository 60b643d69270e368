"""What is said of a device's answers on the weights that were met, number by number, and without a run."""

import math

import numpy as np
import pytest

from simulate.problems import Network, Quadratic
from simulate.run import Run
from theory.setting import devices
from theory.theorems import network
from verify.judging import response
from verify.judging.response import LINEAR, DeviceResponse, Directions, Granularity

EPS = float(np.finfo(np.float64).eps)
ONCE = 1 + 4 * EPS
"""How much wider s tau is taken, for its rounding."""


def ask(device: str, alpha: float = 0.5, bounds=None, size: int = 1, tau: float = 2.0, **parameters) -> DeviceResponse:
    """Return a response to directions within `bounds`, of whatever reach."""
    given = None if bounds is None else np.array(bounds)
    return DeviceResponse(devices.make(device, tau, **parameters), alpha, lambda _: given, size)


def test_of_a_device_alone_nothing_more_is_known():
    made = DeviceResponse(devices.make("power", 2.0))
    assert (made.alpha, made.size, made.called) == (1.0, 1, "")
    assert made.increments(0.5) is None and made.increment(0.5) == math.inf
    assert LINEAR.linear and not LINEAR.granular and LINEAR.bounded and LINEAR.device.tau == 1.0
    assert made == DeviceResponse(devices.make("power", 2.0), directions=lambda _: np.ones(1))
    with pytest.raises(AttributeError):
        made.alpha = 2.0
    shown = repr(made)
    assert made.on(0.5) is not None and repr(made) == shown, "what was asked is remembered and changes nothing"
    assert made == DeviceResponse(devices.make("power", 2.0))
    with pytest.raises(TypeError):
        DeviceResponse(devices.make("power", 2.0), _known={})


def test_names():
    power = devices.make("power", 2.0)
    assert DeviceResponse(power).name == DeviceResponse(power, called="power").name == "power"
    assert DeviceResponse(power, called="mine").name == "mine (power)"


@pytest.mark.parametrize(
    ("device", "parameters", "linear", "granular", "bounded", "proportional"),
    [
        ("ald", {}, True, False, True, True),
        ("ald", {"dw": 0.1}, True, True, True, True),
        ("ald", {"dw": 0.1, "cycle": 0.1}, True, True, False, True),
        ("ald", {"write": 0.1}, True, True, False, True),
        ("ald", {"spread_tau": 0.1, "count": 2}, False, False, True, True),
        ("power", {}, False, False, True, True),
        ("pulse-train", {}, False, False, True, False),
        ("constant-step", {}, False, False, True, True),
    ],
)
def test_what_a_step_is(device, parameters, linear, granular, bounded, proportional):
    made = ask(device, **parameters)
    found = (made.linear, made.granular, made.bounded, made.proportional)
    assert found == (linear, granular, bounded, proportional)


def test_increments_are_alpha_times_the_directions_of_the_reach():
    asked = []

    def directions(reach: float) -> np.ndarray:
        asked.append(reach)
        return np.array([1.0, 3.0, 2.0])

    made = DeviceResponse(devices.make("power", 4.0), 0.25, directions, 3)
    assert made.increments(0.5).tolist() == [0.25 * ONCE, 0.75 * ONCE, 0.5 * ONCE]
    assert made.increment(0.75) == 0.75 * ONCE and asked == [2.0, 3.0]
    digital = DeviceResponse(devices.make("ald", math.inf), 0.25, directions, 3)
    assert digital.increments(0.0) is None and digital.increments(0.5) is None and asked == [2.0, 3.0]
    assert made.increments(math.inf) is None and digital.increment(0.0) == math.inf


def test_the_distortion_is_the_devices_own_on_a_range_a_little_wider():
    assert ask("ald", tau=math.inf).on(0.7) == (0.0, 1.0)
    assert ask("ald").on(0.7) == (0.7, 1.0) and ask("ald", dw=0.1).on(1.5) == (1.5, 1.0)
    power = devices.make("power", 2.0)
    assert ask("power").on(0.5) == power.distortion(-ONCE, ONCE)
    assert ask("power").on(0.5).gamma == pytest.approx(0.8, rel=1e-14)  # (9/4 - 1/4)/(9/4 + 1/4)
    for beyond in (1.0, 1.5, math.inf, math.nan):
        assert ask("power").on(beyond) is None
    made = ask("power")
    assert made.on(0.5) is made.on(0.5), "asked once"


def test_the_distortion_of_a_train_is_that_of_the_longest_one():
    train = devices.make("pulse-train", 2.0)
    assert ask("pulse-train", bounds=[1.0, 2.0]).on(0.5) == train.distortion(-ONCE, ONCE, ONCE)
    assert ask("pulse-train", bounds=[1.0]).on(0.5) == train.distortion(-ONCE, ONCE, 0.5 * ONCE)
    assert ask("pulse-train").on(0.5) is None
    # hard bounds clip nothing of weights that keep within them: no longest increment is asked for
    assert ask("constant-step", bounds=[100.0]).on(0.5) == ask("constant-step").on(0.5) == (0.0, 1.0)


def test_elements_of_the_linear_device_need_no_longest_increment():
    made = ask("ald", spread_tau=0.2, count=2, elements=1)
    found = made.device.distortion(-ONCE, ONCE)
    assert made.on(0.5) == found and found.gamma > 0.5


TRAIN = {"dw": 0.25, "BL": 4}
"""Reaches 1."""


def test_why_pulses_do_not_keep_the_mean():
    assert ask("ald").biased(0.5) == "" and ask("pulse-train").biased(0.5) == ""
    assert ask("ald", dw=0.25).biased(0.5) == ""
    assert ask("pulse-train", dw=0.25).biased(0.5) == (
        "a step of the device pulse-train is not proportional to its increment, which pulses draw at random"
    )
    cut = "a train of BL = 4 pulses cuts increments {} at BL dw = 1"
    assert ask("ald", bounds=[3.0], **TRAIN).biased(0.5) == cut.format("up to 1.5")
    assert ask("ald", **TRAIN).biased(0.5) == cut.format("of any size")
    assert ask("ald", bounds=[1.999], **TRAIN).biased(0.5) == ""
    exactly = DeviceResponse(devices.make("ald", 2.0, **TRAIN), 1 / ONCE, lambda _: np.array([1.0]))
    assert exactly.increment(0.5) == 1.0 and exactly.biased(0.5) == ""


def granularity(V: float, qmax: float, size: int = 1) -> Granularity:
    """Return what is expected: V is raised for the rounding of `size` summands."""
    return Granularity(pytest.approx(V * (1 + 8 * size * EPS), rel=1e-15), pytest.approx(qmax, rel=1e-14))


def test_what_pulses_add():
    """On |w| <= s tau = 1 of tau = 2: the largest response is 3/2, of |D| = alpha |direction| = 2 and 1."""
    assert ask("ald", bounds=[4.0]).granularity(0.5) is None
    # rounding: min(dw^2/4, dw |D|)
    assert ask("ald", bounds=[4.0, 2.0], size=2, dw=0.5).granularity(0.5) == granularity(2 * 0.0625, 1.5, 2)
    small = ask("ald", bounds=[0.25, 0.125], size=2, dw=2.0).granularity(0.5)  # dw |D| = 1/4 and 1/8, dw^2/4 = 1
    assert small == granularity(0.375, 1.5, 2)
    # trains: dw |D|
    assert ask("ald", bounds=[4.0, 2.0], size=2, dw=0.5, BL=9).granularity(0.5) == granularity(0.5 * 3, 1.5, 2)
    # sizes vary: cycle^2 dw |D| more
    varied = ask("ald", bounds=[4.0, 2.0], size=2, dw=0.5, cycle=2.0)
    assert varied.granularity(0.5) == granularity(2 * 0.0625 + 4 * 0.5 * 3, 1.5, 2)
    # writing: size (write/qmax)^2 more
    written = ask("ald", bounds=[4.0, 2.0], size=2, dw=0.5, write=3.0)
    assert written.granularity(0.5) == granularity(2 * 0.0625 + 2 * 4, 1.5, 2)


def test_what_pulses_add_where_increments_have_no_largest():
    # rounding alone: dw^2/4 an element
    assert ask("ald", size=3, dw=0.5).granularity(0.5) == granularity(3 * 0.0625, 1.5, 3)
    for size in (1, 4, 1000):  # 8 roundings an element, no fewer and no more
        V = size * 0.0625 * (1 + 8 * size * EPS)
        assert ask("ald", size=size, dw=0.5).granularity(0.5).V == V
    # (1 + cycle^2) dw alpha sqrt(size) R, R = 3
    assert ask("ald", size=4, dw=0.5, cycle=2.0).granularity(0.5, 3.0) == granularity(5 * 0.5 * 0.5 * 2 * 3, 1.5, 4)
    assert ask("ald", size=4, dw=0.5, BL=9).granularity(0.5, 3.0) == granularity(0.5 * 0.5 * 2 * 3, 1.5, 4)
    assert ask("ald", size=4, dw=0.5, cycle=2.0).granularity(0.5) is None, "R is not known"
    assert ask("ald", size=4, dw=0.5, BL=9).granularity(0.5) is None
    assert ask("ald", size=4, dw=0.5, BL=9).granularity(0.5, math.inf) is None


def test_what_pulses_add_needs_a_largest_response():
    assert ask("power", dw=0.5).granularity(0.5) == granularity(0.0625, 2.25)
    assert ask("power", dw=0.5).granularity(1.5) is None
    assert ask("ald", tau=math.inf, dw=0.5).granularity(0.5) == granularity(0.0625, 1.0)
    assert ask("ald", tau=math.inf, dw=0.5).granularity(0.0) == granularity(0.0625, 1.0)
    assert ask("constant-step", dw=0.5, bounds=[100.0]).granularity(0.5) == granularity(0.0625, 1.0)

    class Still(devices.MonotoneResponses):
        name = "still"

        def q_plus(self, w):
            return 0 * w

        def q_minus(self, w):
            return 0 * w

    still = Still(2.0, pulses=devices.Pulses(0.5))
    assert DeviceResponse(still).granularity(0.5) is None


def test_the_largest_response_is_that_of_a_range_a_little_wider():
    assert ask("ald", dw=0.5).granularity(0.5).qmax == devices.make("ald", 2.0).responses(-ONCE, ONCE)[1]
    weak = ask("shifted-linear", up=0.5, down=0.5, dw=0.5).granularity(0.5)
    assert weak.qmax == pytest.approx(0.75, rel=1e-14), "it may be below 1"
    assert ask("shifted-linear", up=1.7e308, down=1.7e308, dw=0.5).granularity(0.9) is None, "it is no double"


def test_a_law_is_asked_for_the_longest_increment_unless_that_decides_nothing():
    asked = []

    class Asked(devices.Device):
        name = "asked"

        def q_plus(self, w):
            return 1 + 0 * w

        def q_minus(self, w):
            return 1 + 0 * w

        def extremes(self, low, high, increment=math.inf):  # noqa: ARG002
            asked.append(increment)

    assert DeviceResponse(Asked(2.0), 0.5, lambda _: np.array([4.0])).on(0.5) is None
    assert DeviceResponse(Asked(2.0)).on(0.5) is None
    assert asked == [2 * ONCE, math.inf]


def test_what_is_said():
    assert ask("ald").said(0.25) == "gamma = 0.25, Fbar = 1 on |w| <= 0.25 tau"
    unknown = "the distortion of the device {} is not known on |w| <= 1.5 tau for increments {}"
    assert ask("power").said(1.5) == unknown.format("power", "|D| of any size")
    assert ask("power", bounds=[2.0]).said(1.5) == unknown.format("power", "|D| <= 1")


def test_a_runs_device():
    problem = Network(2, 3, samples=5)
    run = Run(problem, "analog-sgd", alpha=0.25, tau=2.0, iterations=2, device="power")
    made = response.of(run)
    assert (made.alpha, made.size, made.called, made.device) == (0.25, 18, "power", devices.make("power", 2.0))
    assert made.increments(0.5).tolist() == (0.25 * response.Directions(problem)(1.0) * ONCE).tolist()
    digital = Run(problem, "digital-sgd", alpha=0.25, tau=math.inf, iterations=2, device="power")
    assert response.of(digital).called == "" and response.of(digital).device.linear


def test_directions_of_a_network_are_its_stages_by_theorem():
    """Of stage m no component is larger than D_m X_(m-1), of all 3 x 3 elements the same."""
    problem = Network(2, 3, samples=5)
    bounds = network.bounds(problem.stage_data, problem.stage_norms(0.5))
    expected = [bounds.D[0] * bounds.X[0]] * 9 + [bounds.D[1] * bounds.X[1]] * 9
    assert response.Directions(problem)(0.5).tolist() == expected
    assert response.Directions(problem)(math.inf) is None
    plain = Quadratic(2, noise="two-point")
    assert np.array_equal(response.Directions(plain)(0.5), plain.largest_directions(0.5))


def test_what_is_known_of_a_run_is_not_changed():
    assert Directions.__dataclass_params__.frozen and DeviceResponse.__dataclass_params__.frozen
