"""Every symbol once: name, LaTeX, domain, unit, meaning. The names are those of the command line.

The table in print: docs/theory.md#symbols.

Units: w is the unit of a weight, f that of the objective.
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal

import sympy

from boundary import known

Domain = Literal["real", "nonnegative", "positive", "below one", "positive integer"]


@dataclass(frozen=True)
class Quantity:
    """One symbol of the theory.

    Args:
        name: as in code and on the command line.
        latex: as in print.
        domain: what values it takes; `below one` is [0, 1).
        unit: in terms of w (weight) and f (objective); `1` if it has none.
        meaning: a short noun phrase.

    """

    name: str
    latex: str
    domain: Domain
    unit: str
    meaning: str


QUANTITIES: dict[str, Quantity] = {
    quantity.name: quantity
    for quantity in (
        Quantity("L", "L", "positive", "f/w^2", "smoothness constant of the objective"),
        Quantity("sigma", r"\sigma", "nonnegative", "f/w", "root of the noise variance of a sample's gradient"),
        Quantity("sigma2", r"\sigma^2", "nonnegative", "f^2/w^2", "noise variance of a sample's gradient"),
        Quantity("Delta", r"\Delta", "nonnegative", "f", "initial gap f(W_0) - f*"),
        Quantity("alpha", r"\alpha", "positive", "w^2/f", "step size asked for; the device makes alpha gain of it"),
        Quantity("K", "K", "positive integer", "1", "number of iterations"),
        Quantity(
            "rho",
            r"\rho",
            "below one",
            "1",
            "distortion of the device; of the linear one its largest saturation |W|/tau",
        ),
        Quantity("gamma", r"\gamma", "below one", "1", "distortion of the device: another name of rho"),
        Quantity("gain", r"\bar{F}", "positive", "1", "step of the device by the increment asked for; 1 if not given"),
        Quantity(
            "rbar2",
            r"\bar{r}^2",
            "nonnegative",
            "1",
            "mean square distortion, of the linear device saturation: average of E max (W/tau)^2",
        ),
        Quantity("tau", r"\tau", "positive", "w", "saturation level of the device"),
        Quantity(
            "Lambda1",
            r"\Lambda_1",
            "nonnegative",
            "f/w^2",
            "delay constant of coherent motion, norm2(S Diag(d))",
        ),
        Quantity(
            "Lambdah",
            r"\Lambda_{1/2}",
            "nonnegative",
            "f/w^2",
            "delay constant of martingale motion, norm2(S Diag(sqrt d))",
        ),
        Quantity("Lambda1_full", r"\Lambda_1^{\mathrm{full}}", "nonnegative", "f/w^2", "Lambda1 of stashed weights"),
        Quantity(
            "Lambdah_full", r"\Lambda_{1/2}^{\mathrm{full}}", "nonnegative", "f/w^2", "Lambdah of stashed weights"
        ),
        Quantity("Lambda1_2bw", r"\Lambda_1^{\mathrm{2BW}}", "nonnegative", "f/w^2", "Lambda1 of PipeDream-2BW"),
        Quantity("Lambdah_2bw", r"\Lambda_{1/2}^{\mathrm{2BW}}", "nonnegative", "f/w^2", "Lambdah of PipeDream-2BW"),
        Quantity("Lambda1_pipemare", r"\Lambda_1^{\mathrm{PM}}", "nonnegative", "f/w^2", "Lambda1 of PipeMare"),
        Quantity("Lambdah_pipemare", r"\Lambda_{1/2}^{\mathrm{PM}}", "nonnegative", "f/w^2", "Lambdah of PipeMare"),
        Quantity(
            "nu",
            r"\nu",
            "nonnegative",
            "f^2/w^3",
            "martingale staleness per unit step, at most Lambdah sigma",
        ),
        Quantity("Ln", "L_n", "nonnegative", "f/w^2", "smoothness seen by the noise, at most L"),
        Quantity("V", "V", "nonnegative", "w^2", "summed variance of the pulses of a step, mean over the steps"),
        Quantity("qmax", r"q_{\max}", "positive", "1", "largest response of the device"),
        Quantity("dw", r"\Delta w", "nonnegative", "w", "size of a pulse at response 1"),
        Quantity("cycle", "c", "nonnegative", "1", "cycle-to-cycle noise of a pulse, relative to its size"),
        Quantity("size", r"\mathrm{size}", "positive integer", "1", "number of elements"),
        Quantity("q", "q", "nonnegative", "1", "coherent staleness (1 + rho) alpha gain Lambda1"),
        Quantity("qn", "q_n", "nonnegative", "f/w", "martingale staleness (1 + rho) alpha gain nu"),
        Quantity("x", "x", "nonnegative", "1", "step size in units of 1/L: alpha gain L"),
        Quantity("xn", "x_n", "nonnegative", "1", "step size in units of 1/Ln: alpha gain Ln"),
        Quantity(
            "T2",
            "T_2",
            "nonnegative",
            "f^2/w^2",
            "noise times distortion: average of the sum of theta_i^2 times the variance, or fold, of g_i",
        ),
        Quantity(
            "c_w",
            "c_w",
            "nonnegative",
            "f^2/w^2",
            "curvature met by the noise: (alpha gain/2) times the average of L_k E norm(n_k)^2",
        ),
        Quantity("p", "p", "nonnegative", "f^2/w^2", "price of the start, Delta/(alpha gain K)"),
        Quantity("A", "A", "nonnegative", "f^2/w^2", "average squared gradient norm"),
        Quantity("R", "R", "nonnegative", "f/w", "sqrt(A + sigma^2)"),
        Quantity("Y", "Y", "nonnegative", "f/w", "root mean square of the mean direction v"),
        Quantity("a", "a", "real", "f/w", "component of v along the gradient, <F, v>/sqrt(A)"),
        Quantity("mu", r"\mu", "nonnegative", "1", "multiplier that weighs the descent against the geometry"),
        Quantity("theta", r"\theta", "nonnegative", "1", "share in [0, 1] that weighs Y against eta(Y)"),
        Quantity("chi2", r"\chi^2", "nonnegative", "1", "shape of the noise: 1 for any, 2/pi Gaussian, 3/4 uniform"),
        Quantity("D", "D", "positive integer", "1", "largest lag, 1 without a lag: the window of Theorem 4"),
        Quantity("J", "J", "positive integer", "1", "steps whose frozen point is the start: min(D, K)"),
        Quantity("ell", r"\ell", "nonnegative", "f/w^2", "joint Lipschitz constant of the direction, norm2(S + T)"),
        Quantity("ell1", r"\ell_1", "nonnegative", "f/w^2", "Lipschitz constant in the forward weights, norm2(S)"),
        Quantity(
            "theta1", r"\theta_1", "nonnegative", "1/w", "how fast the drift changes with the weight, 1/tau if linear"
        ),
        Quantity("nuhat", r"\hat{\nu}", "nonnegative", "f^2/w^3", "nu with a weight, at most ell1 sqrt(D) sigma"),
        Quantity("F0", "F_0", "nonnegative", "f/w", "norm of the gradient at the start"),
        Quantity("phi0", r"\varphi_0", "nonnegative", "f^2/w^2", "what the start adds at frozen points, J F0^2/K"),
        Quantity("H2", "H_2", "nonnegative", "f/w^3", "half of H2 |U - V|^2 is what linear staleness leaves"),
        Quantity("HJ", "H_J", "nonnegative", "f/w^3", "Lipschitz constant of the derivative in the forward weights"),
        Quantity("Gamma", r"\Gamma", "nonnegative", "f/w", "bound of the mean length of a sample's direction"),
        Quantity("t", "t", "positive", "1", "trade-off between floor and transient"),
        Quantity("eps", r"\varepsilon", "positive", "f^2/w^2", "target for the average squared gradient norm"),
        Quantity("B", "B", "positive integer", "1", "micro-batches of the synchronous pipeline"),
        Quantity("M", "M", "positive integer", "1", "number of stages"),
        Quantity("growth", "r^2", "nonnegative", "1", "growth of the noise's second moment with the squared gradient"),
        Quantity("p0", "p_0", "nonnegative", "1", "bound of an activation's slope"),
        Quantity("p1", "p_1", "nonnegative", "1", "Lipschitz constant of an activation's slope"),
        Quantity("l0", r"\ell_0", "nonnegative", "f", "bound of the loss's gradient in the model's output"),
        Quantity("l1", r"\ell_1", "nonnegative", "f", "Lipschitz constant of the loss's gradient"),
        Quantity("p2", "p_2", "nonnegative", "1", "bound of an activation's third derivative"),
        Quantity("l2", r"\ell_2", "nonnegative", "f", "bound of the loss's third derivative in the model's output"),
        Quantity("X_m", "X_m", "nonnegative", "1", "bound of the input of stage m"),
        Quantity("D_m", "D_m", "nonnegative", "f", "bound of the message that stage m sends back"),
        Quantity("w_m", "w_m", "nonnegative", "w", "bound of the spectral norm of a stage's weights"),
        Quantity("u_m", "u_m", "nonnegative", "w", "distance between two weights of stage m"),
        Quantity("e_m", "e_m", "nonnegative", "1", "bound of what the input of stage m changes"),
        Quantity("zeta_m", r"\zeta_m", "nonnegative", "1", "bound of what the product of stage m changes"),
        Quantity("beta_m", r"\beta_m", "nonnegative", "f", "bound of what the message of stage m changes"),
    )
}
"""Every quantity by name."""


@cache
def symbol(name: str) -> sympy.Symbol:
    """Return the SymPy symbol of a quantity; an unknown name raises `BadInput`.

    Symbols carry only `real`: signs are premises of claims, never silent facts of a symbol.
    """
    known("symbol", name, QUANTITIES)
    return sympy.Symbol(name, real=True)
