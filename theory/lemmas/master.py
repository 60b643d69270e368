"""The master theorem: from smoothness along the path to the feasible set of (A, Y, a).

F = r unit is the gradient, v = F + b + e the mean direction with staleness b and drift e, n the noise; the step that
the device makes is T = -alpha gain (v + n), with N(e) <= rho N(F + n + b) by the assumption `response`. Claims on the
path alone (sum.*, master.telescope) call that step's factor alpha: they are cited with alpha gain. Vectors are random
sequences. Source: docs/theory.md#theorem-1.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sympy import Expr, Symbol

from theory.kernel import (
    ELEMENT,
    STEP,
    Chain,
    Cite,
    Draft,
    Step,
    Telescope,
    Tower,
    Vector,
    combine,
    eq,
    generators,
    inner,
    le,
    lemma,
    lt,
    norm2,
    norm_square,
    square,
    symbols,
    times,
)
from theory.lemmas import device, staleness
from theory.lemmas.feasible import A, R, S, Y, a, descends, near, p, q, qn, r, reach, rho, sigma, x
from theory.lemmas.order import where
from theory.setting.assumptions import (
    LAGS,
    LOWER,
    RESPONSE,
    SMOOTH,
    STALENESS,
    UNBIASED,
    VARIANCE,
    Assumption,
)
from theory.setting.symbols import symbol

K, L, Delta, alpha, Lambda1, nu = (symbol(name) for name in ("K", "L", "Delta", "alpha", "Lambda1", "nu"))
gain = device.gain
effective: Expr = alpha * gain
"""The factor of the step that the device makes of a direction."""
unit, b, e, n = generators("unit b e n")
F_k, v_k, n_k = generators("F_k v_k n_k")
f_now, f_next, f_star, f_first = symbols("f_now f_next f_star f_first")
f_last, mean_now, mean_next = symbols("f_last mean_now mean_next")
B_b, eta = symbols("B_b eta")
F: Vector = r * unit
v: Vector = F + b + e


def gradient(d: Draft) -> None:
    """Introduce the gradient F = r unit, known before the sample of its step is drawn, and A = N(F)^2."""
    d.direction("unit", r)
    d.process("unit", known=-1, differences=None, reason="domain")


def values(d: Draft) -> None:
    """Introduce the values f(W_0), ..., f(W_K) along the path, bounded below by f_star in the mean."""
    d.path(f_now, f_next, f_first, f_last, mean_now, mean_next, K)
    d.given("K > 0", lt(0, K), "domain")
    d.given("last", le(f_star, f_last), LOWER)
    d.define(Delta, f_first - f_star)


PATH = {
    "f_star": 0, "f_first": 1, "f_now": 1, "mean_now": 1, "f_last": "4/5", "f_next": "4/5", "mean_next": "4/5",
    "K": 1, "alpha": "1/10", "L": 1,
}  # fmt: skip
PATH_VECTORS = {"unit": (1,), "F_k": (1,), "n": (0,), "n_k": (0,)}


@lemma("sum.telescope", "Values along the path telescope", assumes=[LOWER])
def values_along_the_path_telescope(d: Draft) -> None:
    """The mean of f(W_k) - f(W_{k+1}) over k < K is that of f(W_0) - f(W_K) over K, at most Delta/K."""
    values(d)
    d.have("telescope", eq(K * (mean_next - mean_now), f_last - f_first), Telescope("f_now"))
    certificate = combine(times("telescope", -1 / K), times("last", 1 / K), times("Delta :=", -1 / K))
    d.conclude("bound", le(mean_now - mean_next, Delta / K), certificate)
    d.witness(PATH)


def path(d: Draft, step: Expr = alpha) -> None:
    """Introduce steps W_{k+1} = W_k - step (v_k + n_k) on a smooth objective bounded below."""
    values(d)
    d.given("alpha > 0", lt(0, alpha), "domain")
    d.given("L >= 0", le(0, L), "domain")
    d.local(STEP, F_k, v_k, n_k)
    move = -step * (v_k + n_k)
    d.given("smooth", le(f_next, f_now + inner(F_k, move) + L / 2 * norm2(move)), SMOOTH)
    if step.has(gain):
        d.given("gain > 0", lt(0, gain), "domain")
    d.define(x, step * L)
    d.define(p, Delta / (step * K))


def steps(d: Draft, y: Vector) -> None:
    """Let F_k, v_k and n_k be the members of the gradient, of the mean direction y, and of the noise."""
    for local, image in ((F_k, F), (v_k, y), (n_k, n)):
        d.link(local, image, over=STEP)


@lemma(
    "master.telescope",
    "Smoothness summed along the path",
    assumes=[SMOOTH, LOWER, UNBIASED],
)
def mean_direction_pays_for_its_length(d: Draft) -> None:
    """<F, v> <= p + (x/2) N(v + n)^2."""
    path(d)
    gradient(d)
    d.process("n", known=0, differences=0, reason=UNBIASED)
    (y,) = generators("v")
    steps(d, y)
    d.have("orthogonal", eq(inner(n, unit), 0), Tower("n", "unit"))
    total = -alpha * inner(F, y + n) + L * alpha**2 / 2 * norm2(y + n)
    d.have("average", le(mean_next, mean_now + total), d.average("smooth", STEP))
    d.have("telescope", le(mean_now - mean_next, Delta / K), Cite("sum.telescope", "bound"))
    d.conclude(
        "bound",
        le(inner(F, y), p + x / 2 * norm2(y + n)),
        combine(
            times("average", 1 / alpha),
            times("telescope", 1 / alpha),
            times("orthogonal", -r),
            times("p :=", -1),
            times("x :=", -norm2(y + n) / 2),
        ),
    )
    d.witness({**PATH, "r": 1}, {**PATH_VECTORS, "v": (1,), "v_k": (1,)})


@lemma("hilbert.component", "The component along a direction")
def component_along_a_direction_is_at_most_the_norm(d: Draft) -> None:
    """<unit, v>^2 <= N(v)^2 =: Y^2, since unit is at most 1 long."""
    d.direction("unit", r)
    (y,) = generators("v")
    d.root(Y, norm2(y), combine(norm_square(y)))
    d.have(
        "Cauchy-Schwarz",
        le(inner(unit, y) ** 2, norm2(unit) * norm2(y)),
        Cite("hilbert.cauchy_schwarz", "bound", {}, {"u": unit, "w": y}),
    )
    d.conclude(
        "bound",
        le(inner(unit, y) ** 2, Y**2),
        combine(times("Cauchy-Schwarz"), times("|unit| <= 1", Y**2), times("Y^2", -norm2(unit))),
    )
    d.witness({"r": 1}, {"unit": (1, 0), "v": (3, 4)})


def elements(d: Draft, *, positive: bool = True) -> None:
    """Let the elements' directions be those of the sample F + n + b, and their drifts make up e."""
    device.element(d, positive=positive)
    d.link(device.g, F + n + b, over=ELEMENT)
    d.link(device.e, e, over=ELEMENT)


