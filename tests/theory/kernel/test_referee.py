"""A second referee's attacks: claims that the kernel proved although they, or their contexts, are false.

Each stands for a kind of fault and is refused for the reason stated; see `test_attacks` for the first referee's.
"""

from dataclasses import fields, replace

import pytest
import sympy

from tests.theory.kernel.attacking import claim, refused
from theory import blueprint
from theory.kernel import (
    ELEMENT,
    STEP,
    ZERO,
    Average,
    Chain,
    Cite,
    Gap,
    Induction,
    Relation,
    Step,
    Tower,
    combine,
    eq,
    generators,
    inner,
    le,
    norm2,
    square,
    symbols,
    times,
)
from theory.kernel.check import check_claim, is_proved
from theory.kernel.claim import Claim, Definition, Premise
from theory.kernel.vectors import Vector
from theory.setting.assumptions import UNBIASED

x, y, z, s, k, j, w, a, b, c, V, X, Y = symbols("x y z s k j w a b c V X Y")
u, v, n, t, q, m, U, W = generators("u v n t q m U W")

ATTACKS = []


def attack(because, *, given=(), assumes=()):
    """Register an author of a false claim and why it is refused; claims of `given` are proved before it."""

    def register(author):
        ATTACKS.append(pytest.param(author, because, given, assumes, id=author.__name__))
        return author

    return register


# --- a root that exists at the count at hand only


@attack("no fact is called")
def root_of_a_column_that_is_nonnegative_at_this_count(d):
    """1 - y >= 0 is known at this count; the root would say it at every count."""
    d.local(k, y)
    d.given("tied", le(y + w**2, 1), "domain")
    d.recursion(k, {w: (0, w), X: (0, X + y)})
    d.root(s, 1 - y, combine(times("tied"), square(w)))
    step = combine(times("hypothesis"), times("s^2"), square(s))
    d.conclude("bad", le(X, k), Induction(k, combine(), step))
    d.witness(k=0, y=1)


# --- what is built up in a roundabout way


@attack("no fact is called")
def object_made_of_another_recursion(d):
    """b is the count k: that it is at least 3 is said at this count, not at those before."""
    d.recursion(k, {a: (0, a + 1)})
    d.recursion(j, {b: (a, b)})
    d.given("b >= 3", le(3, b), "domain")
    d.recursion(k, {w: (0, w + (b - 3))})
    d.conclude("bad", le(0, w), Induction(k, combine(), combine(times("hypothesis"), times("b >= 3"))))
    d.witness(k=3, j=0, a=3)


@attack("no fact is called")
def part_of_a_multiple_that_is_built_up(d):
    """x is a coordinate of k u, so premises on x are about this count."""
    d.recursion(k, {a: (0, a + 1)})
    d.link(x, a * u, over=STEP)
    d.given("x >= 3", le(3, x), "domain")
    d.recursion(k, {w: (0, w + (x - 3))})
    d.conclude("bad", le(0, w), Induction(k, combine(), combine(times("hypothesis"), times("x >= 3"))))
    d.witness({"k": 3, "x": 3}, {"u": (1,)})


@attack("reads as if it held at all")
def conclusion_shown_at_this_count_only(d):
    """p w >= 0 at this count and w is 1, so p >= 0 here; of p, chosen anew, that reads as said at every count."""
    d.local(k, y)
    d.recursion(k, {w: (1, w)})
    d.given("here", le(0, y * w), "domain")
    d.have("one", eq(w, 1), Induction(k, combine(), combine(times("hypothesis"))))
    d.conclude("bad", le(0, y), combine(times("here"), times("one", y)))
    d.witness(k=0, y=1)


@attack("is divided")
def image_divided_by_what_may_be_zero(d):
    """If y is 0 then x, a part of (y/y) u, says nothing of u."""
    undefined = sympy.Mul(y, sympy.Pow(y, -1, evaluate=False), evaluate=False)
    d.link(x, Vector((("u", undefined),)), over=STEP)
    d.given("y", le(y, 5), "domain")
    d.given("x", le(x**2, 1), "domain")
    d.conclude("bad", le(norm2(u), 1), d.average("x", STEP))
    d.witness({"x": 1, "y": 1}, {"u": (1,)})


# --- citations


