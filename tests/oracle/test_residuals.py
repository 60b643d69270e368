"""The comparison itself: how often it is wrong on planted truths, and whether it sees what it says it sees."""

import numpy as np
import pytest

from tests.oracle.residuals import LEVEL, POWER, TABLES, Family, Residuals

ROWS = 50
FAMILY = Family(rows=ROWS, comparisons=1)


def residuals(measured: np.ndarray, freedom: float = np.inf, **more: float) -> Residuals:
    return Residuals("planted", measured, np.zeros(len(measured)), np.ones(len(measured)), FAMILY, freedom, **more)


def test_a_right_law_is_rejected_no_more_often_than_stated() -> None:
    rng = np.random.default_rng(1)
    rejected = sum(not residuals(rng.standard_normal(ROWS)).agrees for _ in range(8000))
    share = LEVEL / TABLES
    assert rejected <= 8000 * share + 4 * np.sqrt(8000 * share)
    assert rejected > 0


def test_errors_of_few_seeds_need_student() -> None:
    """With three degrees of freedom the normal's quantile would reject far too often; Student's does not."""
    rng = np.random.default_rng(2)
    z = rng.standard_t(3, (4000, ROWS))
    share = LEVEL / TABLES / 2
    assert sum(bool(residuals(row, 3.0).rows_that_reject) for row in z) <= 4000 * share + 4 * np.sqrt(4000 * share)
    assert sum(bool(residuals(row).rows_that_reject) for row in z) > 1000


@pytest.mark.parametrize("freedom", [np.inf, 7.0])
def test_the_smallest_discrepancy_seen_is_seen(freedom: float) -> None:
    rng = np.random.default_rng(3)
    noise = rng.standard_normal(4000) if np.isinf(freedom) else rng.standard_t(freedom, 4000)
    one = residuals(np.zeros(1), freedom)
    seen = sum(bool(residuals(one.seen + value, freedom).rows_that_reject) for value in noise) / 4000
    assert abs(seen - POWER) < 4 * np.sqrt(POWER * (1 - POWER) / 4000)


def test_a_small_fault_in_every_row_shows_in_the_sum() -> None:
    found = residuals(np.tile([2.0, -2.0], ROWS // 2))
    assert not found.rows_that_reject and found.sum_rejects and not found.agrees
    assert not residuals(np.tile([2.0, -2.0], ROWS // 2), 7.0).sum_rejects, "errors known badly are not summed"


def test_a_row_without_error_allows_rounding_and_nothing_else() -> None:
    exact = Residuals("exact", np.array([1.0, 1.0]), np.array([1.0, 1.0 + 2e-8]), np.zeros(2), FAMILY, rounding=1e-8)
    assert exact.z.tolist() == [0.0, -np.inf] and exact.rows_that_reject == 1
