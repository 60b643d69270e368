"""What a theorem takes of a bin, by hand, and each number of it against its ceiling."""

from dataclasses import FrozenInstanceError, replace
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from verify.regions.level import SHARES, Level

EPS = float(np.finfo(float).eps)


def enclosed(**changes) -> SimpleNamespace:
    fields = {
        "L": 2.0, "least": 1.0, "slope": 3.0, "S": np.array([[1.0, 2], [3, 4]]), "variance": np.array([1.0, 2, 4, 8]),
        "share": np.array([0.0, 1, 0.5, 0.25]), "step": np.full(4, 0.5), "gradient": np.array([1.0, 2, 3, 4]),
        "fold": np.array([1.0, 1, 3, 4]),
    }  # fmt: skip
    return SimpleNamespace(**(fields | changes))


def made(change=(2.0, 1.0, 4.0, 8.0), sizes=(2, 2), **changes) -> Level:
    return Level.of(enclosed(**changes), np.array(change), sizes)


def test_numbers_by_hand():
    """(1 + share)^2 variance is 1, 8, 9, 12.5; share^2 fold 0, 1, 3/4, 1/4; share times what changes 0, 1, 2, 2."""
    found, given = made(), enclosed()
    assert (found.L, found.least, found.slope, found.rho) == (2, 1, 3, 1) and type(found.rho) is float
    exact = {"stages": np.array([9, 21.5]), "variance": 15.0, "T2": 2.0, "late": 85.0, "late_T2": 9.0}
    for name, value in exact.items():
        assert np.all(getattr(found, name) > value) and np.all(getattr(found, name) < value * (1 + 1e-13)), name
    assert np.array_equal(found.S, given.S) and np.array_equal(found.step, given.step)
    assert made(sizes=(1, 3)).stages == pytest.approx([1, 29.5], rel=1e-13)
    assert made(sizes=(1, 2, 1)).stages == pytest.approx([1, 17, 12.5], rel=1e-13)


def test_what_elements_with_larger_shares_add():
    """Squares of shares are 0, 1, 1/4, 1/16, those of the gradient 1, 4, 9, 16: three elements, and fewer."""
    assert SHARES.tolist() == [0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8]
    exact = [4 * (1 - s * s) + 9 * max(0.25 - s * s, 0) + 16 * max(0.0625 - s * s, 0) for s in SHARES.tolist()]
    assert exact[0] == 7.25 and exact[-1] == pytest.approx(1.44)
    found = made().excess
    assert np.all(found > exact) and np.all(found < np.array(exact) * (1 + 1e-13))


def test_a_share_that_is_one_of_those_counts_by_no_more_than_its_rounding():
    share = np.array([0.0, 0.3, 0.3, 0.3])
    found = made(share=share, gradient=np.ones(4)).excess
    assert np.all(found[:5] > 3 * (0.09 - SHARES[:5] ** 2) * (1 - 1e-12)) and 0 <= found[5] < 3e-15
    assert not np.any(found[6:])


def test_no_rounding_makes_the_excess_smaller_than_it_is():
    """Shares a few units beside those that are looked at, against fractions: what is left of a difference is exact."""
    rng, least = np.random.default_rng(3), 0
    for _ in range(40):
        share = rng.choice(SHARES[1:], 6) * (1 + rng.integers(-3, 4, 6) * EPS)
        gradient = rng.uniform(0.5, 2, 6)
        found = Level.of(
            enclosed(share=share, gradient=gradient, variance=np.ones(6), fold=np.ones(6), step=np.ones(6)),
            np.zeros(6),
            (3, 3),
        )
        for s, number in zip(SHARES.tolist(), found.excess.tolist(), strict=True):
            pairs = zip(share.tolist(), gradient.tolist(), strict=True)
            exact = sum(max(Fraction(one) ** 2 - Fraction(s) ** 2, 0) * Fraction(g) ** 2 for one, g in pairs)
            assert exact <= number <= float(exact) * (1 + 1e-13) + 1e-13
            least += 0 < exact < 1e-13
    assert least > 10  # of which all is a difference of a few units


def test_sums_pay_for_the_rounding_of_each_term():
    ones = np.ones(400)
    found = Level.of(enclosed(variance=ones, share=ones, step=ones, gradient=ones, fold=ones), ones, (200, 200))
    least = 1 + 0.5 * 400 * EPS
    assert np.all(found.stages >= 800 * least) and min(found.variance, found.T2) >= 400 * least
    assert min(found.late, found.late_T2) >= 400 * least and found.excess[0] >= 400 * least


PLACES = [
    ("L", ()), ("slope", ()), ("S", (0, 0)), ("S", (0, 1)), ("S", (1, 0)), ("S", (1, 1)), ("rho", ()), ("stages", 0),
    ("stages", 1), ("variance", ()), ("T2", ()), ("late", ()), ("late_T2", ()), ("least", ()),
    ("excess", 0), ("excess", 9),
]  # fmt: skip


@pytest.mark.parametrize(("name", "place"), PLACES)
def test_each_number_alone_passes_its_ceiling_and_equal_is_not_beyond(name, place):
    ceiling = made()
    assert ceiling.within(ceiling) is True and made().within(ceiling) is True
    for direction, within in ((np.inf, name == "least"), (-np.inf, name != "least")):
        number = np.array(getattr(ceiling, name), dtype=float)
        number[place] = np.nextafter(number[place], direction)
        assert replace(ceiling, **{name: number if number.ndim else float(number)}).within(ceiling) is within


def test_what_is_no_number_is_beyond_and_steps_have_no_ceiling():
    ceiling = made()
    for name in ("L", "least", "slope", "rho", "variance", "T2", "late", "late_T2"):
        assert not replace(ceiling, **{name: np.nan}).within(ceiling)
    assert replace(ceiling, step=np.full(4, 99.0)).within(ceiling)


def test_it_stays_so():
    one = made()
    with pytest.raises(FrozenInstanceError):
        one.L = 0.0
    assert one == one and one != replace(one) and len({one, replace(one)}) == 2
