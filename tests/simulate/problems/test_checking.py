"""A problem that disagrees with itself is named before anybody rests on it; the built-in ones agree."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest

import simulate
import verify
from boundary import BadInput
from simulate import problems
from simulate.answers import Misfit
from simulate.problems import checking, rounding
from simulate.problems.base import Moments
from simulate.problems.soundness import require_sound

BUILT_IN = {
    "quadratic": {"size": 2},
    "attaining": {},
    "plus-minus": {},
    "network": {},
    "cosine": {},
    "logistic": {"size": 2, "samples": 9},
}


@pytest.mark.parametrize("name", BUILT_IN)
def test_the_built_in_problems_agree_with_themselves(name):
    found = problems.check(problems.make(name, 1 if name == "attaining" else 2, **BUILT_IN[name]))
    assert found.ok, str(found)
    assert len(found.comparisons) >= 5 and "no disagreement" in str(found)


def test_what_a_problem_does_not_state_is_said():
    assert problems.check(problems.Network(2), quick=True).not_stated == ("L", "sigma2", "Lambda1", "Lambdah")


@dataclass(frozen=True)
class Mine(problems.Quadratic):
    """A coupled quadratic in which one thing may be wrong."""

    name: ClassVar[str] = "mine"
    independent_draws: ClassVar[bool] = True
    wrong: str = ""

    def moments(self, weights):
        found = super().moments(weights)
        match self.wrong:
            case "gradient":
                return found._replace(gradient=[2 * stage for stage in found.gradient])
            case "value":
                return found._replace(value=found.value + np.sum(weights[0], axis=-1) * 1e-3)
            case "variance":
                return found._replace(variance=[1.2 * stage for stage in found.variance])
            case "size":  # of noise that goes either way by its deviation it is the larger of that and the mean
                return found._replace(size=[np.abs(stage) + 5 for stage in found.gradient])
        return found

    def backward(self, stage, weights, message, kept):
        along, on = super().backward(stage, weights, message, kept)
        return (along + 0.3 if self.wrong == "mean" else along), on

    def draw(self, generator, steps, batch):
        generator = np.random.default_rng(0) if self.wrong == "draw" else generator
        return super().draw(generator, steps, batch)

    @property
    def lower_bound(self):
        return 0.1 if self.wrong == "lower" else 0.0

    def facts(self, lags, *, stashed=False):
        found = super().facts(lags, stashed=stashed)
        small = {"L": 0.05, "sigma2": 0.05, "Lambda1": 0.5}.get(self.wrong)
        return (
            found
            if small is None
            else replace(found, values={**found.values, self.wrong: found.values[self.wrong] * small})
        )


NAMED = {
    "gradient": "the gradient and differences of the value",
    "value": "the gradient and differences of the value",
    "variance": "the variance of sample gradients",
    "size": "the mean size of sample gradients",
    "mean": "the mean of sample gradients",
    "draw": "draws of two seeds",
    "lower": "the lower bound",
    "L": "a change of gradient and L",
    "sigma2": "the noise variance and sigma2",
    "Lambda1": "staleness through stage",
}


@pytest.mark.parametrize("wrong", NAMED)
@pytest.mark.parametrize("seed", [0, 1])
def test_what_disagrees_is_named(wrong, seed):
    assert problems.check(Mine(2, noise="two-point"), seed=seed, quick=True).ok
    found = problems.check(Mine(2, noise="two-point", wrong=wrong), seed=seed)
    assert any(NAMED[wrong] in one.what for one in found.disagreements), str(found)
    assert NAMED[wrong] in str(found) and "mine disagrees with itself" in str(found)


@dataclass(frozen=True)
class Broken(problems.Quadratic):
    """A quadratic that hands out something of a wrong kind."""

    name: ClassVar[str] = "broken"
    wrong: str = ""

    def initial_weights(self):
        right = super().initial_weights()
        match self.wrong:
            case "W_0 flat":
                return [np.concatenate(right)]
            case "W_0 nan":
                return [right[0], right[1] * np.nan]
            case "W_0 inf":
                return [right[0] + np.inf, right[1]]
        return right

    def direction(self, forward, backward, sample):
        right = super().direction(forward, backward, sample)
        return [stage[..., :1] for stage in right] if self.wrong == "direction" else right

    def moments(self, weights):
        found = super().moments(weights)
        match self.wrong:
            case "no variance":
                return Moments(found.value, found.gradient, None)
            case "data":
                return Moments(found.value * np.nan, found.gradient, found.variance)
            case "negative":
                return Moments(found.value, found.gradient, [-stage for stage in found.variance])
            case "value":
                return Moments(found.value * np.ones(2), found.gradient, found.variance)
            case "sizes flat":
                return found._replace(size=[np.abs(np.concatenate(found.gradient))])
            case "sizes":
                return found._replace(size=[0.5 * np.abs(stage) for stage in found.gradient])
        return found


REFUSED = {
    "W_0 flat": "initial_weights",
    "W_0 nan": r"initial_weights\[1\]",
    "W_0 inf": r"initial_weights\[0\]",
    "direction": "direction of the problem broken = .* the shapes",
    "no variance": "moments.variance",
    "data": "moments.value of the problem broken = nan",
    "negative": "variances >= 0",
    "value": "one number",
    "sizes flat": "moments.size of the problem broken = .* the shapes",
    "sizes": "mean sizes, at least the size of the mean",
}


@pytest.mark.parametrize("wrong", REFUSED)
@pytest.mark.parametrize("backend", ["kernels", "numpy", "reference"])
def test_what_is_of_a_wrong_kind_is_refused_before_the_first_step(wrong, backend):
    common = {"alpha": 0.1, "tau": 10.0, "iterations": 3, "backend": backend}
    simulate.run(Broken(2), "analog-sgd-ap", **common)
    with pytest.raises(BadInput, match=REFUSED[wrong]):
        simulate.run(Broken(2, wrong=wrong), "analog-sgd-ap", **common)


COMPLEX = ("initial_weights", "direction", "moments.value", "moments.gradient", "moments.variance", "lower_bound")


@dataclass(frozen=True)
class Complex(problems.Quadratic):
    """A quadratic, one of whose answers is complex, at one of its stages if it has some."""

    name: ClassVar[str] = "complex"
    wrong: str = ""
    where: int = 0

    def turned(self, what, found):
        if what != self.wrong:
            return found
        if not isinstance(found, list):
            return found + 0j
        return [part + 0j if stage == self.where else part for stage, part in enumerate(found)]

    def initial_weights(self):
        return self.turned("initial_weights", super().initial_weights())

    def direction(self, forward, backward, sample):
        return self.turned("direction", super().direction(forward, backward, sample))

    def moments(self, weights):
        found = super().moments(weights)._asdict()
        return Moments(**{name: self.turned(f"moments.{name}", value) for name, value in found.items()})

    @property
    def lower_bound(self):
        return self.turned("lower_bound", super().lower_bound)


@pytest.mark.parametrize("where", [0, 1])
@pytest.mark.parametrize("wrong", COMPLEX)
@pytest.mark.filterwarnings("error")
def test_complex_answers_are_refused_before_numpy_cuts_them(wrong, where):
    require_sound(Complex(2))
    with pytest.raises(Misfit, match=f"{wrong} .*is an array of shape .* and type complex128, and not one of real num"):
        require_sound(Complex(2, wrong=wrong, where=where))


def test_a_value_too_large_for_a_double_is_a_run_that_diverges_not_a_fault_of_the_data():
    far = problems.Quadratic(1, size=2, L=1e300, start=1e200)
    require_sound(far)


@pytest.mark.parametrize("wrong", ["L", "sigma2"])
def test_no_verdict_rests_on_a_fact_that_is_twenty_times_too_small(wrong):
    """Both were "certified", and the bounds made of them "held"."""
    common = {"alpha": 0.01, "tau": 50.0, "iterations": 50, "replicas": 3}
    assert verify.check(simulate.run(Mine(2, noise="two-point"), "analog-sgd-ap", **common)).verdict == "held"
    with pytest.raises(BadInput, match=NAMED[wrong]):
        verify.check(simulate.run(Mine(2, noise="two-point", wrong=wrong), "analog-sgd-ap", **common))


def test_a_problem_that_holds_arrays_is_checked_once(monkeypatch):
    @dataclass(frozen=True)
    class WithData(problems.Quadratic):
        table: object = None

    seen, true = [], checking.check
    monkeypatch.setattr(checking, "check", lambda *a, **k: (seen.append(1), true(*a, **k))[1])
    mine = WithData(2, table=np.ones(3))
    for _ in range(2):
        checking.require_agreement(mine, quick=True, needed_by="a test")
    assert len(seen) == 1


def test_the_worst_weights_are_climbed_to_from_where_they_are_worst_so_far():
    look = checking._Look(problems.Quadratic(1, size=2), 0, 4)
    peak = look.start + 0.3 * look.reach

    def size(at):
        return float(np.exp(-np.sum((at - peak) ** 2)))

    found = checking._ratio(look, "a peak between the points", size, 0.95)
    assert max(size(at) for _, at in look.points) < 0.9 and found.found > 1 and not found.ok
    assert found.where == "found by climbing" and "DISAGREES" not in str(found)


def test_means_of_draws_are_held_to_a_few_standard_errors():
    """Noise of size 1 in 4,096 draws: an offset of 0.3 is twenty standard errors, one of 0.02 is none that counts."""
    right, wrong = Mine(1, size=1, noise="gaussian"), Mine(1, size=1, noise="gaussian", wrong="mean")
    assert problems.check(right).ok
    (found,) = (one for one in problems.check(wrong).disagreements if one.what.startswith("the mean of"))
    assert 0.25 < found.found < 0.35 and 0.08 < found.allowed < 0.14


def test_the_rounding_of_a_variance_by_hand(tmp_path):
    """2 (3 N + 7) eps of the mean square: one row has 20 eps, five have 44."""
    eps = 2.0**-52
    for rows, units in ((1, 20), (5, 44)):
        np.savez(tmp_path / f"{rows}.npz", x=np.ones((rows, 2)), y=np.ones(rows))
        for batch in (1, 2):  # of which no list of all samples is made
            table = problems.make("least-squares", data=str(tmp_path / f"{rows}.npz"), batch=batch)
            assert rounding.of_variance(table, np.array([1.0, 2.0])).tolist() == [units * eps, 2 * units * eps]
    made_up = problems.make("logistic", size=2, samples=5)
    assert rounding.of_variance(made_up, np.ones(1)) == 44 * eps
    assert rounding.of_variance(problems.Quadratic(1), np.ones(1)) == 20 * eps


@pytest.mark.parametrize(("share", "ok"), [(0, True), (1e-12, False)])
def test_the_law_of_a_variance_is_allowed_its_rounding_and_no_more(tmp_path, monkeypatch, share, ok):
    """Of one row: a variance of 0 and directions of 1e6, whose squares are rounded by 1e-4."""
    np.savez(tmp_path / "row.npz", x=1e3 * np.array([[0.3, -1.7]]), y=np.array([700.0]))
    problem = problems.make("least-squares", data=str(tmp_path / "row.npz"))
    true = problem.laws

    def off(weights, data, gradient, variance):
        value = true.moments(weights, data, gradient, variance)
        variance += share * gradient**2
        return value

    monkeypatch.setitem(vars(problem), "laws", true._replace(moments=off))
    found = problems.check(problem)
    assert found.ok == ok and (ok or "the law of the variance" in str(found)), str(found)


def test_weights_are_cut_into_the_stages_that_they_were_joined_from():
    """Stages of three different sizes: each has its own part, in its own shape, and its own rows in order."""
    look = checking._Look(problems.make("network", 3, width=(2, 3, 1, 4), samples=2, instance=1), 1, 2)
    assert [(part.start, part.stop) for part in look.stages] == [(0, 6), (6, 9), (9, 13)]
    numbers = np.arange(13.0)
    parts = look.weights(numbers)
    assert [part.shape for part in parts] == [(3, 2), (1, 3), (4, 1)]
    assert np.array_equal(look.flat(parts), numbers) and parts[0][1].tolist() == [2, 3]
