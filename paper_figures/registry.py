"""Every figure by name; a new figure is one file with a `FIGURE` and one entry here."""

from paper_figures import (
    accuracy_by_pipeline,
    average_against_iterations,
    bound_against_iterations,
    bound_against_observed,
    complexity_by_target,
    computation_density,
    convergence_by_algorithm,
    device_floor,
    device_presets,
    device_responses,
    digital_against_analog,
    excess_by_step,
    floor_against_saturation,
    granularity,
    iterations_by_lag,
    lag_effect,
    pipeline_schedules,
    proof_blueprint,
    published_ablations,
    slack_by_step,
    speed_up,
)
from paper_figures.figure import Figure

REGISTRY: dict[str, Figure] = {
    module.FIGURE.name: module.FIGURE
    for module in (
        device_responses,
        pipeline_schedules,
        computation_density,
        digital_against_analog,
        convergence_by_algorithm,
        accuracy_by_pipeline,
        floor_against_saturation,
        device_floor,
        device_presets,
        granularity,
        published_ablations,
        average_against_iterations,
        complexity_by_target,
        lag_effect,
        excess_by_step,
        iterations_by_lag,
        speed_up,
        slack_by_step,
        bound_against_iterations,
        bound_against_observed,
        proof_blueprint,
    )
}
