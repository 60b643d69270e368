"""The statement of a claim's lemma: names, structure as hypotheses, premises, and what a proof starts from."""

from collections.abc import Iterable, Mapping
from dataclasses import replace as altered

from theory.checkers.coq_lemma import ZERO, Fact, Hypothesis, Kind, Lemma, Scope
from theory.checkers.coq_world import Env, Spaces, Untranslatable, World, bare, lifted, proofs, spoken, uses_labels
from theory.kernel.claim import Claim, Root
from theory.kernel.proof import Cite, Proof
from theory.kernel.reading import read, read_claim, read_vector
from theory.kernel.signs import Rel
from theory.kernel.statement import COORDINATE, STAGE, STEP, Recursion, Statement, Vec
from theory.kernel.terms import Term, atoms, number, scalar, times


def lemma(claim: Claim, known: Mapping[str, Lemma]) -> Lemma:
    """Return the statement of a claim, without a proof."""
    statement = read_claim(claim)
    inside = [inner for proof in _proofs(claim) for inner in proofs(proof)]
    cites = [proof for proof in inside if isinstance(proof, Cite) and proof.claim in known]
    structure = (statement.links, statement.means, statement.paths, statement.processes, statement.delays)
    labelled = any((*structure, statement.recursions)) or uses_labels(inside)
    labelled = labelled or any(known[proof.claim].world.labelled for proof in cites)
    relations = [fact for entry in statement.entries for _, fact in entry.facts]
    opened = frozenset().union(*map(statement.counts, relations)) if labelled else frozenset()
    spaces, statement = _spaces(claim, statement, inside)
    world = World(statement, labelled, opened, spaces)
    for proof in cites:
        _cited_spaces(world, proof, known[proof.claim].world)
        world.needs |= known[proof.claim].world.needs
    _needs(world)
    result = Lemma(claim, world)
    if STEP in world.needs:
        result.hypotheses.append(Hypothesis("P0", "(0 < Len)%nat", "length"))
    _structure(result)
    for entry in statement.entries:
        for name, relation in entry.facts:
            if not _of_a_count(world, relation):
                bound = world.bound(world.raw(relation), statement.counts(relation) if labelled else ())
                _suppose(result, "premise", (name,), result.forall(relation, bound), relation, bound)
    return result


def opened(result: Lemma, known: Mapping[str, Lemma]) -> Scope:
    """Return the scope of the premises, with what is known of counts."""
    world = result.world
    facts = {
        str(item.key[0]): Fact(item.name, item.relation, item.bound)
        for item in result.hypotheses
        if item.kind == "premise" and item.relation is not None
    }
    scope = Scope(result, known, facts, {}, frozenset(world.open))
    for entry in world.statement.entries:
        for name, relation in entry.facts:
            if _of_a_count(world, relation):
                bound = world.bound(world.raw(relation), ())
                hypothesis = result.new()
                result.add(f"assert ({hypothesis} : {result.forall(relation, bound)}). {{ intros; apply pos_INR. }}")
                scope = scope.plus(name, hypothesis, relation, bound)
    return scope


def _of_a_count(world: World, relation: Rel) -> bool:
    """Return whether a premise says that a count is nonnegative, which natural numbers are."""
    return any(relation == Rel(ZERO, "<=", scalar(counter)) for counter in world.counters)


def _proofs(claim: Claim) -> list[Proof]:
    return [step.proof for step in claim.steps] + [item.exists for item in claim.context if isinstance(item, Root)]


def _suppose(
    result: Lemma,
    kind: Kind,
    key: tuple[object, ...],
    text: str,
    relation: Rel | None = None,
    bound: tuple[str, ...] = (),
) -> None:
    result.hypotheses.append(Hypothesis(f"P{len(result.hypotheses)}", text, kind, key, relation, bound))


# --- spaces and index sets


def _spaces(claim: Claim, statement: Statement, inside: list[Proof]) -> tuple[Spaces, Statement]:
    """Find the space of each generator: one space wherever vectors are added or multiplied.

    A vector that is cut in two ways, into elements and into stages, gets a second name for the other way; the two have
    one length, which is all that an average over the parts says of them.
    """
    spaces = Spaces()
    for name in statement.vectors:
        spaces.of(name)
    relations = [fact for entry in statement.entries for _, fact in entry.facts]
    found = [atom for relation in relations for side in relation[::2] for atom in atoms(side)]
    for step in claim.steps:
        found += [atom for side in (step.relation.lhs, step.relation.rhs) for atom in atoms(read(side))]
    for atom in found:
        if len(atom) == 2:
            _together(spaces, ((name, ZERO) for name in atom))
    for item in spoken(inside):
        if not item or isinstance(item[0], tuple):
            _together(spaces, item)  # type: ignore[arg-type]
        elif len(item) == 2:
            _together(spaces, ((str(name), ZERO) for name in item))
    for recursion in statement.recursions:
        for name, start, after in recursion.vectors:
            _together(spaces, ((name, ZERO), *start, *after))
    for process in statement.processes:
        spaces.same(spaces.of(process.name), lifted((STEP,), spaces.new()))
    for delay in statement.delays:
        spaces.same(spaces.of(delay.of), lifted((STEP,), spaces.new()))
        spaces.same(spaces.of(delay.name), spaces.of(delay.of))
    for place, link in enumerate(statement.links):
        value = spaces.of(link.local) if link.vector else ("real",)
        for name, _ in link.image:
            try:
                spaces.same(spaces.of(name), lifted(link.over, value))
            except Untranslatable:
                if bare(link.image) is None:
                    raise
                statement = _cut_again(spaces, statement, place, name)
                spaces.same(spaces.of(spaces.views[name]), lifted(link.over, value))
    return spaces, statement


