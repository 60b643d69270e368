"""The assumption set as data (docs/theory.md#assumptions): in words and LaTeX, and who can certify each."""

from dataclasses import dataclass
from typing import Literal

from boundary import known

Certifier = Literal["problem", "device", "schedule", "run"]


@dataclass(frozen=True)
class Assumption:
    """One thing taken for granted.

    Args:
        id: as claims cite it.
        statement: one plain sentence.
        latex: the same as a formula.
        symbols: names of the symbols it introduces, as in `theory.setting.symbols`.
        certified_by: whose data can prove it for an instance; `run` means it can only be measured.

    """

    id: str
    statement: str
    latex: str
    symbols: tuple[str, ...]
    certified_by: tuple[Certifier, ...]


SMOOTH = Assumption(
    "smooth",
    "f is L-smooth",
    r"f(V) \le f(W) + \langle \nabla f(W), V - W \rangle + \tfrac{L}{2} \lVert V - W \rVert^2",
    ("L",),
    ("problem",),
)
LOWER = Assumption(
    "lower",
    "f is bounded below by f*; Delta is the initial gap",
    r"f(W) \ge f^*, \quad \Delta := f(W_0) - f^*",
    ("Delta",),
    ("problem",),
)
UNBIASED = Assumption(
    "unbiased",
    "a sample's gradient at the current weights has the gradient as its mean, given the past",
    r"\mathbb{E}[\nabla f(W_k; \xi_k) \mid \text{past}] = \nabla f(W_k)",
    (),
    ("problem",),
)
VARIANCE = Assumption(
    "variance",
    "the noise of a sample's gradient has second moment at most sigma^2, given the past",
    r"\mathbb{E}[\lVert n_k \rVert^2 \mid \text{past}] \le \sigma^2, \quad n_k := \nabla f(W_k; \xi_k) - \nabla f(W_k)",
    ("sigma",),
    ("problem",),
)
VARIANCE_GROWING = Assumption(
    "variance-growing",
    "the noise of a sample's gradient has second moment at most sigma^2 plus a multiple of the squared gradient",
    r"\mathbb{E}[\lVert n_k \rVert^2 \mid \text{past}] \le \sigma^2 + r^2 \lVert \nabla f(W_k) \rVert^2",
    ("sigma",),
    ("problem",),
)
SATURATION = Assumption(
    "saturation",
    "no weight of the linear device ever passes the share rho < 1 of its saturation level tau",
    r"\lvert W_k \rvert \le \rho \tau \text{ elementwise for all } k, \quad \rho < 1",
    ("rho", "tau"),
    ("problem", "device", "run"),
)
RESPONSE = Assumption(
    "response",
    "on the weights that are met, the device makes of an increment D the step Fbar D but for at most theta(w) Fbar |D| "
    "with theta(w) <= gamma < 1; gamma is written rho, and Fbar gain: for the linear device Fbar = 1, "
    "theta(w) = |w|/tau, and gamma is the largest saturation",
    r"\lvert U(w, D) - w - \bar{F} D \rvert \le \theta(w) \bar{F} \lvert D \rvert, \quad \theta(w) \le \gamma < 1 "
    r"\text{ for all } w \text{ that are met}; \quad \rho := \gamma",
    ("rho", "gain"),
    ("problem", "device", "run"),
)
PULSES = Assumption(
    "pulses",
    "given the past and the sample, a granular step has the smooth step as its mean, and as its variance, summed over "
    "the elements and averaged over the steps, at most qmax^2 V",
    r"W_{k+1} = U(W_k, D_k) + z_k, \quad \mathbb{E}[z_k \mid \text{past}, \xi_k] = 0, \quad "
    r"\tfrac{1}{K} \sum_k \mathbb{E} \lVert z_k \rVert^2 \le q_{\max}^2 V",
    ("qmax", "V"),
    ("device",),
)
STAGES = Assumption(
    "stages",
    "activations are centred with bounded, Lipschitz slopes; the loss has bounded, Lipschitz slopes; inputs and "
    "stage weights are bounded",
    r"\varphi_m(0) = 0, \; \lvert \varphi' \rvert \le p_0, \; \varphi' \text{ is } p_1\text{-Lipschitz}, \; "
    r"\lVert \nabla \ell \rVert \le \ell_0, \; \nabla \ell \text{ is } \ell_1\text{-Lipschitz}, \; "
    r"\lVert x^{(1)} \rVert \le X, \; \lVert W_k^{(m)} \rVert_2 \le w_m",
    ("p0", "p1", "l0", "l1", "X", "w"),
    ("problem", "run"),
)
THIRD = Assumption(
    "third-derivatives",
    "activations and the loss have third derivatives, bounded by p2 and l2; their second ones are by stages",
    r"\lvert \varphi'' \rvert \le p_1, \quad \lvert \varphi''' \rvert \le p_2, \quad "
    r"\lVert D^3 \ell(y)[a, b] \rVert \le \ell_2 \, \lVert a \rVert \lVert b \rVert",
    ("p2", "l2"),
    ("problem",),
)
LAGS = Assumption(
    "lags",
    "stage m reads forward weights d_m updates old; backward weights are current",
    r"\widehat{W}_k^{(m)} = W_{k - d_m}^{(m)}",
    ("d",),
    ("schedule",),
)
STALENESS = Assumption(
    "staleness",
    "stage by stage the staleness is at most S times the distance the weights moved, S >= 0",
    r"\lVert b_k^{(m)} \rVert \le \sum_j S_{mj} \lVert W_k^{(j)} - \widehat{W}_k^{(j)} \rVert",
    ("Lambda1", "Lambdah"),
    ("problem",),
)
INDEPENDENT = Assumption(
    "independent",
    "the sample of a step is independent of all samples before it, so that what it and an earlier point make has, "
    "over the fresh sample alone, a mean that is known as early as the point",
    r"\xi_k \text{ is independent of } \xi_0, \dots, \xi_{k-1}; \quad "
    r"\mathbb{E}[u(W_{k-D}; \xi_k) \mid \xi_0, \dots, \xi_{k-1}] = \mathbb{E}_{\xi_k} u(W_{k-D}; \xi_k)",
    (),
    ("problem",),
)
JOINT = Assumption(
    "joint",
    "stage by stage the direction changes by at most S times the moves of the forward weights and T times those of the "
    "backward weights, S, T >= 0",
    r"\lVert G^{(m)}(U, V) - G^{(m)}(U', V') \rVert \le \sum_j S_{mj} \lVert U^{(j)} - U'^{(j)} \rVert + "
    r"T_{mj} \lVert V^{(j)} - V'^{(j)} \rVert",
    ("ell", "ell1"),
    ("problem",),
)
DIFFERENTIABLE = Assumption(
    "differentiable",
    "the direction is differentiable in the forward weights where they are current, with a derivative that is "
    "Lipschitz, and staleness is linear up to a square",
    r"\lVert G(U, V) - G(V, V) - J(V)[U - V] \rVert \le \tfrac{H_2}{2} \lVert U - V \rVert^2, \quad "
    r"\lVert J(V)[d] - J(V')[d] \rVert \le H_J \lVert V - V' \rVert \lVert d \rVert",
    ("H2", "HJ"),
    ("problem",),
)
MEAN_LENGTH = Assumption(
    "mean-length",
    "given the past, a sample's direction has at most the mean length Gamma, at stale and at current forward weights",
    r"\mathbb{E}_{\xi} \lVert G(\widehat{W}_k, W_k; \xi) \rVert \le \Gamma, \quad "
    r"\mathbb{E}_{\xi} \lVert G(W_k, W_k; \xi) \rVert \le \Gamma",
    ("Gamma",),
    ("problem",),
)
RESPONSE_LIPSCHITZ = Assumption(
    "response-lipschitz",
    "an element's drift changes by at most gamma times the change of the direction, and by at most theta_1 |g| times "
    "the change of the weight, and so does theta(w), the least in `response`, by at most theta_1 times that; of the "
    "linear device theta_1 = 1/tau, and gamma may be theta(w) = |w|/tau where the weight is known",
    r"\lvert e(w, g) - e(w, g') \rvert \le \gamma \lvert g - g' \rvert, \quad "
    r"\lvert e(w, g) - e(w', g) \rvert \le \theta_1 \lvert w - w' \rvert \lvert g \rvert",
    ("theta1",),
    ("device",),
)
SHAPE = Assumption(
    "shape",
    "the noise is additive, so that the staleness is known before the sample, and the mean size of an element of known "
    "mean mu and standard deviation s is at most sqrt(mu^2 + chi^2 s^2)",
    r"(\mathbb{E} \lvert \mu + n_i \rvert)^2 \le \mu^2 + \chi^2 \, \mathbb{E} n_i^2 "
    r"\text{ for every } \mu \text{ that is known before the sample}; \quad b_k \text{ is known then too}",
    ("chi2",),
    ("problem",),
)

CONSTANT_STEP = Assumption(
    "constant-step",
    "every stage makes every step with the same step size alpha",
    r"W_{k+1} = U(W_k, -\alpha \tilde{g}_k) \text{ for all } k",
    ("alpha",),
    ("schedule",),
)
"""Part of what is modelled: alpha is one number in every claim. No claim names it, so it is not in `REGISTRY`."""

REGISTRY: dict[str, Assumption] = {
    item.id: item
    for item in (
        SMOOTH,
        LOWER,
        UNBIASED,
        VARIANCE,
        VARIANCE_GROWING,
        SATURATION,
        RESPONSE,
        PULSES,
        STAGES,
        THIRD,
        LAGS,
        STALENESS,
        INDEPENDENT,
        JOINT,
        DIFFERENTIABLE,
        MEAN_LENGTH,
        RESPONSE_LIPSCHITZ,
        SHAPE,
    )
}
"""Every assumption by id."""


def named(name: str) -> Assumption:
    """Return the assumption `name`; an unknown name raises `BadInput`."""
    return REGISTRY[known("assumption", name, REGISTRY)]
