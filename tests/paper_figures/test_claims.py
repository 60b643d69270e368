"""What the captions claim is true of the data drawn from small runs, and a planted fault is noticed."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from paper_figures.registry import REGISTRY
from paper_figures.sources import Sources

Fault = Callable[[dict[str, Any]], None]


def halved_lag(data: dict[str, Any]) -> None:
    """Let asynchronous forward passes read weights one update too fresh."""
    for task in data["schedules"][2]["passes"]:
        task["version"] += task["kind"] == "forward"


def pulse_that_moves_nothing(data: dict[str, Any]) -> None:
    weights = data["staircases"][0]["w"]
    weights[7] = weights[6]


def asynchronous_pipeline_with_a_bubble(data: dict[str, Any]) -> None:
    for point in data["pipelines"][0]["counts"]:
        point["slots_per_sample"] *= 1.1


def clock_of_the_sequential_schedule(data: dict[str, Any]) -> None:
    """Let the asynchronous pipeline pay 2M slots a sample."""
    for entry in data["series"]:
        if entry["algorithm"] == "analog-sgd-ap":
            entry["clock_cycles"] = [2 * entry["stages"] * sample for sample in entry["samples"]]


def accuracy_on_the_sequential_clock(data: dict[str, Any]) -> None:
    """Let the asynchronous pipeline of eight stages pay 2M slots a sample."""
    entry = next(one for one in data["panels"][0]["series"] if one["stages"] == 8)
    entry["clock_cycles"]["8"] = [16 * sample for sample in entry["samples"]]


def analog_without_asymmetry(data: dict[str, Any]) -> None:
    """Let analog SGD end where digital SGD does."""
    for entry in data["late"]:
        if entry["algorithm"] == "analog-sgd":
            entry["mean"] = 0.3 * entry["alpha"]


def floor_of_half_the_saturation(data: dict[str, Any]) -> None:
    """Let the bound forget half of rho."""
    for entry in data["instances"]:
        entry["bound"] /= 4


def device_off_the_curve(data: dict[str, Any]) -> None:
    """Let one device have the floor of a tenth more asymmetry."""
    entry = data["instances"][4]
    entry["observed"] *= 1.21


def preset_without_its_asymmetry(data: dict[str, Any]) -> None:
    """Let one device have the floor of another reach."""
    data["devices"][2]["points"][3]["floor"] = data["devices"][2]["points"][2]["floor"]


def pulses_that_the_step_quietens(data: dict[str, Any]) -> None:
    """Let what pulses leave fall with the step, as the noise of the gradients does."""
    for point in data["points"]:
        point["observed"] = point["alpha"] / 2


def published_point_of_another_tau(data: dict[str, Any]) -> None:
    one, other = data["panels"]["tau"][0], data["panels"]["tau"][1]
    one["authors"] = other["authors"]


def bound_too_low(data: dict[str, Any]) -> None:
    """Lower one bound below its observation."""
    point = data["points"][0]
    point["bound"] = 0.9 * point["interval"][0]


def tube_below_what_is_observed(data: dict[str, Any]) -> None:
    """Lower a bound on the tube below the interval of what it bounds."""
    found = data["panels"][1]["points"][0]["bounds"]["tube"]
    found["value"] = 0.9 * found["at_least"]


def bound_without_its_root(data: dict[str, Any]) -> None:
    """Let the digital bound fall as 1/K."""
    for point in data["panels"][0]["points"]:
        point["sharp"] = point["explicit"] = point["sharp"] ** 2


def lag_of_first_order(data: dict[str, Any]) -> None:
    """Let the lag add a term proportional to alpha."""
    for entry in data["late"]:
        entry["excess"] += 1e-3 * entry["alpha"] * (entry["stages"] - 1)


def lag_term_of_theorem_1(data: dict[str, Any]) -> None:
    """Give Theorem 4 the cross term that it is without."""
    for row in data["table"]:
        row["theorem_4"] = row["theorem_1"]


def step_that_beats_the_lower_bound(data: dict[str, Any]) -> None:
    """Let the instance reach its target in fewer iterations than any step size can."""
    for one in data["alone"]:
        one["taken"] = 0.9 * one["necessary"]


def one_slot_lost(data: dict[str, Any]) -> None:
    data["points"][-1]["slots"] += 1


def line_that_breaks(data: dict[str, Any]) -> None:
    """Let one line of the proof fail."""
    next(iter(data["settings"][0]["lines"].values()))["ok"] = False


def circular_proof(data: dict[str, Any]) -> None:
    start, end = data["edges"][-1]
    data["edges"].append([end, start])


def target_below_its_floor(data: dict[str, Any]) -> None:
    """Claim a target that no theorem reaches."""
    entry = data["by_saturation"][-1]
    entry["points"][-1]["eps"] = 0.9 * entry["floor"]


FAULTS: dict[str, Fault] = {
    "device_responses": pulse_that_moves_nothing,
    "pipeline_schedules": halved_lag,
    "computation_density": asynchronous_pipeline_with_a_bubble,
    "digital_against_analog": analog_without_asymmetry,
    "convergence_by_algorithm": clock_of_the_sequential_schedule,
    "accuracy_by_pipeline": accuracy_on_the_sequential_clock,
    "device_floor": device_off_the_curve,
    "device_presets": preset_without_its_asymmetry,
    "granularity": pulses_that_the_step_quietens,
    "floor_against_saturation": floor_of_half_the_saturation,
    "published_ablations": published_point_of_another_tau,
    "average_against_iterations": bound_without_its_root,
    "complexity_by_target": target_below_its_floor,
    "lag_effect": lag_of_first_order,
    "excess_by_step": lag_term_of_theorem_1,
    "iterations_by_lag": step_that_beats_the_lower_bound,
    "speed_up": one_slot_lost,
    "slack_by_step": line_that_breaks,
    "bound_against_iterations": tube_below_what_is_observed,
    "bound_against_observed": bound_too_low,
    "proof_blueprint": circular_proof,
}


def test_every_figure_has_a_planted_fault() -> None:
    assert FAULTS.keys() == REGISTRY.keys()


@pytest.mark.parametrize("name", FAULTS)
def test_claims_hold_on_the_data_and_fail_on_a_fault(name: str, sources: Sources) -> None:
    figure = REGISTRY[name]
    if missing := figure.lacks():
        pytest.skip(missing)
    sources.check(figure.needs)
    data: Any = figure.data(sources)
    assert [claim for claim, holds in figure.claims(data).items() if not holds] == []
    damaged = copy.deepcopy(data)
    FAULTS[name](damaged)
    assert not all(figure.claims(damaged).values())