def sample_size(d: Draft, level: Expr) -> None:
    """Introduce R = sqrt(A + level^2), which bounds N(F + n) if N(n) <= level."""
    d.root(R, A + level**2, combine(times("A :=", -1), norm_square(F), square(level)))


@lemma(
    "stale.reach",
    "Drift and staleness together",
    assumes=[RESPONSE, UNBIASED],
)
def mean_direction_is_near_the_gradient(d: Draft) -> None:
    """If N(b) <= B and N(n) <= sigma then N(b + e) <= rho R + (1 + rho) B, with R^2 = A + sigma^2."""
    gradient(d)
    d.process("n", known=0, differences=0, reason=UNBIASED)
    elements(d)
    d.given("sigma >= 0", le(0, sigma), "domain")
    d.given("length", le(norm2(n), sigma**2), "domain")
    d.define(A, norm2(F))
    sample_size(d, sigma)
    d.given("B_b >= 0", le(0, B_b), "domain")
    d.given("b", le(norm2(b), B_b**2), "domain")
    sample = F + n + b
    d.have("orthogonal", eq(inner(n, unit), 0), Tower("n", "unit"))
    d.have(
        "gradient",
        le(norm2(F + n), R**2),
        combine(times("length"), times("orthogonal", 2 * r), times("R^2", -1), times("A :=", -1)),
    )
    d.have(
        "sample",
        le(norm2(sample), (R + B_b) ** 2),
        Cite("hilbert.minkowski", "bound", where(s=R, t=B_b), {"u": F + n, "w": b}),
    )
    d.have("drift", le(norm2(e), rho**2 * norm2(sample)), d.average("response.drift:squares", ELEMENT))
    d.have("drift length", le(norm2(e), (rho * (R + B_b)) ** 2), combine(times("drift"), times("sample", rho**2)))
    d.conclude(
        "bound",
        le(norm2(b + e), (rho * R + (1 + rho) * B_b) ** 2),
        Cite("hilbert.minkowski", "bound", where(s=B_b, t=rho * (R + B_b)), {"u": b, "w": e}),
    )
    d.witness(
        {**device.ELEMENT, "sigma": "3/4", "r": 1, "B_b": 1},
        {"n": (0,), "unit": (1,), "b": (0,), "e": ("1/4",)},
    )


