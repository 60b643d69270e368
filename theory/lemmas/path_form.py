"""The path form of Theorem 1, without constants of smoothness or staleness. Source: docs/theory.md#path.form."""

from sympy import Integer

from theory.kernel import (
    Cite,
    Draft,
    Telescope,
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
from theory.kernel.proof import Chain, Step
from theory.lemmas import master
from theory.lemmas.feasible import A, r
from theory.lemmas.master import F, K, alpha, effective, eta, f_first, f_last, gain, n, unit
from theory.lemmas.order import where
from theory.setting.assumptions import UNBIASED

(h,) = generators("h")
kappa, c, Q = symbols("kappa c_p Q_p")


@lemma("path.form", "The path form of Theorem 1", assumes=[UNBIASED])
def averages_along_the_path_bound_the_gradient(d: Draft) -> None:
    """A = c - <F, h> and sqrt(A) <= (eta + sqrt(eta^2 + 4 c))/2, where N(h) <= eta and h = v - F.

    c = (f(W_0) - E f(W_K))/(alpha gain K) + kappa, kappa the average of (f(W_{k+1}) - f(W_k))/(alpha gain) +
    <F_k, v_k + n_k>: what the values fall less than their slopes say. Nothing is assumed of f or of the staleness; the
    sides are averages along the path, so that this measures rather than predicts.
    """
    master.gradient(d)
    d.process("n", known=0, differences=0, reason=UNBIASED)
    d.path(master.f_now, master.f_next, f_first, f_last, master.mean_now, master.mean_next, K)
    for name, of in (("K", K), ("alpha", alpha), ("gain", gain)):
        d.given(f"{name} > 0", lt(0, of), "domain")
    d.given("eta >= 0", le(0, eta), "domain")
    d.given("h", le(norm2(h), eta**2), "domain")
    d.define(A, norm2(F))
    risen = master.mean_next - master.mean_now
    d.define(kappa, risen / effective + inner(F, F + h + n))
    d.define(c, (f_first - f_last) / (effective * K) + kappa)
    orthogonal = Step("orthogonal", eq(inner(n, unit), 0), Tower("n", "unit"))
    telescope = Step("telescope", eq(K * risen, f_last - f_first), Telescope("f_now"))
    parts = (
        times("c_p :=", -1),
        times("kappa :=", -1),
        times("telescope", -1 / (effective * K)),
        times("orthogonal", -r),
        times("A :="),
    )
    identity = Step("identity", eq(A, c - inner(F, h)), combine(*parts))
    length = Step("F", le(norm2(F), r**2), combine(times("|unit| <= 1", r**2)))
    by = Cite("hilbert.product", "bound", where(s=r, t=eta), {"u": F, "w": -h})
    product = Step("product", le(inner(F, -h), r * eta), by)
    quadratic = combine(times("identity"), times("product"), times("unit r", -1), times("A :=", -1))
    steps = (
        orthogonal, telescope, identity, length, product,
        Step("quadratic", le(r**2, eta * r + c), quadratic),
        Step("radicand", le(0, eta**2 + 4 * c), combine(times("quadratic", 4), square(2 * r - eta))),
    )  # fmt: skip
    d.root(Q, eta**2 + 4 * c, Chain(steps, combine(times("radicand"))))
    d.steps.extend(steps)
    d.conclusions.append("identity")
    roots = where(z=r, k2=Integer(1), k1=eta / 2, k0=c, h=Q / 2)
    d.conclude("bound", le(r, (eta + Q) / 2), Cite("order.quadratic", "bound", roots))
    d.witness(
        {
            "K": 1, "alpha": "1/20", "gain": 2, "f_first": 1, "f_now": 1, "mean_now": 1, "f_last": "4/5",
            "f_next": "4/5", "mean_next": "4/5", "r": 1, "eta": "3/2",
        },
        {"unit": (1,), "h": (0,), "n": (0,)},
    )  # fmt: skip
