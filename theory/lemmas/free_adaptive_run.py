"""Theorem 4 for measured distortion: the run of free.feasible, its saturation term made of the mean square distortion.

The steps are those of theory.lemmas.free_run; the pieces of free_adaptive take the place of those that know no more
than that the share of the drift is at most rho. Source: docs/theory.md#free.adaptive.
"""

from sympy import Integer

from theory.kernel import COORDINATE, ELEMENT, STEP, Cite, Draft, combine, le, lemma, times
from theory.kernel.vectors import Vector
from theory.lemmas import free_adaptive as pieces
from theory.lemmas.adaptive import share
from theory.lemmas.feasible import T, rho
from theory.lemmas.free_adaptive import X_f, X_m, Xf_k, Xm_k, doubled, share_f, x_f, x_m
from theory.lemmas.free_frozen import dW_i, e_f, e_m, g_f, responses, size_f, theta1
from theory.lemmas.free_run import ASSUMED, WORLD, WORLD_VECTORS, Distortion, theorem_4
from theory.lemmas.master import alpha, effective


def _frozen(d: Draft) -> None:
    """Introduce what u has changed since the frozen point: X_m at the current weights, X_f at the frozen ones."""
    pieces.middle(d)
    responses(d, drift=())
    d.local(ELEMENT, e_f)
    pieces.shares(d, share_f)
    pieces.weights(d)
    d.define(x_f, e_f + share_f**2 * g_f)
    d.link(x_f, Xf_k, over=COORDINATE)
    d.link(Xf_k, X_f, over=STEP)


def _changes(d: Draft) -> None:
    """Show that u changes with the weight at (1 + 2 rho) theta1, element by element."""
    change, most = x_m - x_f, doubled * dW_i * size_f
    made = times("x_m :="), times("x_f :=", -1)
    unmade = times("x_m :=", -1), times("x_f :=")
    parts = e_m - e_f + (share**2 - share_f**2) * g_f
    d.have("share: above", le(parts, most), Cite("free.share", "above"))
    d.have("share: below", le(-most, parts), Cite("free.share", "below"))
    d.have("change above", le(change, most), combine(times("share: above"), *made))
    d.have("change below", le(-most, change), combine(times("share: below"), *unmade))


_ELSEWHERE: dict[str, Vector] = {"E_f": X_f, "Ef_k": Xf_k}
MEASURED = Distortion(
    elements=lambda d: pieces.distorted(d, positive=False),
    size=pieces.measured,
    frozen=_frozen,
    unfold=_changes,
    saturation=T,
    meets=pieces.meets,
    first=pieces.meets - X_m,
    second=X_m - X_f,
    fixed=X_f,
    fixed_k=Xf_k,
    theta1=doubled,
    claims=(
        "free.adaptive_split", "free.adaptive_coherent", "free.adaptive_first_order", "free.adaptive_remainder",
    ),
    product=Cite("free.orthogonal", "orthogonal", {alpha: effective, rho: Integer(0)}, _ELSEWHERE),
    weights=Cite(
        "free.second", "bound", {theta1: doubled, e_m: x_m, e_f: x_f}, {**_ELSEWHERE, "E_m": X_m, "Em_k": Xm_k}
    ),
)  # fmt: skip
"""The mean square rbar2 of the share is known: T for rho R."""

_SHARED_WORLD = {**WORLD, "share": "1/4", "share_f": "1/4", "s_f": 1, "noise": 0, "rbar2": "1/4", "peak": "1/4"}
_SHARED_VECTORS = {
    **{name: at for name, at in WORLD_VECTORS.items() if name not in ("E_m", "Em_k", "E_f", "Ef_k")},
    **{name: at for name, at in pieces.SHARED_VECTORS.items() if name[0] == "c"},
    **dict.fromkeys(("X_m", "Xm_k", "X_f", "Xf_k"), ("5/16",)),
}


@lemma("free.adaptive", "Theorem 4 for measured distortion: the feasible set", assumes=ASSUMED)
def the_point_of_a_run_is_feasible_for_measured_distortion(d: Draft) -> None:
    """(A, Y, a) satisfies (ii), |a| <= Y, and (i4) with T^2 = rho^2 A + rbar2 sigma^2 in the place of (rho R)^2.

    rbar2 is the mean square of theta(w), as in adaptive.reach; k2 is (1 + 2 rho) theta1 nuhat, and all else is as in
    free.feasible.
    """
    theorem_4(d, MEASURED)
    d.witness(_SHARED_WORLD, _SHARED_VECTORS)
