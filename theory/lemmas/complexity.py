"""Theorem 3: how many iterations bring the average squared gradient within eps of the floor.

Theorem 2 made linear in A by a trade-off t > 0, then the step size alpha = sqrt(2 Delta/(L sigma^2 K)), then K. That is
the step the device makes of a direction; complexity.published asks it for step/gain. Source: docs/theory.md#theorem-3.
"""

from sympy import Expr, Integer, Rational, Symbol

from theory.kernel import Cite, Draft, combine, eq, le, lemma, lt, square, symbols, times
from theory.lemmas.feasible import POINT, A, R, descends, near, p, point, q, qn, reach, rho, roots, sigma, x, young
from theory.setting.symbols import symbol

t, eps, K, L, Delta, alpha, B, M = (symbol(n) for n in ("t", "eps", "K", "L", "Delta", "alpha", "B", "M"))
Lambda1, nu, gain = symbol("Lambda1"), symbol("nu"), symbol("gain")


def inflation(room: Expr) -> Expr:
    """Return 1 + kappa = 1 + 2 q^2/(1 - x - q^2)."""
    return 1 + 2 * q**2 / room


def linear_right(room: Expr) -> Expr:
    """Return the right-hand side of Theorem 3."""
    floor = (1 + t) * rho**2 * sigma**2 + (1 + 1 / t) * qn**2
    return 2 * p + x * sigma**2 + inflation(room) * floor + 2 * x**2 * sigma**2 / room


@lemma("complexity.linear", "Theorem 3: the bound made linear")
def theorem_2_linear_in_the_average(d: Draft) -> None:
    """For every t > 0: A (1 - (1+t)(1+kappa) rho^2) is at most a sum of terms in p, x, qn and the floor."""
    roots(d)
    d.given("lag is short", lt(x + q**2, 1), "domain")
    d.given("t > 0", lt(0, t), "domain")
    d.given("i", near(reach()), "domain")
    d.given("ii", descends(x, x), "domain")
    room = 1 - x - q**2
    young(d, rho * R, x, x)
    start = rho * R + qn
    d.conclude(
        "bound",
        le(A * (1 - (1 + t) * inflation(room) * rho**2), linear_right(room)),
        combine(
            times("young"),
            square(start * q - x * sigma, 1 / room),
            square(t * rho * R - qn, inflation(room) / t),
            times("R^2", inflation(room) * (1 + t) * rho**2),
        ),
    )
    d.witness({**POINT, "t": 1})


@lemma("complexity.best_t", "The trade-off t and the cross term")
def best_trade_off_leaves_the_cross_term(d: Draft) -> None:
    """2 rho R qn <= t rho^2 R^2 + qn^2/t, with equality at t = qn/(rho R): Theorem 2 is Theorem 3 at its best t."""
    d.given("t > 0", lt(0, t), "domain")
    d.given("R > 0", lt(0, R), "domain")
    d.given("rho > 0", lt(0, rho), "domain")
    d.given("qn > 0", lt(0, qn), "domain")
    cost = t * (rho * R) ** 2 + qn**2 / t
    d.conclude("at least", le(2 * rho * R * qn, cost), combine(square(t * rho * R - qn, 1 / t)))
    best = symbols("t_best")[0]
    d.define(best, qn / (rho * R))
    d.have("positive", lt(0, best), combine(times("t_best :=", -1), square(1, qn / (rho * R))))
    d.conclude(
        "attained",
        eq(best * (rho * R) ** 2 + qn**2 / best, 2 * rho * R * qn),
        combine(times("t_best :=", (rho * R) ** 2 - rho * R * qn / best)),
    )
    d.witness({"t": 1, "R": 1, "rho": "1/2", "qn": 1})


lead, rest, root = symbols("lead rest root_K")
"""lead/sqrt(K) + rest/K is what is to fall below eps; root = sqrt(K)."""


