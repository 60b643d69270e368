"""`python -m verify witness`: worst cases by performance estimation."""

from typing import Annotated

import typer

from boundary import ANSWER_IS_NO, HOLDS, check_writable, deliver, show
from boundary.options import REAL, Json, number


def witness(
    lags: Annotated[list[str] | None, typer.Option(help="d_1,...,d_M of a pipeline; several times, too.")] = None,
    iterations: Annotated[str, number("K, a few.")] = "6",
    alpha: Annotated[str, number("Step size, in 1/L.", shown=REAL)] = "0.3",
    json: Json = None,
) -> int:
    """Compare simulated, worst case by performance estimation, and derived, without noise and drift (extra `pep`)."""
    from verify import witness as outside

    check_writable(json, "--json")
    outside.require_extra()
    from verify.commands import console
    from verify.witness import showing

    result = console.watch_witness(showing.cases(lags or showing.LAGS, iterations, alpha))
    deliver(json, result.to_json(), lambda: show(showing.table(result)))
    return ANSWER_IS_NO if result.violated else HOLDS
