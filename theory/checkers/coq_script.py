"""Claims as Coq: one lemma a claim, its certificate written out so that `ring` and `field` have nothing to search for.

Each form of proof becomes the tactics for it, step by step. What comes from a rule that is no real arithmetic (average,
tower property, shift, induction) enters as a hypothesis: the library in `theory/checkers/coq` proves those rules.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import sympy

from theory.checkers.coq_lemma import RULES, Lemma, Scope, Untranslatable, formula, lemma_of, text
from theory.checkers.coq_signs import Prover, term_value
from theory.kernel.claim import Claim
from theory.kernel.proof import (
    Average,
    Chain,
    Cite,
    Combination,
    Contradiction,
    Induction,
    OrderCases,
    Proof,
    Shift,
    SignCases,
    Term,
    Tower,
    ZeroCases,
)
from theory.kernel.rational import is_zero
from theory.kernel.relations import Relation, eq, le, lt, substitute


def translate(claim: Claim, known: Mapping[str, Lemma]) -> Lemma:
    """Return the lemma of a claim; raises `Untranslatable` where its proof has no counterpart here."""
    lemma = Lemma(claim)
    scope = Scope(lemma, known, {})
    for premise in claim.premises:
        root = next((root for root in claim.roots if premise == root.premises[1]), None)
        if root is not None:
            before = {n: fact for n, fact in scope.facts.items() if root.symbol not in fact[1].symbols}
            _have(le(0, root.of), replace(scope, facts=before), root.exists)
        scope = scope.plus(premise.name, lemma.suppose(premise.relation), premise.relation)
    for step in claim.steps:
        hypothesis = _have(step.relation, scope, step.proof)
        scope = scope.plus(step.name, hypothesis, step.relation)
    proofs = [scope.facts[name][0] for name in claim.conclusions]
    if any(relation in lemma.hypotheses for relation in lemma.conclusions):
        raise Untranslatable("its conclusion comes from a rule that is no real arithmetic")
    lemma.add("exact " + "".join(f"(conj {p} " for p in proofs[:-1]) + proofs[-1] + ")" * (len(proofs) - 1) + ".")
    return lemma


def _have(goal: Relation, scope: Scope, proof: Proof) -> str:
    """State and prove a step; return the name of the hypothesis."""
    if isinstance(proof, Average | Tower | Shift | Induction):
        return scope.lemma.suppose(goal)
    if isinstance(proof, Cite) and proof.claim not in scope.known:
        return scope.lemma.suppose(goal)
    name = scope.lemma.new()
    scope.lemma.add(f"assert ({name} : {formula(goal)}). {{")
    _prove(goal, scope, proof)
    scope.lemma.add("}")
    return name


def _prove(goal: Relation, scope: Scope, proof: Proof) -> None:
    match proof:
        case Combination(terms):
            _combination(goal, scope, terms)
        case Chain(steps, last):
            for step in steps:
                scope = scope.plus(step.name, _have(step.relation, scope, step.proof), step.relation)
            _prove(goal, scope, last)
        case Contradiction(inner):
            name = scope.lemma.new()
            scope.lemma.add(f"{'apply Rnot_lt_le' if goal.op == '<=' else 'apply Rnot_le_lt'}; intro {name}.")
            scope = scope.plus("negation", name, goal.negated())
            scope.lemma.add(f"apply (Rlt_irrefl 0). change ({formula(lt(0, 0))}).")
            _prove(lt(0, 0), scope, inner)
        case SignCases(sign, plus, minus):
            _sign_cases(goal, scope, sign, plus, minus)
        case ZeroCases(of, positive, zero):
            name, case = scope.lemma.new(), scope.lemma.new()
            scope.lemma.add(f"assert ({name} : 0 <= {text(of)}). {{")
            Prover(scope).nonnegative(of)
            scope.lemma.add("}")
            scope.lemma.add(f"destruct (zero_cases _ {name}) as [{case} | {case}]. {{")
            _prove(goal, scope.plus("case", case, lt(0, of)), positive)
            scope.lemma.add("} {")
            _prove(goal, scope.plus("case", case, eq(of, 0)), zero)
            scope.lemma.add("}")
        case OrderCases(lhs, rhs, below, above):
            case = scope.lemma.new()
            scope.lemma.add(f"destruct (Rle_or_lt {text(lhs)} {text(rhs)}) as [{case} | {case}]. {{")
            _prove(goal, scope.plus("case", case, le(lhs, rhs)), below)
            scope.lemma.add(f"}} {{ apply Rlt_le in {case}.")
            _prove(goal, scope.plus("case", case, le(rhs, lhs)), above)
            scope.lemma.add("}")
        case Cite():
            _cite(goal, scope, proof)
        case _:
            raise Untranslatable(f"{type(proof).__name__} inside a proof")


def _combination(goal: Relation, scope: Scope, terms: tuple[Term, ...]) -> None:
    prover = Prover(scope)
    written, proofs = [], []
    strict_at = None
    for place, term in enumerate(terms):
        value, prove, kind = prover.term(term, strict=goal.op == "<" and strict_at is None)
        strict_at = place if kind == "<" else strict_at
        written.append(value)
        proofs.append((kind, prove))
    prover.divisions([goal.slack, *(term_value(scope, term) for term in terms)])
    total = "".join(f"({value} + " for value in written) + "0" + ")" * len(written)
    finish = f"apply (finish_{RULES[goal.op]} _ _ {total}); [same |]."
    scope.lemma.add(finish)
    for place, (kind, prove) in enumerate(proofs):
        if goal.op == "==":
            rule = "add_eq"
        elif goal.op == "<" and strict_at is not None and place == strict_at:
            rule = "add_lt"
        elif goal.op == "<" and strict_at is not None and place < strict_at:
            rule = "add_tl"
        else:
            rule = "add_le"
        scope.lemma.add(f"apply {rule}. {{")
        if kind == "==" and goal.op != "==":
            scope.lemma.add("apply zero_le.")
        prove()
        scope.lemma.add("}")
    scope.lemma.add("lra.")


def _sign_cases(goal: Relation, scope: Scope, sign: sympy.Symbol, plus: Proof, minus: Proof) -> None:
    square = next(h for h, fact in scope.facts.values() if fact.op == "==" and fact.lhs == sign**2 and fact.rhs == 1)
    case = scope.lemma.new()
    scope.lemma.add(f"destruct (sign_cases _ {square}) as [{case} | {case}]. {{")
    for place, (value, branch) in enumerate(((sympy.Integer(1), plus), (sympy.Integer(-1), minus))):
        facts = {}
        for name, (hypothesis, fact) in scope.facts.items():
            here = fact.substitute({sign: value})
            if here == fact:
                facts[name] = (hypothesis, fact)
                continue
            changed = scope.lemma.new()
            prover = Prover(replace(scope, facts={n: f for n, f in scope.facts.items() if sign not in f[1].symbols}))
            prover.divisions([fact.slack])
            rule = f"apply (conv_{RULES[fact.op]} _ _ _ _ {hypothesis})"
            scope.lemma.add(f"assert ({changed} : {formula(here)}). {{ {rule}; rewrite ?{case}; same. }}")
            facts[name] = (changed, here)
        here = goal.substitute({sign: value})
        inner = replace(scope, facts=facts)
        Prover(inner).divisions([goal.slack])
        rule = f"apply (conv_{RULES[goal.op]} {text(here.lhs)} {text(here.rhs)})"
        scope.lemma.add(f"{rule}; [| rewrite ?{case}; same].")
        _prove(here, inner, branch)
        scope.lemma.add("} {" if place == 0 else "}")


def _cite(goal: Relation, scope: Scope, proof: Cite) -> None:
    """Take an instance of an earlier lemma: each of its hypotheses is proved here or becomes one here."""
    cited = scope.known[proof.claim]
    values = [substitute(symbol, proof.scalars, proof.vectors) for symbol in cited.variables]
    instance = scope.lemma.new("I")
    scope.lemma.add(f"pose proof ({lemma_of(proof.claim)} {' '.join(map(text, values))}) as {instance}.")
    premises = {premise.relation for premise in cited.claim.premises}
    for relation in cited.hypotheses:
        wanted = relation.substitute(proof.scalars, proof.vectors)
        _hypothesis(scope, instance, wanted, supposed=relation not in premises)
    names = [scope.lemma.new("C") for _ in cited.conclusions]
    pattern = names[-1]
    for name in reversed(names[:-1]):
        pattern = f"[{name} {pattern}]"
    if len(names) > 1:
        scope.lemma.add(f"destruct {instance} as {pattern}.")
    else:
        scope.lemma.add(f"rename {instance} into {pattern}.")
    index = cited.claim.conclusions.index(proof.conclusion)
    found = cited.conclusions[index].substitute(proof.scalars, proof.vectors)
    Prover(scope).divisions([goal.slack, found.slack])
    chosen = f"(Rlt_le _ _ {names[index]})" if (goal.op, found.op) == ("<=", "<") else names[index]
    scope.lemma.add(f"apply (conv_{RULES[goal.op]} _ _ _ _ {chosen}); same.")


def _hypothesis(scope: Scope, instance: str, wanted: Relation, *, supposed: bool) -> None:
    """Prove one hypothesis of an instance and put it in."""
    name = scope.lemma.new("Q")
    scope.lemma.add(f"assert ({name} : {formula(wanted)}). {{")
    if supposed:
        scope.lemma.add(f"exact {scope.lemma.suppose(wanted)}.")
    else:
        _discharge(scope, wanted)
    scope.lemma.add("}")
    Prover(scope).divisions([wanted.slack])
    done = scope.lemma.new("D")
    rule = f"apply (conv_{RULES[wanted.op]} _ _ _ _ {name}); same"
    scope.lemma.add(
        f"match type of {instance} with ?P -> _ => assert ({done} : P) by ({rule}); specialize ({instance} {done}) end."
    )


def _discharge(scope: Scope, wanted: Relation) -> None:
    prover = Prover(scope)
    slack = wanted.slack
    for hypothesis, fact in scope.facts.values():
        if wanted.op == "==" and fact.op == "==":
            for rule, other in (("conv_eq", slack - fact.slack), ("flip_eq", slack + fact.slack)):
                if is_zero(other):
                    prover.divisions([slack, fact.slack])
                    scope.lemma.add(f"apply ({rule} _ _ _ _ {hypothesis}); same.")
                    return
    if is_zero(slack) and wanted.op != "<":
        prover.divisions([slack])
        scope.lemma.add(f"apply (finish_{RULES[wanted.op]} _ _ 0); [same | lra].")
    elif wanted.op == "==":
        raise Untranslatable(f"no fact says {wanted}")
    else:
        scope.lemma.add(f"apply (finish_{RULES[wanted.op]} _ _ {text(slack)}); [same |].")
        (prover.positive if wanted.op == "<" else prover.nonnegative)(slack)


def lemmas(claims: tuple[Claim, ...]) -> Iterator[tuple[Claim, Lemma | str]]:
    """Yield for each claim its lemma, or why it has none."""
    known: dict[str, Lemma] = {}
    for claim in claims:
        try:
            known[claim.id] = translate(claim, known)
        except Untranslatable as reason:
            yield claim, str(reason)
        else:
            yield claim, known[claim.id]
