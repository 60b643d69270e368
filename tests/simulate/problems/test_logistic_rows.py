"""Logistic regression on data of one's own: `logistic` with a file, the same on every engine, with facts that hold."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import simulate
from boundary import BadInput
from simulate.problems import check, make, rebuild
from simulate.problems.logistic_rows import LogisticRows


@pytest.fixture
def data(tmp_path: Path) -> str:
    rng = np.random.default_rng(3)
    x = rng.standard_normal((30, 4))
    path = tmp_path / "data.csv"
    rows = [",".join(map(repr, map(float, row))) + f",{int(row[0] + 0.5 * row[1] > 0)}" for row in x]
    path.write_text("a,b,c,d,label\n" + "\n".join(rows), encoding="utf-8")
    return str(path)


KINDS = [
    {"sampling": sampling, "noise": noise, "batch": batch, "regulariser": regulariser}
    for sampling, batch in (("random", 1), ("random", 3), ("full", 1), ("shuffled", 2))
    for noise, regulariser in ((0, 0.1), (0.2, 0))
]


@pytest.mark.parametrize("settings", KINDS, ids=str)
def test_it_agrees_with_itself_and_is_the_same_on_every_engine(settings: dict[str, Any], data: str) -> None:
    problem = make("logistic", 2, data=data, target="label", intercept="true", **settings)
    assert isinstance(problem, LogisticRows)
    assert rebuild(problem.describe()) == problem
    found = check(problem)
    assert found.ok, found
    runs = [
        simulate.run(
            problem, "analog-sgd-ap", alpha=0.05, tau=2.0, iterations=200, replicas=1, seed=1, backend=backend
        ).mean_squared_gradient[0]
        for backend in ("kernels", "numpy", "reference", "machine")
    ]
    assert runs == pytest.approx([runs[0]] * 4, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "sampling"), [("logistic", "full"), ("logistic", "random"), ("least-squares", "full")]
)
def test_it_runs_in_single_precision_as_in_double(name: str, sampling: str, data: str) -> None:
    problem = make(name, 2, data=data, target="label", sampling=sampling)
    common = {"alpha": 0.05, "tau": 2.0, "iterations": 50, "replicas": 2, "seed": 1}
    double, single = (
        simulate.run(problem, "analog-sgd-ap", dtype=dtype, **common).final_value for dtype in ("float64", "float32")
    )
    assert not np.array_equal(double, single)
    np.testing.assert_allclose(single, double, rtol=1e-4)


def test_labels_other_than_0_and_1_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("a,y\n1,0\n2,-1\n", encoding="utf-8")
    with pytest.raises(BadInput, match="labels 0 and 1 in y, not -1 in row 2"):
        make("logistic", 1, data=str(path))
    with pytest.raises(BadInput, match="regulariser >= 0"):
        make("logistic", 1, data=str(path), regulariser=-1)


def test_without_a_file_the_data_are_made_up() -> None:
    assert not isinstance(make("logistic", 2), LogisticRows)


def _table(data: str, **settings: Any) -> LogisticRows:
    problem = make("logistic", 2, data=data, target="label", regulariser="0.1", **settings)
    assert isinstance(problem, LogisticRows)
    return problem


@pytest.mark.parametrize("sampling", ["random", "full"])
def test_the_facts_are_those_of_slopes_of_at_most_1_and_curvatures_of_at_most_a_quarter(
    sampling: str, data: str
) -> None:
    problem = _table(data, sampling=sampling, noise="0.2", batch="3" if sampling == "random" else "1")
    parts = np.split(problem.features, 2, axis=1)
    lengths = np.array([np.linalg.norm(part, axis=1) for part in parts])
    if sampling == "random":
        S = np.array([[np.max(one * other) / 4 for other in lengths] for one in lengths])
        sigma2 = np.sum(np.mean(lengths**2, axis=1)) / 3 + 4 * 0.04
    else:
        norms = [np.linalg.norm(part, 2) for part in parts]
        S, sigma2 = np.outer(norms, norms) / 120, 4 * 0.04
    known = {name: float(value or 0) for name, value in problem.facts((2, 1)).values.items()}
    expected = {"Lambda1": np.linalg.norm(S * [2, 1], 2), "sigma2": sigma2}
    expected["L"] = np.linalg.norm(problem.features, 2) ** 2 / 120 + 0.2
    for name, value in expected.items():
        assert value <= known[name] <= value * (1 + 1e-9), name


def test_the_bound_of_a_direction_has_the_slope_of_the_row_and_that_of_the_regulariser(data: str) -> None:
    """At w_i = -1/sqrt(3) the regulariser pulls with 3 sqrt(3)/8 times itself; a slope comes up to 1."""
    problem = _table(data, sampling="random")
    bounds = problem.largest_directions(1.0)
    most = np.max(np.abs(problem.features), axis=0) + 0.1 * 3 * np.sqrt(3) / 8
    assert bounds is not None and np.all(most <= bounds) and np.all(bounds <= most + 1e-4)
    assert _table(data, sampling="random", noise="0.1").largest_directions(1.0) is None
