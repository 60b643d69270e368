"""The ways in which the bounds of `theory` are applied to a run."""

from dataclasses import dataclass

import theory
from theory.bounds import registry
from verify.judging.checks import Basis
from verify.judging.observations import OF_DEVICE, SQUARED_GRADIENT

_OF_NO_RUN = ("granular-floor",)
"""Theorems on what is left as the step falls, which is no quantity of a run."""
_ALWAYS = ("L", "sigma2", "Delta", "alpha", "K", "Lambda1", "Lambdah")
_FOURTH = (*_ALWAYS, "rho", "D", "ell", "ell1", "theta1", "F0", "H2", "HJ")
"""What Theorem 4 takes; H2 and HJ must be known, as `theory` takes what it is not told for 0."""
_FOURTH_OPTIONAL = ("nuhat", "Gamma")


@dataclass(frozen=True)
class AppliedForm:
    """One way in which a bound of `theory` is applied.

    Args:
        name: as in reports.
        theorem: which bound of `theory`.
        extras: constants it takes beyond `takes`.
        adaptive: whether the mean-square saturation replaces rho beside sigma; its extras are taken where known.
        takes: the constants that the bound takes in every form, rho included.
        quantity: what the theorem bounds, by name.
        optional: constants that are taken where they are known, and of an a-priori check where they are proved.
        ends: whether f(W_0) - E f(W_K), bounded with confidence, replaces Delta. The theorem's proof takes no more of
            f* than that it is at most E f(W_K) (`sum.telescope`), so f* may be this number itself.
        on_range: whether sigma2 and nu are the certified ones of the weights that the runs met, and not the largest
            seen; of problems that bound them there.

    """

    name: str
    theorem: str
    extras: tuple[str, ...] = ()
    adaptive: bool = False
    takes: tuple[str, ...] = (*_ALWAYS, "rho")
    quantity: str = SQUARED_GRADIENT.quantity.name
    optional: tuple[str, ...] = ()
    ends: bool = False
    on_range: bool = False

    @property
    def constants(self) -> tuple[str, ...]:
        """Return those that must be known beside the saturation; rounding is held against alpha and sigma."""
        needed = [name for name in (*self.takes, "sigma2", "alpha") if name not in OF_DEVICE]
        return tuple(dict.fromkeys(needed)) + (() if self.adaptive else self.extras)

    @property
    def by_means(self) -> bool:
        """Return whether a step is split into its mean given the past and the rest; then T2 and c_w are made of it."""
        return self.theorem == "mean"

    @property
    def by_storage(self) -> bool:
        """Return whether the bound is one with a certificate of each run's own, of quadratics."""
        return self.theorem == "linear-lmi"

    @property
    def stand_with(self) -> tuple[str, ...]:
        """Return constants that it does not take, but that are made of the numbers which it takes of the problem.

        H and W* make L and f*: where a run contradicts these, it may be one of another H.
        """
        return ("L", "Delta") if self.by_storage else ()

    @property
    def granular(self) -> bool:
        """Return whether the bound is of devices with pulses."""
        return "V" in self.takes

    @property
    def freezes(self) -> bool:
        """Return whether the bound is Theorem 4, in which the lag's noise meets nothing of first order."""
        return "ell" in self.takes

    @property
    def knows_lags(self) -> bool:
        """Return whether the bound grows with what is wrong in the directions; then it charges rounding as well."""
        return "Lambdah" in self.takes or self.by_storage

    def bases(self) -> tuple[Basis, ...]:
        """Return how it can be applied; what is measured cannot be a-priori, but rho and Delta may stand for it."""
        seen = (self.adaptive or self.ends or self.on_range) and not (self.by_means or self.by_storage)
        return ("a-posteriori",) if seen else ("a-priori", "a-posteriori")


_NAMED = (
    AppliedForm("sharp", "sharp"),
    AppliedForm("explicit", "explicit"),
    AppliedForm("noise-resolved", "sharp", ("nu", "Ln")),
    AppliedForm("saturation-adaptive", "sharp", ("nu", "Ln"), adaptive=True),
    AppliedForm("granular", "granular", takes=(*_ALWAYS, "rho", "V", "qmax")),
    AppliedForm("free", "free", takes=_FOURTH, optional=_FOURTH_OPTIONAL),
    AppliedForm("free-noise-resolved", "free", ("nu", "Ln"), takes=_FOURTH, optional=_FOURTH_OPTIONAL),
    AppliedForm("shape", "shape", takes=(*_ALWAYS, "rho", "chi2"), optional=("nu",)),
    AppliedForm("observed-ends", "sharp", optional=("nu", "Ln"), ends=True),
    AppliedForm("observed-ends-adaptive", "sharp", ("nu", "Ln"), adaptive=True, ends=True),
    AppliedForm("mean", "mean", adaptive=True, optional=("nu",), ends=True),
    AppliedForm("linear-lmi", "linear-lmi", adaptive=True, takes=("sigma2", "alpha", "K", "rho")),
    AppliedForm("noise-on-range", "sharp", optional=("nu", "Ln"), on_range=True),
)


_ADAPTIVE = AppliedForm("free-adaptive", "free", ("nu", "Ln"), adaptive=True, takes=_FOURTH, optional=_FOURTH_OPTIONAL)


def adaptive() -> tuple[AppliedForm, ...]:
    """Return Theorem 4 with the mean-square saturation, where a claim proves it of a run; else nothing."""
    return () if "rbar2" in theory.bound(_ADAPTIVE.theorem).refused else (_ADAPTIVE,)


def further() -> tuple[AppliedForm, ...]:
    """Return a form for every theorem that `theory.theorems` states beside those named here."""
    own = {form.theorem for form in _NAMED}
    found = (theory.bound(name) for name in registry.further() if name not in (*_OF_NO_RUN, *own))
    return tuple(
        AppliedForm(
            bound.name, bound.name, takes=bound.required, quantity=bound.quantity.name if bound.quantity else ""
        )
        for bound in found
    )


FORMS = (*_NAMED, *adaptive(), *further())
"""The forms that every setting is confronted with; the granular one where the device has pulses."""
