"""Stages in a row, twice differentiated: how far from linear a direction is, and how fast its derivative changes.

Two directions to move the weights in: along the first the forward weights of stage m move by u_m, along the second by
t_m; the backward weights move by as much or not at all. `one`, `two` and `both` are the derivatives along the first,
the second, and along the first and then the second. What is claimed is about these derivatives, one stage each: the
premises are what the chain rule gives, element by element, and that no element is larger than the whole vector. That a
second derivative of at most H along a segment keeps a direction within (H/2) norm^2 of its linear part is the
claim's text in docs/theory.md#networks and a theorem of the Coq library, not the kernel's.

The functions are those of docs/theory.md#networks; `theory.theorems.second_order` runs the same functions on numbers,
with a column of sensitivities in the place of `one`, a row in the place of `two`, and matrices in that of `both`.
"""

from typing import Any

from sympy import Expr, Symbol

from theory.kernel import (
    COORDINATE,
    STAGE,
    Cite,
    Draft,
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
from theory.lemmas.network import D, X, beta, delta, e, inside, out, p0, p1, parts, u, w, zeta
from theory.lemmas.order import where
from theory.setting.assumptions import STAGES, THIRD
from theory.setting.symbols import symbol

p2 = symbol("p2")


def product_bend(u: Any, t: Any, w: Any, one: Any, two: Any, both: Any) -> Any:  # noqa: ANN401 - numbers and rows alike
    """Return how W x bends: u and t move W, one, two and both are what its input does."""
    return u * two + t * one + w * both


def output_bend(p0: Any, p1: Any, one: Any, two: Any, both: Any) -> Any:  # noqa: ANN401
    """Return how phi(z), or the gradient of the loss, bends, given what z does and two bounds of derivatives."""
    return p1 * one * two + p0 * both


def arriving_bend(u: Any, t: Any, w: Any, one: Any, two: Any, both: Any) -> Any:  # noqa: ANN401
    """Return how W^T delta bends: u and t move W, now in the backward pass, one, two and both are what delta does."""
    return u * two + t * one + w * both


def message_bend(
    p0: Any,  # noqa: ANN401
    p1: Any,  # noqa: ANN401
    p2: Any,  # noqa: ANN401
    inside: tuple[Any, Any, Any],
    arriving: tuple[Any, Any, Any, Any],
) -> Any:  # noqa: ANN401
    """Return how phi'(z) y bends.

    Args:
        p0: bound of phi'.
        p1: of phi''.
        p2: of phi'''.
        inside: one, two and both of z.
        arriving: y itself, then its one, two and both.

    """
    one, two, both = inside
    y, y_one, y_two, y_both = arriving
    return p2 * one * two * y + p1 * both * y + p1 * one * y_two + p1 * two * y_one + p0 * y_both


def gradient_bend(
    X: Any,  # noqa: ANN401
    D: Any,  # noqa: ANN401
    x: tuple[Any, Any, Any],
    delta: tuple[Any, Any, Any],
) -> Any:  # noqa: ANN401
    """Return how delta x^T bends, given bounds X and D of x and delta, and what they do along one, two and both."""
    x_one, x_two, x_both = x
    one, two, both = delta
    return both * X + one * x_two + two * x_one + D * x_both


t = symbols("t_m")[0]
e_two, e_both, zeta_two, zeta_both, beta_two, beta_both = symbols("e_two e_both zeta_two zeta_both beta_two beta_both")
by_u, by_t, by_w, x_one, x_two, x_both = generators("Ux_two Tx_one Wx_both x_one x_two x_both")


@lemma("network.second_product", "How a product bends", assumes=[STAGES])
def product_of_a_stage_bends(d: Draft) -> None:
    """norm(U x_two + T x_one + W x_both) <= u e_two + t e_one + w e_both: the product rule, twice, in Frobenius norms.

    With delta in the place of x it is what arrives at the stage before.
    """
    signs(d, u, t, w, e, e_two, e_both)
    for name, vector, bound in (("one", x_one, e), ("two", x_two, e_two), ("both", x_both, e_both)):
        d.given(f"x {name}", le(norm2(vector), bound**2), "domain")
    for name, moved, norm, of, vector in (
        ("U x_two", by_u, u, "two", x_two),
        ("T x_one", by_t, t, "one", x_one),
        ("W x_both", by_w, w, "both", x_both),
    ):
        d.given(name, le(norm2(moved), norm**2 * norm2(vector)), STAGES if norm is w else "domain")
        bound = {"one": e, "two": e_two, "both": e_both}[of]
        d.have(f"by {name}", le(norm2(moved), (norm * bound) ** 2), combine(times(name), times(f"x {of}", norm**2)))
    first = where(s=u * e_two, t=t * e)
    d.have(
        "moves",
        le(norm2(by_u + by_t), (u * e_two + t * e) ** 2),
        Cite("hilbert.minkowski", "bound", first, {"u": by_u, "w": by_t}),
    )
    d.conclude(
        "bound",
        le(norm2(by_u + by_t + by_w), product_bend(u, t, w, e, e_two, e_both) ** 2),
        Cite("hilbert.minkowski", "bound", where(s=u * e_two + t * e, t=w * e_both), {"u": by_u + by_t, "w": by_w}),
    )
    ones = dict.fromkeys(("x_one", "x_two", "x_both", "Ux_two", "Tx_one", "Wx_both"), (1,))
    d.witness(dict.fromkeys(("u_m", "t_m", "w_m", "e_m", "e_two", "e_both"), 1), ones)


curvature, one, two, curve = symbols("curvature z_one_i z_two_i curve")
bend, turn, z_two, z_both = generators("bend turn z_two z_both")


@lemma("network.second_output", "How an output bends", assumes=[STAGES, THIRD])
def output_of_a_stage_bends(d: Draft) -> None:
    """norm(phi'' z_one z_two + phi' z_both) <= p1 zeta_one zeta_two + p0 zeta_both: the chain rule, element by element.

    With the gradient of the loss in the place of phi, and the output x in that of z, it is what arrives at the last
    stage: l2 e_one e_two + l1 e_both.
    """
    signs(d, p0, p1, zeta, zeta_two, zeta_both)
    d.given("phi''", le(curvature**2, p1**2), THIRD)
    d.given("z_one_i", le(one**2, zeta**2), "domain")
    d.given("z_two", le(norm2(z_two), zeta_two**2), "domain")
    d.given("z_both", le(norm2(z_both), zeta_both**2), "domain")
    d.given("slope", le(out**2, p0**2 * inside**2), STAGES)
    d.define(curve, curvature * one * two)
    parts(d, (curve, bend), (two, z_two), (out, turn), (inside, z_both))
    d.local(COORDINATE, curvature, one)
    d.have(
        "curves",
        le(curve**2, (p1 * zeta) ** 2 * two**2),
        combine(
            times("phi''", (one * two) ** 2),
            times("z_one_i", (p1 * two) ** 2),
            times("curve :=", curve + curvature * one * two),
        ),
    )
    d.have("bent", le(norm2(bend), (p1 * zeta) ** 2 * norm2(z_two)), d.average("curves", COORDINATE))
    d.have(
        "bend", le(norm2(bend), (p1 * zeta * zeta_two) ** 2), combine(times("bent"), times("z_two", (p1 * zeta) ** 2))
    )
    d.have("turned", le(norm2(turn), p0**2 * norm2(z_both)), d.average("slope", COORDINATE))
    d.have("turn", le(norm2(turn), (p0 * zeta_both) ** 2), combine(times("turned"), times("z_both", p0**2)))
    d.conclude(
        "bound",
        le(norm2(bend + turn), output_bend(p0, p1, zeta, zeta_two, zeta_both) ** 2),
        Cite("hilbert.minkowski", "bound", where(s=p1 * zeta * zeta_two, t=p0 * zeta_both), {"u": bend, "w": turn}),
    )
    ones = dict.fromkeys(
        ("p0", "p1", "zeta_m", "zeta_two", "zeta_both", "curvature", "z_one_i", "z_two_i", "inside", "out"), 1
    )
    d.witness(ones, dict.fromkeys(("bend", "turn", "z_two", "z_both"), (1,)))


twist, both, y, y_one, y_two, y_both = symbols("twist z_both_i y_i y_one_i y_two_i y_both_i")
Y, Y_one, Y_two, Y_both = symbols("eta_m eta_one eta_two eta_both")
curve_three, curve_both, curve_one, curve_two = symbols("curve_three curve_both curve_one curve_two")
bend_three, bend_both, bend_one, bend_two = generators("bend_three bend_both bend_one bend_two")
whole_two, whole_both = generators("y_two y_both")


def _bend(d: Draft, made: tuple[Symbol, Vector], squares: str, bound: Expr, vector: Vector, length: Symbol) -> Expr:
    """Sum `squares`, curve^2 <= (bound last)^2 with `last` the part of a vector, and return the bound of the whole."""
    curve, whole = made
    parts(d, made)
    d.have(f"{curve.name} summed", le(norm2(whole), bound**2 * norm2(vector)), d.average(squares, COORDINATE))
    inserted = combine(times(f"{curve.name} summed"), times(vector.parts[0][0], bound**2))
    d.have(f"{curve.name} whole", le(norm2(whole), (bound * length) ** 2), inserted)
    return bound * length


def _added(d: Draft, vectors: list[Vector], lengths: list[Expr]) -> None:
    """Conclude that a sum is at most as long as its parts together, by Minkowski's inequality, part by part."""
    for count in range(2, len(vectors) + 1):
        u, length = sum(vectors[1 : count - 1], vectors[0]), sum(lengths[: count - 1])
        cite = Cite(
            "hilbert.minkowski", "bound", where(s=length, t=lengths[count - 1]), {"u": u, "w": vectors[count - 1]}
        )
        relation = le(norm2(u + vectors[count - 1]), (length + lengths[count - 1]) ** 2)
        if count == len(vectors):
            d.conclude("bound", relation, cite)
        else:
            d.have(f"the first {count}", relation, cite)


@lemma("network.second_backward", "How a message bends", assumes=[STAGES, THIRD])
def message_of_a_stage_bends(d: Draft) -> None:
    """The five terms of the second derivative of phi'(z) y, in norm: `message_bend`.

    y is what arrives, bounded by w D, its derivatives by t D + w beta and by what network.second_product says of
    W^T delta; at the last stage by l0, l1 e, and what network.second_output says of the gradient of the loss.
    """
    signs(d, p0, p1, p2, zeta, zeta_two, zeta_both, Y, Y_one, Y_two, Y_both)
    d.given("phi''", le(curvature**2, p1**2), THIRD)
    d.given("phi'''", le(twist**2, p2**2), THIRD)
    for local, bound in ((one, zeta), (y, Y), (y_one, Y_one)):
        d.given(local.name, le(local**2, bound**2), "domain")
    for vector, bound in ((z_two, zeta_two), (z_both, zeta_both), (whole_two, Y_two), (whole_both, Y_both)):
        d.given(vector.parts[0][0], le(norm2(vector), bound**2), "domain")
    d.given("slope", le(out**2, p0**2 * y_both**2), STAGES)
    parts(d, (two, z_two), (both, z_both), (y_two, whole_two), (y_both, whole_both), (out, turn))
    d.local(COORDINATE, curvature, twist, one, y, y_one)
    third, bound = times("phi'''", (one * y * two) ** 2), p2 * zeta * Y
    squares = (third, times("z_one_i", (p2 * y * two) ** 2), times("y_i", (p2 * zeta * two) ** 2))
    d.define(curve_three, twist * one * y * two)
    unfolded = times("curve_three :=", curve_three + twist * one * y * two)
    d.have("squares", le(curve_three**2, (bound * two) ** 2), combine(*squares, unfolded))
    lengths = [_bend(d, (curve_three, bend_three), "squares", bound, z_two, zeta_two)]
    for made, factor, top, last, vector, length in (
        ((curve_both, bend_both), y, Y, both, z_both, zeta_both),
        ((curve_one, bend_one), one, zeta, y_two, whole_two, Y_two),
        ((curve_two, bend_two), y_one, Y_one, two, z_two, zeta_two),
    ):
        curve, bound, name = made[0], p1 * top, f"{made[0].name} squared"
        d.define(curve, curvature * factor * last)
        pair = (times("phi''", (factor * last) ** 2), times(factor.name, (p1 * last) ** 2))
        unfolded = times(f"{curve.name} :=", curve + curvature * factor * last)
        d.have(name, le(curve**2, (bound * last) ** 2), combine(*pair, unfolded))
        lengths.append(_bend(d, made, name, bound, vector, length))
    d.have("turned", le(norm2(turn), p0**2 * norm2(whole_both)), d.average("slope", COORDINATE))
    d.have("turn", le(norm2(turn), (p0 * Y_both) ** 2), combine(times("turned"), times("y_both", p0**2)))
    _added(d, [bend_three, bend_both, bend_one, bend_two, turn], [*lengths, p0 * Y_both])
    scalars = "p0 p1 p2 zeta_m zeta_two zeta_both eta_m eta_one eta_two eta_both"
    scalars += " curvature twist z_one_i z_two_i z_both_i y_i y_one_i y_two_i y_both_i out"
    vectors = "z_two z_both y_two y_both turn bend_three bend_both bend_one bend_two"
    d.witness(dict.fromkeys(scalars.split(), 1), dict.fromkeys(vectors.split(), (1,)))


x, d_one, d_two, d_both = generators("x delta_one delta_two delta_both")
both_x, one_two, two_one, delta_x = generators("delta_both_x delta_one_x_two delta_two_x_one delta_x_both")


@lemma("network.second_sensitivity", "How a stage's gradient bends", assumes=[STAGES])
def gradient_of_a_stage_bends(d: Draft) -> None:
    """Norm of the second derivative of delta x^T <= beta_both X + beta_one e_two + beta_two e_one + D e_both."""
    signs(d, X, D, e, e_two, e_both, beta, beta_two, beta_both)
    bounds = {
        "x": (x, X),
        "x one": (x_one, e),
        "x two": (x_two, e_two),
        "x both": (x_both, e_both),
        "delta": (delta, D),
        "delta one": (d_one, beta),
        "delta two": (d_two, beta_two),
        "delta both": (d_both, beta_both),
    }
    for name, (vector, bound) in bounds.items():
        d.given(name, le(norm2(vector), bound**2), STAGES if name in ("x", "delta") else "domain")
    lengths = []
    products = (
        (both_x, "delta both", "x"),
        (one_two, "delta one", "x two"),
        (two_one, "delta two", "x one"),
        (delta_x, "delta", "x both"),
    )
    for product, left, right in products:
        (message, by), (inner, at) = bounds[left], bounds[right]
        name = f"outer {left}, {right}"
        d.given(name, le(norm2(product), norm2(message) * norm2(inner)), STAGES)
        d.have(f"{right} >= 0", le(0, norm2(inner)), combine(norm_square(inner)))
        steps = combine(times(name), times(left, norm2(inner)), times(right, by**2))
        d.have(f"{name} bound", le(norm2(product), (by * at) ** 2), steps)
        lengths.append(by * at)
    _added(d, [product for product, _, _ in products], lengths)
    scalars = "X_m D_m e_m e_two e_both beta_m beta_two beta_both"
    vectors = "x x_one x_two x_both delta delta_one delta_two delta_both"
    vectors += " delta_both_x delta_one_x_two delta_two_x_one delta_x_both"
    d.witness(dict.fromkeys(scalars.split(), 1), dict.fromkeys(vectors.split(), (1,)))


H2 = symbol("H2")
gap, norms, travelled_one, travelled_two = generators("gap stage_norms moved_one moved_two")
stage_gap, stage_norm = symbols("stage_gap stage_norm")


@lemma("network.second_order", "How far a direction is from linear", assumes=[STAGES, THIRD])
def second_derivative_is_bounded(d: Draft) -> None:
    """norm(d2 G) <= H norm(u) norm(t) with H = sqrt(sum over m of norm2(H_m)^2).

    The bounds of stage m are bilinear in the moves u and t, u^T H_m t with H_m >= 0. u moves the forward weights alone;
    t as well for H2, forward and backward weights for HJ.
    """
    d.given("bends", le(stage_gap**2, stage_norm**2 * norm2(travelled_one) * norm2(travelled_two)), THIRD)
    d.given("H2", le(norm2(norms), H2**2), STAGES)
    for local, image in ((stage_gap, gap), (stage_norm, norms)):
        d.link(local, image, over=STAGE)
    for name, vector in (("u >= 0", travelled_one), ("t >= 0", travelled_two)):
        d.have(name, le(0, norm2(vector)), combine(norm_square(vector)))
    d.have(
        "summed", le(norm2(gap), norm2(norms) * norm2(travelled_one) * norm2(travelled_two)), d.average("bends", STAGE)
    )
    d.conclude(
        "bound",
        le(norm2(gap), H2**2 * norm2(travelled_one) * norm2(travelled_two)),
        combine(times("summed"), times("H2", norm2(travelled_one) * norm2(travelled_two))),
    )
    ones = dict.fromkeys(("gap", "stage_norms", "moved_one", "moved_two"), (1,))
    d.witness({"stage_gap": 1, "stage_norm": 1, "H2": 1}, ones)
