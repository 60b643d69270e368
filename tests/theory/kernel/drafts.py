"""Random drafts: claims written by the rules' shapes with no regard for their side conditions, so many are false.

A draft starts from a point (one step, one outcome) and takes as premises what holds there; then it applies rules to
whatever it has, with weights, cases, links, citations and labels drawn at random, and concludes what would come out if
the application were sound. Nothing here decides whether it is.
"""

import random
from collections.abc import Callable

import sympy

from theory.kernel import combine, eq, inner, le, lt, norm2, norm_square, square, times
from theory.kernel.claim import Claim
from theory.kernel.draft import COORDINATE, ELEMENT, STAGE, STEP, Draft
from theory.kernel.proof import (
    Average,
    Chain,
    Cite,
    Contradiction,
    Induction,
    OrderCases,
    Proof,
    Shift,
    SignCases,
    Square,
    Step,
    Telescope,
    Tower,
    ZeroCases,
)
from theory.kernel.relations import Relation
from theory.kernel.vectors import Vector, generators, pair_of
from theory.setting.assumptions import UNBIASED

SCALARS = tuple(sympy.Symbol(name, real=True) for name in ["x", "y", "z", "s", "c", "X", "Y"])
x, y, z, s, c, X, Y = SCALARS
k, a, b = (sympy.Symbol(name, real=True) for name in ["k", "a", "b"])
VECTORS = generators("u v n t")
u, v, n, t = VECTORS
FRAMES = (STEP, ELEMENT, COORDINATE, STAGE)
ONE = sympy.Integer(1)


