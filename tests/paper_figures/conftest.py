"""Small runs for all tests of figures, kept in one folder that the test workers share."""

import os
from pathlib import Path

import pytest

from paper_figures.runs import RunStore
from paper_figures.sources import Sources


@pytest.fixture(scope="session")
def small_runs(tmp_path_factory: pytest.TempPathFactory) -> RunStore:
    base = tmp_path_factory.getbasetemp()
    return RunStore((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "figure-runs")


@pytest.fixture
def sources(small_runs: RunStore) -> Sources:
    return Sources(quick=True, runs=small_runs)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "figures"
