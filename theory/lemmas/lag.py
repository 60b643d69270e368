"""What a lag costs when there is neither noise nor drift: a lower bound that no step size evades, and an upper one.

Lower: one weight on f(w) = (L/2) w^2 whose gradients are read at weights that are d updates old. The first J <= d + 1
gradients are all read at w_0, so that the weights run away on a line. Upper: Theorem 1's feasible set at
rho = sigma = 0. Source: docs/theory.md#lag.lower.
"""

from sympy import Expr, Rational

from theory.kernel import (
    Chain,
    Cite,
    Contradiction,
    Draft,
    Induction,
    Step,
    ZeroCases,
    combine,
    eq,
    le,
    lemma,
    lt,
    square,
    symbols,
    times,
)
from theory.lemmas.feasible import A, Y, a, p, q, r, signs, x
from theory.lemmas.order import where
from theory.setting.symbols import symbol

K, L, Delta, alpha, eps, Lambda1 = (symbol(name) for name in ("K", "L", "Delta", "alpha", "eps", "Lambda1"))
J, i, w, w0, spent, total, slope, d_m = symbols("J i w w_0 spent total slope d_m")
"""The first steps and the further ones; a weight, sums of squared gradients so far, a later gradient, a lag."""


def first(d: Draft) -> None:
    """Introduce J steps whose gradients are all read at w_0: W_{k+1} = W_k - alpha L w_0."""
    d.recursion(J, {w: (w0, w - alpha * L * w0), spent: (0, spent + (L * w) ** 2)})


def on_a_line() -> Expr:
    """Return the weight after J steps."""
    return w0 * (1 - alpha * L * J)


def sum_of_squares() -> Expr:
    """Return the sum over k < J of (1 - alpha L k)^2."""
    move = alpha * L
    return J - move * J * (J - 1) + move**2 * J * (J - 1) * (2 * J - 1) / 6


@lemma("lag.first_steps", "While every gradient is read at the first weights")
def weights_run_on_a_line(d: Draft) -> None:
    """W_J = w_0 (1 - alpha L J), and the sum of the squared gradients before it; J (J - 1) is never negative."""
    first(d)
    line = on_a_line()
    d.conclude("weight", eq(w, line), Induction(J, combine(), combine(times("hypothesis"))))
    grown = combine(times("hypothesis"), times("weight", L**2 * (w + line)))
    d.conclude("sum", eq(spent, (L * w0) ** 2 * sum_of_squares()), Induction(J, combine(), grown))
    d.conclude("pairs", le(0, J * (J - 1)), Induction(J, combine(), combine(times("hypothesis"), times("J >= 0", 2))))
    d.witness({"L": 1, "alpha": 1, "w_0": 1, "J": 1})


def run(d: Draft) -> None:
    """Introduce J steps whose gradients are read at w_0, i further steps of any kind, and the average A over all."""
    first(d)
    d.local(i, slope)
    d.recursion(i, {total: (spent, total + slope**2)})
    d.given("J > 0", lt(0, J), "domain")
    d.define(Delta, L / 2 * w0**2)
    d.define(A, total / (J + i))
    d.define(K, J + i)


def counts(d: Draft) -> None:
    """Show where the weight is after J steps, and that K and 2 J - 1 are positive."""
    d.have("weight", eq(w, on_a_line()), Cite("lag.first_steps", "weight"))
    d.have("pairs", le(0, J * (J - 1)), Cite("lag.first_steps", "pairs"))
    d.have("odd", lt(0, 2 * J - 1), combine(times("pairs", 2 / J), times("J > 0", 1 / J)))
    d.have("K > 0", lt(0, K), combine(times("K :=", -1), times("J > 0"), times("i >= 0")))


def least(steps: Expr = J) -> Expr:
    """Return the lower bound of the average squared gradient: `steps` of the K steps read the first weights."""
    return L * Delta * steps * (steps + 1) / ((2 * steps - 1) * K)


RUN = {"L": 1, "alpha": 1, "w_0": 1, "J": 1, "i": 1, "slope": 0}


@lemma("lag.lower", "What a lag of d updates costs at any step size")
def gradients_read_too_late_cannot_all_be_small(d: Draft) -> None:
    """On f(w) = (L/2) w^2, if the first J of K gradients are read at w_0, A >= L Delta J (J + 1)/((2J - 1) K).

    For every real alpha, and whatever the further steps are; a lag of d updates has J = min(K, d + 1).
    """
    run(d)
    counts(d)
    d.have("sum", eq(spent, (L * w0) ** 2 * sum_of_squares()), Cite("lag.first_steps", "sum"))
    price = (L * w0) ** 2 * J * (J + 1) / 2
    d.have(
        "first",
        le(price, (2 * J - 1) * spent),
        combine(times("sum", -(2 * J - 1)), times("pairs", (L * w0 * (alpha * L * (2 * J - 1) - 3)) ** 2 / 6)),
    )
    d.have("further", le(spent, total), Induction(i, combine(), combine(times("hypothesis"), square(slope))))
    d.conclude(
        "bound",
        le(least(), A),
        combine(
            times("further", 1 / K),
            times("first", 1 / (K * (2 * J - 1))),
            times("Delta :=", L * J * (J + 1) / (K * (2 * J - 1))),
            times("A :=", -1),
            times("K :=", -total / (K * (J + i))),
        ),
    )
    d.witness(RUN)


