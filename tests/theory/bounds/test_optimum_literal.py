"""The search for the best multiplier, step by step, on functions made up so that every place is known."""

from itertools import count

import pytest
import sympy
from flint import arb

from theory.bounds import optimum
from theory.bounds.arithmetic import ball, ball_function, precise
from theory.bounds.optimum import Search

CLOSE = 2.0**-100
MOST = 30_000
"""More often than any search here needs it, G is not asked for."""


@pytest.fixture(autouse=True)
def _bits():
    with precise(320):
        yield


A, mu, theta = sympy.symbols("A mu theta", real=True)
QUADRATIC = A / 2 + 3 + (mu - 2) ** 2
"""A <= A/2 + 3 + (mu - 2)^2: at most 6, by the multiplier 2."""


def search(right, top=4, share=None) -> Search:
    """The search for G = `right`, with its pole at `top`; `share` is the best theta, in A and mu."""
    compiled = ball_function([right * sympy.S.One, (share or 0) * sympy.S.One], [A, mu, theta])
    calls = count()

    def value(unknown, weight, shares):
        assert next(calls) < MOST, "the search does not end"
        return ball(compiled(unknown, weight, *shares, *[arb(1)][len(shares) :])[0])

    def best_share(unknown, weight):
        return [] if share is None else [ball(compiled(unknown, weight, arb(1))[1])]

    return Search(right=value, share=best_share, top=arb(top))


def near(found, expected, close=CLOSE) -> bool:
    return bool(abs(found - expected) <= close)


# Slopes


@pytest.mark.parametrize(("bits", "half"), [(320, 160), (321, 160), (640, 320)])
def test_difference_quotients_leave_half_of_the_bits(bits, half):
    with precise(bits):
        assert optimum.nudged() == arb(2) ** -half


def test_a_fall_is_told_apart_while_its_cube_leaves_100_bits():
    assert optimum.settled(arb(2) ** -73) and not optimum.settled(arb(2) ** -74)
    with precise(1000):  # 2^-900 is no more than what must be left
        assert optimum.settled(arb(2) ** -299) and not optimum.settled(arb(2) ** -300)


def test_multipliers_are_told_apart_near_0_and_near_the_pole():
    one = search(QUADRATIC)
    for mu, place in ((arb(1), arb(1) / 3), (arb(3), arb(3)), (arb(2), arb(1)), (4 - arb(2) ** -30, arb(2) ** 32 - 1)):
        assert near(one._place(mu), place, 2.0**-60) and near(one._multiplier(place), mu)
    for beyond in (4, 5, 1000):
        assert one._place(arb(beyond)) == 1, "what is not below the pole is put half-way"


def test_the_least_multiplier_is_small_also_beside_the_pole():
    least = arb(2) ** -60
    for top, place in (
        (arb(4), least / (4 - least)),
        (1.5 * least, arb(1)),
        (least / 1024, arb(1)),
        (8 * least, arb(1) / 7),
    ):
        assert near(search(QUADRATIC, top)._smallest, place, place * CLOSE)


def test_the_slope_in_the_unknown_is_the_derivative():
    square = search(A**2)
    assert near(square._rise(arb(3), arb(1), [], arb(9)), 6)
    mixed = search(mu * A + theta * A)
    assert near(mixed._rise(arb(3), arb(5), [arb(7)], arb(36)), 12)


def test_the_slope_in_the_multiplier_is_taken_to_either_side_at_one_share():
    """d mu/d log s = mu (top - mu)/top, which is 1 at mu = 2 and 3/4 at mu = 3 for top = 4."""
    assert near(search(mu)._slope(arb(5), arb(1)), 1)
    assert near(search(mu)._slope(arb(5), arb(3)), 0.75)
    assert near(search(A * mu**2)._slope(arb(5), arb(1)), 20)
    corner = search(sympy.Abs(mu - 2))
    assert near(corner._slope(arb(5), arb(1)), 1) and near(corner._slope(arb(5), arb(1), left=True), -1)
    shared = search(theta * mu, share=A * mu)
    assert near(shared._slope(arb(3), arb(1)), 6)


