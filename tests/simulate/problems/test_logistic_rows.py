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
