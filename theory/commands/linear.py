"""`python -m theory evaluate linear-lmi`: a bound of one run whose directions are linear, with its certificate."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from boundary import HOLDS, BadInput, OutsideDomain, assignments, write_json
from boundary.bytes import arrays_of, read_whole
from boundary.numbers import whole
from boundary.tables import show
from theory.blueprint import assumptions_of, rests_on
from theory.bounds import linear, linear_search
from theory.bounds.linear import LinearRun

NAME = "linear-lmi"
TITLE = linear.CLAIM.title
ARRAYS = ("H", "lags", "alpha", "start", "minimiser", "variance", "saturation")
"""What --run holds: the fields of `LinearRun`, doubles (lags are integers)."""
_MOST = 1 << 20
_HOLDS_FOR = (
    "the noise is independent from step to step and from coordinate to coordinate, with the variances of the file",
    "|W_i| <= saturation_i tau in every step, on the linear device",
)
"""What the bound takes for granted of a run, in words."""


def evaluate_linear(
    settings: list[str] | None, run_file: str | None, json_file: str | None, device: Mapping[str, str | None]
) -> int:
    """Evaluate the bound of a run in a file, after K iterations; options about a `device` must be left out.

    Raises:
        BadInput: a file that holds no run, or K that is missing or no integer >= 1.
        OutsideDomain: a run outside the theorem, a state that is too large, or steps for which nothing was found.

    """
    for option, value in device.items():
        if value is not None:
            raise BadInput(option, value, "left out: the file says what the device does, by the saturation", TITLE)
    if run_file is None:
        raise BadInput("--run", "(not given)", f"--run FILE.npz, with the arrays {', '.join(ARRAYS)}", TITLE)
    run = read_run(run_file)
    typed = _typed(settings)
    iterations = whole("K", typed["K"], at_least=1, needed_by=TITLE)
    if run.size > linear.LARGEST_STATE:
        limit = f"D + sum of lags <= {linear.LARGEST_STATE}, the numbers in a state"
        raise OutsideDomain("D + sum of lags", run.size, limit, TITLE)
    found = linear_search.find(run, iterations)
    if found is None:
        words = "steps for which the matrix inequality has a solution: H positive definite, alpha and lags short enough"
        raise OutsideDomain("alpha", run.alpha, words, TITLE)
    upper = linear.evaluate(run, found, iterations).value
    if not math.isfinite(upper):
        raise OutsideDomain(NAME, "a larger number", f"{NAME} < 1.8e308, the largest double: change units", TITLE)
    claims = rests_on(linear.CLAIM.id)
    result: dict[str, Any] = {
        "theorem": NAME,
        "value": upper,
        "upper": upper,
        "parameters": {"K": iterations, "alpha": run.alpha, "D": len(run.lags), "lags": list(run.lags)},
        "typed": typed,
        "domain": {"the matrix inequality holds, exactly": True, "P is positive definite, exactly": True},
        "witness": {"P": found.P.tolist(), "theta": found.theta.tolist()},
        "assumptions": list(assumptions_of(claims)),
        "holds_for": list(_HOLDS_FOR),
    }
    if json_file != "-":
        table = Table(title=f"{NAME}: {TITLE}", title_justify="left", show_header=False)
        table.add_row("guaranteed upper end", repr(upper), "of A, f^2/w^2: at or above the bound, as printed")
        table.add_row("K", typed["K"], "iterations")
        table.add_row("state", str(run.size), "numbers: current and stale weights")
        for i, weight in enumerate(found.theta):
            table.add_row(f"proved with theta_{i}", repr(float(weight)), "")
        lines = [f"and where {line}" for line in result["holds_for"]]
        show(table, "holds: " + ", ".join(result["domain"]), *lines)
    if json_file is not None:
        write_json(json_file, result)
    return HOLDS


def _typed(settings: list[str] | None) -> dict[str, str]:
    """Return what `--set` says of a run that was read from a file: K, and nothing that the file has said."""
    typed = {name: text.strip() for name, text in assignments(settings or [], ("K", *ARRAYS), TITLE).items()}
    for name in ARRAYS:
        if name in typed:
            raise BadInput(name, typed[name], f"left out: the file of --run says {name}", TITLE)
    if "K" not in typed:
        raise BadInput("K", "(not given)", "K is given, --set K=N: the file of --run does not say it", TITLE)
    return typed


def read_run(path: str) -> LinearRun:
    """Return the run that an NPZ file holds.

    Raises:
        BadInput: an array that is missing, not known, or of another kind.
        OutsideDomain: numbers outside the theorem.

    """
    arrays = arrays_of("--run", path, read_whole("--run", path, _MOST, TITLE), _MOST, TITLE)
    for name in ARRAYS:
        if name not in arrays:
            raise BadInput("--run", path, f"an array {name} in the file", TITLE)
    for name in arrays:
        if name not in ARRAYS:
            raise BadInput("--run", path, f"no array {name} in the file: {', '.join(ARRAYS)}", TITLE)
    lags, H = arrays["lags"], _doubles("H", arrays["H"])
    if lags.dtype.kind not in "iu" or lags.ndim != 1 or not lags.size:
        raise BadInput("lags", lags.dtype, "integers, one a coordinate", TITLE)
    if (alpha := _doubles("alpha", arrays["alpha"])).ndim != 0:
        raise BadInput("alpha", f"shape {alpha.shape}", "one number", TITLE)
    start, minimiser, variance, saturation = (_doubles(name, arrays[name]) for name in ARRAYS[3:])
    run = LinearRun(H, tuple(map(int, lags)), float(alpha), start, minimiser, variance, saturation)
    with np.errstate(over="ignore"):
        if not math.isfinite(float(np.sum((start - minimiser) ** 2))):
            raise OutsideDomain("start", start, "a start whose squared distance from the minimiser is a double", TITLE)
    return run


def _doubles(name: str, found: NDArray[Any]) -> NDArray[np.float64]:
    if found.dtype.kind not in "fiu" or found.dtype.itemsize > 8:
        raise BadInput(name, found.dtype, "doubles", TITLE)
    return found.astype(np.float64)
