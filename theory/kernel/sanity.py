"""What every claim must satisfy before its proof is looked at: it says something, and its premises can hold."""

from collections.abc import Mapping

import sympy
from sympy import Expr

from theory.kernel.claim import Claim, Direction, Premise, Root
from theory.kernel.gap import Gap
from theory.kernel.proof import Process, Recursion
from theory.kernel.rational import is_constant, is_zero
from theory.kernel.relations import Relation
from theory.kernel.signs import NONNEGATIVE, Signs
from theory.kernel.vectors import pair_of
from theory.setting.assumptions import REGISTRY as ASSUMPTIONS
from theory.setting.symbols import QUANTITIES


def sane(claim: Claim) -> None:
    """Raise `Gap` if a claim is empty, vacuous, redefines a symbol, or hides an assumption."""
    _says_something(claim)
    _definitions_define(claim)
    _assumptions_are_declared(claim)
    _recursions_build(claim)
    _premises_can_hold(claim)


def _says_something(claim: Claim) -> None:
    if not claim.conclusions:
        raise Gap("the claim concludes nothing")
    for name in claim.conclusions:
        relation = claim.conclusion(name)
        if relation.lhs == relation.rhs or not relation.symbols:
            raise Gap(f"{name} says nothing: its sides are the same or have no symbol")
        if relation.op != "==" and is_constant(relation.slack):
            raise Gap(f"the slack of {name} has no free symbol")
        if any(relation == premise.relation for premise in claim.premises):
            raise Gap(f"{name} only repeats a premise")


def _definitions_define(claim: Claim) -> None:
    """Check that each definition introduces something that no premise before it speaks of."""
    seen: set[sympy.Symbol] = set()
    current: object = None
    for premise in claim.premises:
        if premise.reason == "definition":
            item = _definition(claim, premise)
            if item is not current and not _fresh(item, premise, seen):
                raise Gap(f"the definition {premise.name!r} introduces nothing new")
            current = item
        seen |= premise.relation.symbols


def _definition(claim: Claim, premise: Premise) -> Root | Direction | Premise:
    for root in claim.roots:
        if premise in root.premises:
            return root
    return next((item for item in claim.directions if premise in item.premises), premise)


def _fresh(item: Root | Direction | Premise, premise: Premise, seen: set[sympy.Symbol]) -> bool:
    if isinstance(item, Root):
        return item.symbol not in seen | item.of.free_symbols
    if isinstance(item, Direction):
        units = any(item.unit in (pair_of(symbol) or ()) for symbol in seen)
        return item.length not in seen and not units
    symbol, value = premise.relation.lhs, premise.relation.rhs
    fresh = symbol.is_Symbol and pair_of(symbol) is None and symbol not in seen | value.free_symbols
    return bool(fresh and premise.relation.op == "==")


def _assumptions_are_declared(claim: Claim) -> None:
    reasons = {premise.reason for premise in claim.premises} | {process.reason for process in claim.processes}
    used = {reason for reason in reasons if reason in ASSUMPTIONS}
    if used != set(claim.assumes):
        raise Gap(f"declared assumptions {sorted(claim.assumes)}, used {sorted(used)}")


def _recursions_build(claim: Claim) -> None:
    """Check that what is said of the times of what a recursion builds up fits at every count."""
    for recursion in claim.recursions:
        for process in claim.processes:
            if process.name in recursion.vectors:
                for place in (0, 1):
                    _times_fit(claim, process, recursion, place)


def _times_fit(claim: Claim, process: Process, recursion: Recursion, place: int) -> None:
    """Check what is said of the times of an object, at its start (place 0) or at its next value (place 1)."""
    signs = Signs(premise.relation for premise in claim.premises)
    count = {recursion.counter: recursion.scalar_changes(place)[recursion.counter]}
    for name, factor in recursion.vectors[process.name][place].parts:
        part = next((other for other in claim.processes if other.name == name), None)
        if part is None or not all(symbol.name in QUANTITIES for symbol in factor.free_symbols):
            raise Gap(f"nothing is known about the times of {factor}*{name}")
        gains = [process.known.xreplace(count) - part.known]
        if process.differences is not None:
            if part.differences is None:
                raise Gap(f"{name} is no sum of martingale differences")
            gains.append(part.differences - process.differences.xreplace(count))
        if not all(is_zero(gain) or signs.of(gain) >= NONNEGATIVE for gain in gains):
            raise Gap(f"the times of {process.name} do not fit at every count")


def _premises_can_hold(claim: Claim) -> None:
    values: dict[sympy.Symbol, Expr] = {}
    for premise in claim.premises:
        evaluate(claim, premise, values)
        if not holds(premise.relation, values):
            raise Gap(f"the witness breaks the premise {premise.name!r}: {premise.relation}")


def evaluate(claim: Claim, premise: Premise, values: dict[sympy.Symbol, Expr]) -> None:
    """Add the witness's values of a premise's symbols; what is defined takes the value of its definition."""
    root = next((root for root in claim.roots if premise in root.premises), None)
    named = premise.reason == "definition" and premise.relation.lhs.is_Symbol and premise.relation.op == "=="
    defined = root.symbol if root is not None else premise.relation.lhs if named else None
    needed = premise.relation.symbols | (root.of.free_symbols if root is not None else frozenset())
    for symbol in sorted(needed - {defined} - values.keys(), key=lambda symbol: symbol.name):
        values[symbol] = given(claim, symbol)
    if root is not None:
        values[root.symbol] = sympy.sqrt(root.of.xreplace(values))
    elif defined is not None:
        values[defined] = premise.relation.rhs.xreplace(values)


def given(claim: Claim, symbol: sympy.Symbol) -> Expr:
    """Return the witness's value of a symbol, or of a Gram entry from the coordinates of its generators."""
    pair = pair_of(symbol)
    try:
        if pair is None:
            return sympy.Rational(claim.witness.scalars[symbol.name])
        one, other = (claim.witness.vectors[name] for name in pair)
    except KeyError as missing:
        raise Gap(f"the witness has no value for {missing}") from None
    products = (sympy.Rational(x) * sympy.Rational(y) for x, y in zip(one, other, strict=True))
    return sum(products, sympy.Integer(0))


def holds(relation: Relation, values: Mapping[sympy.Symbol, Expr]) -> bool:
    """Return whether a relation holds at an exact point; where it is undefined or not real it does not hold."""
    slack = sympy.expand(relation.slack.xreplace(values))
    if not slack.is_Rational:
        slack = sympy.radsimp(slack) if slack.is_real else sympy.nan
    if relation.op == "==":
        return bool(slack.is_zero)
    return bool(slack.is_nonnegative if relation.op == "<=" else slack.is_positive)