@lemma("complexity.iterations", "Iterations that suffice")
def iterations_that_bring_the_transient_below_eps(d: Draft) -> None:
    """K >= lead^2/eps^2 + 2 rest/eps implies lead/sqrt(K) + rest/K <= eps."""
    d.given("eps > 0", lt(0, eps), "domain")
    d.given("K > 0", lt(0, K), "domain")
    d.given("lead >= 0", le(0, lead), "domain")
    d.given("rest >= 0", le(0, rest), "domain")
    d.root(root, K, combine(times("K > 0")))
    d.given("enough", le(lead**2 / eps**2 + 2 * rest / eps, K), "domain")
    d.given("root > 0", lt(0, root), "domain")
    d.conclude(
        "bound",
        le(lead / root + rest / K, eps),
        combine(
            times("enough", eps / (2 * K)),
            square(root - lead / eps, eps / (2 * K)),
            times("root_K^2", (eps / 2 - lead / root) / K),
        ),
    )
    d.witness({"eps": 1, "K": 4, "lead": 1, "rest": 1})


def lag_constant(t: Expr = t) -> Expr:
    """Return what lag adds to C2; c1 = (1 + rho) Lambda1 and c2 = (1 + rho) nu."""
    coherent, noisy = (1 + rho) * Lambda1, (1 + rho) * nu
    return 4 * coherent**2 * (1 + t) * rho**2 * sigma**2 + Rational(5, 4) * (1 + 1 / t) * noisy**2


def linear_constant(t: Expr = t) -> Expr:
    """Return C2: what the square of the step size is multiplied by."""
    return lag_constant(t) + 4 * L**2 * sigma**2


def rest_of(t: Expr) -> Expr:
    """Return what 1/K is multiplied by."""
    return 2 * Delta * linear_constant(t) / (L * sigma**2)


def iterations(t: Expr = t) -> Expr:
    """Return K(eps) of complexity.iterations with the constants of complexity.step_size."""
    return 8 * Delta * L * sigma**2 / eps**2 + 2 * rest_of(t) / eps


def leading(d: Draft, step: Symbol = alpha) -> None:
    """Show lead/sqrt(K) = 2 step L sigma^2, for the step whose square is 2 Delta/(L sigma^2 K)."""
    whole = 2 * step * L * sigma**2 * root
    both = whole + lead
    d.have(
        "lead",
        eq(lead, whole),
        combine(
            times(f"{step.name}^2", -4 * L**2 * sigma**4 * K / both),
            times("root_K^2", -4 * step**2 * L**2 * sigma**4 / both),
            times("lead^2", 1 / both),
        ),
    )
    d.have("leading", eq(lead / root, 2 * step * L * sigma**2), combine(times("lead", 1 / root)))


def _balanced(d: Draft) -> None:
    """Show 2 p + x sigma^2 = 2 alpha L sigma^2, which is lead/sqrt(K)."""
    leading(d)
    d.have(
        "start and noise",
        eq(2 * p + x * sigma**2, 2 * alpha * L * sigma**2),
        combine(times("p :=", 2), times("x :=", sigma**2), times("alpha^2", -L * sigma**2 / alpha)),
    )


def _room(d: Draft) -> None:
    """Show that x and q of at most 1/4 are in the domain, from q >= 0."""
    quarter = Rational(1, 4)
    room = 1 - x - q**2
    d.have(
        "room",
        le(Rational(1, 2), room),
        combine(times("step"), times("coherent", quarter + q), square(1, Rational(3, 16))),
    )
    d.have("lag is short", lt(0, room), combine(times("room"), square(1, Rational(1, 2))))


def _small_terms(d: Draft) -> None:
    """Bound what is of second order in the step size."""
    quarter = Rational(1, 4)
    room = 1 - x - q**2
    d.have("q >= 0", le(0, q), combine(times("q :=", -1), times("alpha > 0", (1 + rho) * Lambda1)))
    _room(d)
    d.have("kappa", le(2 * q**2 / room, 4 * q**2), combine(times("room", 4 * q**2 / room)))
    d.have("small kappa", le(2 * q**2 / room, quarter), combine(times("kappa"), times("coherent", 4 * (quarter + q))))
    d.have(
        "curve", le(2 * x**2 * sigma**2 / room, 4 * x**2 * sigma**2), combine(times("room", 4 * x**2 * sigma**2 / room))
    )


