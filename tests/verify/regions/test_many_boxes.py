"""Many boxes at once: each has what it has alone, one that is too large is left out, and norms hold for stacks."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boundary import BadInput
from simulate.problems import activations, losses
from simulate.problems.network import Network
from simulate.problems.spectral import block_norms, norm2_upper, norms2_upper
from verify.regions import network, passes, searched, stale
from verify.regions.intervals import (
    Array,
    Intervals,
    largest_eigenvalue,
    largest_eigenvalues,
    norm2_of_size,
    norms2_of_size,
)
from verify.regions.network import Box, Boxes, Enclosed, enclose, enclose_all, flat

TAU, ALPHA = 2.0, 1e-3
KINDS = [(a, b) for a in sorted(activations.REGISTRY) for b in sorted(losses.REGISTRY)]


def drawn(problem: Network, count: int, seed: int = 4) -> tuple[list[Box], list[Box], list[Array]]:
    """Forward boxes around backward ones of other centres and widths, and how far their weights are apart."""
    rng, start = np.random.default_rng(seed), flat(problem.initial_weights())
    centres = start + 0.1 * rng.standard_normal((count, len(start)))
    widths = 10.0 ** rng.uniform(-4, -2, (count, len(start)))
    backward = [Box(centre - width, centre + width) for centre, width in zip(centres, widths, strict=True)]
    apart = [rng.choice([0.0, 1e-3], len(start)) for _ in range(count)]
    return [box.widened(more) for box, more in zip(backward, apart, strict=True)], backward, apart


def same(found: Enclosed | None, alone: Enclosed, room: float = 1e-13) -> bool:
    return found is not None and all(
        np.shape(getattr(found, one.name)) == np.shape(getattr(alone, one.name))
        and np.allclose(getattr(found, one.name), getattr(alone, one.name), rtol=room, atol=1e-290)
        for one in fields(alone)
    )


def all_are_as_alone(problem: Network, count: int, stashed: bool, seed: int = 4) -> bool:
    forward, backward, apart = drawn(problem, count, seed)
    found = enclose_all(problem, forward, backward, TAU, ALPHA, stashed=stashed)
    changes = stale.change_all(problem, forward, backward, apart, stashed=stashed)
    each = zip(found, changes, forward, backward, apart, strict=True)
    return len(found) == count and all(
        same(one, enclose(problem, there, here, TAU, ALPHA, stashed=stashed))
        and change is not None
        and np.allclose(change, stale.change(problem, there, here, late, stashed=stashed), rtol=1e-13, atol=0)
        for one, change, there, here, late in each
    )


@pytest.mark.parametrize("stashed", [False, True], ids=["current", "stashed"])
@pytest.mark.parametrize(("activation", "loss"), KINDS)
def test_each_box_has_what_it_has_alone(activation: str, loss: str, stashed: bool) -> None:
    problem = Network(stages=3, width=(3, 2, 1, 2), samples=2, activation=activation, loss=loss, instance=2)
    assert all_are_as_alone(problem, 2, stashed)


@pytest.mark.parametrize("stashed", [False, True], ids=["current", "stashed"])
def test_without_stale_weights_sensitivities_are_not_made_and_nothing_else_differs(stashed: bool) -> None:
    problem = Network(stages=3, width=(3, 2, 1, 2), samples=2, instance=2)
    _, boxes, _ = drawn(problem, 2, 4)
    with_, without = (
        enclose_all(problem, boxes, boxes, TAU, ALPHA, stashed=stashed, lagging=lagging) for lagging in (True, False)
    )
    for one, other in zip(with_, without, strict=True):
        assert one is not None and other is not None and np.all(np.diag(one.S) > 0)
        assert other.S.shape == one.S.shape and not np.any(other.S)
        assert same(replace(other, S=one.S), one)


@given(
    st.lists(st.integers(1, 3), min_size=2, max_size=4),
    st.integers(1, 4),
    st.integers(1, 3),
    st.booleans(),
    st.integers(0, 2**20),
)
@settings(deadline=None, max_examples=10)
def test_of_networks_of_any_widths_too(widths: list[int], samples: int, count: int, stashed: bool, seed: int) -> None:
    problem = Network(stages=len(widths) - 1, width=tuple(widths), samples=samples, instance=seed % 7)
    assert all_are_as_alone(problem, count, stashed, seed)


@pytest.mark.parametrize("together", [1, 300, 2**30])
def test_however_many_are_taken_at_once(together: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of twelve weights, four samples and six products the largest arrays have 144 numbers a box."""
    problem = Network(stages=3, width=2, samples=4, loss="log-cosh", instance=3)
    monkeypatch.setattr(network, "_TOGETHER", together)
    assert network.at_once(problem) == max(1, together // 144)
    assert all_are_as_alone(problem, 5, stashed=False)


def test_arrays_of_many_samples_are_larger_than_those_of_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "_TOGETHER", 2**12)
    assert network.at_once(Network(stages=2, width=(1, 2, 2), samples=64)) == 2**12 // (64 * 16)


