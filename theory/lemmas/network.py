"""Stages in a row: how far activations, messages and gradients can go, and how fast they change with the weights.

One claim for one stage, then induction over the stages. The functions below are those of docs/theory.md#networks;
`theory.theorems.network` runs the same functions on numbers, with a row of sensitivities in the place of e, zeta, beta.
"""

from typing import Any

from sympy import Symbol

from theory.kernel import (
    COORDINATE,
    STAGE,
    Cite,
    Draft,
    Induction,
    Vector,
    combine,
    generators,
    le,
    lemma,
    norm2,
    norm_square,
    symbols,
    times,
)
from theory.lemmas.feasible import signs
from theory.lemmas.order import where
from theory.setting.assumptions import STAGES
from theory.setting.symbols import symbol

p0, p1, l0, l1 = (symbol(name) for name in ("p0", "p1", "l0", "l1"))
X, D, w, u, e, zeta, beta = (symbol(name) for name in ("X_m", "D_m", "w_m", "u_m", "e_m", "zeta_m", "beta_m"))
L = symbol("L")


def reach(p0: Any, w: Any, X: Any) -> Any:  # noqa: ANN401 - symbols, numbers and rows alike
    """Return the bound of a stage's output, or of the message it passes on."""
    return p0 * w * X


def product_change(X: Any, u: Any, w: Any, e: Any) -> Any:  # noqa: ANN401
    """Return zeta: what W x changes when W moves by u and x by e."""
    return X * u + w * e


def message_change(p0: Any, p1: Any, arriving: Any, zeta: Any, change: Any) -> Any:  # noqa: ANN401
    """Return beta: `arriving` bounds the transposed product, `change` what it changes."""
    return p1 * zeta * arriving + p0 * change


def gradient_change(X: Any, D: Any, e: Any, beta: Any) -> Any:  # noqa: ANN401
    """Return what the outer product of message and input changes."""
    return beta * X + D * e


y, z, x = generators("y Wx x")
out, inside = symbols("out inside")


def parts(d: Draft, *pairs: tuple[Symbol, Vector]) -> None:
    """Let symbols be the coordinates of vectors."""
    for local, image in pairs:
        d.link(local, image, over=COORDINATE)


@lemma("network.forward", "Inputs of the stages", assumes=[STAGES])
def output_of_a_stage_is_bounded(d: Draft) -> None:
    """norm(phi(W x)) <= p0 w_m X_m if norm2(W) <= w_m and norm(x) <= X_m; phi is p0-Lipschitz with phi(0) = 0."""
    signs(d, p0, w, X)
    d.given("x", le(norm2(x), X**2), STAGES)
    d.given("Wx", le(norm2(z), w**2 * norm2(x)), STAGES)
    d.given("slope", le(out**2, p0**2 * inside**2), STAGES)
    parts(d, (out, y), (inside, z))
    d.have("activation", le(norm2(y), p0**2 * norm2(z)), d.average("slope", COORDINATE))
    d.conclude(
        "bound",
        le(norm2(y), reach(p0, w, X) ** 2),
        combine(times("activation"), times("Wx", p0**2), times("x", (p0 * w) ** 2)),
    )
    d.witness({"p0": 1, "w_m": 1, "X_m": 1, "out": 1, "inside": 1}, {"x": (1,), "Wx": (1,), "y": (1,)})


delta, carried, arrived = generators("delta WTdelta delta_next")


@lemma("network.backward", "Messages of the stages", assumes=[STAGES])
def message_of_a_stage_is_bounded(d: Draft) -> None:
    """norm(phi'(z) * W^T delta) <= p0 w_m D_m if norm2(W) <= w_m and norm(delta) <= D_m; D_M = p0 l0 with w = 1."""
    signs(d, p0, w, D)
    d.given("delta", le(norm2(arrived), D**2), STAGES)
    d.given("WTdelta", le(norm2(carried), w**2 * norm2(arrived)), STAGES)
    d.given("slope", le(out**2, p0**2 * inside**2), STAGES)
    parts(d, (out, delta), (inside, carried))
    d.have("activation", le(norm2(delta), p0**2 * norm2(carried)), d.average("slope", COORDINATE))
    d.conclude(
        "bound",
        le(norm2(delta), reach(p0, w, D) ** 2),
        combine(times("activation"), times("WTdelta", p0**2), times("delta", (p0 * w) ** 2)),
    )
    d.witness(
        {"p0": 1, "w_m": 1, "D_m": 1, "out": 1, "inside": 1}, {"delta_next": (1,), "WTdelta": (1,), "delta": (1,)}
    )


