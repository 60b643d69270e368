"""The ways in which the bounds of `theory` are applied to a run."""

from dataclasses import dataclass

import theory
from theory.bounds import registry
from verify.judging.checks import Basis
from verify.judging.observations import OF_DEVICE, SQUARED_GRADIENT

_OF_NO_RUN = ("granular-floor", "shape")
"""Theorems on what is left as the step falls, which is no quantity of a run; and that on noise of known shape, as no
problem states the shape of its noise and no device whether its responses differ from the gain by the same amount."""
_ALWAYS = ("L", "sigma2", "Delta", "alpha", "K", "Lambda1", "Lambdah")


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

    """

    name: str
    theorem: str
    extras: tuple[str, ...] = ()
    adaptive: bool = False
    takes: tuple[str, ...] = (*_ALWAYS, "rho")
    quantity: str = SQUARED_GRADIENT.quantity.name

    @property
    def constants(self) -> tuple[str, ...]:
        """Return those that must be known beside the saturation; rounding is held against alpha and sigma."""
        needed = [name for name in (*self.takes, "sigma2", "alpha") if name not in OF_DEVICE]
        return tuple(dict.fromkeys(needed)) + (() if self.adaptive else self.extras)

    @property
    def granular(self) -> bool:
        """Return whether the bound is of devices with pulses."""
        return "V" in self.takes

    @property
    def knows_lags(self) -> bool:
        """Return whether the bound grows with what is wrong in the directions; then it charges rounding as well."""
        return "Lambdah" in self.takes

    def bases(self) -> tuple[Basis, ...]:
        """Return how it can be applied; what is measured cannot be a-priori."""
        return ("a-posteriori",) if self.adaptive else ("a-priori", "a-posteriori")


def further() -> tuple[AppliedForm, ...]:
    """Return a form for every theorem that `theory.theorems` states beside those named here."""
    found = (theory.bound(name) for name in registry.further() if name not in _OF_NO_RUN)
    return tuple(
        AppliedForm(
            bound.name, bound.name, takes=bound.required, quantity=bound.quantity.name if bound.quantity else ""
        )
        for bound in found
    )


FORMS = (
    AppliedForm("sharp", "sharp"),
    AppliedForm("explicit", "explicit"),
    AppliedForm("noise-resolved", "sharp", ("nu", "Ln")),
    AppliedForm("saturation-adaptive", "sharp", ("nu", "Ln"), adaptive=True),
    AppliedForm("granular", "granular", takes=(*_ALWAYS, "rho", "V", "qmax")),
    *further(),
)
"""The forms that every setting is confronted with; the granular one where the device has pulses."""