def test_a_corner_is_where_it_falls_before_and_does_not_fall_after():
    def at_one(right):
        one = search(right)
        return one._at_kink(arb(1), one._place(arb(1)))

    assert at_one(sympy.Abs(1 - mu))
    assert at_one(7), "flat on both sides"
    assert at_one(sympy.Max(1 - mu, 0)), "flat after"
    assert at_one(sympy.Max(mu - 1, 0)), "flat before"
    assert not at_one(mu)
    assert not at_one(-mu)


# Brackets


def test_a_bracket_grows_ever_faster_to_either_side():
    """Least at mu = 2, place 1; steps by the factors 2, 4, 16, ... for a guess that may be off by its own size."""
    one = search((mu - 2) ** 2)
    for start, ends in ((0.25, [0.5, 2]), (4, [0.5, 2]), (0.75, [0.75, 1.5]), (1.5, [0.75, 1.5]), (40, [5 / 16, 5])):
        assert one._bracket(arb(5), arb(start), arb(1)) == [arb(end) for end in ends]
    low, high = one._bracket(arb(5), arb(1) / 2, arb(0))  # 1 + 2^-40, squared again and again
    assert near(low * high, (1 + arb(2) ** -40) ** 0, 10) and low < 1 < high


def test_a_bracket_starts_narrow_where_the_guess_is_good():
    one = search((mu - 2) ** 2)
    narrow = 1 + arb(2) ** -40
    low, high = one._bracket(arb(5), arb(1), arb(0))
    assert near(low, 1 / narrow) and high == 1
    below = (1 - arb(2) ** -42).mid()
    low, high = one._bracket(arb(5), below, arb(0))
    assert low == below and near(high, below * narrow)


def test_a_bracket_grows_by_no_more_than_2_to_the_32():
    """From 2^-100 on: 1, 2, 4, 8, 16 and 32 binary orders, and 32 again."""
    one = search((mu - 2**39) ** 2, top=2**40)
    low, high = one._bracket(arb(5), arb(0), arb(1))
    assert near(low * arb(2) ** 5, 1, 2.0**-50) and near(high * arb(2) ** -27, 1, 2.0**-50)


def test_where_g_rises_from_the_end_on_the_end_is_best():
    one = search(mu)
    assert one._bracket(arb(5), arb(1), arb(1)) == [one._smallest]
    assert one._bracket(arb(5), arb(0), arb(1)) == [one._smallest]
    flat = search(1)
    assert flat._bracket(arb(5), arb(3), arb(1)) == [flat._smallest]
    falling = search((mu - 2) ** 2)
    low, high = falling._bracket(arb(5), arb(0), arb(1))
    assert falling._smallest < low < 1 < high


class Scripted(Search):
    """A search that is told the slopes, and notes the places."""

    def __init__(self, *slopes, right=QUADRATIC):
        one = search(right)
        super().__init__(right=one.right, share=one.share, top=one.top)
        self.slopes, self.places = [arb(slope) for slope in slopes], []

    def _slope(self, _, place, **__):
        self.places.append(place)
        return self.slopes.pop(0)


