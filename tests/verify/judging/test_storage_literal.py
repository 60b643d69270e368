"""The numbers of a run that a certificate is about, and the runs that have none; nothing is run."""

from dataclasses import FrozenInstanceError, replace
from types import SimpleNamespace

import numpy as np
import pytest

from simulate import problems
from simulate.run import Run
from theory.bounds import linear
from verify.judging import storage

QUADRATIC = problems.make("quadratic", stages=3, size="2", sigma="0.5", noise="two-point", L="2", coupling="0.1")
RUN = Run(QUADRATIC, "analog-sgd-ap", 0.02, 8.0, 200)


def test_the_numbers_of_a_run():
    found = storage.of(RUN)
    assert (found.lags, found.alpha, found.iterations) == ((2, 1, 0), 0.02, 200)
    assert found.start == tuple(np.concatenate(QUADRATIC.initial_weights()).tolist())
    assert found.size == 2 * (3 + 2 + 1)
    with pytest.raises(FrozenInstanceError):
        found.alpha = 0.03


def test_weights_start_as_the_dtype_has_them():
    start = np.concatenate(QUADRATIC.initial_weights()).astype(np.float32)
    found = np.array(storage.of(replace(RUN, dtype="float32")).start)
    assert np.array_equal(found, start.astype(np.float64)) and not np.array_equal(found, storage.of(RUN).start)


@pytest.mark.parametrize("batch", [1, 3])
def test_a_certificate_is_for_at_least_the_variance_of_a_batch(batch):
    run = Run(QUADRATIC, "analog-sgd-sp", 0.02, 8.0, 200, batch=batch)
    found = storage.of(run).at(0.25)
    assert found.lags == (0,) * 6 and found.saturation.tolist() == [0.25] * 6 and found.alpha == 0.02
    share = QUADRATIC.noise_scale**2 / batch
    assert np.all((found.variance > share) & (found.variance < share * (1 + 1e-14)))
    assert np.array_equal(found.hessian, QUADRATIC.hessian) and np.array_equal(found.minimiser, QUADRATIC.minimiser)


def test_lags_are_those_of_the_stages_weights():
    assert storage.of(RUN).at(0.5).lags == (2, 2, 1, 1, 0, 0)


class Skewed(type(QUADRATIC)):
    """A quadratic whose matrix is not symmetric: then its directions are not those of the claim."""

    name = "skewed"

    @property
    def hessian(self):
        return QUADRATIC.hessian + np.triu(np.full((6, 6), 1e-9), 1)


def of_class(cls):
    fields = {name: getattr(QUADRATIC, name) for name in type(QUADRATIC).setting_fields()}
    return replace(RUN, problem=cls(stages=3, **fields))


def test_a_matrix_that_is_not_symmetric_has_no_certificate():
    assert storage.of(of_class(Skewed)) is None
    assert storage.of(of_class(type(QUADRATIC))) is not None


@pytest.mark.parametrize("name", ["enter", "forward", "turn", "backward", "direction", "draw", "moments"])
def test_a_problem_that_makes_its_directions_itself_has_no_certificate(name):
    own = type("Own", (type(QUADRATIC),), {name: lambda self, *rest: getattr(type(QUADRATIC), name)(self, *rest)})
    assert storage.of(of_class(own)) is None


def test_stages_with_several_lags_have_no_certificate(monkeypatch):
    assert storage.of(Run(problems.make("cosine", 2), "analog-sgd-ap", 0.02, 8.0, 200)) is None
    monkeypatch.setattr(Run, "lags_by_place", lambda _: ((0, 0), (1, 1), (0, 0)))
    assert storage.of(RUN) is None


def test_a_certificate_is_looked_for_up_to_the_largest_state():
    def of(size):
        return SimpleNamespace(size=size, digital=False)

    most = linear.LARGEST_STATE
    assert storage.refusal(of(most)) == ""
    assert storage.refusal(of(most + 1)).startswith(f"a state has {most + 1} numbers; certificates are decided for at")
    assert storage.refusal(None) == "it is of quadratics whose stages have one lag each"
