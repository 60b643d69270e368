"""How far a law is from a table, in standard errors, and what the comparison could have seen.

All tables together are one family. Its level is split evenly over the tables; half of a table's share is split over
its rows (is any |z| too large?) and half over its comparisons (is a sum of z^2 too large?), by Bonferroni, which
needs no independence between tests. If every law is right and every error as stated, the chance that any of them
rejects is at most `LEVEL`. A sum of z^2 takes the errors of its rows to be independent and normal, so it is used only
where every error has many degrees of freedom.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from tests.oracle.tables import Array

LEVEL = 0.01
"""Family-wise level over all rows of all tables."""
TABLES = 4
POWER = 0.95
"""With this probability a discrepancy of `Residuals.seen` in a row rejects the law."""
NORMAL = 200
"""Degrees of freedom from which on a standard error is taken as known in a sum of squares."""


@dataclass(frozen=True)
class Family:
    """What is tested with one table: rows in all its comparisons with right laws, and the number of these."""

    rows: int
    comparisons: int


@dataclass(frozen=True)
class Residuals:
    """A table against a law: one entry a row, shape (rows,) each.

    Args:
        what: the compared quantity and the law.
        measured: the table's value.
        expected: the law's value.
        error: standard error of the difference; independent from row to row.
        family: what else is tested with this table.
        freedom: degrees of freedom of each error; inf where it is known.
        rounding: bound on what the arithmetic and the printing of either side may add, which is no matter of chance.

    """

    what: str
    measured: Array
    expected: Array
    error: Array
    family: Family
    freedom: Array | float = np.inf
    rounding: Array | float = 0.0

    @property
    def z(self) -> Array:
        """Return the differences in standard errors, after the allowance for rounding."""
        difference = self.measured - self.expected
        apart = np.maximum(np.abs(difference) - self.rounding, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(apart == 0, 0.0, np.copysign(apart / self.error, difference))

    @property
    def critical(self) -> Array:
        """Return the largest |z| that chance allows in each row, two-sided."""
        tail = LEVEL / TABLES / 2 / self.family.rows / 2
        return np.broadcast_to(np.asarray(stats.t.isf(tail, self.freedom)), self.measured.shape)

    @property
    def rows_that_reject(self) -> int:
        """Return the number of rows whose |z| is too large."""
        return int(np.sum(np.abs(self.z) > self.critical))

    @property
    def sum_rejects(self) -> bool:
        """Return whether the sum of z^2 is too large; False where errors are known too badly, or none."""
        if np.min(self.freedom) < NORMAL or not np.any(self.error):
            return False
        tail = LEVEL / TABLES / 2 / self.family.comparisons
        return bool(np.sum(self.z**2) > stats.chi2.isf(tail, len(self.z)))

    @property
    def agrees(self) -> bool:
        """Return whether neither a row nor the sum rejects the law."""
        return not (self.rows_that_reject or self.sum_rejects)

    @property
    def seen(self) -> Array:
        """Return the smallest discrepancy of each row that would have been seen with probability `POWER`."""
        return (self.critical + stats.t.isf(1 - POWER, self.freedom)) * self.error + self.rounding

    @property
    def worst(self) -> float:
        """Return the largest |z|."""
        return float(np.max(np.abs(self.z)))

    @property
    def root_mean_square(self) -> float:
        """Return the root of the mean of z^2; about 1 is expected of a right law."""
        return float(np.sqrt(np.mean(self.z**2)))

    @property
    def farthest(self) -> float:
        """Return the largest |measured - expected|."""
        return float(np.max(np.abs(self.measured - self.expected)))

    def line(self) -> str:
        """Return the comparison as one row of a table in Markdown; without errors, absolute differences."""
        if not np.any(self.error):
            allowed = float(np.max(self.rounding))
            off = f"{self.farthest:.1e}" if self.farthest > 1e-12 else "0"
            sizes = f"- | off by {off} | off by {allowed:.1e} | -"
        else:
            size = np.abs(self.measured)
            relative = float(np.median(self.seen[size > 0] / size[size > 0]))
            allowed = float(np.min(self.critical))
            sizes = f"{number(self.root_mean_square)} | {number(self.worst)} | {allowed:.2f} | {100 * relative:.2g} %"
        return f"| {self.what} | {len(self.measured)} | {sizes} | {self.verdict} |"

    @property
    def verdict(self) -> str:
        """Return the verdict in words."""
        if self.agrees:
            return "agrees"
        by = [f"{self.rows_that_reject} of {len(self.z)} rows"] if self.rows_that_reject else []
        return "**rejected** by " + " and ".join([*by, *(["the sum of z²"] if self.sum_rejects else [])])


HEAD = (
    "| compared | rows | rms of z | largest \\|z\\| | allowed | smallest seen, median | verdict |\n"
    "|---|---|---|---|---|---|---|"
)


def number(value: float) -> str:
    """Return a size in standard errors."""
    if np.isinf(value):
        return "∞"
    return f"{value:.2f}" if value < 100 else f"{value:.3g}"
