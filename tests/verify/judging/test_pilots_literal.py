"""What pilots fix, step by step: what is asked of the regions is written down, and no network is enclosed."""

import math
from dataclasses import FrozenInstanceError, replace
from types import SimpleNamespace

import numpy as np
import pytest

from boundary import BadInput
from simulate import problems
from simulate.run import Run
from verify.judging import pilots
from verify.judging.pilots import Fixed
from verify.regions import a_priori, covered, own, theorem, tube
from verify.regions.covered import Seen
from verify.regions.network import Box
from verify.regions.tube import Tube
from verify.regions.visited import Merged, merged

QUADRATIC = problems.make("quadratic", 2, size="1")
RUN = Run(QUADRATIC, "analog-sgd", alpha=0.5, tau=4.0, iterations=16, replicas=4, seed=3, ranges=3)
LAGGED = Run(QUADRATIC, "analog-sgd-ap", alpha=0.5, tau=4.0, iterations=16, replicas=4, seed=3, ranges=3)
EDGES = np.array([0, 4, 8, 16])
BOXES = tuple(Box(np.full(2, -size), np.full(2, size)) for size in (2.0, 1.0, 4.0))
TUBE = Tube(EDGES, BOXES)


def test_seeds_of_pilots_are_their_own():
    found = [pilots.pilot_seed(seed) for seed in range(50)]
    assert len(set(found)) == 50 and all(0 <= seed < 2**63 for seed in found)
    plain = [
        int(np.random.SeedSequence([5, look]).generate_state(1, np.uint64)[0] >> np.uint64(1)) for look in range(3)
    ]
    assert found[5] not in (5, *plain) and found[5] == pilots.pilot_seed(5)
    stream = int.from_bytes(b"pilot", "big")
    assert found[5] == int(np.random.SeedSequence([5, stream]).generate_state(1, np.uint64)[0]) // 2
    assert pilots.PILOTS >= tube.FEWEST


def test_boxes_are_widened_by_what_rounding_moves_weights():
    """alpha sqrt(K) = 2 and off = 1/8; once more for each step that weights may be old."""
    assert Fixed(RUN, 1, 24, 0.125).wide == 0.25
    assert LAGGED.lags == (1, 0) and Fixed(LAGGED, 1, 24, 0.125).wide == 0.5


def test_a_run_that_asks_for_ranges_is_judged_on_a_tube():
    assert [pilots.wanted(replace(RUN, ranges=bins)) for bins in (0, 1, 2)] == [False, True, True]


