"""Normal numbers of compiled code are NumPy's, bit for bit, and leave the generator where NumPy leaves it."""

import numpy as np
import pytest

import simulate
from simulate.kernels import normals
from simulate.problems import make


def _pair(seed):
    bits = [np.random.Philox(key=np.array([seed, 1], np.uint64)) for _ in range(2)]
    return normals.Generator(bits[0]), np.random.Generator(bits[1])


@pytest.mark.parametrize("worth", [0, 1000, 1 << 40])
def test_numbers_and_what_is_drawn_after_them_are_numpy_s(worth, monkeypatch):
    """Also the tails: of 300,000 numbers about 80 are beyond 3.65, where the ziggurat ends."""
    monkeypatch.setattr(normals, "_WORTH", worth)
    monkeypatch.setattr(normals.Generator, "_drawn", 0)
    ours, theirs = _pair(5)
    for shape in ((3,), (300, 1, 1000), 7, (2, 0)):
        found, wanted = ours.standard_normal(shape), theirs.standard_normal(shape)
        assert found.shape == wanted.shape and np.array_equal(found, wanted)
        assert np.array_equal(ours.integers(0, 9, 5), theirs.integers(0, 9, 5))
        assert ours.standard_normal() == theirs.standard_normal()
        assert np.array_equal(ours.standard_normal(3, np.float32), theirs.standard_normal(3, np.float32))
    assert normals.agree()


def test_where_bits_differ_numpy_draws(monkeypatch):
    """As on a platform with another logarithm."""
    monkeypatch.setattr(normals, "_WORTH", 0)
    monkeypatch.setattr(normals, "_fill", lambda _, out: out.fill(0.0))
    normals.agree.cache_clear()
    ours, theirs = _pair(6)
    assert not normals.agree()
    assert np.array_equal(ours.standard_normal(9), theirs.standard_normal(9))
    normals.agree.cache_clear()


def test_a_run_has_the_same_bits_whoever_draws(monkeypatch):
    def run():
        return simulate.run(
            make("quadratic", 2), "analog-sgd-ap", alpha=0.02, tau=9.0, iterations=300, replicas=2, seed=1
        )

    monkeypatch.setattr(normals.Generator, "_drawn", 0)
    monkeypatch.setattr(normals, "_WORTH", 1 << 40)
    numpy = run()
    monkeypatch.setattr(normals, "_WORTH", 0)
    assert np.array_equal(run().final_value, numpy.final_value)
