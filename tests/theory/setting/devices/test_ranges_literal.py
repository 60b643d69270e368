"""What a device answers on a range of weights, and its elements, number by number; and the balls that enclose it."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

import numpy as np
import pytest
from flint import arb

from theory.setting import devices
from theory.setting.devices import base, enclosure
from theory.setting.devices.base import Device, Distortion, MonotoneResponses
from theory.setting.devices.elements import Elements, Values
from theory.setting.devices.enclosure import above, ball, below, in_balls, precise, widened

UP, DOWN = math.inf, -math.inf


def elements(*, count: int = 0, **given: tuple[float, ...]) -> Elements:
    """Return elements with these parameters, the rest plain."""
    (size,) = {len(values) for values in given.values()}
    usual = {"scale": 1.0, "up": 1.0, "down": 1.0, "shift": 0.0}
    arrays = Values(*(np.array(given.get(name, (plain,) * size)) for name, plain in usual.items()))
    return Elements(arrays=arrays, path="given", count=count or size)


# Extremes, distortion.

EXTREMES = [
    ("ald", {}, -1.0, 0.5, (0.5, 1.5)),
    ("ald", {}, -0.5, 1.0, (0.5, 1.5)),
    ("ald", {}, 0.5, 1.0, (0.5, 1.5)),
    ("ald", {}, -4.0, 1.0, (-1.0, 3.0)),
    ("power", {}, -1.0, 0.5, (0.25, 2.25)),
    ("shifted-linear", {"up": 3.0, "down": 1.0}, -0.5, 1.0, (0.75, 3.75)),
    ("shifted-linear", {"up": 1.0, "down": 1.0}, 0.5, 1.0, (0.5, 1.5)),
]


@pytest.mark.parametrize(("name", "parameters", "low", "high", "found"), EXTREMES)
def test_the_extreme_responses_on_a_range(name, parameters, low, high, found):
    device = devices.make(name, 2.0, **parameters)
    assert device.responses(low, high) == found
    gain = sum(found) / 2
    gamma = found[1] / gain - 1
    distortion = device.distortion(low, high)
    assert (distortion is None) == (gain <= 0)
    if distortion is not None:
        assert distortion.gain == gain and gamma <= distortion.gamma <= gamma * (1 + 1e-15)


def test_a_pulse_train_loses_of_its_least_response_what_its_length_costs():
    device = devices.make("pulse-train", 2.0)
    least, most = device.responses(-1.0, 0.5, 1.0)  # s = Y = 1/2
    assert most == 1.5 and least == pytest.approx(0.5 * (1 - math.exp(-0.5)) / 0.5, rel=1e-15)
    assert device.responses(-1.0, 0.5, 0.0) == (0.5, 1.5)
    assert device.responses(-2.0, 2.0, 1.0) == (0.0, 2.0)
    for low, high in ((-2.1, 0.0), (0.0, 2.1), (0.5, 0.4)):
        assert device.responses(low, high, 1.0) is None
    assert device.steepness() == 1.0
    digital = devices.make("pulse-train", math.inf)
    assert digital.responses(-9.0, 9.0) == devices.make("ald", math.inf).responses(-9.0, 9.0) == (1.0, 1.0)
    w, dw = np.array([0.5, 0.5, 0.5]), np.array([1.0, -1.0, 0.0])
    assert digital.update(w, dw).tolist() == devices.make("ald", math.inf).update(w, dw).tolist() == [1.5, -0.5, 0.5]
    assert devices.make("ald", 2.0).update(w, dw).tolist() == [1.25, -0.75, 0.5]
    share = math.exp(-0.5)
    assert device.update(w, dw) == pytest.approx([2 - 1.5 * share, -2 + 2.5 * share, 0.5], rel=1e-15)


def test_elements_stretch_shift_and_multiply_the_law():
    """Element with scale s, shift c, slope g: its response at w is g times the law's at (w - c)/s."""
    law = devices.make("ald", 2.0)
    # scale 2: 1 -+ w/4 at |w| <= 1; slopes 3 up and 1/2 down: 3 (1 +- 1/4), (1 -+ 1/4)/2
    one = devices.REGISTRY["ald"](2.0, elements=elements(scale=(2.0,), up=(3.0,), down=(0.5,)))
    assert one.responses(-1.0, 1.0) == (0.375, 3.75)
    # shift 1/2: weights from -3/2 to 1/2 of the element
    other = devices.REGISTRY["ald"](2.0, elements=elements(shift=(0.5,)))
    assert other.responses(-1.0, 1.0) == (0.25, 1.75)
    both = devices.REGISTRY["ald"](
        2.0, elements=elements(scale=(2.0, 1.0), up=(3.0, 1.0), down=(0.5, 1.0), shift=(0.0, 0.5))
    )
    assert both.responses(-1.0, 1.0) == (0.25, 3.75)
    assert both.distortion(-1.0, 1.0) == pytest.approx((1.75 / 2.0, 2.0), rel=1e-15)
    assert not both.plain and law.plain
    alike = devices.make("ald", 2.0, reference=0.5)  # one stands for all
    assert alike.responses(-1.0, 1.0) == (0.25, 1.75)


