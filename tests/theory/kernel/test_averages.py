"""Averages and sequences (RULES.md, section 5): the true thing passes, with one condition broken it does not."""

import pytest

from tests.theory.kernel.pairs import Pairs, answered
from theory.kernel import (
    COORDINATE,
    ELEMENT,
    STAGE,
    STEP,
    Average,
    Shift,
    Telescope,
    Tower,
    combine,
    eq,
    generators,
    inner,
    le,
    lt,
    norm2,
    symbols,
    times,
)
from theory.setting.assumptions import UNBIASED

x, y, z, j, w, X, Z, b, c = symbols("x y z j w X Z b c")
u, v, n, t, g, h = generators("u v n t g h")
pair = Pairs()

UNDEFINED = "is divided by, and is not known to be nonzero"
SUM = "does not add up"
FIRST, LAST, MEAN, NEXT, STEPS = symbols("first last mean next steps")


# --- averages


AVERAGED = "is not a mean or a Gram entry"
CONSTANT = "does not leave constants alone"


def average_author(of, result, over, arrange, point, zero=True):
    def author(d, fault):
        arrange(d)
        d.given("p", of, "domain")
        d.conclude("goal", result, d.average("p", over))
        d.witness({"c": 1, "b": 1, **point}, dict.fromkeys("uvngt", (0,)))

    return author


def fields(over):
    def arrange(d):
        d.link(x, u, over=over)
        d.link(y, v, over=over)
        d.given("c", lt(0, c), "domain")

    return arrange


def vectors_at_steps(d):
    d.link(g, u, over=STEP)
    d.link(h, v, over=STEP)


def mean_and_path(d):
    d.mean(Z, of=z)
    d.path(x, y, FIRST, LAST, MEAN, NEXT, STEPS)
    d.given("c", lt(0, c), "domain")


PATH = dict.fromkeys(("x", "y", "first", "last", "mean", "next", "steps"), 1)
XY = {"x": 0, "y": 0}
AVERAGES = [
    (le(x * y, x**2 * c), le(inner(u, v), norm2(u) * c), ELEMENT, fields(ELEMENT), XY, ""),
    (le(x * y, x**2 * c**2), le(inner(u, v), norm2(u) * c**2), STAGE, fields(STAGE), XY, ""),
    (eq(x * y, 2 * b * x**2 / c), eq(inner(u, v), 2 * b * norm2(u) / c), COORDINATE, fields(COORDINATE), XY, ""),
    (le(x * y, c), le(inner(u, v), c), STEP, fields(STEP), XY, ""),
    (le(x * y, x**2), le(inner(u, v), norm2(v)), ELEMENT, fields(ELEMENT), XY, "is not the average of"),
    (le(x * y, c), le(inner(u, v), c), COORDINATE, fields(COORDINATE), XY, CONSTANT),
    (le(x * y, c), le(inner(u, v), c), STAGE, fields(STAGE), XY, CONSTANT),
    (le(x * y, c), le(inner(u, v), c), ELEMENT, fields(ELEMENT), XY, CONSTANT),
    (le(x, y**2), le(x, norm2(v)), ELEMENT, fields(ELEMENT), XY, AVERAGED),
    (le(x * y**2, x**2), le(x * norm2(v), norm2(u)), ELEMENT, fields(ELEMENT), XY, AVERAGED),
    (le(x**3, x**2), le(x * norm2(u), norm2(u)), ELEMENT, fields(ELEMENT), XY, AVERAGED),
    (le(x * y, x**2), le(inner(u, v), norm2(u)), STEP, fields(ELEMENT), XY, AVERAGED),
    (le(x * y, x**2), le(inner(u, v), norm2(u)), ELEMENT, fields(STEP), XY, AVERAGED),
    (le(inner(g, h), c), le(inner(u, v), c), STEP, vectors_at_steps, {}, ""),
    (le(inner(g, h), 2 * norm2(g)), le(inner(u, v), 2 * norm2(u)), STEP, vectors_at_steps, {}, ""),
    (le(inner(g, t), c), le(inner(u, t), c), STEP, vectors_at_steps, {}, AVERAGED),
    (le(inner(g, h) ** 2, c), le(inner(u, v) ** 2, c), STEP, vectors_at_steps, {}, AVERAGED),
    (le(inner(g, h), 2 * norm2(g)), le(inner(u, v), 2 * norm2(u)), COORDINATE, vectors_at_steps, {}, CONSTANT),
    (le(z + 2 * x, 3 * y + c), le(Z + 2 * MEAN, 3 * NEXT + c), STEP, mean_and_path, {"z": 1, **PATH}, ""),
    (le(b * z, c * x + b), le(b * Z, c * MEAN + b), STEP, mean_and_path, {"z": 1, **PATH}, ""),
    (le(z, x), le(Z, NEXT), STEP, mean_and_path, {"z": 1, **PATH}, "is not the average"),
    (le(z, y), le(Z, MEAN), STEP, mean_and_path, {"z": 1, **PATH}, "is not the average"),
    (le(z * x, y), le(Z * MEAN, NEXT), STEP, mean_and_path, {"z": 1, **PATH}, AVERAGED),
    (le(z**2, y), le(Z**2, NEXT), STEP, mean_and_path, {"z": 1, **PATH}, AVERAGED),
    (le(z, x), le(Z, MEAN), STAGE, mean_and_path, {"z": 1, **PATH}, CONSTANT),
    (le(z, x), le(Z, MEAN), ELEMENT, mean_and_path, {"z": 1, **PATH}, AVERAGED),
    (lt(z, 2 * x), lt(Z, 2 * MEAN), STEP, mean_and_path, {"z": 1, **PATH}, "an average keeps <= and =="),
    (lt(z, 2 * x), le(Z, 2 * MEAN), STEP, mean_and_path, {"z": 1, **PATH}, "an average keeps <= and =="),
    (eq(z, x), le(Z, MEAN), STEP, mean_and_path, {"z": 1, **PATH}, "an average keeps <= and =="),
    (le(z, x), eq(Z, MEAN), STEP, mean_and_path, {"z": 1, **PATH}, "an average keeps <= and =="),
    (le(z, x), le(Z, MEAN), ("step", "stage"), mean_and_path, {"z": 1, **PATH}, "no average runs over"),
]


