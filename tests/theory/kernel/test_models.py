"""The second line behind the kernel: what it proved, and what it makes of random drafts, in random finite models."""

import os
import random
from collections import Counter
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.theory.kernel.drafts import draft
from tests.theory.kernel.mutations import mutant, templates
from theory import blueprint
from theory.checkers import model_search as models
from theory.checkers.models import Model
from theory.kernel import Gap, Relation, check, rules
from theory.kernel.check import check_claim
from theory.kernel.signs import NONNEGATIVE, Signs

NOWHERE = {
    "adaptive.reach",
    "granularity.variance",
    "granularity.total",
    "granularity.total_rounding",
    "response.own_parameters",
    "response.spread",
    "lag.lower_rate",
    "shape.fluctuation",
    "shape.noise",
    "shape.feasible",
    "free.adaptive",
    "free.adaptive_coherent",
    "free.adaptive_first_order",
    "free.adaptive_remainder",
    "free.adaptive_split",
    "free.coherent",
    "free.complexity",
    "free.end",
    "free.feasible",
    "free.iterations",
    "free.linear",
    "free.orthogonal",
    "free.remainder",
    "free.second",
    "free.share",
    "free.split",
    "free.weighted",
    "linear.aligned",
    "mean.curvature",
    "mean.drift",
    "mean.element",
    "mean.feasible",
    "mean.current",
    "mean.current_feasible",
    "mean.fold",
    "mean.measured",
    "mean.shares",
    "mean.shares_feasible",
    "mean.size",
    "mean.sized",
    "mean.variance",
    "network.lowest",
    "noise.stale",
    "stopped.average",
    "stopped.ceiling",
    "stopped.noise",
    "stopped.sum",
    "tube.certified",
}
"""Claims whose premises the search for models does not meet; their witness is one."""
COSTLY = NOWHERE - {
    "adaptive.reach",
    "granularity.variance",
    "response.own_parameters",
    "free.orthogonal",
    "free.complexity",
}
"""Claims of which a thousand tries take long. Ten tries meet no model: they see that the search runs, and no more."""

DRAFTS = int(os.environ.get("DRAFTS", "2000"))
"""How many random drafts are tried; `DRAFTS=100000 pytest -n 0 -s -k draft` for the long run, which prints counts."""


@pytest.mark.slow
@pytest.mark.parametrize("name", [claim.id for claim in blueprint.all_claims()])
def test_no_claim_fails_in_a_model(name):
    tries = 10 if name in COSTLY else 1000
    report = models.examine(blueprint.claim(name), models=3, tries=tries, seed=7)
    assert not report.broken
    assert (report.models > 0) == (name not in NOWHERE)


@pytest.mark.parametrize(
    ("name", "factor"),
    [("noise.second_moment", 2), ("window.martingale", 4), ("master.telescope", None), ("device.box", 2)],
)
def test_a_false_claim_fails_in_a_model(name, factor):
    right = blueprint.claim(name)
    wrong = {
        part: Relation(relation.lhs, relation.op, relation.rhs / factor if factor else relation.rhs - 1)
        for part in right.conclusions
        for relation in (right.conclusion(part),)
    }
    steps = tuple(replace(step, relation=wrong.get(step.name, step.relation)) for step in right.steps)
    assert models.examine(replace(right, steps=steps), models=60, tries=600, seed=7).broken


def earlier():
    """Return random drafts that the kernel proves, for others to cite, and the store that holds them."""
    store, found = dict(blueprint.theorems()), []
    for seed in range(-4000, 0):
        item = draft(seed, found[:12])
        if item is None:
            continue
        try:
            check_claim(item, store)
        except Gap:
            continue
        store[item.id] = item
        found.append(item)
        if len(found) >= 40:
            break
    return store, [*found, store["noise.orthogonal"], store["hilbert.minkowski"], store["window.martingale"]]


STORE, EARLIER = earlier()


TEMPLATES = templates()
for right in TEMPLATES:
    check_claim(right, {})
    STORE[right.id] = right


