"""A storage inequality at every step bounds the gradient: directions that are linear in the weights.

V is what is stored along the path, for a quadratic V_k = z_k'P z_k with the state z of current and stale weights.
Coordinate by coordinate, root_theta weighs the mean drift, the mean direction times rho, and the noise's root
variance times rho; wh, wg, ws are what it makes of them. y_k is known before the sample of step k and omega_k has mean
zero; wo_k is as long as the noise is in V, and root_P weighs what wl makes of the noise's root variance. For a
quadratic the matrix inequality gives the premise `storage` at every step, which `theory.bounds.linear` decides in
rational numbers; it reads the bound off this claim. Source: docs/theory/refinements.md#linear.lmi.
"""

from theory.kernel import (
    ELEMENT,
    STEP,
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
    symbols,
    times,
)
from theory.lemmas.device import rho
from theory.lemmas.feasible import A
from theory.setting.assumptions import RESPONSE, UNBIASED, VARIANCE

V, V_next, V_first, V_last = symbols("stored stored_next stored_first stored_last")
V_mean, V_mean_next, K = symbols("mean_stored mean_stored_next K")
alpha, share, root, drift, direction, scale = symbols("alpha root_theta root_P ebar_i psi_i dev_i")
wh, wg, ws, wl, noise, supply = symbols("w_paid w_kept w_fed w_met noise_stored supply")
F, F_k, y, y_k, omega, omega_k = generators("F F_k y y_k omega omega_k")
wide, wide_k, turned, turned_k, steady, level, stored, stored_k = generators("wh wh_k wg wg_k ws wl wo wo_k")

POINT = {
    "rho": "1/2", "root_theta": 2, "psi_i": 1, "dev_i": 1, "ebar_i": "1/2", "K": 1, "alpha": 1, "root_P": "2/3",
    "stored_first": 2, "stored": 2, "mean_stored": 2, "stored_last": 1, "stored_next": 1, "mean_stored_next": 1,
}  # fmt: skip


@lemma(
    "linear.lmi",
    "Linear directions: what is stored pays for the gradient",
    assumes=[UNBIASED, VARIANCE, RESPONSE],
)
def what_is_stored_pays_for_the_gradient(d: Draft) -> None:
    """A <= V_0/K + noise + supply if E V+ - V + |F|^2 <= noise + sum theta_i (ebar_i^2 - rho_i^2 psi_i^2) at each step.

    ebar is the mean drift given the past, psi the mean direction without it, supply = sum theta_i rho_i^2 s_i^2 and
    noise = alpha^2 sum P_ii (1 + rho_i)^2 s_i^2.
    """
    d.path(V, V_next, V_first, V_last, V_mean, V_mean_next, K)
    d.given("K > 0", lt(0, K), "domain")
    d.given("stored_last >= 0", le(0, V_last), "domain")
    d.local(ELEMENT, rho, share, root, drift, direction, scale)
    d.define(wh, share * drift)
    d.define(wg, share * rho * direction)
    d.define(ws, share * rho * scale)
    d.define(wl, alpha * root * (1 + rho) * scale)
    d.given("drift", le(drift**2, rho**2 * (direction**2 + scale**2)), RESPONSE)
    for local, image in ((wh, wide), (wg, turned), (ws, steady), (wl, level)):
        d.link(local, image, over=ELEMENT)
    d.local(STEP, F_k, y_k, omega_k, wide_k, turned_k, stored_k)
    for member, whole in (
        (F_k, F), (y_k, y), (omega_k, omega), (wide_k, wide), (turned_k, turned), (stored_k, stored),
    ):  # fmt: skip
        d.link(member, whole, over=STEP)
    d.process("y", known=-1, differences=None, reason="domain")
    d.process("omega", known=0, differences=0, reason=UNBIASED)
    spent = norm2(wide_k) - norm2(turned_k)
    d.given("storage", le(V_next + norm2(F_k), V + 2 * inner(y_k, omega_k) + norm2(stored_k) + spent), "domain")
    d.given("noise", le(norm2(stored), norm2(level)), VARIANCE)
    d.define(A, norm2(F))
    d.define(noise, norm2(level))
    d.define(supply, norm2(steady))
    d.have("orthogonal", eq(inner(omega, y), 0), Tower("omega", "y"))
    total = 2 * inner(y, omega) + norm2(stored) + norm2(wide) - norm2(turned)
    d.have("average", le(V_mean_next + norm2(F), V_mean + total), d.average("storage", STEP))
    d.have(
        "weighed",
        le(wh**2, wg**2 + ws**2),
        combine(
            times("drift", share**2),
            times("w_paid :=", wh + share * drift),
            times("w_kept :=", -wg - share * rho * direction),
            times("w_fed :=", -ws - share * rho * scale),
        ),
    )
    d.have("paid", le(norm2(wide), norm2(turned) + norm2(steady)), d.average("weighed", ELEMENT))
    d.have("telescope", eq(K * (V_mean_next - V_mean), V_last - V_first), Telescope("stored"))
    d.conclude(
        "bound",
        le(A, V_first / K + noise + supply),
        combine(
            times("average"),
            times("noise"),
            times("paid"),
            times("orthogonal", 2),
            times("telescope", -1 / K),
            times("stored_last >= 0", 1 / K),
            times("A :="),
            times("supply :=", -1),
            times("noise_stored :=", -1),
        ),
    )
    d.witness(
        POINT,
        {"F": (1,), "y": (0,), "omega": (0,), "wh": (1,), "wg": (1,), "ws": (1,), "wl": (1,), "wo": (1,)},
    )
