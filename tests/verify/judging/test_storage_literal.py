"""The numbers of a run that a certificate is about, and the runs that have none; nothing is run."""

import math
from dataclasses import FrozenInstanceError, replace
from types import SimpleNamespace

import numpy as np
import pytest

from simulate import problems
from simulate.run import Run
from theory.bounds import linear, linear_search
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


def test_a_search_is_made_once_for_the_numbers_of_a_run_and_again_for_others(monkeypatch):
    asked = []
    monkeypatch.setattr(
        linear_search, "find", lambda run, iterations, T2: asked.append((run.saturation[0], iterations, T2))
    )
    storage._found.cache_clear()
    one, other = storage.of(RUN), storage.of(replace(RUN, iterations=100))
    squares = (0.0, 0.125, 0.5)
    for run, rho, T2 in (
        (one, 0.5, None), (one, 0.5, None), (one, 0.25, None), (other, 0.5, None), (one, 0.5, squares),
        (one, 0.5, (0.1, 0.125, 0.2)), (one, 0.5, None),
    ):  # fmt: skip
        assert storage.bounds(run, rho, 0.0, T2) is None
    assert asked == [(0.5, 200, None), (0.25, 200, None), (0.5, 100, None), (0.5, 200, 0.125)]
    changes = ({"alpha": 0.03}, {"lags": (2, 2, 0)}, {"variance": (1.0,) * 6}, {"start": (0.0,) * 6})
    for change in changes:
        storage.bounds(replace(one, **change), 0.5, 0.0, None)
    assert len(asked) == 4 + len(changes)
    storage._found.cache_clear()


@pytest.mark.parametrize(
    ("off", "taken"), [(0.0, 0.0), (1e-3, 1e-3), (math.inf, math.inf), (math.nan, math.inf), (-1.0, math.inf)]
)
def test_rounding_that_is_not_known_takes_the_bound_away(off, taken, monkeypatch):
    """The pair is chosen for the mean, and evaluated at each end; nothing is measured a-priori."""
    monkeypatch.setattr(storage, "_certificate", lambda run, iterations, T2: (run.saturation[0], iterations, T2))
    monkeypatch.setattr(
        linear, "certify", lambda run, pair: SimpleNamespace(bound=lambda *given: (run.saturation[0], pair, *given))
    )
    made = storage.of(RUN)
    pair = (0.5, 200, 2.0)
    expected = tuple((0.5, pair, 200, taken, square) for square in (1.0, 2.0, 4.0))
    assert storage.bounds(made, 0.5, off, (1.0, 2.0, 4.0)) == expected
    assert storage.bounds(made, 0.5, off, None) == ((0.5, (0.5, 200, None), 200, taken, None),) * 3


def test_what_is_proved_of_each_coordinate_is_taken_where_it_is_less(monkeypatch):
    made = storage.of(RUN)
    monkeypatch.setattr(type(QUADRATIC), "certified_saturations", lambda *_: np.array([0.1, 0.9, 0.5, 0.2, 0.3, 0.4]))
    assert made.tau == 8.0
    assert made.at(0.35, certified=True).saturation.tolist() == [0.1, 0.35, 0.35, 0.2, 0.3, 0.35]
    assert made.at(0.35).saturation.tolist() == [0.35] * 6
    monkeypatch.setattr(storage, "_certificate", lambda run, *_: run.saturation[0])
    monkeypatch.setattr(
        linear, "certify", lambda run, pair: SimpleNamespace(bound=lambda *_: (run.saturation[0], pair))
    )
    assert storage.bounds(made, 0.35, 0.0, None, certified=True)[0] == (0.1, 0.1)
    assert storage.bounds(made, 0.35, 0.0, None)[0] == (0.35, 0.35)


def test_where_nothing_is_proved_of_a_coordinate_the_largest_stands(monkeypatch):
    monkeypatch.setattr(type(QUADRATIC), "certified_saturations", lambda *_: None)
    assert storage.of(RUN).at(0.35, certified=True).saturation.tolist() == [0.35] * 6