def sums_of_a_constant(d):
    """Twice the sum of i y over i < k is (k - 1) times the sum of y."""
    d.recursion(k, {X: (0, X + y), V: (0, V + X)})
    d.have("X", eq(X, k * y), Induction(k, combine(), combine(times("hypothesis"))))
    d.have("V", eq(2 * V, k * (k - 1) * y), Induction(k, combine(), combine(times("hypothesis"), times("X", 2))))
    d.conclude("ratio", eq(2 * V, (k - 1) * X), combine(times("V"), times("X", 1 - k)))
    d.witness(k=0, y=1)


@attack("y is nothing here, or depends on more", given=[sums_of_a_constant])
def constant_that_varies_where_it_is_cited(d):
    """The conclusion does not mention y; here y is chosen anew at each count."""
    d.local(k, y)
    d.recursion(k, {X: (0, X + y), V: (0, V + X)})
    d.conclude("bad", eq(2 * V, (k - 1) * X), Cite("attack.base0", "ratio"))
    d.witness(k=0, y=1)


def sum_of_early_columns(d):
    """A martingale difference is orthogonal to a sum of what is known before."""
    d.local(k, u)
    d.process("u", known=0, differences=None, reason="domain")
    d.process("n", known=1, differences=1, reason=UNBIASED)
    d.recursion(k, vectors={"U": (ZERO, U + u)})
    d.have("each", eq(inner(n, u), 0), Tower("n", "u"))
    step = combine(times("hypothesis"), times("each"))
    d.conclude("orthogonal", eq(inner(n, U), 0), Induction(k, combine(), step))
    d.witness({"k": 0}, {"u": (1,), "n": (0,)})


sum_of_early_columns.assumes = [UNBIASED]


@attack("the times of u", given=[sum_of_early_columns], assumes=[UNBIASED])
def times_that_fit_at_this_count_only(d):
    """u is known 3 - k steps later: at counts k >= 3 in time, at counts before not, and U adds these up."""
    d.process("n", known=1, differences=1, reason=UNBIASED)
    d.process("v", known=3, differences=None, reason="domain")
    d.process("u", known=3 - k, differences=None, reason="definition")
    d.recursion(k, vectors={"u": (v, t), "U": (ZERO, U + u)})
    d.delayed("t", of="u", lag=sympy.Integer(1))
    d.given("k >= 3", le(3, k), "domain")
    d.conclude("bad", eq(inner(n, U), 0), Cite("attack.base0", "orthogonal"))
    d.witness({"k": 3}, {"v": (1,), "n": (0,)})


# --- structure that has no model


@attack("is made otherwise already")
def parts_and_whole_built_up_apart(d):
    """x is k and U is 0, and x is a member of U: no count but 0 allows it."""
    d.local(STEP, x)
    d.recursion(k, {x: (0, x + 1)}, {"U": (ZERO, U)})
    d.link(x, U, over=STEP)
    d.have("x", eq(x, k), Induction(k, combine(), combine(times("hypothesis"))))
    d.have("squares", eq(x**2, k**2), combine(times("x", x + k)))
    d.have("U", eq(norm2(U), 0), Induction(k, combine(), combine(times("hypothesis"))))
    d.have("mean", eq(norm2(U), k**2), d.average("squares", STEP))
    d.conclude("bad", eq(k**2, 0), combine(times("mean", -1), times("U")))
    d.witness({"k": 0}, {})


@attack("has zero mean at every count", assumes=[UNBIASED])
def martingale_difference_that_is_built_up(d):
    """n is made of x = k, whose mean is not zero at counts k > 0."""
    d.local(STEP, x, y)
    d.recursion(k, {x: (0, x + 1)})
    d.link(x, n, over=STEP)
    d.link(y, t, over=STEP)
    d.process("n", known=0, differences=0, reason=UNBIASED)
    d.process("t", known=-1, differences=None, reason="domain")
    d.given("y", eq(y, 1), "domain")
    d.have("x", eq(x, k), Induction(k, combine(), combine(times("hypothesis"))))
    d.have("xy", eq(x * y, k), combine(times("x", y), times("y", k)))
    d.have("orthogonal", eq(inner(n, t), 0), Tower("n", "t"))
    d.have("mean", eq(inner(n, t), k), d.average("xy", STEP))
    d.conclude("bad", eq(k, 0), combine(times("mean", -1), times("orthogonal")))
    d.witness({"k": 0, "y": 1}, {"n": (0,), "t": (1,)})


