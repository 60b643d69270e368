"""Small true claims, one for each rule and mixture of rules, and random changes that make most of them false.

A change touches one declaration: a label, a premise, a link, a time, a lag, a recursion, a conclusion. What is changed
is either the claim itself or a copy of its context in which the claim is cited; so what a rule or a citation forgets to
look at shows up as an accepted claim that fails in a model.
"""

import random
from collections.abc import Callable
from dataclasses import replace

import sympy

from theory.kernel import (
    ELEMENT,
    STAGE,
    STEP,
    ZERO,
    Average,
    Chain,
    Cite,
    Contradiction,
    Induction,
    OrderCases,
    Relation,
    Shift,
    SignCases,
    Step,
    Telescope,
    Tower,
    Vector,
    ZeroCases,
    combine,
    eq,
    generators,
    inner,
    le,
    lt,
    norm2,
    norm_square,
    square,
    symbols,
    times,
)
from theory.kernel.claim import Claim, Premise
from theory.kernel.draft import Draft, write
from theory.setting.assumptions import UNBIASED

x, y, z, s, c, X, Y, k, j, a, b, w = symbols("x y z s c X Y k j a b w")
u, v, n, t, p, q, U, W = generators("u v n t p q U W")
ONE = sympy.Integer(1)
BY = times("hypothesis")
AUTHORS: list[Callable[[Draft], None]] = []


def template(author: Callable[[Draft], None]) -> Callable[[Draft], None]:
    """Register the author of a true claim."""
    author.__doc__ = author.__doc__ or "A template."
    AUTHORS.append(author)
    return author


@template
def fields(d: Draft) -> None:
    d.link(x, u, over=ELEMENT)
    d.link(y, v, over=ELEMENT)
    d.given("p", le(x**2, y**2), "domain")
    d.conclude("norms", le(norm2(u), norm2(v)), d.average("p", ELEMENT))
    d.witness({}, {"u": (1,), "v": (-2,)})


@template
def stages(d: Draft) -> None:
    d.link(p, u, over=STAGE)
    d.link(q, v, over=STAGE)
    d.given("c", le(0, c), "domain")
    d.given("p", le(norm2(p), c * norm2(q)), "domain")
    d.conclude("norms", le(norm2(u), c * norm2(v)), d.average("p", STAGE))
    d.witness({"c": 1}, {"u": (1,), "v": (-2,)})


@template
def means_in_cases(d: Draft) -> None:
    """Cases on a number do not keep anything from being averaged."""
    d.mean(X, of=x)
    d.mean(Y, of=y)
    d.given("up", le(c * x, c * y), "domain")
    d.given("down", le(x, y + c), "domain")
    up = Chain(
        (Step("m", le(c * X, c * Y), Average(le(c * x, c * y), combine(times("up")), STEP)),),
        combine(times("m", 1 / c)),
    )
    down = Chain(
        (Step("m", le(X, Y + c), Average(le(x, y + c), combine(times("down")), STEP)),),
        combine(times("m"), times("case")),
    )
    d.given("c >= 0", le(0, c), "domain")
    d.conclude("means", le(X, Y), ZeroCases(c, up, down))
    d.witness({"x": 0, "y": 1, "c": 1})


@template
def cases_in_an_average(d: Draft) -> None:
    d.link(x, u, over=ELEMENT)
    d.link(y, v, over=ELEMENT)
    d.given("above", le(x, y), "domain")
    d.given("below", le(-y, x), "domain")
    d.have("y >= 0", le(0, y), combine(times("above", sympy.Rational(1, 2)), times("below", sympy.Rational(1, 2))))
    high = combine(times("above", x), times("above", y))
    low = combine(times("below", -x), times("below", y))
    d.have("squares", le(x**2, y**2), OrderCases(sympy.S.Zero, x, high, low))
    d.conclude("norms", le(norm2(u), norm2(v)), d.average("squares", ELEMENT))
    d.witness({}, {"u": (1,), "v": (2,)})


@template
def signs(d: Draft) -> None:
    d.mean(X, of=x)
    d.given("s^2", eq(s**2, 1), "domain")
    d.given("p", le(s * x, c), "domain")
    d.given("q", le(-s * x, c), "domain")
    one = Average(le(x, c), combine(times("p")), STEP)
    other = Average(le(x, c), combine(times("q")), STEP)
    d.conclude("mean", le(X, c), SignCases(s, one, other))
    d.witness({"x": 1, "s": -1, "c": 2})


