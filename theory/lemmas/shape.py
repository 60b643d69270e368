"""Theorem 1 for additive noise of known shape: the asymmetry meets the mean size of a sample's element, not its square.

Element by element mu is the mean of the sample's direction, known before the sample, m its size, psi the mean of m.
The drift is c m with |c| <= rho; its mean c psi is known before the sample, and the rest joins the noise.
Source: docs/theory.md#shape.feasible.
"""

from sympy import Expr

from theory.kernel import (
    ELEMENT,
    STEP,
    Cite,
    Draft,
    SignCases,
    Tower,
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
from theory.kernel.proof import Chain, Proof, Step
from theory.kernel.relations import Relation
from theory.lemmas import master, staleness
from theory.lemmas.feasible import A, Y, a, p, q, qn, r, rho, sigma, signs, x
from theory.lemmas.master import B_b, F, b, effective, nu
from theory.lemmas.order import where
from theory.setting.assumptions import LAGS, LOWER, RESPONSE, SHAPE, SMOOTH, STALENESS, UNBIASED, VARIANCE
from theory.setting.symbols import symbol

chi2 = symbol("chi2")
mu, nz, psi, m, m1, s, s1, dev = symbols("mu_i n_i psi_i m m_1 s s_1 dev_i")
c, eb, et = symbols("c_i ebar_i etilde_i")
Rc = symbols("R_chi")[0]
U, n, Psi, Z, Mabs, Dev = generators("U n Psi Z M_abs Dev")
Eb, Et = generators("Ebar Etilde")


# --- what the size of a sample's element does


def sizes(d: Draft) -> None:
    """Introduce the elements' means mu of size m_1, the noise, and the sizes m of the samples."""
    d.local(ELEMENT, mu, nz, psi, m, m1, s, s1)
    for sign, size in ((s, m), (s1, m1)):
        d.given(f"{sign}^2", eq(sign**2, 1), "domain")
        d.given(f"{size} >= 0", le(0, size), "domain")
    d.given("known", eq(s1 * m1, mu), "domain")
    d.given("sample", eq(s * m, mu + nz), "domain")


def sequences(d: Draft, mean: object = U) -> None:
    """Let the elements make up sequences; psi and m_1 are known before the sample, m less psi has mean zero then."""
    for local, image in ((mu, mean), (nz, n), (psi, Psi), (m1, Mabs), (m, Psi + Z)):
        d.link(local, image, over=ELEMENT)  # type: ignore[arg-type]
    d.process("n", known=0, differences=0, reason=UNBIASED)
    d.process("Psi", known=-1, differences=None, reason=SHAPE)
    d.process("M_abs", known=-1, differences=None, reason=SHAPE)
    d.process("Z", known=0, differences=0, reason=SHAPE)


SIZES = {"mu_i": 1, "n_i": 0, "psi_i": 1, "m": 1, "m_1": 1, "s": 1, "s_1": 1}
SIZES_VECTORS = {"n": (0,), "Psi": (1,), "M_abs": (1,), "Z": (0,)}


@lemma("shape.fluctuation", "A size fluctuates no more than its element", assumes=[UNBIASED, SHAPE])
def sizes_fluctuate_no_more_than_the_noise(d: Draft) -> None:
    """N(Z) <= N(n): the size of mu + n, less its mean, is no longer than n; and N(mu) <= N(mean size)."""
    sizes(d)
    sequences(d)
    d.process("U", known=-1, differences=None, reason=SHAPE)
    d.have("size", eq(m**2, (mu + nz) ** 2), combine(times("sample", s * m + mu + nz), times("s^2", -(m**2))))
    d.have("mean size", eq(m1**2, mu**2), combine(times("known", s1 * m1 + mu), times("s_1^2", -(m1**2))))
    d.have("both", le(0, m1 * m), combine(times("m >= 0", m1)))
    by_signs = {sign: (times("sample", -mu), times("known", -sign * m)) for sign in (1, -1)}
    same = {sign: combine(*certificate) for sign, certificate in by_signs.items()}
    apart = {sign: combine(*certificate, times("both", 2)) for sign, certificate in by_signs.items()}
    cases = SignCases(s1, SignCases(s, same[1], apart[-1]), SignCases(s, apart[1], same[-1]))
    d.have("product", le(mu * (mu + nz), m1 * m), cases)
    d.have("sizes", eq(norm2(Psi + Z), norm2(U + n)), d.average("size", ELEMENT))
    d.have("mean sizes", eq(norm2(Mabs), norm2(U)), d.average("mean size", ELEMENT))
    d.have("products", le(norm2(U) + inner(U, n), inner(Mabs, Psi + Z)), d.average("product", ELEMENT))
    towers = (("n", "U"), ("Z", "M_abs"), ("Z", "Psi"))
    for one, other in towers:
        u, w = generators(f"{one} {other}")
        d.have(f"{one} {other}", eq(inner(u, w), 0), Tower(one, other))
    jensen = (
        norm_square(Psi - Mabs),
        times("products", 2),
        times("mean sizes", 1),
        times("n U", -2),
        times("Z M_abs", 2),
    )
    d.conclude("mean", le(norm2(U), norm2(Psi)), combine(*jensen))
    d.conclude(
        "bound", le(norm2(Z), norm2(n)), combine(times("mean"), times("sizes"), times("n U", 2), times("Z Psi", -2))
    )
    d.witness(SIZES, {**SIZES_VECTORS, "U": (1,)})


# --- the drift, split


def drift(d: Draft) -> None:
    """Introduce what the responses differ by, |c| <= rho, and both parts of the drift c m: c psi, and the rest."""
    d.local(ELEMENT, c, psi, m)
    d.given("rho >= 0", le(0, rho), "domain")
    d.given("upper", le(c, rho), RESPONSE)
    d.given("lower", le(-rho, c), RESPONSE)
    d.define(eb, c * psi)
    d.define(et, c * (m - psi))


DRIFT = {"c_i": "1/2", "rho": "1/2", "psi_i": 1, "m": 1}


@lemma("shape.element", "Both parts of a drift", assumes=[RESPONSE])
def parts_of_the_drift_shrink_by_rho(d: Draft) -> None:
    """Elementwise, for the drift c |g| with |c| <= rho: |c psi| <= rho |psi|, and the same for |g| - psi."""
    drift(d)
    d.have("room", le(0, rho + c), combine(times("lower")))
    d.have("shrinks", le(0, rho**2 - c**2), combine(times("upper", rho + c)))
    for name, part, of, given in (("mean", eb, psi, "ebar_i :="), ("rest", et, m - psi, "etilde_i :=")):
        certificate = combine(times("shrinks", of**2), times(given, part + c * of))
        d.conclude(name, le(part**2, rho**2 * of**2), certificate)
    d.witness(DRIFT)


@lemma("shape.noise", "Noise and what fluctuates of the drift", assumes=[UNBIASED, SHAPE, RESPONSE])
def noise_and_the_rest_of_the_drift(d: Draft) -> None:
    """N(n + e - E[e | past]) <= (1 + rho) sigma, of all elements and of those of a stage alike."""
    sizes(d)
    sequences(d)
    d.process("U", known=-1, differences=None, reason=SHAPE)
    drift(d)
    d.link(et, Et, over=ELEMENT)
    d.given("sigma >= 0", le(0, sigma), "domain")
    d.given("length", le(norm2(n), sigma**2), "domain")
    d.have("fluctuation", le(norm2(Z), norm2(n)), Cite("shape.fluctuation", "bound"))
    d.have("rest", le(norm2(Et), rho**2 * norm2(Z)), d.average("shape.element:rest", ELEMENT))
    scaled = combine(times("rest"), times("fluctuation", rho**2), times("length", rho**2))
    d.have("rest length", le(norm2(Et), (rho * sigma) ** 2), scaled)
    d.conclude(
        "bound",
        le(norm2(n + Et), (sigma + rho * sigma) ** 2),
        Cite("hilbert.minkowski", "bound", where(s=sigma, t=rho * sigma), {"u": n, "w": Et}),
    )
    d.witness({**SIZES, **DRIFT, "sigma": 1}, {**SIZES_VECTORS, "U": (1,), "Etilde": (0,)})


def shaped(d: Draft) -> None:
    """Introduce the shape: (E|mu + n|)^2 <= mu^2 + chi^2 dev^2, with dev the elements' standard deviations."""
    d.local(ELEMENT, dev)
    d.given("chi2 >= 0", le(0, chi2), "domain")
    d.given("shape", le(psi**2, mu**2 + chi2 * dev**2), SHAPE)
    d.link(dev, Dev, over=ELEMENT)
    d.given("sigma >= 0", le(0, sigma), "domain")
    d.given("deviations", le(norm2(Dev), sigma**2), VARIANCE)


def level(d: Draft) -> None:
    """Introduce R_chi = sqrt(A + chi^2 sigma^2)."""
    d.root(Rc, A + chi2 * sigma**2, combine(times("A :=", -1), norm_square(F), times("chi2 >= 0", sigma**2)))


@lemma("shape.reach", "Mean drift and staleness together", assumes=[SHAPE, RESPONSE, VARIANCE])
def mean_direction_is_near_the_gradient_for_known_shape(d: Draft) -> None:
    """If N(b) <= B then N(b + E[e | past]) <= rho R_chi + (1 + rho) B, with R_chi^2 = A + chi^2 sigma^2."""
    d.direction("unit", r)
    drift(d)
    d.local(ELEMENT, mu)
    shaped(d)
    for local, image in ((mu, F + b), (psi, Psi), (eb, Eb)):
        d.link(local, image, over=ELEMENT)
    d.define(A, norm2(F))
    level(d)
    d.given("B_b >= 0", le(0, B_b), "domain")
    d.given("b", le(norm2(b), B_b**2), "domain")
    d.have("mean drift", le(norm2(Eb), rho**2 * norm2(Psi)), d.average("shape.element:mean", ELEMENT))
    d.have("mean sizes", le(norm2(Psi), norm2(F + b) + chi2 * norm2(Dev)), d.average("shape", ELEMENT))
    d.have("gradient", le(norm2(F), r**2), combine(times("|unit| <= 1", r**2)))
    product = Cite("hilbert.product", "bound", where(s=r, t=B_b), {"u": F, "w": b})
    d.have("product", le(inner(F, b), r * B_b), product)
    d.have(
        "A",
        le(r**2, Rc**2),
        combine(times("R_chi^2", -1), times("A :=", -1), times("unit r", -1), times("chi2 >= 0", sigma**2)),
    )
    d.have("r", le(r, Rc), Cite("order.root", "bound", where(s=r, t=Rc)))
    d.have(
        "level",
        le(norm2(Psi), (Rc + B_b) ** 2),
        combine(
            times("mean sizes"),
            times("deviations", chi2),
            times("product", 2),
            times("b"),
            times("r", 2 * B_b),
            times("R_chi^2", -1),
            times("A :=", -1),
        ),
    )
    d.have("drift length", le(norm2(Eb), (rho * (Rc + B_b)) ** 2), combine(times("mean drift"), times("level", rho**2)))
    d.conclude(
        "bound",
        le(norm2(b + Eb), (rho * Rc + (1 + rho) * B_b) ** 2),
        Cite("hilbert.minkowski", "bound", where(s=B_b, t=rho * (Rc + B_b)), {"u": b, "w": Eb}),
    )
    d.witness(
        {**DRIFT, "mu_i": 1, "dev_i": 1, "chi2": "9/16", "sigma": 1, "r": 1, "B_b": 1},
        {"unit": (1,), "b": (0,), "Psi": (1,), "Dev": (1,), "Ebar": ("1/2",)},
    )


# --- the feasible set


def near() -> Relation:
    """Return (i) for known shape."""
    return le(A + Y**2 - 2 * a * r, (rho * Rc + q * Y + (1 + rho) * qn) ** 2)


def descends() -> Relation:
    """Return (ii) for known shape: the noise, and what fluctuates of the drift, is orthogonal to the mean direction."""
    return le(a * r, p + x / 2 * (Y**2 + ((1 + rho) * sigma) ** 2))


v = F + b + Eb
noise = n + Et


def _reached(d: Draft) -> None:
    """Conclude (i): v is within rho R_chi + q Y + (1 + rho) qn of the gradient."""
    stale = effective * (master.Lambda1 * Y + (1 + rho) * nu)
    by = {master.alpha: effective, nu: (1 + rho) * nu}
    d.have("stale", le(norm2(b), stale**2), Cite("stale.martingale", "bound", by, {"v": v}))
    total, goal = rho * Rc + (1 + rho) * stale, rho * Rc + q * Y + (1 + rho) * qn
    d.have("near", le(norm2(b + Eb), total**2), Cite("shape.reach", "bound", where(B_b=stale)))
    d.have(
        "reach",
        le(norm2(v - F), goal**2),
        combine(times("near"), times("q :=", -Y * (total + goal)), times("qn :=", -(1 + rho) * (total + goal))),
    )
    d.conclude("i", near(), Cite("master.polarise", "bound", where(eta=goal), {"v": v}))


def _paid(d: Draft) -> None:
    """Conclude (ii)."""
    telescope = Cite("master.telescope", "bound", {master.alpha: effective}, {"v": v, "n": noise})
    d.have("paid", le(inner(F, v), p + x / 2 * norm2(v + noise)), telescope)
    d.have("noise", le(norm2(noise), (sigma + rho * sigma) ** 2), Cite("shape.noise", "bound", {}, {"U": F + b}))
    d.have("x >= 0", le(0, x), combine(times("x :=", -1), times("L >= 0", effective)))
    pairs = [(one, other) for one in ("n", "Etilde") for other in ("unit", "b", "Ebar")]
    for one, other in pairs:
        u, w = generators(f"{one} {other}")
        d.have(f"{one} {other}", eq(inner(u, w), 0), Tower(one, other))
    orthogonal = [times(f"{one} {other}", x * (r if other == "unit" else 1)) for one, other in pairs]
    d.conclude(
        "ii",
        descends(),
        combine(times("paid"), times("noise", x / 2), times("Y^2", -x / 2), times("a :=", r), *orthogonal),
    )


WORLD = {
    **master.PATH, **staleness.ROW, **staleness.STALE, **SIZES, **DRIFT,
    "alpha": "1/20", "gain": 2, "sigma": 1, "chi2": "9/16", "dev_i": 1, "r": 1, "Lambda1": 4, "nu": 2,
}  # fmt: skip
WORLD_VECTORS = {
    **master.PATH_VECTORS, **staleness.ROW_VECTORS, **staleness.STALE_VECTORS, **staleness.SUMS, **SIZES_VECTORS,
    "b": (0,), "Ebar": ("1/2",), "Etilde": (0,), "Dev": (1,), "v_k": ("3/2",),
}  # fmt: skip


@lemma(
    "shape.feasible",
    "Theorem 1 for noise of known shape",
    assumes=[SMOOTH, LOWER, UNBIASED, VARIANCE, RESPONSE, LAGS, STALENESS, SHAPE],
)
def the_point_of_a_run_is_feasible_for_known_shape(d: Draft) -> None:
    """(A, Y, a) satisfies (i) with R_chi in the place of R, (ii) without a cross term, and |a| <= Y.

    Y = N(v) for the mean direction v given the past, a sqrt(A) = <F, v>; nu bounds the noise of the stages as in
    Theorem 1, and with what fluctuates of the drift it is (1 + rho) times as long (shape.noise, stage by stage).
    """
    master.path(d, effective)
    master.gradient(d)
    sizes(d)
    sequences(d, F + b)
    drift(d)
    shaped(d)
    for local, image in ((eb, Eb), (et, Et)):
        d.link(local, image, over=ELEMENT)
    d.process("b", known=-1, differences=None, reason=SHAPE)
    d.process("Ebar", known=-1, differences=None, reason=SHAPE)
    d.process("Etilde", known=0, differences=0, reason=SHAPE)
    for local, image in ((master.F_k, F), (master.v_k, v), (master.n_k, noise)):
        d.link(local, image, over=STEP)
    d.given("length", le(norm2(n), sigma**2), VARIANCE)
    staleness.rows(d, positive=False, step=effective)
    d.define(A, norm2(F))
    level(d)
    d.root(Y, norm2(v), combine(norm_square(v)))
    d.given("Lambda1 >= 0", le(0, master.Lambda1), "domain")
    d.given("nu >= 0", le(0, nu), "domain")
    d.given("Lambda1", le(norm2(staleness.coherent), master.Lambda1**2 * Y**2), STALENESS)
    d.given("nu", le(norm2(staleness.noisy), ((1 + rho) * nu) ** 2), STALENESS)
    d.define(a, inner(master.unit, v))
    d.define(q, (1 + rho) * effective * master.Lambda1)
    d.define(qn, (1 + rho) * effective * nu)
    _reached(d)
    _paid(d)
    d.have("inside", le(inner(master.unit, v) ** 2, Y**2), Cite("hilbert.component", "bound", {}, {"v": v}))
    d.conclude("component", le(a**2, Y**2), combine(times("inside"), times("a :=", a + inner(master.unit, v))))
    d.witness(WORLD, WORLD_VECTORS)


# --- the explicit form


c0, c1, c2, Q = symbols("c0 c1 c2 Q")


def wide() -> Expr:
    """Return 1 + q^2/(1 - x - q^2)."""
    return (1 - x) / (1 - x - q**2)


def _start() -> Expr:
    """Return the part of the error that does not grow with Y."""
    return rho * Rc + (1 + rho) * qn


def _level() -> Expr:
    """Return the second moment of the noise and the drift's fluctuation together, at most."""
    return ((1 + rho) * sigma) ** 2


def _young() -> tuple[Relation, Proof]:
    """Return what (i) and (ii) leave of A at the worst Y, and why."""
    room = 1 - x - q**2
    worst = combine(times("i"), times("ii", 2), square(Y - _start() * q / room, room))
    return le(A, 2 * p + x * _level() + _start() ** 2 * wide()), worst


POINT = {
    "A": "9/25", "sigma": "4/5", "chi2": 1, "Y": "1/2", "a": "1/2", "rho": "1/2", "p": "103/375", "x": "1/10", "q": 0,
    "qn": 0,
}  # fmt: skip


@lemma("shape.explicit", "The explicit bound for noise of known shape")
def every_point_of_known_shape_is_below_the_explicit_bound(d: Draft) -> None:
    """Every (A, Y, a) with (i), (ii) for known shape and |a| <= Y has A <= ((c1 + Q)/c2)^2 - chi^2 sigma^2."""
    signs(d, rho, sigma, p, x, q, qn, A, Y)
    d.given("chi2 >= 0", le(0, chi2), "domain")
    d.root(r, A, combine(times("A >= 0")))
    d.root(Rc, A + chi2 * sigma**2, combine(times("A >= 0"), times("chi2 >= 0", sigma**2)))
    d.given("i", near(), "domain")
    d.given("ii", descends(), "domain")
    d.given("x < 1", lt(x, 1), "domain")
    d.given("lag is short", lt(x + q**2, 1), "domain")
    d.given("saturation and lag", lt(rho**2 + q**2 / (1 - x), 1), "domain")
    room = 1 - x - q**2
    rest = 2 * p + x * _level() + chi2 * sigma**2 + ((1 + rho) * qn) ** 2 * wide()
    d.define(c2, 1 - rho**2 * wide())
    d.define(c1, rho * (1 + rho) * qn * wide())
    d.define(c0, rest)
    wide_ = Step("wide", le(0, wide()), combine(times("x < 1", 1 / room)))
    positive = Step("c2 > 0", lt(0, c2), combine(times("saturation and lag", (1 - x) / room), times("c2 :=", -1)))
    nonnegative = Step(
        "c0 >= 0",
        le(0, c0),
        combine(
            times("p >= 0", 2),
            square((1 + rho) * sigma, x),
            times("chi2 >= 0", sigma**2),
            times("wide", ((1 + rho) * qn) ** 2),
            times("c0 :=", -1),
        ),
    )
    d.root(Q, c1**2 + c2 * c0, Chain((wide_, positive, nonnegative), combine(square(c1), times("c0 >= 0", c2))))
    d.steps.extend((wide_, positive, nonnegative))
    d.conclude("young", *_young())
    d.have(
        "quadratic",
        le(c2 * Rc**2, 2 * c1 * Rc + c0),
        combine(times("young"), times("R_chi^2"), times("c0 :=", -1), times("c1 :=", -2 * Rc), times("c2 :=", Rc**2)),
    )
    where_ = where(z=Rc, k2=c2, k1=c1, k0=c0, h=Q)
    d.conclude("root", le(Rc, (c1 + Q) / c2), Cite("order.quadratic", "bound", where_))
    d.have("ceiling", le(0, c1 + Q), combine(times("root", c2), times("R_chi >= 0", c2)))
    d.conclude(
        "bound",
        le(A, ((c1 + Q) / c2) ** 2 - chi2 * sigma**2),
        combine(times("R_chi^2", -1), times("root", (c1 + Q) / c2 + Rc)),
    )
    d.witness(POINT)


t = symbol("t")


@lemma("shape.floor", "The floor for noise of known shape, with its remainder")
def average_is_at_most_the_floor_of_the_shape_and_a_remainder(d: Draft) -> None:
    """A (1 - (1 + t) w rho^2) <= (1 + t) w rho^2 chi^2 sigma^2 + remainder, for t > 0, w = (1 - x)/(1 - x - q^2).

    As alpha -> 0 and K alpha -> infinity the remainder vanishes and w falls to 1, so A falls to
    chi^2 rho^2 sigma^2/(1 - rho^2).
    """
    signs(d, rho, sigma, p, x, q, qn, A, Y)
    d.given("chi2 >= 0", le(0, chi2), "domain")
    d.given("t > 0", lt(0, t), "domain")
    d.root(r, A, combine(times("A >= 0")))
    d.root(Rc, A + chi2 * sigma**2, combine(times("A >= 0"), times("chi2 >= 0", sigma**2)))
    d.given("i", near(), "domain")
    d.given("ii", descends(), "domain")
    d.given("x < 1", lt(x, 1), "domain")
    d.given("lag is short", lt(x + q**2, 1), "domain")
    extra = (1 + rho) * qn
    d.have("wide", le(0, wide()), combine(times("x < 1", 1 / (1 - x - q**2))))
    d.have("young", *_young())
    d.have(
        "split",
        le(_start() ** 2, (1 + t) * rho**2 * (A + chi2 * sigma**2) + (1 + 1 / t) * extra**2),
        combine(square(t * rho * Rc - extra, 1 / t), times("R_chi^2", (1 + t) * rho**2)),
    )
    remainder = 2 * p + x * _level() + wide() * (1 + 1 / t) * extra**2
    d.conclude(
        "bound",
        le(A * (1 - (1 + t) * wide() * rho**2), (1 + t) * wide() * rho**2 * chi2 * sigma**2 + remainder),
        combine(times("young"), times("split", wide())),
    )
    d.witness({**POINT, "t": 1})
