"""The pulse trains of aihwkit, from its documentation and the published description, on this project's devices.

With update management and BL management (`update_management`, `update_bl_management`) an update of a tile has as many
slots as the largest increment on the tile needs, BL = ceil(max n), n = |D|/dw_min. In every slot an element has a
pulse with probability n/BL, so it gets Bin(BL, n/BL) pulses: mean n, variance n (1 - n/BL). Elements of one column
share the pulses of their input, elements of one row those of their error. Source: Gokmen and Vlasov, Front. Neurosci.
10:333 (2016); Rasch et al., arXiv 2104.02184.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from tests.oracle.tables import Array
from theory.setting.devices import Device

Counts = NDArray[np.int64]


def apply(device: Device, w: Array, sign: Array, counts: Counts, dw: float) -> Array:
    """Return the weights after `counts` pulses of size dw, one by one; shapes broadcast."""
    for done in range(int(np.max(counts, initial=0))):
        w = np.where(counts > done, device.update(w, sign * dw), w)
    return w


def new_weight(device: Device, w: Array, change: Array, dw: float, slots: Counts) -> tuple[Array, Array, Array]:
    """Return mean, variance and fourth central moment of the weight after a train, exactly; shape (rows,) each.

    The sum over the number of pulses leaves out counts of total probability below 1e-15.
    """
    mean_count = np.abs(change) / dw
    most = int(np.max(stats.binom.isf(1e-16, slots, mean_count / slots)))
    points = np.empty((most + 1, len(w)))
    points[0] = w
    for count in range(most):
        points[count + 1] = device.update(points[count], np.sign(change) * dw)
    weights = stats.binom.pmf(np.arange(most + 1)[:, None], slots, mean_count / slots)
    mean = np.sum(weights * points, axis=0)
    apart = points - mean
    return mean, np.sum(weights * apart**2, axis=0), np.sum(weights * apart**4, axis=0)
