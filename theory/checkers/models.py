"""A second line behind the kernel: claims evaluated in random finite models. A proved claim that fails is a kernel fault.

A model is a tree of samples (two branches a step, up to four steps), vectors in R^2 at every step and outcome, two
stages, columns for every recursion, and exact rational values; only irrational roots are rounded, to `ROOT_BITS` bits.
What a claim declares (parts, averages, paths, times, delays, recursions, definitions) is built in; premises are met by
choosing what they leave open, and a model that still breaks one is dropped, so finding no counterexample proves nothing.
Shares nothing with the kernel but the claim and the reading of its names' labels.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from math import isqrt

import sympy
from sympy import Expr

from theory.kernel.claim import Claim, Definition, Direction, Premise, Root
from theory.kernel.proof import Link, Path, Recursion
from theory.kernel.relations import Relation
from theory.kernel.vectors import Vector, pair_of

ROOT_BITS = 160
TOLERANCE = Fraction(1, 2**80)
"""A difference below this is laid to rounded roots."""

Env = Mapping[str, object]
Array = tuple[Fraction, ...]
"""One value for every step, outcome and coordinate, in this order."""

POOL = tuple(Fraction(v) for v in ("0", "1", "-1", "1/2", "-1/2", "2", "-2", "1/3", "3/4", "-3/2", "3"))
UNITS = tuple((Fraction(a), Fraction(b)) for a, b in (("1", "0"), ("0", "1"), ("3/5", "4/5"), ("-4/5", "3/5")))
COUNTS = 3
"""Columns of a recursion: counts 0, 1, 2; counts at hand are at most 2."""


class NoModel(Exception):
    """This model does not satisfy the claim's premises, or divides by zero."""


