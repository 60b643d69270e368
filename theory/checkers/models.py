"""Random finite models of claims: a second line behind the kernel.

A model is a tree of samples (two branches a step, up to four steps), vectors in R^2 at every step and outcome, two
stages, columns for every recursion, and exact rational values; only irrational roots are rounded, to `ROOT_BITS` bits.
What a claim declares (parts, averages, paths, times, delays, recursions, definitions) is built in; premises are met by
choosing what they leave open (`model_search`), and a model that still breaks one is dropped, so finding no
counterexample proves nothing.
Shares nothing with the kernel but the claim and the reading of its names' labels.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from math import isqrt
from typing import Any

import sympy
from sympy import Expr

from theory.kernel.claim import Claim, Definition, Direction, Root
from theory.kernel.proof import Link, Path, Recursion
from theory.kernel.relations import Relation
from theory.kernel.vectors import Vector, pair_of

ROOT_BITS = 160
TOLERANCE = Fraction(1, 2**80)
"""A difference below this is laid to rounded roots."""

Env = Mapping[str, Any]
Array = tuple[Fraction, ...]
"""One value for every step, outcome and coordinate, in this order."""

POOL = tuple(Fraction(v) for v in ("0", "1", "-1", "1/2", "-1/2", "2", "-2", "1/3", "3/4", "-3/2", "3"))
UNITS = tuple((Fraction(a), Fraction(b)) for a, b in (("1", "0"), ("0", "1"), ("3/5", "4/5"), ("-4/5", "3/5")))
COUNTS = 3
"""Columns of a recursion: counts 0, 1, 2; counts at hand are at most 2."""


class NoModel(Exception):
    """A model that does not satisfy the claim's premises, or divides by zero."""


class _Circular(Exception):
    """What a member of a path may be is said in terms of that member."""


