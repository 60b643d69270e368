"""Makes some steps of a stored run again, from any step on, with the bits the run had."""

import glob
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

import boundary
from boundary import BadInput, digest
from simulate import checkpoint, plugins
from simulate.group import Group, make_groups
from simulate.observe import NEVER, BlockPlan, look
from simulate.randomness import block_length
from simulate.run import Run


@dataclass(frozen=True)
class Replay:
    """What happened between two steps of a run, one row a step and one column a replica; nan once it has diverged.

    Args:
        run: the run.
        first: step k of the first row.
        started_from: step at which the replay began: that of a checkpoint, or 0.
        weights: W_k, flat, shape (steps + 1, replicas, P).
        value: f(W_k), shape (steps + 1, replicas), in f.
        squared_gradient: norm(grad f(W_k))^2, of that shape, in (f/w)^2.
        saturation: max_i |W_k,i|/tau, of that shape; 0 for a digital run.
        diverged: step and stage (from 1) of every replica's divergence up to the last row, -1 if there was none.

    """

    run: Run
    first: int
    started_from: int
    weights: NDArray[np.floating[Any]]
    value: NDArray[np.float64]
    squared_gradient: NDArray[np.float64]
    saturation: NDArray[np.float64]
    diverged: NDArray[np.int64]

    def to_json(self) -> dict[str, Any]:
        """Return the rows without the weights."""
        rows = ("value", "squared_gradient", "saturation")
        steps = [
            {"step": self.first + place, **{name: getattr(self, name)[place] for name in rows}}
            for place in range(len(self.value))
        ]
        return {
            "run": self.run.describe(),
            "started_from": self.started_from,
            "steps": steps,
            "diverged": [
                {"replica": replica, "step": step, "stage": stage}
                for replica, (step, stage) in enumerate(self.diverged.tolist())
                if step != NEVER
            ],
        }

    def to_npz(self) -> bytes:
        """Return the arrays and the run as the content of an .npz file (no pickles)."""
        names = ("weights", "value", "squared_gradient", "saturation", "diverged", "first")
        file = io.BytesIO()
        np.savez_compressed(
            file,
            run=np.array(boundary.json_text(self.run.describe())),
            **{name: np.asarray(getattr(self, name)) for name in names},  # type: ignore[arg-type] # none is allow_pickle
        )
        return file.getvalue()


def replay(path: Path, first: int, steps: int, *, threads: int = 1) -> Replay:
    """Make steps first, ..., first + steps - 1 of a run again.

    Starts at the latest checkpoint at or before `first` of those beside `path` (`checkpoint_every` keeps them), at
    step 0 if there is none. No number depends on where it starts.

    Args:
        path: a checkpoint of the run, or the result of the run as JSON.
        first: step, >= 0.
        steps: >= 0; first + steps is at most K.
        threads: what the compiled kernels may use.

    Raises:
        BadInput: if the file holds no run or the run has no such steps.

    """
    described = _described(path)
    if not 0 <= first <= first + steps <= described.iterations:
        raise BadInput("--from, --steps", (first, steps), f"steps between 0 and K = {described.iterations}")
    with threadpool_limits(1):
        groups = make_groups(described, threads)
        length = block_length(described.problem)
        started = _restore(path, groups, first, length)
        with plugins.running(described, groups[0].observer.when):
            for group in groups:
                _advance(group, started, first - started, length)
            rows = [_row(groups, described)]
            for step in range(first, first + steps):
                for group in groups:
                    _advance(group, step, 1, length)
                rows.append(_row(groups, described))
        weights, value, squares, saturation = (np.stack(column) for column in zip(*rows, strict=True))
        gone = [np.stack([g.observer.diverged_step, g.observer.diverged_stage + 1], axis=1) for g in groups]
        diverged = np.concatenate(gone)
        diverged = np.where(diverged[:, :1] == NEVER, NEVER, diverged)
        return Replay(described, first, started, weights, value, squares, saturation, diverged)


OF_FILES = ("elements", "data", "start", "--plugin")
"""What an error is about where a description is sound, and a file that it names is gone or another."""


def _described(path: Path) -> Run:
    """Return the run whose checkpoint or JSON result `path` is."""
    if not _is_result(path):
        return Run.from_description(checkpoint.description(checkpoint.read(path)))
    try:
        result = json.loads(path.read_bytes())
        digest.require_plugins(dict(result.get("plugins", {})), f"the run of {path}")
        return Run.from_description(result["run"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, BadInput) and error.name in OF_FILES:
            raise  # the run is sound; a file that it needs is gone or another
        raise BadInput("FILE", path, "a checkpoint, or a result of `python -m simulate run --json`") from None


def _is_result(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(1) == b"{"
    except OSError as error:
        raise BadInput("FILE", path, f"a file that can be read ({error.strerror})") from None


def _restore(path: Path, groups: list[Group], first: int, length: int) -> int:
    """Set the groups to the latest state at or before `first` that was kept, and return its step."""
    if _is_result(path):
        return 0
    description, best, state = checkpoint.read(path)["description"], 0, None
    beside = path.parent.glob(glob.escape(f"{path.stem}.block-") + "*" + glob.escape(path.suffix))
    for candidate in (path, *beside):
        arrays = checkpoint.read(candidate)
        step = int(arrays["block"]) * length
        if best < step <= first and arrays["description"] == description and checkpoint.same_code(arrays):
            best, state = step, arrays
    if state is not None:
        checkpoint.restored(state, groups)
    return best


def _advance(group: Group, start: int, steps: int, length: int) -> None:
    """Make steps, those of one block at a time."""
    every = group.observer.every
    while steps:
        part = min(steps, length - start % length)
        strata = np.arange(0, part, every)
        times = np.broadcast_to(strata, (len(group.replicas), len(strata)))
        group.engine.advance(BlockPlan(start, part, times, np.minimum(every, part - strata)), group.observer)
        start, steps = start + part, steps - part
        group.observer.guard(start, group.engine.weights())


def _row(groups: list[Group], described: Run) -> tuple[NDArray[Any], ...]:
    """Return weights, value, squared gradient and saturation of every replica, nan where it has diverged."""
    columns = []
    for group in groups:
        weights, tau = group.engine.weights(), described.tau
        with np.errstate(over="ignore", invalid="ignore"):
            seen = look(described.problem.moments(weights), weights, tau)
        flat = np.concatenate([stage.reshape(len(stage), -1) for stage in weights], axis=1)
        gone = group.observer.diverged_step != NEVER
        measures = (seen.value, seen.squared_gradient, np.sqrt(seen.squared_saturation))
        columns.append((np.where(gone[:, None], np.nan, flat), *(np.where(gone, np.nan, m) for m in measures)))
    return tuple(np.concatenate(column) for column in zip(*columns, strict=True))
