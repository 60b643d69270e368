"""The store of runs: found again by configuration, whole or absent, never of other code."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from boundary import json_text
from paper_figures import runs
from paper_figures.runs import Request, RunStore
from paper_figures.sources import Sources
from simulate.problems import make

SMALL = Request(
    problem=make("plus-minus"), algorithm="analog-sgd", alpha=0.01, tau=1.0, iterations=200, replicas=2, seed=1
)


def test_a_run_is_computed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = RunStore(tmp_path)
    first = store.get(SMALL)
    monkeypatch.setattr(runs, "simulated", lambda _: pytest.fail("computed twice"))
    again = store.get(SMALL)
    store.prepare([SMALL])
    assert np.array_equal(first["mean_squared_gradient"], again["mean_squared_gradient"])
    assert first["curve_squared_gradient"].shape[1] == SMALL.replicas


@pytest.mark.parametrize(
    "change", [{"alpha": 0.02}, {"seed": 2}, {"problem": make("plus-minus", rho=0.1)}, {"tau": float("inf")}]
)
def test_another_configuration_is_another_run(change: dict[str, object]) -> None:
    assert replace(SMALL, **change).key != SMALL.key  # type: ignore[arg-type]


def test_other_code_is_another_run(monkeypatch: pytest.MonkeyPatch) -> None:
    before = SMALL.key
    monkeypatch.setattr(runs, "simulator_digest", lambda: "changed")
    assert SMALL.key != before


@pytest.mark.parametrize("library", ["numpy", "numba", "scipy", "python"])
def test_other_libraries_are_another_run(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before, found = SMALL.key, runs.fingerprint
    runs.simulator_digest.cache_clear()
    monkeypatch.setattr(runs, "fingerprint", lambda *parts, **more: found(*parts, **more) | {library: "0.1"})
    try:
        assert SMALL.key != before
    finally:
        runs.simulator_digest.cache_clear()


@pytest.mark.parametrize("length", [0, 1, 100, -1, -30])
def test_a_torn_file_is_computed_again(length: int, tmp_path: Path) -> None:
    """A file without a single byte, too: its EOFError was taken for Ctrl-C, for ever."""
    store = RunStore(tmp_path)
    whole = store.get(SMALL)
    path = store.path(SMALL)
    path.write_bytes(path.read_bytes()[:length])
    assert store.find(SMALL) is None
    assert np.array_equal(store.get(SMALL)["final_value"], whole["final_value"])


def test_a_diverged_replica_stops_the_figure(tmp_path: Path) -> None:
    wild = Request(
        problem=make("quadratic"),
        algorithm="digital-sgd",
        alpha=50.0,
        tau=float("inf"),
        iterations=2000,
        replicas=2,
        seed=1,
    )
    with pytest.raises(RuntimeError, match="diverged"):
        RunStore(tmp_path).get(wild)
    assert not list(tmp_path.iterdir())


def test_progress_goes_to_standard_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    RunStore(tmp_path).prepare([SMALL])
    assert capsys.readouterr().out == ""


def test_what_a_figure_was_drawn_from_is_told_as_plain_data(tmp_path: Path) -> None:
    sources = Sources(quick=True, runs=RunStore(tmp_path))
    sources.run(SMALL)
    (told,) = json.loads(json_text({"read": sources.read}))["read"]
    assert Request.from_description(told["configuration"]) == SMALL
    assert (tmp_path / told["file"].removeprefix("runs/")).exists()
