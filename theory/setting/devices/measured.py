"""A device from measured pulses: reads conductances against pulse numbers, checks them, fits monotone responses.

The file is CSV with a header, either `pulse,conductance,branch` with the branch `up` or `down`, or `pulse,up,down`.
Within a branch pulses are numbered upwards without a gap, and the conductance of number n is what n pulses left; any
unit of conductance will do. The weight is 2 tau (G - Gmin)/(Gmax - Gmin) - tau, Gmin and Gmax the extreme conductances
that were measured.

The fit: the step of a pulse is q(w) at the weight where it began. q_plus and q_minus are piecewise linear between
equally spaced knots, q_plus falling and q_minus rising, neither below 0, with the least sum of squared residuals: a
non-negative least-squares problem in the differences between knots, which has one solution but for knots that no
measurement reaches. Those are bridged as straight as can be. A pulse that begins or ends at the extreme conductance
of its direction is left out: a bound may have cut it.
"""

import csv
import hashlib
import io
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from boundary import BadInput, known, real
from boundary.bytes import read_whole
from boundary.numbers import whole

Floats = NDArray[np.float64]

BRANCHES: Final = ("up", "down")
PREFIX: Final = "table:"
"""What stands before the path of a file in the name of a device."""
MOST_INTERVALS: Final = 16
_STEPS_AN_INTERVAL: Final = 4
"""Pulses of the shorter branch that an interval between knots must have on average."""
_STRAIGHT: Final = 1e-6
"""Weight of a bend at a knot against a residual: it decides only where no measurement does."""
_FEWEST: Final = 2
"""Pulses that a branch must have."""
_LARGEST_FILE: Final = 1 << 26
_NEEDED_BY: Final = "the device table"


class Branch(NamedTuple):
    """One branch of a measurement.

    Args:
        places: w/tau before each pulse, in [-1, 1], counted in the direction of the branch.
        steps: by how much the pulse moved it, in that direction, in units of tau.

    """

    places: Floats
    steps: Floats


@dataclass(frozen=True)
class Measured:
    """What was fitted to a file.

    Args:
        path: of the file.
        sha256: checksum of its content.
        lowest: Gmin, in the file's unit.
        highest: Gmax.
        mean_step: mean step of all pulses, in units of tau: the unit of the responses, a pulse's size dw.
        knots: responses up, then down, at equally spaced weights from -tau to tau.
        residuals: root mean square of measured minus fitted steps, up and down, in mean steps.
        pulses: how many were fitted, up and down.
        against: pulses that moved the wrong way, up and down; they are fitted like the others.
        cut: pulses at the extreme conductance, up and down, which are left out.

    """

    path: str
    sha256: str
    lowest: float
    highest: float
    mean_step: float
    knots: tuple[float, ...]
    residuals: tuple[float, float]
    pulses: tuple[int, int]
    against: tuple[int, int]
    cut: tuple[int, int]

    @property
    def residual(self) -> float:
        """Root mean square over both branches."""
        return float(np.sqrt(np.dot(self.pulses, np.square(self.residuals)) / sum(self.pulses)))

    def parameters(self) -> dict[str, object]:
        """Return the parameters of the device `table`."""
        return {"knots": self.knots, "path": self.path, "sha256": self.sha256, "residual": self.residual}


