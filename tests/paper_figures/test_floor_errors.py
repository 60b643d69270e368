"""The floor figure: observed floors and their standard errors, against numbers worked out by hand."""

import math

import numpy as np
import pytest

from paper_figures import floor_against_saturation as figure
from paper_figures.runs import Request, StoredRun

LATE = np.array([[0.0, 1.0, 3.0, 6.0], [2.0, 3.0, 5.0, 8.0]])
"""Four replicas over the second half of a run: their means are 1, 2, 4, 7, with mean 7/2 and variance 21/3 = 7."""


def stored(late: np.ndarray, sigma2: float = 1.0) -> StoredRun:
    early = np.full_like(late, 1e6)  # the transient, which must not count
    arrays = {"curve_squared_gradient": np.vstack([early, late]), "curve_times": np.arange(2.0 * len(late))}
    arrays |= {"max_saturation": np.array([0.2, 0.5, 0.3, 0.1]), "weighted_square_saturation": np.full(4, 0.08)}
    return StoredRun("key", arrays, {"constants": {"sigma2": sigma2}})


def test_the_standard_error_is_that_of_the_mean_over_independent_replicas() -> None:
    found = figure.observed(stored(LATE))
    assert found == {"observed": 3.5, "standard_error": pytest.approx(math.sqrt(7 / 4), rel=1e-15)}
    # points of time are not independent: writing each down twice is no more evidence
    assert figure.observed(stored(np.repeat(LATE, 2, axis=0))) == found
    # sixteen replicas that scatter in the same way: sum of squares 4 * 21, over 15, over 16
    more = figure.observed(stored(np.tile(LATE, (1, 4))))
    assert more == {"observed": 3.5, "standard_error": pytest.approx(math.sqrt(84 / 15 / 16), rel=1e-15)}


def test_of_an_odd_number_of_bins_the_middle_one_counts() -> None:
    run = stored(LATE)
    run.arrays["curve_squared_gradient"] = np.vstack([np.full((2, 4), 1e6), np.full((1, 4), 10.0), LATE])  # type: ignore[index]
    assert figure.observed(run)["observed"] == pytest.approx((10 + 2 * 3.5) / 3, rel=1e-15)


class Planted:
    """Sources whose runs scatter by an amount that names the run: its step, its tau and its noise."""

    quick = True

    def scale(self, request: Request) -> float:
        return (
            request.alpha
            * request.tau
            * (1 + request.problem.settings.get("sigma", 0) + request.problem.settings.get("start", 0))
        )

    def run(self, request: Request) -> StoredRun:
        return stored(self.scale(request) * LATE, request.problem.settings.get("sigma", 1.0) ** 2)


def test_every_point_of_the_figure_has_the_error_of_its_own_run() -> None:
    sources = Planted()
    data = figure.compute(sources)  # type: ignore[arg-type]
    drawn = [
        *((e, figure.attaining(e["rho"], True, e["problem"])) for e in data["instances"]),
        *zip(data["quadratic"], (figure.quadratic(tau, True) for tau in figure.LEVELS), strict=True),
        *zip(data["noises"], (figure.quadratic(figure.TAU, True, sigma=s) for s in figure.NOISES), strict=True),
        *zip(data["starts"], (figure.quadratic(figure.TAU, True, start=s) for s in figure.STARTS), strict=True),
    ]
    assert len(drawn) == 2 * len(figure.SATURATIONS) + len(figure.LEVELS) + len(figure.NOISES) + len(figure.STARTS)
    for point, request in drawn:
        assert point["observed"] == pytest.approx(3.5 * sources.scale(request), rel=1e-12)
        assert point["standard_error"] == pytest.approx(math.sqrt(7 / 4) * sources.scale(request), rel=1e-12)


def test_the_claims_of_the_caption_use_the_standard_error() -> None:
    """Two starts 3.9 and 4.1 standard errors of their difference apart: the first passes, the second does not."""
    data = figure.compute(Planted())  # type: ignore[arg-type]
    name = next(claim for claim in figure.claims(data) if "start" in claim)
    for apart, passes in ((3.9, True), (4.1, False)):
        for place, start in enumerate(data["starts"]):
            start |= {"observed": 1.0 + (place == 1) * apart * 5e-3, "standard_error": (3e-3, 4e-3, 4e-3)[place]}
        assert figure.claims(data)[name] is passes
