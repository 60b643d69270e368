"""The digits: a network on images, with or without scikit-learn."""

import numpy as np
import pytest

import boundary
import simulate
from boundary import BadInput
from simulate import problems
from simulate.__main__ import app
from simulate.problems import digits

RUN = ["run", "--problem", "digits", "--algorithm", "analog-sgd-ap", "--stages", "3", "--alpha", "0.05", "--tau", "4"]


@pytest.fixture
def images(monkeypatch):
    """Images of the right form, so that all but the reading is tested where scikit-learn is not installed."""
    rng = np.random.default_rng(3)
    pixels, answers = rng.integers(0, 17, size=(1797, 64)).astype(float), rng.integers(0, 10, size=1797)
    monkeypatch.setattr(digits, "installed", lambda: True)
    monkeypatch.setattr(digits, "images", lambda: (pixels, answers))
    return pixels, answers


def test_images_have_norm_1_and_each_answers_one_digit(images):
    problem = problems.make("digits", stages=3, width="12", samples="40")
    assert problem.widths == (64, 12, 12, 10)
    np.testing.assert_allclose(np.linalg.norm(problem.inputs, axis=1), 1)
    assert problem.inputs.shape == (40, 64)
    assert np.all(np.sum(problem.targets == 1, axis=1) == 1)
    assert np.all(np.abs(problem.targets) == 1)
    chosen = np.random.Generator(np.random.Philox(np.random.SeedSequence([0, 0]))).permutation(1797)[:40]
    np.testing.assert_array_equal(np.argmax(problem.targets, axis=1), images[1][chosen])
    shares = problem.inputs / images[0][chosen].clip(1)
    lengths = np.linalg.norm(images[0][chosen], axis=1)
    np.testing.assert_allclose(shares.max(axis=1) * lengths, 1)
    assert problems.rebuild(problem.describe()) == problem
    assert not np.array_equal(problem.inputs, problems.make("digits", 3, width=12, samples=40, instance=1).inputs)


def test_it_runs_on_the_kernels_and_learns(images):
    problem = problems.make("digits", stages=2, samples=32)
    common = {"alpha": 0.05, "tau": 4.0, "replicas": 2, "seed": 1}
    found, literal = (
        simulate.run(problem, "analog-sgd-ap", iterations=60, backend=name, **common)
        for name in ("kernels", "reference")
    )
    np.testing.assert_allclose(found.mean_squared_gradient, literal.mean_squared_gradient, rtol=1e-10)
    long = simulate.run(problem, "analog-sgd-ap", iterations=3000, **common)
    assert np.all(long.final_value < 0.7 * problem.value(problem.initial_weights()))


@pytest.mark.parametrize("wrong", [{"samples": 1798}, {"width": (64, 12, 12, 10)}, {"width": 0}, {"teacher_gain": 1.0}])
def test_wrong_settings_are_refused(images, wrong):
    with pytest.raises(BadInput):
        problems.make("digits", stages=3, **wrong)


def test_without_scikit_learn_one_line_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setattr(digits, "installed", lambda: False)
    with pytest.raises(SystemExit) as stopped:
        boundary.run_command(app, "python -m simulate", [*RUN, "--iterations", "9"])
    out, err = capsys.readouterr()
    assert (stopped.value.code, out) == (2, "")
    assert "digits" in err
    assert "pip install" in err
    assert err.count("\n") == 1


def test_the_images_of_scikit_learn_have_that_form():
    pytest.importorskip("sklearn", reason="the extra `data` is not installed")
    pixels, answers = digits.images()
    assert pixels.shape == (1797, 64)
    assert sorted(set(answers.tolist())) == list(range(10))
    assert pixels.min() == 0
    assert pixels.max() == 16
    assert problems.make("digits", stages=2).initial_gap > 0