@dataclass
class Model:
    """Values of a claim's names, drawn when they are first asked for."""

    claim: Claim
    chance: random.Random
    steps: int
    heads: Fraction
    drawn: dict[object, object] = field(default_factory=dict)
    fixed: dict[object, object] = field(default_factory=dict)

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
        return self.drawn[key]  # type: ignore[return-value]

    def _key(self, name: object, labels: frozenset[str], env: Env) -> tuple[object, ...]:
        return (name, *((label, self.at(label, env)) for label in sorted(labels)))

    def at(self, label: str, env: Env) -> object:
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
        return self.drawn[key]

    def scalar(self, symbol: sympy.Symbol, env: Env) -> Fraction:
        """Return the value of a scalar."""
        labels = self.claim.labels.get(symbol, frozenset())
        key = self._key(symbol, labels, env)
        if key in self.fixed:
            return self.fixed[key]  # type: ignore[return-value]
        self.fixed[key] = value = self._scalar(symbol, key, env)
        return value

    def _scalar(self, symbol: sympy.Symbol, key: object, env: Env) -> Fraction:
        if any(recursion.counter == symbol for recursion in self.claim.recursions):
            return Fraction(self.at(symbol.name, env))  # type: ignore[call-overload,no-any-return]
        if symbol in self.objects:
            return self._run(self.objects[symbol], env)[0][symbol]
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
            k, o = env["step"]  # type: ignore[misc]
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
        """Return member k of a path at an outcome; a premise on the next member says how large it may be."""
        key = (path.symbols[0], "member", k, o if k else 0)
        if key not in self.drawn:
            bound = _upper_bound(self.claim, path.symbols[1]) if k else None
            env = {"step": (k - 1, o)}
            self.drawn[key] = (
                self.value(bound, env) - abs(self.chance.choice(POOL))
                if bound is not None
                else self.chance.choice(POOL)
            )
        return self.drawn[key]  # type: ignore[return-value]

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
        return self.fixed[key]  # type: ignore[return-value]

    def _vector(self, name: str, labels: frozenset[str], key: object, env: Env) -> Array:
        if ("override", key) in self.drawn:
            return self.drawn["override", key]  # type: ignore[return-value]
        for delay in self.claim.delays:
            if delay.name == name:
                return self._delayed(self.vector(delay.of, env), int(self.value(delay.lag, env)))
        if name in self.built:
            return self._run(self.built[name], env)[1][name]
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
        known = int(process.known) if process is not None else 0
        stage = env.get("stage") if "stage" in labels else None
        found = []
        for k, o in self.places:
            seen = self.outcomes[o][: max(k + known + 1, 0)]
            if name in self.directions:
                pair = UNITS[self.chance.randrange(len(UNITS))] if (key, k, seen) not in self.drawn else None
                pair = self.drawn.setdefault((key, k, seen), pair)  # type: ignore[assignment]
                found += list(pair)  # type: ignore[arg-type]
            elif name in self.flat:
                found += [abs(self.draw((key, k, seen, 0))), Fraction(0)]
            elif name in self.still:
                found += [self.draw((key, i)) for i in range(2)]
            else:
                found += [self.draw((key, k, seen, i)) if stage in (None, i) else Fraction(0) for i in range(2)]
        drawn = tuple(found)
        if process is None or process.differences is None:
            return drawn
        return self._centred(drawn, int(process.differences))

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
        if name in self.built or any(name == p.name for p in (*self.claim.processes, *self.claim.delays)):
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
        place = self.places.index(env["step"]) if "step" in link.over else 0  # type: ignore[arg-type]
        i = env["coordinate"] if "coordinate" in link.over else env["stage"] if "stage" in link.over else 0
        if link.over == ("step",) and image[2 * place + 1] != 0:
            raise NoModel("a sequence of numbers has one coordinate")
        if "step" not in link.over and any(image[2 * p + i] != image[i] for p in range(len(self.places))):  # type: ignore[index,operator]
            raise NoModel("no sequence over steps")
        return image[2 * place + i]  # type: ignore[operator,no-any-return]

    def _member_of(self, link: Link, env: Env) -> Array:
        image = self.combination(link.image, env)
        if "step" in link.over:
            place = self.places.index(env["step"])  # type: ignore[arg-type]
            return self._still(list(image[2 * place : 2 * place + 2]))
        stage = env["stage"]
        return tuple(x if index % 2 == stage else Fraction(0) for index, x in enumerate(image))

    # --- recursions

    def _run(self, recursion: Recursion, env: Env) -> tuple[dict[sympy.Symbol, Fraction], dict[str, Array]]:
        label = recursion.counter.name
        count = int(self.at(label, env))  # type: ignore[call-overload]
        labels = frozenset().union(
            *(self.claim.labels.get(s, frozenset()) for s in recursion.scalars),
            *(self.claim.vector_labels.get(v, frozenset()) for v in recursion.vectors),
        )
        key = ("run", *self._key(label, labels - {label}, env), count)
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
            scalars = {s: self.value(pair[place], here) for s, pair in recursion.scalars.items()}
            vectors = {v: self.combination(pair[place], here) for v, pair in recursion.vectors.items()}
            self.fixed[key] = (scalars, vectors)
        return self.fixed[key]  # type: ignore[return-value]


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
    """Return the counters whose objects, or what hangs on them, the relation mentions."""
    from theory.kernel.reading import read_claim, read_relation

    return read_claim(claim).counts(read_relation(relation)) | _counter_alone(claim, relation)


def _counter_alone(claim: Claim, relation: Relation) -> frozenset[str]:
    return frozenset(r.counter.name for r in claim.recursions if relation == Relation(sympy.S.Zero, "<=", r.counter))


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
    for symbol in sorted(relation.symbols, key=lambda s: (s not in relation.rhs.free_symbols, s.name)):
        if pair_of(symbol) is None and not _settled(model, symbol) and relation.op != "==":
            if _try(model, relation, envs, symbol):
                return
    if relation.op == "==" and relation.rhs == 0 and pair_of(relation.lhs) is not None:
        _orthogonalise(model, *pair_of(relation.lhs))  # type: ignore[misc]
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
    dependent = {key: value for key, value in model.fixed.items()}
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
    """Take from one of two free vectors its component along the other."""
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
        for factor in (Fraction(1, 4), Fraction(0)):
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
class Report:
    """What random models said of a claim: how many satisfied its premises, and the first that broke a conclusion."""

    models: int
    tried: int
    broken: str = ""


def examine(claim: Claim, *, models: int, tries: int, seed: int, until: Callable[[], bool] = lambda: False) -> Report:
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
                        return Report(found, tried, f"{name} at {dict(env)} in model {seed}/{tried}")
        except NoModel:
            continue
        found += 1
    return Report(found, tried)
