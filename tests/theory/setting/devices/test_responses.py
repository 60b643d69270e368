"""gamma, gain and the extreme responses of every law, against other formulas at 60 digits on a grid of weights."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf

from theory.setting import devices
from theory.setting.devices import Device, Distortion
from theory.setting.devices.enclosure import above, ball, below, precise, widened

ROUNDING = 2.0**-53


def positive(low=0.05, high=5.0):
    return st.floats(low, high)


def signed_pair():
    """A bump and a rate of one sign."""
    sign = st.sampled_from([-1.0, 1.0])
    return st.tuples(sign, st.floats(0, 0.3), st.floats(0, 3)).map(lambda x: (x[0] * x[1], x[0] * x[2]))


@st.composite
def made(draw):
    """Return a device and its responses up and down as functions of mpmath numbers, stated once more."""
    tau = draw(positive())
    name = draw(st.sampled_from(sorted(LAWS)))
    return LAWS[name](draw, tau)


def ald(_, tau):
    return devices.make("ald", tau), lambda x: 1 - x, lambda x: 1 + x


def power(draw, tau):
    up, down = draw(positive(0.1, 3)), draw(positive(0.1, 3))
    device = devices.make("power", tau, exponent_up=up, exponent_down=down)
    return device, lambda x: mp.exp(up * mp.log1p(-x)), lambda x: mp.exp(down * mp.log1p(x))


def exponential(draw, tau):
    c = draw(positive(0.01, 5))
    device = devices.make("exponential", tau, curvature=c)
    return device, *(lambda x, s=s: (1 - mp.exp(-c * (1 + s * x))) / (1 - mp.exp(-mpf(c))) for s in (-1, 1))


def shifted_linear(draw, tau):
    up, down = draw(positive()), draw(positive())
    return devices.make("shifted-linear", tau, up=up, down=down), lambda x: up * (1 - x), lambda x: down * (1 + x)


def constant_step(_, tau):
    return devices.make("constant-step", tau), lambda _: mpf(1), lambda _: mpf(1)


def linear_step(draw, tau):
    up, down = draw(positive()), draw(positive())
    falls, rises = up * draw(st.floats(0, 0.99)), down * draw(st.floats(0, 0.99))
    device = devices.make("linear-step", tau, up=up, down=down, slope_up=falls, slope_down=rises)
    return device, lambda x: up - falls * x, lambda x: down + rises * x


def exp_step(draw, tau):
    up, down = draw(positive()), draw(positive())
    (bump_up, rate_up), (bump_down, rate_down) = draw(signed_pair()), draw(signed_pair())
    device = devices.make(
        "exp-step",
        tau,
        up=up,
        down=down,
        bump_up=bump_up,
        bump_down=bump_down,
        rate_up=rate_up,
        rate_down=rate_down,
    )
    return (
        device,
        lambda x: up * max(0, 1 + bump_up * mp.exp(-rate_up * x)),
        lambda x: down * max(0, 1 + bump_down * mp.exp(rate_down * x)),
    )


def table(draw, tau):
    count = draw(st.integers(2, 6))
    steps = [[draw(st.floats(0, 1)) for _ in range(count)] for _ in range(2)]
    rising = [np.cumsum([0.01, *some]).tolist() for some in steps]
    knots = (rising[0][::-1], rising[1])

    def between(values):
        def at(x):
            place = (x + 1) * count / 2
            left = min(int(mp.floor(place)), count - 1)
            return values[left] + (place - left) * (mpf(values[left + 1]) - values[left])

        return at

    return devices.make("table", tau, knots=(*knots[0], *knots[1])), between(knots[0]), between(knots[1])


LAWS = {
    "ald": ald,
    "power": power,
    "exponential": exponential,
    "shifted-linear": shifted_linear,
    "constant-step": constant_step,
    "linear-step": linear_step,
    "exp-step": exp_step,
    "table": table,
}


@st.composite
def ranges(draw):
    """Return a device, its laws, and a range of its weights short of its bounds."""
    device, up, down = draw(made())
    ends = sorted([draw(st.floats(-0.97, 0.97)), draw(st.floats(-0.97, 0.97))])
    return device, up, down, *(device.tau * end for end in ends)


def brute_force(device: Device, up, down, low: float, high: float) -> tuple[mpf, mpf]:
    """Return the least and the largest response on a grid with the ends."""
    grid = [low + (mpf(high) - low) * k / 40 for k in range(41)]
    found = [law(w / mpf(device.tau)) for law in (up, down) for w in grid]
    return min(found), max(found)


def small(device: Device, low: float, high: float) -> float:
    return device.room(low, high) if device.clipped else math.inf


def test_every_law_is_there():
    assert LAWS.keys() == devices.REGISTRY.keys() - {"pulse-train"}


@given(ranges())
@settings(deadline=None, max_examples=300)
def test_gamma_is_never_below_the_true_one_and_next_to_it(found):
    device, up, down, low, high = found
    with mp.workdps(60):
        least, most = brute_force(device, up, down, low, high)
        distortion = device.distortion(low, high, small(device, low, high))
        assert distortion is not None
        gamma, gain = mpf(distortion.gamma), mpf(distortion.gain)
        assert gain * (1 + gamma) >= most * (1 - mpf(10) ** -40)
        assert gain * (1 - gamma) <= least * (1 + mpf(10) ** -40)
        true = (most - least) / (most + least)
        assert abs(gamma - true) <= 2e-15
        assert abs(gain / ((most + least) / 2) - 1) <= 2 * ROUNDING


@given(ranges())
@settings(deadline=None, max_examples=200)
def test_responses_are_rounded_outward_and_next_to_the_true_ones(found):
    device, up, down, low, high = found
    with mp.workdps(60):
        least, most = brute_force(device, up, down, low, high)
        responses = device.responses(low, high, small(device, low, high))
        assert responses is not None
        slack = mpf(10) ** -40
        assert least * (1 - 4 * ROUNDING) - slack <= responses[0] <= least + slack
        assert most - slack <= responses[1] <= most * (1 + 4 * ROUNDING) + slack


@given(ranges(), st.floats(1e-3, 1))
@settings(deadline=None, max_examples=200)
def test_no_step_that_is_made_is_distorted_more_than_is_said(found, share):
    device, _, _, low, high = found
    largest = small(device, low, high)
    size = share * (largest if math.isfinite(largest) else device.tau)
    distortion = device.distortion(low, high, size)
    w = np.linspace(low, high, 31)
    for increment in (size, -size, size / 3):
        off = np.abs(device.update(w, np.full(31, increment)) - w - distortion.gain * increment)
        # The update rounds numbers as large as tau.
        rounding = 16 * ROUNDING * (device.tau + distortion.gain * abs(increment))
        assert np.all(off <= distortion.gamma * distortion.gain * abs(increment) + rounding)


@given(ranges())
@settings(deadline=None, max_examples=200)
def test_responses_are_monotone(found):
    device, *_ = found
    w = device.tau * np.linspace(-1, 1, 101)
    few = 4 * ROUNDING * np.max(device.q_plus(w) + device.q_minus(w))
    assert np.all(np.diff(device.q_plus(w)) <= few)
    assert np.all(np.diff(device.q_minus(w)) >= -few)
    assert np.min(device.q_plus(w)) >= -few and np.min(device.q_minus(w)) >= -few


@given(st.floats(0.1, 5), st.floats(-0.9, 0.9), st.floats(-0.9, 0.9), st.floats(1e-6, 3))
@settings(deadline=None)
def test_a_pulse_train_is_distorted_by_what_of_it_is_lost(tau, one, other, Y):
    """gamma = (s + e)/(1 + s e), e = (1 - ph)/(1 + ph), ph = (1 - e^-Y)/Y."""
    low, high = sorted([one * tau, other * tau])
    device, D = devices.make("pulse-train", tau), Y * tau
    found = device.distortion(low, high, D)
    with mp.workdps(60):
        s = max(abs(mpf(low)), abs(mpf(high))) / tau
        y = mpf(D) / tau
        ph = -mp.expm1(-y) / y
        e = (1 - ph) / (1 + ph)
        assert abs(found.gamma - (s + e) / (1 + s * e)) <= 2e-15
        assert abs(found.gain - ((1 + s) + (1 - s) * ph) / 2) <= 2e-15
        assert e <= y / 4
        least, most = device.responses(low, high, D)
        assert least <= (1 - s) * ph and 1 + s <= most
    w = np.linspace(low, high, 31)
    for size in np.array([1, -1, 0.5, -1e-3]) * D:
        off = np.abs(device.update(w, np.full(31, size)) - w - found.gain * size)
        assert np.all(off <= found.gamma * found.gain * abs(size) + 8 * ROUNDING * tau)


def test_a_pulse_train_of_any_length_has_no_distortion_that_is_known():
    device = devices.make("pulse-train", 1.0)
    assert device.distortion(-0.5, 0.5) is None and device.responses(-0.5, 0.5) is None
    assert device.distortion(-0.5, 1.5, 0.1) is None
    assert devices.make("pulse-train", math.inf).distortion(-3, 3) == (0, 1)


def test_the_linear_device_is_exact_and_a_digital_one_is_not_distorted():
    assert devices.make("ald", 2.0).distortion(-1, 0.5) == (0.5, 1)
    assert devices.make("ald", 3.0).distortion(-1, 1).gamma == math.nextafter(1 / 3, 1)
    assert devices.make("ald", math.inf).distortion(-1e300, 1e300) == (0, 1)
    assert devices.make("ald", math.inf).responses(-1e300, 1e300) == (1, 1)
    assert devices.make("ald", 2.0).distortion(-5, 5).gamma == 2.5  # the law goes on, no theorem does


def test_decimals_that_were_typed_are_answered_for_exactly():
    """0.3/0.7 with tau, exponent and reach as decimals, not as the doubles next to them."""
    tau, e, W = Fraction("0.7"), Fraction("0.3"), Fraction("0.21")
    gamma = devices.make("power", tau, exponent=e).distortion(-W, W).gamma
    with mp.workdps(60):
        true = mp.tanh(mpf("0.3") * mp.atanh(mpf("0.3")))
        assert true <= gamma <= true + 3e-16
    assert devices.make("ald", Fraction(1, 3)).distortion(-Fraction(1, 10), Fraction(1, 10)).gamma == math.nextafter(
        0.3, 1
    )  # the double 0.3 is below three tenths


@pytest.mark.parametrize("name", sorted(devices.REGISTRY.keys() - {"ald", "pulse-train"}))
def test_beyond_the_bounds_nothing_is_known(name):
    device = devices.make(name, 1.0)
    for low, high in ((-0.1, 1.1), (-1.1, 0.1), (0.2, 0.1), (math.nan, 0.1)):
        assert device.distortion(low, high, 1e-3) is None and device.responses(low, high, 1e-3) is None


@pytest.mark.parametrize("name", ["constant-step", "linear-step", "exp-step", "table"])
def test_hard_bounds_have_a_distortion_only_where_nothing_is_clipped(name):
    device = devices.make(name, 1.0)
    room = device.room(-0.5, 0.7)
    assert 0 < room <= 0.3 / 1.0 + 1e-12 or name != "constant-step"
    w = np.array([-0.5, 0.7])
    for D in (room, -room):
        q = device.q_plus(w) if D > 0 else device.q_minus(w)
        assert np.all(np.abs(w + D * q) <= 1 + 1e-15)
    assert device.distortion(-0.5, 0.7, room) is not None
    assert device.distortion(-0.5, 0.7, room * 1.01) is None and device.distortion(-0.5, 0.7) is None
    assert device.room(-0.5, 1.0) == device.room(-0.5, 1.2) == 0
    assert abs(device.update(np.array(0.7), np.array(50.0))) == 1 and device.confined


def test_soft_bounds_have_room_for_any_increment():
    assert devices.make("power", 1.0).room(-0.5, 0.7) == math.inf
    assert devices.make("shifted-linear", 1.0).confined is False


@pytest.mark.parametrize(
    ("name", "parameters", "steepness"),
    [
        ("ald", {}, 1.0),
        ("power", {"exponent": 3.0}, 4.0),
        ("power", {"exponent_up": 1.0, "exponent_down": 2.0}, 2.0),
        ("power", {"exponent": 0.5}, None),
        ("shifted-linear", {"up": 0.7, "down": 1.2}, 1.2),
        ("exponential", {"curvature": 1.0}, 1 / (1 - math.exp(-1))),
        ("pulse-train", {}, 1.0),
        ("constant-step", {}, None),
    ],
)
def test_responses_are_below_a_multiple_of_the_linear_ones(name, parameters, steepness):
    device = devices.make(name, 2.0, **parameters)
    found = device.steepness()
    assert found == pytest.approx(steepness, rel=1e-15) if steepness else found is None
    if found is None:
        return
    w = np.linspace(-2, 2, 401)
    assert np.all(device.q_plus(w) <= found * (1 - w / 2) * (1 + 1e-14) + 1e-15)
    assert np.all(device.q_minus(w) <= found * (1 + w / 2) * (1 + 1e-14) + 1e-15)
    for D in (2 / found, -2 / found):
        assert np.all(np.abs(device.update(w, np.full(401, D))) <= 2 * (1 + 1e-14))
    beyond = device.update(w, np.full((2, 1), 2.2 / found) * np.array([[1.0], [-1.0]]))
    assert device.confined or np.max(np.abs(beyond)) > 2 or name == "power"


def test_l_and_the_floor_are_those_of_gamma_rounded_up():
    for gamma in (0.0, 1e-9, 0.1, 0.3, 0.7, 0.999):
        found = Distortion(gamma, 1.0)
        with mp.workdps(60):
            ratio, floor = mp.atanh(mpf(gamma)), mpf(gamma) ** 2 / (1 - mpf(gamma) ** 2)
            assert ratio <= found.log_ratio <= ratio * (1 + 4 * ROUNDING) and floor <= found.floor <= floor * (
                1 + 4 * ROUNDING
            )
            assert abs(mp.sinh(ratio) ** 2 - floor) <= 1e-40
    assert Distortion(1.0, 1.0).log_ratio == Distortion(1.5, 1.0).floor == math.inf


@given(ranges())
@settings(deadline=None)
def test_the_local_distortion_is_the_one_of_the_range_at_its_worst(found):
    device, up, down, low, high = found
    w = np.linspace(low, high, 11)
    local = device.local_distortion(w)
    distortion = device.distortion(low, high, small(device, low, high))
    assert np.all(np.abs(local) <= distortion.gamma + 1e-14)
    with mp.workdps(60):
        x = mpf(w[3]) / device.tau
        assert local[3] == pytest.approx(float((down(x) - up(x)) / (down(x) + up(x))), abs=1e-14)


@given(made())
@settings(deadline=None)
def test_at_the_symmetric_point_pulses_are_equally_strong(found):
    device, *_ = found
    point = device.symmetric_point()
    at = np.array([-device.tau, device.tau])
    leaning = device.q_plus(at) - device.q_minus(at)
    if point is None:
        assert leaning[0] <= 0 or leaning[1] > 0
        return
    assert abs(point) <= device.tau
    near = np.nextafter(point, [-math.inf, math.inf]) if point else np.array([0.0, 0.0])
    gap = device.q_plus(near) - device.q_minus(near)
    few = 64 * ROUNDING * float(np.max(device.q_plus(near) + device.q_minus(near)))
    slope = 4 * abs(float(leaning[0] - leaning[1]))  # what one bit of the weight may change
    assert gap[0] >= -few - slope * 1e-15 and gap[1] <= few + slope * 1e-15


def test_a_law_that_balls_cannot_take_is_answered_for_by_its_floats_somewhat_wider():
    class Cubed(devices.MonotoneResponses):
        name = "cubed"

        def q_plus(self, w):
            return np.array([math.exp(-float(one)) for one in np.ravel(w)]).reshape(np.shape(w))

        def q_minus(self, w):
            return np.array([math.exp(float(one)) for one in np.ravel(w)]).reshape(np.shape(w))

    class Refused(Cubed, devices.MonotoneResponses):
        name = "refused"

        def q_plus(self, w):
            return np.array([self.help(float(one)) for one in np.ravel(w)]).reshape(np.shape(w))

        def help(self, x):
            return math.exp(-x)

    exact = (1 - math.exp(-2)) / (1 + math.exp(-2))
    for kind in (Cubed, Refused):
        found = kind(2.0).distortion(-1, 1)
        assert exact < found.gamma < exact + 1e-14


@pytest.mark.parametrize("value", [1.0, 1 / 3, -0.7, 5e-9])
def test_a_float_stands_for_all_that_is_within_eight_roundings_of_it(value):
    """Each arithmetic operation errs by at most 2^-53 of its result; a law of up to eight of them is covered."""
    with precise():
        off = (8 * Fraction(ROUNDING)) * abs(Fraction(value))
        low, high = Fraction(below(widened(value))), Fraction(above(widened(value)))
        assert low <= Fraction(value) - off and Fraction(value) + off <= high
        assert high - low <= 2 * off + 4 * Fraction(math.ulp(value))


def test_ends_of_balls_are_rounded_outward():
    with precise():
        third = ball(Fraction(1, 3))
        assert Fraction(below(third)) < Fraction(1, 3) < Fraction(above(third))
        assert above(third) == math.nextafter(below(third), 1)
        assert above(ball(0.1)) == below(ball(0.1)) == 0.1
        assert above(ball(Fraction(10) ** 400)) == math.inf and below(-ball(Fraction(10) ** 400)) == -math.inf
        assert below(ball(Fraction(10) ** 400)) == math.nextafter(math.inf, 0)
        assert above(ball(math.inf)) == math.inf and below(ball(-math.inf)) == -math.inf
        assert above(ball(Fraction(1, 10**400))) == math.ulp(0.0) and below(ball(Fraction(1, 10**400))) == 0


def test_a_gamma_a_few_bits_too_small_is_noticed():
    """The planted faults: one part in 1e13, and four bits of gamma."""
    device, up, down = LAWS["power"](lambda _: 1.3, 1.0)
    found = device.distortion(-0.4, 0.4)
    with mp.workdps(60):
        least, most = brute_force(device, up, down, -0.4, 0.4)
        for gamma in (found.gamma * (1 - 1e-13), found.gamma - 4 * math.ulp(found.gamma)):
            assert mpf(found.gain) * (1 + mpf(gamma)) < most or mpf(found.gain) * (1 - mpf(gamma)) > least
