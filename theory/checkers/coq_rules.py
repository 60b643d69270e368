"""The rules about averages and recursions in Coq: each applies what the prelude proves of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from dataclasses import replace as altered

from theory.checkers.coq_cite import at_hand, own
from theory.checkers.coq_lemma import RULES, Hypothesis, Scope
from theory.checkers.coq_signs import Prover
from theory.checkers.coq_world import At, Untranslatable, is_one
from theory.kernel import proof as p
from theory.kernel.reading import read, read_over, read_relation
from theory.kernel.signs import Rel
from theory.kernel.statement import COORDINATE, STAGE, STEP, Link, Recursion, inner
from theory.kernel.terms import (
    Atom,
    Term,
    atoms,
    fraction,
    gram,
    number,
    of_atom,
    power,
    rational,
    replace,
    scalar,
    times,
)

Have = Callable[[Rel, Scope, p.Proof, str], Scope]
Prove = Callable[[Rel, Scope, p.Proof], None]
_Pair = tuple[tuple[str, bool], ...]
_FUNCTIONALS = {
    frozenset({STEP}): "(average Smp Len)",
    frozenset({COORDINATE}): "Crd",
    frozenset({STAGE}): "Stg",
    frozenset({STEP, COORDINATE}): "(both (average Smp Len) Crd)",
}


# --- averages


@dataclass(frozen=True)
class _Part:
    """coefficient * (average of `body`, which is `whole` because of `why`)."""

    coefficient: Term
    body: str
    whole: str
    term: Term
    why: str


def average(goal: Rel, scope: Scope, proof: p.Average, have: Have) -> None:
    """Write that a goal is the average of a relation, which is shown at all values of the labels."""
    lemma, over = scope.lemma, read_over(proof.over)
    relation = read_relation(proof.of)
    if relation.op == "<" or goal.op != relation.op:
        raise Untranslatable(f"an average keeps <= and ==: {relation} does not give {goal}")
    everywhere = altered(scope, open=scope.open - over)
    shown = have(relation, everywhere, proof.proof, "everywhere").facts["everywhere"]
    variable, functional = lemma.new(), _FUNCTIONALS[over]
    env, support = dict(scope.env), lemma.new("t")
    if over == {STEP, COORDINATE}:
        env[STEP], env[COORDINATE] = (
            At(f"(fst {variable})", f"(proj1 {support})"),
            At(f"(snd {variable})", f"(proj2 {support})"),
        )
    else:
        env[next(iter(over))] = At(variable, support)
    inside = altered(everywhere, env=env)
    parts, rewriting = _parts(relation.slack, inside, over)
    body, whole, why = f"(fun {variable} => 0)", "0", f"(average_none {functional})"
    text = "0"
    for part in reversed(parts):
        c = scope.printer.text(part.coefficient)
        alone = f"(fun {variable} => {part.body})"
        why = f"(average_line {functional} {c} {alone} {body} {part.whole} {whole} {part.why} {why})"
        text, whole = f"({c} * {part.body} + {text})", f"({c} * {part.whole} + {whole})"
        body = f"(fun {variable} => {text})"
    at_each, statement = lemma.new(), f"0 {'<=' if goal.op == '<=' else '='} {text}"
    lemma.add(f"assert ({at_each} : forall {variable}, support {functional} {variable} -> {statement}). {{")
    lemma.add(f"intros {variable} {support}.")
    here = shown.term(inside.printer)
    if here is None:
        raise Untranslatable(f"{relation} at the values at hand")
    Prover(inside).divisions([relation.slack])
    lemma.add(f"apply (conv_{RULES[goal.op]} _ _ _ _ {here}).")
    for line in rewriting:
        lemma.add(line)
    lemma.add("same. }")
    Prover(scope).divisions([goal.slack])
    end = RULES[goal.op]
    averaged = f"(average_{end} {functional} {body} {whole} {why} {at_each})"
    lemma.add(f"apply (conv_{end} _ _ _ _ {averaged}). same.")


def _parts(slack: Term, inside: Scope, over: frozenset[str]) -> tuple[list[_Part], list[str]]:
    """Return the slack as a sum of what averages are known of, and how local names become values of their images."""
    world = inside.lemma.world
    above, below = fraction(slack)
    if not below.is_constant():
        raise Untranslatable("an average of a quotient")
    scale = rational(1 / below.leading_coefficient())
    order, rewriting = sorted(atoms(slack)), dict[_Pair, list[str]]()
    local = [bool(_labels(world.statement.scalars, world.statement.vectors, atom) & over) for atom in order]
    parts: list[_Part] = []
    for powers, coefficient in above.terms():
        chosen: list[Atom] = []
        factors = [rational(coefficient), scale]
        for atom, exponent, here in zip(order, powers, local, strict=True):
            if here:
                chosen += [atom] * exponent
            elif exponent:
                factors.append(power(of_atom(atom), exponent))
        coefficient_here = times(*(factor for factor in factors if not is_one(factor)))
        for part in _moment(inside, chosen, over, rewriting):
            parts.append(altered(part, coefficient=times(coefficient_here, part.coefficient)))
    return parts, [line for lines in rewriting.values() for line in lines]


def _labels(scalars: object, vectors: object, atom: Atom) -> frozenset[str]:
    table = scalars if len(atom) == 1 else vectors
    return frozenset().union(*(table[name] for name in atom))  # type: ignore[index]


def _moment(inside: Scope, chosen: list[Atom], over: frozenset[str], rewriting: dict[_Pair, list[str]]) -> list[_Part]:
    lemma, printer, one = inside.lemma, inside.printer, number(1)
    statement = lemma.world.statement
    if not chosen:
        if over != {STEP}:
            raise Untranslatable("a sum over coordinates or stages of a constant")
        length = own(lemma, "length", ()).name
        return [_Part(one, "1", "1", one, f"(average_const Smp Len 1 {length})")]
    if len(chosen) == 1 and len(chosen[0]) == 1 and over == {STEP}:
        return [_mean(inside, chosen[0][0])]
    pair = [(name, True) for name in chosen[0]] if len(chosen) == 1 and len(chosen[0]) == 2 else []
    if len(chosen) == 2 and all(len(atom) == 1 for atom in chosen):
        pair = [(atom[0], False) for atom in chosen]
    links = [_link(statement.links, name, vector, over) for name, vector in pair]
    if len(links) != 2:
        raise Untranslatable(f"the average of {chosen}")
    more = [printer.at(label) for label in lemma.world.sort(over)]
    if tuple(pair) not in rewriting:  # of one pair there may be several monomials
        rewriting[tuple(pair)] = list(_locally(inside, links, more))
    found = []
    for i, a in links[0].image:
        for j, b in links[1].image:
            first, second = sorted((i, j))
            u, v = (printer.name(name, vector=True, more=more) for name in (first, second))
            whole = f"(inner {printer.name(first, vector=True)} {printer.name(second, vector=True)})"
            body = f"(inner {u} {v})" if links[0].vector else f"({u} * {v})"
            coefficient = times(*(c for c in (a, b) if not is_one(c)))
            found.append(_Part(coefficient, body, whole, gram(first, second), f"(eq_refl {whole})"))
    return found


def _link(links: Iterable[Link], name: str, vector: bool, over: frozenset[str]) -> Link:
    for link in links:
        if (link.local, link.vector, link.over) == (name, vector, over):
            return link
    raise Untranslatable(f"{name} is no local part over {sorted(over)}")


def _mean(inside: Scope, name: str) -> _Part:
    """Return the average of a scalar that has a name."""
    statement, printer = inside.lemma.world.statement, inside.printer
    body = printer.name(name, vector=False)
    for mean in statement.means:
        if mean.of == name:
            whole = printer.name(mean.symbol, vector=False)
            item = own(inside.lemma, "mean", tuple(mean))
            return _Part(number(1), body, whole, scalar(mean.symbol), f"(eq_sym {at_hand(inside, item)})")
    for path in statement.paths:
        if name in path[:2]:
            symbol, rule = (path.mean_now, "path_now") if name == path.now else (path.mean_next, "path_next")
            why = f"({rule} _ _ _ _ _ _ _ _ _ {own(inside.lemma, 'path', tuple(path)).name})"
            return _Part(number(1), body, printer.name(symbol, vector=False), scalar(symbol), why)
    raise Untranslatable(f"the average of {name} has no name")


def _locally(inside: Scope, links: list[Link], more: list[str]) -> Iterable[str]:
    """Yield how local names at hand are replaced by the values of their images."""
    lemma, printer = inside.lemma, inside.printer
    if not links[0].vector:
        for link in links:
            item = own(lemma, "link", (link.local, link.vector, link.over))
            yield f"rewrite ?({_at_link(inside, item, link)})."
        return
    first, second = (printer.name(link.local, vector=True) for link in links)
    one, two = (own(lemma, "link", (link.local, link.vector, link.over)) for link in links)
    equation = lemma.new("E")
    expansion = _pairs(inside, links, more)
    yield f"assert ({equation} : inner {first} {second} = {expansion[0]}). {{"
    yield f"rewrite ({_at_link(inside, one, links[0])} {second})."
    for name, _ in dict(links[0].image).items():
        value = printer.name(name, vector=True, more=more)
        if value != second:
            yield f"rewrite ?(inner_sym {value} {second}), ?({_at_link(inside, two, links[1])} {value})."
    if expansion[1]:
        yield f"rewrite {expansion[1]}."
    yield f"ring. }} rewrite ?{equation}."


def _pairs(inside: Scope, links: list[Link], more: list[str]) -> tuple[str, str]:
    """Return the inner product of two images at an index, and the tactic that orders its entries."""
    printer, parts, swaps = inside.printer, [], dict[str, None]()
    for i, a in links[0].image:
        for j, b in links[1].image:
            first, second = sorted((i, j))
            u, v = (printer.name(name, vector=True, more=more) for name in (first, second))
            parts.append(f"{printer.text(a)} * {printer.text(b)} * inner {u} {v}")
            if first != second:
                swaps[f"?(inner_sym {v} {u})"] = None
    return " + ".join(parts) or "0", ", ".join(swaps)


def _at_link(inside: Scope, item: Hypothesis, link: Link) -> str:
    labels = inside.lemma.world.args(link.local, link.vector)
    values = " ".join(part for label in labels for part in inside.printer.value(label) if part)
    return f"{item.name} {values}"


# --- recursions


def induction(goal: Rel, scope: Scope, proof: p.Induction, prove: Prove) -> None:
    """Write an induction: the goal at all counts, from its start and from each count to the next."""
    lemma, world = scope.lemma, scope.lemma.world
    item = world.statement.recursion(str(read(proof.counter).args[0]))
    label, count, everywhere = item.counter, lemma.new("k"), lemma.new()
    if world.others(label) and label in world.open:
        raise Untranslatable(f"an induction on {label}, which is at hand as a function")
    value = scope.printer.at(label)
    general = altered(scope.at_all((label,)), env={**scope.env, label: At(count, "")})
    lemma.add(f"assert ({everywhere} : forall {count} : nat, {general.printer.formula(goal)}). {{")
    hypothesis = lemma.new("IH")  # a tower inside is an induction of its own, and calls its own so
    lemma.add(f"intro {count}. induction {count} as [|{count} {hypothesis}]. {{")
    start = altered(general, env={**scope.env, label: At("0%nat", "")})
    _arrive(goal, start, item, 0, prove, proof.base)
    lemma.add("} {")
    step = general.assume("hypothesis", hypothesis, goal)
    _arrive(goal, step, item, 1, prove, proof.step)
    lemma.add(f"}} }} exact ({everywhere} {value}).")


def _arrive(goal: Rel, scope: Scope, item: Recursion, place: int, prove: Prove, proof: p.Proof) -> None:
    """Prove the goal as the recursion makes it at the start or at the next count, and go back to how it is written."""
    lemma, done = scope.lemma, scope.lemma.new()
    by, vectors = item.at(place), item.vectors_at(place)
    for atom in _spoken(goal):
        if len(atom) == 2 and (atom[0] in vectors or atom[1] in vectors):
            u, v = (vectors.get(name, ((name, number(1)),)) for name in atom)
            by[atom] = inner(u, v)
    made = Rel(replace(goal.lhs, by), goal.op, replace(goal.rhs, by))
    lemma.add(f"assert ({done} : {scope.printer.formula(made)}). {{")
    prove(made, scope, proof)
    lemma.add("}")
    there = (
        scope
        if place == 0
        else altered(scope, env={**scope.env, item.counter: At(f"(S {scope.printer.at(item.counter)})", "")})
    )
    Prover(scope).divisions([made.slack])
    for atom in sorted(_spoken(goal)):
        _rewritten(atom, scope, there, item, place, by)
    lemma.add("try change (INR 0%nat) with 0." if place == 0 else "rewrite ?S_INR.")
    lemma.add(f"apply (conv_{RULES[goal.op]} _ _ _ _ {done}); same.")


def _rewritten(atom: Atom, scope: Scope, there: Scope, item: Recursion, place: int, by: dict[Atom, Term]) -> None:
    """Write what an object of the recursion is at the start or at the next count."""
    lemma, kind = scope.lemma, ("start", "next")[place]
    if len(atom) == 1 and atom[0] in {name for name, _, _ in item.scalars}:
        equation = at_hand(scope, own(lemma, kind, (atom[0], False, item.counter)))
        lemma.add(f"rewrite ?{equation}.")
    elif len(atom) == 2 and atom in by:
        equation = lemma.new("E")
        lemma.add(f"assert ({equation} : {there.printer.atom(atom)} = {scope.printer.text(by[atom])}). {{")
        for name in dict.fromkeys(atom):
            if name in item.generators:
                made = at_hand(scope, own(lemma, kind, (name, True, item.counter)))
                whole = there.printer.name(name, vector=True)
                others = [i for v in item.vectors_at(place).values() for i, _ in v]
                lemma.add(f"rewrite ?{made}.")
                for other in dict.fromkeys((*others, *atom)):
                    value = scope.printer.name(other, vector=True)
                    if value != whole:
                        lemma.add(f"rewrite ?(inner_sym {value} {whole}), ?{made}.")
        entries = [entry for entry in atoms(by[atom]) if len(entry) == 2 and entry[0] != entry[1]]
        for a, b in sorted(entries):
            u, v = (scope.printer.name(name, vector=True) for name in (a, b))
            lemma.add(f"rewrite ?(inner_sym {v} {u}).")
        lemma.add(f"ring. }} rewrite ?{equation}.")


def _spoken(relation: Rel) -> frozenset[Atom]:
    return atoms(relation.lhs) | atoms(relation.rhs)