def _cut_again(spaces: Spaces, statement: Statement, place: int, name: str) -> Statement:
    """Return a statement in which one link has a generator of its own as its image."""
    if name in spaces.views:
        raise Untranslatable(f"{name} is cut in three ways")
    view = spaces.views[name] = f"{name}__parts"
    if view in statement.vectors:
        raise Untranslatable(f"the name {view} is taken")
    links = list(statement.links)
    links[place] = links[place]._replace(image=((view, links[place].image[0][1]),))
    return altered(statement, vectors={**statement.vectors, view: statement.vectors[name]}, links=tuple(links))


def _together(spaces: Spaces, vector: Iterable[tuple[str, Term]]) -> None:
    names = [name for name, _ in vector]
    for name in names[1:]:
        spaces.same(spaces.of(names[0]), spaces.of(name))


def _cited_spaces(world: World, proof: Cite, cited: World) -> None:
    """Let what is put for a cited generator live where that generator lives."""
    fresh: dict[tuple[object, ...], tuple[object, ...]] = {}
    for name in cited.statement.vectors:
        there = world.spaces.copy_of(cited.spaces.resolve(cited.spaces.of(name)), fresh)
        value = read_vector(proof.vectors[name]) if name in proof.vectors else ((name, ZERO),)
        for generator, _ in value:
            if generator in world.statement.vectors:
                try:
                    world.spaces.same(world.spaces.of(generator), there)
                except Untranslatable:
                    if generator not in world.spaces.views:
                        raise
                    world.spaces.same(world.spaces.of(world.spaces.views[generator]), there)


def _needs(world: World) -> None:
    """Note the labels whose index sets occur."""
    statement = world.statement
    if not world.labelled:
        return
    for name in statement.scalars:
        world.needs |= set(world.args(name, vector=False)) & {STEP, COORDINATE, STAGE}
    for name in statement.vectors:
        world.needs |= set(world.args(name, vector=True)) & {STEP, COORDINATE, STAGE}
        space = world.spaces.resolve(world.spaces.of(name))
        while space[0] == "lift":
            world.needs.add(str(space[1]))
            space = space[2]  # type: ignore[assignment]
    if statement.paths or statement.processes or statement.delays:
        world.needs.add(STEP)


# --- structure


def _structure(result: Lemma) -> None:
    statement = result.world.statement
    if not result.world.labelled:
        return
    for link in statement.links:
        text = _link(result, link.local, link.vector, link.image, link.over)
        bound = result.world.args(link.local, link.vector)
        _suppose(result, "link", (link.local, link.vector, link.over), text, None, bound)
    for name, view in result.world.spaces.views.items():
        bound = result.world.args(name, vector=True)
        env, _ = result.variables(bound, {}, stem="x")
        sizes = (result.printer(env).atom((one, one)) for one in (view, name))
        _suppose(result, "view", (name,), result.quantified(bound, env, " = ".join(sizes)), None, bound)
    for mean in statement.means:
        bound = result.world.args(mean.symbol, vector=False)
        env, _ = result.variables((*bound, STEP), {}, stem="x")
        printer = result.printer(env)
        whole, part = printer.name(mean.symbol, vector=False), printer.name(mean.of, vector=False)
        text = f"{whole} = average Smp Len (fun {env[STEP].value} => {part})"
        _suppose(result, "mean", tuple(mean), result.quantified(bound, env, text), None, bound)
    for item in statement.paths:
        printer = result.printer({})
        now, after = f"v_{item.now}", f"v_{item.next}"
        rest = " ".join(printer.name(name, vector=False) for name in item[2:])
        _suppose(result, "path", tuple(item), f"path Smp Len {now} {after} {rest}")
    built = frozenset().union(*(item.generators for item in statement.recursions))
    for process in statement.processes:
        if process.name not in built:
            _process(result, process.name, process.known, process.differences)
    for delay in statement.delays:
        bound = result.world.bound(result.world.raw_of({(delay.name, delay.name)}), ())
        env, _ = result.variables((*bound, STEP), {}, stem="x")
        printer, value = result.printer(env), env[STEP].value
        origin = printer.name(delay.of, vector=True)
        own, lag = printer.name(delay.name, vector=True, more=[value]), natural(result, delay.lag, env)
        text = f"{own} = delayed Smp Len _ {lag} {origin} {value}"
        whole = result.quantified((*bound, STEP), env, text)
        _suppose(result, "delay", (delay.name, delay.of), whole, None, bound)
    for recursion in statement.recursions:
        _recursion(result, recursion)


