"""Theorem 1 on devices whose updates are rounded to pulses, and what the pulses leave.

A step is that of the smooth device plus zeta, whose mean is 0 given past and sample: it is orthogonal to all else. Of
Theorem 1 only the price of the start changes and, with lags, the martingale part of the motion, which becomes
n - zeta/(alpha gain). The floor of the distortion stays what it was. Source: docs/theory.md#granularity.
"""

from sympy import Expr, Integer

from theory.kernel import (
    STEP,
    Chain,
    Cite,
    Draft,
    Step,
    Tower,
    combine,
    eq,
    generators,
    inner,
    le,
    lemma,
    lt,
    norm2,
    square,
    symbols,
    times,
)
from theory.kernel.vectors import Vector
from theory.lemmas import staleness
from theory.lemmas.feasible import A, R, Y, descends, near, p, r, rho, roots, sigma, x, young_bound
from theory.lemmas.granularity import V, cycle, dw, qmax, root_size, size
from theory.lemmas.master import (
    BOUNDED,
    PATH,
    PATH_VECTORS,
    WORLD,
    WORLD_VECTORS,
    Delta,
    F,
    F_k,
    K,
    L,
    Lambda1,
    StepModel,
    alpha,
    effective,
    f_next,
    f_now,
    gain,
    gradient,
    mean_next,
    mean_now,
    n,
    n_k,
    nu,
    steps,
    theorem_1,
    unit,
    v,
    v_k,
    values,
)
from theory.lemmas.order import where
from theory.setting.assumptions import LAGS, LOWER, PULSES, RESPONSE, SMOOTH, STALENESS, UNBIASED, VARIANCE
from theory.setting.symbols import symbol

Lambdah = symbol("Lambdah")
z, z_k = generators("zeta zeta_k")
moved = symbols("moved")[0]


def granular_path(d: Draft, step: Expr = alpha) -> None:
    """Introduce steps W_{k+1} = W_k - step (v_k + n_k) + zeta_k on a smooth objective bounded below."""
    values(d)
    d.given("alpha > 0", lt(0, alpha), "domain")
    d.given("L >= 0", le(0, L), "domain")
    d.given("V >= 0", le(0, V), "domain")
    move = -step * (v_k + n_k) + z_k
    d.given("smooth", le(f_next, f_now + inner(F_k, move) + L / 2 * norm2(move)), SMOOTH)
    if step.has(gain):
        d.given("gain > 0", lt(0, gain), "domain")
    d.define(x, step * L)
    d.define(p, Delta / (step * K) + L * qmax**2 * V / (2 * step))
    d.process("zeta", known=0, differences=0, reason=PULSES)
    d.link(z_k, z, over=STEP)
    d.given("pulses", le(norm2(z), qmax**2 * V), PULSES)


def independent(d: Draft, y: Vector) -> None:
    """Let the pulses have mean 0 given the mean direction y and the noise of their own step."""
    d.given("direction", eq(inner(y, z), 0), PULSES)
    d.given("noise", eq(inner(n, z), 0), PULSES)


@lemma(
    "granularity.telescope",
    "Smoothness summed along a granular path",
    assumes=[SMOOTH, LOWER, UNBIASED, PULSES],
)
def mean_direction_pays_for_its_length_and_for_the_pulses(d: Draft) -> None:
    """<F, v> <= p + (x/2) N(v + n)^2 with p = Delta/(alpha K) + L qmax^2 V/(2 alpha), for steps of alpha and pulses."""
    granular_path(d)
    gradient(d)
    d.process("n", known=0, differences=0, reason=UNBIASED)
    (y,) = generators("v")
    steps(d, y)
    independent(d, y)
    d.have("orthogonal", eq(inner(n, unit), 0), Tower("n", "unit"))
    d.have("ahead", eq(inner(z, unit), 0), Tower("zeta", "unit"))
    total = inner(F, -alpha * (y + n) + z) + L / 2 * norm2(-alpha * (y + n) + z)
    d.have("average", le(mean_next, mean_now + total), d.average("smooth", STEP))
    d.have("telescope", le(mean_now - mean_next, Delta / K), Cite("sum.telescope", "bound"))
    d.conclude(
        "bound",
        le(inner(F, y), p + x / 2 * norm2(y + n)),
        combine(
            times("average", 1 / alpha),
            times("telescope", 1 / alpha),
            times("orthogonal", -r),
            times("ahead", r / alpha),
            times("direction", -L),
            times("noise", -L),
            times("pulses", L / (2 * alpha)),
            times("p :=", -1),
            times("x :=", -norm2(y + n) / 2),
        ),
    )
    d.witness(
        {**PATH, "r": 1, "V": 1, "qmax": 1}, {**PATH_VECTORS, "v": (1,), "v_k": (1,), "zeta": (0,), "zeta_k": (0,)}
    )