@dataclass
class Model:
    """Values of a claim's names, drawn when they are first asked for."""

    claim: Claim
    chance: random.Random
    steps: int
    heads: Fraction
    drawn: dict[object, Any] = field(default_factory=dict)
    fixed: dict[object, Any] = field(default_factory=dict)
    being_drawn: set[object] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.outcomes = tuple(product((0, 1), repeat=self.steps))
        share = [self._probability(outcome) for outcome in self.outcomes]
        self.places = tuple((k, o) for k in range(self.steps) for o in range(len(self.outcomes)))
        self.weights = tuple(share[o] / self.steps for _, o in self.places)
        self.share = share
        self.roots = {item.symbol: item.of for item in self.claim.context if isinstance(item, Root)}
        self.defined = {item.symbol: item.of for item in self.claim.context if isinstance(item, Definition)}
        self.lengths = {item.length for item in self.claim.context if isinstance(item, Direction)}
        self.directions = {item.unit for item in self.claim.context if isinstance(item, Direction)}
        self.links = {(link.local, link.vector): link for link in self.claim.links}
        self.timed = {item.name for item in self.claim.processes} | {item.name for item in self.claim.delays}
        self.objects = {s: r for r in self.claim.recursions for s in r.scalars}
        self.built = {v: r for r in self.claim.recursions for v in r.vectors}
        self.signs = _signs(self.claim)
        self.sized = _sized(self.claim, self.signs)
        self.flat = _flat(self.claim)
        self.still = {n for i in self.claim.links if "step" not in i.over and not i.vector for n, _ in i.image.parts}

    def _probability(self, outcome: tuple[int, ...]) -> Fraction:
        total = Fraction(1)
        for sample in outcome:
            total *= self.heads if sample else 1 - self.heads
        return total

    # --- numbers

    def draw(self, key: object, pool: tuple[Fraction, ...] = POOL) -> Fraction:
        """Return the value kept under a key, drawn now if it is new."""
        if key not in self.drawn:
            self.drawn[key] = self.chance.choice(pool)
        return Fraction(self.drawn[key])

    def _key(self, name: object, labels: frozenset[str], env: Env) -> tuple[object, ...]:
        return (name, *((label, self.at(label, env)) for label in sorted(labels)))

    def at(self, label: str, env: Env) -> Any:  # noqa: ANN401 - a place, a coordinate, a stage or a count
        """Return the value of a label; that of a counter which is not said is the count at hand."""
        if label in env:
            return env[label]
        if label in ("step", "coordinate", "stage"):
            raise KeyError(label)
        counter = sympy.Symbol(label, real=True)
        others = self.claim.labels.get(counter, frozenset()) - {label}
        key = ("hand", *self._key(label, others, env))
        if key not in self.drawn:
            self.drawn[key] = self.chance.randrange(COUNTS)
        value: Fraction = self.drawn[key]
        return value

    def scalar(self, symbol: sympy.Symbol, env: Env) -> Fraction:
        """Return the value of a scalar."""
        labels = self.claim.labels.get(symbol, frozenset())
        key = self._key(symbol, labels, env)
        if key in self.fixed:
            return Fraction(self.fixed[key])
        self.fixed[key] = value = self._scalar(symbol, key, env)
        return value

    def _scalar(self, symbol: sympy.Symbol, key: object, env: Env) -> Fraction:
        if any(recursion.counter == symbol for recursion in self.claim.recursions):
            return Fraction(self.at(symbol.name, env))
        if symbol in self.objects:
            return Fraction(self._run(self.objects[symbol], symbol, env))
        if symbol in self.roots:
            return root(self.value(self.roots[symbol], env))
        link = self.links.get((symbol.name, False))
        if link is not None and not self._assembled(link):
            return self.part(link, env)
        if symbol in self.defined:
            return self.value(self.defined[symbol], env)
        for mean in self.claim.means:
            if mean.symbol == symbol:
                return sum(
                    (
                        w * self.scalar(mean.of, {**env, "step": p})
                        for w, p in zip(self.weights, self.places, strict=True)
                    ),
                    Fraction(0),
                )
        for path in self.claim.paths:
            if symbol in path.symbols:
                return self._path(path, path.symbols.index(symbol), env)
        if symbol in self.lengths:
            return abs(self.draw(key))
        if symbol in self.sized:
            of, place = self.sized[symbol]
            value = self.value(of, env)
            return abs(value) if place else Fraction(-1 if value < 0 else 1)
        if symbol in self.signs:
            return self.draw(key, (Fraction(1), Fraction(-1)))
        return self.draw(key)

    def _path(self, path: Path, place: int, env: Env) -> Fraction:
        """Return a value of a path: members, first, last, both averages, number of steps."""
        if place < 2:
            k, o = env["step"]
            return self.member(path, k + place, o)
        if place == 6:
            return Fraction(self.steps)
        if place in (2, 3):
            k = (place - 2) * self.steps
            return sum((p * self.member(path, k, o) for o, p in enumerate(self.share)), Fraction(0))
        return sum(
            (w * self.member(path, k + place - 4, o) for w, (k, o) in zip(self.weights, self.places, strict=True)),
            Fraction(0),
        )

    def member(self, path: Path, k: int, o: int) -> Fraction:
        """Return member k of a path at an outcome; a premise on the next member says how large it may be.

        A premise that speaks of that member itself says nothing before it is drawn, and the member is drawn freely.
        """
        key = (path.symbols[0], "member", k, o if k else 0)
        if key not in self.drawn:
            if key in self.being_drawn:
                raise _Circular
            self.being_drawn.add(key)
            try:
                self.drawn[key] = self._below(path, k, o)
            except _Circular:
                self.drawn[key] = self.chance.choice(POOL)
            finally:
                self.being_drawn.remove(key)
        found: Fraction = self.drawn[key]
        return found

    def _below(self, path: Path, k: int, o: int) -> Fraction:
        """Return a value for member k that is at most what a premise on the next member says."""
        bound = _upper_bound(self.claim, path.symbols[1]) if k else None
        if bound is None:
            return self.chance.choice(POOL)
        return self.value(bound, {"step": (k - 1, o)}) - abs(self.chance.choice(POOL))

    def value(self, expression: Expr, env: Env) -> Fraction:
        """Return the value of an expression."""
        if isinstance(expression, sympy.Rational):
            return Fraction(int(expression.p), int(expression.q))
        if isinstance(expression, sympy.Symbol):
            pair = pair_of(expression)
            return self.scalar(expression, env) if pair is None else self.inner(*pair, env)
        values = [self.value(part, env) for part in expression.args]
        if isinstance(expression, sympy.Add):
            return sum(values, Fraction(0))
        if isinstance(expression, sympy.Mul):
            total = Fraction(1)
            for value in values:
                total *= value
            return total
        base, exponent = values
        if base == 0 and exponent < 0:
            raise NoModel("division by zero")
        return Fraction(base ** int(exponent))

    def holds(self, relation: Relation, env: Env, give: Fraction = Fraction(0)) -> bool:
        """Return whether a relation holds, give or take rounded roots."""
        slack = self.value(relation.rhs, env) - self.value(relation.lhs, env)
        if relation.op == "==":
            return abs(slack) <= give
        return slack >= -give if relation.op == "<=" or give else slack > 0

    # --- vectors

    def vector(self, name: str, env: Env) -> Array:
        """Return a generator as an array over steps, outcomes and coordinates."""
        labels = self.claim.vector_labels.get(name, frozenset())
        key = ("vector", *self._key(name, labels, env))
        if key not in self.fixed:
            self.fixed[key] = self._vector(name, labels, key, env)
        found: Array = self.fixed[key]
        return found

    def _vector(self, name: str, labels: frozenset[str], key: object, env: Env) -> Array:
        if ("override", key) in self.drawn:
            changed: Array = self.drawn["override", key]
            return changed
        for delay in self.claim.delays:
            if delay.name == name:
                return self._delayed(self.vector(delay.of, env), int(self.value(delay.lag, env)))
        if name in self.built:
            found: Array = self._run(self.built[name], name, env)
            return found
        link = self.links.get((name, True))
        if link is not None and not self._assembled(link):
            return self._member_of(link, env)
        for other in self.claim.links:
            if self._assembled(other) and other.image.parts[0][0] == name:
                return self._assemble(other, env)
        if "step" in labels:
            return self._still([self.draw((key, i)) for i in range(2)])
        return self._sequence(name, labels, key, env)

    def _sequence(self, name: str, labels: frozenset[str], key: object, env: Env) -> Array:
        """Draw a random sequence that is known, and has zero means, when its process says so."""
        process = next((item for item in self.claim.processes if item.name == name), None)
        known = int(self.value(process.known, env)) if process is not None else 0
        stage = env.get("stage") if "stage" in labels else None
        found = []
        for k, o in self.places:
            seen = self.outcomes[o][: max(k + known + 1, 0)]
            if name in self.directions:
                if (key, k, seen) not in self.drawn:
                    self.drawn[key, k, seen] = self.chance.choice(UNITS)
                found += self.drawn[key, k, seen]
            elif name in self.flat:
                found += [abs(self.draw((key, k, seen, 0))), Fraction(0)]
            elif name in self.still:
                found += [self.draw((key, i)) for i in range(2)]
            else:
                found += [self.draw((key, k, seen, i)) if stage in (None, i) else Fraction(0) for i in range(2)]
        drawn = tuple(found)
        if process is None or process.differences is None:
            return drawn
        return self._centred(drawn, int(self.value(process.differences, env)))

    def _centred(self, drawn: Array, first: int) -> Array:
        """Take off the mean given the samples of steps < k + first."""
        found = list(drawn)
        for place, (k, o) in enumerate(self.places):
            seen = self.outcomes[o][: max(k + first, 0)]
            same = [p for p, (j, q) in enumerate(self.places) if j == k and self.outcomes[q][: len(seen)] == seen]
            mass = sum((self.weights[p] for p in same), Fraction(0))
            for i in range(2):
                mean = sum((self.weights[p] * drawn[2 * p + i] for p in same), Fraction(0)) / mass
                found[2 * place + i] = drawn[2 * place + i] - mean
        return tuple(found)

    def _delayed(self, of: Array, lag: int) -> Array:
        size = len(self.outcomes)
        zeros = (Fraction(0), Fraction(0))
        parts = [
            of[2 * (p - lag * size) : 2 * (p - lag * size) + 2] if k >= lag else zeros
            for p, (k, _) in enumerate(self.places)
        ]
        return tuple(x for part in parts for x in part)

    def _still(self, pair: list[Fraction]) -> Array:
        return tuple(pair) * len(self.places)

    def combination(self, vector: Vector, env: Env) -> Array:
        """Return a linear combination."""
        found = [Fraction(0)] * (2 * len(self.places))
        for name, coefficient in vector.parts:
            factor, part = self.value(coefficient, env), self.vector(name, env)
            found = [x + factor * y for x, y in zip(found, part, strict=True)]
        return tuple(found)

    def inner(self, one: str, other: str, env: Env) -> Fraction:
        """Return the inner product of two generators."""
        u, v = self.vector(one, env), self.vector(other, env)
        return sum(
            (w * (u[2 * p] * v[2 * p] + u[2 * p + 1] * v[2 * p + 1]) for p, w in enumerate(self.weights)), Fraction(0)
        )

    # --- parts

    def _assembled(self, link: Link) -> bool:
        """Return whether the image is made of its parts: they are built or defined, and it is one free generator."""
        if len(link.image.parts) != 1 or link.image.parts[0][1] != 1:
            return False
        name = link.image.parts[0][0]
        if name in self.built or name in self.timed:
            return False
        if (name, True) in self.links or name in self.directions:
            return False
        if link.vector:
            return link.local in self.built or (link.local, True) in {
                (i.image.parts[0][0], True) for i in self.claim.links if i.image.parts
            }
        symbol = sympy.Symbol(link.local, real=True)
        return symbol in self.objects or symbol in self.defined

    def _assemble(self, link: Link, env: Env) -> Array:
        found = []
        for place in self.places:
            for i in range(2):
                here = {**env, "step": place, "coordinate": i, "stage": i}
                here = {label: value for label, value in here.items() if label in env or label in link.over}
                if link.vector:
                    part = self.vector(link.local, here)
                    found.append(part[2 * self.places.index(place) + i])
                elif link.over == ("step",) and i:
                    found.append(Fraction(0))
                else:
                    found.append(self.scalar(sympy.Symbol(link.local, real=True), here))
        return tuple(found)

    def part(self, link: Link, env: Env) -> Fraction:
        """Return a scalar part of an image."""
        image = self.combination(link.image, env)
        place = self.places.index(env["step"]) if "step" in link.over else 0
        i = env["coordinate"] if "coordinate" in link.over else env["stage"] if "stage" in link.over else 0
        if link.over == ("step",) and image[2 * place + 1] != 0:
            raise NoModel("a sequence of numbers has one coordinate")
        if "step" not in link.over and any(image[2 * p + i] != image[i] for p in range(len(self.places))):
            raise NoModel("no sequence over steps")
        return image[2 * place + i]

    def _member_of(self, link: Link, env: Env) -> Array:
        image = self.combination(link.image, env)
        if "step" in link.over:
            place = self.places.index(env["step"])
            return self._still(list(image[2 * place : 2 * place + 2]))
        stage = env["stage"]
        return tuple(x if index % 2 == stage else Fraction(0) for index, x in enumerate(image))

    # --- recursions

    def _run(self, recursion: Recursion, of: sympy.Symbol | str, env: Env) -> Any:  # noqa: ANN401 - a number or an array
        """Return what a recursion has built of one of its symbols; the others may have labels that are not at hand."""
        label = recursion.counter.name
        count = int(self.at(label, env))
        labels = frozenset().union(
            *(self.claim.labels.get(s, frozenset()) for s in recursion.scalars),
            *(self.claim.vector_labels.get(v, frozenset()) for v in recursion.vectors),
        )
        told = {name for name in labels - {label} if name in env or name not in ("step", "coordinate", "stage")}
        key = ("run", *self._key(of, frozenset(told), env), count)
        if key not in self.fixed:
            here = {**env, label: max(count - 1, 0)}
            if count:
                stale = {
                    item.counter.name
                    for item in self.claim.recursions
                    if label in self.claim.labels.get(item.counter, ())
                }
                here = {name: value for name, value in here.items() if name == label or name not in stale}
            place = 1 if count else 0
            if of in recursion.scalars:
                self.fixed[key] = self.value(recursion.scalars[of][place], here)
            else:
                self.fixed[key] = self.combination(recursion.vectors[str(of)][place], here)
        return self.fixed[key]


