"""Lags and densities of the schedules, for every number of stages, samples and micro-batches.

The slots are those of `theory.setting.schedules`: its formulas are run on symbols. An integer j is known to the kernel
by what it is not: no integer lies strictly between -1 and 0, so j (j + 1) >= 0. Source: docs/theory.md#pipelines.
"""

from typing import TypeVar

from sympy import Expr, Integer

from theory.kernel import Contradiction, Draft, Induction, combine, eq, le, lemma, lt, square, symbols, times
from theory.setting.schedules import Asynchronous, Schedule, Sequential, Synchronous
from theory.setting.symbols import symbol

Kind = TypeVar("Kind", bound=Schedule)
M, B = symbol("M"), symbol("B")
m, k, other, samples = symbols("m k other N")
ONE = Integer(1)
behind = M - m - (k - other)
"""How far inside the lag M - m the sample `other` lies, if it is k - other samples earlier."""


def on_symbols(kind: type[Kind], batch: Expr = ONE) -> Kind:
    """Return a schedule whose sizes are symbols, so that its own formulas give slots as expressions."""
    schedule = object.__new__(kind)
    object.__setattr__(schedule, "stages", M)
    object.__setattr__(schedule, "batch", batch)
    return schedule


def slots(kind: type[Schedule], stage: Expr, sample: Expr) -> tuple[Expr, Expr]:
    """Return the slots of the forward and of the backward pass as expressions."""
    schedule = on_symbols(kind)
    return exact_slot(schedule.forward_slot(stage, sample)), exact_slot(schedule.backward_slot(stage, sample))


def exact_slot(value: object) -> Expr:
    """Return a slot as an expression."""
    if not isinstance(value, Expr):
        raise TypeError(f"{value!r} is no expression")
    return value


def integer(d: Draft, name: str, value: Expr) -> None:
    """Say that `value` is an integer: it does not lie strictly between -1 and 0."""
    d.given(name, le(0, value * (value + 1)), "domain")


@lemma("pipeline.collisions", "No stage has two passes in one slot")
def asynchronous_passes_do_not_collide(d: Draft) -> None:
    """1F1B: a forward and a backward pass of one stage are an odd number of slots apart, so at least one."""
    forward, _ = slots(Asynchronous, m, k)
    _, backward = slots(Asynchronous, m, other)
    gap = M - m - k + other
    integer(d, "integers", gap)
    d.conclude("apart", le(1, (backward - forward) ** 2), combine(times("integers", 4)))
    d.witness({"M": 3, "m": 1, "k": 2, "N": 1, "other": 1})


@lemma("pipeline.lags_inside", "Updates within the lag fall between the passes")
def updates_within_the_lag_fall_between(d: Draft) -> None:
    """1 <= k - other <= M - m puts the update by `other` after the forward and before the backward pass of k."""
    forward, backward = slots(Asynchronous, m, k)
    update = slots(Asynchronous, m, other)[1]
    d.given("one", le(1, k - other), "domain")
    d.given("lag", le(k - other, M - m), "domain")
    d.conclude("after", lt(forward, update), combine(times("lag", 2), square(1)))
    d.conclude("before", lt(update, backward), combine(times("one", 2), square(1, 2)))
    d.witness({"M": 3, "m": 1, "k": 2, "other": 1})


@lemma("pipeline.lags", "The lag of a stage is at most M - m")
def updates_between_the_passes_are_within_the_lag(d: Draft) -> None:
    """1F1B: if the update by `other` falls between the passes of sample k then 1 <= k - other <= M - m.

    With pipeline.lags_inside and pipeline.count exactly M - m updates of stage m fall between them; all updates before
    the backward pass come from earlier samples, so it meets the weights of k updates.
    """
    forward, backward = slots(Asynchronous, m, k)
    update = slots(Asynchronous, m, other)[1]
    integer(d, "integers", behind)
    d.given("after", lt(forward, update), "domain")
    d.given("before", lt(update, backward), "domain")
    integer(d, "whole", k - other - 1)
    d.have("before k", lt(0, k - other), combine(times("before", Integer(1) / 2)))
    d.conclude("earlier", le(1, k - other), Contradiction(combine(times("whole"), times("negation", k - other))))
    d.have("above -1", lt(-1, behind), combine(times("after", Integer(1) / 2), square(1, Integer(1) / 2)))
    d.have("fewer", lt(0, behind + 1), combine(times("above -1")))
    d.conclude(
        "lag",
        le(k - other, M - m),
        Contradiction(combine(times("integers"), times("negation", behind + 1))),
    )
    d.witness({"M": 3, "m": 1, "k": 2, "other": 1})


