"""Wrong bounds: a spoilt expression or abbreviation. Caught by runs that rise above them, or by reference values."""

import dataclasses
from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import partial

import numpy as np

import theory
from theory.bounds.forms import ClosedForm
from theory.bounds.function import DEFAULTS, Bound
from theory.setting.symbols import symbol as named
from verify.judging import verdicts
from verify.judging.forms import AppliedForm
from verify.sabotage.faults import Area, Detector, Fault, swapped
from verify.sabotage.mutants import mutants
from verify.sabotage.panel import COMPLETE, unmodified_observations

AREA: Area = "theory"

REFERENCE = (
    ((1, 1, 0.5, 0.01, 10_000, 0.0, 0.0, 0.0), 0.01005025, 0.02010101),
    ((1, 1, 0.5, 0.01, 10_000, 0.3, 0.0, 0.0), 0.12006554, 0.12099012),
    ((1, 0.25, 2, 0.02, 5_000, 0.0, 3.0, 1.5), 0.02650654, 0.04534668),
    ((2, 0.5, 1, 0.005, 20_000, 0.2, 6.0, 3.0), 0.04835558, 0.05115555),
    ((1, 1, 0.5, 0.05, 2_000, 0.1, 4.0, 2.0), 0.11142600, 0.11705592),
)
"""docs/theory.md#numbers: L, sigma2, Delta, alpha, K, rho, Lambda1, Lambdah; sharp; explicit, to eight digits."""

_NAMES = ("L", "sigma2", "Delta", "alpha", "K", "rho", "Lambda1", "Lambdah")


_FURTHER = {"V": 1e-6, "qmax": 1.5, "D": 3, "ell": 1.0, "ell1": 1.0, "tau": 5.0, "F0": 1.0, "chi2": 0.75}
_FURTHER |= {"nu": 0.5, "T2": 0.01, "c_w": 0.01}


def detectors() -> dict[str, Detector]:
    """Return the named checks: runs first."""
    return {
        "numbers-on-the-domain": _numbers,
        "bounds-above-runs": _bounds_hold,
        "reference-values": _reference,
        "sharp-below-explicit": _ordered,
    }


def faults() -> Iterator[Fault]:
    """Yield the wrong versions of the explicit expression, and of every abbreviation of the sharp bound."""
    explicit, sharp = theory.bound("explicit"), theory.bound("sharp")
    for what, wrong in mutants(explicit.expression):
        forms = tuple(
            dataclasses.replace(form, expression=wrong) if isinstance(form, ClosedForm) else form
            for form in explicit.forms
        )
        spoilt = dataclasses.replace(explicit, expression=wrong, forms=forms)
        yield Fault(f"explicit bound: {what}", AREA, partial(bounding, spoilt))
    for symbol, meaning in sharp.definitions.items():
        definition = meaning.xreplace({named("gain"): DEFAULTS["gain"]})  # of the linear device, which is what is run
        for what, wrong in (*mutants(definition), (f"half of {symbol}", definition / 2)):
            spoilt = dataclasses.replace(sharp, definitions={**sharp.definitions, symbol: wrong})
            yield Fault(f"sharp bound, {symbol} = {definition}: {what}", AREA, partial(bounding, spoilt))


def bounding(wrong: Bound) -> AbstractContextManager[None]:
    """Put a wrong bound in the place of the true one of its name."""
    true = theory.bound
    return swapped(theory, "bound", lambda name: wrong if name == wrong.name else true(name))


def _changed() -> tuple[AppliedForm, ...]:
    """Return the forms of bounds that are not the registered ones, all if none: the others were looked at before."""
    return tuple(form for form in _FORMS if theory.bound(form.theorem) is not _TRUE(form.theorem)) or _FORMS


_TRUE = theory.bound
_FORMS = tuple(form for form in verdicts.FORMS if not form.by_storage)
"""The forms that are functions of constants; that of a certificate has faults of its own (`sabotage.storage`)."""


def _numbers() -> bool:
    """Check that a bound is a number wherever it claims to be proved."""
    try:
        bounds = [theory.bound(form.theorem) for form in _changed()]
        return all(np.all(np.isfinite(bound(**_taken(bound), **_further(bound)))) for bound in bounds)
    except ArithmeticError:  # the root of a negative number
        return False


def _further(bound: Bound) -> dict[str, float]:
    """Return what pulses, windows, a shape of noise and conditional means may be, where a bound takes them."""
    return {name: value for name, value in _FURTHER.items() if name in bound.required}


def _taken(bound: Bound) -> dict[str, tuple[float, ...]]:
    return {name: column for name, column in _columns().items() if name not in bound.refused}


def _columns() -> dict[str, tuple[float, ...]]:
    return dict(zip(_NAMES, zip(*(row[0] for row in REFERENCE), strict=True), strict=True))


def _bounds_hold() -> bool:
    with swapped(verdicts, "FORMS", _changed()):
        found = (verdicts.confront(unmodified_observations(name), 1e-3) for name in COMPLETE)
        return all(confrontation.word != "violated" for confrontation in found)


def _reference() -> bool:
    columns = _columns()
    for place, name in enumerate(("sharp", "explicit"), start=1):
        found = theory.bound(name)(**columns)
        if not np.allclose(found, [row[place] for row in REFERENCE], rtol=0, atol=5.1e-9):
            return False
    return True


def _ordered() -> bool:
    draws = np.random.default_rng(0).uniform(0.05, 0.6, (len(_NAMES), 20))
    given = dict(zip(_NAMES, draws, strict=True)) | {"K": 1000}
    return bool(np.all(theory.bound("sharp")(**given) <= theory.bound("explicit")(**given) * (1 + 1e-12)))