def step_size(d: Draft, step: Symbol = alpha) -> None:
    """Introduce the step size sqrt(2 Delta/(L sigma^2 K)), with x and q at most 1/4.

    If `step` is not alpha, alpha is what a device of this gain is asked for to make it: step/gain.
    """
    for name, value in (("sigma", sigma), ("L", L), ("Delta", Delta), ("K", K), ("t", t)):
        d.given(f"{name} > 0", lt(0, value), "domain")
    for name, value in (("rho", rho), ("Lambda1", Lambda1), ("nu", nu)):
        d.given(f"{name} >= 0", le(0, value), "domain")
    square_of_step = 2 * Delta / (L * sigma**2 * K)
    d.root(step, square_of_step, combine(square(1, square_of_step)))
    d.given(f"{step.name} > 0", lt(0, step), "domain")
    made: Expr = step
    if step != alpha:
        d.given("gain > 0", lt(0, gain), "domain")
        d.define(alpha, step / gain)
        made = alpha * gain
    d.define(x, made * L)
    d.define(q, (1 + rho) * made * Lambda1)
    d.define(qn, (1 + rho) * made * nu)
    d.define(p, Delta / (step * K))
    d.root(root, K, combine(times("K > 0")))
    d.given("root > 0", lt(0, root), "domain")
    d.given("step", le(x, Rational(1, 4)), "domain")
    d.given("coherent", le(q, Rational(1, 4)), "domain")
    d.root(lead, 8 * Delta * L * sigma**2, combine(square(1, 8 * Delta * L * sigma**2)))


STEP = {"sigma": 1, "L": 1, "Delta": "1/2", "K": 16, "t": 1, "rho": 0, "Lambda1": 0, "nu": 0}


@lemma("complexity.step_size", "Theorem 3 with the best step size")
def step_size_balances_start_and_noise(d: Draft) -> None:
    """If x, q <= 1/4 and alpha = sqrt(2 Delta/(L sigma^2 K)), Theorem 3's right-hand side is floor plus transient.

    At most (1+t) rho^2 sigma^2 + lead/sqrt(K) + rest/K, lead^2 = 8 Delta L sigma^2, rest = 2 Delta C2/(L sigma^2).
    """
    step_size(d)
    _balanced(d)
    _small_terms(d)
    noisy, inflated = (1 + 1 / t) * qn**2, (1 + t) * rho**2 * sigma**2
    d.have(
        "second order",
        eq(4 * q**2 * inflated + Rational(5, 4) * noisy + 4 * x**2 * sigma**2, alpha**2 * linear_constant()),
        combine(
            times("q :=", 4 * inflated * (q + (1 + rho) * alpha * Lambda1)),
            times("qn :=", Rational(5, 4) * (1 + 1 / t) * (qn + (1 + rho) * alpha * nu)),
            times("x :=", 4 * sigma**2 * (x + alpha * L)),
        ),
    )
    d.conclude(
        "bound",
        le(linear_right(1 - x - q**2), inflated + lead / root + rest_of(t) / K),
        combine(
            times("kappa", inflated),
            times("small kappa", noisy),
            times("curve"),
            times("start and noise"),
            times("leading", -1),
            times("second order"),
            times("alpha^2", linear_constant()),
        ),
    )
    d.witness(STEP)


