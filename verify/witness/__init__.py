"""A witness from outside: worst cases by performance estimation (PEPit), between what is simulated and what is proved.

Setting:    the deterministic digital pipeline: sigma = 0, rho = 0, and the assumptions smooth, lower, lags
            and staleness. The quantity is the theorems' own: A = (1/K) sum over k < K of norm(grad f(W_k))^2, not its
            smallest term.
Statement:  simulated <= worst case <= derived. The first holds because the function that is run lies in the class, the
            second is Theorem 1, because the class lies within its assumptions.
Status:     neither end trusts the solver. The upper end of the worst case is recomputed from the multipliers
            (`certificate`); the lower end is a function with exact constants that the simulator runs (`function`).
Source:     PEPit: B. Goujaud et al., arXiv 2201.04040. Smooth functions through points: A. Taylor, J. Hendrickx,
            F. Glineur, arXiv 1512.07516; with a lower bound f*: Y. Drori, O. Shamir, arXiv 1910.01845.
"""

from importlib.util import find_spec

from boundary import BadInput

EXTRA = ("PEPit", "cvxpy", "clarabel")
"""What the extra `pep` brings."""


def require_extra() -> None:
    """Raise `BadInput` if something of the extra `pep` is not installed."""
    for name in EXTRA:
        if find_spec(name) is None:
            packages = " ".join(EXTRA).lower()
            raise BadInput(name, "missing", f"installed with the extra `pep` (pip install {packages})", "witness")
