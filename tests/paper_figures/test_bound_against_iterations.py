"""Bounds of networks against K: the drawn numbers are the verdicts' own, stored ones are drawn only if they agree."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from paper_figures import bound_against_iterations as figure
from paper_figures.export import render
from paper_figures.figure import Data
from paper_figures.sources import Sources
from verify.sweep.assessing import assess


@pytest.fixture(scope="module")
def data(small_runs: Any) -> Data:
    return figure.FIGURE.data(Sources(quick=True, runs=small_runs))


def test_settings_are_the_first_of_their_depth() -> None:
    found = [figure.setting_of(M) for M in (2, 4, 8)]
    assert [(one.stages, one.family, one.id) for one in found] == [
        (2, "network-long", 0),
        (4, "network-deep", 0),
        (8, "network-deep", 8),
    ]
    assert {one.algorithm for one in found} == {"analog-sgd-ap"}


def test_bounds_are_those_of_the_verdicts(data: Data) -> None:
    setting = figure.setting_of(2).afresh(iterations=1000)
    result = assess(setting, 0.99)
    drawn = data["panels"][0]["points"][0]
    assert (drawn["K"], drawn["observed"]) == (1000, result.evidence.mean)
    by_name = {str(check.name): check.bound for check in result.checks}
    assert drawn["bounds"]["tube"]["value"] == by_name["tube/a-posteriori"]
    assert drawn["bounds"]["tube-a-priori"]["value"] == by_name["tube-a-priori/a-priori"]
    box, norms = result.norms
    assert (box.norms, norms.check.bound) == ("certified", by_name["sharp/a-posteriori"])
    assert [drawn["bounds"][name]["value"] for name in ("box", "norms")] == [box.check.bound, norms.check.bound]


def test_the_line_is_the_squared_gradient_of_the_start(data: Data) -> None:
    problem = figure.setting_of(4).problem
    start, step = problem.initial_weights(), 1e-6
    squares = 0.0
    for stage in start:
        for place in range(stage.size):
            ends = []
            for sign in (1, -1):
                stage.flat[place] += sign * step
                ends.append(float(problem.moments(start).value))
                stage.flat[place] -= sign * step
            squares += ((ends[0] - ends[1]) / (2 * step)) ** 2
    assert data["panels"][1]["initial"] == pytest.approx(squares, rel=1e-6)


def test_where_there_is_no_bound_none_is_drawn_and_the_caption_says_so(data: Data) -> None:
    for panel in data["panels"][1:]:
        assert figure.curve(panel, "box") == []
        assert panel["points"][0]["bounds"]["box"]["reason"]
    assert "the box gives none at $M=4, 8$" in figure.caption(data)


def test_stored_points_go_on_where_judging_stops(data: Data) -> None:
    assert data["not_drawn"] == "" and data["judged_up_to"] == 1000
    assert data["stored"]["command"].startswith("python -m paper_figures export --long")
    for panel in data["panels"]:
        assert [one["K"] for one in panel["points"]] == list(figure.LENGTHS)
    assert "Points beyond $K=10^{3}$ were judged before" in figure.caption(data)


@pytest.mark.parametrize("fault", ["bound", "alpha", "verdict", "missing K", "no file", "no JSON", "list", "no panel"])
def test_stored_points_that_disagree_are_not_drawn(
    fault: str, data: Data, small_runs: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = json.loads(figure.STORED.read_text(encoding="utf-8"))
    panel = record["data"]["panels"][2]
    if fault == "bound":
        panel["points"][0]["bounds"]["tube"]["value"] *= 1 + 1e-4
    elif fault == "alpha":
        panel["alpha"] *= 2
    elif fault == "verdict":
        panel["points"][0]["bounds"]["norms"]["verdict"] = "inconclusive"
    elif fault == "missing K":
        del panel["points"][0]
    elif fault == "no panel":
        del record["data"]["panels"][0]
    damaged = tmp_path / "stored.json"
    if fault != "no file":
        text = {"no JSON": "{", "list": "[]"}.get(fault) or json.dumps(record)
        damaged.write_text(text, encoding="utf-8")
    monkeypatch.setattr(figure, "STORED", damaged)
    found = figure.FIGURE.data(Sources(quick=True, runs=small_runs))
    assert found["stored"] is None and "stored.json" in found["not_drawn"]
    assert [len(panel["points"]) for panel in found["panels"]] == [1, 1, 1]
    assert "Longer runs are not drawn" in figure.caption(found)
    assert all(figure.claims(found).values())
    assert [panel["points"][:1] for panel in data["panels"]] == [panel["points"] for panel in found["panels"]]


def undecided(data: Any) -> None:
    data["panels"][0]["points"][4]["bounds"]["tube"]["verdict"] = "inconclusive"


def test_what_is_undecided_is_left_out_and_said(data: Data) -> None:
    damaged: Any = copy.deepcopy(dict(data))
    undecided(damaged)
    assert figure.curve(damaged["panels"][0], "tube") == figure.curve(data["panels"][0], "tube")[:-1]
    assert "tube ($M=2$, $K=10^{7}$)" in figure.caption(damaged)


@pytest.mark.parametrize("fault", ["violated", "too low", "order", "no tube", "void a-priori", "box that helps"])
def test_a_planted_fault_is_noticed(fault: str, data: Data) -> None:
    damaged: Any = copy.deepcopy(dict(data))
    point = damaged["panels"][0]["points"][2]
    bounds = point["bounds"]
    if fault == "violated":
        bounds["box"]["verdict"] = "violated"
    elif fault == "too low":
        bounds["tube"]["value"] = 0.99 * bounds["tube"]["at_least"]
    elif fault == "order":
        bounds["tube"]["value"] = 2 * bounds["norms"]["value"]
    elif fault == "no tube":
        for one in damaged["panels"][2]["points"]:
            one["bounds"]["tube"] |= {"value": None, "verdict": "not applied"}
    elif fault == "void a-priori":
        damaged["panels"][1]["points"][0]["bounds"]["tube-a-priori"] |= {"value": None, "verdict": "not applied"}
    else:
        bounds["box"]["value"] = 0.9 * damaged["panels"][0]["initial"]
    assert all(figure.claims(data).values())
    assert not all(figure.claims(damaged).values())


def test_long_judges_every_length(data: Data) -> None:
    assert figure.judged_up_to(Sources(False, None, long=True)) == figure.LENGTHS[-1]  # type: ignore[arg-type]
    assert figure.judged_up_to(Sources(False, None)) == 10**5  # type: ignore[arg-type]


def test_it_is_drawn_in_both_widths(data: Data) -> None:
    widths = {name: render(figure.FIGURE, data, [], name=name)[1] for name in figure.FIGURE.drawings}
    assert widths == {"bound_against_iterations": 7.16, "bound_against_iterations-one-column": 3.5}