@lemma("complexity.order", "The order in 1/eps, and asynchrony against synchrony")
def order_is_two_and_its_coefficient_knows_no_lag(d: Draft) -> None:
    """K(eps) eps^2 = 8 Delta L sigma^2 + O(eps); K with lag over K without lag is at most 1 + O(eps)."""
    for name, value in (("eps", eps), ("sigma", sigma), ("L", L), ("Delta", Delta), ("t", t)):
        d.given(f"{name} > 0", lt(0, value), "domain")
    for name, value in (("rho", rho), ("Lambda1", Lambda1), ("nu", nu)):
        d.given(f"{name} >= 0", le(0, value), "domain")
    first = 8 * Delta * L * sigma**2
    d.conclude("order", eq(iterations() * eps**2, first + 2 * rest_of(t) * eps), combine())
    still = iterations().xreplace({Lambda1: Integer(0), nu: Integer(0)})
    d.conclude(
        "lag costs", le(still, iterations()), combine(square(1, 4 * Delta / (L * sigma**2 * eps) * lag_constant()))
    )
    d.conclude(
        "ratio",
        le(iterations(), still * (1 + 2 * rest_of(t) * eps / first)),
        combine(square(1, (still - first / eps**2) * (1 + 2 * rest_of(t) * eps / first))),
    )
    d.witness({"eps": 1, "sigma": 1, "L": 1, "Delta": 1, "t": 1, "rho": 0, "Lambda1": 0, "nu": 0})


made = symbols("made")[0]
"""The step that the device makes of a direction."""


@lemma("complexity.published", "The published form", source="arXiv 2410.15155; docs/theory.md#complexity.published")
def average_falls_like_the_root_of_k_to_the_floor(d: Draft) -> None:
    """A (1 - (1+t)(1+kappa) rho^2) <= (1+t) rho^2 sigma^2 + lead/sqrt(K) + rest/K: O(eps^-2 + eps^-1) iterations.

    A device of this gain is asked for alpha = sqrt(2 Delta/(L sigma^2 K))/gain.
    """
    step_size(d, made)
    point(d)
    d.given("i", near(reach()), "domain")
    d.given("ii", descends(x, x), "domain")
    for name, value, factor in (("x", x, L), ("q", q, (1 + rho) * Lambda1), ("qn", qn, (1 + rho) * nu)):
        d.have(f"{name} made", eq(value, factor * made), combine(times(f"{name} :="), times("alpha :=", gain * factor)))
        d.have(f"{name} >= 0", le(0, value), combine(times(f"{name} made", -1), times("made > 0", factor)))
    d.have("p >= 0", le(0, p), combine(times("p :=", -1), times("Delta > 0", 1 / (made * K))))
    _room(d)
    room = 1 - x - q**2
    left = A * (1 - (1 + t) * inflation(room) * rho**2)
    d.have("linear", le(left, linear_right(room)), Cite("complexity.linear", "bound"))
    right = (1 + t) * rho**2 * sigma**2 + lead / root + rest_of(t) / K
    d.have("transient", le(linear_right(room), right), Cite("complexity.step_size", "bound", {alpha: made}))
    d.conclude("bound", le(left, right), combine(times("linear"), times("transient")))
    d.witness({**STEP, "gain": 2, "A": "81/1600", "Y": "9/40", "a": "9/40"})


P, Q = symbols("P Q")


@lemma("complexity.best_batch", "The best number of micro-batches")
def best_batch_of_the_synchronous_pipeline(d: Draft) -> None:
    """K = P/B + Q iterations of M + B - 1 slots cost at least (sqrt P + sqrt((M-1) Q))^2, at B^2 = (M-1) P/Q."""
    for name, value in (("P", P), ("Q", Q), ("B", B)):
        d.given(f"{name} > 0", lt(0, value), "domain")
    d.given("M >= 1", le(1, M), "domain")
    first, second = symbols("sqrt_P sqrt_MQ")
    d.root(first, P, combine(times("P > 0")))
    d.root(second, (M - 1) * Q, combine(times("M >= 1", Q)))
    cost = (M + B - 1) * (P / B + Q)
    d.conclude(
        "at least",
        le((first + second) ** 2, cost),
        combine(
            square(first * second - B * Q, 1 / (B * Q)),
            times("sqrt_P^2", 1 + (M - 1) / B),
            times("sqrt_MQ^2", 1 + first**2 / (B * Q)),
        ),
    )
    d.witness({"P": 4, "Q": 1, "B": 2, "M": 2})