@pytest.mark.parametrize("where", range(5))
@pytest.mark.parametrize("stashed", [False, True], ids=["current", "stashed"])
def test_a_box_that_is_too_large_takes_no_other_with_it(where: int, stashed: bool) -> None:
    problem = Network(stages=3, width=2, samples=4, activation="identity", loss="squared", instance=3)
    forward, backward, apart = drawn(problem, 5)
    far = Box(np.full(12, -1e90), np.full(12, 1e90))
    with pytest.raises(ArithmeticError), np.errstate(over="ignore", invalid="ignore"):
        enclose(problem, far, far, TAU, ALPHA, stashed=stashed)
    forward[where] = backward[where] = far
    apart[where] = np.full(12, 1e90)
    found = enclose_all(problem, forward, backward, TAU, ALPHA, stashed=stashed)
    changes = stale.change_all(problem, forward, backward, apart, stashed=stashed)
    for at in range(5):
        if at == where:
            assert found[at] is None and changes[at] is None
        else:
            assert same(found[at], enclose(problem, forward[at], backward[at], TAU, ALPHA, stashed=stashed))
            alone = stale.change(problem, forward[at], backward[at], apart[at], stashed=stashed)
            assert changes[at] == pytest.approx(alone, rel=1e-13)


def test_current_weights_change_nothing_beside_stale_ones() -> None:
    problem = Network(stages=2, width=2, samples=3)
    forward, backward, apart = drawn(problem, 2)
    none, some = stale.change_all(problem, forward, backward, [0 * apart[0], apart[1]])
    assert none is not None and not none.any() and some is not None and some.any()


def test_lists_and_boxes_of_one_length() -> None:
    problem = Network(stages=2, width=2, samples=3)
    forward, backward, apart = drawn(problem, 3)
    assert enclose_all(problem, [], [], TAU) == [] and stale.change_all(problem, [], [], []) == []
    for refused in (
        lambda: enclose_all(problem, forward, backward[:2], TAU),
        lambda: stale.change_all(problem, forward, backward, apart[:2]),
        lambda: Boxes.of([]),
        lambda: Boxes.of([forward[0], Box(np.zeros(2), np.ones(2))]),
        lambda: Boxes(forward[0].low, forward[0].high),
        lambda: enclose_all(problem, [Boxes.of(forward)], [Boxes.of(backward)], TAU),
    ):
        with pytest.raises(BadInput, match="box"):
            refused()
    for tau, alpha, name in ((0.0, 1.0, "tau"), (1.0, -1.0, "alpha")):
        with pytest.raises(BadInput, match=name):
            enclose_all(problem, forward, backward, tau, alpha)
    every = Boxes.of(forward)
    assert np.array_equal(every.low, [box.low for box in forward])
    assert np.array_equal(every.widened(0.5).high[1], forward[1].widened(0.5).high)
    assert type(every.joined(every)) is type(every.common(every)) is Boxes


# What a planted error in what is made of derivatives in the products would be seen by


def test_blocks_are_filled_up_with_zeros() -> None:
    matrix = np.arange(9.0).reshape(3, 3)
    assert passes.blocks(matrix, [1, 2])[0, 1].tolist() == [[1, 2], [0, 0]]
    assert passes.blocks(matrix, [1, 2])[1, 0].tolist() == [[3, 0], [6, 0]]
    assert passes.blocks(matrix, [1, 2])[1, 1].tolist() == [[4, 5], [7, 8]]
    assert passes.blocks(np.arange(16.0).reshape(4, 4), [2, 2])[0, 1].tolist() == [[2, 3], [6, 7]]
    assert passes.blocks(np.array([matrix, -matrix]), [2, 1])[1, 1, 0].tolist() == [[-6, -7], [0, 0]]