@pytest.mark.parametrize(
    ("weights", "bins", "expected"),
    [(100, 1024, 256), (144, 1024, 256), (145, 1024, 255), (200, 1024, 185), (200, 184, 184), (286, 256, 129),
     (290, 256, 128), (300, 256, 128), (300, 127, 127)],
)  # fmt: skip
def test_networks_of_many_weights_have_few_boxes(weights, bins, expected):
    """37,000 ends in all boxes together, but 128 boxes at least and 256 at most."""
    shapes = [(1, 10), (10, (weights - 10) // 10), (1, (weights - 10) % 10)]
    for stages, iterations in ((5, 10**7), (6, 10**6), (8, 1)):
        problem = SimpleNamespace(shapes=shapes, stages=stages)
        assert pilots.bins_of(SimpleNamespace(ranges=bins, problem=problem, iterations=iterations)) == expected


@pytest.mark.parametrize(("stages", "bins", "expected"), [(6, 1024, 512), (8, 512, 512), (8, 511, 511), (8, 1, 1)])
def test_long_runs_of_deep_networks_have_more_boxes(stages, bins, expected):
    problem = SimpleNamespace(shapes=[(6, 6)] * stages, stages=stages)
    assert pilots.bins_of(SimpleNamespace(ranges=bins, problem=problem, iterations=10**6 + 1)) == expected


def test_long_runs_have_fewer_pilots():
    found = [pilots.pilots_of(replace(RUN, iterations=K)) for K in (16, 10**6, 10**6 + 1)]
    assert found == [24, 24, 16] and min(found) >= tube.FEWEST


def test_what_was_fixed_stays_so_and_is_one_with_itself_alone():
    made = Fixed(RUN, 1, 24, 0.125, TUBE)
    with pytest.raises(FrozenInstanceError):
        made.off = 1.0
    assert made == made and made != replace(made) and len({made, replace(made)}) == 2


# Who left, and what f may be there


def visited(*sizes) -> SimpleNamespace:
    """Replicas that reach so far up, or where it is negative down, in the three bins."""
    high = np.array([[[max(size, 0.0), 0.0] for size in row] for row in sizes])
    low = np.array([[[0.0, min(size, 0.0)] for size in row] for row in sizes])
    return SimpleNamespace(
        ranges=Merged(EDGES, low, high), final_value=np.zeros(len(sizes)), mean_squared_gradient=np.zeros(len(sizes))
    )


STAYS, EDGE, UP_AT_ONCE, DOWN_LATER, UP_LAST, OFTEN = (
    (1.0, 1.0, 1.0), (2.0, -1.0, 4.0), (3.0, 0.0, 0.0), (0.0, -1.5, 0.0), (0.0, 0.0, 4.5), (0.0, 1.5, 5.0),
)  # fmt: skip
EVERYONE = visited(STAYS, EDGE, UP_AT_ONCE, DOWN_LATER, UP_LAST, OFTEN)


def fixed_with(least, run=RUN) -> Fixed:
    levels = [SimpleNamespace(least=value, step=np.full(2, 0.5)) for value in least]
    held = SimpleNamespace(found=levels, smoothness=0.25 * np.arange(1, 1 + len(least)))
    return Fixed(run, 1, 24, 0.125, TUBE, held)


def test_who_left(monkeypatch):
    monkeypatch.setattr(covered, "check", lambda problem: problem)
    monkeypatch.setattr(pilots, "value", lambda _, box: (box.low[0], box.high[0]))
    assert fixed_with((0, 0, 0)).passage(EVERYONE).left.tolist() == [False, False, True, True, True, True]
    for none in (Fixed(RUN, 1, 24, 0.125), fixed_with((0, 0, 0))):
        runs = replace_ranges(EVERYONE) if none.tube else EVERYONE
        assert none.passage(runs).left.tolist() == [True] * 6
    gone = visited(STAYS, STAYS)
    gone.ranges.low[1], gone.ranges.high[1] = math.nan, math.nan
    assert fixed_with((0, 0, 0)).passage(gone).left.tolist() == [False, True]


def replace_ranges(runs) -> SimpleNamespace:
    return SimpleNamespace(**(vars(runs) | {"ranges": None}))


@pytest.mark.parametrize(("run", "by"), [(RUN, 0.25), (LAGGED, 0.5)])
def test_f_where_a_replica_left_is_between_the_ends_of_two_boxes(run, by, monkeypatch):
    """f is taken to be w_1 here: at most 2, 1, 4 in the boxes, and by + 1/2 more in those widened by a step."""
    monkeypatch.setattr(covered, "check", lambda problem: problem)
    monkeypatch.setattr(pilots, "value", lambda _, box: (box.low[0], box.high[0]))
    for least, low in (((3.0, 5.0, 4.0), (3, 3, 4, 3)), ((5.0, 3.0, 4.0), (5, 3, 3, 3))):
        found = fixed_with(least, run).passage(EVERYONE)
        assert found.left.tolist() == [False, False, True, True, True, True]
        assert found.since.tolist() == [3, 3, 0, 1, 2, 1]
        assert found.least[2:].tolist() == list(low) and np.all(np.isnan([found.least[:2], found.most[:2]]))
        most = np.array([2.0, 2, 4, 2]) + 0.5 + by
        assert found.most[2:] == pytest.approx(most, rel=1e-14)


def test_without_a_tube_nothing_is_known_of_where_it_was_left():
    whole = fixed_with((0, 0, 0))
    for fixed, runs in (
        (replace(whole, tube=None), EVERYONE),
        (replace(whole, held=None), EVERYONE),
        (whole, replace_ranges(EVERYONE)),
    ):
        left, since, *ends, L = fixed.passage(runs)
        assert left.all() and since.tolist() == [0] * 6
        for end in (*ends, L[:, 0]):
            assert end.shape == (6,) and np.all(np.isnan(end))


# Runs that are followed


def followed(least, first=1, run=RUN) -> Fixed:
    return replace(fixed_with(least, run), following=SimpleNamespace(first=first))


def test_since_when_runs_are_followed():
    assert [followed((0, 0, 0), first).followed_since for first in (1, 2)] == [4, 8]
    assert fixed_with((0, 0, 0)).followed_since is None
    assert replace(followed((0, 0, 0)), tube=None).followed_since is None


@pytest.mark.parametrize(("run", "by"), [(RUN, 0.25), (LAGGED, 0.5)])
def test_what_left_before_runs_are_followed_is_said_by_the_tube_and_of_the_rest_by_itself(run, by, monkeypatch):
    """The third leaves box 0 and the last two box 2, which is not looked at: they are followed there."""
    asked = []

    def passed(*given):
        asked.append(given)
        left = np.array([False, True, True, True, False, True])
        L = np.arange(12.0).reshape(6, 2)
        return own.Passage(left, np.array([3, 1, 0, 2, 3, 1]), np.full(6, 7.0), np.full(6, 8.0), L)

    monkeypatch.setattr(covered, "check", lambda problem: problem)
    monkeypatch.setattr(pilots, "value", lambda _, box: (box.low[0], box.high[0]))
    monkeypatch.setattr(own, "passed", passed)
    lates = []
    monkeypatch.setattr(pilots, "merged", lambda *given: lates.append(given[2]) or merged(*given))
    fixed = followed((3.0, 5.0, 4.0), 1, run)
    found = fixed.passage(EVERYONE)
    assert found.left.tolist() == [False, True, True, True, False, True]
    assert found.since.tolist() == [3, 1, 0, 2, 3, 1] and found.least.tolist() == [7, 7, 3, 7, 7, 7]
    assert found.most == pytest.approx([8, 8, 2.5 + by, 8, 8, 8], rel=1e-14)
    assert found.L.tolist() == [[0.25, 2.0 * r, 2.0 * r + 1] for r in range(6)]
    ((steps, following, ranges, before, inside),) = asked
    assert steps == (QUADRATIC, 0.5, 4.0, run.lags, False, by) and following is fixed.following
    assert before is fixed.held.found[0].step and inside.tolist() == [True, True, False, True, True, True]
    assert np.array_equal(ranges.low, EVERYONE.ranges.low) and np.array_equal(ranges.edges, EDGES)
    assert lates == [max(run.lags)]
    later = followed((3.0, 5.0, 4.0), 2, run)
    later.passage(EVERYONE)
    assert asked[1][3] is later.held.found[1].step and asked[1][4].tolist() == [True, True, False, False, True, False]


# Fixing


@pytest.fixture
def asked(monkeypatch):
    """Everything that is asked for, in turn; the tube that is laid comes first."""
    found = []

    def on_boxes(_, *given):
        found.append(("held", *given))
        return "following", "held"

    monkeypatch.setattr(covered, "uncovered", lambda _: "")
    monkeypatch.setattr(pilots, "bins_of", lambda run: run.ranges)
    monkeypatch.setattr(pilots, "_priori", lambda _, off: (found.append(("priori", off)), ((1.0, 2.0), "why"))[1])
    monkeypatch.setattr(pilots, "fewer", lambda ranges, bins: ("edges of", ranges, bins))
    monkeypatch.setattr(pilots, "merged", lambda ranges, edges, last: (ranges, edges, last))
    laid = SimpleNamespace(edges="edges")
    monkeypatch.setattr(Seen, "of", lambda runs, edges: ("seen", runs.run.seed, edges))
    monkeypatch.setattr(tube, "from_pilots", lambda ranges: (found.append(("pilots", ranges)), laid)[1])
    monkeypatch.setattr(covered, "on_boxes", on_boxes)
    found.append(laid)
    return found


def of_pilots(run=RUN, ranges="ranges"):
    return SimpleNamespace(run=run, ranges=ranges)


def test_what_is_fixed(asked):
    fixed = pilots.fix(of_pilots(replace(LAGGED, replicas=24, seed=9, lags=(3, 2))), 0.0625)
    assert (fixed.seed, fixed.pilots, fixed.off, fixed.reason) == (9, 24, 0.125, "")
    assert (fixed.priori, fixed.priori_reason, fixed.held) == ((1.0, 2.0), "why", "held") and fixed.tube is asked[0]
    assert fixed.following == "following"
    bins = ("ranges", ("edges of", "ranges", 3), 3)
    assert asked[1:] == [("priori", 0.125), ("pilots", bins), ("held", fixed.tube, bins, 1.0, ("seen", 9, "edges"))]


@pytest.mark.parametrize("error", [ArithmeticError("too large"), BadInput("pilots", 1, "more", "tube.certified")])
def test_a_tube_on_which_nothing_holds_is_none_but_the_a_priori_one_may_be(error, asked, monkeypatch):
    def raising(*_):
        raise error

    for module, name in ((covered, "on_boxes"), (tube, "from_pilots")):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, raising)
            fixed = pilots.fix(of_pilots(), 0.0625)
        assert fixed.tube is None and fixed.held is None and fixed.priori == (1.0, 2.0)
        assert fixed.reason == f"nothing holds on the tube of the pilots: {error}"


@pytest.mark.parametrize("direction", [math.inf, math.nan])
def test_without_a_bound_on_rounding_nothing_is_fixed(direction, asked):
    fixed = pilots.fix(of_pilots(), direction)
    assert fixed.reason == fixed.priori_reason == "nothing bounds the rounding of the pilots"
    assert (fixed.tube, fixed.held, fixed.priori) == (None, None, None) and len(asked) == 1


def test_a_run_that_is_not_covered_is_not_fixed(asked, monkeypatch):
    assert pilots.fix(of_pilots(ranges=None), 0.0625).reason == "no ranges of the weights"
    monkeypatch.setattr(covered, "uncovered", lambda _: "not a network")
    for direction in (0.0625, math.inf):
        fixed = pilots.fix(of_pilots(), direction)
        assert fixed.reason == fixed.priori_reason == "not a network" and fixed.tube is None
    assert pilots.fix(of_pilots(ranges=None), 0.0625).reason == "not a network"


# The a-priori tube


@pytest.fixture
def region(monkeypatch):
    """Of the a-priori tube: what is asked for. 3 + off bounds A_T, a gradient is at most 2 and 1/4 leave."""
    found = {}

    def search(problem, alpha, tau, lags, iterations, **more):
        found["search"] = (problem, alpha, tau, lags, iterations, more)
        return a_priori.Found(SimpleNamespace(widened=lambda by: ("wide", by)), iterations)

    def bound(held, alpha, iterations, lags, *, off):
        found.setdefault("stopped", []).append((held, alpha, iterations, lags, off))
        return 3.0 + off

    monkeypatch.setattr(pilots, "check", lambda problem: problem)
    monkeypatch.setattr(a_priori, "a_priori", search)
    monkeypatch.setattr(a_priori, "LEAVING", 0.0625)
    monkeypatch.setattr(covered, "on_tube", lambda run, wide: (run, wide))
    monkeypatch.setattr(
        tube, "largest_gradient", lambda problem, tau: 4.0 if (problem, tau) == (QUADRATIC, 4.0) else 9.0
    )
    monkeypatch.setattr(theorem, "stopped", bound)
    return found


@pytest.mark.parametrize(("run", "widened"), [(RUN, 1.0), (LAGGED, 2.0)])
def test_the_a_priori_bound_by_hand(run, widened, region):
    """alpha K off = 1; 3 and 1/4 2^2 are 4, and 4 + 1/8 with rounding; both rounded up."""
    (exact, moved), why = pilots._priori(run, 0.125)
    assert why == "" and 4 < exact < 4 * (1 + 1e-11) and 4.125 < moved < 4.125 * (1 + 1e-11)
    assert region["search"] == (QUADRATIC, 0.5, 4.0, run.lags, 16, {"bins": 3, "apart": 1.0})
    held = (run, ("wide", widened))
    assert region["stopped"] == [(held, 0.5, 16, run.lags, 0.0), (held, 0.5, 16, run.lags, 0.125)]


def test_the_a_priori_bound_is_rounded_up_where_no_gradient_is_left(region, monkeypatch):
    monkeypatch.setattr(tube, "largest_gradient", lambda *_: 0.0)
    (exact, moved), _ = pilots._priori(RUN, 0.125)
    assert 3 < exact < 3 * (1 + 1e-14) and 3.125 < moved < 3.125 * (1 + 1e-14)


def test_the_a_priori_tube_has_no_more_bins_than_it_is_made_for(region):
    pilots._priori(replace(RUN, ranges=256), 0.125)
    assert region["search"][5]["bins"] == a_priori.BINS


def test_where_there_is_no_a_priori_tube(region, monkeypatch):
    assert pilots._priori(replace(RUN, iterations=10**5), 0.0)[0] is not None
    found, why = pilots._priori(replace(RUN, iterations=10**5 + 1), 0.0)
    assert found is None and "is tried up to K = 100000" in why
    stashed = Run(QUADRATIC, "stashed-ap", alpha=0.5, tau=math.inf, iterations=16, ranges=3)
    found, why = pilots._priori(stashed, 0.0)
    assert found is None and why.startswith("backward weights that are stale")
    assert pilots._priori(replace(stashed, lags=(0, 0)), 0.0)[0] is not None
    monkeypatch.setattr(a_priori, "a_priori", lambda *_, **__: a_priori.Found(None, 7))
    assert pilots._priori(RUN, 0.0) == (None, "the a-priori tube closes up to step 7 only")


@pytest.mark.parametrize("error", [ArithmeticError("too large"), BadInput("box", 1, "more", "tube.certified")])
def test_an_a_priori_tube_on_which_nothing_holds(error, region, monkeypatch):
    def raising(*_, **__):
        raise error

    for module, name in ((a_priori, "a_priori"), (covered, "on_tube"), (theorem, "stopped")):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, raising)
            assert pilots._priori(RUN, 0.0) == (None, f"nothing holds on the a-priori tube: {error}")


@pytest.mark.parametrize("most", [math.inf, math.nan])
def test_without_a_largest_gradient_there_is_no_a_priori_bound(most, region, monkeypatch):
    monkeypatch.setattr(tube, "largest_gradient", lambda *_: most)
    found, why = pilots._priori(RUN, 0.0)
    assert found is None and why.startswith("nothing bounds the gradient")
