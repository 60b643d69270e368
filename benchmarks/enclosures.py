"""What it takes to enclose on one box all that a tube's bound asks for, beside eigenvalues of its Hessian's size.

The yardstick is `numpy.linalg.eigvalsh` of one symmetric matrix of as many rows as the network has weights, in the same
run. Boxes as `verify` judges the bins of a run that is followed: stale weights in the box and the one before.
"""

from typing import Final

import numpy as np

from benchmarks.measure import Row, best_time
from simulate import problems
from simulate.problems.network import Network
from verify.regions.network import Box, enclose_all, flat

SIZES: Final = ((4, 3), (4, 6), (8, 3), (8, 6))
SAMPLES, TOGETHER, WIDTH = 16, 24, 1e-3


def ratios(repeats: int) -> list[Row]:
    """Return one row a network: milliseconds a box, and its time as a multiple of that of the eigenvalues."""
    rows: list[Row] = []
    for stages, width in SIZES:
        problem = problems.make("network", stages=stages, width=width, samples=SAMPLES)
        assert isinstance(problem, Network)
        rng, centre = np.random.default_rng(0), flat(problem.initial_weights())
        boxes = [Box(at - WIDTH, at + WIDTH) for at in centre + 0.1 * rng.standard_normal((TOGETHER, len(centre)))]
        around = [box.widened(WIDTH) for box in boxes]
        table = rng.standard_normal((len(centre), len(centre)))

        def enclose(problem: Network = problem, around: list[Box] = around, boxes: list[Box] = boxes) -> None:
            enclose_all(problem, around, boxes, 2.0, 1e-3)

        enclose()  # compiles
        box = best_time(enclose, repeats) / TOGETHER
        eigenvalues = best_time(lambda table=table: np.linalg.eigvalsh(table + table.T), 4 * repeats)  # type: ignore[misc]
        rows.append({"of": f"({stages}, {width})", "weights": len(centre), "box": box, "ratio": box / eigenvalues})
    return rows


def text(rows: list[Row]) -> list[str]:
    """Return the table as lines of Markdown."""
    lines = ["", "| enclosures, (M, d) | weights | ms a box | times its eigenvalues |", "|---" * 4 + "|"]
    return lines + [f"| {row['of']} | {row['weights']} | {1e3 * row['box']:.2f} | {row['ratio']:.1f} |" for row in rows]