def test_of_many_elements_none_is_left_out():
    """The longer train of the middle one has the least response, though the law's own is least at the first."""
    parts = [(1.0, 0.9, 0.9, 0.0), (1.0, 1.0, 3.0, 0.0), (1.0, 5.0, 5.0, 0.1)]
    names = ("scale", "up", "down", "shift")
    for name in ("pulse-train", "ald", "power"):
        law = devices.REGISTRY[name]
        each = [
            law(2.0, elements=elements(**{key: (value,) for key, value in zip(names, part, strict=True)})).responses(
                -1.0, 1.0, 5.0
            )
            for part in parts
        ]
        together = law(2.0, elements=elements(**dict(zip(names, zip(*parts, strict=True), strict=True))))
        assert together.responses(-1.0, 1.0, 5.0) == (min(low for low, _ in each), max(high for _, high in each))
        if name == "pulse-train":
            assert min(each) == each[1]


def test_elements_of_a_train_are_bounded_by_both_their_slopes():
    """The least response counts with the lesser slope and the largest with the larger: neither is at an end.

    The train of an element with slope g and scale s is g D/s long.
    """
    device = devices.REGISTRY["pulse-train"](2.0, elements=elements(scale=(2.0,), up=(3.0,), down=(0.5,)))
    least, most = device.responses(-1.0, 1.0, 0.5)  # w/s from -1/2 to 1/2, D up to 3 * 0.5/2
    Y = 3 * 0.5 / 2 / 2
    assert most == pytest.approx(3 * 1.25, rel=1e-15)
    assert least == pytest.approx(0.5 * 0.75 * (1 - math.exp(-Y)) / Y, rel=1e-14)
    flipped = devices.REGISTRY["pulse-train"](2.0, elements=elements(scale=(2.0,), up=(0.5,), down=(3.0,)))
    assert flipped.responses(-1.0, 1.0, 0.5) == (least, most)
    assert device.responses(-1.0, 1.0) is None  # of any length


def test_of_elements_beyond_their_bounds_and_of_no_elements_nothing_is_known():
    power = devices.REGISTRY["power"](2.0, elements=elements(scale=(1.0, 0.25)))
    assert power.responses(-1.0, 1.0) is None and power.distortion(-1.0, 1.0) is None
    assert power.responses(-0.5, 0.5) is not None


def step(**given: tuple[float, ...]) -> Device:
    return devices.REGISTRY["constant-step"](2.0, elements=elements(**given) if given else None)


