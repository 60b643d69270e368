"""The bound on a run's rounding, term by term, at sizes where each can be worked out."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from verify.judging import rounding
from verify.judging.rounding import UNKNOWN, Rounding

U32, U64, LEAST32 = 2.0**-24, 2.0**-53, 2.0**-149
CONSTANTS = {"L": 0.5, "sigma2": 4.0}


def gamma(terms: int, unit: float = U32) -> float:
    return terms * unit / (1 - terms * unit)


def ran(problem: dict | None = None, **changes) -> SimpleNamespace:
    """Four weights of at most 1.5, a minimiser of norm 5, a gradient of 3, a noise of 2; two replicas left."""
    about = {"shapes": ((4,),), "minimiser": np.array([3.0, 4.0, 0.0, 0.0]), "lower_bound": -2.0} | (problem or {})
    run = {
        "problem": SimpleNamespace(**about), "dtype": "float32", "lags": (0, 1), "batch": 2, "alpha": 0.25, "tau": 8.0,
        "iterations": 100,
    }  # fmt: skip
    seen = {
        "mean_squared_gradient": np.array([12.0, np.nan, 6.0]), "largest_weight": np.array([0.5, np.nan, 1.5]),
        "initial_gap": 7.0,
    }  # fmt: skip
    both = run | seen | changes
    described = SimpleNamespace(**{key: both[key] for key in run}, step_size=lambda _: both["alpha"])
    return SimpleNamespace(run=described, **{key: both[key] for key in seen})


def test_every_term_of_the_bound():
    # sqrt(D) w = 3, X = 8, a direction of 3 + 2 + 2 L 3 = 8; 4 + 2 + 16 terms
    found, sums, adding = rounding.of(ran(), CONSTANTS), gamma(22), gamma(122, U64)
    step, gathered = 2 * U32 * 3 + 8 * U32 * 0.25 * 8, sums * 2 * 0.5 * 8
    assert found.direction == pytest.approx(step / 0.25 + 2 * (gathered + sums * 8), rel=1e-13)
    assert found.gradient == pytest.approx(gathered + 2 * 0.5 * U32 * 3 + (sums + adding) * 3, rel=1e-12)
    assert found.value == pytest.approx(2 * sums * 2 * 0.5 * 64 + (sums + adding) * 5, rel=1e-12)
    assert found.dtype == "float32"


def test_a_direction_that_is_a_samples_has_no_factor_of_the_dimension(monkeypatch):
    monkeypatch.setattr(rounding, "FiniteData", SimpleNamespace)
    found, sums, adding = rounding.of(ran(), CONSTANTS), gamma(22), gamma(122, U64)
    assert found.direction == pytest.approx(22 * U32 / 0.25 + 2 * (4 * sums + 8 * sums), rel=1e-13)
    assert found.value == pytest.approx(64 * sums + (sums + adding) * 5, rel=1e-12)


def test_without_lag_noise_and_minimiser_less_is_rounded():
    still = ran(lags=(0, 0))
    assert rounding.of(still, CONSTANTS) == rounding.of(ran(lags=None), CONSTANTS)
    sums = gamma(22)
    assert rounding.of(still, CONSTANTS).direction == pytest.approx(
        (6 * U32 + 8 * U32 * 0.25 * 5) / 0.25 + 2 * (8 + 5) * sums, rel=1e-13
    )
    bare = ran(lags=None)
    del bare.run.problem.minimiser
    found = rounding.of(bare, {"L": 0.5})
    assert found.direction == pytest.approx((6 * U32 + 6 * U32) / 0.25 + 2 * (3 + 3) * sums, rel=1e-13)


@pytest.mark.parametrize(("tau", "scale"), [(8.0, 8), (0.5, 1), (math.inf, 1)])
def test_numbers_too_small_to_be_held_are_lost(tau, scale):
    still = ran(
        {"minimiser": np.zeros(4), "lower_bound": 0.0},
        mean_squared_gradient=np.zeros(1), largest_weight=np.zeros(1), lags=None, tau=tau, initial_gap=0.0,
    )  # fmt: skip
    found, lost = rounding.of(still, {"L": 0.5}), 2 * 4 * LEAST32 * scale
    assert (found.direction, found.gradient, found.value) == (lost / 0.25 + 2 * lost, 2 * 2.0**-63, 0.0)


def test_alpha_is_held_in_the_weights_type_and_by_networks_in_multiples_of_tau():
    def rest(**changes) -> float:
        """What the rounding of alpha adds, for a direction of 8 that alpha = 1/4 leaves as it was."""
        exact = rounding.of(ran(**changes | {"tau": 8.0, "alpha": 0.25}), CONSTANTS).direction
        return rounding.of(ran(**changes), CONSTANTS).direction - exact

    third = abs(float(np.float32(0.25 / 3)) * 3 - 0.25) / 0.25
    assert rest(tau=3.0) == pytest.approx(8 * third, rel=1e-6) and third > 0
    assert rest(tau=math.inf) == pytest.approx(0, abs=1e-40)
    assert rounding._of_alpha(0.1, math.inf, np.dtype("float32")) == abs(float(np.float32(0.1)) - 0.1) / 0.1 > 0
    assert rounding._of_alpha(0.1, math.inf, np.dtype("float64")) == 0


def test_where_nothing_is_known_everything_may_be_lost():
    assert rounding.of(ran(), {"sigma2": 1.0}) == UNKNOWN
    assert rounding.of(ran(mean_squared_gradient=np.full(3, np.nan)), CONSTANTS) == UNKNOWN
    assert math.inf == UNKNOWN.direction == UNKNOWN.gradient == UNKNOWN.value


def test_the_longest_sum():
    def terms(*shapes, batch=1):
        return rounding.longest_sum(SimpleNamespace(problem=SimpleNamespace(shapes=shapes), batch=batch))

    assert terms((2,), (3,)) == 2 + 3 + 1 + 16
    assert terms((9, 3), (5, 4), batch=3) == 4 + 3 + 16


@pytest.mark.parametrize(("operations", "unit", "share"), [(1, 0.5, 1), (1, 0.25, 1 / 3), (2, 0.5, math.inf)])
def test_the_relative_error_of_roundings_in_a_row(operations, unit, share):
    assert rounding.relative(operations, unit) == share
    assert rounding.relative(5, 0.5) == math.inf


def test_means_behind_a_measured_one():
    lost = Rounding(1.0, 2.0, 3.0, "float32")
    assert [lost.lowered(mean) for mean in (0.0, 1.0, 4.0, 9.0)] == [0, 0, 0, 1]
    assert [lost.raised(mean) for mean in (-1.0, 0.0, 0.25, 9.0)] == [4, 4, 6.25, 25]
    assert lost.larger(Rounding(2.0, 1.0, 5.0, "other")) == Rounding(2.0, 2.0, 5.0, "float32")
    assert lost.larger(Rounding(0.5, 2.5, 2.0, "other")) == Rounding(1.0, 2.5, 3.0, "float32")
    assert lost.to_json() == {"dtype": "float32", "direction": 1.0, "gradient": 2.0, "value": 3.0}
    assert Rounding(0.0, 0.0, 0.0, "exact") == rounding.EXACT and rounding.SHARE == 0.01


def test_what_was_found_is_not_changed_afterwards():
    assert Rounding.__dataclass_params__.frozen


def test_what_json_made_of_the_bounds_is_read_again():
    import json
    import math

    for one in (rounding.Rounding(0.5, 0.25, 2.0, "float32"), rounding.UNKNOWN):
        text = json.dumps({name: str(value) if value == math.inf else value for name, value in one.to_json().items()})
        assert rounding.Rounding.from_json(one.to_json()) == rounding.Rounding.from_json(json.loads(text)) == one
