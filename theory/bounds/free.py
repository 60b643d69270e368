"""Theorem 4 as forms: the largest A of its set, by the best multiplier or by the multiplier 1.

Every formula is read off free.end and free.feasible. At the multiplier 1 the set is bounded exactly where G grows by
less than A does; that is a condition of its domain, beside the denominator's. Theorem 1 takes the forms too: where the
constants of both are known, `sharp` is the least of all. Source: docs/theory.md#free.feasible.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache

import sympy

from boundary import OutsideDomain
from boundary.numbers import Number, shown
from theory.blueprint import claim
from theory.bounds.arithmetic import ball_function, nearest
from theory.bounds.families import PLAIN, family, resolved_meanings
from theory.bounds.forms import Condition, MultiplierForm
from theory.bounds.inputs import INSTEAD, has, rational
from theory.definitions import meanings
from theory.lemmas import free_terms as four
from theory.lemmas.feasible import A, p, rbar2, rho, sigma
from theory.lemmas.master import nu
from theory.lemmas.multiplier import mu
from theory.setting.assumptions import MEAN_LENGTH
from theory.setting.symbols import symbol
from theory.theorems import free
from theory.theorems.statement import eliminate

THEOREM = free.THEOREM.name
KINDS = ("sharp", "explicit")
"""Ways to evaluate Theorem 4: by the best multiplier, by the multiplier 1."""
NEEDED = ("D", "ell", "ell1", "tau", "F0")
"""What Theorem 4 needs beyond Theorem 1; nuhat may stand for ell1, and theta1 for tau."""
OPTIONAL = (*NEEDED, *(INSTEAD[name] for name in NEEDED if name in INSTEAD), "H2", "HJ", "Gamma")
"""All that it takes beyond Theorem 1."""
_END = "free.end"
_REFINED = {"noise-resolved": "Ln", "adaptive": "rbar2"}
_VARIANTS = (("noise-resolved", "adaptive"), ("noise-resolved",), ("adaptive",), ())


def forms(kind: str, title: str, needed: tuple[str, ...] = ()) -> tuple[MultiplierForm, ...]:
    """Return the forms of Theorem 4, the plain one last.

    Args:
        kind: of `KINDS`.
        title: of the plain one; the others are called after it and what they take.
        needed: parameters that all of them need, where the bound does not.

    """
    return tuple(_forms(kind, title, needed))


def _forms(kind: str, title: str, needed: tuple[str, ...]) -> Iterator[MultiplierForm]:
    for words in _VARIANTS:
        adaptive = free.ADAPTIVE if "adaptive" in words else {rbar2: rho**2}
        if not adaptive:
            continue  # no claim proves it of a run
        proved_by = {"noise-resolved": "master.resolved", "adaptive": free.ADAPTIVE_RUN}
        noise = resolved_meanings() if "noise-resolved" in words else PLAIN
        yield MultiplierForm(
            name="-".join((title, *words)),
            needs=(*needed, *(_REFINED[word] for word in words)),
            definitions={**noise, **free.MEANINGS, **adaptive},
            claims=(_END, *(proved_by[word] for word in words)),
            domain=domain(),
            family=family(_END),
            searched=kind == "sharp",
            degrees=None,
        )


def constants(given: Mapping[str, object]) -> bool:
    """Return whether all that Theorem 4 needs beyond Theorem 1 is given."""
    return all(has(name, given) for name in NEEDED)


@cache
def domain() -> tuple[Condition, ...]:
    """Return where Theorem 4 is a bound: a denominator is positive, the set is bounded, the constants can be true."""
    short = tuple(Condition(label, part.lhs, part.rhs) for label, part in free.THEOREM.domain)
    return (*short, _bounded(), *consistent())


def consistent() -> tuple[Condition, ...]:
    """Return what the constants of one problem obey, whatever the step."""
    curved = symbol("H2") + symbol("HJ")
    flat = f"{curved} = 0, as Gamma is not given (A3, the assumption {MEAN_LENGTH.id})"
    return (
        Condition("ell1 <= ell", symbol("ell1"), symbol("ell"), strict=False, needs=("ell1",)),
        Condition(flat, curved, sympy.Integer(0), strict=False, without=("Gamma",)),
    )


def refuse_inconsistent(given: Mapping[str, Number]) -> None:
    """Raise `OutsideDomain` for constants that no problem has together; finite numbers."""
    for part in consistent():
        if part.asked(given):
            names = sorted(part.lhs.free_symbols | part.rhs.free_symbols, key=str)
            sides = ball_function([part.lhs, part.rhs - part.lhs], names)
            value, slack = sides(*(rational(Fraction(given.get(name.name, 0))) for name in names))
            if not part.holds(slack):
                raise OutsideDomain(part.of, shown(nearest(value)), part.label, free.THEOREM.title)


def _bounded() -> Condition:
    """Return that G at the multiplier 1 grows by less than A does: what drives A vanishes, and A is 1."""
    statement = claim(_END)
    drives = dict.fromkeys((sigma, p, nu, four.k1, four.phi0), sympy.Integer(0))
    certificate = statement.premise("certificate")
    long, short = (
        eliminate(certificate.lhs, known)
        .xreplace({certificate.rhs: A})
        .xreplace({mu: sympy.Integer(1), A: sympy.Integer(1), **drives})
        .replace(sympy.Abs, lambda inside: inside)  # rho >= 0
        for known in (meanings(statement), {name: of for name, of in meanings(statement).items() if name != four.e2})
    )
    return Condition(f"{short} < 1", long, sympy.Integer(1))