class Writer:
    """Writes one draft; every choice comes from `chance`."""

    def __init__(self, chance: random.Random, earlier: list[Claim]) -> None:
        self.chance, self.earlier = chance, earlier
        self.d = Draft()
        self.facts: dict[str, Relation] = {}
        self.values = {q: sympy.Rational(chance.choice(("0", "1", "-1", "2", "1/2"))) for q in SCALARS}
        self.values[s] = sympy.Rational(chance.choice((1, -1)))
        self.vectors = {vector.parts[0][0]: [chance.randrange(-2, 3)] for vector in VECTORS}
        self.count = 0
        self.zero_mean: set[str] = set()

    def name(self) -> str:
        """Return a name that was not used before."""
        self.count += 1
        return f"f{self.count}"

    def write(self, name: str) -> Claim:
        """Return the claim."""
        self.structure()
        if self.chance.random() < 0.25:
            self.d.given("s^2", eq(s**2, 1), "domain")
            self.facts["s^2"] = eq(s**2, 1)
        if self.d.recursions and self.chance.random() < 0.8:
            self.d.given("growth", le(0, self.growth), "domain")
            self.facts["growth"] = le(0, self.growth)
        for _ in range(self.chance.randrange(1, 5)):
            self.premise()
        for _ in range(self.chance.randrange(1, 4)):
            made = self.step(depth=0)
            if made is not None:
                relation, proof = made
                fact = self.name()
                self.d.have(fact, relation, proof)
                self.facts[fact] = relation
        self.d.conclusions = [step.name for step in self.d.steps[-2:]]
        self.d.witness({q.name: str(v) for q, v in self.values.items()}, {n: tuple(v) for n, v in self.vectors.items()})
        if self.chance.random() < 0.1:  # sometimes a dependence is hidden
            self.d._pass_labels_on = lambda: None  # type: ignore[method-assign]
        assumes = [UNBIASED] if self.zero_mean else []
        return self.d.claim(name, "a draft", "A random draft.", "random", assumes)

    def structure(self) -> None:
        """Declare links, averages, sequences, a recursion, and labels, or none of them."""
        chance, d = self.chance, self.d
        kind = chance.randrange(8)
        if kind in (0, 1, 2):
            over = chance.choice(FRAMES)
            for local, image in chance.sample([(x, u), (y, v), (z, t)], chance.randrange(1, 4)):
                target = image if chance.random() < 0.8 else chance.choice((2 * image, image + n))
                d.link(local, target, over)
                scale = sum(p[1] * self.vectors[p[0]][0] for p in target.parts)
                self.values[local] = sympy.Rational(scale)
        if kind == 2:
            d.link(n, u, STEP)
            self.vectors["n"] = self.vectors["u"]
        if kind in (1, 3):
            for mean, of in chance.sample([(X, x), (Y, y)], chance.randrange(1, 3)):
                d.mean(mean, of)
                self.values[mean] = self.values[of]
        if kind in (4, 5):
            for vector in chance.sample(VECTORS, 2):
                first = chance.choice((None, 0, 0, 1, -1))
                name = vector.parts[0][0]
                d.process(name, known=chance.choice((-1, 0, -2)), differences=first, reason=UNBIASED)
                self.zero_mean.add(name)
                if first is not None:
                    self.vectors[name] = [0]
        if kind == 5:
            d.delayed("t", of=chance.choice("un"), lag=chance.choice((ONE, sympy.S.Zero, 2 * ONE)))
            d.processes = [item for item in d.processes if item.name != "t"]
        if kind == 6:
            self.recursion()
        if chance.random() < 0.3:
            d.local(chance.choice((STEP, ELEMENT, STAGE)), *chance.sample(SCALARS, 2))
        if chance.random() < 0.1:
            first, last, one, two, count = (
                sympy.Symbol(q, real=True) for q in ["first", "last", "one", "two", "count"]
            )
            d.path(a, b, first, last, one, two, count)
            self.values |= {a: ONE, first: ONE, one: ONE, b: 2 * ONE, last: 2 * ONE, two: 2 * ONE, count: ONE}

    def recursion(self) -> None:
        """Declare a sum over counts of something that may be chosen anew."""
        chance, d = self.chance, self.d
        if chance.random() < 0.7:
            d.local(k, *chance.sample((x, y, z), chance.randrange(1, 3)))
        growth = chance.choice((x, y, x - y, 1 - k, x**2, k, x * k, y - 1))
        d.recursion(k, {a: (chance.choice((0, 0, z)), a + growth)})
        self.values[k] = sympy.Integer(chance.choice((0, 0, 1, 2)))
        self.growth = growth

    def premise(self) -> None:
        """Take something for granted that holds at the point."""
        chance = self.chance
        p, q = self.scalar(), self.scalar()
        w, m = chance.choice(VECTORS), chance.choice(VECTORS)
        relation = chance.choice(
            (
                lambda: le(0, p), lambda: lt(0, p), lambda: le(p, q), lambda: le(p**2, q**2), lambda: le(p, 1),
                lambda: eq(p * (1 - p), 0), lambda: eq(p, q), lambda: le(norm2(w), q), lambda: le(norm2(w), q**2),
                lambda: eq(inner(w, m), 0), lambda: eq(s**2, 1), lambda: le(p * q, 1), lambda: eq(p * q, 0),
                lambda: le(1, p),
            )
        )()  # fmt: skip
        if chance.random() < 0.1:
            symbol = self.chance.choice((c, z, Y))
            self.d.define(symbol, p * q + chance.choice((0, 1, k if self.d.recursions else 2)))
            self.facts[f"{symbol.name} :="] = eq(symbol, self.d.context[-1].of)
            del self.values[symbol]
            return
        if self.true(relation):
            name = self.name()
            self.d.given(name, relation, "domain")
            self.facts[name] = relation

    def scalar(self) -> sympy.Symbol:
        """Return a scalar, often one that structure speaks of."""
        return self.chance.choice((*SCALARS, *self.d.labels))

    def true(self, relation: Relation) -> bool:
        """Return whether a relation holds at the point."""
        slack = relation.slack
        for symbol in relation.symbols:
            pair = pair_of(symbol)
            value = self.values.get(symbol, sympy.S.Zero)
            if pair is not None:
                value = sympy.Integer(self.vectors[pair[0]][0] * self.vectors[pair[1]][0])
            slack = slack.xreplace({symbol: value})
        return bool(slack == 0 if relation.op == "==" else slack >= 0 if relation.op == "<=" else slack > 0)

    # --- steps

    def step(self, depth: int) -> tuple[Relation, Proof] | None:
        """Return a goal and a proof of some rule's shape."""
        kinds: list[Callable[[], tuple[Relation, Proof] | None]] = [self.combination] * 3
        kinds += [self.average] * 3 + [self.sequence, self.citation, self.induction, self.induction]
        if depth < 2:
            kinds += [lambda: self.cases(depth)] * 3
        return self.chance.choice(kinds)()

    def combination(self) -> tuple[Relation, Proof] | None:
        """Return what a combination of facts gives, whatever the signs of its weights are."""
        chance = self.chance
        chosen = chance.sample(sorted(self.facts), min(len(self.facts), chance.randrange(1, 3)))
        terms, total, ops = [], sympy.S.Zero, []
        for name in chosen:
            weight = self.weight()
            terms.append(times(name, weight))
            total += weight * self.facts[name].slack
            ops.append(self.facts[name].op)
        if chance.random() < 0.4:
            weight, of = (
                self.weight(),
                chance.choice((self.scalar(), self.scalar() - self.scalar(), 1 / self.scalar(), ONE)),
            )
            terms.append(Square(weight, of) if chance.random() < 0.5 else square(of, weight))
            total, ops = total + weight * of**2, [*ops, "<="]
        if chance.random() < 0.2:
            weight, vector = self.weight(), chance.choice((u, u - v, u + 2 * t))
            terms.append(norm_square(vector, weight))
            total, ops = total + weight * norm2(vector), [*ops, "<="]
        if not terms:
            return None
        op = "==" if all(op == "==" for op in ops) else "<" if "<" in ops and chance.random() < 0.7 else "<="
        shift = chance.choice((sympy.S.Zero, self.scalar(), self.scalar() ** 2))
        return Relation(shift, op, shift + sympy.expand(total)), combine(*terms)  # type: ignore[arg-type]

    def weight(self) -> sympy.Expr:
        """Return a weight of any sign, perhaps undefined."""
        p, q = self.scalar(), self.scalar()
        return self.chance.choice(
            (ONE, ONE, ONE, -ONE, 2 * ONE, p, p**2, 1 / p, p * q, p - q, 1 / (p - q), p / q, -(p**2))
        )

    def average(self) -> tuple[Relation, Proof] | None:
        """Return an average of a fact over something, as if every product had one."""
        chance = self.chance
        if not self.facts or not (self.d.links or self.d.means or self.d.paths):
            return None
        name = chance.choice(sorted(self.facts))
        fact, over = self.facts[name], chance.choice(FRAMES)
        if self.d.links and chance.random() < 0.7:
            over = self.d.links[0].over
        sides = [self.mapped(side) for side in (fact.lhs, fact.rhs)]
        if any(side is None for side in sides):
            return None
        op = fact.op if chance.random() < 0.9 else "<="
        inside = combine(times(name)) if chance.random() < 0.9 else combine(times(name, self.weight()))
        return Relation(sides[0], op, sides[1]), Average(fact, inside, over)  # type: ignore[arg-type]

    def mapped(self, side: sympy.Expr) -> sympy.Expr | None:
        """Return a side with squares and products of parts, and means, put in; what has none stays."""
        images = {link.local: link.image for link in self.d.links}
        total = sympy.S.Zero
        for term in sympy.Add.make_args(sympy.expand(side)):
            factors = [
                f for f, p in term.as_powers_dict().items() for _ in range(int(p) if p.is_Integer and p > 0 else 0)
            ]
            local = [f for f in factors if f.is_Symbol and (f.name in images or any(m.of == f for m in self.d.means))]
            rest = term
            for factor in local:
                rest = rest / factor
            if len(local) == 2 and all(f.name in images for f in local):
                rest = rest * inner(images[local[0].name], images[local[1].name])
            elif len(local) == 1 and any(m.of == local[0] for m in self.d.means):
                rest = rest * next(m.symbol for m in self.d.means if m.of == local[0])
            elif local:
                return None
            total += rest
        return total

    def sequence(self) -> tuple[Relation, Proof] | None:
        """Return an orthogonality, a shift, or a telescope."""
        chance = self.chance
        one, other = (vector.parts[0][0] for vector in chance.sample(VECTORS, 2))
        kind = chance.randrange(3)
        if kind == 0:
            return eq(inner(*generators(f"{one} {other}")), 0), Tower(one, other)
        if kind == 1:
            return le(norm2(generators(one)[0]), norm2(generators(other)[0])), Shift(one)
        if self.d.paths:
            path = self.d.paths[0].symbols
            return eq(path[6] * (path[5] - path[4]), path[3] - path[2]), Telescope(path[0].name)
        return None

    def citation(self) -> tuple[Relation, Proof] | None:
        """Return an instance of an earlier claim under a random map."""
        chance = self.chance
        if not self.earlier:
            return None
        cited = chance.choice(self.earlier)
        name = chance.choice(cited.conclusions)
        relation = cited.conclusion(name)
        scalars: dict[sympy.Symbol, sympy.Expr] = {}
        for symbol in sorted(relation.symbols, key=str):
            if chance.random() < 0.4:
                p, q = self.scalar(), self.scalar()
                scalars[symbol] = chance.choice((p, p * q, p + q, ONE, -p, norm2(u)))
        vectors: dict[str, Vector] = {}
        for vector in VECTORS:
            if chance.random() < 0.2:
                vectors[vector.parts[0][0]] = chance.choice((*VECTORS, u + v, self.scalar() * u))
        return relation.substitute(scalars, vectors), Cite(cited.id, name, scalars, vectors)

    def induction(self) -> tuple[Relation, Proof] | None:
        """Return a sign of a sum over counts, or its closed form."""
        chance = self.chance
        if not self.d.recursions:
            return None
        name = chance.choice(sorted(self.facts)) if self.facts else None
        if "growth" in self.facts and chance.random() < 0.6:
            goal = chance.choice((le(0, a), le(0, a), le(0, 2 * a), le(-(x**2), a)))
            return goal, Induction(k, combine(), combine(times("hypothesis"), times("growth")))
        hypothesis = times("hypothesis")
        goal = chance.choice(
            (
                le(0, a),
                le(a, k),
                eq(a, k),
                le(0, a + k),
                le(a, z),
                le(0, a * chance.choice((ONE, z))),
                le(a, x),
                le(0, k * a),
            )
        )
        facts = [times(name, chance.choice((ONE, ONE, -ONE, k, x)))] if name and chance.random() < 0.9 else []
        start = combine(times(name)) if name and chance.random() < 0.3 else combine()
        return goal, Induction(k, start, combine(hypothesis, *facts))

    def cases(self, depth: int) -> tuple[Relation, Proof] | None:
        """Return a goal that is derived inside a branch, with the same derivation in the other."""
        chance, kept = self.chance, dict(self.facts)
        of, other = self.scalar(), chance.choice((sympy.S.Zero, ONE, self.scalar()))
        of = chance.choice((of, of, of**2, k if self.d.recursions else of))
        kind = chance.randrange(4)
        said = {0: le(of, other), 1: lt(0, of), 2: eq(of, 1), 3: lt(other, of)}[kind]
        label = {0: "case", 1: "case", 2: "case", 3: "negation"}[kind]
        if label in self.facts:
            return None
        if kind != 2:
            self.facts[label] = said
        made = self.step(depth + 1)
        if made is not None and chance.random() < 0.5:
            fact = self.name()
            self.facts[fact] = made[0]
            then = self.step(depth + 1)
            if then is not None:
                made = then[0], Chain((Step(fact, *made),), then[1])
        self.facts = kept
        if made is None:
            return None
        goal, proof = made
        if kind == 0:
            return goal, OrderCases(of, other, proof, proof)
        if kind == 1:
            return goal, ZeroCases(of, proof, proof)
        if kind == 2:
            return goal, SignCases(s, proof, proof)
        return le(of, other), Contradiction(
            Chain((Step("inner", goal, proof),), combine(times("inner"), times("negation")))
        )


def draft(seed: int, earlier: list[Claim]) -> Claim | None:
    """Return the draft of a seed; None where the dice gave nothing that can be written down."""
    writer = Writer(random.Random(seed), earlier)
    try:
        claim = writer.write(f"draft.{seed}")
    except (ValueError, TypeError, KeyError, ZeroDivisionError, AttributeError):
        return None
    return claim if claim.conclusions else None
