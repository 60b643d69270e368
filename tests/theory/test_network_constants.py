"""The constants of a network bound what real perturbations of real networks change."""

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from boundary import BadInput
from theory.theorems import network


def _direction(forward, backward, x, target):
    """Return G(U, V) of a tanh network with squared loss, written out."""
    inputs, slopes = [x], []
    for weight in forward:
        product = weight @ inputs[-1]
        slopes.append(1 - np.tanh(product) ** 2)
        inputs.append(np.tanh(product))
    delta = slopes[-1] * (inputs[-1] - target)
    gradients = [None] * len(forward)
    for m in reversed(range(len(forward))):
        gradients[m] = np.outer(delta, inputs[m])
        if m:
            delta = slopes[m - 1] * (backward[m].T @ delta)
    return gradients


def _constants(x, target, width, w):
    data = {"p0": 1.0, "p1": 4 / 27**0.5, "l0": width**0.5 + np.linalg.norm(target), "l1": 1.0}
    data |= {"X": np.linalg.norm(x), "bound": 1.0, "widths": [width] * (len(w) + 1)}
    return network.constants(data, w)


@settings(max_examples=150, deadline=None)
@given(stages=st.integers(1, 4), width=st.integers(1, 4), size=st.floats(0.05, 3), seed=st.integers(0, 2**32 - 1))
def test_perturbed_passes_stay_below_the_sensitivities(stages, width, size, seed):
    random = np.random.default_rng(seed)
    U, V = ([random.normal(size=(width, width)) * size for _ in range(stages)] for _ in range(2))
    U = [v + random.choice([1e-4, 0.1, 1.0]) * (u - v) for u, v in zip(U, V, strict=True)]
    x, target = random.normal(size=width), random.normal(size=width)
    w = [max(np.linalg.norm(u, 2), np.linalg.norm(v, 2)) for u, v in zip(U, V, strict=True)]
    found = _constants(x, target, width, w)
    moved = np.array([np.linalg.norm(u - v) for u, v in zip(U, V, strict=True)])
    now = _direction(V, V, x, target)
    for matrix, other in ((found.S, _direction(U, V, x, target)), (found.S_full, _direction(U, U, x, target))):
        change = np.array([np.linalg.norm(a - b) for a, b in zip(other, now, strict=True)])
        assert np.all(change <= matrix @ moved * (1 + 1e-9) + 1e-12)
    assert np.all(found.S_full >= found.S)
    lags = [stages - m for m in range(1, stages + 1)]
    assert found.Lambda1(lags) <= found.Lambda1(lags, stashed=True) * (1 + 1e-12)


def test_a_constant_that_is_too_small_is_caught():
    random = np.random.default_rng(1)
    caught = 0
    for _ in range(50):
        U, V = ([random.normal(size=(2, 2)) * 0.5 for _ in range(2)] for _ in range(2))
        U = [v + 1e-3 * (u - v) for u, v in zip(U, V, strict=True)]
        x, target = random.normal(size=2), random.normal(size=2)
        w = [max(np.linalg.norm(u, 2), np.linalg.norm(v, 2)) for u, v in zip(U, V, strict=True)]
        found = _constants(x, target, 2, w)
        moved = np.array([np.linalg.norm(u - v) for u, v in zip(U, V, strict=True)])
        change = [
            np.linalg.norm(a - b) for a, b in zip(_direction(U, U, x, target), _direction(V, V, x, target), strict=True)
        ]
        caught += bool(np.any(change > found.S_full @ moved / 30))
    assert caught > 0


@pytest.mark.parametrize("stages", [1, 2, 3, 5])
def test_the_full_sensitivity_dominates_symbolically(stages):
    found = network.symbolic(stages)
    for difference in (found.S_full - found.S).flat:
        polynomial = sympy.Poly(difference, *sorted(difference.free_symbols, key=str)) if difference != 0 else None
        assert polynomial is None or all(coefficient > 0 for coefficient in polynomial.coeffs())


def test_numbers_and_symbols_agree():
    values = {"p0": 0.9, "p1": 0.7, "l0": 2.0, "l1": 1.3, "X": 1.7}
    norms = [0.8, 1.1, 0.6]
    numeric = network.rows(**values, w=norms)
    symbolic = network.symbolic(3)
    table = {sympy.Symbol(name, real=True): value for name, value in values.items()}
    table |= {sympy.Symbol(f"w{m + 1}", real=True): value for m, value in enumerate(norms)}
    for one, other in ((numeric.S, symbolic.S), (numeric.S_full, symbolic.S_full)):
        assert np.allclose(one, np.array([[float(cell.xreplace(table)) for cell in row] for row in other]), rtol=1e-12)


@pytest.mark.parametrize(("name", "value"), [("p0", -1.0), ("X", float("inf")), ("l1", None)])
def test_bad_stage_data_is_named(name, value):
    data = {"p0": 1.0, "p1": 1.0, "l0": 1.0, "l1": 1.0, "X": 1.0, name: value}
    with pytest.raises(BadInput, match=name):
        network.constants(data, [1.0])


def test_a_lag_counts_whole_for_coherent_and_as_its_root_for_martingale_motion():
    found = _constants(np.ones(3), np.zeros(3), 3, [0.8, 1.1, 0.9])
    still, once, four = (0, 0, 0), (1, 1, 1), (4, 4, 4)
    assert found.Lambda1(still) == found.Lambdah(still) == 0
    assert found.Lambda1(four) == pytest.approx(4 * found.Lambda1(once))
    assert found.Lambdah(four) == pytest.approx(2 * found.Lambdah(once))
    assert found.Lambdah(once) == pytest.approx(found.Lambda1(once))


def test_nu_takes_the_deviation_of_each_stage_once():
    found = _constants(np.ones(3), np.zeros(3), 3, [0.8, 1.1, 0.9])
    lags, deviations = (2, 1, 0), np.array([0.3, 0.7, 0.2])
    alone = [found.nu(lags, deviations * (np.arange(3) == m)) for m in range(3)]
    assert alone[2] == 0 < alone[0]
    assert found.nu(lags, 5 * deviations) == pytest.approx(5 * found.nu(lags, deviations))
    assert max(alone) <= found.nu(lags, deviations) <= found.Lambdah(lags) * np.linalg.norm(deviations)
    assert found.nu((8, 4, 0), deviations) == pytest.approx(2 * found.nu(lags, deviations))
