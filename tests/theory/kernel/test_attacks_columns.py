"""False claims about times that depend on counts: of columns, and of what a recursion builds from column to column.

Those that random finite models reach are shown to be false there as well: what refuses them is no formality.
"""

import pytest

from tests.theory.kernel.attacking import claim, refused, registry
from theory import blueprint
from theory.checkers import engine
from theory.checkers import model_search as models
from theory.kernel import ZERO, Induction, Tower, combine, eq, generators, inner, le, norm2, symbols, times
from theory.kernel.check import check_claim
from theory.lemmas import windows
from theory.setting.assumptions import INDEPENDENT, UNBIASED, VARIANCE

ATTACKS = []
attack = registry(ATTACKS)
j, i, c = symbols("d_m i c")
W, z, P, Q, y, T, fixed = generators("W z P Q y T fixed")


# --- what is known before a window


@attack("is not known before the differences", assumes=[UNBIASED, INDEPENDENT])
def k_frozen_one_step_too_late(d):
    """What may look at the first sample of the window is not orthogonal to it."""
    windows.martingale(d)
    d.local(j, T)
    d.process("T", known=-j, differences=None, reason=INDEPENDENT)
    d.conclude("bad", eq(inner(T, W), 0), Tower("W", "T"))
    d.witness({"d_m": 1}, {"n_m": (0,), "T": (1,)})


@attack("the times of T are not integers", assumes=[UNBIASED, INDEPENDENT])
def k_times_by_a_count_that_is_no_label(d):
    """The same sequence at all counts cannot be known earlier and earlier: it would be known before all samples."""
    windows.martingale(d)
    d.process("T", known=-j - 1, differences=None, reason=INDEPENDENT)
    d.conclude("bad", eq(inner(T, W), 0), Tower("W", "T"))
    d.witness({"d_m": 1}, {"n_m": (0,), "T": (1,)})


@attack("is not known before the differences", assumes=[INDEPENDENT, VARIANCE])
def k_weighted_differences_one_step_too_late(d):
    """Two terms that may look at one sample are not orthogonal."""
    d.recursion(j, vectors={"W": (ZERO, W + y)})
    d.process("W", known=0, differences=-j, reason="definition")
    d.local(j, y)
    d.process("y", known=-j, differences=-j - 1, reason=INDEPENDENT)
    d.given("length", le(norm2(y), c), VARIANCE)
    d.have("orthogonal", eq(inner(W, y), 0), Tower("W", "y"))
    step = combine(times("hypothesis"), times("orthogonal", 2), times("length"))
    d.conclude("bad", le(norm2(W), j * c), Induction(j, combine(), step))
    d.witness({"d_m": 1, "c": 1}, {"y": (0,)})


@attack("the times of y do not fit", assumes=[INDEPENDENT, VARIANCE])
def k_weighted_differences_from_too_early(d):
    """Differences that start two steps before the window's are no differences of the window."""
    d.recursion(j, vectors={"W": (ZERO, W + y)})
    d.process("W", known=-1, differences=-j, reason="definition")
    d.local(j, y)
    d.process("y", known=-j - 1, differences=-j - 2, reason=INDEPENDENT)
    d.given("length", le(norm2(y), c), VARIANCE)
    d.have("orthogonal", eq(inner(W, y), 0), Tower("W", "y"))
    step = combine(times("hypothesis"), times("orthogonal", 2), times("length"))
    d.conclude("bad", le(norm2(W), j * c), Induction(j, combine(), step))
    d.witness({"d_m": 1, "c": 1}, {"y": (0,)})


@attack("has zero mean is an assumption", assumes=[])
def k_zero_mean_of_a_column_by_definition(d):
    d.recursion(j, vectors={"W": (ZERO, W + y)})
    d.local(j, y)
    d.process("y", known=-j - 1, differences=-j - 1, reason="domain")
    d.process("W", known=-1, differences=-j, reason="definition")
    d.conclude("bad", eq(inner(W, y), 0), Tower("W", "y"))
    d.witness({"d_m": 1}, {"y": (0,)})


# --- what is built from column to column


@attack("the times of P are not integers", assumes=[UNBIASED])
def l_times_by_a_count_that_changes_on_the_way(d):
    """P is made of the column before: it is known as early as that column's lag says, not as early as this one's.

    With lags 0, then 2, P is the noise of the last step, and W the sum of the last two.
    """
    windows.martingale(d)
    d.process("P", known=-1 - j, differences=None, reason="definition")
    d.local(i, j, W, z, P)
    d.local(j, P)
    d.recursion(i, vectors={"P": (ZERO, z)})
    d.conclude("bad", eq(inner(W, P), 0), Tower("W", "P"))
    d.witness({"d_m": 1, "i": 1}, {"n_m": (0,)})


@attack("the times of Q are not integers", assumes=[UNBIASED, INDEPENDENT])
def l_times_of_what_is_made_of_an_object(d):
    """Q is a window cut out of W, so W's recursion says when it is known."""
    windows.martingale(d)
    d.link(Q, fixed + W, over=("stage",))
    d.local(("stage",), Q)
    d.process("Q", known=-j - 5, differences=None, reason=INDEPENDENT)
    d.conclude("bad", eq(inner(Q, W), 0), Tower("W", "Q"))
    d.witness({"d_m": 1}, {"n_m": (0,), "fixed": (0,)})


@pytest.mark.parametrize(("author", "because", "given", "assumes"), ATTACKS)
def test_a_false_claim_is_refused(author, because, given, assumes):
    refused(author, because, given, assumes)


FALSE_IN_A_MODEL = [
    (k_frozen_one_step_too_late, (UNBIASED, INDEPENDENT)),
    (k_weighted_differences_one_step_too_late, (INDEPENDENT, VARIANCE)),
    (l_times_by_a_count_that_changes_on_the_way, (UNBIASED,)),
]


@pytest.mark.parametrize(("author", "assumes"), FALSE_IN_A_MODEL, ids=lambda part: getattr(part, "__name__", ""))
def test_it_is_false_in_a_finite_model(author, assumes):
    item = claim("attack.column", author, assumes)
    assert models.examine(item, models=400, tries=4000, seed=5).broken


@pytest.mark.parametrize(("author", "assumes"), FALSE_IN_A_MODEL, ids=lambda part: getattr(part, "__name__", ""))
def test_z3_does_not_say_that_it_is_true(author, assumes):
    (outcome,) = engine("smt")([claim("attack.column", author, assumes)])
    assert outcome.verdict == "undecided", outcome.reason


@pytest.mark.parametrize("name", ["free.frozen_orthogonal", "free.weighted_window"])
def test_the_true_ones_are_proved_and_hold_in_models(name):
    check_claim(blueprint.claim(name), blueprint.theorems())
    report = models.examine(blueprint.claim(name), models=30, tries=2000, seed=5)
    assert report.models >= 20 and not report.broken