moved, held, changed, old = generators("UVx Vdx dx x")


def _product(d: Draft) -> None:
    """Introduce (U - V) x_U and V (x_U - x_V), whose sum is what the product of a stage changes."""
    signs(d, p0, w, X, u, e)
    d.given("x", le(norm2(old), X**2), STAGES)
    d.given("dx", le(norm2(changed), e**2), "domain")
    d.given("(U - V) x", le(norm2(moved), u**2 * norm2(old)), "domain")
    d.given("V dx", le(norm2(held), w**2 * norm2(changed)), STAGES)
    d.have("moved", le(norm2(moved), (X * u) ** 2), combine(times("(U - V) x"), times("x", u**2)))
    d.have("held", le(norm2(held), (w * e) ** 2), combine(times("V dx"), times("dx", w**2)))


@lemma("network.forward_stale", "What other forward weights change", assumes=[STAGES])
def forward_change_of_a_stage(d: Draft) -> None:
    """zeta_m = X_m u_m + w_m e_m bounds the change of W x, and e_{m+1} = p0 zeta_m that of phi(W x)."""
    _product(d)
    d.given("slope", le(out**2, p0**2 * inside**2), STAGES)
    change = product_change(X, u, w, e)
    d.conclude(
        "product",
        le(norm2(moved + held), change**2),
        Cite("hilbert.minkowski", "bound", where(s=X * u, t=w * e), {"u": moved, "w": held}),
    )
    parts(d, (out, y), (inside, moved + held))
    d.have("slope of phi", le(norm2(y), p0**2 * norm2(moved + held)), d.average("slope", COORDINATE))
    d.conclude("output", le(norm2(y), (p0 * change) ** 2), combine(times("slope of phi"), times("product", p0**2)))
    d.witness(
        {"p0": 1, "w_m": 1, "X_m": 1, "u_m": 1, "e_m": 1, "out": 1, "inside": 2},
        {"x": (1,), "dx": (1,), "UVx": (1,), "Vdx": (1,), "y": (1,)},
    )


curve, slope_change, arriving = symbols("curve slope_change arriving")
bend, turn, gone, product = generators("bend turn gone dWx")


@lemma("network.hadamard", "A change of slope times what arrives", assumes=[STAGES])
def slope_change_times_arriving_is_small(d: Draft) -> None:
    """abs(dphi' y) <= p1 abs(dz) w_m D_m elementwise, since no coordinate of y exceeds its norm."""
    signs(d, p1)
    d.local(COORDINATE, slope_change, inside, arriving)
    d.given("curvature", le(slope_change**2, p1**2 * inside**2), STAGES)
    d.given("arriving", le(arriving**2, (w * D) ** 2), STAGES)
    d.define(curve, slope_change * arriving)
    d.conclude(
        "squares",
        le(curve**2, (p1 * w * D) ** 2 * inside**2),
        combine(
            times("curvature", arriving**2),
            times("arriving", p1**2 * inside**2),
            times("curve :=", curve + slope_change * arriving),
        ),
    )
    d.witness({"p1": 1, "slope_change": 1, "inside": 1, "arriving": 1, "w_m": 1, "D_m": 1})


change, back = symbols("change back")


@lemma("network.backward_stale", "What the messages change", assumes=[STAGES])
def message_change_of_a_stage(d: Draft) -> None:
    """beta_m = p1 zeta_m w D + p0 change: the slopes change, and so does what arrives.

    `change` bounds what the transposed product changes: w beta with current backward weights, w beta + u D if they move
    too; for the last stage w D is l0 and `change` is l1 e.
    """
    signs(d, p0, p1, w, D, zeta, change)
    d.given("curvature", le(slope_change**2, p1**2 * inside**2), STAGES)
    d.given("arriving", le(arriving**2, (w * D) ** 2), STAGES)
    d.define(curve, slope_change * arriving)
    d.given("slope", le(out**2, p0**2 * back**2), STAGES)
    d.given("product", le(norm2(product), zeta**2), "domain")
    d.given("change", le(norm2(gone), change**2), "domain")
    parts(d, (curve, bend), (inside, product), (out, turn), (back, gone))
    d.local(COORDINATE, slope_change, arriving)
    averaged = d.average("network.hadamard:squares", COORDINATE)
    d.have("bent", le(norm2(bend), (p1 * w * D) ** 2 * norm2(product)), averaged)
    d.have(
        "bend", le(norm2(bend), (p1 * zeta * w * D) ** 2), combine(times("bent"), times("product", (p1 * w * D) ** 2))
    )
    d.have("turned", le(norm2(turn), p0**2 * norm2(gone)), d.average("slope", COORDINATE))
    d.have("turn", le(norm2(turn), (p0 * change) ** 2), combine(times("turned"), times("change", p0**2)))
    d.conclude(
        "bound",
        le(norm2(bend + turn), message_change(p0, p1, w * D, zeta, change) ** 2),
        Cite("hilbert.minkowski", "bound", where(s=p1 * zeta * w * D, t=p0 * change), {"u": bend, "w": turn}),
    )
    d.witness(
        {
            "p0": 1,
            "p1": 1,
            "w_m": 1,
            "D_m": 1,
            "zeta_m": 1,
            "change": 1,
            "slope_change": 1,
            "inside": 1,
            "arriving": 1,
            "out": 1,
            "back": 1,
        },
        {"dWx": (1,), "gone": (1,), "bend": (1,), "turn": (1,)},
    )