def test_the_room_before_a_bound():
    assert step().room(-0.5, 1.5) == 0.5 and step().room(-1.75, 0.0) == 0.25
    assert step().room(0.0, 2.0) == step().room(-3.0, 0.0) == step().room(1.0, 0.0) == 0.0
    assert devices.make("ald", 2.0).room(-5.0, 5.0) == math.inf
    # scale 2, slope 4: bounds at -+4, steps four times as long
    assert step(scale=(2.0,), up=(4.0,)).room(-0.5, 1.5) == 2.5 / 4
    assert step(scale=(2.0,), down=(4.0,)).room(-0.5, 1.5) == 2.5 / 4
    assert step(shift=(0.25,)).room(-0.5, 1.5) == 0.75 and step(shift=(-0.25,)).room(-0.5, 1.5) == 0.25
    assert step(shift=(0.25,)).room(-1.5, 0.0) == 0.25 and step(shift=(-0.25,)).room(-1.5, 0.0) == 0.75
    assert step(shift=(0.25, -0.25)).room(-0.5, 1.5) == 0.25
    unknown = devices.REGISTRY["constant-step"](2.0, elements=Elements(spread_point=0.1))
    assert unknown.room(-0.5, 1.5) == 0.0
    double = devices.make("linear-step", 2.0, up=2.0, down=2.0, slope_up=0.0, slope_down=0.0)
    assert double.room(-0.5, 1.5) == 0.25
    assert double.responses(-0.5, 1.5, 0.25) == (2.0, 2.0) and double.responses(-0.5, 1.5, 0.26) is None
    assert double.distortion(-0.5, 1.5, 0.25) == (0.0, 2.0)


class Clipped(Device):
    """A law with hard bounds of which nothing else is said."""

    name: ClassVar[str] = "clipped"
    clipped: ClassVar[bool] = True

    def q_plus(self, w):
        return 1 + 0 * w

    def q_minus(self, w):
        return 1 + 0 * w


def test_of_hard_bounds_nothing_is_known_unless_it_is_said():
    assert Clipped(1.0).room(0.0, 0.0) == 0.0 and Clipped.confined
    assert Clipped(1.0).responses(0.0, 0.0) is None and Clipped(1.0).distortion(0.0, 0.0) is None
    assert Clipped(1.0).update(np.array([0.5, 0.5]), np.array([1.0, -2.0])).tolist() == [1.0, -1.0]

    class Open(Clipped):
        clipped = True
        confined = False

    assert not Open.confined and Open.clipped


def test_a_law_under_the_monotone_ones_takes_their_answers_and_no_one_elses():
    class Again(type(devices.make("linear-step", 1.0))):
        name = "again"

        def q_minus(self, w):
            return self.down + 0 * w

    for said in ("extremes", "responses", "distortion", "steepness", "symmetric_point", "response_slope"):
        assert getattr(Again, said) == getattr(Device, said)
    assert not Again.extreme_at_ends and Again.kernel is None and not Again.linear

    class Plain(MonotoneResponses):
        name = "plain"

        def q_plus(self, w):
            return 1 - w

        def q_minus(self, w):
            return 1 + w

    assert Plain.extreme_at_ends and Plain.extremes == MonotoneResponses.extremes
    assert Plain(1.0).responses(-0.5, 0.5) == (0.5, 1.5)


def test_a_law_that_cannot_be_run_in_balls_is_widened_by_eight_roundings():
    class Table(MonotoneResponses):
        name = "looked-up"

        def q_plus(self, w):
            return np.interp(w, [-1.0, 1.0], [2.0, 1.0])

        def q_minus(self, w):
            return np.interp(w, [-1.0, 1.0], [1.0, 2.0])

    least, most = Table(1.0).responses(-1.0, 1.0)
    assert 1 - 9 * 2.0**-53 <= least <= 1 - 8 * 2.0**-53 and 2 + 16 * 2.0**-53 <= most <= 2 + 20 * 2.0**-53

    class Fails(Table):
        name = "fails"

        def q_plus(self, w):
            return 1 / float(np.interp(w, [-1.0, 1.0], [0.0, 0.0]))

    assert math.isnan(float(Fails(1.0)._response(Fails.q_plus, 0.0)))