class Tried:
    """What became of the claims that a test submitted: each seed once, however often it is drawn."""

    def __init__(self) -> None:
        self.seeds, self.counts, self.false = set(), Counter(), []

    def submit(self, seed, item):
        """Have the kernel check a claim and, if it accepts, finite models contradict it."""
        if seed in self.seeds:
            return
        self.seeds.add(seed)
        if item is None:
            self.counts["not written"] += 1
            return
        self.counts["tried"] += 1
        try:
            check_claim(item, STORE)
        except Gap:
            self.counts["refused"] += 1
            return
        self.counts["accepted"] += 1
        report = models.examine(item, models=5, tries=40, seed=seed)
        self.counts["met by a model"] += report.models > 0
        if report.broken:
            self.false.append((seed, report.broken, item.latex))
        assert not report.broken, self.false[-1]

    def tell(self, record_property):
        """Print the counts (shown with `-s`) and put them into the report of the tests."""
        for name, count in {**self.counts, "false ones accepted": len(self.false)}.items():
            record_property(name, count)
            print(f"{name}: {count}")


def test_no_false_mutant_of_a_true_draft_is_accepted(record_property):
    tried = Tried()

    @settings(max_examples=DRAFTS // 4, deadline=None, database=None)
    @given(st.integers(0, 2**40))
    def look(seed):
        tried.submit(seed, mutant(seed, TEMPLATES))

    try:
        look()
    finally:
        tried.tell(record_property)


def test_no_false_draft_is_accepted(record_property):
    tried = Tried()

    @settings(max_examples=DRAFTS, deadline=None, database=None)
    @given(st.integers(0, 2**40))
    @example(4019085)  # a path whose next member is at most something that is made of it
    def look(seed):
        tried.submit(seed, draft(seed, EARLIER))

    try:
        look()
    finally:
        tried.tell(record_property)


def accepted(item):
    try:
        check_claim(item, STORE)
    except Gap:
        return False
    return True


def test_drafts_are_not_all_alike():
    """Enough drafts are accepted, and enough of those refused are false, for the test above to mean something."""
    proved = refuted = 0
    for seed in range(600):
        item = draft(seed, EARLIER)
        if item is None:
            continue
        if accepted(item):
            proved += 1
        else:
            try:
                refuted += bool(models.examine(item, models=3, tries=10, seed=seed).broken)
            except Exception:
                continue
    assert proved >= 15 and refuted >= 30


PLANTED = {
    "a weight of any sign": (Signs, "of", lambda *_: NONNEGATIVE),
    "anything adds up": (rules, "vanishes", lambda *_: True),
    "a citation without its premises": (Signs, "follows", lambda *_: True),
}


@pytest.mark.parametrize("fault", PLANTED)
@pytest.mark.parametrize("kind", ["draft", "mutant"])
def test_a_fault_of_the_kernel_shows(kind, fault, monkeypatch):
    """With a fault in the kernel a false claim is accepted, and seen to be false, within some hundred tries."""
    monkeypatch.setattr(check, "_theorems", dict(check._theorems))
    monkeypatch.setattr(*PLANTED[fault])
    for seed in range(3000):
        item = draft(seed, EARLIER) if kind == "draft" else mutant(seed, TEMPLATES)
        if item is not None and accepted(item) and models.examine(item, models=5, tries=40, seed=seed).broken:
            return
    pytest.fail("no false claim was accepted, or none was seen to be false")


def test_what_a_recursion_builds_of_a_sample_is_that_samples_own():
    """`outgain` has no sample, `out_one` has one: it is along times outgain, whichever was asked for first."""
    claim = blueprint.claim("network.box_obstacle")
    for seed in range(20):
        model = Model(claim, random.Random(seed), 2, Fraction(1, 2))
        names = {symbol.name: symbol for symbol in claim.labels}
        for place in model.places:
            here = {"step": place, "stages": Fraction(2)}
            found, along = (model.scalar(names[name], here) for name in ("out_one", "along"))
            assert found == along * model.scalar(names["outgain"], {"stages": Fraction(2)})
