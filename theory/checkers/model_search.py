"""Models of a claim's premises are searched, and its conclusions judged in them: a failure is a fault of the kernel.

Premises are met in turn by enlarging, shrinking or orthogonalising what is free; see `theory.checkers.models`.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import sympy

from theory.checkers.models import COUNTS, TOLERANCE, Env, Model, NoModel
from theory.kernel.claim import Claim, Definition, Premise, Root
from theory.kernel.proof import Recursion
from theory.kernel.relations import Relation
from theory.kernel.vectors import Vector, pair_of


def indices(model: Model, claim: Claim, relation: Relation) -> Iterator[Env]:
    """Yield every index at which a relation is to hold."""
    labels = claim.labels_of(relation)
    at_hand = _counts_at_hand(claim, relation)
    ranges = {
        label: model.places if label == "step" else range(2) if label in ("coordinate", "stage") else range(COUNTS)
        for label in sorted(labels - at_hand)
    }
    for chosen in product(*ranges.values()):
        yield dict(zip(ranges, chosen, strict=True))


def _counts_at_hand(claim: Claim, relation: Relation) -> frozenset[str]:
    """Return the counters whose objects, or what hangs on them, the relation mentions; found without the kernel."""
    spoken = _names(relation.lhs, relation.rhs)
    return frozenset(item.counter.name for item in claim.recursions if spoken & _hanging_on(claim, item))


def _hanging_on(claim: Claim, recursion: Recursion) -> set[str]:
    """Return the scalars and, in angle brackets, the generators whose values a recursion's objects make."""
    ties: list[tuple[set[str], set[str]]] = []  # names on the left hang on those on the right
    for item in claim.recursions:
        ties += [({s.name}, _names(*pair)) for s, pair in item.scalars.items()]
        ties += [({f"<{v}>"}, _parts(*pair)) for v, pair in item.vectors.items()]
    ties += [({i.symbol.name}, _names(i.of)) for i in claim.context if isinstance(i, Definition | Root)]
    ties += [({mean.symbol.name}, {mean.of.name}) for mean in claim.means]
    ties += [({f"<{delay.name}>"}, {f"<{delay.of}>"} | _names(delay.lag)) for delay in claim.delays]
    for link in claim.links:
        own = f"<{link.local}>" if link.vector else link.local
        ties += [({own}, _parts(link.image)), ({f"<{name}>" for name, _ in link.image.parts}, {own})]
    found = {recursion.counter.name, *(s.name for s in recursion.scalars), *(f"<{v}>" for v in recursion.vectors)}
    while True:
        more = {name for left, right in ties if right & found for name in left if _follows(claim, name, recursion)}
        if more <= found:
            return found
        found |= more


def _follows(claim: Claim, name: str, recursion: Recursion) -> bool:
    labels = claim.vector_labels.get(name[1:-1]) if name[0] == "<" else claim.labels.get(sympy.Symbol(name, real=True))
    return recursion.counter.name in (labels or ())


def _names(*expressions: sympy.Expr) -> set[str]:
    symbols = {symbol for expression in expressions for symbol in expression.free_symbols}
    pairs = [(symbol.name, pair_of(symbol)) for symbol in symbols]
    return {part for name, pair in pairs for part in ([name] if pair is None else [f"<{one}>" for one in pair])}


def _parts(*vectors: Vector) -> set[str]:
    return {f"<{name}>" for v in vectors for name, _ in v.parts} | _names(
        *(value for v in vectors for _, value in v.parts)
    )


def draw(claim: Claim, chance: random.Random) -> Model:
    """Return a model of a claim's structure and premises; raise `NoModel` if what was drawn breaks a premise."""
    steps = chance.choice((1, 2, 2, 3) if len(claim.premises) < 12 else (1, 2, 2))
    model = Model(claim, chance, steps, chance.choice((Fraction(1, 2), Fraction(1, 3))))
    where = [(p, list(indices(model, claim, p.relation))) for item in claim.context for p in item.premises]
    for _ in range(PASSES):
        for premise, envs in where:
            if premise.reason != "definition":
                _meet(model, premise.relation, envs)
        if all(model.holds(p.relation, env, _give(p)) for p, envs in where for env in envs):
            _structure(model)
            return model
    raise NoModel(next(p.name for p, envs in where for env in envs if not model.holds(p.relation, env, _give(p))))


def _structure(model: Model) -> None:
    """Check the parts that were not made to fit."""
    for link in model.claim.links:
        symbol = sympy.Symbol(link.local, real=True)
        if link.vector or symbol not in model.defined or model._assembled(link):
            continue
        for env in indices(model, model.claim, Relation(symbol, "==", symbol)):
            if model.value(model.defined[symbol], env) != model.part(link, env):
                raise NoModel(f"{link.local} is defined otherwise")


PASSES = 3
"""How often all premises are met in turn: what meets one may break another."""


def _give(premise: Premise) -> Fraction:
    """Return by how much a premise may be off: what defines a root, by the root's rounding."""
    return TOLERANCE if premise.reason == "definition" else Fraction(0)


GROWTH = tuple(Fraction(2) ** power for power in range(9))


