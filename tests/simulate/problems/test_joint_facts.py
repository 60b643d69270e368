"""What problems say for Theorem 4, against finite differences and against the functions themselves."""

import itertools
from math import sqrt

import numpy as np
import pytest

from simulate import problems
from simulate.problems import Attaining, Cosine, Logistic, Network, PlusMinus, Quadratic, activations, losses

GRID = np.linspace(-12, 12, 240_001)
STEP = GRID[1] - GRID[0]
KNOWN = [
    Quadratic(3, size=2, noise_spread=3.0),
    Quadratic(2, size=2, coupling=0.3, noise="uniform"),
    PlusMinus(3),
    Cosine(2, amplitude=0.7),
    Cosine(2, amplitude=0.0),
    Logistic(3, size=2, samples=9, regulariser=0.4),
]


def _apart(one, other):
    return sqrt(sum(float(np.sum((a - b) ** 2)) for a, b in zip(one, other, strict=True)))


def _length(one):
    return _apart(one, [0 * a for a in one])


@pytest.mark.parametrize("name", activations.REGISTRY)
def test_p2_is_the_largest_third_derivative_of_an_activation(name):
    act = activations.REGISTRY[name]
    slope = act.slope(GRID, act.value(GRID))
    bend = np.diff(slope) / STEP
    third = np.diff(bend) / STEP
    assert np.max(np.abs(bend)) <= act.p1 * (1 + 1e-9) and np.max(np.abs(bend)) >= act.p1 * (1 - 1e-6)
    assert np.max(np.abs(third)) <= act.p2 + 1e-7 and np.max(np.abs(third)) >= act.p2 - 1e-6


@pytest.mark.parametrize("name", losses.REGISTRY)
def test_l2_is_the_largest_third_derivative_of_a_loss(name):
    loss, worst = losses.REGISTRY[name], 0.0
    for y in (-1.0, 1.0):
        third = np.diff(loss.slope(GRID, np.full_like(GRID, y)), 2) / STEP**2
        worst = max(worst, float(np.max(np.abs(third))))
    assert worst <= loss.l2 + 1e-6 and worst >= loss.l2 - 1e-6


def _slope(problem, at, along, sample, *, stashed):
    """Return J(V)[d] by central differences of fourth order."""
    found = [0 * stage for stage in at]
    for share, step in ((8 / 12, 1.0), (-1 / 12, 2.0)):
        for sign in (1, -1):
            moved = [v + sign * step * 1e-3 * d for v, d in zip(at, along, strict=True)]
            here = problem.direction(moved, moved if stashed else at, sample)
            found = [f + sign * share * h / 1e-3 for f, h in zip(found, here, strict=True)]
    return found


@pytest.mark.parametrize("problem", KNOWN, ids=lambda problem: problem.name)
@pytest.mark.parametrize("stashed", [False, True])
def test_the_constants_of_theorem_4_bound_what_they_speak_of(problem, stashed):
    rng, facts = np.random.default_rng(3), problem.facts((2, 1, 1)[: problem.stages], stashed=stashed)
    known = facts.values
    assert all(facts.certified.values())
    reached = dict.fromkeys(("ell", "ell1", "H2", "HJ", "Gamma"), 0.0)
    samples = problem.draw(rng, 1, 400)[0]
    for sample in samples:
        U, V, W = (
            [s + size * rng.standard_normal(s.shape) for s in problem.initial_weights()]
            for size in rng.choice([0.05, 0.5, 3.0], 3)
        )
        back = U if stashed else V
        here, there = problem.direction(U, back, sample), problem.direction(V, V, sample)
        moved = _apart(U, V)
        reached["ell1"] = max(reached["ell1"], _apart(here, there) / moved)
        joint = problem.direction(U, U if stashed else W, sample)
        other = problem.direction(V, V if stashed else U, sample)
        size = max(moved, 0 if stashed else _apart(W, U))
        reached["ell"] = max(reached["ell"], _apart(joint, other) / size)
        along = [u - v for u, v in zip(U, V, strict=True)]
        left = [
            h - t - j for h, t, j in zip(here, there, _slope(problem, V, along, sample, stashed=stashed), strict=True)
        ]
        reached["H2"] = max(reached["H2"], (_length(left) - 1e-8) / (moved**2 / 2))
        first, second = (_slope(problem, at, along, sample, stashed=stashed) for at in (V, W))
        reached["HJ"] = max(reached["HJ"], (_apart(first, second) - 1e-8) / (_apart(V, W) * moved))
        reached["Gamma"] = max(reached["Gamma"], _length(here))
    for name in ("ell", "ell1", "H2", "HJ"):
        assert reached[name] <= known[name] * (1 + 1e-6) + 1e-6, name
    if known["H2"] and "Gamma" in known:
        assert reached["Gamma"] <= known["Gamma"]
    for name in ("ell1", "H2", "HJ"):
        assert reached[name] >= known[name] / 4 - 1e-6, f"{name} is far above anything that occurs"


@pytest.mark.parametrize(("noise", "chi2"), [("two-point", 1.0), ("uniform", 0.75), ("gaussian", 2 / np.pi)])
def test_the_shape_of_additive_noise(noise, chi2):
    problem = Quadratic(2, noise=noise)
    found = problem.facts((1, 0)).values["chi2"]
    assert chi2 <= found <= chi2 * (1 + 1e-14)
    n = problem.draw(np.random.default_rng(0), 200_000, 1)[:, 0, 0]
    n = n / np.std(n)
    worst = max((np.mean(np.abs(mu + n)) ** 2 - mu**2) for mu in np.linspace(0, 2, 41))
    assert worst == pytest.approx(found, abs=0.02)
    assert problem.noise_shape(4) == (found if noise == "gaussian" else 1.0)


def test_what_is_not_known_is_not_said():
    assert "ell" not in Attaining().facts((0,)).values
    assert "Gamma" not in Cosine(2).facts((1, 0)).values
    assert Network(2).facts((1, 0)).values.get("ell") is None
    assert Logistic(2).noise_shape() is None
    for problem in (*KNOWN, Attaining(), Network(2, samples=8)):
        assert problem.gradient_norm(problem.initial_weights()) >= _length(problem.gradient(problem.initial_weights()))


def test_every_activation_and_loss_of_the_registries_has_its_bounds():
    for act, loss in itertools.product(activations.REGISTRY, losses.REGISTRY):
        data = problems.make("network", 2, activation=act, loss=loss, samples=4).stage_data
        assert data["p2"] == activations.REGISTRY[act].p2 and data["l2"] == losses.REGISTRY[loss].l2