@template
def contradiction(d: Draft) -> None:
    d.mean(X, of=x)
    d.given("x^3", le(x**3, 1), "domain")
    inside = combine(times("x^3"), times("negation", x**2 + x + 1))
    d.given("x >= 0", le(0, x), "domain")
    d.have("x <= 1", le(x, 1), Contradiction(inside))
    d.conclude("mean", le(X, 1), d.average("x <= 1", STEP))
    d.witness({"x": 1})


@template
def sums(d: Draft) -> None:
    d.local(k, y)
    d.given("y <= c", le(y, c), "domain")
    d.recursion(k, {a: (0, a + y)})
    d.conclude("sum", le(a, k * c), Induction(k, combine(), combine(BY, times("y <= c"))))
    d.witness({"k": 2, "y": 1, "c": 1})


@template
def sums_of_sums(d: Draft) -> None:
    d.recursion(k, {a: (0, a + y), b: (0, b + a)})
    d.have("a", eq(a, k * y), Induction(k, combine(), combine(BY)))
    d.have("b", eq(2 * b, k * (k - 1) * y), Induction(k, combine(), combine(BY, times("a", 2))))
    d.conclude("ratio", eq(2 * b, (k - 1) * a), combine(times("b"), times("a", 1 - k)))
    d.witness({"k": 2, "y": 1})


@template
def two_recursions(d: Draft) -> None:
    d.local(k, y)
    d.given("y >= 0", le(0, y), "domain")
    d.recursion(k, {a: (0, a + y)})
    d.recursion(j, {b: (0, b + a)})
    d.have("a", le(0, a), Induction(k, combine(), combine(BY, times("y >= 0"))))
    d.have("b", eq(b, j * a), Induction(j, combine(), combine(BY)))
    d.conclude("b >= 0", le(0, b), Induction(j, combine(), combine(BY, times("a"))))
    d.conclude("product", eq(b * c, j * a * c), combine(times("b", c)))
    d.witness({"k": 2, "j": 1, "y": 1, "c": 3})


@template
def started_elsewhere(d: Draft) -> None:
    d.recursion(j, {a: (c, a + 1)})
    d.recursion(k, {b: (a, b + 2)})
    d.have("a", eq(a, c + j), Induction(j, combine(), combine(BY)))
    d.have("b", eq(b, a + 2 * k), Induction(k, combine(), combine(BY)))
    d.given("j <= k", le(j, k), "domain")
    d.conclude("b <=", le(b, c + 3 * k), combine(times("b"), times("a"), times("j <= k")))
    d.witness({"j": 1, "k": 1, "c": 0})


@template
def roots_of_columns(d: Draft) -> None:
    d.local(k, y)
    d.given("y >= 0", le(0, y), "domain")
    d.root(s, y, combine(times("y >= 0")))
    d.recursion(k, {a: (0, a + s), w: (0, w + y)})
    d.conclude("a >= 0", le(0, a), Induction(k, combine(), combine(BY, times("s >= 0"))))
    d.conclude("w", le(2 * a, w + k), Induction(k, combine(), combine(BY, square(s - 1), times("s^2"))))
    d.witness({"k": 2, "y": 4})


@template
def built_up_fields(d: Draft) -> None:
    d.local(STEP, x)
    d.given("c", le(0, c), "domain")
    d.recursion(k, {x: (0, x + c)})
    d.link(x, u, over=STEP)
    d.have("x", eq(x, k * c), Induction(k, combine(), combine(BY)))
    d.have("squares", eq(x**2, (k * c) ** 2), combine(times("x", x + k * c)))
    d.conclude("norm", eq(norm2(u), (k * c) ** 2), d.average("squares", STEP))
    d.witness({"k": 2, "c": 1})


@template
def martingales(d: Draft) -> None:
    d.process("n", known=0, differences=0, reason=UNBIASED)
    d.process("v", known=-1, differences=None, reason="domain")
    d.process("U", known=-1, differences=-k, reason="definition")
    d.recursion(k, vectors={"U": (ZERO, U + t)})
    d.delayed("t", of="n", lag=k + 1)
    d.have("shift", le(norm2(t), norm2(n)), Shift("t"))
    d.have("orthogonal", eq(inner(U, t), 0), Tower("U", "t"))
    d.conclude(
        "sum", le(norm2(U), k * norm2(n)), Induction(k, combine(), combine(BY, times("orthogonal", 2), times("shift")))
    )
    d.conclude("noise", eq(inner(n, v), 0), Tower("n", "v"))
    d.witness({"k": 1}, {"n": (0,), "v": (1,)})


