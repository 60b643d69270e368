"""The trusted checker: re-checks every step of a claim with exact arithmetic and searches for nothing. See RULES.md.

A claim is proved if it is well formed, its premises hold together at an exact point, every definition defines
something, and every step follows by a rule. Anything else is a `Gap`, with the reason in words. What is proved is kept
here, as it was read: a citation finds its claim among these and nowhere else.
"""

from collections.abc import Mapping

from theory.kernel.claim import Claim
from theory.kernel.gap import Gap
from theory.kernel.reading import read_claim, read_relation
from theory.kernel.rules import check
from theory.kernel.scope import Fact, Scope
from theory.kernel.signs import Rel
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
    for name, relation in statement.conclusions:
        if name not in scope.facts or scope.facts[name].relation != relation:
            raise Gap(f"{name} changed while the claim was checked")
        at_hand = scope.facts[name].at_hand & statement.of_relation(relation) - statement.counts(relation)
        if at_hand:  # of what is chosen anew at each count a conclusion must hold at all counts
            raise Gap(f"{name} is shown at the count {sorted(at_hand)} at hand and reads as if it held at all")
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
            everywhere = _at_hand_for(scope, entry.facts[1][1])
            check(Rel(number(0), "<=", entry.of), everywhere, item.exists)  # type: ignore[union-attr]
        scope = _enter(scope, entry)
    return statement, scope


def _enter(scope: Scope, entry: Entry) -> Scope:
    """Add the facts of an entry; each is defined wherever the facts before it hold, at the same counts."""
    for name, relation in entry.facts:
        at_hand = scope.claim.counts(relation)
        _at_hand_for(scope, relation).signs.require_defined(relation.lhs, relation.rhs)
        facts = {**scope.facts, name: Fact(relation, at_hand)}
        scope = Scope(scope.claim, scope.proved, facts, scope.open | at_hand)
    return scope


def _at_hand_for(scope: Scope, relation: Rel) -> Scope:
    """Return the scope of what is known wherever a premise or a definition speaks: at one count or at all."""
    return scope.at_all(frozenset(item.counter for item in scope.claim.recursions) - scope.claim.counts(relation))


def _read(proved: Mapping[str, Claim]) -> dict[str, Statement]:
    found = {}
    for name, claim in proved.items():
        theorem = _theorems.get(id(claim))
        if theorem is not None and theorem[0] is claim and theorem[1].id == name:
            found[name] = theorem[1]
    return found


def is_proved(claim: Claim) -> bool:
    """Return whether this very claim has been proved in this process, and says what it said then."""
    found = _theorems.get(id(claim))
    return found is not None and found[0] is claim and read_claim(claim) == found[1]


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
    used = {reason for reason in reasons if reason in ASSUMPTIONS}
    for process in claim.processes:
        if process.name not in {name for item in claim.recursions for name in item.vectors}:
            if process.differences is not None and process.reason not in used:
                raise Gap(f"that {process.name} has zero mean is an assumption, not a definition or a condition")
            if process.reason == "definition":
                raise Gap(f"when {process.name} is known is a condition, not a definition")
    if used != set(claim.assumes) or reasons - used - {"domain", "definition"}:
        raise Gap(f"declared assumptions {sorted(claim.assumes)}, used {sorted(reasons - {'domain', 'definition'})}")


__all__ = ["NONE", "check_claim", "check_step", "is_proved"]
