"""The noise of rows at random is bounded on a box of weights: attacked at random weights and at corners, exactly."""

from fractions import Fraction
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulate import problems
from simulate.problems.row_noise import VarianceForm


def _problem(folder: Path, name: str, features: int, *, rows: int = 40, **more: object) -> problems.Problem:
    rng = np.random.default_rng(features)
    x, y = rng.normal(size=(rows, features)) * rng.uniform(0.1, 3, features), rng.normal(size=rows)
    np.savez(folder / "rows.npz", x=x, y=(y > 0).astype(int) if name == "logistic" else y)
    return problems.make(name, stages=2, data=str(folder / "rows.npz"), **more)


def _spread(problem: problems.Problem, flat: np.ndarray) -> np.ndarray:
    """Return the variance of each stage's gradient at some weights."""
    return np.array([float(np.sum(part)) for part in problem.moments(problem.split(flat)).variance])


@pytest.mark.parametrize("reach", [0.0, 1e-3, 0.5, 20.0])
@pytest.mark.parametrize("features", [3, 9, 15])
@pytest.mark.parametrize("name", ["least-squares", "logistic"])
def test_no_weights_in_the_box_vary_more(name: str, features: int, reach: float, tmp_path: Path) -> None:
    rng, best = np.random.default_rng(5), 0.0
    for more in ({}, {"batch": 3, "noise": 0.3}, {"intercept": True, "standardise": True}):
        problem = _problem(tmp_path, name, features, **more)
        found, size = problem.noise_within(reach, (2, 1)), problem.dimension
        corners = rng.choice([-reach, reach], size=(300, size))
        aligned = reach * np.sign(problem.features)  # large sums
        inside = rng.uniform(-reach, reach, size=(100, size))
        for flat in (*corners, *aligned, *-aligned, *inside):
            ratio = _spread(problem, flat).sum() / found["sigma2"]
            assert ratio <= 1
            best = max(best, ratio)
        delay = problem.facts((2, 1)).values
        assert found["nu"] <= delay["Lambdah"] * np.sqrt(found["sigma2"]) * (2**0.5)
    assert best > 0.3


def test_the_bound_of_few_weights_is_the_largest_corner(tmp_path: Path) -> None:
    problem = _problem(tmp_path, "least-squares", 6)
    largest = max(_spread(problem, 2.0 * np.array(signs)).sum() for signs in product((-1, 1), repeat=6))
    assert largest <= problem.noise_within(2.0, (0, 0))["sigma2"] <= largest * (1 + 1e-10)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_exactly_of_integers(data: st.DataObject) -> None:
    """The variance at a corner in rational numbers: rounding of the bound is on its side, sums that cancel included."""
    size, scale = data.draw(st.integers(1, 3)), data.draw(st.sampled_from([1, 10**3, 10**7]))
    row = st.lists(st.integers(-9, 9), min_size=size + 1, max_size=size + 1)
    shift = data.draw(st.integers(-5, 5)) * scale  # far from 0 the two parts of the form cancel
    rows = [[shift + value for value in one] for one in data.draw(st.lists(row, min_size=2, max_size=6))]
    table = np.array(rows, dtype=float)
    form = VarianceForm.of(table[:, :-1], table[:, -1], slice(0, size))
    reach = data.draw(st.integers(0, 4))
    bound = Fraction(form.largest(1.0, float(reach)))
    for signs in product((-reach, reach), repeat=size):
        gradients = [
            [a * (sum(w * b for w, b in zip(signs, one, strict=False)) - one[-1]) for a in one[:-1]] for one in rows
        ]
        means = [Fraction(sum(column), len(rows)) for column in zip(*gradients, strict=True)]
        exact = sum(
            Fraction(sum(v * v for v in column), len(rows)) - mean**2
            for column, mean in zip(zip(*gradients, strict=True), means, strict=True)
        )
        assert exact <= bound


@pytest.mark.parametrize("name", ["least-squares", "logistic"])
def test_what_is_not_of_rows_at_random_or_has_no_end_is_not_bounded(name: str, tmp_path: Path) -> None:
    assert _problem(tmp_path, name, 3).noise_within(np.inf, (0, 0)) == {}
    assert _problem(tmp_path, name, 3, sampling="full").noise_within(1.0, (0, 0)) == {}
    assert problems.make("quadratic", stages=2).noise_within(1.0, (0, 0)) == {}


def test_a_number_too_large_is_no_bound(tmp_path: Path) -> None:
    assert _problem(tmp_path, "least-squares", 3).noise_within(1e300, (0, 0)) == {}


def test_the_logistic_bound_on_a_box_is_below_that_of_all_weights(tmp_path: Path) -> None:
    problem = _problem(tmp_path, "logistic", 4)
    whole = problem.facts((2, 1)).values
    near, far = problem.noise_within(1e-6, (2, 1)), problem.noise_within(1e6, (2, 1))
    assert near["sigma2"] == pytest.approx(whole["sigma2"] / 4, rel=1e-4) and near["nu"] < whole["nu"] / 1.9
    assert far == pytest.approx({"sigma2": whole["sigma2"], "nu": whole["nu"]})
