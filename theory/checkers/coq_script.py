"""Claims as Coq: one lemma a claim, its certificate written out so that `ring` and `field` have nothing to search for.

Each form of proof becomes the tactics for it, step by step. Rules about averages and recursions (`coq_rules`) and about
sequences (`coq_sequences`) apply what the library proves of them, citations the lemma that they cite (`coq_cite`). A
rule that has no tactics here becomes a condition of the lemma, inside its own branch; such a lemma is no proof of the
claim.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace as altered

from theory.checkers import coq_cite, coq_rules, coq_sequences, coq_statement
from theory.checkers.coq_lemma import RULES, ZERO, Fact, Hypothesis, Lemma, Scope
from theory.checkers.coq_signs import Prover
from theory.checkers.coq_world import Unfounded, Untranslatable
from theory.kernel import proof as p
from theory.kernel.claim import Claim, Root
from theory.kernel.gap import Gap
from theory.kernel.reading import read, read_relation
from theory.kernel.signs import Rel
from theory.kernel.terms import Atom, Term, number, power, replace

FALSE = Rel(number(0), "<", number(0))
RULES_OF_SEQUENCES = (p.Average, p.Tower, p.Shift, p.Telescope, p.Induction, p.Cite)
"""The rules that can become conditions; arithmetic and cases cannot."""


def translate(claim: Claim, known: Mapping[str, Lemma]) -> Lemma:
    """Return the lemma of a claim; raise `Untranslatable` where its statement has no counterpart here."""
    try:
        lemma = coq_statement.lemma(claim, known)
        scope = coq_statement.opened(lemma, known)
        for item, place in zip(claim.context, range(len(claim.context)), strict=True):
            if isinstance(item, Root):
                before = {premise.name for entry in claim.context[:place] for premise in entry.premises}
                facts = {name: fact for name, fact in scope.facts.items() if name in before}
                have(Rel(ZERO, "<=", read(item.of)), altered(scope, facts=facts), item.exists)
        for step in claim.steps:
            relation = read_relation(step.relation)
            scope = have(relation, scope, step.proof, step.name)
        names = [name for name, _ in lemma.world.statement.conclusions]
        for name in names[:-1]:
            lemma.add(f"split; [exact {scope.facts[name].hypothesis} |].")
        lemma.add(f"exact {scope.facts[names[-1]].hypothesis}.")
    except Gap as gap:
        raise Untranslatable(str(gap)) from None
    return lemma


def have(goal: Rel, scope: Scope, proof: p.Proof, name: str = "") -> Scope:
    """State and prove a step at all values of its labels that are not fixed; return the scope with it."""
    lemma = scope.lemma
    bound = lemma.world.bound(lemma.world.raw(goal), scope.open)
    env, intros = lemma.variables(bound, scope.env)
    inner = altered(scope, env=env)
    hypothesis = lemma.new()
    text = lemma.quantified(bound, env, inner.printer.formula(goal))
    lemma.add(f"assert ({hypothesis} : {text}). {{")
    lemma.add(f"intros {' '.join(intros)}." if intros else "idtac.")
    prove(goal, inner, proof)
    lemma.add("}")
    return scope.plus(name or hypothesis, hypothesis, goal, bound)


def prove(goal: Rel, scope: Scope, proof: p.Proof) -> None:
    """Write the proof of a goal at the values at hand; a rule that has none makes the goal a condition.

    Raises:
        Unfounded: a step of arithmetic or a case has no proof.

    """
    lemma = scope.lemma
    mark, fresh, given = len(lemma.lines), len(lemma.conditions), len(lemma.hypotheses)
    try:
        _prove(goal, scope, proof)
    except (Untranslatable, Gap) as reason:
        if isinstance(reason, Unfounded) or not isinstance(proof, RULES_OF_SEQUENCES):
            raise Unfounded(f"{goal}: {reason}" if not isinstance(reason, Unfounded) else str(reason)) from None
        del lemma.lines[mark:], lemma.conditions[fresh:], lemma.hypotheses[given:]
        suppose(goal, scope, f"{type(proof).__name__}: {reason}")


def suppose(goal: Rel, scope: Scope, why: str) -> None:
    """Take a goal for granted here: at all values at hand, under the assumptions of this branch."""
    lemma = scope.lemma
    world = lemma.world
    labels = world.bound(world.raw(goal) | set(scope.env), world.open)
    values = {label: scope.env[label] for label in labels}
    assumptions = "".join(f"({text}) -> " for _, text in scope.path)
    text = lemma.quantified(labels, values, f"{assumptions}{scope.printer.formula(goal)}")
    hypothesis = f"Q{len(lemma.hypotheses)}"
    lemma.hypotheses.append(Hypothesis(hypothesis, text, "condition", (len(lemma.hypotheses),)))
    branch = f" where {' and '.join(text for _, text in scope.path)}" if scope.path else ""
    lemma.conditions.append(f"{goal}{branch} ({why})")
    arguments = [part for label in labels for part in values[label] if part] + [name for name, _ in scope.path]
    lemma.add(f"exact ({hypothesis} {' '.join(arguments)})." if arguments else f"exact {hypothesis}.")


def _prove(goal: Rel, scope: Scope, proof: p.Proof) -> None:
    lemma, printer = scope.lemma, scope.printer
    match proof:
        case p.Combination(terms):
            _combination(goal, scope, terms)
        case p.Chain(steps, last):
            for step in steps:
                scope = have(read_relation(step.relation), scope, step.proof, step.name)
            prove(goal, scope, last)
        case p.Contradiction(inside):
            if goal.op == "==":
                raise Untranslatable("an equation has no single inequality as its opposite")
            name = lemma.new()
            lemma.add(f"{'apply Rnot_lt_le' if goal.op == '<=' else 'apply Rnot_le_lt'}; intro {name}.")
            opposite = Rel(goal.rhs, "<" if goal.op == "<=" else "<=", goal.lhs)
            lemma.add("apply (Rlt_irrefl 0). change (0 < 0).")
            prove(FALSE, scope.assume("negation", name, opposite), inside)
        case p.SignCases(sign, positive, negative):
            _sign_cases(goal, scope, read(sign), positive, negative)
        case p.ZeroCases(of, positive, zero):
            value, name, case = read(of), lemma.new(), lemma.new()
            lemma.add(f"assert ({name} : 0 <= {printer.text(value)}). {{")
            Prover(scope).nonnegative(value)
            lemma.add(f"}} destruct (zero_cases _ {name}) as [{case} | {case}]. {{")
            prove(goal, scope.assume("case", case, Rel(ZERO, "<", value)), positive)
            lemma.add("} {")
            prove(goal, scope.assume("case", case, Rel(value, "==", ZERO)), zero)
            lemma.add("}")
        case p.OrderCases(lhs, rhs, below, above):
            one, other, case = read(lhs), read(rhs), lemma.new()
            lemma.add(f"destruct (Rle_or_lt {printer.text(one)} {printer.text(other)}) as [{case} | {case}]. {{")
            prove(goal, scope.assume("case", case, Rel(one, "<=", other)), below)
            lemma.add(f"}} {{ apply Rlt_le in {case}.")
            prove(goal, scope.assume("case", case, Rel(other, "<=", one)), above)
            lemma.add("}")
        case p.Cite():
            coq_cite.cite(goal, scope, proof)
        case p.Average():
            coq_rules.average(goal, scope, proof, have)
        case p.Tower(difference, known):
            coq_sequences.tower(goal, scope, difference, known)
        case p.Shift(delayed):
            coq_sequences.shift(goal, scope, delayed)
        case p.Telescope(now):
            coq_sequences.telescope(goal, scope, now)
        case p.Induction():
            coq_rules.induction(goal, scope, proof, prove)
        case _:
            raise Untranslatable(f"{proof!r} is no proof")


def _combination(goal: Rel, scope: Scope, terms: tuple[p.Term, ...]) -> None:
    """Write that rhs - lhs is the sum of the products, and then the sign of each."""
    lemma, prover, strict_at = scope.lemma, Prover(scope), None
    written = []
    for place, term in enumerate(terms):
        product = prover.product(term, strict=goal.op == "<" and strict_at is None)
        strict_at = place if product.sign == "<" else strict_at
        written.append(product)
    prover.divisions([goal.slack, *(product.value for product in written)])
    total = "".join(f"({product.text} + " for product in written) + "0" + ")" * len(written)
    lemma.add(f"apply (finish_{RULES[goal.op]} _ _ {total}); [same |].")
    for place, product in enumerate(written):
        lemma.add(f"apply {_adds(goal.op, place, strict_at)}. {{")
        if product.sign == "==" and goal.op != "==":
            lemma.add("apply zero_le.")
        product.prove()
        lemma.add("}")
    lemma.add("lra.")


def _adds(op: str, place: int, strict_at: int | None) -> str:
    """Return the rule that adds the product at a place to those after it."""
    if op == "==":
        return "add_eq"
    if op == "<" and strict_at is not None and place <= strict_at:
        return "add_lt" if place == strict_at else "add_tl"
    return "add_le"


def _sign_cases(goal: Rel, scope: Scope, sign: Term, positive: p.Proof, negative: p.Proof) -> None:
    """Split on the sign; in each branch the facts about it are stated again with its value."""
    lemma, printer = scope.lemma, scope.printer
    square, case = lemma.new(), lemma.new()
    lemma.add(f"assert ({square} : {printer.formula(Rel(power(sign, 2), '==', number(1)))}). {{")
    Prover(scope).discharge(Rel(power(sign, 2), "==", number(1)))
    lemma.add(f"}} destruct (sign_cases _ {square}) as [{case} | {case}]. {{")
    for place, (value, proof) in enumerate(((number(1), positive), (number(-1), negative))):
        by: Mapping[Atom, Term] = {sign.args: value}
        inner = scope.assume("sign", case, Rel(sign, "==", value))
        free = {n: f for n, f in scope.facts.items() if _put(f.relation, by) == f.relation}
        facts = dict(free)
        for name, (hypothesis, fact) in scope.known_here().items():
            here = _put(fact, by)
            if here == fact:
                continue
            changed = lemma.new()
            lemma.add(f"assert ({changed} : {printer.formula(here)}). {{")
            Prover(altered(inner, facts=free)).divisions([here.slack])
            lemma.add(f"pose proof {hypothesis} as {changed}'; rewrite ?{case} in {changed}'.")
            lemma.add(f"apply (conv_{RULES[fact.op]} _ _ _ _ {changed}'); same. }}")
            facts[name] = Fact(changed, here)
        here = _put(goal, by)
        inner = altered(inner, facts=facts)
        done = lemma.new()
        lemma.add(f"assert ({done} : {printer.formula(here)}). {{")
        prove(here, inner, proof)
        lemma.add("}")
        Prover(inner).divisions([here.slack])
        lemma.add(f"rewrite ?{case}. apply (conv_{RULES[goal.op]} _ _ _ _ {done}); same.")
        lemma.add("} {" if place == 0 else "}")


def _put(relation: Rel, by: Mapping[Atom, Term]) -> Rel:
    return Rel(replace(relation.lhs, by), relation.op, replace(relation.rhs, by))


def lemmas(claims: Iterable[Claim]) -> Iterator[tuple[Claim, Lemma | str]]:
    """Yield for each claim its lemma, or why it has none."""
    known: dict[str, Lemma] = {}
    for claim in claims:
        try:
            known[claim.id] = translate(claim, known)
        except Untranslatable as reason:
            yield claim, str(reason)
        else:
            yield claim, known[claim.id]