def test_a_gain_that_is_no_positive_double_gives_no_distortion():
    assert devices.make("ald", 2.0).distortion(-2.0, 2.0) == (1.0, 1.0)
    huge = devices.make("shifted-linear", 1.0, up=1.7e308, down=1.7e308)
    assert huge.distortion(-1.0, 1.0) is not None and huge.responses(-1.0, 1.0) == (0.0, math.inf)

    class Far(MonotoneResponses):
        name = "far"

        def q_plus(self, w):
            return 1e308 * (1 - w) * 1000

        def q_minus(self, w):
            return 1e308 * (1 + w) * 1000

    assert Far(1.0).distortion(-0.5, 0.5) is None

    class Nothing(MonotoneResponses):
        name = "nothing"

        def q_plus(self, w):
            return 0 * w

        def q_minus(self, w):
            return 0 * w

    assert Nothing(1.0).distortion(-0.5, 0.5) is None


def test_artanh_and_the_floor_of_a_distortion():
    half = Distortion(0.5, 3.0)
    assert half.log_ratio == pytest.approx(math.log(3) / 2, rel=1e-15) and half.log_ratio >= math.log(3) / 2
    assert half.floor == pytest.approx(1 / 3, rel=1e-15)  # (1/4)/(3/4)
    assert Distortion(1.0, 1.0).log_ratio == Distortion(1.0, 1.0).floor == math.inf
    assert Distortion(1.5, 1.0).log_ratio == Distortion(1.5, 1.0).floor == math.inf
    assert Distortion(0.0, 1.0) == (0.0, 1.0) and Distortion(0.0, 1.0).floor == 0.0


# What arrives, and how far.


def test_how_far_a_weight_goes():
    tiny = 4 * float(np.finfo(np.float32).eps)
    assert devices.make("ald", 2.0).reach == 2.0
    spread = devices.REGISTRY["ald"](2.0, elements=elements(scale=(1.0, 2.0), shift=(-3.0, 0.5)))
    assert spread.reach == pytest.approx(5 * (1 + tiny), rel=1e-15)
    assert devices.REGISTRY["ald"](2.0, elements=Elements(spread_tau=0.1)).reach == math.inf
    one = devices.REGISTRY["ald"](2.0, elements=elements(scale=(1.5,)))
    assert one.reach == pytest.approx(3 * (1 + tiny), rel=1e-15)
    pulsed = devices.make("ald", 2.0, dw=0.1)
    assert pulsed.reach == 2.0 and not pulsed.plain and pulsed.keeps_the_mean
    assert devices.make("ald", 2.0, dw=0.1, cycle=0.1).reach == math.inf
    assert devices.make("ald", 2.0, write=0.1).reach == math.inf


@pytest.mark.parametrize(
    ("name", "keeps"),
    [("ald", True), ("power", True), ("pulse-train", False), ("constant-step", False), ("shifted-linear", True)],
)
def test_pulses_keep_the_mean_of_steps_that_are_linear_in_the_increment(name, keeps):
    assert devices.make(name, 2.0, dw=0.01).keeps_the_mean is keeps
    assert devices.make(name, 2.0).keeps_the_mean


def moved(law: Callable[[np.ndarray], np.ndarray]) -> Device:
    class Moved(Device):
        name = "moved"

        def q_plus(self, w):
            return law(w)

        def q_minus(self, w):
            return law(w)

    return Moved(2.0)


def test_whether_a_law_moves_from_a_weight():
    assert moved(lambda w: 1 + 0 * w).moves_from(np.array([5.0, -5.0]))
    assert not moved(lambda w: np.sqrt(2 - w)).moves_from(np.array([0.0, 2.5]))
    assert not moved(lambda w: 1 / (w - 1)).moves_from(np.array([1.0]))
    asked = []

    @dataclass(frozen=True)
    class Asked(Clipped):
        name: ClassVar[str] = "asked"

        def update(self, w, dw):
            asked.append(np.asarray(dw).tolist())
            return w + dw

    assert Asked(5.0).moves_from(np.array([1.0, 2.0])) and Asked(0.5).moves_from(np.array([1.0]))
    assert asked == [[0.001, 0.001], [-0.001, -0.001], [0.0005], [-0.0005]]

    class OneWay(Asked):
        name = "one-way"

        def update(self, w, dw):
            return np.where(dw > 0, w, np.nan)

    assert not OneWay(1.0).moves_from(np.array([0.0]))


