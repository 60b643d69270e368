"""The theorems on A as functions, and how each is computed. Every formula is read off the claim that proves it."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import sympy

from boundary import BadInput, known
from theory.blueprint import assumptions_of, claim, rests_on
from theory.bounds import free as four
from theory.bounds.families import PLAIN, family, resolved_meanings
from theory.bounds.forms import ClosedForm, Condition, Form, MultiplierForm
from theory.bounds.function import DEFAULTS, PULSES, Bound, closed
from theory.bounds.inputs import INSTEAD, PARAMETERS
from theory.setting.symbols import symbol
from theory.theorems import every, explicit, floor, free, granular, granular_floor, mean, sharp
from theory.theorems.statement import Theorem, eliminate, relational
from theory.wording import conclusion_latex, feasible_latex, formula

_DEGREES = {"sigma": 0.5, "p": 1.0, "qn": 0.5, "T2": 1.0, "c_w": 1.0}


def _family(name: str, proved_by: str, *needs: str, searched: bool = True) -> Form:
    meanings = resolved_meanings() if "Ln" in needs else PLAIN
    claims = (proved_by,) if needs else (proved_by, "multiplier.sharp")
    return MultiplierForm(name, needs, meanings, claims, family(proved_by), searched, _DEGREES)


def _named(theorem: Theorem) -> set[str]:
    """Return the names of the command line that a theorem's own symbols stand for."""
    symbols = {part for name in theorem.parameters for part in closed(name, theorem.definitions).free_symbols}
    others = {"sigma": "sigma2", **{made: name for name, made in INSTEAD.items()}}
    return {others.get(name.name, name.name) for name in symbols}


def _required(theorem: Theorem) -> tuple[str, ...]:
    """Return the parameters that must be given."""
    names = _named(theorem)
    return tuple(name for name in PARAMETERS if name in names and name not in DEFAULTS)


def _bound(theorem: Theorem, latex: str, *forms: Form) -> Bound:
    claims = sorted(set(theorem.claims).union(*(rests_on(name) for name in forms[-1].claims)))
    return Bound(
        name=theorem.name,
        title=theorem.title,
        latex=latex,
        expression=theorem.expression if theorem.expression is not None else theorem.feasible,
        required=_required(theorem),
        definitions=theorem.definitions,
        domain=tuple(_condition(label, relation) for label, relation in theorem.domain),
        forms=forms,
        claims=tuple(claims),
        assumptions=assumptions_of(claims),
        quantity=theorem.quantity,
        pulses=frozenset(_named(theorem).intersection(PULSES)),
    )


def _condition(label: str, relation: sympy.Basic) -> Condition:
    return Condition(label, relation.lhs, relation.rhs, strict=isinstance(relation, sympy.StrictLessThan))


def _sharp() -> Bound:
    run = claim("master.young")
    latex = feasible_latex(run, "i", "ii")
    resolved = _family("noise-resolved", "multiplier.end_resolved", "Ln")
    base = _bound(sharp.THEOREM, latex, resolved, _family("plain", "multiplier.end"))
    more = tuple(name for name in _free().assumptions if name not in base.assumptions)
    others = (replace(form, assumptions=more) for form in four.forms("sharp", "free", four.NEEDED))
    return replace(base, forms=(*base.forms[:-1], *others, base.forms[-1]))


def _free(kind: str = "sharp") -> Bound:
    """Return Theorem 4, by the best multiplier or by the multiplier 1."""
    forms = four.forms(kind, kind)
    latex = feasible_latex(claim("free.explicit"), "i4", "ii", besides=free.TERMS)
    unused = frozenset() if free.ADAPTIVE else frozenset({"rbar2"})
    return replace(_bound(free.THEOREM, latex, *forms), domain=four.domain(), refused=unused)


def _resolved() -> Bound:
    """Theorem 1 with (ii) of master.resolved, whose noise meets only what of v is across the gradient."""
    base, form = _sharp(), _family("orthogonal", "multiplier.end", "Ln")
    claims = sorted(rests_on("master.resolved") | set(base.claims))
    return replace(
        base,
        name="resolved",
        title="Theorem 1 with resolved noise",
        latex=feasible_latex(claim("resolved.explicit"), "i", "ii"),
        expression=tuple(relational(claim("resolved.explicit").premise(name), claim("resolved.explicit"))
                         for name in ("i", "ii", "component")),
        required=(*base.required, "Ln"),
        definitions={**base.definitions, **resolved_meanings()},
        forms=(form,),
        claims=tuple(claims),
        assumptions=assumptions_of(claims),
    )  # fmt: skip


