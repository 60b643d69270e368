"""What is measured on the way, on numbers small enough to work out by hand."""

import math
from dataclasses import fields

import numpy as np
import pytest

from boundary import BadInput
from simulate.kernels import largest_weight
from simulate.observe import NEVER, BlockPlan, Observer, Seen, accuracies, curve_of, look
from simulate.problems import Quadratic
from simulate.problems.base import Moments
from simulate.randomness import stratified_times


def test_a_look_reduces_moments_to_numbers():
    weights = [np.array([[1.0, -2.0], [0.5, 0.0]]), np.array([[4.0], [-1.0]])]
    gradient = [np.array([[1.0, 2.0], [3.0, 0.0]]), np.array([[2.0], [1.0]])]
    variance = [np.array([[0.5, 0.25], [1.0, 2.0]]), np.array([[0.125], [4.0]])]
    seen = look(Moments(np.array([7.0, 8.0]), gradient, variance), weights, 4.0)
    weighted = [1 / 16 * 0.5 + 4 / 16 * 0.25 + 0.125, 1 / 64 * 1.0 + 1 / 16 * 4.0]
    plain = [[7.0, 8.0], [9.0, 10.0], [[0.75, 0.125], [3.0, 4.0]], [1.0, 0.0625], weighted]
    assert [part.tolist() for part in seen] == [*plain, weighted]
    sizes = [np.array([[1.5, 3.0], [3.0, 1.0]]), np.array([[3.0], [0.5]])]  # 1/2 is less than the mean: it is rounded
    seen = look(Moments(np.array([7.0, 8.0]), gradient, variance, sizes), weights, 4.0)
    folded = [1 / 16 * (2.25 - 1) + 4 / 16 * (9 - 4) + (9 - 4), 0.0]
    assert [part.tolist() for part in seen] == [*plain, folded]


def observer(replicas: int = 3, tau: float = 2.0, every: int = 1, bins: int = 2, iterations: int = 8) -> Observer:
    return Observer(Quadratic(2, size=1), tau, iterations, 1, range(replicas), every, bins)


def test_the_guard_takes_the_largest_saturation_and_notes_who_left_first_and_where():
    one, limit = observer(), largest_weight(2.0, np.dtype(np.float64))
    one.guard(3, [np.array([[1.0], [-1.5], [0.0]]), np.array([[-0.5], [0.25], [limit]])])
    assert one.max_saturation.tolist() == [0.5, 0.75, limit / 2]
    assert one.diverged_step.tolist() == [NEVER] * 3
    one.guard(4, [np.array([[0.1], [np.nan], [0.0]]), np.array([[np.nextafter(limit, np.inf)], [np.inf], [0.0]])])
    assert one.max_saturation.tolist() == [0.5, 0.75, limit / 2], "numbers that left are no saturation"
    assert one.diverged_step.tolist() == [4, 4, NEVER] and one.diverged_stage.tolist() == [1, 0, NEVER]
    one.guard(5, [np.array([[np.nan], [0.0], [np.nan]]), np.zeros((3, 1))])
    assert one.diverged_step.tolist() == [4, 4, 5] and one.diverged_stage.tolist() == [1, 0, 0]
    early = observer()
    early.guard(0, [np.array([[np.inf], [0.0], [0.0]]), np.zeros((3, 1))])
    assert early.diverged_step.tolist() == [0, NEVER, NEVER] and NEVER < 0, "no step is called never"
    assert one.largest_weight.tolist() == [1.0, 1.5, limit], "numbers that left are no weight"
    left = observer()
    left.guard(0, [np.full((3, 1), np.nan), np.full((3, 1), 0.5)])
    assert left.largest_weight.tolist() == [0.5] * 3 and left.max_saturation.tolist() == [0.25] * 3
    digital = observer(tau=math.inf)
    digital.guard(0, [np.full((3, 1), 5.0), np.zeros((3, 1))])
    assert digital.largest_weight.tolist() == [5.0] * 3 and digital.max_saturation.tolist() == [0, 0, 0]
    assert digital.diverged_step.tolist() == [NEVER] * 3