@attack("is made of itself")
def definitions_in_a_circle_through_an_average(d):
    """Without a premise, y would have zero mean."""
    d.mean(X, of=x)
    d.mean(Y, of=y)
    d.define(s, X)
    d.define(x, s + y)
    d.have("mean", eq(X, s + Y), Average(eq(x, s + y), combine(times("x :=")), STEP))
    d.conclude("bad", eq(Y, 0), combine(times("mean", -1), times("s :=", -1)))
    d.witness(x=0, y=0, X=0, Y=0, s=0)


@attack("depends on all that its count depends on")
def count_that_depends_on_another_count(d):
    """The count j at hand may differ from one k to the next; then a, which keeps |U_j|^2 of the first, is another."""
    d.local(k, j)
    d.given("u", eq(norm2(u), 1), "domain")
    d.recursion(j, vectors={"U": (u, 2 * U)})
    d.recursion(k, {a: (norm2(U), a)})
    d.conclude("bad", eq(a, norm2(U)), Induction(k, combine(), combine(times("hypothesis"))))
    d.witness({"k": 0, "j": 0}, {"u": (1,)})


# --- what is called a definition


@attack("is an assumption")
def zero_mean_as_a_condition_of_the_domain(d):
    d.process("n", known=0, differences=0, reason="domain")
    d.process("t", known=-1, differences=None, reason="domain")
    d.conclude("bad", eq(inner(n, t), 0), Tower("n", "t"))
    d.witness({}, {"n": (0,), "t": (1,)})


@attack("is a condition, not a definition", assumes=[UNBIASED])
def noise_that_is_known_by_definition(d):
    """v is n under another name; that it is known before the sample would be one more definition."""
    d.process("n", known=0, differences=0, reason=UNBIASED)
    d.process("v", known=-1, differences=None, reason="definition")
    d.link(y, n, over=ELEMENT)
    d.define(x, y)
    d.link(x, v, over=ELEMENT)
    d.have("orthogonal", eq(inner(n, v), 0), Tower("n", "v"))
    d.have("xy", eq(x * y, y**2), combine(times("x :=", y)))
    d.have("same", eq(inner(n, v), norm2(n)), d.average("xy", ELEMENT))
    d.conclude("bad", eq(norm2(n), 0), combine(times("same", -1), times("orthogonal")))
    d.witness({"x": 0, "y": 0}, {"n": (0,), "v": (0,)})


# --- witnesses


@attack("the witness breaks the premise 'w == 4'")
def witness_with_one_average_for_all_counts(d):
    """The average of x is k, not 2 at every count: w == 4 and k == 2 contradict each other."""
    d.local(STEP, x)
    d.mean(X, of=x)
    d.recursion(k, {x: (0, x + 1), w: (0, w + X)})
    d.given("k == 2", eq(k, 2), "domain")
    d.given("w == 4", eq(w, 4), "domain")
    each = Step("x", eq(x, k), Induction(k, combine(), combine(times("hypothesis"))))
    mean = Step("X", eq(X, k), Average(eq(x, k), combine(times("x")), STEP))
    step = Chain((each, mean), combine(times("hypothesis"), times("X", 2)))
    d.have("sum", eq(2 * w, k * (k - 1)), Induction(k, combine(), step))
    d.have("six", eq(8, 2), combine(times("sum"), times("w == 4", -2), times("k == 2", k + 1)))
    d.conclude("bad", le(0, -1 - z**2), combine(times("six", (1 + z**2) / 6)))
    d.witness(k=2, X=2, z=0)


@attack("the witness gives a another value than what it is made of")
def witness_with_a_value_for_an_object_that_others_are_made_of(d):
    d.recursion(j, {a: (0, a + 1)})
    d.recursion(k, {b: (a, b)})
    d.given("j == 0", eq(j, 0), "domain")
    d.given("b == 5", eq(b, 5), "domain")
    d.have("a", eq(a, j), Induction(j, combine(), combine(times("hypothesis"))))
    d.have("b", eq(b, a), Induction(k, combine(), combine(times("hypothesis"))))
    five = combine(times("b == 5", -1), times("b"), times("a"), times("j == 0"))
    d.have("five", eq(5, 0), five)
    d.conclude("bad", le(0, -1 - z**2), combine(times("five", (1 + z**2) / 5)))
    d.witness(j=0, k=0, a=5, z=0)


@attack("the witness breaks the premise 'one'")
def witness_of_a_negative_delay(d):
    """With one step there is nothing one step later either."""
    d.delayed("t", of="u", lag=-sympy.Integer(1))
    d.given("one", eq(norm2(t), 1), "domain")
    d.conclude("bad", le(1, 2 * norm2(t)), combine(times("one", -2), square(1)))
    d.witness({}, {"u": (1,)})


