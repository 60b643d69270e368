"""The checker refuses what is wrong: each fault is planted in something it accepts."""

from dataclasses import replace

import pytest
import sympy

from theory import blueprint
from theory.checkers import mutants
from theory.kernel import (
    ELEMENT,
    Cite,
    Contradiction,
    Gap,
    Induction,
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
from theory.kernel.check import check_claim, check_step
from theory.kernel.draft import write
from theory.kernel.refute import counterexample
from theory.setting.assumptions import REGISTRY as ASSUMPTIONS

CLAIMS = blueprint.all_claims()
PROVED = blueprint.theorems()
x, y, z, s = symbols("x y z s")
u, v, n = generators("u v n")


def claim(author):
    author.__doc__ = "A test."
    return write("test", "a test", author, source="here")


def refused(author, because):
    with pytest.raises(Gap, match=because):
        check_claim(claim(author), PROVED)


def accepted(author):
    check_claim(claim(author), PROVED)


def product(weight):
    def author(d):
        d.given("x", le(0, x), "domain")
        d.given("y", le(0, y), "domain")
        d.conclude("goal", le(0, x * y), combine(times("y", weight)))
        d.witness(x=1, y=1)

    return author


def test_a_multiplier_of_the_right_sign():
    accepted(product(x))


@pytest.mark.parametrize(
    ("weight", "because"),
    [(-x, "not known to be nonnegative"), (2 * x, "does not add up"), (y, "does not add up"), (z, "not declared")],
)
def test_a_wrong_multiplier(weight, because):
    refused(product(weight), because)


def test_a_cancelled_slack():
    def author(d):
        d.given("x", le(0, x), "domain")
        d.conclude("goal", le(x + 1, 1 + x), combine())
        d.witness(x=1)

    refused(author, "says nothing|no free symbol")


def test_a_slack_that_cancels_only_after_expanding():
    def author(d):
        d.conclude("goal", le((x + 1) ** 2, x**2 + 2 * x + 1), combine())

    refused(author, "no free symbol")


def test_a_claim_without_symbols():
    def author(d):
        d.conclude("goal", le(0, 1), combine(square(1)))

    refused(author, "says nothing")


def test_a_conclusion_that_repeats_a_premise():
    def author(d):
        d.given("x", le(0, x), "domain")
        d.conclude("goal", le(0, x), combine(times("x")))
        d.witness(x=1)

    refused(author, "repeats a premise")


def test_premises_that_contradict_each_other():
    def author(d):
        d.given("x", lt(0, x), "domain")
        d.given("no", lt(x, 0), "domain")
        d.conclude("goal", le(y, 0), combine(times("x", 1), times("no", 1)))
        d.witness(x=1)

    refused(author, "breaks the premise")


def test_a_premise_without_a_witness():
    def author(d):
        d.given("x", lt(0, x), "domain")
        d.conclude("goal", le(0, 2 * x), combine(times("x", 2)))

    refused(author, "no value for")


def divided(positive):
    def author(d):
        if positive:
            d.given("x", lt(0, x), "domain")
        d.given("y", le(0, y * x), "domain")
        d.conclude("goal", le(0, y), combine(times("y", 1 / x)))
        d.witness(x=1, y=1)

    return author


def test_division_by_something_positive():
    accepted(divided(True))


def test_division_by_something_that_may_vanish():
    refused(divided(False), "not known")


def test_an_identity_that_divides_by_something_that_may_vanish():
    def author(d):
        d.conclude("goal", eq(y * (x**2 - 1) / (x - 1), y * (x + 1)), combine())

    refused(author, "divided by")


def test_a_negative_denominator_keeps_its_sign():
    def author(d):
        d.given("x", lt(x, 0), "domain")
        d.given("y", le(0, y), "domain")
        d.conclude("goal", le(0, y / x), combine(times("y", 1 / x)))
        d.witness(x=-1, y=1)

    refused(author, "not known to be nonnegative")


def test_a_root_of_something_that_may_be_negative():
    def author(d):
        d.root(s, x, combine(square(1, x)))
        d.conclude("goal", le(0, 2 * s), combine(times("s >= 0", 2)))
        d.witness(x=1)

    refused(author, "not known to be nonnegative")


def test_a_root_that_proves_its_own_existence():
    def author(d):
        d.given("y", le(0, y), "domain")
        d.root(s, x, combine(square(s), times("s^2")))
        d.conclude("goal", le(0, x), combine(square(s), times("s^2")))
        d.witness(x=1, y=1)

    refused(author, "no fact is called|does not add up")


def test_the_sign_of_a_root():
    def author(d):
        d.given("x", le(0, x), "domain")
        d.root(s, x, combine(times("x")))
        d.conclude("goal", le(2 * s, 0), combine(times("s >= 0", -2)))
        d.witness(x=1)

    refused(author, "not known to be nonnegative")


def test_a_definition_of_something_known_already():
    def author(d):
        d.given("x", le(x, 1), "domain")
        d.define(x, sympy.Integer(0))
        d.conclude("goal", le(x, y**2), combine(times("x :="), square(y)))
        d.witness(x=0)

    refused(author, "introduces nothing new")


def test_a_strict_conclusion_from_weak_facts():
    def author(d):
        d.given("x", le(0, x), "domain")
        d.conclude("goal", lt(0, x + y**2), combine(times("x"), square(y)))
        d.witness(x=1)

    refused(author, "strict")


def test_an_equation_from_an_inequality():
    def author(d):
        d.given("x", le(0, x), "domain")
        d.conclude("goal", eq(0, x), combine(times("x")))
        d.witness(x=0)

    refused(author, "equation follows from equations")


def test_an_undeclared_assumption():
    from theory.setting.assumptions import SATURATION

    def author(d):
        d.given("x", le(0, x), SATURATION)
        d.conclude("goal", le(0, 2 * x), combine(times("x", 2)))
        d.witness(x=1)

    refused(author, "declared assumptions")


def test_an_assumption_that_a_definition_names_is_declared_too():
    from theory.kernel.claim import Definition
    from theory.setting.assumptions import RESPONSE

    def author(d):
        d.given("x", le(0, x), "domain")
        d.define(y, 2 * x, RESPONSE)
        d.conclude("goal", le(0, y), combine(times("x", 2), times("y :=", -1)))
        d.witness(x=1)

    def unknown(d):
        author(d)
        d.context[1] = Definition(y, 2 * x, "hope")

    refused(author, "declared assumptions")
    refused(unknown, "declared assumptions")


def test_a_negative_norm():
    def author(d):
        d.conclude("goal", le(2 * inner(u, v), -norm2(u) - norm2(v)), combine(norm_square(u + v, -1)))

    refused(author, "not known to be nonnegative")


def test_cases_of_something_that_may_be_negative():
    def author(d):
        d.conclude("goal", le(0, x**3), ZeroCases(x, combine(times("case", x**2)), combine(times("case", x**2))))

    refused(author, "cases")


def test_a_contradiction_that_is_none():
    def author(d):
        d.given("x", le(0, x), "domain")
        d.conclude("goal", le(0, x - 1), Contradiction(combine(times("negation"), times("x"))))
        d.witness(x=2)

    refused(author, "does not add up")


def test_citing_without_the_premise():
    def author(d):
        d.given("y", le(x**2, y**2), "domain")
        d.conclude("goal", le(x, y), Cite("order.root", "bound", dict(zip(symbols("s t"), (x, y), strict=True))))
        d.witness(x=-2, y=2)

    refused(author, "premise 't >= 0'")


def test_citing_itself():
    def author(d):
        d.conclude("goal", le(0, x), Cite("test", "goal"))

    refused(author, "not proved")


def adapted(known, differences):
    def author(d):
        """A martingale difference and something known."""
        from theory.setting.assumptions import UNBIASED

        d.process("n", known=0, differences=differences, reason=UNBIASED)
        d.process("u", known=known, differences=None, reason="domain")
        d.conclude("goal", eq(inner(n, u), 0), Tower("n", "u"))
        d.witness({}, {"n": (0,), "u": (1,)})

    return author


@pytest.mark.parametrize(("known", "differences"), [(0, 0), (1, 0), (-1, None), (-1, -1)])
def test_a_tower_over_what_is_not_yet_known(known, differences):
    from theory.setting.assumptions import UNBIASED

    wrong = write("test", "a test", adapted(known, differences), source="here", assumes=[UNBIASED])
    with pytest.raises(Gap, match=r"not known before|no sum of martingale"):
        check_claim(wrong, PROVED)
    check_claim(write("test", "a test", adapted(-1, 0), source="here", assumes=[UNBIASED]), PROVED)


def summed(constant):
    def author(d):
        d.link(x, u, over=ELEMENT)
        d.link(y, v, over=ELEMENT)
        d.given("pointwise", le(x**2, y**2 + constant), "domain")
        d.conclude("goal", le(norm2(u), norm2(v) + constant), d.average("pointwise", ELEMENT))
        d.witness({"x": 0, "y": 0}, {"u": (0,), "v": (0,)})

    return author


def test_a_sum_over_coordinates_multiplies_constants():
    accepted(summed(0))
    refused(summed(1), "does not leave constants alone")


def test_an_average_of_something_not_said_at_every_step():
    def author(d):
        d.given("once", le(x**2, y**2), "domain")
        d.conclude("goal", le(norm2(u), norm2(v)), d.average("once", ELEMENT))
        d.witness(x=0, y=0)

    refused(author, "does not leave constants alone")


def test_an_average_of_a_product_with_a_random_factor():
    def author(d):
        d.link(x, u, over=ELEMENT)
        d.link(y, v, over=ELEMENT)
        d.local(ELEMENT, z)
        d.given("pointwise", le(x**2, z * y**2), "domain")
        d.conclude("goal", le(norm2(u), z * norm2(v)), d.average("pointwise", ELEMENT))
        d.witness({"x": 0, "y": 0, "z": 0}, {"u": (0,), "v": (0,)})

    refused(author, "is not a mean or a Gram entry")


def test_an_induction_whose_premise_speaks_of_the_sum():
    count = sympy.Symbol("count", real=True)

    def author(d):
        d.given("cheat", le(x, 1), "domain")
        d.recursion(count, {x: (0, x + 1)})
        d.conclude("goal", le(x, 1 + y**2), Induction(count, combine(square(1), square(y)), combine(times("cheat"))))
        d.witness(count=0)

    refused(author, "no fact is called 'cheat'")


def test_a_recursion_cannot_be_renamed_away():
    def author(d):
        d.given("d_m >= 0", le(0, sympy.Symbol("d_m", real=True)), "domain")
        d.conclude("goal", le(norm2(u), y), Cite("window.martingale", "bound", {}, {"W": u}))
        d.witness(d_m=0)

    refused(author, "is nothing here|its premise")


@pytest.mark.parametrize("name", [claim.id for claim in CLAIMS])
def test_no_tightened_conclusion_survives(name):
    for _, place, wrong in mutants.tightened(PROVED[name]):
        check_step(PROVED[name], place, PROVED)
        with pytest.raises(Gap):
            check_step(wrong, place, PROVED)


@pytest.mark.parametrize("name", [claim.id for claim in CLAIMS])
def test_no_assumption_can_be_dropped(name):
    assumed = {premise.name for premise in PROVED[name].premises if premise.reason in ASSUMPTIONS}
    for what, changed in mutants.without_premise(PROVED[name]):
        if what in assumed:
            with pytest.raises(Gap):
                check_claim(changed, PROVED)


@pytest.mark.parametrize("name", [claim.id for claim in CLAIMS])
def test_no_wrong_certificate_survives(name):
    survivors = []
    for what, place, wrong in mutants.with_wrong_certificate(PROVED[name]):
        try:
            check_step(wrong, place, PROVED)
        except Gap:
            continue
        survivors.append(what)
    assert not survivors


def test_a_false_claim_is_refuted_with_a_point():
    def author(d):
        d.given("x", le(0, x), "domain")
        d.conclude("goal", le(x, x**2), combine(times("x", x)))
        d.witness(x=2)

    wrong = claim(author)
    point = counterexample(wrong)
    assert point is not None
    value = sympy.Rational(point["x"])
    assert value >= 0 and value > value**2
    (outcome,) = blueprint.prove([wrong])
    assert outcome.verdict == "refuted" and outcome.counterexample == point


def test_a_true_claim_without_proof_is_undecided_not_proved():
    def author(d):
        d.conclude("goal", le(2 * x * y, x**2 + y**2), combine())

    (outcome,) = blueprint.prove([claim(author)])
    assert outcome.verdict == "undecided"


@pytest.mark.parametrize("name", ["master.young", "master.explicit", "floor.upper", "sync.closed_form"])
def test_a_halved_theorem_is_refuted(name):
    right = PROVED[name]
    bound = right.conclusions[-1]
    relation = right.conclusion(bound)
    halved = tuple(
        replace(step, relation=le(relation.lhs, relation.rhs / 2)) if step.name == bound else step
        for step in right.steps
    )
    wrong = replace(right, steps=halved)
    with pytest.raises(Gap):
        check_claim(wrong, PROVED)


def test_z3_refuses_a_wrong_certificate():
    from theory.checkers import smt

    right = PROVED["master.young"]
    for what, _, wrong in mutants.tightened(right):
        outcomes = {o.claim: o for o in smt.prove([PROVED["order.root"], wrong])}
        assert outcomes[right.id].verdict == "undecided", what