@lemma("master.expand", "The step's square, expanded")
def square_of_the_step_expands(d: Draft) -> None:
    """<F, v> <= p + (x/2) N(v + n)^2 gives <F, v> <= p + (x/2)(Y^2 + sigma^2) + x <v, n>."""
    (y,) = generators("v")
    d.given("x >= 0", le(0, x), "domain")
    d.given("length", le(norm2(n), sigma**2), "domain")
    d.given("paid", le(inner(F, y), p + x / 2 * norm2(y + n)), "domain")
    d.root(Y, norm2(y), combine(norm_square(y)))
    d.conclude(
        "bound",
        le(inner(F, y), p + x / 2 * (Y**2 + sigma**2) + x * inner(y, n)),
        combine(times("paid"), times("length", x / 2), times("Y^2", -x / 2)),
    )
    d.witness({"x": "1/2", "sigma": 1, "p": 1, "r": 1}, {"unit": (1, 0), "v": (1, 0), "n": (0, 1)})


@lemma("master.polarise", "Polarisation")
def distance_to_the_gradient_polarises(d: Draft) -> None:
    """norm(v - F) <= eta(Y) gives (i): A + Y^2 - 2 a sqrt(A) <= eta(Y)^2, with a = <unit, v>."""
    (y,) = generators("v")
    d.direction("unit", r)
    d.define(A, norm2(F))
    d.root(Y, norm2(y), combine(norm_square(y)))
    d.define(a, inner(unit, y))
    d.given("near", le(norm2(y - F), eta**2), "domain")
    d.conclude(
        "bound",
        near(eta),
        combine(times("near"), times("Y^2"), times("A :="), times("a :=", -2 * r)),
    )
    d.witness({"r": 1, "eta": 5}, {"unit": (1, 0), "v": (3, 4)})


def component(d: Draft, y: Vector) -> None:
    """Introduce a = <unit, y> and S = sqrt(Y^2 - a^2)."""
    d.define(a, inner(unit, y))
    inside = Step("inside", le(inner(unit, y) ** 2, Y**2), Cite("hilbert.component", "bound", {}, {"v": y}))
    d.root(S, Y**2 - a**2, Chain((inside,), combine(times("inside"), times("a :=", a + inner(unit, y)))))


@lemma("master.cauchy_schwarz", "The noise meets only what is across the gradient")
def noise_meets_only_what_is_across_the_gradient(d: Draft) -> None:
    """<v, n> <= sigma sqrt(Y^2 - a^2), since n is orthogonal to the gradient."""
    (y,) = generators("v")
    d.direction("unit", r)
    d.given("sigma >= 0", le(0, sigma), "domain")
    d.given("length", le(norm2(n), sigma**2), "domain")
    d.given("orthogonal", eq(inner(unit, n), 0), "domain")
    d.root(Y, norm2(y), combine(norm_square(y)))
    component(d, y)
    across = y - a * unit
    d.have(
        "across",
        le(norm2(across), S**2),
        combine(times("S^2", -1), times("Y^2", -1), times("a :=", 2 * a), times("|unit| <= 1", a**2)),
    )
    product = Cite("hilbert.product", "bound", where(s=S, t=sigma), {"u": across, "w": n})
    d.have("product", le(inner(across, n), S * sigma), product)
    d.conclude("bound", le(inner(y, n), sigma * S), combine(times("product"), times("orthogonal", a)))
    d.witness({"r": 1, "sigma": 1}, {"unit": (1, 0), "v": (3, 4), "n": (0, 1)})


@dataclass(frozen=True)
class NoiseModel:
    """What is assumed of the noise's second moment, and the level that follows: N(n) <= level.

    Args:
        assumption: as claims declare it.
        level: the symbol that takes the place of sigma in Theorem 1.
        introduce: adds the premises, and the definition of the level; A = N(F)^2 is known by then.
        length: the term of a certificate that turns the averaged premise `averaged` into N(n)^2 <= level^2.

    """

    assumption: Assumption
    level: Symbol
    introduce: Callable[[Draft], None]
    length: Callable[[Draft], None]


def _bounded(d: Draft) -> None:
    d.given("sigma >= 0", le(0, sigma), "domain")
    d.given("variance", le(norm2(n_k), sigma**2), VARIANCE)


def _bounded_length(d: Draft) -> None:
    d.have("length", le(norm2(n), sigma**2), d.average("variance", STEP))


BOUNDED = NoiseModel(VARIANCE, sigma, _bounded, _bounded_length)
"""The second moment of the noise is at most sigma^2."""


@dataclass(frozen=True)
class StepModel:
    """What is assumed of the steps that a device makes: smooth ones, or steps that are rounded to pulses.

    Args:
        path: adds the values along the path, what smoothness says of a step, and the definitions of x and p.
        delays: adds what the staleness matrix makes of coherent and of martingale motion; v and n are known by then.
        pays: the claim that <F, v> <= p + (x/2) N(v + n)^2 on such a path, in steps of alpha.

    """

    path: Callable[[Draft], None]
    delays: Callable[[Draft], None]
    pays: str


