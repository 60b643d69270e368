"""master.*: the theorem line by line, with the expectations the runs show in the place of the Hilbert space's norms."""

import math
from collections.abc import Callable

import numpy as np

from verify.claims.lines import Array, Line, expected, surely
from verify.claims.record import Path

_NAMES = ("FF", "vv", "nn", "hh", "Fv", "vn", "gg", "ee")


def lines(path: Path) -> list[Line]:
    """Return telescope, drift and staleness in norm, expand, polarise, Cauchy-Schwarz where constants are known."""
    known = path.constants.values
    if not {"L", "sigma2", "Lambda1", "Lambdah"} <= known.keys():
        return []
    moments = _moments(path)
    named = {name: place for place, name in enumerate(_NAMES)}

    def line(claim: str, statement: str, sides: Callable[[dict[str, float]], tuple[float, float]]) -> Line:
        def of(row: Array) -> tuple[float, float]:
            return sides({name: float(row[place]) for name, place in named.items()})

        return expected(claim, statement, moments, of)

    x, p = path.alpha * known["L"], known["Delta"] / (path.alpha * path.steps)
    sigma = math.sqrt(known["sigma2"])
    q = (1 + path.rho) * path.alpha * known["Lambda1"]
    qn = (1 + path.rho) * path.alpha * known.get("nu", known["Lambdah"] * sigma)

    def eta(m: dict[str, float]) -> float:
        return path.rho * math.sqrt(m["FF"] + sigma**2) + q * math.sqrt(m["vv"]) + qn

    def along(m: dict[str, float]) -> float:
        return m["Fv"] / math.sqrt(m["FF"]) if m["FF"] > 0 else 0.0

    return [
        _telescope(path, x),
        line("device.drift", "N(e) <= rho N(g)", lambda m: (math.sqrt(m["ee"]), path.rho * math.sqrt(m["gg"]))),
        line("stale.martingale", "N(h) <= rho R + q Y + qn", lambda m: (math.sqrt(m["hh"]), eta(m))),
        line(
            "master.expand",
            "<F, v> <= p + (x/2)(Y^2 + sigma^2) + x <v, n>",
            lambda m: (m["Fv"], p + x / 2 * (m["vv"] + sigma**2) + x * m["vn"]),
        ),
        line(
            "master.polarise",
            "A + Y^2 - 2 a sqrt(A) <= (rho R + q Y + qn)^2",
            lambda m: (m["FF"] + m["vv"] - 2 * m["Fv"], eta(m) ** 2),
        ),
        line(
            "master.cauchy_schwarz",
            "<v, n> <= sigma sqrt(Y^2 - a^2)",
            lambda m: (m["vn"], sigma * math.sqrt(max(m["vv"] - along(m) ** 2, 0.0))),
        ),
    ]


def _moments(path: Path) -> Array:
    """Return per replica the inner products named in `_NAMES`, shape (R, 8)."""
    parts = {
        "F": path.gradient,
        "v": path.mean_direction,
        "n": path.noise,
        "h": path.staleness + path.drift,
        "g": path.direction,
        "e": path.drift,
    }
    return np.stack([path.inner(parts[name[0]], parts[name[1]]) for name in _NAMES], axis=1)


def _telescope(path: Path, x: float) -> Line:
    """Return the sum of the descent lemma along each replica: it holds surely, before any expectation."""
    together = path.mean_direction + path.noise
    left = path.inner(path.gradient, together)
    price = (path.value[0] - path.value[-1]) / (path.alpha * path.steps)
    right = price + x / 2 * path.inner(together, together)
    tightest = int(np.argmax(left - right))
    size = float(np.abs(path.value).max()) / (path.alpha * path.steps)
    statement = "<F, v + n> <= (f(W_0) - f(W_K))/(alpha K) + (x/2) N(v + n)^2, every replica"
    return surely("master.telescope", statement, float(left[tightest]), float(right[tightest]), size)
