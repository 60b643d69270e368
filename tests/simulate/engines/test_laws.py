"""A problem that gives its laws runs on a kernel made of them, with the numbers of the recursion."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
from numba import njit

import simulate
from boundary import BadInput
from simulate import group
from simulate.engines import compiled
from simulate.problems import Logistic, checking
from simulate.problems.base import Laws
from theory.setting import algorithms, devices


def direction(stale, now, sample, data, out):
    """Features in all rows but the last, which holds the regulariser."""
    x, margin = data[int(sample[0])], 0.0
    for i in range(len(now)):
        margin += stale[i] * x[i]
    slope = 0.5 * math.tanh(0.5 * margin) - 0.5
    for i in range(len(now)):
        out[i] = slope * x[i] + 2 * data[-1, 0] * now[i] / (1 + now[i] * now[i]) ** 2


def moments(weights, data, gradient, variance):
    count, value = len(data) - 1, 0.0
    gradient[:] = 0
    variance[:] = 0
    for s in range(count):
        margin = 0.0
        for i in range(len(weights)):
            margin += weights[i] * data[s, i]
        slope = 0.5 * math.tanh(0.5 * margin) - 0.5
        value += math.log1p(math.exp(-margin)) / count
        for i in range(len(weights)):
            gradient[i] += slope * data[s, i] / count
            variance[i] += (slope * data[s, i]) ** 2 / count
    for i in range(len(weights)):
        square = weights[i] * weights[i]
        variance[i] = max(variance[i] - gradient[i] ** 2, 0)
        gradient[i] += 2 * data[-1, 0] * weights[i] / (1 + square) ** 2
        value += data[-1, 0] * square / (1 + square)
    return value


right = njit(direction)


def half_as_far(stale, now, sample, data, out):
    right(stale, now, sample, data, out)
    for i in range(len(out)):
        out[i] *= 0.5


def of_the_present(stale, now, sample, data, out):
    right(now, now, sample, data, out)


def not_compilable(stale, now, sample, data, out):
    out[:] = np.vectorize(lambda x: x)(now)


@dataclass(frozen=True)
class Own(Logistic):
    """The logistic problem as somebody would add it, by its laws."""

    name: ClassVar[str] = "own"
    along: ClassVar = staticmethod(direction)

    @property
    def laws(self):
        regulariser = np.full((1, self.data.shape[1]), self.regulariser)
        return Laws(type(self).along, moments, np.concatenate([self.data, regulariser]))


OWN = Own(3, size=2, samples=7)
MEASURES = ("mean_squared_gradient", "max_saturation", "weighted_square_saturation", "stage_variances", "final_value")


def both(problem, name, **options):
    row = algorithms.named(name)
    common = {"alpha": 0.1, "tau": 6.0 if row.analog else np.inf, "iterations": 50, "replicas": 3, "seed": 1}
    common |= {"batch": 3 if row.batched else 1, "measure_every": 7, **options}
    return [simulate.run(problem, name, backend=backend, **common) for backend in ("kernels", "reference")]


def engine(run):
    return group.make_groups(run.run, 1)[0].engine


@pytest.mark.parametrize("name", sorted(algorithms.REGISTRY))
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_every_algorithm_follows_the_recursion(name, dtype):
    found, literal = both(OWN, name, dtype=dtype)
    numpy = {"accumulated-ap", "pipemare-ap", "pipemare", "per-sample"}  # lags by sample, or steps of their own
    assert isinstance(engine(found), compiled.LawsEngine) == (name not in numpy)
    for measure in MEASURES:
        # float32: 50 steps of a few roundings of 6e-8 each
        rtol = 1e-10 if dtype == "float64" else 1e-4
        np.testing.assert_allclose(getattr(found, measure), getattr(literal, measure), rtol=rtol)


@pytest.mark.parametrize("device", sorted(devices.REGISTRY))
def test_every_device_and_any_lags(device):
    for lags in ((2, 1, 0), (0, 3, 1)):
        found, literal = both(OWN, "analog-sgd-ap", device=device, lags=lags)
        for measure in MEASURES:
            np.testing.assert_allclose(getattr(found, measure), getattr(literal, measure), rtol=1e-10)


def test_threads_and_other_replicas_change_no_bit():
    few, many, more = (both(OWN, "analog-sgd-ap", replicas=n, threads=t)[0] for n, t in ((3, 1), (3, 2), (17, 3)))
    for measure in ("mean_squared_gradient", "max_saturation", "final_value"):
        assert np.array_equal(getattr(few, measure), getattr(many, measure))
        assert np.array_equal(getattr(few, measure), getattr(more, measure)[:3])


def test_step_and_stage_of_a_divergence_are_those_of_the_recursion():
    found, literal = both(OWN, "analog-sgd-ap", alpha=40.0, tau=1.2)
    assert found.diverged
    assert found.diverged == literal.diverged
    assert np.all(np.isnan(found.mean_squared_gradient[[one.replica for one in found.diverged]]))


@pytest.mark.parametrize("wrong", [half_as_far, of_the_present], ids=lambda law: law.__name__)
def test_a_wrong_law_is_refused_before_a_kernel_is_made_of_it(wrong, monkeypatch):
    monkeypatch.setattr(Own, "along", staticmethod(wrong))
    monkeypatch.setattr(checking, "_AGREE", {})
    with pytest.raises(BadInput, match="the law of the direction and the direction"):
        both(OWN, "analog-sgd-ap")
    monkeypatch.setattr(compiled, "require_agreement", lambda *_, **__: None)
    found, literal = both(OWN, "analog-sgd-ap")
    assert not np.allclose(found.final_value, literal.final_value, rtol=1e-6)


def test_laws_that_cannot_be_compiled_leave_the_problem_on_numpy(monkeypatch):
    monkeypatch.setattr(Own, "along", staticmethod(not_compilable))
    found, literal = both(OWN, "analog-sgd-ap")
    assert not isinstance(engine(found), compiled.Compiled)
    np.testing.assert_allclose(found.final_value, literal.final_value, rtol=1e-10)
