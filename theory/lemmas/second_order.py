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

from theory.setting.symbols import symbol

p2, l2 = symbol("p2"), symbol("l2")


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