@attack("look alike")
def two_names_that_print_alike(d):
    """In print the premises say x_1 == 1 and x_1 == 2; the claim says nothing of the kind."""
    one, other = symbols("x1 x_1")
    d.given("one", eq(one, 1), "domain")
    d.given("other", eq(other, 2), "domain")
    d.conclude("bad", eq(one + other, 3), combine(times("one"), times("other")))
    d.witness(x1=1, x_1=2)


@pytest.mark.parametrize(("author", "because", "given", "assumes"), ATTACKS)
def test_attack_is_refused(author, because, given, assumes):
    refused(author, because, given, assumes)


# --- forged data: the kernel reads plain data only, so nothing runs while it reads


def honest(d):
    """A square is nonnegative."""
    d.given("x", le(x, 5), "domain")
    d.given("z", le(z, 5), "domain")
    d.conclude("square", le(0, x**2), combine(square(x)))
    d.witness(x=1, z=0)


BAD = le(0, -1 - z**2)


class ForgedClaim(Claim):
    def conclusion(self, name):  # noqa: ARG002 - as in Claim
        return BAD


class ForgedPremise(Premise):
    @property
    def premises(self):
        return (Premise("other", le(x, 1), "domain"),)


class ForgedDefinition(Definition):
    @property
    def premises(self):
        return (Premise("hidden", le(x, 5), "definition"),)


class ForgedOperator(str):
    __slots__ = ()


class Reads(dict):
    """A mapping that answers differently every other time."""

    def __getitem__(self, name):
        self.turn = getattr(self, "turn", -1) + 1
        return (self.turn // 2 % 2,)


class ForgedSymbol(sympy.Symbol):
    @property
    def func(self):
        return sympy.Symbol


def forged(**changes):
    return replace(claim("attack.forged", honest), **changes)


def lying():
    def author(d):
        """N(u)^2 is 0 and 1."""
        d.given("zero", le(norm2(u), 0), "domain")
        d.given("one", le(1, norm2(u)), "domain")
        d.conclude("bad", BAD, combine(times("zero", 1 + z**2), times("one", 1 + z**2)))

    right = claim("attack.forged", author)
    return replace(right, witness=replace(right.witness, scalars={"z": 0}, vectors=Reads(u=(0,))))


def of_class(cls, right):
    return cls(**{item.name: getattr(right, item.name) for item in fields(right)})


FORGERIES = {
    "a claim that concludes something else": lambda: of_class(ForgedClaim, claim("attack.forged", honest)),
    "a premise that gives another": lambda: forged(context=(ForgedPremise("x", le(x, 5), "domain"),)),
    "a definition that gives a premise": lambda: forged(context=(ForgedDefinition(x, sympy.Integer(1)),)),
    "an operator that is no plain text": lambda: forged(
        context=(Premise("x", Relation(x, ForgedOperator("<="), sympy.Integer(5)), "domain"),)
    ),
    "a symbol of another class": lambda: forged(
        context=(Premise("x", Relation(ForgedSymbol("x", real=True), "<=", sympy.Integer(5)), "domain"),)
    ),
    "a list that may change": lambda: forged(steps=list(claim("attack.forged", honest).steps)),
    "a witness that lies": lying,
}


@pytest.mark.parametrize("what", FORGERIES)
def test_forged_data_is_refused(what):
    with pytest.raises(Gap, match=r"no plain data|must be real and nothing else"):
        check_claim(FORGERIES[what](), dict(blueprint.theorems()))


def test_honest_data_is_proved_and_a_change_afterwards_is_noticed():
    right = claim("attack.forged", honest)
    check_claim(right, {})
    assert is_proved(right)
    object.__setattr__(right, "steps", (replace(right.steps[0], relation=BAD),))
    assert not is_proved(right)


def test_a_claim_that_changes_while_it_is_checked_is_refused():
    wrong = forged()
    right = wrong.steps
    object.__setattr__(wrong, "steps", (replace(right[0], relation=BAD),))

    class Store(dict):
        def items(self):
            object.__setattr__(wrong, "steps", right)
            return super().items()

    with pytest.raises(Gap, match="changed while the claim was checked"):
        check_claim(wrong, Store())


def test_a_conclusion_that_is_no_step_is_refused():
    with pytest.raises(Gap, match="no step is called"):
        check_claim(forged(conclusions=("square", "other")), {})