def root(value: Fraction) -> Fraction:
    """Return the nonnegative square root, exact where it is rational, else rounded."""
    if value < 0:
        raise NoModel("a root that does not exist")
    above, below = isqrt(value.numerator), isqrt(value.denominator)
    if above**2 == value.numerator and below**2 == value.denominator:
        return Fraction(above, below)
    return Fraction(isqrt((value.numerator << 2 * ROOT_BITS) // value.denominator), 1 << ROOT_BITS)


def _signs(claim: Claim) -> set[sympy.Symbol]:
    """Return the symbols that a premise says to be 1 or -1."""
    found = set()
    for premise in claim.premises:
        if premise.relation.op == "==" and premise.relation.rhs == 1 and premise.relation.lhs.is_Pow:
            found.add(premise.relation.lhs.base)
    return found


def _sized(claim: Claim, signs: set[sympy.Symbol]) -> dict[sympy.Symbol, tuple[Expr, int]]:
    """Return signs and sizes whose product a premise or a part says: s = sign of it (place 0), m = its size (1)."""
    linked = {link.local for link in claim.links}
    found: dict[sympy.Symbol, tuple[Expr, int]] = {}
    pairs = [(p.relation.lhs, p.relation.rhs) for p in claim.premises if p.relation.op == "=="]
    pairs += [(i.of, i.symbol) for i in claim.context if isinstance(i, Definition) and i.symbol.name in linked]
    for whole, of in pairs:
        if whole.is_Mul and len(whole.args) == 2 and any(a in signs for a in whole.args):
            sign, size = sorted(whole.args, key=lambda a: a not in signs)
            if size.is_Symbol:
                found |= {sign: (of, 0), size: (of, 1)}
    return found


def _flat(claim: Claim) -> set[str]:
    """Return the generators that are sequences of numbers, and what these are built from."""
    found = {name for link in claim.links if link.over == ("step",) and not link.vector for name, _ in link.image.parts}
    for recursion in claim.recursions:
        for name, pair in recursion.vectors.items():
            if name in found:
                found |= {part for vector in pair for part, _ in vector.parts}
    return found


def _upper_bound(claim: Claim, symbol: sympy.Symbol) -> Expr | None:
    """Return what a premise says the symbol is at most."""
    return next((p.relation.rhs for p in claim.premises if p.relation.op == "<=" and p.relation.lhs == symbol), None)