SMOOTH_STEPS = StepModel(lambda d: path(d, effective), staleness.delays, "master.telescope")
"""W_{k+1} = W_k - alpha gain (v_k + n_k)."""


def setting(d: Draft, model: NoiseModel, made: StepModel = SMOOTH_STEPS) -> None:
    """Introduce Analog-SGD-AP: path, gradient, noise, elements, stages, and the point (A, Y, a)."""
    made.path(d)
    gradient(d)
    d.process("n", known=0, differences=0, reason=UNBIASED)
    elements(d, positive=False)
    steps(d, v)
    staleness.rows(d, positive=False, step=effective)
    d.define(A, norm2(F))
    model.introduce(d)
    sample_size(d, model.level)
    d.root(Y, norm2(v), combine(norm_square(v)))
    made.delays(d)
    component(d, v)
    d.define(q, (1 + rho) * effective * Lambda1)
    d.define(qn, (1 + rho) * effective * nu)


def reached(d: Draft, level: Expr) -> None:
    """Show that v is within rho R + q Y + qn of the gradient."""
    stale = effective * (Lambda1 * Y + nu)
    d.have("stale", le(norm2(b), stale**2), Cite("stale.martingale", "bound", {alpha: effective}, {"v": v}))
    total = rho * R + (1 + rho) * stale
    near_by = Cite("stale.reach", "bound", {**where(B_b=stale), sigma: level})
    d.have("near", le(norm2(b + e), total**2), near_by)
    d.have(
        "reach",
        le(norm2(v - F), reach() ** 2),
        combine(times("near"), times("q :=", -Y * (total + reach())), times("qn :=", -(total + reach()))),
    )


def paid(d: Draft, level: Expr, claim: str) -> None:
    """Show that <F, v> <= p + (x/2)(Y^2 + level^2) + x <v, n>."""
    d.have("x >= 0", le(0, x), combine(times("x :=", -1), times("L >= 0", effective)))
    d.have("orthogonal", eq(inner(n, unit), 0), Tower("n", "unit"))
    telescope = Cite(claim, "bound", {alpha: effective}, {"v": v})
    d.have("paid", le(inner(F, v), p + x / 2 * norm2(v + n)), telescope)
    bound = p + x / 2 * (Y**2 + level**2) + x * inner(v, n)
    d.have("expanded", le(inner(F, v), bound), Cite("master.expand", "bound", {sigma: level}, {"v": v}))


def theorem_1(d: Draft, model: NoiseModel, made: StepModel = SMOOTH_STEPS) -> None:
    """Conclude (i), (ii) and |a| <= Y under a model of the noise and one of the steps."""
    setting(d, model, made)
    model.length(d)
    reached(d, model.level)
    d.conclude("i", near(reach()), Cite("master.polarise", "bound", where(eta=reach()), {"v": v}))
    descent(d, model, made)


def descent(d: Draft, model: NoiseModel, made: StepModel = SMOOTH_STEPS) -> None:
    """Conclude (ii) and |a| <= Y."""
    paid(d, model.level, made.pays)
    across = Cite("master.cauchy_schwarz", "bound", {sigma: model.level}, {"v": v})
    d.have("cross", le(inner(v, n), model.level * S), across)
    goal = descends(x, x).substitute({sigma: model.level})
    d.conclude("ii", goal, combine(times("expanded"), times("cross", x), times("a :=", r)))
    d.have("inside", le(inner(unit, v) ** 2, Y**2), Cite("hilbert.component", "bound", {}, {"v": v}))
    d.conclude("component", le(a**2, Y**2), combine(times("inside"), times("a :=", a + inner(unit, v))))


WORLD = {
    **PATH, **staleness.ROW, **staleness.STALE, **device.ELEMENT,
    "alpha": "1/20", "gain": 2, "T": "-1/8", "sigma": "3/4", "r": 1, "Lambda1": 4, "nu": 2,
}  # fmt: skip
WORLD_VECTORS = {
    **PATH_VECTORS, **staleness.ROW_VECTORS, **staleness.STALE_VECTORS, **staleness.SUMS,
    "b": (0,), "e": ("1/4",), "v_k": ("5/4",),
}  # fmt: skip


@lemma(
    "master.sharp",
    "Theorem 1: the feasible set",
    assumes=[SMOOTH, LOWER, UNBIASED, VARIANCE, RESPONSE, LAGS, STALENESS],
)
def the_point_of_a_run_is_feasible(d: Draft) -> None:
    """For Analog-SGD-AP (A, Y, a) satisfies (i), (ii), |a| <= Y: A = N(F)^2, Y = N(v), a sqrt(A) = <F, v>."""
    theorem_1(d, BOUNDED)
    d.witness(WORLD, WORLD_VECTORS)
