"""Bound the average squared gradient norm of Analog-SGD-AP on a device whose updates are rounded to pulses.

Setting:    smooth, lower, unbiased, variance, response, pulses, lags, staleness.
Statement:  Theorem 1 with p = Delta/(alpha gain K) + L qmax^2 V/(2 alpha gain), and with
            nu = Lambdah sqrt(sigma^2 + qmax^2 V/(alpha gain)^2): the feasible set in these is the same.
Status:     upper bound; at V = 0 it is Theorem 1 (tests).
Source:     docs/theory.md#granularity.enters.
"""

from dataclasses import replace

from theory.blueprint import claim
from theory.setting.symbols import symbol
from theory.theorems import sharp
from theory.theorems.statement import definitions, eliminate

_RUN = claim("granularity.enters")

THEOREM = replace(
    sharp.THEOREM,
    name="granular",
    title=_RUN.title,
    proved_by=_RUN.id,
    run=_RUN.id,
    definitions={
        **definitions(_RUN.id, "x", "p", "q", "qn"),
        symbol("nu"): eliminate(symbol("nu"), _RUN),
    },
    source=_RUN.source,
)
"""Theorem 1 for granular devices."""

if tuple(map(str, map(_RUN.conclusion, ("i", "ii", "component")))) != tuple(
    map(str, map(claim("master.young").premise, ("i", "ii", "component")))
):  # pragma: no cover - a guard on the source, exercised by a test on the claims
    raise AssertionError("granularity.enters concludes another set than master.young starts from")