def test_sums_are_added_where_they_belong():
    one = observer()
    seen = Seen(
        np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[10.0, 20.0], [30.0, 40.0]]),
        np.array([[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 1.0]]]),
        np.array([[0.1, 0.2], [0.3, 0.4]]), np.array([[0.5, 0.25], [1.0, 2.0]]), np.zeros((2, 2)),
    )  # fmt: skip
    who, steps, lengths = np.array([0, 2]), np.array([[3, 4], [0, 7]]), np.array([2, 5])
    for _ in range(2):
        one.add(who, steps, lengths, seen)
    assert one.squared_gradient.tolist() == [240.0, 0.0, 520.0]
    assert one.squared_saturation == pytest.approx([2.4, 0, 5.2])
    assert one.weighted_saturation.tolist() == [4.5, 0, 24.0]
    assert one.stage_variances.tolist() == [[34.0, 48.0], [0, 0], [90.0, 34.0]]
    assert one.largest_variance.tolist() == [7.0, 0.0, 11.0]
    assert one.least_value.tolist() == [1.0, math.inf, 3.0]
    assert one.curve_weight.tolist() == [[4, 0, 4], [10, 0, 10]]  # steps 0..3 and 4..7 of 8
    assert one.curve_gradient.tolist() == [[40, 0, 120], [200, 0, 400]]
    assert one.curve_value.tolist() == [[4, 0, 12], [20, 0, 40]]


def test_noise_is_added_in_the_bin_of_its_step():
    one = Observer(Quadratic(2, size=1), 2.0, 8, 1, range(3), 1, 2, range_bins=3)
    assert one.range_edges.tolist() == [0, 1, 2, 8]
    seen = Seen(
        *np.zeros((2, 2, 4)), np.array([[[1.0, 2.0]] * 4, [[0.5, 0.25], [4.0, 2.0], [1.0, 1.0], [0.0, 8.0]]]),
        np.zeros((2, 4)), np.array([[1.0, 2.0, 3.0, 4.0], [8.0, 16.0, 32.0, 64.0]]),
        np.array([[0.5, 1.0, 1.5, 2.0], [4.0, 8.0, 16.0, 32.0]]),
    )  # fmt: skip
    steps, lengths = np.array([[0, 1, 2, 7], [3, 0, 2, 3]]), np.array([1, 2, 3, 4])
    for _ in range(2):
        one.add(np.array([0, 2]), steps, lengths, seen)
    assert one.range_variance.tolist() == [[6.0, 12.0, 42.0], [0.0] * 3, [24.0, 0.0, 77.5]]
    assert one.range_shared.tolist() == [[2.0, 8.0, 50.0], [0.0] * 3, [64.0, 0.0, 720.0]]
    assert one.range_folded.tolist() == [[1.0, 4.0, 25.0], [0.0] * 3, [32.0, 0.0, 360.0]]


def test_of_one_replica_all_times_are_added_in_order():
    one, large = observer(), 2.0**53
    values = np.array([[large, 1.0, -large, 1.0]])  # in this order the first 1 is lost
    seen = Seen(values, values, np.zeros((1, 4, 2)), values, values, values)
    one.add(np.array([1]), np.array([[0, 1, 2, 3]]), np.ones(4, dtype=np.int64), seen)
    assert one.squared_gradient.tolist() == [0.0, ((large + 1.0) - large) + 1.0, 0.0] == [0.0, 1.0, 0.0]
    assert one.curve_weight.tolist() == [[0, 4, 0], [0, 0, 0]]


def test_a_replica_is_looked_at_when_it_is_due_and_only_while_it_is_there():
    one = observer(every=4)
    one.diverged_step[2] = 1
    plan = BlockPlan(0, 8, np.array([[1, 6], [2, 6], [1, 7]]), np.array([4, 4]))
    looked = []
    one.add = lambda *given: looked.append(tuple(part.tolist() for part in given[:3]))
    for place in range(8):
        one.see(plan, place, [np.zeros((3, 1)), np.zeros((3, 1))])
    assert looked == [([0, 1], [[1], [2]], [4]), ([0, 1], [[6], [6]], [4])], "of a stratum all are looked at together"
    late = BlockPlan(8, 8, plan.times, np.array([5, 3]))
    looked.clear()
    for place in (6, 7):
        one.see(late, place, [np.zeros((3, 1)), np.zeros((3, 1))])
    assert looked == [([0, 1], [[14], [14]], [3])]


