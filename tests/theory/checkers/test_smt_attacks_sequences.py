"""False claims about recursions, counts and random sequences, asked of z3 alone."""

import pytest
import sympy

from tests.theory.checkers.smt_attacks import (
    Attacks,
    X,
    Y,
    h,
    k,
    n,
    p,
    refused,
    s,
    settled,
    u,
    v,
    w,
    x,
    y,
    z,
)
from theory.kernel import (
    STEP,
    Chain,
    Cite,
    Contradiction,
    Induction,
    Shift,
    SignCases,
    Step,
    Telescope,
    Tower,
    combine,
    eq,
    generators,
    inner,
    le,
    lt,
    norm2,
    square,
    symbols,
    times,
)
from theory.kernel.vectors import ZERO
from theory.setting.assumptions import LAGS, UNBIASED

ATTACKS = Attacks()
wrong, right = ATTACKS.wrong, ATTACKS.right


# --- G, N: induction


@wrong("z3 does not find")
def g_a_step_that_needs_more_than_the_hypothesis(d):
    d.recursion(k, {w: (0, w + 1)})
    d.conclude("bad", le(w, 5), Induction(k, combine(square(1, 5)), combine(times("hypothesis"))))
    d.witness(k=0)


@wrong("there is no recursion on")
def g_induction_on_what_counts_nothing(d):
    d.given("x", le(0, x), "domain")
    d.conclude("bad", le(x, 5), Induction(x, combine(square(1, 5)), combine(times("hypothesis"))))
    d.witness(x=0)


@wrong("no fact is called 'here'")
def g_a_root_that_exists_at_this_count_used_at_all(d):
    """p u >= 0 at this count, with u = 1: the root of p exists at this count, and not at those before."""
    d.local(k, p)
    d.recursion(k, {w: (1, w), X: (0, X + p)})
    d.given("here", le(0, p * w), "domain")
    one = Step("one", eq(w, 1), Induction(k, combine(), combine(times("hypothesis"))))
    d.root(h, p, Chain((one,), combine(times("here"), times("one", p))))
    d.conclude("bad", le(0, X), Induction(k, combine(), combine(times("hypothesis"), times("h^2"), square(h))))
    d.witness(k=0, p=1)


@wrong("reads as if it held at every count")
def g_a_conclusion_at_this_count_that_reads_as_one_at_all(d):
    """p w >= 0 at this count, with w = 1, says of p, which is chosen anew at each count, nothing at other counts."""
    d.local(k, p)
    d.recursion(k, {w: (1, w)})
    d.given("here", le(0, p * w), "domain")
    d.have("one", eq(w, 1), Induction(k, combine(), combine(times("hypothesis"))))
    d.conclude("bad", le(0, p), combine(times("here"), times("one", p)))
    d.witness(k=0, p=1)


@wrong("the goal of an induction speaks of p, which is chosen anew at each count")
def g_a_goal_that_speaks_of_what_is_chosen_anew(d):
    """X is the sum of the p of every count, and not k times the last of them."""
    d.local(k, p)
    d.recursion(k, {X: (0, X + p)})
    d.conclude("bad", eq(X, k * p), Induction(k, combine(), combine(times("hypothesis"))))
    d.witness(k=0, p=0)


@wrong("no fact is called 'mean'")
def g_a_premise_on_a_part_of_what_is_built(d):
    """y is part of k u, so z <= y^2 is said of this count: of k = 2 with |u|^2 = 1 and z = 2, but not of k = 1."""
    d.recursion(k, {w: (0, w + 1), X: (0, X + z), Y: (0, Y + w**2 * norm2(u))})
    d.link(y, w * u, over=STEP)
    d.given("p", le(z, y**2), "domain")
    d.have("mean", le(z, w**2 * norm2(u)), d.average("p", STEP))
    d.conclude("bad", le(X, Y), Induction(k, combine(), combine(times("hypothesis"), times("mean"))))
    d.witness({"k": 0, "z": 0}, {"u": (1,)})


@wrong("finds no model")
def m_a_premise_against_a_mean(d):
    """What is said of every step is said of a constant sequence, which has its own mean."""
    d.mean(X, of=x)
    d.given("off", le(x + 1, X), "domain")
    d.conclude("bad", le(x + 1, X), combine(times("off")))
    d.witness(X=1, x=0)


def m_a_premise_against_a_path(first_or_last, member):
    """A path of one step: E f_0 and the mean of the f_k are f_k, E f_K and the mean of the f_{k+1} are f_{k+1}."""

    def author(d):
        d.path(x, y, X, Y, w, p, k)
        d.given("off", le(member + 1, first_or_last), "domain")
        d.conclude("bad", le(member + 1, first_or_last), combine(times("off")))
        d.witness(**({"x": 0, "y": 0, "X": 0, "Y": 0, "w": 0, "p": 0, "k": 1} | {str(first_or_last): 1}))

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
    d.witness(k=0, p=0)