def measured(path: str) -> Measured:
    """Read a file and fit it.

    Raises:
        BadInput: a file that cannot be read, or its first row that breaks a condition, and how many more do.

    """
    content = read_whole("--device", path, _LARGEST_FILE, _NEEDED_BY, shown=PREFIX + path)
    conductances = _read(path, content)
    lowest = min(float(branch.min()) for branch in conductances)
    highest = max(float(branch.max()) for branch in conductances)
    if not lowest < highest:
        raise BadInput(PREFIX + path, lowest, "conductances that are not all the same", _NEEDED_BY)
    branches = []
    for name, sign, conductance in zip(BRANCHES, (1, -1), conductances, strict=True):
        places = sign * (2 * (conductance - lowest) / (highest - lowest) - 1)
        inside, steps = (places[:-1] < 1) & (places[1:] < 1), np.diff(places)
        if inside.sum() < _FEWEST:
            words = f"at least {_FEWEST} pulses short of the extreme conductance in the branch {name}"
            raise BadInput(PREFIX + path, int(inside.sum()), words, _NEEDED_BY)
        if not steps[inside].mean() > 0:
            words = f"pulses that move {name} on average, short of the extreme conductance"
            raise BadInput(PREFIX + path, f"the branch {name}", words, _NEEDED_BY)
        branches.append(Branch(places[:-1][inside], steps[inside]))
    up, down = branches
    unit = float(np.mean(np.concatenate([up.steps, down.steps])))
    intervals = max(1, min(MOST_INTERVALS, min(len(up.steps), len(down.steps)) // _STEPS_AN_INTERVAL))
    (rising, off_up), (falling, off_down) = (_fitted(one.places, one.steps / unit, intervals) for one in branches)
    return Measured(
        path=path,
        sha256=hashlib.sha256(content).hexdigest(),
        lowest=lowest,
        highest=highest,
        mean_step=unit,
        knots=(*rising.tolist(), *falling[::-1].tolist()),
        residuals=(off_up, off_down),
        pulses=(len(up.steps), len(down.steps)),
        cut=(len(conductances[0]) - 1 - len(up.steps), len(conductances[1]) - 1 - len(down.steps)),
        against=(int(np.sum(up.steps < 0)), int(np.sum(down.steps < 0))),
    )


def _fitted(places: Floats, steps: Floats, intervals: int) -> tuple[Floats, float]:
    """Return responses that fall from knot to knot on [-1, 1], and the root mean square of the residuals."""
    from scipy.optimize import nnls

    at = (places + 1) * (intervals / 2)
    left = np.minimum(np.floor(at).astype(int), intervals - 1)
    hats = np.zeros((len(steps), intervals + 1))
    rows = np.arange(len(steps))
    hats[rows, left], hats[rows, left + 1] = 1 - (at - left), at - left
    bends = _STRAIGHT * np.diff(np.eye(intervals + 1), 2, axis=0) * np.sqrt(len(steps))
    sums = np.triu(np.ones((intervals + 1, intervals + 1)))  # response j = the sum of the differences from j on
    found, _ = nnls(np.vstack([hats, bends]) @ sums, np.concatenate([steps, np.zeros(len(bends))]))
    responses = np.cumsum(found[::-1])[::-1]  # falls, however it is rounded
    return responses, float(np.sqrt(np.mean((steps - hats @ responses) ** 2)))


def _read(path: str, content: bytes) -> tuple[Floats, Floats]:
    """Return the conductances of the two branches, in the order of pulses."""
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput("--device", PREFIX + path, f"a CSV file of UTF-8 text ({error})", _NEEDED_BY) from None
    header = [name.strip().lower() for name in rows[0]] if rows else []
    if header == ["pulse", "conductance", "branch"]:
        split: Callable[[str, Sequence[str]], Iterator[tuple[str, float]]] = _long
    elif header == ["pulse", "up", "down"]:
        split = _wide
    else:
        condition = "the header pulse,conductance,branch or pulse,up,down"
        raise BadInput(f"{PREFIX}{path} row 1", ",".join(header), condition, _NEEDED_BY)
    found: dict[str, list[float]] = {branch: [] for branch in BRANCHES}
    first: dict[str, int] = {}
    for number, row in enumerate(rows[1:], 2):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        place = f"{PREFIX}{path} row {number}"
        if len(cells) != 3:
            raise BadInput(place, f"{len(cells)} cells", "3 cells", _NEEDED_BY)
        pulse = whole(f"{place} pulse", cells[0], at_least=0, needed_by=_NEEDED_BY)
        for branch, conductance in split(place, cells):
            expected = first.setdefault(branch, pulse) + len(found[branch])
            if pulse != expected:
                raise BadInput(f"{place} pulse", pulse, f"{expected}, the next of the branch {branch}", _NEEDED_BY)
            found[branch].append(conductance)
    for branch, values in found.items():
        if not values:
            raise BadInput(PREFIX + path, "no row", f"rows of the branch {branch}", _NEEDED_BY)
    return np.array(found["up"]), np.array(found["down"])


def _long(place: str, cells: Sequence[str]) -> Iterator[tuple[str, float]]:
    """Read pulse, conductance, branch."""
    yield known(f"{place} branch", cells[2].lower(), BRANCHES, _NEEDED_BY), _conductance(place, "conductance", cells[1])


def _wide(place: str, cells: Sequence[str]) -> Iterator[tuple[str, float]]:
    """Read pulse, up, down; a branch that ends before the other leaves its cell empty."""
    for branch, cell in zip(BRANCHES, cells[1:], strict=True):
        if cell:
            yield branch, _conductance(place, branch, cell)


def _conductance(place: str, column: str, cell: str) -> float:
    value = real(f"{place} {column}", cell, needed_by=_NEEDED_BY)
    if not math.isfinite(value):
        raise BadInput(f"{place} {column}", cell, "a finite number", _NEEDED_BY)
    return value