@pytest.mark.parametrize(
    ("ends", "slopes", "places"),
    [
        # the line from (1, -1) to (2, 9) is 0 at 11/10; the third on one side halves the other end: 9, 9, 4.5, 2.25
        ((1, 2), (-1, 9, -1, -1, -1, -1, 0), [1.1, 1.19, (1.19 * 4.5 + 2) / 5.5, None, None]),
        ((1, 2), (-9, 1, 1, 1, 1, 0), [1.9, 1.81, (1 + 1.81 * 4.5) / 5.5, None]),
        # after a change of sides nothing is halved until the second on the new side
        ((1, 2), (-1, 9, -1, -1, 4.5, -1, 0), [1.1, 1.19, 7.355 / 5.5, (1.19 * 4.5 + 7.355 / 5.5) / 5.5, None]),
        ((1, 16), (-1, 1, 0), [4.0]),  # the middle of a wide bracket, in orders
        ((1, 2), (-1, 0, 0), [1.5]),  # the line meets 0 at an end: the middle instead
        ((1, 2), (0, 1, 0), [1.5]),
        ((3, 6), (-1, 2, 0), [4.0]),  # a bracket of a factor of 2 is not wide
    ],
)
def test_places_between_are_those_of_false_position_with_halvings(ends, slopes, places):
    one = Scripted(*slopes)
    found = one._between(arb(5), arb(ends[0]), arb(ends[1]), arb(2) ** -70)
    assert one.places[:2] == [arb(ends[0]), arb(ends[1])] and found == one.places[-1]
    for place, expected in zip(one.places[2:], places, strict=True):
        assert expected is None or near(place, expected, 1e-14)
    assert not one.slopes


@pytest.mark.parametrize(("slope", "enough"), [(0.25, True), (-0.25, True), (0.26, False), (-0.26, False)])
def test_it_ends_where_what_is_left_is_worth_no_more(slope, enough):
    """In the bracket [2, 4], 2 wide, a slope of 1/4 may cost 1/2: 1/4 of the lower end."""
    one = Scripted(-1, 1, slope, 0)
    assert one._between(arb(5), arb(2), arb(4), arb(0.25)) == one.places[-1]
    assert len(one.slopes) == (1 if enough else 0)


def test_after_the_last_halving_the_middle_is_returned(monkeypatch):
    monkeypatch.setattr(optimum, "_HALVINGS", 1)
    assert Scripted(-1, 1, 1)._between(arb(5), arb(1), arb(2), arb(0)) == 1.25


class Told(Scripted):
    """A search that is told where the bracket is and whether there is a corner, and notes what it asks."""

    def __init__(self):
        super().__init__()
        self.bracket, self.kink, self.asked = [], True, []

    def _bracket(self, *given):
        self.asked.append(("bracket", *given))
        return self.bracket

    def _at_kink(self, *given):
        self.asked.append(("kink", *given))
        return self.kink

    def _between(self, *given):
        self.asked.append(("between", *given))
        return arb(99)


def test_the_least_is_the_end_or_the_corner_or_between():
    """The corner is mu = 1, the place 1/3 for the pole at 4."""
    told, third = Told(), (arb(1) / 3).mid()
    told.bracket = [arb(1)]
    assert told._least(arb(5), arb(7), arb(8), arb(9)) == 1 and told.asked == [("bracket", 5, 7, 8)]
    for ends, kink, found, last in (
        ([0.25, 0.5], True, third, ("kink", 5, third)),
        ([third, 0.5], True, third, ("kink", 5, third)),
        ([0.25, third], True, third, ("kink", 5, third)),
        ([0.25, 0.5], False, 99, ("between", 5, 0.25, 0.5, 9)),
        ([0.4, 0.5], True, 99, ("between", 5, 0.4, 0.5, 9)),
        ([0.2, 0.3], True, 99, ("between", 5, 0.2, 0.3, 9)),
    ):
        told.bracket, told.kink = [arb(end) for end in ends], kink
        assert told._least(arb(5), arb(7), arb(8), arb(9)) == found and told.asked[-1] == last
    told.bracket, told.top = [arb(0.25), arb(2)], arb(1)  # mu = 1 is no multiplier
    assert told._least(arb(5), arb(7), arb(8), arb(9)) == 99


# The whole search


def test_the_end_is_best_where_g_does_not_fall_from_it():
    least = arb(2) ** -60
    found = search(A / 2 + 3 + mu)._at_end(arb(1))
    assert near(found.unknown, 6 + 2 * least) and near(found.multipliers[0], least) and found.settled
    flat = search(A / 2 + 3 + theta, share=sympy.Rational(1, 2))
    found = flat._at_end(arb(1))
    assert near(found.unknown, 7) and found.multipliers[1:] == [0.5]
    bent = search(2 * sympy.sqrt(A) + mu)._at_end(arb(9))
    assert near(bent.unknown, 4 + 2 * least, 2.0**-70), "sqrt(A) = 1 + sqrt(1 + mu)"


