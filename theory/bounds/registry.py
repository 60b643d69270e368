"""Which theorems are functions, and how each is computed. Every formula is read off the claim that proves it."""

from collections.abc import Callable, Mapping
from functools import cache

import sympy

from theory.blueprint import assumptions_of, claim, rests_on
from theory.bounds.forms import ClosedForm, Family, Form
from theory.bounds.function import Bound, Condition
from theory.bounds.inputs import PARAMETERS
from theory.bounds.multipliers import MultiplierBound
from theory.lemmas import feasible as point
from theory.lemmas import multiplier
from theory.setting.boundary import known
from theory.setting.symbols import symbol
from theory.theorems import explicit, floor, sharp
from theory.theorems.statement import Theorem, eliminate

PLAIN: Mapping[sympy.Symbol, sympy.Expr] = {point.xn: point.x, point.g: point.x}
"""The noise meets the smoothness L: x sigma."""
RESOLVED: Mapping[sympy.Symbol, sympy.Expr] = {
    point.xn: symbol("alpha") * symbol("Ln"),
    point.g: sympy.sqrt(point.x * point.xn),
}
"""The noise meets the smoothness Ln: sqrt(x xn) sigma."""
_DEGREES = {"sigma": 0.5, "p": 1.0, "qn": 0.5}


@cache
def family(name: str) -> MultiplierBound:
    """Return the inequality A <= G(A; mu) whose upper ends the claim `name` certifies, read off its premise."""
    statement = claim(name)
    certificate = statement.premise("certificate")
    right = eliminate(certificate.lhs, statement).xreplace({certificate.rhs: point.A})
    share = multiplier.theta if multiplier.theta in right.free_symbols else None
    others = right.free_symbols - {point.A, multiplier.mu, multiplier.theta}
    parameters = tuple(sorted(others, key=lambda item: item.name))
    return MultiplierBound(right, point.A, multiplier.mu, share, parameters, multiplier.denominator())


def _family(name: str, proved_by: str, *needs: str, searched: bool = True) -> Form:
    meanings = RESOLVED if "Ln" in needs else PLAIN
    return Family(name, needs, meanings, family(proved_by), searched, _DEGREES)


def _required(theorem: Theorem) -> tuple[str, ...]:
    """Return the parameters of the command line that a theorem's own symbols stand for."""
    symbols = set(theorem.parameters)
    while any(name in theorem.definitions for name in symbols):
        symbols = {part for name in symbols for part in theorem.definitions.get(name, name).free_symbols}
    names = {{"sigma": "sigma2", "nu": "Lambdah"}.get(name.name, name.name) for name in symbols}
    return tuple(name for name in PARAMETERS if name in names)


def _bound(theorem: Theorem, *forms: Form, also: tuple[str, ...] = (), name: str = "", title: str = "") -> Bound:
    claims = sorted(set(theorem.claims).union(*map(rests_on, also)))
    return Bound(
        name=name or theorem.name,
        title=title or theorem.title,
        latex=theorem.latex,
        expression=theorem.expression if theorem.expression is not None else theorem.feasible,
        required=_required(theorem),
        definitions=theorem.definitions,
        domain=tuple(Condition(label, item.lhs, item.rhs, strict="<" in item.rel_op and "=" not in item.rel_op)
                     for label, item in theorem.domain),
        forms=forms,
        claims=tuple(claims),
        assumptions=assumptions_of(claims),
    )  # fmt: skip


def _sharp() -> Bound:
    resolved = _family("noise-resolved", "multiplier.end_resolved", "Ln")
    return _bound(sharp.THEOREM, resolved, _family("plain", "multiplier.end"), also=("multiplier.end",))


def _explicit() -> Bound:
    forms = (
        _family("noise-resolved", "multiplier.end", "Ln", searched=False),
        _family("adaptive", "multiplier.end", "rbar2", searched=False),
        ClosedForm("plain", (), PLAIN, explicit.THEOREM.expression),
    )
    return _bound(explicit.THEOREM, *forms)


def _floor() -> Bound:
    return _bound(floor.THEOREM, ClosedForm("plain", (), {}, floor.THEOREM.expression))


_MAKERS: Mapping[str, Callable[[], Bound]] = {"sharp": _sharp, "explicit": _explicit, "floor": _floor}
NAMES = tuple(_MAKERS)
"""Every theorem that can be evaluated, by name."""


@cache
def bound(name: str) -> Bound:
    """Return the theorem `name` as a function of its parameters; an unknown name raises `BadInput`."""
    return _MAKERS[known("theorem", name, NAMES)]()
