"""Z3's rules on when sequences are known, each asked by itself."""

from dataclasses import replace

import pytest

from tests.theory.checkers.smt_worlds import (
    COORDINATE,
    EMPTY,
    STAGE,
    STEP,
    TWO,
    a,
    b,
    c,
    k,
    refused,
    scalars,
    world,
    x,
)
from theory.checkers import smt_rules as rules
from theory.checkers.smt_terms import (
    MINUS_ONE,
    ONE,
    ZERO,
    Product,
)
from theory.checkers.smt_world import Built, Item, Linked, Times

# --- times

COUNTED = world(recursions={"k": Built({}, {"W": ((), (("W", ONE), ("n", ONE)))})})


def test_times_are_compared_at_all_counts():
    assert rules.later(EMPTY, ONE, ZERO) and rules.later(EMPTY, ONE, ONE) and not rules.later(EMPTY, ZERO, ONE)
    assert rules.later(COUNTED, k, ZERO) and not rules.later(COUNTED, ZERO, k) and not rules.later(EMPTY, k, ZERO)
    assert not rules.later(COUNTED, k, ONE)


@pytest.mark.parametrize(
    ("own", "needed", "why"),
    [
        (Times(ZERO, None), Times(ZERO, None), ""),
        (Times(MINUS_ONE, None), Times(ZERO, None), ""),
        (Times(ONE, None), Times(ZERO, None), "n is known at 1, and needed at 0"),
        (Times(ZERO, ZERO), Times(ZERO, ZERO), ""),
        (Times(ZERO, ONE), Times(ZERO, ZERO), ""),
        (Times(ZERO, ZERO), Times(ZERO, ONE), "differences of n start at 0, and are needed from 1"),
        (Times(ZERO, None), Times(ZERO, ONE), "differences of n start at nowhere, and are needed from 1"),
        (Times(ZERO, ONE), Times(ZERO, None), ""),
    ],
)
def test_a_sequence_is_known_soon_enough_and_its_differences_start_late_enough(own, needed, why):
    here = world(processes={"n": own, "m": Times(MINUS_ONE, TWO)})
    for vector in ((("n", ONE),), (("m", a), ("n", TWO))):
        if why:
            assert refused(rules.require_times, here, vector, needed) == why
        else:
            rules.require_times(here, vector, needed)


def test_coefficients_of_sequences_are_not_random():
    here = world(scalars(a=STEP, b=COORDINATE, c=STAGE), processes={"n": Times(ZERO, None)})
    assert refused(rules.require_times, here, (("n", a),), Times(ONE, None)) == "the coefficient a of n may be random"
    assert "may be random" in refused(rules.require_times, here, (("n", b),), Times(ONE, None))
    rules.require_times(here, (("n", c),), Times(ONE, None))


def built(known, differences, start, after, **more):
    """W is built from n, whose member is known at its step and has zero mean before it."""
    processes = {"n": Times(ZERO, ZERO), "F": Times(MINUS_ONE, None), "W": Times(known, differences)}
    return world(processes=processes, recursions={"k": Built({}, {"W": (start, after)})}, **more)


W, N = (("W", ONE),), (("W", ONE), ("n", ONE))
BACK = Product((MINUS_ONE, k))


@pytest.mark.parametrize(
    ("here", "why"),
    [
        (built(ZERO, ZERO, (), N), ""),
        (built(k, ZERO, (), N), ""),
        (built(ZERO, BACK, (), N), ""),
        (built(MINUS_ONE, None, (), N), "n is known at 0, and needed at -1"),
        (built(ZERO, ONE, (), N), "differences of n start at 0, and are needed from 1"),
        (built(ZERO, k, (), N), "differences of W start at k, and are needed from (k + 1)"),
        (built(BACK, None, (), W), "W is known at -1 k, and needed at -1 (k + 1)"),
        (built(MINUS_ONE, None, (("n", ONE),), W), "n is known at 0, and needed at -1"),
        (built(ZERO, None, (("F", ONE),), N), ""),
        (built(ZERO, ZERO, (("F", ONE),), N), "differences of F start at nowhere, and are needed from 0"),
    ],
)
def test_what_a_recursion_builds_is_known_when_it_is_said_to_be(here, why):
    if why:
        assert refused(rules.times_fit, here) == why
    else:
        rules.times_fit(here)


def test_what_is_part_of_a_sequence_is_not_known_before_it():
    parts = Linked(("scalar", "x"), (("n", ONE),), STEP)
    here = world(scalars(x=STEP, y=STEP), links=(parts, Linked(("scalar", "y"), (("F", ONE),), STEP)))
    here = replace(here, items=(Item((), (("scalar", "y"),), x),))
    late, soon = Times(ZERO, None), Times(MINUS_ONE, None)
    rules.times_fit(replace(here, processes={"n": late, "F": late}))
    rules.times_fit(replace(here, processes={"n": soon, "F": late}))
    rules.times_fit(replace(here, processes={"F": soon}))
    said = refused(rules.times_fit, replace(here, processes={"n": late, "F": soon}))
    assert said == "F is said to be known before n, of which it is made"