@pytest.mark.parametrize(
    "right",
    [
        A / 2 + 3 - mu,
        2 * A + 1 + mu,
        A + 1 + mu,
        A / 2 - 3 + mu,
    ],
)
def test_the_end_proves_nothing_where_g_falls_from_it_or_meets_no_a(right):
    assert search(right)._at_end(arb(1)) is None


def test_what_is_hardly_a_fall_is_not_settled():
    part = sympy.Rational(1, 2**80)
    slow = search(A * (1 - part) + 3 * part + mu * part)
    found = slow._at_end(arb(1))
    assert near(found.unknown, 3, 2.0**-50) and not found.settled
    found = search(A * (1 - part) + (3 + (mu - 2) ** 2) * part).best(arb(1), arb(1))
    assert near(found.unknown, 3, 2.0**-50) and not found.settled


@pytest.mark.parametrize("start", [1e-6, 1.0, 6.0, 1e6])
@pytest.mark.parametrize("guess", [1e-3, 1.0, 3.9, 50.0])
def test_the_best_multiplier_of_a_parabola_is_its_vertex(start, guess):
    found = search(QUADRATIC).best(arb(start), arb(guess))
    assert near(found.unknown, 6, 2.0**-60) and near(found.multipliers[0], 2, 2.0**-25)
    assert found.settled and len(found.multipliers) == 1


def test_shares_are_asked_at_the_multiplier_and_kept():
    shared = search(QUADRATIC + theta, share=mu / 8)
    found = shared.best(arb(1), arb(1))  # the share counts as the best for its mu: G has no slope through it
    assert near(found.unknown, 6.5, 2.0**-60) and near(found.multipliers[1], 0.25, 2.0**-25)


def test_a_corner_is_found_exactly():
    found = search(A / 2 + 3 + sympy.Abs(mu - 1)).best(arb(1), arb(3))
    assert near(found.unknown, 6, 2.0**-90) and near(found.multipliers[0], 1, 2.0**-90)


def test_the_end_is_found():
    found = search(A / 2 + 3 + mu).best(arb(1), arb(1))
    assert near(found.unknown, 6 + arb(2) ** -59) and near(found.multipliers[0], arb(2) ** -60)


@pytest.mark.parametrize("start", [1e-3, 0.01, 1.0, 100.0])
def test_below_where_g_rises_faster_than_a_the_search_goes_up(start):
    found = search(2 * sympy.sqrt(A) + (mu - 2) ** 2).best(arb(start), arb(1))
    assert near(found.unknown, 4, 2.0**-60) and near(found.multipliers[0], 2, 2.0**-20)


@pytest.mark.parametrize(
    "right",
    [
        A + 1 + (mu - 2) ** 2,
        2 * A + (mu - 2) ** 2,
        A / 2 - 3 + (mu - 2) ** 2,
    ],
)
def test_where_no_multiplier_proves_anything_none_is_found(right):
    assert search(right).best(arb(1), arb(1)) is None


class Noting(Scripted):
    """A search that is told the best places, the last one for good, and notes what it asks."""

    def __init__(self, *places, right=QUADRATIC, end=None):
        super().__init__(right=right)
        self.told, self.end, self.asked, self.ends = [arb(place) for place in places], end, [], []

    def _least(self, *given):
        self.asked.append(given)
        return self.told.pop(0) if len(self.told) > 1 else self.told[0]

    def _at_end(self, _):
        self.ends.append(len(self.asked))
        return self.end


