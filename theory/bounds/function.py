"""A theorem as a function of numbers: its domain is checked exactly, its value is a guaranteed upper end."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import sympy
from flint import arb, fmpq
from numpy.typing import NDArray

from boundary import BadInput, OutsideDomain
from boundary.numbers import exact, shown
from theory.bounds.arithmetic import (
    HIGHEST_PRECISION,
    PRECISION,
    Enclosure,
    accurately,
    ball_function,
    nearest,
    precise,
)
from theory.bounds.forms import Condition, Form, Outcome
from theory.bounds.inputs import (
    INSTEAD,
    Given,
    as_typed,
    canonical,
    condition,
    has,
    rational,
    read,
    satisfied,
    scalar,
    spelled,
)
from theory.setting.symbols import symbol
from theory.theorems.statement import BoundedQuantity

Floats = NDArray[np.float64]
Balls = Callable[[Sequence[fmpq]], list[Enclosure]]


DEFAULTS = {
    "nu": symbol("Lambdah") * symbol("sigma"),
    "Ln": symbol("L"),
    "rbar2": symbol("rho") ** 2,
    "gain": sympy.Integer(1),
    "cycle": sympy.Integer(0),
    **{name: sympy.Integer(0) for name in ("H2", "HJ", "Gamma")},
    "theta1": 1 / symbol("tau"),
    "nuhat": symbol("ell1") * sympy.sqrt(symbol("D")) * symbol("sigma"),
}
"""What a parameter is where it is not given: what it refines; the gain is that of the linear device, whose pulses are
all alike."""
PULSES = ("V", "qmax", "dw", "cycle", "size")
"""Parameters of granular steps: a bound that does not need them is not proved of such steps."""
_REFINES = {"nu": ("Lambdah",), "nuhat": ("ell1", "D"), "rbar2": ("rho",)}
"""Refining parameters that stand in every form, and what each refines; that Ln is given makes a form of its own."""


@dataclass(frozen=True)
class Evaluation:
    """A bound at one or many settings; arrays of the shape that the parameters broadcast to.

    Args:
        value: the nearest doubles.
        upper: doubles that are proved not to be below the theorem's number, nor are the decimals that print them.
        witness: what proves `upper`, by name: multipliers, or the step size of a run; empty for closed forms, nan
            where another form was the least.
        form: name of the form that was taken, the least of those that apply.

    """

    value: Floats
    upper: Floats
    witness: Mapping[str, Floats] = field(default_factory=dict)
    form: NDArray[np.str_] = field(default_factory=lambda: np.array(""))


@dataclass(frozen=True)
class Bound:
    """A theorem that bounds something from above, as a function.

    Call it with parameters by name, numbers or arrays that broadcast. It returns float64 of that shape, a guaranteed
    upper end in the unit of what is bounded, and raises `OutsideDomain` where the theorem is not proved.

    The guarantee is for the numbers that are given, exactly. Text, `Decimal`, `Fraction` and integers are what they
    show: `bound(rho="0.3", ...)` speaks of three tenths. A float is the binary number that it holds: `rho=0.3` speaks
    of 5404319552844595/2^54, which is a little less. Give text or `Decimal` where the decimal is meant.

    Args:
        name: as on the command line.
        title: as in print.
        latex: the statement as a formula.
        expression: the bound as a SymPy expression, or the relations that define it, in the theorem's symbols.
        required: names of the parameters it needs.
        definitions: the theorem's abbreviations in terms of parameters.
        domain: where it is proved, beyond the range of each parameter.
        forms: how it is computed, by the optional parameters that a form needs; of those that apply the least is
            taken, so a bound that is given more is never larger.
        claims: ids of the claims that prove it.
        assumptions: ids of the assumptions it rests on.
        quantity: what is bounded; None where nobody says.
        refused: names of parameters that it has no use for, and that would change what it bounds.
        pulses: names of parameters of granular steps that it knows.

    """

    name: str
    title: str
    latex: str
    expression: Any
    required: tuple[str, ...]
    definitions: Mapping[sympy.Symbol, sympy.Expr]
    domain: tuple[Condition, ...]
    forms: tuple[Form, ...]
    claims: tuple[str, ...]
    assumptions: tuple[str, ...]
    quantity: BoundedQuantity | None = None
    refused: frozenset[str] = frozenset()
    pulses: frozenset[str] = frozenset()
    _compiled: dict[tuple[object, ...], Balls] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __call__(self, **given: Given) -> Any:  # noqa: ANN401 - a float for numbers, an array for arrays
        """Return the guaranteed upper end for parameters given by name."""
        upper = self.evaluate(**given).upper
        return float(upper) if upper.ndim == 0 else upper

    def evaluate(self, **given: Given) -> Evaluation:
        """Return the nearest values and the guaranteed upper ends; parameters as in a call."""
        meant = canonical(given, self.title)
        with spelled(given):
            return self._evaluate(meant)

    def _evaluate(self, given: Mapping[str, Given]) -> Evaluation:
        self.refuse(given)
        settings = read(given, self.needed(given), self.title)
        forms = self.applicable(given)
        least = [self._least(forms, settings.at(index)) for index in range(settings.count)]
        return _of_forms(least, settings.shape)

    def refuse(self, given: Mapping[str, Given]) -> None:
        """Raise `BadInput` for a parameter that this theorem would have to leave out of account."""
        for name in PULSES:
            if name in given and name not in self.pulses:
                words = f"{name} is not given: this is proved of devices without pulses, `granular` of those with them"
                raise BadInput(name, given[name], words, self.title)
        for name in self.refused & given.keys():
            raise BadInput(name, given[name], f"{name} is not given: no form of this theorem uses it", self.title)

    def _least(self, forms: Sequence[Form], numbers: Mapping[str, Fraction]) -> tuple[Form, Outcome]:
        """Return the least of some forms at one setting; of equal ones the first that assumes the least."""
        names, point = tuple(numbers), [rational(value) for value in numbers.values()]
        self._check(names, _plainest(forms), point)
        found = []
        for form in forms:
            if not all(self._holding(names, form, form.domain, point).values()):
                continue
            kept, part = self._helpful(names, form, point)
            found.append((form, _outcome(form, partial(self._balls(kept, form, form.arguments), part))))
        return min(found, key=lambda pair: (pair[1].upper, len(pair[0].assumptions)))

    def _helpful(
        self, names: tuple[str, ...], form: Form, point: Sequence[fmpq]
    ) -> tuple[tuple[str, ...], Sequence[fmpq]]:
        """Leave out a refining parameter that says no more than what it refines: nu at or above Lambdah sigma."""
        for name, coarse in _REFINES.items():
            if name in names and all(one in names for one in coarse):
                at = names.index(name)
                others, rest = (*names[:at], *names[at + 1 :]), (*point[:at], *point[at + 1 :])
                (usual,) = accurately(partial(self._balls(others, form, [symbol(name)]), rest))
                if usual <= point[at]:
                    names, point = others, rest
        return names, point

    def conditions(self, **given: Given) -> dict[str, bool]:
        """Return, for one setting, whether each condition holds, by its text; a broken one is not raised."""
        meant = canonical(given, self.title)
        with spelled(given):
            found = self._conditions(meant)
        return {as_typed(text, given): holds for text, holds in found.items()}

    def _conditions(self, given: Mapping[str, Given]) -> dict[str, bool]:
        self.refuse(given)
        numbers = {name: exact(name, scalar(value), needed_by=self.title) for name, value in given.items()}
        found = {condition(name): satisfied(name, number) for name, number in numbers.items()}
        if not all(found.values()):
            return found
        point = [rational(Fraction(number)) for number in numbers.values()]
        return found | self._holding(tuple(numbers), _plainest(self.applicable(given)), self.domain, point)

    def needed(self, given: Mapping[str, object]) -> list[str]:
        """Return the parameters that must be there: Lambdah is not needed where nu is given."""
        return [name for name in self.required if INSTEAD.get(name, "") not in given]

    def applicable(self, given: Mapping[str, object]) -> list[Form]:
        """Return the forms whose parameters are given; without any, raise `BadInput`."""
        found = [form for form in self.forms if all(has(name, given) for name in form.needs)]
        if not found:
            raise BadInput("parameters", ", ".join(given), "those of one of the theorem's forms", self.title)
        return found

    def _resolve(self, names: tuple[str, ...], form: Form) -> dict[sympy.Symbol, sympy.Expr]:
        """Return every abbreviation, and the defaults of what is not given."""
        meant = {item.name for item in self.definitions}
        absent = {symbol(name): value for name, value in DEFAULTS.items() if name not in (*names, *meant)}
        return {**self.definitions, **form.definitions, **absent, symbol("sigma"): sympy.sqrt(symbol("sigma2"))}

    def _balls(self, names: tuple[str, ...], form: Form, expressions: Sequence[sympy.Expr]) -> Balls:
        """Return the function from parameters to `expressions`, compiled once for each set of names."""
        key = (names, form.name, tuple(expressions))
        if key not in self._compiled:
            meanings = self._resolve(names, form)
            function = ball_function([closed(e, meanings) for e in expressions], [symbol(name) for name in names])
            self._compiled[key] = lambda point: function(*point)
        return self._compiled[key]

    def _holding(
        self, names: tuple[str, ...], form: Form, asked: Sequence[Condition], point: Sequence[fmpq]
    ) -> dict[str, bool]:
        """Return which conditions hold, by label; one that divides by 0 does not."""
        sides = {part.label: (part, part.rhs - part.lhs) for part in asked if part.asked(names)}
        return {label: part.holds(self._side(names, form, side, point)) for label, (part, side) in sides.items()}

    def _side(self, names: tuple[str, ...], form: Form, side: sympy.Expr, point: Sequence[fmpq]) -> Enclosure:
        try:
            (value,) = accurately(partial(self._balls(names, form, [side]), point))
        except ZeroDivisionError:
            return arb("nan")
        return value

    def _check(self, names: tuple[str, ...], form: Form, point: Sequence[fmpq]) -> None:
        holding = self._holding(names, form, self.domain, point)
        for part in self.domain:
            if not holding.get(part.label, True):
                value = self._side(names, form, part.lhs, point)
                name = part.of
                if part.lhs in self.definitions:
                    gain = {} if "gain" in names else {symbol("gain"): DEFAULTS["gain"]}
                    name += f" = {self.definitions[part.lhs].xreplace(gain)}"
                raise OutsideDomain(name, shown(nearest(value)), part.label, self.title)

    def _repr_latex_(self) -> str:
        return f"$${self.latex}$$"

    def __str__(self) -> str:
        return f"{self.title}: {self.name}({', '.join(self.required)})"


def _plainest(forms: Sequence[Form]) -> Form:
    """Return the form that needs the least: it gives the symbols of the bound's own domain their meanings."""
    return min(forms, key=lambda form: len(form.needs))