def _delays(d: Draft) -> None:
    """Introduce Lambda1, and nu = Lambdah moved >= norm(S Diag(sqrt d) s) for the sizes s_m of the martingale parts."""
    independent(d, v)
    d.given("Lambda1 >= 0", le(0, Lambda1), "domain")
    d.given("Lambdah >= 0", le(0, Lambdah), "domain")
    d.given("Lambda1", le(norm2(staleness.coherent), Lambda1**2 * Y**2), STALENESS)
    per_step = V / effective**2
    d.root(moved, sigma**2 + qmax**2 * per_step, combine(square(sigma), square(qmax, per_step)))
    d.define(nu, Lambdah * moved)
    d.have("nu >= 0", le(0, nu), combine(times("nu :=", -1), times("moved >= 0", Lambdah)))
    d.given("nu", le(norm2(staleness.noisy), nu**2), STALENESS)


GRANULAR_STEPS = StepModel(lambda d: granular_path(d, effective), _delays, "granularity.telescope")
"""W_{k+1} = W_k - alpha gain (v_k + n_k) + zeta_k."""


@lemma(
    "granularity.enters",
    "Theorem 1 for granular devices",
    assumes=[SMOOTH, LOWER, UNBIASED, VARIANCE, RESPONSE, PULSES, LAGS, STALENESS],
)
def the_point_of_a_granular_run_is_feasible(d: Draft) -> None:
    """(i), (ii), |a| <= Y hold with p and nu as pulses make them: the feasible set is the same in these.

    p = Delta/(alpha gain K) + L qmax^2 V/(2 alpha gain), nu = Lambdah sqrt(sigma^2 + qmax^2 V/(alpha gain)^2). The
    martingale part of stage m, n_m of the windows, is that of n - zeta/(alpha gain), which `martingale` bounds.
    """
    theorem_1(d, BOUNDED, GRANULAR_STEPS)
    d.conclude(
        "martingale",
        le(norm2(n - 1 / effective * z), moved**2),
        combine(
            times("length"), times("noise", -2 / effective), times("pulses", 1 / effective**2), times("moved^2", -1)
        ),
    )
    d.witness(
        {**WORLD, "V": "1/100", "qmax": 1, "Lambdah": 2, "nu": "5/2"}, {**WORLD_VECTORS, "zeta": (0,), "zeta_k": (0,)}
    )


G, base, h, start = symbols("G base h start")


@lemma("granularity.start", "The pulses' part of the price of the start")
def pulses_cost_the_same_however_small_the_step(d: Draft) -> None:
    """V <= (1 + cycle^2) dw alpha sqrt(size) R makes 2 p <= 2 Delta/(alpha gain K) + G R: G knows no step size.

    G = L qmax^2 (1 + cycle^2) dw sqrt(size)/gain.
    """
    for name, value in (("alpha", alpha), ("gain", gain), ("K", K)):
        d.given(f"{name} > 0", lt(0, value), "domain")
    for name, value in (("L", L), ("dw", dw), ("size", size)):
        d.given(f"{name} >= 0", le(0, value), "domain")
    d.root(root_size, size, combine(times("size >= 0")))
    d.given("total", le(V, (1 + cycle**2) * dw * alpha * root_size * R), "domain")
    d.define(p, Delta / (effective * K) + L * qmax**2 * V / (2 * effective))
    d.define(G, L * qmax**2 * (1 + cycle**2) * dw * root_size / gain)
    d.conclude(
        "bound",
        le(2 * p, 2 * Delta / (effective * K) + G * R),
        combine(times("p :=", 2), times("total", L * qmax**2 / effective), times("G :=", -R)),
    )
    d.witness({"alpha": 1, "gain": 2, "K": 4, "L": 1, "dw": 1, "size": 4, "R": 1, "V": 1, "cycle": 0, "qmax": 2,
               "Delta": 1})  # fmt: skip


