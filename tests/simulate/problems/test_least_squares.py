"""Least squares on data of one's own: the same on every engine, with facts that hold, and as it was described."""

import json
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import simulate
from boundary import BadInput
from simulate.problems import check, make, rebuild
from simulate.problems.least_squares import LeastSquares
from simulate.randomness import Samples


@pytest.fixture
def data(tmp_path: Path) -> str:
    rng = np.random.default_rng(3)
    x = rng.standard_normal((30, 4))
    path = tmp_path / "data.npz"
    np.savez(path, x=x, y=x @ np.array([0.4, -0.3, 0.2, 0.1]) + 0.1 * rng.standard_normal(30))
    return str(path)


Make = Callable[..., LeastSquares]


@pytest.fixture
def problem(data: str) -> Make:
    def made(stages: int = 2, **settings: Any) -> LeastSquares:
        found = make("least-squares", stages, data=data, **settings)
        assert isinstance(found, LeastSquares)
        return found

    return made


KINDS = [
    {"sampling": sampling, "noise": noise, "batch": batch}
    for sampling, batch in (("random", 1), ("random", 3), ("full", 1), ("cyclic", 2), ("shuffled", 1))
    for noise in (0, 0.2)
]


@pytest.mark.parametrize("settings", KINDS, ids=str)
def test_it_agrees_with_itself(settings: dict[str, Any], problem: Make) -> None:
    found = check(problem(3, intercept="true", **settings))
    assert found.ok, found


@pytest.mark.parametrize("settings", KINDS, ids=str)
def test_every_engine_makes_the_same_run(settings: dict[str, Any], problem: Make) -> None:
    runs = [
        simulate.run(
            problem(2, **settings), "analog-sgd-ap", alpha=0.05, tau=2.0, iterations=300, replicas=1, seed=1,
            backend=backend,
        ).mean_squared_gradient[0]
        for backend in ("kernels", "numpy", "reference", "machine")
    ]  # fmt: skip
    assert runs == pytest.approx([runs[0]] * 4, rel=1e-12)


def test_a_single_row_is_run(tmp_path: Path) -> None:
    """Where descent leads its direction is a rounding of nothing; it was held against one of its own size."""
    path = tmp_path / "one.csv"
    path.write_text(
        "a,b,c,y\n0.1257302210933933,-0.1321048632913019,0.6404226504432821,1.7827884458406358\n", encoding="utf-8"
    )
    made = make("least-squares", stages=2, data=str(path), target="y")
    done = simulate.run(made, "analog-sgd-ap", alpha=0.01, tau=5, iterations=50, replicas=2, seed=1)
    assert not done.diverged


def test_shuffled_rows_are_each_taken_once_an_epoch_across_blocks(problem: Make) -> None:
    chosen = problem(1, sampling="shuffled", noise=0.1, batch=7)
    samples = Samples(chosen, 5, range(2), batch=2)
    steps = range(3 * samples.length)
    rows = np.concatenate([samples.at(step)[0, :, :7].ravel() for step in steps]).astype(int)
    epochs = rows[: len(rows) // 30 * 30].reshape(-1, 30)
    assert len(epochs) > 10
    assert (np.sort(epochs, axis=1) == np.arange(30)).all()
    assert len({tuple(epoch) for epoch in epochs}) > len(epochs) - 3
    again = Samples(chosen, 5, range(1), batch=2)
    assert (again.at(2 * samples.length + 3) == samples.at(2 * samples.length + 3)[:1]).all()


def test_cyclic_rows_come_in_the_order_of_the_file(problem: Make) -> None:
    samples = Samples(problem(1, sampling="cyclic"), 5, range(1))
    rows = np.concatenate([samples.at(step).ravel() for step in range(samples.length + 50)])
    assert (rows == np.arange(len(rows)) % 30).all()


def test_the_lower_bound_is_close_and_below(problem: Make) -> None:
    chosen = problem(1)
    residuals = chosen.features @ chosen.minimiser - chosen.table.targets
    least = 0.5 * np.mean(residuals**2)
    assert 0.999999 * least < chosen.lower_bound <= least


def test_more_weights_than_rows_have_the_lower_bound_zero(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text("a,b,c,y\n1,2,3,1\n2,1,0,2\n", encoding="utf-8")
    assert make("least-squares", 1, data=str(path), target="y").lower_bound == 0.0


def test_a_description_remembers_the_file(problem: Make, data: str) -> None:
    described = json.loads(json.dumps(problem(2, sampling="cyclic").describe()))
    assert rebuild(described).describe() == described
    arrays = dict(np.load(data))
    np.savez(data, x=arrays["x"], y=arrays["y"] + 1)
    with pytest.raises(BadInput, match="the file with the checksum"):
        rebuild(described)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"sampling": "some"}, "one of random, full, cyclic, shuffled"),
        ({"batch": "0"}, "batch"),
        ({"sampling": "full", "batch": 2}, "batch = 1"),
        ({"noise": "-1"}, "noise >= 0"),
        ({"scale": "0"}, "scale > 0"),
        ({"start": "nan"}, "start"),
        ({"start": "/nonexistent"}, "start"),
        ({"stages": 5}, "at most 4"),
    ],
)
def test_bad_settings_are_refused(settings: dict[str, Any], words: str, problem: Make) -> None:
    with pytest.raises(BadInput, match=words):
        problem(**settings)