def closed(expression: sympy.Expr, meanings: Mapping[sympy.Symbol, sympy.Expr]) -> sympy.Expr:
    """Replace abbreviations until none is left; a circle of them raises ValueError."""
    for _ in range(len(meanings) + 1):
        present = {item: meanings[item] for item in expression.free_symbols if item in meanings}
        if not present:
            return expression
        expression = expression.xreplace(present)
    raise ValueError(f"definitions go round in a circle: {sorted(map(str, meanings))}")


def _outcome(form: Form, arguments: Callable[[], Sequence[Enclosure]]) -> Outcome:
    """Return the bound at one setting, in the least precision, of a few, that leaves value and upper end together."""
    bits = PRECISION
    while True:
        with precise(bits):
            found = form.outcome(arguments())
        if found.tight or bits >= HIGHEST_PRECISION:
            return found
        bits *= 4


def gathered(outcomes: Sequence[Outcome], names: Sequence[str], shape: tuple[int, ...]) -> Evaluation:
    """Return one evaluation of many outcomes, whose witnesses are called `names`."""
    values = np.array([outcome.value for outcome in outcomes], float).reshape(shape)
    uppers = np.array([outcome.upper for outcome in outcomes], float).reshape(shape)
    columns = zip(*(outcome.multipliers for outcome in outcomes), strict=True) if names else ()
    witness = {name: np.array(column, float).reshape(shape) for name, column in zip(names, columns, strict=True)}
    return Evaluation(values, uppers, witness)


def _of_forms(found: Sequence[tuple[Form, Outcome]], shape: tuple[int, ...]) -> Evaluation:
    """Return one evaluation of outcomes that came of several forms, each with witnesses of its own."""
    names = tuple(dict.fromkeys(name for form, _ in found for name in form.witnesses))
    rows = []
    for form, outcome in found:
        own = dict(zip(form.witnesses, outcome.multipliers, strict=True))
        rows.append(replace(outcome, multipliers=tuple(own.get(name, math.nan) for name in names)))
    forms = np.array([form.name for form, _ in found], np.str_).reshape(shape)
    return replace(gathered(rows, names, shape), form=forms)