@wrong("what stands for p depends on", given=[steady])
def g_a_constant_of_a_recursion_that_is_chosen_anew(d):
    d.local(k, p)
    d.recursion(k, {w: (0, w + p), X: (0, X + w)})
    d.conclude("bad", eq(2 * X, (k - 1) * w), Cite("attack.base0", "both"))
    d.witness(k=0, p=0)


@wrong("its recursion on k is not made here", given=[steady])
def g_another_recursion(d):
    d.recursion(k, {w: (1, w + p), X: (0, X + w)})
    d.conclude("bad", eq(2 * X, (k - 1) * w), Cite("attack.base0", "both"))
    d.witness(k=0, p=0)


@wrong("speaks of what is replaced", given=[steady])
def g_a_count_that_is_replaced(d):
    d.recursion(k, {w: (0, w + p), X: (0, X + w)})
    d.conclude("bad", eq(2 * X, w), Cite("attack.base0", "both", {k: sympy.Integer(2)}))
    d.witness(k=0, p=0)


@right(given=[steady])
def the_same_recursion(d):
    d.recursion(k, {w: (0, w + p), X: (0, X + w)})
    both = Step("both", eq(2 * X, (k - 1) * w), Cite("attack.base0", "both"))
    d.conclude("good", eq(4 * X, 2 * (k - 1) * w), Chain((both,), combine(times("both", 2))))
    d.witness(k=0, p=0)


@wrong("no fact is called 'again'")
def n_induction_in_a_contradiction_with_a_derived_fact(d):
    """k <= 1 for every k: if k > 1 then the sum of i - 1 over i < k is said to be >= 0, though it starts with -1."""
    d.recursion(k, {w: (0, w + k - 1)})
    again = Step("again", lt(0, k - 1), combine(times("negation")))
    sums = Step("sum", le(0, w), Induction(k, combine(), combine(times("hypothesis"), times("again"))))
    d.conclude("bad", le(k, 1), Contradiction(Chain((again, sums), combine(times("sum")))))
    d.witness(k=0)


@wrong("no fact is called 'p'")
def n_induction_in_a_sign_case_of_a_choice(d):
    d.local(k, s, p)
    d.given("s^2", eq(s**2, 1), "domain")
    d.given("p", eq(p, s), "domain")
    d.recursion(k, {w: (0, w + p)})
    plus = Induction(k, combine(), combine(times("hypothesis"), times("p", -1)))
    nothing = Induction(k, combine(), combine(times("hypothesis"), times("case")))
    d.conclude("bad", le(0, w), SignCases(s, plus, nothing))
    d.witness(k=0, s=1, p=1)


# --- sequences


def sequences(d, first=0):
    d.process("n", known=0, differences=first, reason=UNBIASED)
    d.process("F", known=-1, differences=None, reason="definition")


@wrong("is not known before", assumes=[UNBIASED])
def t_differences_that_start_a_step_later_than_what_is_known(d):
    sequences(d, first=-1)
    d.conclude("bad", eq(inner(*generators("F n")), 0), Tower("n", "F"))
    d.witness({}, {"n": (0,), "F": (1,)})


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
    d.witness({"d_m": 1, "c_m": 1}, {"n": (0,)})


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
    d.witness({"d_m": 1, "c_m": 1}, {"n": (0,)})


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
    d.witness({"d_m": 1, "c_m": 1}, {"v_m": (1,)})


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
    d.witness({"y": 0}, {"n": (0,), "F": (0,)})


@wrong("nothing is said of when")
def t_tower_without_times(d):
    d.conclude("bad", eq(inner(u, v), 0), Tower("u", "v"))
    d.witness({}, {"u": (1,), "v": (1,)})


@wrong("is no delayed sequence")
def t_a_shift_of_nothing(d):
    d.conclude("bad", le(norm2(u), norm2(v)), Shift("u"))
    d.witness({}, {"u": (1,), "v": (1,)})


@wrong("is no member of a path")
def t_a_telescope_of_no_path(d):
    d.conclude("bad", eq(x * (y - z), X - Y), Telescope("x"))
    d.witness(x=1, y=1, z=1, X=1, Y=1)


@wrong("are no integers", assumes=[UNBIASED])
def t_times_that_are_scalars(d):
    d.process("n", known=0, differences=x, reason=UNBIASED)
    d.process("F", known=-1, differences=None, reason="definition")
    d.given("x", le(0, x), "domain")
    d.conclude("bad", eq(inner(*generators("F n")), 0), Tower("n", "F"))
    d.witness({"x": 0}, {"n": (0,), "F": (1,)})


@pytest.mark.parametrize(("author", "because", "given", "assumes"), ATTACKS.false)
def test_z3_refuses(author, because, given, assumes):
    refused(author, because, given, assumes)


@pytest.mark.parametrize(("author", "given", "assumes", "verdict"), ATTACKS.true)
def test_z3_settles_what_is_right_next_to_them(author, given, assumes, verdict):
    settled(author, given, assumes, verdict)