def _link(result: Lemma, local: str, vector: bool, image: Vec, over: Iterable[str]) -> str:
    """Return that a local name is the value of its image at each index; vectors are what inner products see."""
    world = result.world
    bound = world.args(local, vector)
    env, _ = result.variables(bound, {}, stem="x")
    printer = result.printer(env)
    own, more = printer.name(local, vector=vector), [env[label].value for label in world.sort(over)]
    if vector:
        where = world.space(world.spaces.of(local))
        body = f"forall w : vector {where}, inner {own} w = {printer.seen(image, 'w', more)}"
    else:
        body = f"{own} = {printer.seen(image, None, more)}"
    return result.quantified(bound, env, body)


def _process(result: Lemma, name: str, known_at: Term, differences: Term | None) -> None:
    world = result.world
    bound = world.bound(world.raw_of({(name, name)}), ())
    env, _ = result.variables(bound, {}, stem="x")
    own = result.printer(env).name(name, vector=True)
    before = ago(result, known_at, env)
    if before != "0":
        text = f"known Smp Len _ {before} {own}"
        _suppose(result, "known", (name,), result.quantified(bound, env, text), None, bound)
    if differences is not None:
        since = ago(result, differences, env)
        fresh = since == before == "0"
        text = f"differences Smp Len _ {own}" if fresh else f"centred Smp Len _ {since} {own}"
        _suppose(result, "differences", (name,), result.quantified(bound, env, text), None, bound)


def ago(result: Lemma, time: Term, env: Env) -> str:
    """Return how many steps ago a time is; that of a column may depend on its counts."""
    if set(affine(time)) <= {""}:
        return str(offset(time))
    return natural(result, times(number(-1), time), env)


def offset(time: Term) -> int:
    """Return how many steps ago a constant time is."""
    found = affine(time)
    if set(found) - {""} or found.get("", 0) > 0:
        raise Untranslatable(f"the time {time}")
    return -found.get("", 0)


def affine(term: Term) -> dict[str, int]:
    """Return an integer combination of counters; the constant is that of the empty name."""
    if term.tag == "number" and term.args[0].denominator == 1:
        return {"": int(term.args[0])}
    if term.tag == "name":
        return {str(term.args[0]): 1}
    if term.tag == "sum":
        total: dict[str, int] = {}
        for part in term.args:
            for name, value in affine(part).items():
                total[name] = total.get(name, 0) + value
        return total
    if term.tag == "product":
        scale, rest = 1, {"": 1}
        for part in term.args:
            found = affine(part)
            if set(found) <= {""}:
                scale *= found.get("", 0)
            elif rest == {"": 1}:
                rest = found
            else:
                raise Untranslatable(f"{term} is not linear in counts")
        return {name: scale * value for name, value in rest.items()}
    raise Untranslatable(f"{term} is no integer")


def natural(result: Lemma, term: Term, env: Env) -> str:
    """Return a sum of counts as a natural number."""
    found = affine(term)
    if any(value < 0 for value in found.values()):
        raise Untranslatable(f"{term} may be negative")
    printer = result.printer(env)
    parts = [
        f"{value} * {printer.at(name)}" if value > 1 else printer.at(name)
        for name, value in found.items()
        if name and value
    ]
    constant = found.get("", 0)
    return f"({' + '.join([*parts, *([str(constant)] if constant or not parts else [])])})%nat"


def _recursion(result: Lemma, item: Recursion) -> None:
    """Suppose the start and the next value of each object, at all counts."""
    world = result.world
    rows = [(name, False) for name, _, _ in item.scalars] + [(name, True) for name, _, _ in item.vectors]
    for name, vector in rows:
        labels = world.bound(world.args(name, vector), ())
        fixed = tuple(label for label in labels if label != item.counter)
        env, _ = result.variables(labels, {}, stem="x")
        count = env[item.counter]
        kinds: tuple[Kind, Kind] = ("start", "next")
        for place, kind in enumerate(kinds):
            at, bound = (f"(S {count.value})", labels) if place else ("0%nat", fixed)
            there = result.printer({**env, item.counter: count._replace(value=at)}).name(name, vector=vector)
            body = _made(result, item, name, vector, place, there, env)
            _suppose(result, kind, (name, vector, item.counter), result.quantified(bound, env, body), None, bound)


def _made(result: Lemma, item: Recursion, name: str, vector: bool, place: int, there: str, env: Env) -> str:
    """Return what an object is at the start (place 0) or at the next count (place 1)."""
    world, here = result.world, result.printer(env)
    if vector:
        where = world.space(world.spaces.of(name))
        return f"forall w : vector {where}, inner {there} w = {here.seen(item.vectors_at(place)[name], 'w')}"
    return f"{there} = {here.text(item.at(place)[name,])}"
