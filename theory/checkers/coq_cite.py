"""Citations in Coq: the lemma of the cited claim is applied, so that Coq itself finds the instance true.

Each name of the cited claim becomes a function of the labels that it has there; each of its hypotheses is proved from
what is known here at all values of the labels over which it is quantified.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace as altered

from theory.checkers.coq_lemma import RULES, Hypothesis, Lemma, Scope, lemma_of
from theory.checkers.coq_signs import Prover
from theory.checkers.coq_statement import ago, natural
from theory.checkers.coq_world import FRAMES, At, Space, Untranslatable, World, bare, is_one
from theory.kernel.gap import Gap
from theory.kernel.proof import Cite
from theory.kernel.reading import read, read_vector
from theory.kernel.signs import Rel
from theory.kernel.statement import Vec, inner
from theory.kernel.terms import Atom, Term, atoms, number, replace, scalar


@dataclass(frozen=True)
class Instance:
    """What a citation puts in the place of the names of the cited claim; a name left out stands for itself."""

    cited: Lemma
    scalars: Mapping[str, Term]
    vectors: Mapping[str, Vec]

    def vector(self, name: str) -> Vec:
        """Return what stands for a generator."""
        return self.vectors.get(name, ((name, number(1)),))

    def term(self, term: Term) -> Term:
        """Return a term of the cited claim as it reads here."""
        by: dict[Atom, Term] = {}
        for atom in atoms(term):
            if len(atom) == 1:
                by[atom] = self.scalars.get(atom[0], scalar(atom[0]))
            else:
                by[atom] = inner(self.vector(atom[0]), self.vector(atom[1]))
        return replace(term, by)

    def relation(self, relation: Rel) -> Rel:
        """Return a relation of the cited claim as it reads here."""
        return Rel(self.term(relation.lhs), relation.op, self.term(relation.rhs))

    def one(self, name: str, *, vector: bool) -> str:
        """Return the one name that stands for a name."""
        if vector:
            found = bare(self.vector(name))
        else:
            term = self.scalars.get(name, scalar(name))
            found = str(term.args[0]) if term.tag == "name" else None
        if found is None:
            raise Untranslatable(f"{name} stands for no single name")
        return found


def cite(goal: Rel, scope: Scope, proof: Cite) -> None:
    """Write that a goal is an instance of a conclusion of an earlier claim."""
    cited = scope.known.get(proof.claim)
    if cited is None:
        raise Untranslatable(f"{proof.claim} has no lemma")
    if not cited.unconditional:
        raise Untranslatable(f"{proof.claim} is conditional: {'; '.join(cited.conditions)}")
    names = [name for name, _ in cited.world.statement.conclusions]
    if proof.conclusion not in names:
        raise Untranslatable(f"{proof.claim} does not conclude {proof.conclusion!r}")
    scalars = {symbol.name: read(value) for symbol, value in proof.scalars.items()}
    by = Instance(cited, scalars, {name: read_vector(value) for name, value in proof.vectors.items()})
    by = altered(by, vectors={**by.vectors, **_views(scope.lemma.world, by)})
    lemma, instance = scope.lemma, scope.lemma.new("I")
    arguments = [_argument(scope, by, key) for key, _ in cited.binders()]
    lemma.add(f"pose proof ({lemma_of(proof.claim)} {' '.join(arguments)}) as {instance}.")
    for hypothesis in cited.hypotheses:
        done = lemma.new("D")
        lemma.add(f"match type of {instance} with ?P -> _ => assert ({done} : P) end. {{")
        lemma.add("cbv beta.")
        _hypothesis(scope, by, hypothesis)
        lemma.add(f"}} specialize ({instance} {done}).")
    _conclude(goal, scope, by, instance, names.index(proof.conclusion))


def _conclude(goal: Rel, scope: Scope, by: Instance, instance: str, place: int) -> None:
    lemma, conclusions = scope.lemma, by.cited.conclusions()
    found = [lemma.new("C") for _ in conclusions]
    if len(found) > 1:
        pattern = found[-1]
        for name in reversed(found[:-1]):
            pattern = f"[{name} {pattern}]"
        lemma.add(f"destruct {instance} as {pattern}.")
    else:
        lemma.add(f"rename {instance} into {found[0]}.")
    relation, bound = conclusions[place]
    here = by.relation(relation)
    if goal.op != here.op and (goal.op, here.op) != ("<=", "<"):
        raise Untranslatable(f"{goal} is no instance of {here}")
    values = " ".join(part for label in bound for part in scope.printer.value(label) if part)
    chosen, stated = lemma.new("C"), lemma.new("C")
    lemma.add(f"pose proof ({found[place]} {values}) as {chosen}; cbv beta in {chosen}.")
    same_form(scope, here, chosen, stated)
    for item in lemma.hypotheses:
        if item.kind == "view":
            lemma.add(f"rewrite ?{at_hand(scope, item)} in {stated}.")
    Prover(scope).divisions([goal.slack, here.slack])
    weak = f"(Rlt_le _ _ {stated})" if goal.op != here.op else stated
    lemma.add(f"apply (conv_{RULES[goal.op]} _ _ _ _ {weak}); same.")


def _views(here: World, by: Instance) -> dict[str, Vec]:
    """Return the generators that the cited claim cuts the other way."""
    found, there = dict[str, Vec](), by.cited.world
    for name in there.statement.vectors:
        generator = bare(by.vector(name))
        if generator in here.spaces.views:
            space = there.spaces.resolve(there.spaces.of(name))
            own_space = here.spaces.resolve(here.spaces.of(generator))
            if space[0] == "lift" and space[:2] != own_space[:2]:
                found[name] = ((here.spaces.views[generator], number(1)),)
    return found


def same_form(scope: Scope, relation: Rel, instance: str, name: str) -> None:
    """State an instance as its terms are written here: inner products of combinations are expanded."""
    lemma = scope.lemma
    lemma.add(f"assert ({name} : {scope.printer.formula(relation)}). {{")
    Prover(scope).divisions([relation.slack])
    lemma.add(f"apply (conv_{RULES[relation.op]} _ _ _ _ {instance}); {expansion(scope, relation)}same. }}")


def expansion(scope: Scope, relation: Rel) -> str:
    """Return the tactic that expands inner products and orders them as names are ordered here."""
    pairs = {atom for side in (relation.lhs, relation.rhs) for atom in atoms(side) if len(atom) == 2}
    swaps = [
        f"?(inner_sym {scope.printer.name(b, vector=True)} {scope.printer.name(a, vector=True)})"
        for a, b in sorted(pairs)
        if a != b
    ]
    return "expand; " + (f"rewrite {', '.join(swaps)}; " if swaps else "")


# --- what is put for the names


def _argument(scope: Scope, by: Instance, key: tuple[str, object]) -> str:
    kind, which = key
    there = by.cited.world
    if kind == "frame":
        if which not in scope.lemma.world.needs:
            raise Untranslatable(f"there is no {which} here")
        return FRAMES[str(which)][0]
    if kind == "space":
        return _space(scope.lemma.world, by, which)  # type: ignore[arg-type]
    name = str(which)
    if kind == "count":
        env, head = _function(scope, there, there.others(name))
        return _written(head, scope.lemma.printer(env).at(name))
    labels = there.args(name, vector=kind == "vector")
    env, head = _function(scope, there, labels)
    printer = scope.lemma.printer(env)
    here = scope.lemma.world.statement
    if kind == "vector":
        known = name in by.vectors or name in here.vectors
        return _written(head, printer.vector(by.vector(name)) if known else "zero")
    if name in by.scalars:
        return _written(head, printer.text(by.scalars[name]))
    return _written(head, printer.atom((name,)) if name in here.scalars else "0")


def _function(scope: Scope, there: World, labels: tuple[str, ...]) -> tuple[dict[str, At], str]:
    """Return the values at hand inside a function of labels, and how the function begins."""
    env, head = dict(scope.env), ""
    for label in labels:
        variable = scope.lemma.new("y")
        env[label] = At(variable, "")
        head += f"(fun {variable} : {there.kind(label)} => "
    return env, head


def _written(head: str, body: str) -> str:
    return f"{head}{body}{')' * head.count('(fun ')}" if head else body


def _space(here: World, by: Instance, unknown: Space) -> str:
    """Return the space here that stands for an unknown space there."""
    there = by.cited.world
    for name in sorted(there.statement.vectors):
        space = there.spaces.resolve(there.spaces.of(name))
        for generator, _ in by.vector(name):
            if generator in here.statement.vectors:
                found = _part(space, here.spaces.resolve(here.spaces.of(generator)), unknown)
                if found is not None:
                    return here.space(found)
    return "real_space"


def _part(there: Space, here: Space, unknown: Space) -> Space | None:
    if there == unknown:
        return here
    if there[0] == "lift" and here[0] == "lift":
        return _part(there[2], here[2], unknown)  # type: ignore[arg-type]
    return None


# --- the hypotheses of the cited lemma


def _hypothesis(scope: Scope, by: Instance, item: Hypothesis) -> None:
    """Write the proof of one hypothesis of the instance."""
    lemma = scope.lemma
    if item.kind == "premise" and item.relation is not None:
        env, intros = lemma.variables(item.bound, scope.env)
        if intros:
            lemma.add(f"intros {' '.join(intros)}.")
        wanted = by.relation(item.relation)
        inner_scope = altered(scope, env=env)
        free = scope.at_all(item.bound)
        if _follows(altered(free, env=env), wanted):
            inner_scope = altered(free, env=env)
        prover = Prover(inner_scope)
        prover.divisions([wanted.slack])
        name = lemma.new()
        lemma.add(f"assert ({name} : {inner_scope.printer.formula(wanted)}). {{")
        prover.discharge(wanted)
        lemma.add(f"}} apply (conv_{RULES[wanted.op]} _ _ _ _ {name}); {expansion(inner_scope, wanted)}same.")
        return
    if item.kind == "length":
        lemma.add(f"exact {own(lemma, 'length', ()).name}.")
        return
    if item.kind == "known":
        _known(scope, by, item)
        return
    if item.kind == "link":
        _link(scope, by, item)
        return
    name = own(lemma, item.kind, _key(by, item)).name
    lemma.add(f"intros; first [exact {name} | apply {name}; assumption | apply {name}].")


def _link(scope: Scope, by: Instance, item: Hypothesis) -> None:
    """Show that a local name is the same part here of what is put for the image there."""
    lemma, there = scope.lemma, by.cited.world
    local, vector, over = str(item.key[0]), bool(item.key[1]), item.key[2]
    link = next(x for x in there.statement.links if (x.local, x.vector, x.over) == (local, vector, over))
    env, intros = lemma.variables(item.bound, scope.env)
    here = altered(scope, env=env)
    printer, more = here.printer, [env[label].value for label in there.sort(link.over)]
    made = own(lemma, "link", (by.one(local, vector=vector), vector, over))
    lemma.add(f"intros {' '.join([*intros, *(['w'] if vector else [])])}.")
    lemma.add(f"rewrite {at_hand(here, made)}.")
    parts = []
    for name, coefficient in link.image:
        combination = by.vector(name)
        value = f"inner {printer.vector(combination, more)} w" if vector else printer.seen(combination, None, more)
        parts.append(value if is_one(coefficient) else f"{printer.text(by.term(coefficient))} * ({value})")
    whole = " + ".join(parts) or "0"
    lemma.add(f"match goal with |- ?a = _ => change (@eq R a ({whole})) end; first [reflexivity | expand; ring].")


def _follows(scope: Scope, wanted: Rel) -> bool:
    try:
        return Prover(scope).follows(wanted)
    except (Gap, Untranslatable):
        return False


def own(lemma: Lemma, kind: str, key: tuple[object, ...]) -> Hypothesis:
    """Return the hypothesis here that says the same of the same names."""
    for item in lemma.hypotheses:
        if item.kind == kind and item.key == key:
            return item
    raise Untranslatable(f"the structure that is cited ({kind} {key}) is not made here")


def _key(by: Instance, item: Hypothesis) -> tuple[object, ...]:
    match item.kind:
        case "link":
            local, vector, over = item.key
            return (by.one(str(local), vector=bool(vector)), vector, over)
        case "mean" | "path":
            return tuple(by.one(str(name), vector=False) for name in item.key)
        case "delay" | "differences":
            return tuple(by.one(str(name), vector=True) for name in item.key)
        case "start" | "next":
            name, vector, counter = item.key
            return (by.one(str(name), vector=bool(vector)), vector, counter)
    raise Untranslatable(f"a hypothesis of the kind {item.kind} in a citation")


def _known(scope: Scope, by: Instance, item: Hypothesis) -> None:
    """Show that what is put for a process is known when it must be, generator by generator."""
    lemma = scope.lemma
    env, intros = lemma.variables(item.bound, scope.env)
    if intros:
        lemma.add(f"intros {' '.join(intros)}.")
    vector = by.vector(str(item.key[0]))
    if bare(vector) is None:
        raise Untranslatable(f"the times of the combination put for {item.key[0]}")
    lemma.add(f"{known_here(altered(scope, env=env), vector[0][0])[0]}.")


def known_here(scope: Scope, name: str) -> tuple[str, str]:
    """Return the tactic that shows when a generator is known, and how many steps ago that is."""
    lemma, printer = scope.lemma, scope.printer
    statement = lemma.world.statement
    for delay in statement.delays:
        if delay.name == name:
            before_that, before = known_here(scope, delay.of)
            lag, origin = natural(lemma, delay.lag, scope.env), printer.name(delay.of, vector=True)
            made = at_hand(scope, own(lemma, "delay", (name, delay.of)))
            whole = f"(delayed Smp Len _ {lag} {origin})"
            tactic = f"apply (known_same _ _ _ _ _ {whole}); [exact {made} | apply known_delayed; {before_that}]"
            return tactic, f"({lag} + {before})"
    for item in lemma.hypotheses:
        if item.kind == "known" and item.key == (name,):
            known = next(process.known for process in statement.processes if process.name == name)
            return f"exact {at_hand(scope, item)}", ago(lemma, known, scope.env)
    for process in statement.processes:
        if process.name == name:
            return "apply known_now", "0"
    raise Untranslatable(f"nothing is known about the times of {name}")


def at_hand(scope: Scope, item: Hypothesis) -> str:
    """Return a hypothesis of the structure at the values at hand."""
    values = " ".join(part for label in item.bound for part in scope.printer.value(label) if part)
    return f"({item.name} {values})" if values else item.name