def test_the_multiplier_is_looked_for_as_closely_as_it_is_worth():
    """A = 1, then 1 + (3.5 - 1)/(1/2) = 6, which moved by 5/6 of itself."""
    one = Noting(1)
    found = one.best(arb(1), arb(1))
    assert (found.unknown, found.multipliers, found.settled) == (6, [2], True)
    expected = [(1, arb(1) / 3, 1, arb(1) / 1024), (6, 1, arb(5) / 6, 6 * arb(0.5) * (arb(5) / 6) ** 2 / 1024)]
    for asked, wanted in zip(one.asked, expected, strict=True):
        assert all(near(got, value) for got, value in zip(asked, wanted, strict=True))


def test_where_g_rises_faster_than_a_it_looks_closer_and_then_starts_again_at_four_times_a():
    """A = 1/9 and 4/9 lie below 1, where 2 sqrt(A) rises by 1; from 16/9 on Newton's method goes to 16/3.

    The part that A - G is taken to fall by is 2^-10, 2^-20, ... down to 2^-160, what a difference quotient can tell.
    """
    one = Noting(1, right=2 * sympy.sqrt(A) + (mu - 2) ** 2)
    assert near(one.best(arb(1) / 9, arb(1)).unknown, 4, 2.0**-60)
    for at, unknown in ((0, arb(1) / 9), (16, arb(1) / 9), (17, arb(4) / 9), (33, arb(4) / 9), (34, arb(16) / 9)):
        assert near(one.asked[at][0], unknown), at
    for tries, asked in enumerate(one.asked[:17]):
        assert near(asked[3] / asked[0] * 1024, arb(2) ** (-10 * tries), arb(2) ** (-10 * tries) * CLOSE)
        assert asked[2] == 1
    assert near(one.asked[35][0], arb(16) / 3) and near(one.asked[35][2], arb(2) / 3)
    assert near(one.asked[35][3], arb(16) / 3 * arb(0.25) * (arb(2) / 3) ** 2 / 1024)


@pytest.mark.parametrize(
    ("factors", "asked"),
    [
        ([0.5, 0.5, 0.5, 1], [3]),
        ([0.5, 0.59, 0.5, 0.5, 0.5, 1], [3]),
        ([0.5, 0.5, 0.7, 0.5, 0.5, 0.5, 1], [6]),
        ([0.5, 0.5, 0.7, 0.5, 0.5, 1], []),
        ([0.61, 0.61, 0.61, 0.61, 1], []),
    ],
)
def test_multipliers_that_are_halved_three_times_in_a_row_go_to_the_end(factors, asked):
    places = [arb(1) / 3]
    for factor in factors:
        places.append(places[-1] * factor)
    one = Noting(*places[1:], right=A / 2 + 3 + mu)
    assert one.best(arb(1), arb(1)).unknown > 6 and one.ends == asked, "the end proves nothing: it goes on"
    there = Noting(*places[1:], right=A / 2 + 3 + mu, end="the end")
    assert (there.best(arb(1), arb(1)) == "the end") == bool(asked) and there.ends == asked


def test_the_search_ends_after_so_many_rounds(monkeypatch):
    monkeypatch.setattr(optimum, "_ROUNDS", 2)
    one = Noting(1, right=2 * sympy.sqrt(A) + (mu - 2) ** 2)
    assert one.best(arb(100), arb(1)) is None and len(one.asked) == 2
    assert search(2 * sympy.sqrt(A) + mu)._at_end(arb(100)) is None


def test_a_search_that_leaves_the_positive_numbers_is_given_up():
    """Newton on x/sqrt(1 + x^2), x = A - 1/4, goes from x = 0.9 to -0.9^3, A = -0.479; from 1/2 it comes down."""
    x = A - sympy.Rational(1, 4)
    bent = A - x / sympy.sqrt(1 + x**2)
    assert search(bent + mu)._at_end(arb(1.15)) is None
    assert near(search(bent + mu)._at_end(arb(0.75)).unknown, arb(0.25), 1e-15)
    assert search(bent + (mu - 2) ** 2).best(arb(1.15), arb(2)) is None
    assert near(search(bent + (mu - 2) ** 2).best(arb(0.75), arb(2)).unknown, arb(0.25))