def test_a_plan_ends_with_the_run():
    one = observer(iterations=10, every=2)
    assert [(plan.first, plan.steps) for plan in (one.plan(0, 8), one.plan(1, 8))] == [(0, 8), (8, 2)]
    assert np.array_equal(one.plan(1, 8).times, stratified_times(1, range(3), 1, np.array([2])))


def test_all_sums_are_kept_and_restored_as_copies():
    one, other = observer(), observer()
    arrays = {f.name: getattr(one, f.name, None) for f in fields(one)} | vars(one)
    names = {name for name, value in arrays.items() if isinstance(value, np.ndarray)}
    assert names == set(one.state()) and len(names) == 23
    for number, name in enumerate(sorted(names)):
        getattr(one, name)[...] = number + 1
    kept = one.state()
    other.restore(kept)
    for name in names:
        assert np.array_equal(getattr(other, name), getattr(one, name)) and not np.shares_memory(
            getattr(other, name), kept[name]
        )


class Plain:
    """Moments that are easy by hand: f is the sum of the weights, the gradient the weights, a variance its square."""

    def __init__(self, stages):
        self.stages = stages

    def moments(self, weights):
        values = sum(stage.reshape(len(stage), -1).sum(axis=1) for stage in weights)
        return Moments(values, weights, [stage**2 for stage in weights])

    def accuracy(self, _weights):
        return None


def plain(stages: int = 2, replicas: int = 3, every: int = 2) -> Observer:
    return Observer(Plain(stages), 4.0, 8, 1, range(replicas), every, 2)


AT = [np.array([[1.0, -2.0], [3.0, 0.0], [0.5, 0.5]]), np.array([[1.0], [-1.0], [2.0]])]
"""Weights of three replicas; by hand: f is 0, 2, 3, the squared gradient 6, 10, 4.5, and the variance is the same."""


@pytest.mark.parametrize("who", [[0, 1, 2], [0, 2]])
def test_what_is_seen_is_added_once_for_the_steps_that_it_stands_for(who):
    one, steps = plain(), np.full((3, 2), -1)
    steps[who, 1] = 3
    one.see(BlockPlan(2, 4, steps, np.array([2, 7])), 3, AT)  # the step 5 of 8: the second bin
    here = np.isin(range(3), who)
    for _ in range(2):
        assert one.squared_gradient.tolist() == np.where(here, 7 * np.array([6, 10, 4.5]), 0).tolist()
        assert (
            one.stage_variances.tolist()
            == np.where(here[:, None], 7 * np.array([[5, 1], [9, 1], [0.5, 4]]), 0).tolist()
        )
        assert one.squared_saturation.tolist() == np.where(here, 7 * np.array([4, 9, 4]) / 16, 0).tolist()
        assert one.weighted_saturation.tolist() == np.where(here, 7 * np.array([18, 82, 16.125]) / 16, 0).tolist()
        assert one.curve_weight.tolist() == [[0, 0, 0], np.where(here, 7, 0).tolist()]
        assert one.curve_gradient.tolist() == [[0, 0, 0], one.squared_gradient.tolist()]
        assert one.curve_value.tolist() == [[0, 0, 0], np.where(here, [0, 14, 21], 0).tolist()]
        assert one.largest_variance.tolist() == np.where(here, [6, 10, 4.5], 0).tolist()
        assert one.least_value.tolist() == np.where(here, [0, 2, 3], np.inf).tolist()
        assert one.largest_weight.tolist() == [2, 3, 2], "the guard looks at everyone, always"
        one.see(BlockPlan(2, 4, steps, np.array([2, 7])), 2, AT)  # nobody is due