@template
def windows(d: Draft) -> None:
    d.recursion(k, vectors={"W": (ZERO, W + t)})
    d.delayed("t", of="u", lag=k + 1)
    d.given("orthogonal", eq(inner(u, v), 0), "domain")
    d.have("shift", le(norm2(t), norm2(u)), Shift("t"))
    young = le(2 * inner(W, t), norm2(W) + norm2(t))
    d.have("young", young, combine(norm_square(W - t)))
    d.conclude("shifted", le(2 * inner(W, t), norm2(W) + norm2(u)), combine(times("young"), times("shift")))
    d.witness({"k": 1}, {"u": (1, 0), "v": (0, 1)})


@template
def paths(d: Draft) -> None:
    first, last, one, two, count = symbols("first last one two count")
    d.path(x, y, first, last, one, two, count)
    d.mean(Y, of=z)
    d.given("down", le(y, x - z), "domain")
    d.given("last", le(c, last), "domain")
    d.given("count", lt(0, count), "domain")
    d.have("means", le(two, one - Y), d.average("down", STEP))
    d.have("ends", eq(count * (two - one), last - first), Telescope("x"))
    d.conclude("bound", le(count * Y, first - c), combine(times("means", count), times("ends", -1), times("last")))
    d.witness({"x": 2, "first": 2, "one": 2, "y": 1, "last": 1, "two": 1, "count": 1, "z": 1, "c": 0})


@template
def definitions(d: Draft) -> None:
    d.mean(X, of=x)
    d.local(STEP, y)
    d.define(x, y**2 + c)
    d.given("y", le(y**2, 1), "domain")
    d.have("x", le(x, 1 + c), combine(times("y"), times("x :=")))
    d.conclude("mean", le(X, 1 + c), d.average("x", STEP))
    d.witness({"y": 1, "c": 2})


def templates() -> list[Claim]:
    """Return the true claims."""
    return [
        write(f"template.{author.__name__}", "A template", author, source="random",
              assumes=[UNBIASED] if author is martingales else [])
        for author in AUTHORS
    ]  # fmt: skip


# --- changes

LABELS = ("step", "coordinate", "stage", "k", "j")


def _labels(claim: Claim, chance: random.Random) -> Claim:
    """Drop or add a label of a scalar or a generator."""
    table = dict(claim.labels if chance.random() < 0.6 or not claim.vector_labels else claim.vector_labels)
    every = sorted({q for premise in claim.premises for q in premise.relation.symbols if "<" not in q.name}, key=str)
    name = chance.choice(sorted({*table, *(every if table.keys() <= claim.labels.keys() else [])}, key=str) or [c])
    table[name] = table.get(name, frozenset()) ^ {chance.choice(LABELS)}  # type: ignore[index,call-overload]
    if isinstance(name, sympy.Symbol):
        return replace(claim, labels=table)  # type: ignore[arg-type]
    return replace(claim, vector_labels=table)  # type: ignore[arg-type]


def _premise(claim: Claim, chance: random.Random) -> Claim:
    """Drop a premise, or change its sides, or mention something else in it."""
    context = list(claim.context)
    places = [i for i, item in enumerate(context) if isinstance(item, Premise)]
    if not places:
        return claim
    place = chance.choice(places)
    item = context[place]
    assert isinstance(item, Premise)
    lhs, op, rhs = item.relation.lhs, item.relation.op, item.relation.rhs
    more = chance.choice((*claim.labels, c, w**2, ONE, norm2(u)))
    changed = chance.choice(
        (None, Relation(lhs, op, rhs + more), Relation(lhs + more, op, rhs), Relation(lhs, "<=", rhs),
         Relation(lhs + w**2, op, rhs), Relation(lhs, op, 2 * rhs))
    )  # fmt: skip
    context[place : place + 1] = [] if changed is None else [replace(item, relation=changed)]
    return replace(claim, context=tuple(context))