stale, carry = generators("WTdbeta dWTdelta")


@lemma("network.full_change", "What arrives if the backward weights move too")
def transposed_product_changes_by_both(d: Draft) -> None:
    """norm(U^T delta_U - V^T delta_V) <= u_m D_m + w_m beta_m."""
    signs(d, u, D, w, beta)
    d.given("moved", le(norm2(carry), (u * D) ** 2), "domain")
    d.given("changed", le(norm2(stale), (w * beta) ** 2), "domain")
    d.conclude(
        "bound",
        le(norm2(carry + stale), (u * D + w * beta) ** 2),
        Cite("hilbert.minkowski", "bound", where(s=u * D, t=w * beta), {"u": carry, "w": stale}),
    )
    d.witness({"u_m": 1, "D_m": 1, "w_m": 1, "beta_m": 1}, {"dWTdelta": (1,), "WTdbeta": (1,)})


first, second = generators("dbeta_x delta_dx")
dbeta, dx = generators("dbeta dx")


@lemma("network.sensitivity", "What a stage's gradient changes", assumes=[STAGES])
def gradient_change_of_a_stage(d: Draft) -> None:
    """norm(delta_U x_U^T - delta_V x_V^T) <= beta_m X_m + D_m e_m; an outer product is as long as its factors."""
    signs(d, X, D, e, beta)
    d.given("dbeta", le(norm2(dbeta), beta**2), "domain")
    d.given("x", le(norm2(old), X**2), STAGES)
    d.given("dx", le(norm2(dx), e**2), "domain")
    d.given("delta", le(norm2(delta), D**2), STAGES)
    d.given("outer one", le(norm2(first), norm2(dbeta) * norm2(old)), STAGES)
    d.given("outer two", le(norm2(second), norm2(delta) * norm2(dx)), STAGES)
    for name, vector in (("x >= 0", old), ("dx >= 0", dx)):
        d.have(name, le(0, norm2(vector)), combine(norm_square(vector)))
    d.have(
        "one",
        le(norm2(first), (beta * X) ** 2),
        combine(times("outer one"), times("dbeta", norm2(old)), times("x", beta**2)),
    )
    d.have(
        "two",
        le(norm2(second), (D * e) ** 2),
        combine(times("outer two"), times("delta", norm2(dx)), times("dx", D**2)),
    )
    d.conclude(
        "bound",
        le(norm2(first + second), gradient_change(X, D, e, beta) ** 2),
        Cite("hilbert.minkowski", "bound", where(s=beta * X, t=D * e), {"u": first, "w": second}),
    )
    ones = dict.fromkeys(("dbeta", "x", "dx", "delta", "dbeta_x", "delta_dx"), (1,))
    d.witness({"X_m": 1, "D_m": 1, "e_m": 1, "beta_m": 1}, ones)


stages, size, bound, input_change, change_bound, near, far = symbols("stages size bound input_change e_bound near far")
pull, push, weight, distance = symbols("pull push weight distance")