def test_sums_grow_and_extremes_keep_the_most_and_the_least():
    one, plan = plain(replicas=1), BlockPlan(0, 8, np.array([[0, NEVER, NEVER, 3]]), np.ones(4, np.int64))
    for place, weight in enumerate([2.0, 1.0, 4.0, -3.0, 1.0]):  # the first and the fourth are due
        one.guard(place, [np.array([[weight]]), np.array([[0.0]])])
        if place in (0, 3):
            one.see(plan, place, [np.array([[weight]]), np.array([[0.0]])])
    assert (one.squared_gradient[0], one.largest_variance[0], one.least_value[0]) == (13, 9, -3)
    assert (one.largest_weight[0], one.max_saturation[0]) == (4, 1), "in between the guard alone looks"


def test_who_leaves_is_noted_with_the_step_of_the_run_and_not_looked_at():
    one = plain(every=4)
    far = [np.array([[1.0], [4.5], [1.0]]), np.array([[0.0], [0.0], [0.0]])]
    one.see(BlockPlan(4, 4, np.full((3, 1), 2), np.array([4])), 2, far)
    assert one.diverged_step.tolist() == [NEVER, 6, NEVER] and one.diverged_stage.tolist() == [NEVER, 0, NEVER]
    assert one.squared_gradient.tolist() == [4.0, 0.0, 4.0] and one.curve_weight.tolist() == [[0, 0, 0], [4, 0, 4]]


def test_the_start_counts_for_extremes_and_for_no_average():
    one = plain()
    one.start([np.repeat(stage[:1], 3, axis=0) for stage in AT])
    assert one.largest_variance.tolist() == [6.0] * 3 and one.least_value.tolist() == [0.0] * 3
    assert one.largest_weight.tolist() == [2.0] * 3 and one.max_saturation.tolist() == [0.5] * 3
    for sums in (one.squared_gradient, one.squared_saturation, one.stage_variances, one.curve_weight):
        assert not sums.any()
    far = plain(replicas=1)
    far.start([np.array([[5.0]]), np.array([[0.0]])])  # beyond tau, where the recursion is well defined
    assert far.diverged_step.tolist() == [NEVER] and far.max_saturation.tolist() == [1.25]
    lost = plain(replicas=1)
    lost.start([np.array([[0.0]]), np.array([[np.inf]])])
    assert lost.diverged_step.tolist() == [0] and lost.diverged_stage.tolist() == [1]


def test_one_point_is_looked_at_for_all_replicas_at_the_start():
    one, asked = plain(), []
    one.problem.moments = lambda weights: asked.append([len(stage) for stage in weights]) or Plain(2).moments(weights)
    one.start([np.ones((3, 2)), np.ones((3, 1))])
    assert asked == [[1, 1]]


MATRICES = np.array([[[3.0, 0.0], [0.0, -4.0]], [[0.0, 1.0], [0.0, 0.0]]])
"""Two replicas' matrices, of norms 4 and 1."""


def test_norms_are_those_of_matrices_at_the_start_and_when_due():
    one = plain(replicas=2, stages=1)
    one.start([MATRICES])
    assert one.largest_norms.tolist() == [[4.0], [1.0]]
    two = plain(replicas=2)
    two.norms(np.array([1]), [MATRICES[:1, None], 2 * MATRICES[:1, None]])
    assert two.largest_norms.tolist() == [[0, 0], [4, 8]]
    two.norms(np.array([1]), [MATRICES[1:, None], 3 * MATRICES[:1, None]])
    assert two.largest_norms.tolist() == [[0, 0], [4, 12]]
    three = plain(replicas=2, stages=1)
    three.see(BlockPlan(0, 8, np.array([[-1], [1]]), np.array([2])), 1, [MATRICES])
    assert three.largest_norms.tolist() == [[0.0], [1.0]], "the other is not due"


def test_weights_that_are_no_matrices_have_no_norm():
    one = plain(replicas=2, stages=1)
    one.norms(np.arange(2), [MATRICES])  # two replicas at two times, with two weights each
    assert not one.largest_norms.any()