def _link(claim: Claim, chance: random.Random) -> Claim:
    """Drop a link or a mean, swap two images, or change what a link runs over."""
    links = list(claim.links)
    if not links or chance.random() < 0.2:
        return replace(claim, means=claim.means[1:])
    place = chance.randrange(len(links))
    other = chance.choice(links)
    scaled = Vector(tuple((name, 2 * value) for name, value in links[place].image.parts))
    frames = (STEP, ELEMENT, STAGE, ("coordinate",))
    links[place : place + 1] = chance.choice(
        ([], [replace(links[place], image=other.image)], [replace(links[place], image=scaled)],
         [replace(links[place], over=chance.choice(frames))])
    )  # fmt: skip
    return replace(claim, links=tuple(links))


def _sequence(claim: Claim, chance: random.Random) -> Claim:
    """Change a time, a lag, or drop a process."""
    if claim.delays and chance.random() < 0.4:
        first = claim.delays[0]
        lag = chance.choice((first.lag + 1, first.lag - 1, ONE, sympy.S.Zero, k, -ONE))
        return replace(claim, delays=(replace(first, lag=lag), *claim.delays[1:]))
    if not claim.processes:
        return claim
    place = chance.randrange(len(claim.processes))
    item, step = claim.processes[place], chance.choice((ONE, -ONE, k))
    changed = [replace(item, known=item.known + step)]
    if item.differences is not None:
        changed += [replace(item, differences=item.differences + step), replace(item, differences=None)]
    return replace(claim, processes=(*claim.processes[:place], chance.choice(changed), *claim.processes[place + 1 :]))


def _recursion(claim: Claim, chance: random.Random) -> Claim:
    """Change the start or the next value of an object."""
    if not claim.recursions:
        return claim
    place = chance.randrange(len(claim.recursions))
    item = claim.recursions[place]
    if not item.scalars:
        return claim
    name = chance.choice(list(item.scalars))
    start, after = item.scalars[name]
    more = chance.choice((ONE, c, y, k, a, b, z))
    pair = chance.choice(
        ((start + more, after), (start, after + more), (start, after * 2), (start, name), (more, after))
    )
    changed = replace(item, scalars={**item.scalars, name: pair})
    return replace(claim, recursions=(*claim.recursions[:place], changed, *claim.recursions[place + 1 :]))


def _step(claim: Claim, chance: random.Random) -> Claim:
    """Change what a step says."""
    place = chance.randrange(len(claim.steps))
    step = claim.steps[place]
    lhs, op, rhs = step.relation.lhs, step.relation.op, step.relation.rhs
    more = chance.choice((ONE, c, x, k))
    changed = chance.choice((Relation(lhs, "<=", rhs), Relation(lhs, "<", rhs), Relation(lhs + more, op, rhs + more),
                             Relation(2 * lhs, op, 2 * rhs), Relation(lhs, op, rhs + more)))  # fmt: skip
    steps = (*claim.steps[:place], replace(step, relation=changed), *claim.steps[place + 1 :])
    return replace(claim, steps=steps)


CHANGES = (_labels, _labels, _premise, _premise, _link, _sequence, _recursion, _step)


def mutant(seed: int, earlier: list[Claim]) -> Claim:
    """Return a changed template or a changed context in which a template is cited; half the time with a case around."""
    chance = random.Random(f"mutant {seed}")
    right = chance.choice(earlier)
    claim = right
    if chance.random() < 0.6:
        name = chance.choice(right.conclusions)
        relation, maps = right.conclusion(name), {}
        if chance.random() < 0.5:
            scalars = sorted((q for q in relation.symbols if "<" not in q.name), key=str)
            maps = {q: chance.choice((z, q * z, ONE, *scalars)) for q in scalars if chance.random() < 0.3}
        proof = Cite(right.id, name, maps)
        cited = relation.substitute(maps)
        if chance.random() < 0.3:
            proof = OrderCases(chance.choice((z, x, y, k, c)), ONE, proof, proof)  # type: ignore[assignment]
        claim = replace(right, steps=(Step(name, cited, proof),), conclusions=(name,))
        if chance.random() < 0.3 and "y" not in {q.name for q in right.labels}:
            witness = replace(right.witness, scalars={"w": 0, "z": 1, **right.witness.scalars})
            claim = replace(claim, witness=witness)
    scalars = {"w": 0, "z": 1, "c": 0, **right.witness.scalars}
    claim = replace(claim, id=f"mutant.{seed}", witness=replace(right.witness, scalars=scalars))
    for _ in range(chance.choice((0, 1, 1, 1, 2, 3))):
        claim = chance.choice(CHANGES)(claim, chance)
    return claim