def _mean() -> Bound:
    """Return Theorem 1 by conditional means; its noise is in nu, T2 and c_w, and is not made of sigma^2."""
    form = MultiplierForm("plain", (), {}, ("mean.end",), family("mean.end"), True, _DEGREES)
    base = _bound(mean.THEOREM, feasible_latex(claim("mean.end"), "i", "ii"), form)
    required = tuple(INSTEAD.get(name, name) for name in base.required)
    return replace(base, required=required, refused=frozenset({"sigma2", "Lambdah", "Ln", "rbar2"}))


def _explicit() -> Bound:
    forms = (
        _family("noise-resolved", "multiplier.end", "Ln", searched=False),
        _family("adaptive", "multiplier.end", "rbar2", searched=False),
        ClosedForm("plain", (), PLAIN, ("master.explicit",), explicit.THEOREM.expression),
    )
    return _bound(explicit.THEOREM, conclusion_latex(claim("master.explicit"), "bound"), *forms)


def _granular() -> Bound:
    """Return Theorem 1 for granular steps; nu is what the pulses make it, and is not taken from elsewhere."""
    latex = feasible_latex(claim("master.young"), "i", "ii")
    return replace(_bound(granular.THEOREM, latex, _family("plain", "multiplier.end")), refused=frozenset({"nu"}))


def _granular_floor() -> Bound:
    """Return what pulses leave: granularity.floor, with the G of granularity.start that granularity.total bounds."""
    claims = ("granularity.floor", "granularity.start", "granularity.total", "granularity.variance")
    theorem = granular_floor.THEOREM
    return _bound(theorem, theorem.latex, ClosedForm("plain", (), {}, claims, theorem.expression))


def _floor() -> Bound:
    run = claim("floor.adaptive")
    limit = eliminate(run.conclusion("bound").rhs, run).xreplace({symbol("t"): sympy.Integer(0)})
    adaptive = ClosedForm("adaptive", ("rbar2",), {}, ("floor.adaptive",), limit)
    plain = ClosedForm("plain", (), {}, ("floor.upper",), floor.THEOREM.expression)
    latex = rf"A \to {formula(floor.THEOREM.expression)} \quad (\alpha \to 0, \; K \alpha \to \infty)"
    return replace(_bound(floor.THEOREM, latex, adaptive, plain), definitions={})


def _plain(theorem: Theorem) -> Bound:
    """Return a theorem whose statement is one expression, with no form but that."""
    if theorem.expression is None:
        raise ValueError(f"the theorem {theorem.name} is no expression and has no maker in MAKERS")
    return _bound(theorem, theorem.latex, ClosedForm("plain", (), {}, (theorem.proved_by,), theorem.expression))


MAKERS: dict[str, Callable[[], Bound]] = {
    "sharp": _sharp,
    "resolved": _resolved,
    "explicit": _explicit,
    "floor": _floor,
    "granular": _granular,
    "granular-floor": _granular_floor,
    "free": _free,
    "mean": _mean,
}
"""How the theorems with forms of their own are made; `theory.bounds.complexity` adds its own."""


@cache
def further() -> tuple[str, ...]:
    """Return the theorems that nobody makes here: each is one expression."""
    return tuple(name for name in every() if name not in MAKERS)


def names() -> tuple[str, ...]:
    """Return every theorem that can be evaluated."""
    return (*MAKERS, *further())


@cache
def bound(name: str, form: str | None = None) -> Bound:
    """Return the theorem `name` as a function of its parameters; an unknown name raises `BadInput`.

    Args:
        name: as on the command line.
        form: of Theorem 4, `free`: "sharp", by the best multiplier, as without it; or "explicit", by the multiplier 1.

    """
    known("theorem", name, names())
    if form is None:
        return MAKERS[name]() if name in MAKERS else _plain(every()[name])
    if name != free.THEOREM.name:
        raise BadInput("form", form, f"left out: only the theorem {free.THEOREM.name} has forms to choose from", name)
    return _free(known("form", form, four.KINDS))