@lemma("network.depth", "Through all stages", assumes=[STAGES])
def bounds_hold_through_every_depth(d: Draft) -> None:
    """By induction over the stages: inputs stay below X_m and their changes below e_m, for every number of stages.

    One stage multiplies norms by some number `pull` in [0, p0 w_m] and passes changes on by some `push` in [0, p0].
    """
    signs(d, p0)
    for name, value, top in (("pull", pull, p0 * weight), ("push", push, p0)):
        d.given(f"{name} >= 0", le(0, value), STAGES)
        d.given(name, le(value, top), STAGES)
    d.given("weight >= 0", le(0, weight), STAGES)
    d.given("distance >= 0", le(0, distance), "domain")
    d.given("X_m >= 0", le(0, X), "domain")
    d.local(stages, pull, push, weight, distance)
    d.recursion(
        stages,
        {
            size: (X, pull * size),
            bound: (X, reach(p0, weight, bound)),
            input_change: (0, push * product_change(size, distance, weight, input_change)),
            change_bound: (0, p0 * product_change(bound, distance, weight, change_bound)),
        },
    )
    d.have("size >= 0", le(0, size), Induction(stages, combine(times("X_m >= 0")), combine(times("hypothesis", pull))))
    d.conclude(
        "inputs",
        le(size, bound),
        Induction(stages, combine(), combine(times("hypothesis", p0 * weight), times("pull", size))),
    )
    grown = combine(times("hypothesis", push * weight), times("size >= 0", push * distance))
    d.have("change >= 0", le(0, input_change), Induction(stages, combine(), grown))
    d.conclude(
        "changes",
        le(input_change, change_bound),
        Induction(
            stages,
            combine(),
            combine(
                times("hypothesis", p0 * weight),
                times("inputs", p0 * distance),
                times("push", product_change(size, distance, weight, input_change)),
            ),
        ),
    )
    d.witness({"p0": 1, "pull": 1, "push": 1, "weight": 1, "distance": 1, "X_m": 1, "stages": 0})


message = symbols("message")[0]


@lemma("network.dominance", "Current backward weights are the less biased choice")
def staleness_sensitivity_is_below_the_full_one(d: Draft) -> None:
    """S <= S_full entrywise: moving the backward weights too adds p0 u D >= 0 to every message, at every depth."""
    signs(d, p0, p1)
    for value in (zeta, weight, message, distance):
        d.given(f"{value} >= 0", le(0, value), "domain")
    d.given("beta_m >= 0", le(0, beta), "domain")
    d.local(stages, zeta, weight, message, distance)
    here = message_change(p0, p1, weight * message, zeta, weight * near)
    both = message_change(p0, p1, weight * message, zeta, distance * message + weight * far)
    d.recursion(stages, {near: (beta, here), far: (beta, both)})
    step = combine(times("hypothesis", p0 * weight), times("distance >= 0", p0 * message))
    d.conclude("bound", le(near, far), Induction(stages, combine(), step))
    d.witness({"p0": 1, "p1": 1, "zeta_m": 1, "weight": 1, "message": 1, "distance": 1, "beta_m": 1, "stages": 0})


gap, moves = generators("gap Su")
stage_gap, stage_moves = symbols("stage_gap stage_moves")
travelled: Vector = generators("moved_stages")[0]


@lemma("network.rows", "Stage by stage, squared", assumes=[STAGES])
def rows_square(d: Draft) -> None:
    """0 <= |stage gradient's change| <= (S_full u)_m implies the same for squares."""
    d.local(STAGE, stage_gap, stage_moves)
    d.given("stage_gap >= 0", le(0, stage_gap), "domain")
    d.given("rows", le(stage_gap, stage_moves), STAGES)
    d.have("moves >= 0", le(0, stage_moves), combine(times("stage_gap >= 0"), times("rows")))
    d.conclude("squares", le(stage_gap**2, stage_moves**2), combine(times("rows", stage_moves + stage_gap)))
    d.witness({"stage_gap": 1, "stage_moves": 1})


@lemma("network.smooth", "The gradient is Lipschitz with norm2(S_full)", assumes=[STAGES])
def gradient_is_lipschitz(d: Draft) -> None:
    """Stage gradients change by at most S_full u, so the gradient by at most norm2(S_full) norm(u) = L norm(u)."""
    d.given("stage_gap >= 0", le(0, stage_gap), "domain")
    d.given("rows", le(stage_gap, stage_moves), STAGES)
    d.given("L", le(norm2(moves), L**2 * norm2(travelled)), STAGES)
    for local, image in ((stage_gap, gap), (stage_moves, moves)):
        d.link(local, image, over=STAGE)
    d.have("summed", le(norm2(gap), norm2(moves)), d.average("network.rows:squares", STAGE))
    d.conclude("bound", le(norm2(gap), L**2 * norm2(travelled)), combine(times("summed"), times("L")))
    d.witness({"stage_gap": 1, "stage_moves": 1, "L": 1}, {"gap": (1,), "Su": (1,), "moved_stages": (1,)})
