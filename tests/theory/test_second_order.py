"""H2, HJ and the Lipschitz constants of networks against derivatives that are exact but for rounding.

Derivatives along a move of the weights are complex steps: the imaginary part of G at weights + i h d, over h. All
functions here are analytic, and h is so small that h^2 is nothing.
"""

import numpy as np
import pytest
import sympy

from boundary import BadInput
from theory.lemmas import second_order as stage
from theory.theorems import network, second_order

TINY = 1e-40
BEND = 4 / 27**0.5


def direction(forward, backward, x, slope, phi):
    """Return G(U, V) for one sample, written out; phi returns value and slope, slope is the loss's gradient."""
    inputs, slopes = [x], []
    for weight in forward:
        value, rise = phi(weight @ inputs[-1])
        inputs.append(value)
        slopes.append(rise)
    delta = slopes[-1] * slope(inputs[-1])
    found = [None] * len(forward)
    for m in reversed(range(len(forward))):
        found[m] = np.outer(delta, inputs[m])
        if m:
            delta = slopes[m - 1] * (backward[m].T @ delta)
    return found


def tanh(z):
    value = np.tanh(z)
    return value, 1 - value * value


def along(G, U, V, moved, back):
    """Return the derivative of G at (U, V) along `moved` of the forward and `back` of the backward weights."""
    step = 1j * TINY
    there = G(
        [u + step * d for u, d in zip(U, moved, strict=True)], [v + step * d for v, d in zip(V, back, strict=True)]
    )
    return [found.imag / TINY for found in there]


def length(stages):
    return float(np.sqrt(sum(np.sum(np.abs(one) ** 2) for one in stages)))


def minus(one, other):
    return [a - b for a, b in zip(one, other, strict=True)]


class Instance:
    """A tanh network with one sample, two weights and what the theorem says of them."""

    def __init__(self, seed, *, stashed=False, w_factor=1.0):
        rng = np.random.default_rng(seed)
        M = int(rng.integers(1, 4))
        widths = rng.integers(1, 4, M + 1)
        size = rng.choice([0.3, 1.0, 2.0])
        self.points = [
            [rng.normal(size=(a, b)) * size for a, b in zip(widths[1:], widths[:-1], strict=True)] for _ in range(2)
        ]
        near = rng.choice([1e-2, 0.3, 1.0])
        self.points[0] = [v + near * (u - v) for u, v in zip(*self.points, strict=True)]
        x, target = rng.normal(size=widths[0]), rng.normal(size=widths[-1])
        squared = bool(rng.integers(2))
        slope = (lambda y: y - target) if squared else (lambda y: np.tanh(y - target))
        outputs = widths[-1] ** 0.5
        data = {"p0": 1.0, "p1": BEND, "p2": 2.0, "l1": 1.0, "X": float(np.linalg.norm(x)), "bound": 1.0}
        data |= {"l0": outputs + np.linalg.norm(target), "l2": 0.0} if squared else {"l0": outputs, "l2": BEND}
        self.data = {**data, "l0": float(data["l0"]), "widths": [float(width) for width in widths]}
        self.w = [w_factor * max(np.linalg.norm(u, 2), np.linalg.norm(v, 2)) for u, v in zip(*self.points, strict=True)]
        self.stashed = stashed
        self.found = second_order.constants(self.data, self.w, stashed=stashed)
        self.G = lambda U, V: direction(U, V, x, slope, tanh)
        self.extra = [rng.normal(size=v.shape) for v in self.points[0]]

    def slope(self, at, moved):
        still = [0 * d for d in moved]
        return along(self.G, at, at, moved, moved if self.stashed else still)

    def ratios(self):
        """Return what is reached of H2 and HJ, as shares, and of Gamma."""
        U, V = self.points
        moved = minus(U, V)
        far = length(moved)
        there, here = self.G(U, U if self.stashed else V), self.G(V, V)
        rounding = 1e-14 * (length(there) + length(here))
        left = length(minus(minus(there, here), self.slope(V, moved))) - rounding
        turned = 0.0
        for d in (moved, self.extra):
            first, second = self.slope(U, d), self.slope(V, d)
            turned = max(turned, (length(minus(first, second)) - 1e-13 * length(first)) / (far * length(d)))
        return left / (self.found.H2 * far**2 / 2), turned / self.found.HJ, length(there) / self.found.Gamma


