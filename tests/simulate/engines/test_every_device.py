"""Every law and every published device runs compiled, with the numbers of the literal recursion."""

from itertools import pairwise

import numpy as np
import pytest

import simulate
from simulate import group
from simulate.engines import compiled
from simulate.problems import Quadratic
from theory.setting import devices

PARAMETERS = {
    "power": {"exponent_up": 1.7, "exponent_down": 0.6},
    "shifted-linear": {"up": 1.2, "down": 0.7},
    "linear-step": {"up": 1.1, "down": 0.8, "slope_up": 0.9, "slope_down": 0.3},
    "exp-step": {"up": 1.0, "down": 0.74, "bump_up": 0.1, "bump_down": 0.9, "rate_up": 2.5, "rate_down": 2.0},
    "table": {"knots": (2.0, 1.5, 0.9, 0.4, 0.1, 0.2, 0.3, 0.8, 1.9, 2.5)},
}
SMOOTH = {"dw": 0, "spread_tau": 0, "spread_slope": 0, "spread_updown": 0, "spread_point": 0, "reference": 0}
"""A published device whose increments arrive as they are, and whose elements are alike."""


def both(problem, **options):
    common = {"alpha": 0.05, "iterations": 40, "replicas": 3, "seed": 1, **options}
    return [simulate.run(problem, "analog-sgd-ap", backend=backend, **common) for backend in ("kernels", "reference")]


def agree(found, literal, rtol):
    for measure in ("mean_squared_gradient", "max_saturation", "final_value"):
        np.testing.assert_allclose(getattr(found, measure), getattr(literal, measure), rtol=rtol)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", sorted(devices.REGISTRY))
def test_every_law_is_compiled(name, dtype):
    """Whose weights reach the bounds."""
    options = {"device": name, "device_parameters": PARAMETERS.get(name, {}), "tau": 1.2, "dtype": dtype}
    found, literal = both(Quadratic(3), **options)
    assert isinstance(group.make_groups(found.run, 1)[0].engine, compiled.Compiled)
    agree(found, literal, 1e-10 if dtype == "float64" else 2e-3)


@pytest.mark.slow
@pytest.mark.parametrize("name", devices.PRESETS)
def test_every_published_device_is_compiled(name):
    found, literal = both(Quadratic(2), device=name, device_parameters=SMOOTH, tau=1.5)
    assert isinstance(group.make_groups(found.run, 1)[0].engine, compiled.Compiled)
    agree(found, literal, 1e-10)


@pytest.mark.slow
def test_the_laws_are_not_one_another():
    """The planted fault: each law with the numbers of another would be noticed."""
    values = {
        name: both(Quadratic(3), device=name, device_parameters=PARAMETERS.get(name, {}), tau=6.0)[0].final_value[0]
        for name in devices.REGISTRY
    }
    found = sorted(values.values())
    assert min(b - a for a, b in pairwise(found)) > 1e-6 * max(map(abs, found))