@pytest.mark.parametrize(("of", "result", "over", "arrange", "point", "because"), AVERAGES)
def test_average(of, result, over, arrange, point, because):
    answered(average_author(of, result, over, arrange, point), "" if not because else "fault", because, (), ())


@pair(divisor="an average of something divided by what is averaged over", goal=UNDEFINED, relation=UNDEFINED, proof=SUM)
def averages_with_divisors(d, fault):
    d.mean(Z, of=z)
    d.mean(X, of=x)
    d.given("c", lt(0, c), "domain")
    d.given("z", lt(0, z), "domain")
    d.given("p", le(z, x), "domain")
    d.given("b", le(0, b), "domain")
    of = {"divisor": le(1, x / z), "relation": le(z / c + 1 / b, x / c + 1 / b)}.get(fault, le(z / c, x / c))
    goal = {"divisor": le(1, X / Z), "goal": le(Z / c + 1 / b, X / c + 1 / b)}.get(fault, le(Z / c, X / c))
    if fault == "divisor":
        d.given("Z", lt(0, Z), "domain")
    weight = {"proof": 2 / c, "divisor": 1 / z}.get(fault, 1 / c)
    d.conclude("goal", goal, Average(of, combine(times("p", weight)), STEP))
    d.witness(z=1, x=1, Z=1, X=1, c=1, b=1)


# --- sequences


@pair(
    assumes=[UNBIASED], margin="is not known before", none="is no sum of martingale differences", op="gives",
    other="gives", swapped="is no sum of martingale", side="gives", nothing="nothing is known about the times",
)  # fmt: skip
def tower(d, fault):
    d.process("n", known=1, differences=None if fault == "none" else 1, reason=UNBIASED)
    d.process("u", known=1 if fault == "margin" else 0, differences=None, reason="domain")
    goal = {
        "op": le(inner(n, u), 0), "other": eq(inner(n, n), 0), "side": eq(0, inner(n, u)), "nothing": eq(inner(n, v), 0)
    }.get(fault, eq(inner(n, u), 0))  # fmt: skip
    proof = {"swapped": Tower("u", "n"), "nothing": Tower("n", "v")}.get(fault, Tower("n", "u"))
    d.conclude("goal", goal, proof)
    d.witness({}, {"n": (0,), "u": (1,), "v": (1,)})


@pair(
    assumes=[UNBIASED], known="is not known before", differences="is not known before", origin="nothing is known about"
)
def tower_of_delayed_sequences(d, fault):
    """A delay by j moves both times by -j."""
    d.process("n", known=0, differences=0, reason=UNBIASED)
    d.process("u", known=0, differences=None, reason="domain")
    d.delayed("t", of="v" if fault == "origin" else "u", lag=1 if fault == "known" else 3)
    d.delayed("h", of="n", lag=3 if fault == "differences" else 2 if fault != "known" else 1)
    d.conclude("goal", eq(inner(h, t), 0), Tower("h", "t"))
    d.witness({}, {"n": (0,), "u": (1,), "v": (1,)})


@pair(negative="is not known to be nonnegative", op="does not compare", goal="does not compare", other="is no delayed",
      unknown="is not delayed by an integer")  # fmt: skip
def shift(d, fault):
    d.delayed("h", of="v", lag=4)
    d.delayed("t", of="u", lag={"negative": -1, "unknown": x}.get(fault, 0 if fault == "zero" else 2))
    goal = {"op": eq(norm2(t), norm2(u)), "goal": le(norm2(t), norm2(v))}.get(fault, le(norm2(t), norm2(u)))
    d.conclude("goal", goal, Shift("u" if fault == "other" else "t"))
    d.witness({"x": 1}, {"u": (1,), "v": (1,)})


@pair(op="is not what the path", goal="is not what the path", other="is not the member of a path", undefined=UNDEFINED)
def telescope(d, fault):
    d.path(x, y, FIRST, LAST, MEAN, NEXT, STEPS)
    d.path(z, w, *symbols("first2 last2 mean2 next2 steps2"))
    goal = {
        "op": le(STEPS * (NEXT - MEAN), LAST - FIRST), "goal": eq(STEPS * (NEXT - MEAN), FIRST - LAST),
        "undefined": eq(STEPS * (NEXT - MEAN) + 1 / FIRST, LAST - FIRST + 1 / FIRST),
    }.get(fault, eq(STEPS * NEXT - STEPS * MEAN, LAST - FIRST))  # fmt: skip
    d.conclude("goal", goal, Telescope("y" if fault == "other" else "x"))
    names = ("x", "y", "first", "last", "mean", "next", "steps", "z", "w")
    d.witness(dict.fromkeys((*names, *(f"{name}2" for name in names[2:7])), 1))


@pytest.mark.parametrize(("author", "fault", "because", "given", "assumes"), pair)
def test_rule(author, fault, because, given, assumes):
    answered(author, fault, because, given, assumes)