# Norms of stacks

MATRICES = np.random.default_rng(3).standard_normal((2, 3, 4, 4))


def test_norms_of_stacks_are_those_of_each() -> None:
    rough = MATRICES[..., :3]
    for many, one, values in (
        (norms2_of_size, norm2_of_size, np.abs(rough)),
        (norms2_upper, norm2_upper, rough),
        (norms2_upper, norm2_upper, rough * (np.arange(3) > 0)[:, None, None]),
        (norms2_of_size, norm2_of_size, np.abs(rough) * (np.arange(3) > 0)[:, None, None]),
    ):
        each: Callable[[Array], float] = one
        assert many(values).shape == (2, 3)
        assert many(values) == pytest.approx(np.array([[each(m) for m in row] for row in values]), rel=1e-13)
    assert norms2_upper(np.zeros((2, 3, 3))).tolist() == norms2_of_size(np.zeros((2, 3, 3))).tolist() == [0, 0]
    mixed = norms2_of_size(np.array([[[np.inf, 1.0]], [[3.0, 4.0]]]))
    assert mixed[0] == np.inf and mixed[1] == pytest.approx(5)
    table = MATRICES[0, 0]
    assert block_norms(table, 2)[1, 0] == pytest.approx(np.linalg.norm(table[2:, :2], 2), rel=1e-11)


def test_norms_of_many_small_matrices() -> None:
    rng = np.random.default_rng(6)
    rough = rng.standard_normal((3, 2, 5, 4)) * 10.0 ** rng.integers(-9, 9, (3, 2, 1, 1))
    rough[0, 0], rough[1, 1], rough[2, 0] = 0.0, np.outer(np.arange(5), np.ones(4)), np.eye(5, 4)
    norms, found = np.linalg.norm(rough, 2, axis=(2, 3)), norms2_upper(rough, searched.small_tops)
    assert np.all(norms <= found) and np.all(found <= norms * (1 + 1e-10))
    each = [[float(norms2_upper(one, searched.small_tops)) for one in row] for row in rough]
    assert found == pytest.approx(np.array(each), rel=1e-13)


def test_an_eigenvalue_that_is_not_found_is_made_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two eigenvalues next to each other: the power method takes more steps than it may."""
    close = np.diag([1.0, 1 - 1e-7, 0.1]) + 1e-9
    monkeypatch.setattr(searched, "_dominant", lambda _, values, away: (values.fill(0.9), away.fill(np.nan)))
    assert 1 <= float(norms2_upper(close, searched.small_tops)) <= 1 + 1e-7


def symmetric_with(values: Array, seed: int = 0) -> Array:
    """A symmetric matrix with these eigenvalues, but for rounding."""
    turn, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((len(values), len(values))))
    return np.asarray((turn * values) @ turn.T)


LARGE = {
    "one far above": np.r_[np.linspace(-1, 1, 79), 5.0],
    "close to each other": np.linspace(-1, 1, 80),
    "of one direction": np.r_[np.zeros(79), 3.0],
    "one below": np.r_[np.zeros(79), -3.0],
    "all below": np.linspace(-4, -1, 80),
    "equal": np.full(80, 2.0),
    "none": np.zeros(80),
}


@pytest.mark.parametrize("kind", LARGE)
def test_the_largest_eigenvalue_of_a_large_matrix(kind: str) -> None:
    """Lanczos's method only says where the search begins: what it makes a bound of is a factorisation."""
    matrix = symmetric_with(LARGE[kind])
    truth, found = float(np.max(LARGE[kind])), largest_eigenvalue(Intervals.exactly(0.5 * (matrix + matrix.T)))
    assert truth - 1e-12 <= found <= truth + (0.05 if kind in ("close to each other", "all below") else 1e-9)
    stack = np.array([symmetric_with(LARGE[kind], seed) for seed in range(3)])
    both = Intervals(stack, 0.01 * np.abs(stack))
    each = [largest_eigenvalue(both[at]) for at in range(3)]
    assert largest_eigenvalues(both) == pytest.approx(np.array(each), rel=1e-12, abs=1e-290)


