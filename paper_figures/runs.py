"""Simulations the figures are drawn from: computed once, stored, and found again by their configuration.

A stored run is named by a digest of its configuration, of the simulator's source and of the libraries it stands on,
so a result of other code or of another configuration is never drawn. Files are written whole; an interrupted export
goes on where it stopped.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

import simulate
from boundary import json_text, notes, write_atomically
from boundary.digest import fingerprint
from simulate.checkpoint import PRESENTATION, UNREADABLE
from simulate.run import Run

Array = NDArray[np.float64]

SEED = 1
"""The seed of every simulation a figure is drawn from."""


@dataclass(frozen=True)
class Request(Run):
    """A run that a figure is drawn from."""

    @property
    def key(self) -> str:
        """The name of the stored result."""
        text = json_text({"run": self.describe(), "code": simulator_digest()})
        return hashlib.sha256(text.encode()).hexdigest()[:20]

    @property
    def cost(self) -> float:
        """Work in arbitrary units, for the progress bar."""
        return float(self.iterations) * self.replicas * self.problem.stages * self.batch


@dataclass(frozen=True)
class StoredRun:
    """What `simulate.RunResult.to_npz` kept of a run.

    Args:
        key: the name of the stored result.
        arrays: the vectors of `simulate.RunResult` with one entry a replica (R), and its curve: curve_times (T,),
            curve_squared_gradient and curve_loss (T, R).
        result: the JSON result of the command line, with `constants`, `initial_gap` and `run`.

    """

    key: str
    arrays: Mapping[str, Array]
    result: Mapping[str, Any]

    def __getitem__(self, name: str) -> Array:
        return self.arrays[name]


@cache
def simulator_digest() -> str:
    """Return a digest of all that a run depends on: the simulator, the setting and the libraries they stand on."""
    found = fingerprint(("boundary", "simulate", "theory.setting"), without=PRESENTATION)
    return hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()


class RunStore:
    """A folder of stored runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, request: Request) -> Path:
        """Return where the result of `request` is kept."""
        return self.folder / f"{request.key}.npz"

    def find(self, request: Request) -> StoredRun | None:
        """Return the stored result, or None if there is none that can be read."""
        try:
            with np.load(self.path(request), allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
            result = json.loads(str(arrays.pop("result")))
        except UNREADABLE:
            return None
        return StoredRun(request.key, arrays, result)

    def get(self, request: Request) -> StoredRun:
        """Return the stored result, computing it first if need be."""
        found = self.find(request)
        if found is None:
            self._keep(request)
            found = self.find(request)
        if found is None:
            raise RuntimeError(f"{self.path(request)} was written and cannot be read back")
        return found

    def prepare(self, requests: Iterable[Request]) -> None:
        """Compute what is missing, with a progress bar on standard error."""
        missing = {request.key: request for request in requests if self.find(request) is None}
        if not missing:
            return
        columns = (
            TextColumn("simulating"),
            BarColumn(),
            TextColumn("{task.description}", markup=False),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=notes(), transient=True) as progress:
            bar = progress.add_task("", total=sum(request.cost for request in missing.values()))
            for request in missing.values():
                progress.update(bar, description=f"{request.problem.name}, {request.algorithm}")
                self._keep(request)
                progress.advance(bar, request.cost)

    def _keep(self, request: Request) -> None:
        write_atomically(self.path(request), simulated(request).to_npz())


def simulated(request: Request) -> simulate.RunResult:
    """Run the simulation; a replica that diverged would be missing from the figure, so none may."""
    done = simulate.execute(request)
    if done.diverged:
        raise RuntimeError(f"{len(done.diverged)} of {request.replicas} replicas diverged: {request}")
    return done