@lemma("lag.lower_rate", "The iterations that a lag of d updates makes necessary")
def iterations_grow_in_proportion_to_the_lag(d: Draft) -> None:
    """A <= eps <= L Delta/2 needs K > (d + 1) L Delta/(2 eps), where J = min(K, d + 1) gradients are read at w_0."""
    run(d)
    d.given("L > 0", lt(0, L), "domain")
    d.given("w_0^2 > 0", lt(0, w0**2), "domain")
    d.given("eps > 0", lt(0, eps), "domain")
    d.given("J is K or d + 1", eq(i * (J - d_m - 1), 0), "domain")
    d.given("reached", le(A, eps), "domain")
    d.given("eps is small", le(eps, L * Delta / 2), "domain")
    counts(d)
    d.have("bound", le(least(), A), Cite("lag.lower", "bound"))
    d.have("Delta > 0", lt(0, Delta), combine(times("Delta :=", -1), times("w_0^2 > 0", L / 2)))
    half = L * Delta * J / 2
    d.have(
        "more than half",
        lt(half, K * eps),
        combine(times("bound", K), times("reached", K), times("Delta > 0", 3 * L * J / (2 * (2 * J - 1)))),
    )
    late = Chain(
        (Step("J", eq(J, d_m + 1), combine(times("J is K or d + 1", 1 / i))),),
        combine(times("more than half", 1 / eps), times("J", -L * Delta / (2 * eps))),
    )
    early = Contradiction(
        combine(
            times("more than half"),
            times("eps is small", K),
            times("K :=", L * Delta / 2),
            times("case", L * Delta / 2),
        )
    )
    d.conclude("bound on K", lt((d_m + 1) * L * Delta / (2 * eps), K), ZeroCases(i, late, early))
    d.witness({**RUN, "i": 3, "d_m": 0, "eps": "1/4"})


@lemma("lag.upper", "A lag without noise and drift, from above")
def lag_alone_costs_at_most_its_own_share(d: Draft) -> None:
    """At rho = sigma = 0 and alpha = 1/(L + Lambda1) every feasible point has A <= 2 (L + Lambda1) Delta/K.

    It has A <= p (1 + q)^2/(1 + q - x/2) as well, which is less.
    """
    signs(d, L, Lambda1, Delta, A, Y)
    d.given("alpha > 0", lt(0, alpha), "domain")
    d.given("K > 0", lt(0, K), "domain")
    d.given("step", eq(alpha * (L + Lambda1), 1), "domain")
    d.given("component", le(a**2, Y**2), "domain")
    d.root(r, A, combine(times("A >= 0")))
    d.define(x, alpha * L)
    d.define(q, alpha * Lambda1)
    d.define(p, Delta / (alpha * K))
    d.given("i", le(A + Y**2 - 2 * a * r, (q * Y) ** 2), "domain")
    d.given("ii", le(a * r, p + x / 2 * Y**2), "domain")
    d.have("shares", eq(x + q, 1), combine(times("step"), times("x :="), times("q :=")))
    d.have("q >= 0", le(0, q), combine(times("q :=", -1), times("Lambda1 >= 0", alpha)))
    d.have("x >= 0", le(0, x), combine(times("x :=", -1), times("L >= 0", alpha)))
    d.have("room", le(0, 1 - x - q**2), combine(times("x >= 0", q), times("shares", 1 + q)))
    d.have("paid", le(A, 2 * p - (1 - x - q**2) * Y**2), combine(times("i"), times("ii", 2)))
    final = combine(times("paid"), times("room", Y**2), times("p :=", 2), times("step", -2 * Delta / (alpha * K)))
    d.conclude("bound", le(A, 2 * (L + Lambda1) * Delta / K), final)
    d.have("component root", le(a, Y), Cite("order.root", "bound", where(s=a, t=Y)))
    apart = combine(times("i"), times("component root", 2 * r), times("r^2"))
    d.have("apart", le((r - Y) ** 2, (q * Y) ** 2), apart)
    d.have("near", le(r - Y, q * Y), Cite("order.root", "bound", where(s=r - Y, t=q * Y)))
    long = combine(times("near", r + (1 + q) * Y), times("r^2", -1))
    d.have("long", le(A, (1 + q) ** 2 * Y**2), long)
    half = 1 + q - x / 2
    d.have(
        "half",
        lt(0, half),
        combine(times("shares", Rational(1, 2)), times("q >= 0", Rational(3, 2)), square(1, Rational(1, 2))),
    )
    d.conclude(
        "less",
        le(A, p * (1 + q) ** 2 / half),
        combine(times("paid", (1 + q) ** 2 / (2 * half)), times("long", (1 - x - q**2) / (2 * half))),
    )
    d.witness({"L": 1, "Lambda1": 1, "alpha": "1/2", "Delta": 1, "K": 1, "A": 1, "Y": 1, "a": 1})
