"""The published ablations: the drawn bounds are the verdicts' own, and none is drawn outside its theorem."""

import copy
import math
from typing import Any

import pytest

import simulate
import verify
from paper_figures import published_ablations as figure
from paper_figures.export import render
from paper_figures.figure import Data
from paper_figures.sources import Sources


@pytest.fixture(scope="module")
def data(small_runs: Any) -> Data:
    return figure.FIGURE.data(Sources(quick=True, runs=small_runs))


def one(data: Data, case: str) -> Data:
    return next(found for found in figure.entries(data) if found["case"] == case)


@pytest.mark.parametrize("case", ["S2-analog-tau1.0", "S1-digital-lr0.1", "S33-analog-initgd30"])
def test_a_bound_is_what_the_verdict_takes(case: str, data: Data) -> None:
    setting = next(setting for setting, row in figure.table().items() if row["case"] == case)
    report = verify.check(simulate.execute(setting.request(quick=True)))
    check = next(check for check in report.checks if str(check.name) == "sharp/a-posteriori")
    assert check.verdict == "held"
    assert one(data, case)["bound"] == pytest.approx(check.bound, rel=1e-12)
    assert one(data, case)["A"]["mean"] == pytest.approx(check.observed, rel=1e-12)


@pytest.mark.parametrize(
    ("case", "reason"), [("S1-analog-lr0.2", "x = L*alpha = 1.046"), ("S33-analog-init1", "rho = 1.0: must satisfy")]
)
def test_no_bound_is_drawn_outside_its_theorem(case: str, reason: str, data: Data) -> None:
    found = one(data, case)
    assert found["bound"] is found["adaptive"] is found["limit"] is None
    assert reason in found["not_applied"]


def test_every_published_row_is_the_one_of_its_own_setting() -> None:
    assert len(figure.table()) == 22
    for setting, row in figure.table().items():
        assert (setting.data, setting.alpha, setting.tau) == (row["data"], float(row["lr"]), float(row["tau"]))
        assert setting.request(quick=True).iterations == int(row["K"])
        assert setting.request(quick=True).problem.settings["noise"] == float(row["sigma"])


def test_the_last_fifth_is_the_published_one(data: Data) -> None:
    """Of short runs the bins of the curve end where the table's last fifth begins; a tenth would be far off."""
    found = one(data, "S33-analog-init0.01")
    apart = abs(found["late"]["mean"] - found["restated"]["late"]["mean"])
    assert apart < figure.ERRORS * math.hypot(found["late"]["se"], found["restated"]["late"]["se"])
    assert found["A"]["mean"] > 30 * found["late"]["mean"]


@pytest.mark.parametrize("key", ["bound", "adaptive"])
def test_a_bound_below_a_mean_is_noticed(key: str, data: Data) -> None:
    damaged: Any = copy.deepcopy(dict(data))
    found = one(damaged, "S32-analog-var0.1")
    found[key] = 0.99 * found["A"]["mean"]
    assert all(figure.claims(data).values())
    assert not all(figure.claims(damaged).values())


def test_it_is_drawn_in_both_widths(data: Data) -> None:
    widths = {name: render(figure.FIGURE, data, [], name=name)[1] for name in figure.FIGURE.drawings}
    assert widths == {"published_ablations": 7.16, "published_ablations-one-column": 3.5}
