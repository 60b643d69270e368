"""device.*: the update is the one of THEORY section 1, element by element; drift and step are within their bounds."""

import numpy as np

from verify.claims.lines import Line, surely
from verify.claims.record import Path


def lines(path: Path) -> list[Line]:
    """Return device.closed_form, device.drift, device.step and the direction that was asked for."""
    alpha, tau, g, w = path.alpha, path.setting.tau, path.direction, path.weights
    increment = -alpha * g
    # from the responses, not from the closed form: positive pulses see 1 - w/tau, negative ones 1 + w/tau
    law = np.where(increment >= 0, increment * (1 - w / tau), increment * (1 + w / tau))
    size, largest = np.abs(g), float(np.abs(w).max())
    most, off = float(size.max()), float(np.abs(path.direction - path.asked).max())
    return [
        surely(
            "device.closed_form", "|T - U(W, -alpha g) + W| = 0", _max(path.moved - law), 0.0, largest + alpha * most
        ),
        surely("device.drift", "|e| <= rho |g| for every element", _excess(path.drift, path.rho * size), 0.0, most),
        surely(
            "device.step",
            "|T| <= alpha (1 + rho) |g| for every element",
            _excess(path.moved, alpha * (1 + path.rho) * size),
            0.0,
            largest + alpha * most,
        ),
        surely("lags", "g is G(W^, W; xi) with W^ as old as the schedule says", off, 0.0, most),
    ]


def _max(values: np.ndarray) -> float:
    return float(np.abs(values).max())


def _excess(values: np.ndarray, bound: np.ndarray) -> float:
    """Return by how much |values| passes `bound` where it comes closest."""
    return float((np.abs(values) - bound).max())
