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


def straight(low: float, high: float, tau: float = 4.0) -> SimpleNamespace:
    """A device with q_plus = q_minus = low + (high - low) (1 + w/tau)/2, known on all weights with Fbar = 3."""

    def response(w):
        return low + (high - low) * (1 + w / tau) / 2

    device = SimpleNamespace(q_plus=response, q_minus=lambda w: 0 * w, tau=tau)
    return SimpleNamespace(device=device, linear=False, on=lambda _: SimpleNamespace(gain=3.0))


def test_another_device_rounds_its_response_and_the_weight_that_it_is_taken_at():
    """(16 q + 4 q'), q' twice the change of the response from one end of the weights that were met to the other.

    Of 1 to 3 on [-tau, tau]; met is half of it, where the response is at most 5/2 and changes by 1.
    """
    met = SimpleNamespace(max_saturation=np.array([0.25, np.nan, 0.5]))
    for gain, least in ((None, 3.0), (2.0, 2.0), (5.0, 3.0)):
        constants = {} if gain is None else {"gain": gain}
        assert rounding._of_law(met, straight(1.0, 3.0), constants) == (pytest.approx(16 * 2.5 + 4 * 1.0), least)
    unknown = straight(1.0, 3.0)
    unknown.on = lambda _: None
    assert rounding._of_law(met, unknown, {}) == (pytest.approx(44.0), math.inf)
    assert rounding._of_law(met, unknown, {"gain": 2.0})[1] == 2.0
    still = SimpleNamespace(max_saturation=np.zeros(2))
    assert rounding._of_law(still, straight(1.0, 3.0), {})[0] == 16 * 2.0


def test_the_step_of_another_device_is_off_by_its_own_roundings_and_counts_its_gain():
    """44 roundings of the direction 8 in place of 8, on a step that is 3 alpha long."""
    runs = ran()
    runs.max_saturation = np.array([0.25, np.nan, 0.5])
    plain, other = rounding.of(runs, CONSTANTS), rounding.of(runs, CONSTANTS, straight(1.0, 3.0))
    sums = gamma(22)
    step = 2 * U32 * 3 + 44 * U32 * 0.25 * 8
    assert other.direction == pytest.approx(step / 0.75 + 2 * (sums * 8 + sums * 8), rel=1e-12)
    assert (other.gradient, other.value) == (plain.gradient, plain.value)


def test_the_least_step_of_a_run_is_the_one_that_rounding_is_relative_to():
    asked = []
    runs = ran()
    runs.run.step_size = lambda k: asked.append(k) or 0.125
    assert rounding.of(runs, CONSTANTS).direction == rounding.of(ran(alpha=0.125), CONSTANTS).direction
    assert asked == [99], "the last of 100"


def test_numbers_are_lost_in_the_dtype_of_the_weights():
    wide = rounding.of(ran(dtype="float64"), CONSTANTS)
    assert wide.dtype == "float64" and wide.direction == pytest.approx(
        rounding.of(ran(), CONSTANTS).direction * 2.0**-29, rel=1e-5
    )


def test_the_sum_of_the_measured_gradients_is_rounded_once_a_step():
    """In float64 no other term hides it: of 100 steps and the 22 terms of a direction."""
    found, sums, adding = rounding.of(ran(dtype="float64"), CONSTANTS), gamma(22, U64), gamma(122, U64)
    assert found.gradient == pytest.approx(8 * sums + 3 * U64 + (sums + adding) * 3, rel=1e-9)
    assert found.value == pytest.approx(128 * sums + (sums + adding) * 5, rel=1e-9)


def test_every_row_that_a_sample_takes_is_a_term(monkeypatch):
    class Rows(SimpleNamespace):
        pass

    monkeypatch.setattr(rounding, "Sampled", Rows)
    problem = Rows(shapes=((9, 3),), used=5)
    assert rounding.longest_sum(SimpleNamespace(problem=problem, batch=2)) == 3 + 2 * 5 + 16