def test_a_start_can_be_a_file(problem: Make, tmp_path: Path) -> None:
    path = tmp_path / "start.txt"
    path.write_text("0.1\n0.2\n0.3\n0.4\n", encoding="utf-8")
    assert problem(1, start=str(path)).start_point.tolist() == [0.1, 0.2, 0.3, 0.4]
    path.write_text("0.1\n", encoding="utf-8")
    with pytest.raises(BadInput, match="a file of 4 numbers"):
        problem(1, start=str(path))


def test_a_start_that_changed_is_not_taken_for_the_one_that_was_described(problem: Make, tmp_path: Path) -> None:
    path = tmp_path / "start.txt"
    path.write_text("0.1\n0.2\n0.3\n0.4\n", encoding="utf-8")
    described = problem(1, start=str(path)).describe()
    assert len(described["start_sha256"]) == 64
    assert rebuild(described).initial_weights()[0].tolist() == [0.1, 0.2, 0.3, 0.4]
    path.write_text("0.1\n0.2\n0.3\n0.5\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"start = .*start.txt: must satisfy the file with the checksum"):
        rebuild(described)
    assert problem(1, start="0.5").describe()["start_sha256"] == ""


def test_only_random_and_full_rows_are_independent(problem: Make) -> None:
    found = {
        sampling: problem(1, sampling=sampling).independent_draws
        for sampling in ("random", "full", "cyclic", "shuffled")
    }
    assert found == {"random": True, "full": True, "cyclic": False, "shuffled": False}


def test_the_facts_of_rows_at_random_are_those_of_the_worst_row(problem: Make) -> None:
    """Where block j is off by u, row r's direction at block i is off by 2 c norm(a_ri) norm(a_rj) norm(u) at most."""
    chosen = problem(2, scale="0.7")
    parts = np.split(chosen.features, 2, axis=1)
    lengths = [np.linalg.norm(part, axis=1) for part in parts]
    S = np.array([[1.4 * np.max(one * other) for other in lengths] for one in lengths])
    known, expected = chosen.facts((2, 1)).values, float(np.linalg.norm(S * [2, 1], 2))
    assert expected <= float(known["Lambda1"] or 0) <= expected * (1 + 1e-9)
    smooth = 1.4 / 30 * np.linalg.norm(chosen.features, 2) ** 2
    assert smooth <= float(known["L"] or 0) <= smooth * (1 + 1e-9)


@pytest.mark.parametrize("reach", [0.1, 3.0])
def test_no_direction_passes_its_bound_and_a_corner_of_the_box_comes_up_to_it(reach: float, problem: Make) -> None:
    chosen = problem(2, scale="0.7")
    corners = reach * np.array(list(product((-1, 1), repeat=4)))
    residuals = corners @ chosen.features.T - chosen.table.targets
    seen = np.max(np.abs(1.4 * residuals[..., None] * chosen.features), axis=(0, 1))
    bounds = chosen.largest_directions(reach)
    assert bounds is not None and np.all(seen <= bounds) and np.all(bounds <= seen * (1 + 1e-9))
    assert problem(2, noise="0.1").largest_directions(reach) is None
