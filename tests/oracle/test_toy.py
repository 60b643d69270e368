"""Least squares on aihwkit's tile against the project's devices, sample by sample and pulse by pulse."""

import math

import numpy as np
import pytest

from simulate.engines.reference import Recursion
from tests.oracle import page, toy
from theory.setting import algorithms, devices
from theory.setting.objectives import Weights


@pytest.mark.slow
def test_the_table_is_reproduced_and_wrong_laws_are_not() -> None:
    """One test, since all of it stands on the same trainings: two minutes of a core."""
    for found in toy.right():
        assert found.agrees, found.line()
    for what in ("update a batch", "read noise", "without pulses"):
        of_it = [found for found in toy.wrong() if what in found.what]
        assert len(of_it) == len(toy.MEASURES)
        assert not all(found.agrees for found in of_it), "\n".join(found.line() for found in of_it)
    assert page.untold(toy) == []


def test_the_family_is_what_is_compared() -> None:
    tables = (toy.TILE_ROWS, toy.SMOOTH_ROWS)
    assert toy.FAMILY.rows == len(toy.MEASURES) * sum(map(len, tables))
    assert toy.FAMILY.comparisons == len(toy.MEASURES) * len(tables)


class Errors:
    """G of one sample of S2, w and b being two stages: sample = (s, noise of its error)."""

    @staticmethod
    def direction(forward: Weights, backward: Weights, sample: tuple[int, float]) -> Weights:  # noqa: ARG004
        """Return 2c times error times (a_s, 1), with an axis of one replica."""
        place, noise = sample
        error = forward[0] @ toy.INPUTS[place] + forward[1][:, 0] - toy.TARGETS[place] + noise
        return [2 * toy.C * error[:, None] * toy.INPUTS[place], 2 * toy.C * error[:, None]]


@pytest.mark.parametrize("name", ["per-sample", "analog-sgd-sp"])
def test_the_algorithm_per_sample_makes_these_steps_and_the_mean_does_not(name: str) -> None:
    """Forty batches of 100 on the device, w on the linear one and b digital, with the read noise of `train`."""
    tau, steps, samples = 1.0, 40, len(toy.INPUTS)
    analog, digital = devices.ald(tau), devices.ald(math.inf)
    recursion = Recursion(
        Errors(),  # type: ignore[arg-type]  # a recursion asks a problem for its direction alone
        algorithms.named(name), analog, toy.STEP, (0, 0), [np.zeros((1, toy.INPUTS.shape[1])), np.zeros((1, 1))],
        lambda stage, _number: (analog, digital)[stage],
    )  # fmt: skip
    rng, w, b, batch = (
        np.random.default_rng(5),
        np.zeros((1, toy.INPUTS.shape[1])),
        np.zeros(1),
        toy.sample_by_sample(tau),
    )
    for _ in range(steps):
        noise = toy.READ_NOISE * toy.NORMS * rng.standard_normal(samples)
        read = w @ toy.INPUTS.T + b[:, None] - toy.TARGETS + noise
        b = b - toy.STEP * 2 * toy.C / samples * read.sum(axis=1)
        w = batch(w, read, rng)
        recursion.step(list(enumerate(noise)))
    apart = np.abs(recursion.weights[0] - w).max() + np.abs(recursion.weights[1][:, 0] - b).max()
    assert (apart < 1e-12) == (name == "per-sample"), apart
