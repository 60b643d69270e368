"""Device and stationary law against tables measured on an independent simulator (data/README.md)."""

import csv
from pathlib import Path

import numpy as np
import pytest

import simulate
from simulate.problems import Quadratic
from theory.setting import devices

DATA = Path(__file__).parent / "data"


def rows(name: str) -> list[dict[str, float]]:
    with (DATA / name).open(newline="") as file:
        return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]


def test_pulses_of_the_linear_device_are_the_measured_ones():
    """A train of ALD updates by one pulse each lands within one pulse of the measured mean."""
    for row in rows("aihwkit_update.csv"):
        device, w = devices.ald(row["tau"]), np.array(row["w"])
        pulse = np.copysign(row["dw_min"], row["dW"])
        for _ in range(round(abs(row["dW"]) / row["dw_min"])):
            w = device.update(w, pulse)
        assert abs(w - row["mean_new_w"]) <= row["dw_min"]


def test_the_pulse_train_law_is_the_measured_one_and_the_one_step_law_is_not():
    overshoot = 0
    for row in rows("aihwkit_update.csv"):
        w, change = np.array(row["w"]), np.array(row["dW"])
        exact = devices.pulse_train(row["tau"]).update(w, change)
        assert abs(exact - row["exact_new_w"]) <= 5e-9  # printed to nine digits
        assert abs(exact - row["mean_new_w"]) <= 2 * row["dw_min"]  # one pulse, and the train's granularity
        step = devices.ald(row["tau"]).update(w, change)
        overshoot += abs(step - row["mean_new_w"]) > 2 * row["dw_min"]
    assert overshoot > 10


@pytest.mark.slow
@pytest.mark.parametrize("row", rows("aihwkit_stationary.csv")[::3], ids=lambda row: f"tau={row['tau']:g}")
def test_stationary_gradient_of_the_linear_device(row):
    """The difference to the table's linear model is within five standard errors of both together."""
    unit = abs(Quadratic(1, size=1).minimiser[0])
    problem = Quadratic(1, size=1, sigma=row["sigma"], target=row["w_star"] / unit, start=0.0)
    found = simulate.run(
        problem, "analog-sgd", alpha=row["alpha"], tau=row["tau"], iterations=int(row["K"]), replicas=1024, seed=2
    )
    after = found.curve.squared_gradient[found.curve.times > row["burn"]].mean(axis=0)
    error = np.hypot(after.std(ddof=1) / np.sqrt(len(after)), row["model_se"])
    assert abs(after.mean() - row["model_Egrad2"]) < 5 * error
    assert 5 * error < 0.02 * row["model_Egrad2"], "the smallest difference that would be caught is 2%"