# Enclosures.


def test_a_ball_is_the_number():
    assert ball(0.1) == arb(0.1) and ball(2) == 2
    with precise():
        third = ball(Fraction(1, 3))
        assert third * 3 == 1 or (third * 3).contains(1)
        assert third.rad() < arb(2) ** -150
    assert enclosure.PRECISION == 160


def test_the_double_above_and_the_one_below():
    with precise():
        third = ball(Fraction(1, 3))
        assert Fraction(below(third)) < Fraction(1, 3) < Fraction(above(third))
        assert math.nextafter(below(third), UP) == above(third)
        assert math.nextafter(below(-third), UP) == above(-third) == -below(third)
        assert above(arb(0.5)) == below(arb(0.5)) == 0.5 and above(arb(0)) == below(arb(0)) == 0.0
        wide = arb(1, 0.25)
        assert above(wide) >= 1.25 >= above(wide) - 1e-8 and below(wide) <= 0.75 <= below(wide) + 1e-8
        huge, largest = arb(2) ** 2000, math.nextafter(UP, 0)
        assert (above(huge), below(huge)) == (UP, largest) and (above(-huge), below(-huge)) == (-largest, DOWN)
        tiny = arb(2) ** -2000
        assert (above(tiny), below(tiny)) == (5e-324, 0.0) and (above(-tiny), below(-tiny)) == (0.0, -5e-324)
        assert above(arb("nan")) == UP and below(arb("nan")) == DOWN
        assert above(arb("inf")) == UP and below(arb("-inf")) == DOWN


def test_eight_roundings_around_a_number():
    """Of either sign, as wide as eight halves of its last place and (a radius is rounded up) hardly wider."""
    for value in (1.0, -1.0, 3.0):
        found = widened(value)
        assert float(found.mid()) == value
        assert abs(value) * 8 * 2.0**-53 <= float(found.rad()) <= abs(value) * 8 * 2.0**-53 * (1 + 1e-6)
    assert widened(0.0) == 0


def test_a_law_is_run_in_balls_where_it_can_be():
    def law(this, w, dw):
        return w + dw / this.tau

    with precise():
        found = in_balls(law, {"tau": Fraction(1, 3)}, 0.5, ball(0.25))
        assert found is not None and found.contains(arb(1.25)) and found.rad() < arb(2) ** -150
        assert in_balls(lambda this, _: this.other, {"tau": 1.0}, 0.5) is None
        assert in_balls(lambda _, w: np.interp(w, [0, 1], [0, 1]), {"tau": 1.0}, 0.5) is None
        assert in_balls(lambda this, w: w / (this.tau - 1), {"tau": 1.0}, 0.5) is None  # not finite
        assert in_balls(lambda *_: 2.0, {"tau": 1.0}, 0.5) == 2
        assert in_balls(lambda *_: [[3.0]], {"tau": 1.0}, 0.5) == 3

        def refuses(_, w):
            raise ValueError(w)

        assert in_balls(refuses, {"tau": 1.0}, 0.5) is None
        with pytest.raises(ZeroDivisionError):
            in_balls(lambda *_: 1 / 0, {"tau": 1.0}, 0.5)


def test_what_reaches_lowest_and_highest_may_be_one_wide_ball():
    wide, narrow = arb(1, 0.5), arb(1.2, 0.01)
    assert base._outer([wide, narrow])[0] is wide and base._outer([narrow, wide])[1] is wide
    assert base._outer([arb(1), arb(2)]) == (arb(1), arb(2))
