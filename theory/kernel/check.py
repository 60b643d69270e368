"""The trusted checker: re-checks every step of a claim with exact arithmetic and searches for nothing. See RULES.md.

A claim is proved if it is well formed, its premises hold together at an exact point, every definition defines
something, and every step follows by a rule. Anything else is a `Gap`, with the reason in words. What is proved is kept
here, as it was read: a citation finds its claim among these and nowhere else.
"""

from collections.abc import Mapping

from theory.kernel.claim import Claim
from theory.kernel.gap import Gap
from theory.kernel.reading import read_claim, read_relation
from theory.kernel.rules import Fact, Scope, check
from theory.kernel.signs import Rel, Signs
from theory.kernel.statement import NONE, Entry, Statement, well_formed
from theory.kernel.terms import atoms, constant, number
from theory.kernel.witness import premises_hold
from theory.setting.assumptions import REGISTRY as ASSUMPTIONS

_theorems: dict[int, tuple[Claim, Statement]] = {}
"""What has been proved, by the identity of the claim, and as it was read when it was proved."""


def check_claim(claim: Claim, proved: Mapping[str, Claim]) -> None:
    """Check a whole claim, given claims that were proved before it; raise `Gap` where it does not stand."""
    statement, scope = _opened(claim, proved)
    premises_hold(statement, claim.witness)
    for step in claim.steps:
        relation = read_relation(step.relation)
        check(relation, scope, step.proof)
        scope = scope.known(step.name, relation)
    _theorems[id(claim)] = (claim, statement)


def check_step(claim: Claim, place: int, proved: Mapping[str, Claim]) -> None:
    """Check one step of a claim, taking the steps before it for granted; raise `Gap` if it fails. Proves nothing."""
    _, scope = _opened(claim, proved)
    for step in claim.steps[:place]:
        scope = scope.known(step.name, read_relation(step.relation))
    check(read_relation(claim.steps[place].relation), scope, claim.steps[place].proof)


def _opened(claim: Claim, proved: Mapping[str, Claim]) -> tuple[Statement, Scope]:
    """Return what a claim says and the scope of its premises and definitions."""
    statement = read_claim(claim)
    well_formed(statement)
    _says_something(statement)
    _assumptions_are_declared(claim)
    scope = Scope(statement, _read(proved), {})
    for entry, item in zip(statement.entries, claim.context, strict=True):
        if entry.kind == "root":
            check(Rel(number(0), "<=", entry.of), scope, item.exists)  # type: ignore[union-attr]
        scope = _enter(scope, entry)
    return statement, scope


def _enter(scope: Scope, entry: Entry) -> Scope:
    """Add the facts of an entry; each is defined wherever the facts before it hold, at the same counts."""
    for name, relation in entry.facts:
        at_hand = scope.claim.counts(relation)
        before = Signs(fact.relation for fact in scope.facts.values() if fact.at_hand <= at_hand)
        before.require_defined(relation.lhs, relation.rhs)
        if name in scope.facts:
            raise Gap(f"two facts are called {name!r}")
        facts = {**scope.facts, name: Fact(relation, at_hand)}
        scope = Scope(scope.claim, scope.proved, facts, scope.open | at_hand)
    return scope


def _read(proved: Mapping[str, Claim]) -> dict[str, Statement]:
    found = {}
    for name, claim in proved.items():
        theorem = _theorems.get(id(claim))
        if theorem is not None and theorem[0] is claim and theorem[1].id == name:
            found[name] = theorem[1]
    return found


def is_proved(claim: Claim) -> bool:
    """Return whether this very claim has been proved in this process."""
    return id(claim) in _theorems and _theorems[id(claim)][0] is claim


def _says_something(statement: Statement) -> None:
    if not statement.conclusions:
        raise Gap("the claim concludes nothing")
    premises = [fact for entry in statement.entries for _, fact in entry.facts]
    for name, relation in statement.conclusions:
        if relation.lhs == relation.rhs or not atoms(relation.slack):
            raise Gap(f"{name} says nothing: its sides are the same or have no symbol")
        if relation.op != "==" and constant(relation.slack):
            raise Gap(f"the slack of {name} has no free symbol")
        if relation in premises:
            raise Gap(f"{name} only repeats a premise")


def _assumptions_are_declared(claim: Claim) -> None:
    reasons = {premise.reason for premise in claim.premises} | {process.reason for process in claim.processes}
    for process in claim.processes:
        built = process.name in {name for item in claim.recursions for name in item.vectors}
        if process.differences is not None and process.reason == "definition" and not built:
            raise Gap(f"that the differences of {process.name} have zero mean is an assumption, not a definition")
    used = {reason for reason in reasons if reason in ASSUMPTIONS}
    if used != set(claim.assumes) or reasons - used - {"domain", "definition"}:
        raise Gap(f"declared assumptions {sorted(claim.assumes)}, used {sorted(reasons - {'domain', 'definition'})}")


__all__ = ["NONE", "check_claim", "check_step", "is_proved"]