def test_what_is_looked_at_first_holds_nothing():
    one = plain()
    kept = one.state()
    assert kept.pop("least_value").tolist() == [np.inf] * 3
    assert [kept.pop(name).tolist() for name in ("diverged_step", "diverged_stage")] == [[NEVER] * 3] * 2
    assert {name: value.shape for name, value in kept.items() if not value.any()} == {
        **dict.fromkeys(("squared_gradient", "squared_saturation", "weighted_saturation"), (3,)),
        **dict.fromkeys(("largest_variance", "largest_weight", "max_saturation"), (3,)),
        **dict.fromkeys(("stage_variances", "largest_norms"), (3, 2)),
        **dict.fromkeys(("curve_weight", "curve_gradient", "curve_value"), (2, 3)),
        "range_edges": (0,),
        "marks": (0,),
        "drift_times": (3, 0),
        "drift_sums": (3, 4),
        "range_low": (3, 0, 0),
        "range_high": (3, 0, 0),
        **dict.fromkeys(("range_variance", "range_shared", "range_folded"), (3, 0)),
    }


class Classed(Plain):
    """A problem that answers what it is told to."""

    name = "classed"

    def __init__(self, found):
        super().__init__(2)
        self.found = found

    def accuracy(self, weights):
        return self.found(len(weights[0])) if callable(self.found) else self.found


WEIGHTS = [np.zeros((3, 2)), np.zeros((3, 1))]


def test_accuracies_are_shares_by_part():
    train, test = [0.0, 0.5, 1.0], [1.0, 0.25, 0.0]
    found = accuracies(Classed({"test": test, "train": train}), WEIGHTS)
    assert list(found) == ["train", "test"] and found["train"].tolist() == train and found["test"].tolist() == test
    assert accuracies(Classed({"train": train}), WEIGHTS).keys() == {"train"}
    assert accuracies(Classed(None), WEIGHTS) == {}


@pytest.mark.parametrize(
    "found",
    [
        {}, {"test": [0.5] * 3}, {"train": [0.5] * 3, "other": [0.5] * 3}, {"train": [0.5] * 2}, {"train": 0.5},
        {"train": [0.5, 0.5, 1.5]}, {"train": [-0.5, 0.5, 0.5]}, {"train": [0.5, np.nan, 0.5]},
        {"train": [0.5] * 3, "test": [0.5, 0.5, 2.0]}, {"train": [-1.0] * 3}, {"train": [2.0] * 3},
    ],
)  # fmt: skip
def test_what_is_no_accuracy_is_refused(found):
    with pytest.raises(BadInput, match=r"of the problem classed.*shares in \[0, 1\] of shape \(3,\)"):
        accuracies(Classed(found), WEIGHTS)


def test_an_accuracy_is_added_to_a_curve_of_its_own():
    """Steps 0 to 3 and 4 to 7 of 8 are a bin each; the replicas 0 and 2, each at two times."""
    one = Observer(Classed(lambda count: {"train": np.full(count, 0.5)}), 4.0, 8, 1, range(3), 2, 2)
    assert one.parts == ()
    one.answers(np.array([0]), np.array([[0]]), np.array([1]), [np.zeros((1, 1, 2)), np.zeros((1, 1, 1))])
    one.start(WEIGHTS)
    assert one.parts == ("train",) and curve_of("train") == "accuracy_train"
    assert one.accuracy_train.tolist() == [[0.0] * 3] * 2
    shares = np.array([0.25, 0.5, 0.75, 1.0])
    one.problem = Classed(lambda _: {"train": shares})
    at = [np.zeros((2, 2, 2)), np.zeros((2, 2, 1))]
    for _ in range(2):
        one.answers(np.array([0, 2]), np.array([[3, 4], [0, 7]]), np.array([2, 4]), at)
    assert one.accuracy_train.tolist() == [[1.0, 0.0, 3.0], [4.0, 0.0, 8.0]]
    assert "accuracy_train" in one.state()


def test_an_accuracy_that_is_seen_stands_for_the_steps_of_its_own_stratum():
    """Of two strata, of 2 and 7 steps, replica 0 is due in the first and replica 2 in the other."""
    one = Observer(Classed(lambda count: {"train": np.full(count, 0.5)}), 4.0, 8, 1, range(3), 2, 2)
    one.start(WEIGHTS)
    steps = np.array([[1, NEVER], [NEVER, NEVER], [NEVER, 3]])
    for place in (1, 3):
        one.see(BlockPlan(2, 4, steps, np.array([2, 7])), place, AT)
    assert one.accuracy_train.tolist() == [[1.0, 0.0, 0.0], [0.0, 0.0, 3.5]]
