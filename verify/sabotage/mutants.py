"""Wrong versions of an expression, made by rule: a term dropped, a sign flipped, a factor lost, a power forgotten."""

from collections.abc import Iterator, Sequence

import numpy as np
import sympy
from sympy import Expr

_POINTS = 40


SQUARED = ("rho", "sigma", "x", "q")
"""Symbols that are put in the place of their square, and squared where they are not."""


def mutants(expression: Expr, squared: Sequence[str] = SQUARED) -> Iterator[tuple[str, Expr]]:
    """Yield (what was done, the wrong expression), each different from the true one and from the others."""
    seen = {expression}
    for what, wrong in _all(expression, squared):
        if wrong not in seen and not wrong.has(sympy.zoo, sympy.nan):
            seen.add(wrong)
            yield what, wrong


def _all(expression: Expr, squared: Sequence[str]) -> Iterator[tuple[str, Expr]]:
    for part in sympy.preorder_traversal(expression):
        if isinstance(part, sympy.Add):
            for term in part.args:
                yield f"dropped {term}", expression.xreplace({part: part - term})
                yield f"sign of {term}", expression.xreplace({part: part - 2 * term})
                yield f"half of {term}", expression.xreplace({part: part - term / 2})
        elif isinstance(part, sympy.Pow) and part.exp == 2:
            yield f"{part.base} for its square", expression.xreplace({part: part.base})
        elif isinstance(part, sympy.Mul):
            for factor in part.args:
                if isinstance(factor, sympy.Add):
                    yield f"missing factor {factor}", expression.xreplace({part: part / factor})
        elif isinstance(part, sympy.Symbol) and part.name in squared:
            yield f"{part}^2 for {part}", expression.xreplace({part: part**2})


def is_stronger(wrong: Expr, true: Expr, seed: int = 0) -> bool:
    """Return whether the wrong expression lies below the true one somewhere: whether it claims more.

    Looked for in (0, 1/2)^n, lags from 1 to 4. What claims less is no fault of a bound: it is true, if loose.
    """
    symbols = sorted(wrong.free_symbols | true.free_symbols, key=lambda symbol: symbol.name)
    rng = np.random.default_rng(seed)
    difference = sympy.lambdify(symbols, wrong - true, modules="numpy")
    low, high = np.array([(1.0, 4.0) if symbol.name == "d_m" else (0.02, 0.5) for symbol in symbols]).T
    with np.errstate(all="ignore"):
        values = np.array([np.real(difference(*rng.uniform(low, high))) for _ in range(_POINTS)])
    return bool(np.any(values[np.isfinite(values)] < -1e-9))