@pytest.mark.parametrize("stashed", [False, True])
def test_staleness_is_linear_up_to_h2_and_its_derivative_lipschitz_with_hj(stashed):
    reached = np.array([Instance(seed, stashed=stashed).ratios() for seed in range(300)])
    assert np.all(reached <= 1 + 1e-9)
    assert np.all(np.max(reached, axis=0) > [0.25, 0.25, 0.5]), "the bounds are not idle"


def test_the_lipschitz_constants_are_those_of_the_sensitivities():
    one = Instance(5)
    first, found = network.constants(one.data, one.w), second_order.constants(one.data, one.w)
    assert found.ell == first.L == pytest.approx(np.linalg.norm(first.S_full, 2), rel=1e-11)
    assert found.ell1 == pytest.approx(np.linalg.norm(first.S, 2), rel=1e-11)
    assert second_order.constants(one.data, one.w, stashed=True).ell1 == first.L
    bounds = network.bounds(one.data, one.w)
    lengths = [D * X for D, X in zip(bounds.D, bounds.X[:-1], strict=True)]
    assert found.Gamma == pytest.approx(np.linalg.norm(lengths), rel=1e-10)


# Scalar networks of a cubic activation, at the end of the range where every bound is nearly attained, entry by entry


class Cubic:
    """One weight a stage, phi(z) = z + b z^2/2 + c z^3/6 on z <= Z, and a loss with b and c of its own."""

    def __init__(self, seed):
        rng = np.random.default_rng(seed)
        self.M = int(rng.integers(1, 5))
        self.w = rng.uniform(0.2, 1.5, self.M)
        scale = rng.choice([0.003, 0.05, 1.0])
        b, c, lb, lc = rng.choice([0.0, 0.02, 1.0], 4) * rng.uniform(0.5, 1, 4)
        self.x, z = scale, scale
        zs = []
        for w in self.w:
            zs.append(w * z)
            z = zs[-1] + b * zs[-1] ** 2 / 2 + c * zs[-1] ** 3 / 6
        Z, y, start = max(zs), z, rng.choice([0.0, 0.1, 1.0])
        self.data = {"p0": 1 + b * Z + c * Z**2 / 2, "p1": b + c * Z, "p2": c, "X": self.x}
        self.data |= {"l0": start + lb * y + lc * y**2 / 2, "l1": lb + lc * y, "l2": lc}
        self.phi = lambda z: (z + b * z**2 / 2 + c * z**3 / 6, 1 + b * z + c * z**2 / 2)
        self.loss = lambda y: start + lb * y + lc * y**2 / 2

    def second(self, moves, step=1e-4):
        """Return d2 G^i along move j and then move l, shape (M, M, M): complex steps of central differences."""
        found = np.zeros((self.M, self.M, self.M))
        units = np.eye(self.M)
        for j in range(self.M):
            for k in range(self.M):
                value = 0.0
                for share, far in ((8 / 12, 1.0), (-8 / 12, -1.0), (-1 / 12, 2.0), (1 / 12, -2.0)):
                    moved, turned = far * step * units[k], 1j * TINY * units[j]
                    U, V = self.w + moved + turned, self.w + moves[1] * moved + moves[0] * turned
                    G = direction(
                        *([np.array([[s]]) for s in side] for side in (U, V)), np.array([self.x]), self.loss, self.phi
                    )
                    value = value + share * np.array([g[0, 0].imag for g in G]) / TINY / step
                found[:, j, k] = value
        return found

    def excess(self, moves):
        """Return by how much an entry exceeds its bound, in relation to both."""
        rows = network.rows(*(self.data[name] for name in ("p0", "p1", "l0", "l1", "X")), list(self.w))
        bounds = np.array(second_order.bends(self.data, rows, list(self.w), moves=moves))
        found = self.second(moves)
        return float(np.max((found - bounds) / (1e-9 + np.abs(found) + np.abs(bounds))))


CUBICS = [Cubic(seed) for seed in range(60)]
MOVES = [(False, False), (False, True), (True, True)]


@pytest.mark.parametrize("moves", MOVES)
def test_no_entry_of_the_second_derivative_exceeds_its_bound(moves):
    assert max(one.excess(moves) for one in CUBICS) <= 1e-6


