"""Files from which a run goes on after any end, with the same bits as if it had never stopped."""

import io
import json
import time
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

import boundary
from boundary import BadInput, digest
from simulate.engines.base import State
from simulate.run import Run

_FORMAT = 3
UNREADABLE = (OSError, ValueError, EOFError, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error)
"""What a file that is no archive of ours, or is damaged, makes of reading it."""
PRESENTATION = (
    *(
        "simulate.__main__",
        "simulate.commands",
        "boundary.progress",
        "simulate.checkpoint",
    ),
    *(
        "boundary.commands",
        "boundary.options",
        "boundary.console",
        "boundary.entry",
        "boundary.files",
        "boundary.memory",
    ),
    *("boundary.digest", "boundary.refusal"),
)
"""Modules that decide no number of a run: what a person sees, and what is done with files."""
_MOST_NAMED = 4
"""Settings that a refusal names, of those in which two runs differ."""
_LONGEST_NAMED = 24
"""Characters of a setting that it shows."""
_SECONDS = 10.0
"""Time between two checkpoints: what a stopped run has to repeat at most, and a block."""


class Saved(Protocol):
    """What can be kept and restored."""

    def state(self) -> State:
        """Return the arrays to keep."""

    def restore(self, state: State) -> None:
        """Continue from them."""


class Checkpoint:
    """One file, always whole: the run's description, the next block, and the state of every group of replicas.

    Args:
        path: the file; None keeps nothing.
        described: the run; a file of another run is refused.
        seconds: time between two writings.
        every: blocks after which one more file is kept for good, beside the first and named by its block; None: never.

    """

    def __init__(
        self, path: Path | None, described: Run, seconds: float = _SECONDS, *, every: int | None = None
    ) -> None:
        self._path, self._seconds, self._every = path, seconds, every
        self._description = boundary.json_text({"format": _FORMAT, **described.describe()})
        self._last = time.monotonic()
        self._kept = 0

    def left(self, length: int, iterations: int) -> str:
        """Return what is kept of a run that is stopped now, in words; `length` is the steps of a block."""
        if self._path is None:
            return "nothing of this run is kept, as it has no checkpoint"
        if not self._kept:
            return "nothing of this run is kept yet: the same command starts it again"
        steps = min(self._kept * length, iterations)
        return f"{steps} of {iterations} steps are in {self._path}: the same command goes on from there"

    def restore(self, groups: Sequence[Saved]) -> int:
        """Set the groups to the file's state, if there is one, and return the block to go on with."""
        if self._path is None or not _exists(self._path):
            return 0
        arrays = read(self._path)
        if str(arrays["description"]) != self._description:
            raise BadInput("checkpoint", self._path, f"a checkpoint of this very run{self._apart(arrays)}")
        others = digest.changed(code_of(arrays), _code())
        if others:
            words = f"a checkpoint of this very code; since it was written, these have changed: {', '.join(others)}"
            raise BadInput("checkpoint", self._path, words)
        try:
            self._kept = restored(arrays, groups)
            return self._kept
        except UNREADABLE:
            raise BadInput("checkpoint", self._path, "a file that a run has written as its checkpoint") from None

    def _apart(self, arrays: State) -> str:
        """Return in words in what the run of a checkpoint is another; of data whose content is, their checksums."""
        try:
            then, now = _flat(description(arrays)), _flat(json.loads(self._description))
        except (*UNREADABLE, TypeError):
            return ""
        others = [name for name in sorted(now.keys() | then.keys()) if now.get(name) != then.get(name)]
        if "problem.name" in others:  # another problem has other settings
            others = ["problem.name"]
        found = [f"{_called(name)} was {_brief(then.get(name))} and is {_brief(now.get(name))}" for name in others]
        return f"; {', '.join(found[:_MOST_NAMED])}{', ...' * (len(found) > _MOST_NAMED)}" if found else ""

    def keep(self, block: int, groups: Sequence[Saved], *, last: bool) -> None:
        """Write the file if it is time to, and after the last block; and the one that stays, if it is its turn."""
        if self._path is None:
            return
        due = last or time.monotonic() - self._last >= self._seconds
        stays = self._every is not None and block % self._every == 0
        if not (due or stays):
            return
        arrays = {
            f"{number}.{name}": array for number, group in enumerate(groups) for name, array in group.state().items()
        }
        file = io.BytesIO()
        code = np.array(json.dumps(_code()))
        arrays |= {"description": np.array(self._description), "code": code, "block": np.array(block)}
        np.savez(file, **arrays)  # type: ignore[arg-type] # no array is called allow_pickle
        if stays:
            boundary.write_atomically(beside(self._path, block), file.getvalue())
        if due:
            boundary.write_atomically(self._path, file.getvalue())
            self._last, self._kept = time.monotonic(), block


def _flat(described: dict[str, Any]) -> dict[str, Any]:
    """Return what a description says, by name: `alpha`, `problem.data`."""
    found: dict[str, Any] = {}
    for name, value in described.items():
        if isinstance(value, dict):
            found |= {f"{name}.{inner}": one for inner, one in _flat(value).items()}
        else:
            found[name] = value
    return found


def _called(name: str) -> str:
    """Return a setting's name without what it is of; a checksum is called by the setting that names its file."""
    last = "problem" if name == "problem.name" else name.rsplit(".", 1)[-1]
    if last == "sha256":
        return "the checksum of data"
    return f"the checksum of {last.removesuffix('_sha256')}" if last.endswith("_sha256") else last


def _brief(value: object) -> str:
    text = "left out" if value is None else " ".join(str(value).split())
    return text if len(text) <= _LONGEST_NAMED else f"{text[:_LONGEST_NAMED]}..."


def beside(path: Path, block: int | str) -> Path:
    """Return the file that is kept of `block` beside the checkpoint `path`."""
    return path.with_name(f"{path.stem}.block-{block}{path.suffix}")


def restored(arrays: State, groups: Sequence[Saved]) -> int:
    """Set the groups to the state that `read` found and return the block to go on with."""
    for number, group in enumerate(groups):
        mark = f"{number}."
        group.restore({name.removeprefix(mark): array for name, array in arrays.items() if name.startswith(mark)})
    return int(arrays["block"])


def read(path: Path) -> State:
    """Return the arrays of a checkpoint; `BadInput` if the file is none."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except UNREADABLE:
        arrays = {}
    if not {"description", "block", "code"} <= set(arrays):
        raise BadInput("checkpoint", path, "a file that a run has written as its checkpoint")
    return arrays


def description(arrays: State) -> dict[str, Any]:
    """Return the description of the run whose checkpoint this is."""
    return dict(json.loads(str(arrays["description"])))


def code_of(arrays: State) -> dict[str, str]:
    """Return the fingerprint of the code that wrote a checkpoint."""
    return dict(json.loads(str(arrays["code"])))


def same_code(arrays: State) -> bool:
    """Return whether this very code wrote a checkpoint: other code need not go on with the same bits."""
    return code_of(arrays) == _code()


def _code() -> dict[str, str]:
    return digest.fingerprint(("boundary", "simulate", "theory.setting"), without=PRESENTATION)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:
        raise BadInput("checkpoint", path, f"a file that can be read ({error.strerror})") from None