def _meet(model: Model, relation: Relation, envs: list[Env]) -> None:
    """Choose what a premise leaves open so that it holds: enlarge, mirror or orthogonalise something free."""
    if all(model.holds(relation, env) for env in envs):
        return
    free = [q for q in relation.symbols if pair_of(q) is None and not _settled(model, q) and relation.op != "=="]
    for symbol in sorted(free, key=lambda q: (q not in relation.rhs.free_symbols, q.name)):
        if _try(model, relation, envs, symbol):
            return
    pair = pair_of(relation.lhs) if relation.lhs.is_Symbol else None
    if relation.op == "==" and relation.rhs == 0 and pair is not None:
        _orthogonalise(model, *pair)
    elif relation.op != "==":
        _shrink(model, relation, envs)


def _settled(model: Model, symbol: sympy.Symbol) -> bool:
    claim = model.claim
    fixed = set(model.roots) | set(model.defined) | set(model.objects) | model.signs | set(model.sized) | model.lengths
    fixed |= {item.symbol for item in claim.means} | {s for path in claim.paths for s in path.symbols}
    fixed |= {r.counter for r in claim.recursions}
    return symbol in fixed or (symbol.name, False) in model.links


def _try(model: Model, relation: Relation, envs: list[Env], symbol: sympy.Symbol) -> bool:
    """Try values of a free scalar at all indices at once, then keep the first that meets the premise."""
    keys = {model._key(symbol, model.claim.labels.get(symbol, frozenset()), env) for env in envs}
    kept = {key: model.fixed.get(key) for key in keys}
    dependent = dict(model.fixed)
    for factor in (*GROWTH, *(1 / g for g in GROWTH[1:]), Fraction(0), *(-g for g in GROWTH)):
        model.fixed = {key: value for key, value in dependent.items() if not _derived(model, key)}
        model.fixed |= dict.fromkeys(keys, factor)
        try:
            if all(model.holds(relation, env) for env in envs):
                model.drawn |= dict.fromkeys(keys, factor)
                return True
        except NoModel:
            continue
    model.fixed = dependent | {key: value for key, value in kept.items() if value is not None}
    return False


def _derived(model: Model, key: object) -> bool:
    """Return whether a kept value may depend on scalars that are being chosen."""
    first = key[0] if isinstance(key, tuple) else key
    return not (isinstance(first, sympy.Symbol) and not _settled(model, first))


def _orthogonalise(model: Model, one: str, other: str) -> None:
    """Take from one of two free vectors without labels its component along the other."""
    if model.claim.vector_labels.get(one) or model.claim.vector_labels.get(other):
        return
    for name, along in ((one, other), (other, one)):
        if name in model.directions or name in model.built:
            continue
        length = model.inner(along, along, {})
        if length == 0:
            return
        share = model.inner(name, along, {}) / length
        u, v = model.vector(name, {}), model.vector(along, {})
        model.drawn["override", ("vector", name)] = tuple(x - share * y for x, y in zip(u, v, strict=True))
        _forget(model)
        return


def _forget(model: Model) -> None:
    """Forget every value that follows from others."""
    model.fixed = {key: value for key, value in model.fixed.items() if not _derived(model, key)}


def _shrink(model: Model, relation: Relation, envs: list[Env]) -> None:
    """Shorten the free vectors on the smaller side, or those that a part or a root there hangs on."""
    names = {name for symbol in relation.lhs.free_symbols for name in pair_of(symbol) or ()}
    for symbol in relation.lhs.free_symbols & model.roots.keys():
        names |= {name for part in model.roots[symbol].free_symbols for name in pair_of(part) or ()}
    for name in sorted(names):
        link = model.links.get((name, True))
        if link is not None and not model._assembled(link) and len(link.image.parts) == 1:
            name = link.image.parts[0][0]
        own = model.links.get((name, True))
        if name in model.directions or name in model.built or (own is not None and not model._assembled(own)):
            continue
        labels = model.claim.vector_labels.get(name, frozenset())
        for factor in (Fraction(1, 4), Fraction(1, 16), Fraction(1, 256), Fraction(0)):
            for env in envs:
                key = ("vector", *model._key(name, labels, env))
                drawn = model.vector(name, env)
                if ("shrunk", key, factor) not in model.drawn:
                    model.drawn["shrunk", key, factor] = True
                    model.drawn["override", key] = tuple(factor * x for x in drawn)
            _forget(model)
            if all(model.holds(relation, env) for env in envs):
                return


@dataclass(frozen=True)
class ModelReport:
    """What random models said of a claim: how many satisfied its premises, and the first that broke a conclusion."""

    models: int
    tried: int
    broken: str = ""


def examine(
    claim: Claim, *, models: int, tries: int, seed: int, until: Callable[[], bool] = lambda: False
) -> ModelReport:
    """Evaluate a claim's conclusions in random models of its premises; stop at the first that breaks one."""
    found = tried = 0
    while found < models and tried < tries and not until():
        tried += 1
        chance = random.Random(f"{claim.id}/{seed}/{tried}")
        try:
            model = draw(claim, chance)
            for name in claim.conclusions:
                relation = claim.conclusion(name)
                for env in indices(model, claim, relation):
                    if not model.holds(relation, env, TOLERANCE):
                        return ModelReport(found, tried, f"{name} at {dict(env)} in model {seed}/{tried}")
        except NoModel:
            continue
        found += 1
    return ModelReport(found, tried)
