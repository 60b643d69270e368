"""Elements that are not alike: each has its own saturation, slopes up and down, and symmetric point.

The element i with scale s_i = tau_i/tau, slopes up_i and down_i and shift c_i follows the law of its device, U, by

    w' = c_i + s_i U((w - c_i)/s_i, D g_i/s_i),   g_i = up_i for D >= 0, down_i for D < 0.

Source: theory/responses.md sections 1 to 3 (claims response.spread, response.recentre).
"""

import hashlib
import math
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from boundary import BadInput
from boundary.bytes import arrays_of, read_whole
from theory.setting.devices.draws import element_keys, mixed, uniform
from theory.setting.devices.quantiles import normal

Array = NDArray[np.floating]

SPREADS: Final = ("spread_tau", "spread_slope", "spread_updown", "spread_point")
ARRAYS: Final = ("scale", "up", "down", "shift")
_NEEDED_BY = "response.spread"
_LARGEST_FILE: Final = 1 << 31


class Values(NamedTuple):
    """Parameters of some elements, arrays of one shape.

    Args:
        scale: tau_i/tau, > 0.
        up: g_i of increments >= 0, > 0.
        down: g_i of increments < 0, > 0.
        shift: c_i, in w.

    """

    scale: Array
    up: Array
    down: Array
    shift: Array


@dataclass(frozen=True)
class Elements:
    """The parameters of all elements of a model, which are numbered stage after stage, each stage row by row.

    Either drawn, all independent of each other, z standard normal:

        tau_i/tau = e^(spread_tau z),   up_i = e^(spread_slope z + spread_updown z'),
        down_i = e^(spread_slope z - spread_updown z'),   c_i = reference + spread_point z''.

    Lognormal: tau_i and slopes are positive whatever is drawn, with median 1 and relative spread spread_tau to first
    order. Or read from a file, to whose shift `reference` is added.

    Args:
        spread_tau: standard deviation of ln tau_i, >= 0.
        spread_slope: of ln of the slope that both directions share, >= 0.
        spread_updown: of artanh((up - down)/(up + down)), >= 0.
        spread_point: of the shift c_i, in w, >= 0.
        reference: shift that all elements have in common, in w.
        seed: of the draws, an integer >= 0 below 2^64.
        count: elements of the model; 0: not known here.
        path: of the NPZ file that was read; empty if none was.
        sha256: checksum of its content.
        arrays: what it holds.

    """

    spread_tau: float = 0.0
    spread_slope: float = 0.0
    spread_updown: float = 0.0
    spread_point: float = 0.0
    reference: float = 0.0
    seed: int = 0
    count: int = 0
    path: str = ""
    sha256: str = ""
    arrays: Values | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        for name in SPREADS:
            value = getattr(self, name)
            if not 0 <= value < math.inf:
                raise BadInput(name, value, f"{name} >= 0 and finite", _NEEDED_BY)
            if value and self.arrays is not None:
                raise BadInput(name, value, f"{name} = 0 where the elements come from {self.path}", _NEEDED_BY)
        if not math.isfinite(self.reference):
            raise BadInput("reference", self.reference, "finite", _NEEDED_BY)
        if isinstance(self.seed, bool) or self.seed != int(self.seed) or not 0 <= self.seed < 1 << 64:
            raise BadInput("elements", self.seed, "a seed, an integer in [0, 2^64), or an NPZ file", _NEEDED_BY)
        object.__setattr__(self, "seed", int(self.seed))
        if self.count:
            self.fits(self.count)

    @property
    def unequal(self) -> bool:
        """Return whether any element may differ from the device's plain law."""
        return self.arrays is not None or self.reference != 0 or any(getattr(self, name) for name in SPREADS)

    @property
    def alike(self) -> bool:
        """Return whether all elements have the same parameters, so that one stands for all."""
        return self.arrays is None and not any(getattr(self, name) for name in SPREADS)

    def fits(self, count: int) -> None:
        """Raise `BadInput` unless there are parameters for `count` elements."""
        if self.arrays is not None and len(self.arrays.scale) != count:
            words = f"a file with the parameters of {count} elements, not {len(self.arrays.scale)}"
            raise BadInput("elements", self.path, words, _NEEDED_BY)

    def part(self, first: int, shape: tuple[int, ...]) -> Values:
        """Return the parameters of a tile whose first element has the number `first`."""
        count = int(np.prod(shape))
        if self.arrays is not None:
            scale, up, down, shift = (array[first : first + count] for array in self.arrays)
        else:
            tau, slope, updown, point = (self._drawn(first, count, kind) for kind in range(len(SPREADS)))
            with np.errstate(over="ignore", under="ignore"):
                scale, up, down, shift = np.exp(tau), np.exp(slope + updown), np.exp(slope - updown), point
            for name, array in (("spread_tau", scale), ("spread_slope", up), ("spread_updown", down)):
                if not np.all((array > 0) & np.isfinite(array)):
                    raise BadInput(name, getattr(self, name), "a spread whose draws are positive numbers", _NEEDED_BY)
        return Values(*(array.reshape(shape) for array in (scale, up, down, shift + self.reference)))

    def _drawn(self, first: int, count: int, kind: int) -> Array:
        """Return spread times a standard normal number for every element, whatever else is drawn."""
        spread = float(getattr(self, SPREADS[kind]))
        if not spread:
            return np.zeros(count)
        key = mixed(np.array([self.seed], np.uint64) ^ np.uint64(_ELEMENTS))
        return spread * normal(uniform(mixed(key + element_keys(first, count, kind))))


_ELEMENTS: Final = 0x656C656D656E7473  # "elements"


def read(path: str) -> tuple[Values, str]:
    """Return the parameters in an NPZ file and the checksum of its content.

    The file holds any of `scale`, `up`, `down` (positive; 1 where left out) and `shift` (in w; 0 where left out), one
    axis, one number an element.

    Raises:
        BadInput: for a file that cannot be read, and for any other content.

    """
    content = read_whole("elements", path, _LARGEST_FILE, _NEEDED_BY)
    found = arrays_of("elements", path, content, _LARGEST_FILE, _NEEDED_BY)
    return _checked(path, found), hashlib.sha256(content).hexdigest()


def _checked(path: str, found: dict[str, NDArray[np.generic]]) -> Values:
    def require(condition: bool, words: str) -> None:
        if not condition:
            raise BadInput("elements", path, words, _NEEDED_BY)

    require(
        bool(found) and set(found) <= set(ARRAYS), f"a file with some of the arrays {', '.join(ARRAYS)} and no other"
    )
    for key, array in found.items():
        require(array.ndim == 1 and array.size > 0, f"an array {key} with one axis, one number an element")
        require(np.issubdtype(array.dtype, np.floating), f"an array {key} of floating-point numbers")
        require(bool(np.all(np.isfinite(array))), f"finite numbers in {key}")
        require(key == "shift" or bool(np.all(array > 0)), f"positive numbers in {key}")  # type: ignore[operator]
    count = {len(array) for array in found.values()}
    require(len(count) == 1, "arrays of one length")
    size = count.pop()
    usual = {"scale": 1.0, "up": 1.0, "down": 1.0, "shift": 0.0}
    return Values(*(np.asarray(found.get(key, np.full(size, usual[key])), np.float64) for key in ARRAYS))
