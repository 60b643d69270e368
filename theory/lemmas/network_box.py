"""How curved a network must be called on a whole box of weights, and how far its loss can fall.

Samples are what the label `step` counts: each is drawn with its probability, so that averages are means over the data.
Source: docs/theory.md#network.box_obstacle, docs/theory.md#network.lowest.
"""

from typing import Any

from theory.kernel import (
    COORDINATE,
    STEP,
    Draft,
    Induction,
    SignCases,
    combine,
    eq,
    generators,
    inner,
    le,
    lemma,
    norm2,
    symbols,
    times,
)
from theory.lemmas.feasible import signs
from theory.lemmas.network import L, p0, reach
from theory.setting.assumptions import SMOOTH, STAGES

stages, weight, gain, along, bow, loss_one, out_one, out_two, second_i, second_mean, loss_two, data_i, data = symbols(
    "stages weight outgain along bow loss_one out_one out_two second_i second_mean loss_two data_i data"
)
(U,) = generators("U")


def obstacle(gain: Any, data: Any) -> Any:  # noqa: ANN401 - numbers and symbols alike
    """Return what L is at least: `gain` is p0^M times the norms of all stages but the first.

    `data` is the mean of l'' times the squared share of the input, for a move of the first stage of norm 1.
    """
    return gain**2 * data


@lemma("network.box_obstacle", "No smoothness on the box is small", assumes=[SMOOTH])
def smoothness_on_the_box_is_at_least_what_the_first_stage_sees(d: Draft) -> None:
    """D^2 f[U, U] = outgain^2 data at W_1 = 0 where the other stages are of rank one, so L norm(U)^2 >= outgain^2 data.

    There z = 0 in every stage, so that phi' = p0 and phi'' = 0. U moves W_1 alone; of a sample's product U x the share
    along the common direction goes on, and every further stage multiplies it by its norm and p0: outgain = p0^M times
    the product of these norms. data is the mean of l'' share^2. L enters by D^2 f[U, U] <= L norm(U)^2.
    """
    signs(d, p0)
    d.given("phi''", eq(bow, 0), "domain")
    d.local(stages, weight)
    d.local(STEP, along, loss_two, loss_one)
    d.recursion(
        stages,
        {
            gain: (p0, reach(p0, weight, gain)),
            out_one: (p0 * along, reach(p0, weight, out_one)),
            out_two: (bow * along**2, bow * (weight * out_one) ** 2 + reach(p0, weight, out_two)),
        },
    )
    d.define(second_i, loss_two * out_one**2 + loss_one * out_two)
    d.mean(second_mean, of=second_i)
    d.define(data_i, loss_two * along**2)
    d.mean(data, of=data_i)
    d.given("L", le(second_mean, L * norm2(U)), SMOOTH)
    d.have(
        "first",
        eq(out_one, gain * along),
        Induction(stages, combine(), combine(times("hypothesis", reach(p0, weight, 1)))),
    )
    bent = combine(times("phi''", (weight * out_one) ** 2), times("hypothesis", reach(p0, weight, 1)))
    d.have("no second", eq(out_two, 0), Induction(stages, combine(times("phi''", along**2)), bent))
    parts = (
        times("second_i :="),
        times("first", loss_two * (out_one + gain * along)),
        times("no second", loss_one),
        times("data_i :=", -(gain**2)),
    )
    d.have("sample", eq(second_i, gain**2 * data_i), combine(*parts))
    d.conclude("curvature", eq(second_mean, obstacle(gain, data)), d.average("sample", STEP))
    d.conclude("bound", le(obstacle(gain, data), L * norm2(U)), combine(times("L"), times("curvature", -1)))
    d.witness(
        {
            "p0": 1, "bow": 0, "stages": 1, "weight": 2, "along": 1, "loss_two": 1, "loss_one": 1, "L": 4, "data": 1,
            "second_mean": 4,
        },
        {"U": (1,)},
    )  # fmt: skip


bound, out, point, size, sign, fall, loss, least, loss_mean, least_mean = symbols(
    "b_act x_i c_i m s fall_i loss least loss_mean least_mean"
)
x_k, end_k, fall_k = generators("x_k end_k fall_k")


@lemma("network.lowest", "The least value", assumes=[STAGES])
def loss_is_at_least_that_of_the_closest_outputs(d: Draft) -> None:
    """A network's f >= the mean over the samples of the loss at c, in each output the end of [-b, b] that it falls to.

    The loss is convex in the outputs: at least its value at c plus <g, x - c>, g its gradient at c. In every output
    it is -m s, m >= 0, with s one of 1 and -1, and 0 unless c = s b; the outputs x are within the activation's bound b.
    """
    d.local(STEP, loss, least)
    d.local(COORDINATE, out)
    d.given("above", le(out, bound), STAGES)
    d.given("below", le(-bound, out), STAGES)
    d.given("s^2", eq(sign**2, 1), "domain")
    d.given("m >= 0", le(0, size), "domain")
    d.given("fall", eq(fall, -size * sign), "domain")
    d.given("at the end", eq(size * (point - sign * bound), 0), "domain")
    for part, whole in ((out, x_k), (point, end_k), (fall, fall_k)):
        d.link(part, whole, over=COORDINATE)
    d.local(STEP, x_k, end_k, fall_k)
    d.local((*STEP, *COORDINATE), size, sign)
    d.given("convex", le(least + inner(fall_k, x_k) - inner(fall_k, end_k), loss), "domain")
    d.mean(loss_mean, of=loss)
    d.mean(least_mean, of=least)
    end = times("fall", point - out), times("at the end", -sign)
    d.have("inside", le(sign * out, bound), SignCases(sign, combine(times("above")), combine(times("below"))))
    d.have(
        "output",
        le(0, fall * (out - point)),
        combine(*end, times("inside", size), times("s^2", -size * bound)),
    )
    d.have("outputs", le(0, inner(fall_k, x_k) - inner(fall_k, end_k)), d.average("output", COORDINATE))
    d.conclude("sample", le(least, loss), combine(times("convex"), times("outputs")))
    d.conclude("bound", le(least_mean, loss_mean), d.average("sample", STEP))
    d.witness(
        {
            "b_act": 1, "x_i": "1/2", "c_i": 1, "m": 1, "s": 1, "fall_i": -1, "loss": 2, "least": 1,
            "loss_mean": 2, "least_mean": 1,
        },
        {"x_k": ("1/2",), "end_k": (1,), "fall_k": (-1,)},
    )  # fmt: skip