def without(function, term):
    """Return a recursion without one of the terms of its sum."""
    return {
        "product_bend": lambda u, t, w, one, two, both: kept(term, u * two, t * one, w * both),
        "output_bend": lambda p0, p1, one, two, both: kept(term, p1 * one * two, p0 * both),
        "arriving_bend": lambda u, t, w, one, two, both: kept(term, u * two, t * one, w * both),
        "message_bend": lambda p0, p1, p2, z, y: kept(
            term, p2 * z[0] * z[1] * y[0], p1 * z[2] * y[0], p1 * z[0] * y[2], p1 * z[1] * y[1], p0 * y[3]
        ),
        "gradient_bend": lambda X, D, x, delta: kept(term, delta[2] * X, delta[0] * x[1], delta[1] * x[0], D * x[2]),
    }[function]


def kept(term, *terms):
    return sum(one * (index != term) for index, one in enumerate(terms))


TERMS = [
    (name, term)
    for name, count in (
        ("product_bend", 3),
        ("output_bend", 2),
        ("arriving_bend", 3),
        ("message_bend", 5),
        ("gradient_bend", 4),
    )
    for term in range(count)
]


@pytest.mark.parametrize(("function", "term"), TERMS)
def test_a_recursion_that_lost_a_term_is_noticed(monkeypatch, function, term):
    monkeypatch.setattr(stage, function, without(function, term))
    assert max(one.excess((True, True)) for one in CUBICS) > 0.01


def test_a_move_of_the_backward_weights_that_is_forgotten_is_noticed():
    """H2 in the place of HJ: the second direction moves the backward weights, too."""
    for one in CUBICS:
        rows = network.rows(*(one.data[name] for name in ("p0", "p1", "l0", "l1", "X")), list(one.w))
        less, more = (
            np.array(second_order.bends(one.data, rows, list(one.w), moves=(False, full))) for full in (False, True)
        )
        assert np.all(less <= more)
        if np.any(one.second((False, True)) > less * 1.01 + 1e-9):
            return
    pytest.fail("no instance tells them apart")


def test_numbers_and_symbols_agree():
    values = {"p0": 0.9, "p1": 0.7, "p2": 0.4, "l0": 2.0, "l1": 1.3, "l2": 0.6, "X": 1.7}
    norms = [0.8, 1.1, 0.6]
    rows = network.rows(*(values[name] for name in ("p0", "p1", "l0", "l1", "X")), norms)
    exact = {name: sympy.Symbol(name, real=True) for name in values}
    table = {exact[name]: value for name, value in values.items()}
    table |= {sympy.Symbol(f"w{m + 1}", real=True): value for m, value in enumerate(norms)}
    symbolic, w = network.symbolic(3), [sympy.Symbol(f"w{m + 1}", real=True) for m in range(3)]
    for moves in MOVES:
        numbers = second_order.bends(values, rows, norms, moves=moves)
        found = second_order.bends(exact, symbolic, w, moves=moves)
        for one, other in zip(numbers, found, strict=True):
            assert np.allclose(one, np.array([[float(c.xreplace(table)) for c in row] for row in other]), rtol=1e-12)


def test_larger_bounds_of_the_weights_never_make_a_constant_smaller():
    for seed in range(40):
        less, more = Instance(seed).found, Instance(seed, w_factor=1.3).found
        assert all(more_ >= less_ for more_, less_ in zip(vars(more).values(), vars(less).values(), strict=True))


def test_what_is_not_known_or_not_a_number_gives_no_constant():
    data = {"p0": 1.0, "p1": 1.0, "p2": 1.0, "l0": 1.0, "l1": 1.0, "l2": 1.0, "X": 1.0}
    for name in ("p2", "l2"):
        found = second_order.constants({**data, name: None}, [1.0, 1.0])
        assert (found.H2, found.HJ) == (None, None) and found.ell > 0
        for value in (-1.0, float("inf")):
            with pytest.raises(BadInput, match=name):
                second_order.constants({**data, name: value}, [1.0])
    assert second_order.constants({**data, "l1": 0.0, "l2": 0.0, "p1": 0.0, "p2": 0.0}, [1.0]).H2 == 0, "affine"
    many = second_order.constants(data, [0.5] * (second_order.LARGEST + 1))
    assert many.H2 is None and many.Gamma > 0
