"""False claims, asked of z3 alone: none is settled, whatever the kernel would say; what is right next to them is.

First the kernel's own list of attacks, then siblings of each kind (the letters are those of the first attacks).
"""

import pytest
import sympy

from tests.theory.kernel.test_attacks import ATTACKS, positive
from theory import blueprint
from theory.checkers import smt
from theory.checkers.smt_terms import Undecided
from theory.kernel import (
    COORDINATE,
    ELEMENT,
    STAGE,
    STEP,
    Average,
    Chain,
    Cite,
    Contradiction,
    Induction,
    OrderCases,
    Shift,
    SignCases,
    Step,
    Telescope,
    Tower,
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
from theory.kernel.claim import Definition, Premise
from theory.kernel.draft import write
from theory.kernel.proof import Link, Square
from theory.kernel.vectors import ZERO, Vector, entry
from theory.setting.assumptions import LAGS, UNBIASED

x, y, z, s, k, j, w, p, h, X, Y = symbols("x y z s k j w p h X Y")
u, v, n, t, g = generators("u v n t g")
ONE = sympy.Integer(1)
FALSE = le(0, -1 - z**2)
UNEVALUATED = sympy.Mul(y, sympy.Pow(y, -1, evaluate=False), evaluate=False)

SIBLINGS, RIGHT = [], []


def wrong(because, *, given=(), assumes=()):
    """Register the author of a false claim and what z3 says of it."""

    def register(author):
        SIBLINGS.append(pytest.param(author, because, given, assumes, id=author.__name__))
        return author

    return register


def right(*, given=(), assumes=(), verdict="proved"):
    """Register the author of a true claim next to the false ones."""

    def register(author):
        RIGHT.append(pytest.param(author, given, assumes, verdict, id=author.__name__))
        return author

    return register


def claim(name, author, assumes=()):
    author.__doc__ = author.__doc__ or "A claim."
    return write(name, "attack", author, source="attack", assumes=assumes)


@pytest.fixture(scope="module")
def library():
    wanted = (
        blueprint.rests_on("window.displacement") | blueprint.rests_on("noise.second_moment") | {"noise.orthogonal"}
    )
    settled = {}
    for item in blueprint.all_claims():
        if item.id in wanted:
            smt.settle(item, settled)
            settled[item.id] = item
    return settled


def asked(author, given, assumes, library):
    settled = dict(library)
    for place, before in enumerate(given):
        earlier = claim(f"attack.base{place}", before, getattr(before, "assumes", ()))
        smt.settle(earlier, settled)
        settled[earlier.id] = earlier
    return smt.settle(claim("attack.last", author, assumes), settled)


@pytest.mark.parametrize(("author", "because", "given", "assumes"), ATTACKS)
def test_z3_refuses_what_the_kernel_is_attacked_with(author, because, given, assumes, library):
    with pytest.raises(Undecided):
        asked(author, given, assumes, library)


# --- A, B: division


@wrong("is divided by")
def a_weight_with_a_hidden_zero(d):
    """x >= 0 says nothing of 1/x."""
    d.given("x", le(0, x), "domain")
    d.given("xz", eq(x * z, 0), "domain")
    d.conclude("z", eq(z, 0), combine(times("xz", 1 / x)))
    d.holds_at(x=0, z=1)


@wrong("is divided by")
def a_weight_divided_by_a_product_of_which_one_factor_may_vanish(d):
    d.given("x", lt(0, x), "domain")
    d.given("xyz", eq(x * y * z, 0), "domain")
    d.conclude("z", eq(z, 0), combine(times("xyz", 1 / (x * y))))
    d.holds_at(x=1, y=0, z=1)


@wrong("is divided by")
def b_a_definition_that_divides(d):
    """w := 1/y makes y w = 1 only where y is not zero."""
    d.define(w, 1 / y)
    d.conclude("bad", eq(y * w, 1), combine(times("w :=", y)))
    d.holds_at(y=2)


@wrong("is divided by")
def b_a_premise_that_is_only_defined_by_itself(d):
    d.given("p", lt(0, 1 / y), "domain")
    d.conclude("bad", lt(0, y * (y * (1 / y + 0))), combine(times("p", y**2)))
    d.holds_at(y=1)


def squares_are_nonnegative(d):
    d.conclude("positive", le(0, x**2), combine(square(x)))


@wrong("is divided by", given=[squares_are_nonnegative])
def b_a_citation_of_an_inverse_that_may_not_exist(d):
    d.conclude("bad", le(0, 1 / y**2), Cite("attack.base0", "positive", {x: 1 / y}))
    d.holds_at(y=1)


@wrong("is divided by")
def b_a_negated_goal_that_is_undefined(d):
    d.conclude("bad", le(0, 1 / y**2 + 1), Contradiction(combine(times("negation", y**2), square(y), square(1))))
    d.holds_at(y=1)


@wrong("is divided by")
def b_an_image_with_an_undefined_coefficient(d):
    """x is part of (y/y) u, which is u only where y is not zero."""
    d.link(x, Vector((("u", UNEVALUATED),)), over=STEP)
    d.given("x", le(x**2, 1), "domain")
    d.conclude("bad", le(norm2(u), 1), d.average("x", STEP))
    d.at({"x": 1, "y": 1}, {"u": (1,)})


@wrong("z3 does not find")
def b_a_strict_fact_that_counts_nothing(d):
    """0 * (something positive) is not positive, whatever the goal."""
    d.given("x", lt(0, x), "domain")
    d.conclude("bad", FALSE, combine(times("x", 0)))
    d.holds_at(x=1, z=0)


@wrong("z3 does not find")
def b_a_strict_fact_with_a_weight_that_may_vanish(d):
    d.given("x", lt(0, x), "domain")
    d.given("y", le(0, y), "domain")
    d.conclude("bad", lt(0, x * y), combine(times("x", y)))
    d.holds_at(x=1, y=0)


@wrong("z3 does not find")
def b_a_strict_goal_from_a_square_that_may_vanish(d):
    d.conclude("bad", lt(0, x**2), combine(square(x)))
    d.holds_at(x=1)


@wrong("of too high a degree")
def b_a_power_that_overflows(d):
    d.conclude("bad", le(0, x ** (2**20) - y), combine(square(x ** (2**19))))
    d.holds_at(x=1, y=0)


@right()
def division_by_what_is_positive(d):
    d.given("y", lt(0, y), "domain")
    d.given("yz", eq(y * z, 0), "domain")
    d.conclude("z", eq(z, 0), combine(times("yz", -1 / y)))
    d.holds_at(y=1, z=0)


@right()
def division_by_what_is_negative_in_one_case_and_positive_in_the_other(d):
    d.given("y", lt(0, y**2), "domain")
    d.conclude("inverse", le(0, (x / y) ** 2), combine(square(x / y)))
    d.holds_at(y=1, x=1)


# --- C: citations


@wrong("is no scalar", given=[positive])
def c_a_mixed_gram_entry_replaced(d):
    d.conclude("bad", FALSE, Cite("attack.base0", "pos", scalars={entry("u", "v"): -1 - z**2}))
    d.holds_at(z=1)


@wrong("speaks of no", given=[positive])
def c_a_name_of_nobody(d):
    d.conclude("bad", le(0, norm2(u) + 1), Cite("attack.base0", "pos", scalars={x: ONE}))
    d.at({}, {"u": (1,)})


@wrong("is not the instance", given=[positive])
def c_a_stronger_goal_than_the_instance(d):
    d.conclude("bad", lt(0, norm2(u)), Cite("attack.base0", "pos"))
    d.at({}, {"u": (1,)})


def needs_positive(d):
    d.given("x > 0", lt(0, x), "domain")
    d.conclude("twice", lt(0, 2 * x), combine(times("x > 0", 2)))
    d.holds_at(x=1)


@wrong("whose premise 'x > 0' is needed", given=[needs_positive])
def c_a_premise_that_fails(d):
    d.given("y", le(0, y), "domain")
    d.conclude("bad", lt(0, 2 * y), Cite("attack.base0", "twice", {x: y}))
    d.holds_at(y=0)


@right(given=[needs_positive])
def a_premise_that_holds(d):
    d.given("y", lt(1, y), "domain")
    d.conclude("good", lt(0, 2 * y), Cite("attack.base0", "twice", {x: y}))
    d.holds_at(y=2)


def at_every_step(d):
    d.mean(X, of=x)
    d.given("x", le(x, 1), "domain")
    d.conclude("mean", le(X, 1), d.average("x", STEP))
    d.holds_at(x=1, X=1)


@wrong("whose premise 'x' is needed", given=[at_every_step])
def c_a_premise_at_every_step_from_a_case_at_one(d):
    d.mean(X, of=x)
    below = Cite("attack.base0", "mean")
    d.conclude("bad", le(X, 1), OrderCases(x, ONE, below, below))
    d.holds_at(x=1, X=1)


@wrong("depends on", given=[at_every_step])
def c_a_mean_put_for_something_random(d):
    d.local(STEP, y)
    d.mean(X, of=x)
    d.given("x", le(x, 1), "domain")
    d.conclude("bad", le(y, 1), Cite("attack.base0", "mean", {X: y}))
    d.holds_at(x=1, X=1, y=1)


@wrong("is not the average of", given=[at_every_step])
def c_another_mean(d):
    d.mean(X, of=x)
    d.given("x", le(x, 1), "domain")
    d.conclude("bad", le(Y, 1), Cite("attack.base0", "mean", {X: Y}))
    d.holds_at(x=1, X=1, Y=1)


@right(given=[at_every_step], verdict="conditional")
def the_mean_of_something_bounded(d):
    d.mean(Y, of=y)
    d.given("y", le(y, 0), "domain")
    d.conclude("good", le(Y, 1), Cite("attack.base0", "mean", {X: Y, x: y}))
    d.holds_at(y=0, Y=0)


# --- D, J: names


@wrong("two symbols of one name")
def d_an_integer_of_the_name_of_a_real(d):
    d.given("x", le(0, x), "domain")
    d.conclude("bad", le(0, 2 * sympy.Symbol("x", integer=True)), combine(times("x", 2)))
    d.holds_at(x=1)


@wrong("is no name")
def j_a_scalar_with_a_blank(d):
    d.conclude("bad", le(0, sympy.Symbol("a b", real=True) ** 2), combine(square(sympy.Symbol("a b", real=True))))


@wrong("is no name")
def j_a_generator_called_like_an_entry(d):
    one = Vector((("<u|u>", ONE),))
    d.conclude("bad", le(0, norm2(one)), combine(norm_square(one)))


@wrong("names a generator twice")
def j_a_combination_that_names_a_generator_twice(d):
    double = Vector((("u", ONE), ("u", ONE)))
    d.conclude("odd", le(0, norm2(u)), combine(norm_square(double, ONE / 4)))
    d.at({}, {"u": (1,)})


# --- E, K: averages


@wrong("does not follow from the average")
def e_an_average_that_is_halved(d):
    d.link(x, u, over=ELEMENT)
    d.link(y, v, over=ELEMENT)
    d.given("p", le(x**2, y**2), "domain")
    d.conclude("bad", le(2 * norm2(u), norm2(v)), d.average("p", ELEMENT))
    d.at({"x": 0, "y": 1}, {"u": (0,), "v": (1,)})


@wrong("is not known")
def e_an_average_over_other_labels_than_those_of_the_link(d):
    d.link(x, u, over=COORDINATE)
    d.local(STEP, x, "u")
    d.given("p", le(x**2, 0), "domain")
    d.conclude("bad", le(norm2(u), 0), d.average("p", STEP))
    d.at({"x": 0}, {"u": (0,)})


@wrong("is not known")
def e_the_mean_of_a_mean_over_coordinates(d):
    d.mean(X, of=x)
    d.local(COORDINATE, x, X)
    d.given("p", le(x, 1), "domain")
    d.conclude("bad", le(X, 1), d.average("p", ELEMENT))
    d.holds_at(x=1, X=1)


@wrong("is not known")
def e_a_cube(d):
    d.link(x, u, over=STEP)
    d.given("p", le(x**3, 0), "domain")
    d.conclude("bad", le(norm2(u), 0), d.average("p", STEP))
    d.at({"x": 0}, {"u": (0,)})


@wrong("is not known")
def e_a_product_of_a_linked_and_an_unlinked_vector(d):
    d.link(u, v, over=STEP)
    d.given("p", le(inner(u, t), 0), "domain")
    d.conclude("bad", le(inner(v, t), 0), d.average("p", STEP))
    d.at({}, {"u": (0,), "v": (0,), "t": (1,)})


@wrong("is no part of its image")
def e_an_image_that_is_itself_local(d):
    d.local(STEP, "v")
    d.links.append(Link("x", False, v, STEP))
    d.local(STEP, x)
    d._pass_labels_on = lambda: None
    d.given("p", le(x**2, 0), "domain")
    d.conclude("bad", le(norm2(v), 0), d.average("p", STEP))
    d.at({"x": 0}, {"v": (0,)})


@wrong("is made of itself")
def e_a_mean_that_its_values_are_made_of(d):
    """The values x := X + 1 have the mean X: 0 == 1."""
    d.mean(X, of=x)
    d.define(x, X + 1)
    d.have("mean", eq(X, X + 1), Average(eq(x, X + 1), combine(times("x :=")), STEP))
    d.conclude("bad", FALSE, combine(times("mean", -1 - z**2)))
    d.holds_at(X=0, z=0)


@wrong("is made of itself")
def e_a_sequence_that_its_values_are_made_of(d):
    d.link(x, g, over=STEP)
    d.define(x, norm2(g) + 1)
    d.have("x", eq(x**2, (norm2(g) + 1) ** 2), combine(times("x :=", x + norm2(g) + 1)))
    d.have("mean", eq(norm2(g), (norm2(g) + 1) ** 2), d.average("x", STEP))
    d.have("g", le(0, norm2(g)), combine(norm_square(g)))
    weight = 1 + z**2
    d.conclude("bad", FALSE, combine(times("mean", -weight), square(norm2(g), weight), times("g", weight)))
    d.at({"z": 0}, {"g": (1,)})


@wrong("depends on more than is declared")
def k_a_constant_root_of_something_random(d):
    d.local(STEP, x)
    d.root(s, x**2, combine(square(x)))
    d._pass_labels_on = lambda: None
    d.conclude("bad", le(x, s), combine())
    d.holds_at(x=1)


@wrong("depends on more than is declared")
def k_an_object_whose_next_value_is_random(d):
    d.local(STEP, x)
    d.recursion(k, {w: (0, w + x)})
    d.local(k, w, k)
    d._pass_labels_on = lambda: None
    d.conclude("bad", le(w, x * k), Induction(k, combine(), combine(times("hypothesis"))))
    d.holds_at(k=0, x=1)


# --- G, N: induction


@wrong("z3 does not find")
def g_a_step_that_needs_more_than_the_hypothesis(d):
    d.recursion(k, {w: (0, w + 1)})
    d.conclude("bad", le(w, 5), Induction(k, combine(square(1, 5)), combine(times("hypothesis"))))
    d.holds_at(k=0)


@wrong("there is no recursion on")
def g_induction_on_what_counts_nothing(d):
    d.given("x", le(0, x), "domain")
    d.conclude("bad", le(x, 5), Induction(x, combine(square(1, 5)), combine(times("hypothesis"))))
    d.holds_at(x=0)


@wrong("no fact is called 'here'")
def g_a_root_that_exists_at_this_count_used_at_all(d):
    """p u >= 0 at this count, with u = 1: the root of p exists at this count, and not at those before."""
    d.local(k, p)
    d.recursion(k, {w: (1, w), X: (0, X + p)})
    d.given("here", le(0, p * w), "domain")
    one = Step("one", eq(w, 1), Induction(k, combine(), combine(times("hypothesis"))))
    d.root(h, p, Chain((one,), combine(times("here"), times("one", p))))
    d.conclude("bad", le(0, X), Induction(k, combine(), combine(times("hypothesis"), times("h^2"), square(h))))
    d.holds_at(k=0, p=1)


@wrong("reads as if it held at every count")
def g_a_conclusion_at_this_count_that_reads_as_one_at_all(d):
    """p w >= 0 at this count, with w = 1, says of p, which is chosen anew at each count, nothing at other counts."""
    d.local(k, p)
    d.recursion(k, {w: (1, w)})
    d.given("here", le(0, p * w), "domain")
    d.have("one", eq(w, 1), Induction(k, combine(), combine(times("hypothesis"))))
    d.conclude("bad", le(0, p), combine(times("here"), times("one", p)))
    d.holds_at(k=0, p=1)


@wrong("chosen anew at each count")
def g_a_goal_that_speaks_of_what_is_chosen_anew(d):
    """X is the sum of the p of every count, and not k times the last of them."""
    d.local(k, p)
    d.recursion(k, {X: (0, X + p)})
    d.conclude("bad", eq(X, k * p), Induction(k, combine(), combine(times("hypothesis"))))
    d.holds_at(k=0, p=0)


@wrong("finds no model")
def m_a_premise_against_a_mean(d):
    """What is said of every step is said of a constant sequence, which has its own mean."""
    d.mean(X, of=x)
    d.given("off", le(x + 1, X), "domain")
    d.conclude("bad", le(x + 1, X), combine(times("off")))
    d.holds_at(X=1, x=0)


def m_a_premise_against_a_path(first_or_last, member):
    """A path of one step: E f_0 and the mean of the f_k are f_k, E f_K and the mean of the f_{k+1} are f_{k+1}."""

    def author(d):
        d.path(x, y, X, Y, w, p, k)
        d.given("off", le(member + 1, first_or_last), "domain")
        d.conclude("bad", le(member + 1, first_or_last), combine(times("off")))
        d.holds_at(**({"x": 0, "y": 0, "X": 0, "Y": 0, "w": 0, "p": 0, "k": 1} | {str(first_or_last): 1}))

    author.__name__ = f"m_a_path_against_{first_or_last}"
    wrong("finds no model")(author)


for one, other in ((X, x), (w, x), (Y, y), (p, y)):
    m_a_premise_against_a_path(one, other)


def steady(d):
    """For a constant p: w = k p and 2 X = (k - 1) w; p stands in the recursion alone."""
    d.recursion(k, {w: (0, w + p), X: (0, X + w)})
    d.have("w", eq(w, k * p), Induction(k, combine(), combine(times("hypothesis"))))
    d.have("X", eq(X, p * k * (k - 1) / 2), Induction(k, combine(), combine(times("hypothesis"), times("w"))))
    d.conclude("both", eq(2 * X, (k - 1) * w), combine(times("X", 2), times("w", 1 - k)))
    d.holds_at(k=0, p=0)


@wrong("what stands for p depends on", given=[steady])
def g_a_constant_of_a_recursion_that_is_chosen_anew(d):
    d.local(k, p)
    d.recursion(k, {w: (0, w + p), X: (0, X + w)})
    d.conclude("bad", eq(2 * X, (k - 1) * w), Cite("attack.base0", "both"))
    d.holds_at(k=0, p=0)


@wrong("its recursion on k is not made here", given=[steady])
def g_another_recursion(d):
    d.recursion(k, {w: (1, w + p), X: (0, X + w)})
    d.conclude("bad", eq(2 * X, (k - 1) * w), Cite("attack.base0", "both"))
    d.holds_at(k=0, p=0)


@wrong("speaks of what is replaced", given=[steady])
def g_a_count_that_is_replaced(d):
    d.recursion(k, {w: (0, w + p), X: (0, X + w)})
    d.conclude("bad", eq(2 * X, w), Cite("attack.base0", "both", {k: sympy.Integer(2)}))
    d.holds_at(k=0, p=0)


@right(given=[steady])
def the_same_recursion(d):
    d.recursion(k, {w: (0, w + p), X: (0, X + w)})
    both = Step("both", eq(2 * X, (k - 1) * w), Cite("attack.base0", "both"))
    d.conclude("good", eq(4 * X, 2 * (k - 1) * w), Chain((both,), combine(times("both", 2))))
    d.holds_at(k=0, p=0)


@wrong("no fact is called 'again'")
def n_induction_in_a_contradiction_with_a_derived_fact(d):
    """k <= 1 for every k: if k > 1 then the sum of i - 1 over i < k is said to be >= 0, though it starts with -1."""
    d.recursion(k, {w: (0, w + k - 1)})
    again = Step("again", lt(0, k - 1), combine(times("negation")))
    sums = Step("sum", le(0, w), Induction(k, combine(), combine(times("hypothesis"), times("again"))))
    d.conclude("bad", le(k, 1), Contradiction(Chain((again, sums), combine(times("sum")))))
    d.holds_at(k=0)


@wrong("no fact is called 'case'")
def n_induction_in_a_sign_case_of_a_choice(d):
    d.local(k, s, p)
    d.given("s^2", eq(s**2, 1), "domain")
    d.given("p", eq(p, s), "domain")
    d.recursion(k, {w: (0, w + p)})
    plus = Induction(k, combine(), combine(times("hypothesis"), times("p", -1)))
    nothing = Induction(k, combine(), combine(times("hypothesis"), times("case")))
    d.conclude("bad", le(0, w), SignCases(s, nothing, plus))
    d.holds_at(k=0, s=1, p=1)


# --- H: definitions


@wrong("introduces nothing new")
def h_a_direction_of_a_vector_that_is_known(d):
    d.given("long", le(4, norm2(u)), "domain")
    d.direction("u", s)
    d.conclude("bad", FALSE, combine(times("long", 1 + z**2), times("|u| <= 1", 1 + z**2)))
    d.at({"z": 0, "s": 0}, {"u": (2,)})


@wrong("is bound twice")
def h_two_definitions(d):
    d.define(w, x)
    d.context.append(Definition(w, y))
    d.conclude("bad", eq(x, y), combine(times("w :=", -1)))
    d.holds_at(x=1, y=1)


@wrong("z3 does not find")
def h_a_root_of_what_may_be_negative(d):
    d.root(s, x, combine())
    d.conclude("bad", le(0, x), combine(times("s^2"), square(s)))
    d.holds_at(x=4)


@wrong("neither an assumption nor a condition")
def h_a_premise_with_a_reason_of_its_own(d):
    d.context.append(Premise("hidden", le(0, z), "obvious"))
    d.conclude("bad", le(0, 2 * z), combine(times("hidden", 2)))
    d.holds_at(z=1)


@wrong("is used that the claim does not declare")
def h_an_assumption_that_is_not_declared(d):
    d.given("hidden", le(0, z), UNBIASED)
    d.conclude("bad", le(0, 2 * z), combine(times("hidden", 2)))
    d.holds_at(z=1)


# --- S: cases


@wrong("no fact is called 'case'")
def s_an_average_inside_a_zero_case_inside_a_chain(d):
    d.mean(X, of=x)
    d.given("x", le(0, x), "domain")
    zero = Chain((Step("m", eq(X, 0), Average(eq(x, 0), combine(times("case", -1)), STEP)),), combine(times("m")))
    d.conclude("bad", le(X, 0), ZeroCases(x, zero, zero))
    d.holds_at(x=0, X=0)


@wrong("no fact is called 'more'")
def s_an_average_of_a_step_derived_in_a_case(d):
    d.mean(X, of=x)
    more = Step("more", le(x, 1), combine(times("case")))
    low = Chain((more,), Average(le(x, 1), combine(times("more")), STEP))
    d.conclude("bad", le(X, 1), OrderCases(x, ONE, low, low))
    d.holds_at(x=0, X=0)


@wrong("no fact is called 'case'")
def s_a_sum_over_stages_inside_a_case_on_a_stage(d):
    d.link(x, u, over=STAGE)
    low = Average(le(x**2, 0 * x), combine(times("case", x)), STAGE)
    d.conclude("bad", le(norm2(u), 0), OrderCases(x, sympy.S.Zero, low, low))
    d.at({"x": 0}, {"u": (0,)})


@right(verdict="conditional")
def an_average_inside_a_case_on_a_constant(d):
    d.mean(X, of=x)
    d.given("x", le(x, y), "domain")
    low = Average(le(x, y), combine(times("x")), STEP)
    d.conclude("good", le(X, y), OrderCases(y, ONE, low, low))
    d.holds_at(x=0, X=0, y=0)


@right(verdict="conditional")
def a_case_inside_an_average(d):
    d.mean(X, of=x)
    d.given("x^2", eq(x**2, 1), "domain")
    cases = SignCases(x, combine(), combine(square(1, 2)))
    d.conclude("good", le(X, 1), Average(le(x, 1), cases, STEP))
    d.holds_at(x=1, X=1)


# --- sequences


def sequences(d, first=0):
    d.process("n", known=0, differences=first, reason=UNBIASED)
    d.process("F", known=-1, differences=None, reason="definition")


@wrong("is not known before", assumes=[UNBIASED])
def t_differences_that_start_a_step_later_than_what_is_known(d):
    sequences(d, first=-1)
    d.conclude("bad", eq(inner(*generators("F n")), 0), Tower("n", "F"))
    d.at({}, {"n": (0,), "F": (1,)})


@wrong("differences of n start at -1, and are needed from 0", assumes=[UNBIASED], given=[])
def t_a_martingale_claim_for_a_process_whose_differences_start_earlier(d):
    """window.martingale adds differences that start at the step itself; those of n start one step before."""
    c, lag = symbols("c_m d_m")
    W, z_ = generators("W z")
    d.process("n", known=0, differences=-1, reason=UNBIASED)
    d.process("W", known=-1, differences=-lag - 1, reason="definition")
    d.recursion(lag, vectors={"W": (ZERO, W + z_)})
    d.delayed("z", of="n", lag=lag + 1)
    d.given("c_m >= 0", le(0, c), "domain")
    d.given("n", le(norm2(n), c**2), "domain")
    d.conclude("bad", le(norm2(W), lag * c**2), Cite("window.martingale", "bound", {}, {"n_m": n}))
    d.at({"d_m": 1, "c_m": 1}, {"n": (0,)})


@right(assumes=[UNBIASED], verdict="conditional")
def a_martingale_claim_for_a_process_that_fits(d):
    c, lag = symbols("c_m d_m")
    W, z_ = generators("W z")
    d.process("n", known=0, differences=0, reason=UNBIASED)
    d.process("W", known=-1, differences=-lag, reason="definition")
    d.recursion(lag, vectors={"W": (ZERO, W + z_)})
    d.delayed("z", of="n", lag=lag + 1)
    d.given("c_m >= 0", le(0, c), "domain")
    d.given("n", le(norm2(n), c**2), "domain")
    d.conclude("good", le(norm2(W), lag * c**2), Cite("window.martingale", "bound", {}, {"n_m": n}))
    d.at({"d_m": 1, "c_m": 1}, {"n": (0,)})


@wrong("is not made by the same delay here", assumes=[LAGS])
def t_another_delay(d):
    c, lag = symbols("c_m d_m")
    U, w_, v_m = generators("U w v_m")
    d.process("v_m", known=0, differences=None, reason=LAGS)
    d.recursion(lag, vectors={"U": (ZERO, U + w_)})
    d.delayed("w", of="v_m", lag=lag + 2)
    d.given("c_m >= 0", le(0, c), "domain")
    d.given("v", le(norm2(v_m), c**2), "domain")
    d.conclude("bad", le(norm2(U), (lag * c) ** 2), Cite("window.coherent", "bound"))
    d.at({"d_m": 1, "c_m": 1}, {"v_m": (1,)})


@wrong("is said to be known before", assumes=[UNBIASED])
def t_something_known_that_is_made_of_the_noise(d):
    """x := y and y is the noise: what x is part of is not known before."""
    sequences(d)
    d.link(y, n, over=STEP)
    (F,) = generators("F")
    d.link(x, F, over=STEP)
    d.define(x, y)
    d.have("xy", eq(x * y, y**2), combine(times("x :=", y)))
    d.have("mean", eq(inner(F, n), norm2(n)), d.average("xy", STEP))
    d.have("orthogonal", eq(inner(F, n), 0), Tower("n", "F"))
    d.conclude("bad", eq(norm2(n), 0), combine(times("orthogonal"), times("mean", -1)))
    d.at({"y": 0}, {"n": (0,), "F": (0,)})


@wrong("nothing is said of when")
def t_tower_without_times(d):
    d.conclude("bad", eq(inner(u, v), 0), Tower("u", "v"))
    d.at({}, {"u": (1,), "v": (1,)})


@wrong("is no delayed sequence")
def t_a_shift_of_nothing(d):
    d.conclude("bad", le(norm2(u), norm2(v)), Shift("u"))
    d.at({}, {"u": (1,), "v": (1,)})


@wrong("is no member of a path")
def t_a_telescope_of_no_path(d):
    d.conclude("bad", eq(x * (y - z), X - Y), Telescope("x"))
    d.holds_at(x=1, y=1, z=1, X=1, Y=1)


@wrong("are no integers", assumes=[UNBIASED])
def t_times_that_are_scalars(d):
    d.process("n", known=0, differences=x, reason=UNBIASED)
    d.process("F", known=-1, differences=None, reason="definition")
    d.given("x", le(0, x), "domain")
    d.conclude("bad", eq(inner(*generators("F n")), 0), Tower("n", "F"))
    d.at({"x": 0}, {"n": (0,), "F": (1,)})


# --- vacuous claims


@wrong("may be vacuous")
def v_premises_that_contradict_each_other(d):
    d.given("x", lt(x, 0), "domain")
    d.given("y", lt(0, x), "domain")
    d.conclude("bad", FALSE, combine(times("x", (1 + z**2) / (-x)), times("y", (1 + z**2) / x)))
    d.holds_at(z=0)


@wrong("may be vacuous")
def v_a_norm_below_zero(d):
    d.given("u", le(norm2(u), -1), "domain")
    d.conclude("bad", FALSE, combine(times("u", 1 + z**2), norm_square(u, 1 + z**2)))
    d.at({"z": 0})


@wrong("links tie local things to each other")
def v_a_part_that_is_the_sum_of_two_others(d):
    for name, image in ((x, u), (y, v), (w, u + v)):
        d.link(name, image, over=STEP)
    d.given("w", eq(w, x + y + 1), "domain")
    d.have("square", eq((w - x - y) ** 2, 1), combine(times("w", w - x - y + 1)))
    d.have("mean", eq(0 * norm2(u), 1), d.average("square", STEP))
    d.conclude("bad", FALSE, combine(times("mean", 1 + z**2)))
    d.at({"x": 0, "y": 0, "w": 1, "z": 0}, {"u": (0,), "v": (0,)})


@wrong("no fact is called")
def a_square_with_a_negative_weight_is_no_help(d):
    d.conclude("bad", FALSE, combine(Square(-ONE, z), Square(-ONE, ONE), times("nothing")))


@pytest.mark.parametrize(("author", "because", "given", "assumes"), SIBLINGS)
def test_z3_refuses_siblings(author, because, given, assumes, library):
    with pytest.raises(Undecided) as refused:
        asked(author, given, assumes, library)
    assert because in str(refused.value)


@pytest.mark.parametrize(("author", "given", "assumes", "verdict"), RIGHT)
def test_z3_settles_what_is_right_next_to_them(author, given, assumes, verdict, library):
    count = asked(author, given, assumes, library)
    assert ("conditional" if count.hypotheses else "proved") == verdict


# --- what may be cited


def test_what_was_not_settled_cannot_be_cited(library):
    def unsettled(d):
        """Something false."""
        d.conclude("bad", le(0, z), combine())

    def author(d):
        """Something false, cited."""
        d.conclude("bad", le(0, z), Cite("attack.unsettled", "bad"))

    unproved = claim("attack.unsettled", unsettled)
    with pytest.raises(Undecided, match="is not settled"):
        smt.settle(claim("attack.last", author), {**library, "attack.unsettled": unproved})


def test_a_settled_claim_cannot_be_cited_under_another_name(library):
    def author(d):
        """The root under another name."""
        (root,) = symbols("t")
        d.given("t >= 0", le(0, root), "domain")
        d.given("squares", le(s**2, root**2), "domain")
        d.conclude("bound", le(s, root), Cite("order.other", "bound"))
        d.holds_at(s=1, t=1)

    with pytest.raises(Undecided, match="is not settled"):
        smt.settle(claim("attack.last", author), {"order.other": library["order.root"]})


def test_a_step_that_is_no_conclusion_cannot_be_cited(library):
    def author(d):
        """An inner step of another claim."""
        d.conclude("bound", le(0, norm2(generators("w")[0])), Cite("hilbert.cauchy_schwarz", "w"))

    with pytest.raises(Undecided, match="does not conclude"):
        smt.settle(claim("attack.last", author), library)