counted, lag = symbols("counted lag")


@lemma("pipeline.count", "As many updates as the lag")
def integers_from_one_to_the_lag_are_the_lag(d: Draft) -> None:
    """Counting one update for each of k - 1, k - 2, ..., k - lag gives lag."""
    d.recursion(lag, {counted: (0, counted + 1)})
    d.conclude("number", eq(counted, lag), Induction(lag, combine(), combine(times("hypothesis"))))
    d.witness({"lag": 0})


def _within(d: Draft) -> None:
    d.given("1 <= m", le(1, m), "domain")
    d.given("m <= M", le(m, M), "domain")
    d.given("0 <= k", le(0, k), "domain")
    d.given("k < N", le(k, samples - 1), "domain")


def density(passes: Expr, length: Expr) -> Expr:
    """Return the busy share of the stage-slots: each stage makes `passes` passes in `length` slots."""
    return passes / length


@lemma("pipeline.density", "Slots and computation density of 1F1B")
def asynchronous_pipeline_is_busy(d: Draft) -> None:
    """N samples take 2 (N + M - 1) slots; the density is N/(N + M - 1), at least 1 - (M - 1)/N."""
    _within(d)
    first = slots(Asynchronous, Integer(1), Integer(0))[0]
    last = slots(Asynchronous, Integer(1), samples - 1)[1]
    forward, backward = slots(Asynchronous, m, k)
    d.have("N >= 1", lt(0, samples), combine(times("0 <= k"), times("k < N"), square(1)))
    d.have("M >= 1", le(0, M - 1), combine(times("1 <= m"), times("m <= M")))
    d.conclude("first", le(first, forward), combine(times("0 <= k", 2), times("1 <= m")))
    d.conclude("backward", le(backward, last), combine(times("k < N", 2), times("1 <= m")))
    d.conclude(
        "forward", le(forward, last), combine(times("k < N", 2), times("m <= M", 1), times("M >= 1", 1), square(1, 1))
    )
    whole = samples + M - 1
    d.have("whole", lt(0, whole), combine(times("N >= 1"), times("M >= 1")))
    d.conclude("density", eq(density(2 * samples, last - first + 1), samples / whole), combine())
    d.conclude("limit", le(1 - (M - 1) / samples, samples / whole), combine(square(M - 1, 1 / (samples * whole))))
    d.witness({"M": 3, "m": 1, "k": 2, "N": 4})


@lemma("pipeline.synchronous", "Slots and computation density of fill-drain")
def synchronous_pipeline_waits(d: Draft) -> None:
    """B micro-batches take 2 (M + B - 1) slots; the density is B/(M + B - 1)."""
    d.given("1 <= B", le(1, B), "domain")
    d.given("1 <= M", le(1, M), "domain")
    start = on_symbols(Synchronous, batch=B)._round
    d.have("whole", lt(0, M + B - 1), combine(times("1 <= B"), times("1 <= M"), square(1)))
    d.conclude("density", eq(density(2 * B, 2 * start), B / (M + B - 1)), combine())
    d.conclude("no more than full", le(B / (M + B - 1), 1), combine(times("1 <= M", 1 / (M + B - 1))))
    d.witness({"M": 3, "B": 2})


@lemma("pipeline.sequential", "Slots and computation density without a pipeline")
def sequential_passes_leave_stages_idle(d: Draft) -> None:
    """N samples take 2 M N slots; the density is 1/M."""
    d.given("1 <= M", le(1, M), "domain")
    d.given("1 <= N", le(1, samples), "domain")
    first = slots(Sequential, Integer(1), Integer(0))[0]
    last = slots(Sequential, Integer(1), samples - 1)[1]
    d.have("M > 0", lt(0, M), combine(times("1 <= M"), square(1)))
    d.have("N > 0", lt(0, samples), combine(times("1 <= N"), square(1)))
    d.conclude("density", eq(density(2 * samples, last - first + 1), 1 / M), combine())
    d.witness({"M": 3, "N": 2})