@lemma("granularity.floor", "What pulses leave without lag, however small the step")
def granular_floor_is_bounded_as_the_step_falls(d: Draft) -> None:
    """Without lag, if 2 p <= start + G R then A <= ((G/2 + h)/(1 - rho^2))^2 - sigma^2.

    h^2 = G^2/4 + (1 - rho^2) (base + sigma^2), base = start + x sigma^2 + x^2 sigma^2/(1 - x), which falls to 0 with
    the step if alpha K grows. At rho = 0, with `below`, what is left is G^2/2 + G sqrt(sigma^2 + G^2/4).
    """
    roots(d, lag=False)
    d.given("G >= 0", le(0, G), "domain")
    d.given("start >= 0", le(0, start), "domain")
    d.given("x < 1", lt(x, 1), "domain")
    d.given("rho < 1", lt(rho, 1), "domain")
    d.given("start", le(2 * p, start + G * R), "domain")
    d.given("i", near(rho * R), "domain")
    d.given("ii", descends(x, x), "domain")
    late = x**2 * sigma**2 / (1 - x)
    room = 1 - rho**2
    d.define(base, start + x * sigma**2 + late)
    positive = Step("room", lt(0, room), combine(times("rho < 1", 1 + rho)))
    rest = Step(
        "base >= 0",
        le(0, base),
        combine(times("base :=", -1), times("start >= 0"), times("x >= 0", sigma**2), square(x * sigma, 1 / (1 - x))),
    )
    exists = combine(square(G / 2), times("base >= 0", room), square(sigma, room))
    d.root(h, G**2 / 4 + room * (base + sigma**2), Chain((positive, rest), exists))
    d.steps.extend((positive, rest))
    none = where(q=Integer(0), qn=Integer(0))
    d.have("young", le(A, young_bound(rho * R, x, x).xreplace(none)), Cite("master.young", "young", none))
    quadratic = le(room * R**2, G * R + base + sigma**2)
    d.have("quadratic", quadratic, combine(times("young"), times("start"), times("R^2"), times("base :=", -1)))
    largest = (G / 2 + h) / room
    solved = where(z=R, k2=room, k1=G / 2, k0=base + sigma**2, h=h)
    d.have("root", le(R, largest), Cite("order.quadratic", "bound", solved))
    d.have("largest", le(0, largest), combine(times("root"), times("R >= 0")))
    d.conclude("bound", le(A, largest**2 - sigma**2), combine(times("R^2", -1), times("root", largest + R)))
    d.conclude(
        "below",
        le(A * room, base + rho**2 * sigma**2 + G * largest),
        combine(times("quadratic"), times("R^2", -room), times("root", G)),
    )
    d.witness({"A": "9/25", "sigma": "4/5", "Y": "5/13", "a": "4/13", "rho": "1/2", "p": "33/50", "x": 0,
               "G": "47/175", "start": "184/175"})  # fmt: skip


cost, best = symbols("cost alpha_best")


@lemma("granularity.best_step", "The best step of a granular device, by the bound on rounding")
def best_step_of_the_first_form(d: Draft) -> None:
    """With V = size dw^2/4 the bound 2 p + x sigma^2 is least at alpha = sqrt((2 Delta/K + cost)/(L sigma^2)).

    cost = L qmax^2 size dw^2/4; steps are those that the device makes. The least value, 2 sigma sqrt(L (2 Delta/K +
    cost)), falls to L sigma qmax dw sqrt(size) as K grows: at the smallest steps granularity.floor is below it.
    """
    for name, value in (("alpha", alpha), ("K", K), ("L", L), ("sigma", sigma), ("Delta", Delta)):
        d.given(f"{name} > 0", lt(0, value), "domain")
    d.given("size >= 0", le(0, size), "domain")
    d.define(cost, L * qmax**2 * size * dw**2 / 4)
    paid = 2 * Delta / K + cost
    at = paid / alpha + alpha * L * sigma**2
    positive = Step("cost >= 0", le(0, cost), combine(times("cost :=", -1), square(qmax * dw, L * size / 4)))
    exists = combine(times("cost >= 0", L), times("Delta > 0", 2 * L / K))
    d.root(h, L * paid, Chain((positive,), exists))
    first = 2 * (Delta / (alpha * K) + L * qmax**2 * (size * dw**2 / 4) / (2 * alpha)) + alpha * L * sigma**2
    d.conclude("bound", eq(first, at), combine(times("cost :=", -1 / alpha)))
    closest = square(h - alpha * L * sigma, 1 / (alpha * L))
    d.conclude("at least", le(2 * sigma * h, at), combine(closest, times("h^2", 1 / (alpha * L))))
    d.define(best, h / (L * sigma))
    d.steps.append(positive)
    d.given("h > 0", lt(0, h), "domain")
    d.have("best > 0", lt(0, best), combine(times("alpha_best :=", -1), times("h > 0", 1 / (L * sigma))))
    d.conclude(
        "attained",
        eq(paid / best + best * L * sigma**2, 2 * sigma * h),
        combine(
            times("h^2", -1 / (L * best)),
            times("alpha_best :=", -sigma * (h - best * L * sigma) / best),
        ),
    )
    d.witness({"alpha": 1, "K": 1, "L": 1, "sigma": 1, "Delta": "3/2", "size": 4, "qmax": 1, "dw": 1})