def test_a_search_that_begins_beside_the_eigenvector_bounds_it_all_the_same() -> None:
    """The vector that Lanczos's method begins with has no part in the direction of the largest eigenvalue."""
    start = 1 + np.sin(np.arange(1.0, 81))
    away = np.random.default_rng(1).standard_normal(80)
    away -= start * (away @ start) / (start @ start)
    matrix = 3 * np.outer(away, away) / (away @ away) + np.outer(start, start) / (start @ start)
    assert 3 - 1e-9 <= largest_eigenvalue(Intervals.exactly(0.5 * (matrix + matrix.T))) <= 6


def test_eigenvalues_of_stacks_are_those_of_each() -> None:
    wide = Intervals(MATRICES + MATRICES.swapaxes(2, 3), 0.1 * np.abs(MATRICES))
    found = largest_eigenvalues(wide)
    assert found.shape == (2, 3)
    for at in np.ndindex(2, 3):
        assert found[at] == pytest.approx(largest_eigenvalue(wide[at]), rel=1e-13)


@pytest.mark.parametrize("wrong", [1e-9, 1e-3])
def test_one_factorisation_that_fails_is_made_again(wrong: float, monkeypatch: pytest.MonkeyPatch) -> None:
    symmetric, true = MATRICES + MATRICES.swapaxes(2, 3), np.linalg.eigvalsh

    def small(matrix: Any) -> Any:
        found = true(matrix)
        if found.ndim == 3:
            found[1, 2] -= wrong
        return found

    top = true(symmetric)[..., -1]
    norms = np.linalg.norm(MATRICES, 2, axis=(2, 3))
    monkeypatch.setattr(np.linalg, "eigvalsh", small)
    found = largest_eigenvalues(Intervals.exactly(symmetric))
    assert np.all((top <= found) & (found <= top + 2 * wrong + 1e-11))
    assert np.all(norms <= norms2_upper(MATRICES)) and np.all(norms2_upper(MATRICES) <= norms + wrong + 1e-9)


def test_a_norm_whose_bounds_stay_for_some_steps_before_they_fall() -> None:
    """What is around the fourth row falls only when it is reached; and a search does not end before that."""
    radius = np.eye(5) + np.diag([1e-3, 1e-3, 1e-3, 1.0], 1)
    assert norm2_of_size(radius) == pytest.approx(np.linalg.norm(radius, 2), rel=1e-3)
    assert norm2_of_size(radius) >= np.linalg.norm(radius, 2)


def test_the_largest_eigenvalue_of_parts_that_do_not_touch() -> None:
    """The larger norm is that of the block whose diagonal is the smaller."""
    parts = np.zeros((5, 5))
    parts[:2, :2], parts[2:, 2:] = [[1.2, 0], [0, 0.1]], np.full((3, 3), 0.5)
    assert float(norms2_upper(parts, searched.small_tops)) == pytest.approx(1.5, rel=1e-10)


@pytest.mark.parametrize("share", [-1.0, 0.0, 0.5, 0.999, 1.0, 3.0])
def test_whatever_a_search_finds_the_bounds_hold(share: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """A factorisation decides, and any x > 0 bounds a norm: a search that is wrong makes bounds wide, not false."""
    matrix, radius = symmetric_with(LARGE["one far above"]), np.abs(MATRICES)
    matrix, norms = 0.5 * (matrix + matrix.T), np.linalg.norm(MATRICES, 2, axis=(2, 3))
    monkeypatch.setattr(searched, "tops", lambda many, scale: (share * 5.0 * np.ones(many.shape[:-2]), 0.0 * scale))
    monkeypatch.setattr(searched, "positive", lambda many: 10.0**share + np.arange(many.shape[-1])[:, None] * 1.0)
    assert 5 - 1e-12 <= largest_eigenvalue(Intervals.exactly(matrix)) <= 15.1
    assert np.all(np.linalg.norm(radius, 2, axis=(2, 3)) <= norms2_of_size(radius))
    found = norms2_upper(MATRICES, lambda gram: share * np.linalg.eigvalsh(gram)[..., -1])
    assert np.all(norms <= found * (1 + 1e-15)) and np.all(found <= 2 * norms)


def test_a_search_that_finds_no_number_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searched, "tops", lambda many, scale: (np.full(many.shape[:-2], np.nan), scale))
    with pytest.raises(ArithmeticError, match="no number"):
        largest_eigenvalue(Intervals.exactly(np.eye(3)))
    with pytest.raises(ArithmeticError, match="no number"):
        norms2_upper(MATRICES, lambda gram: np.full(gram.shape[:-2], np.inf))
