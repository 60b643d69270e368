"""What z3 accepts of random drafts, whatever the kernel thinks of them, holds in random finite models."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.theory.kernel.drafts import draft
from theory import blueprint
from theory.checkers import model_search, smt
from theory.checkers.smt_terms import Undecided

DRAFTS = int(os.environ.get("DRAFTS", "400"))
"""How many random drafts are tried; `DRAFTS=100000` for the long run."""


def settled(item, store):
    try:
        smt.settle(item, store)
    except Undecided:
        return False
    store[item.id] = item
    return True


@pytest.fixture(scope="module")
def known():
    """Return claims that z3 settled, for drafts to cite: some of the library, and random ones."""
    wanted = blueprint.rests_on("window.displacement") | {"noise.orthogonal"}
    store, cited = {}, []
    for item in blueprint.all_claims():
        if item.id in wanted:
            assert settled(item, store)
    for seed in range(-2000, 0):
        item = draft(seed, cited[:12])
        if item is not None and settled(item, store):
            cited.append(item)
        if len(cited) >= 25:
            break
    return store, [*cited, *(store[name] for name in ("noise.orthogonal", "hilbert.minkowski", "window.martingale"))]


@settings(max_examples=DRAFTS, deadline=None, database=None)
@given(seed=st.integers(0, 2**40))
def test_no_false_draft_is_accepted(known, seed):
    store, cited = known
    item = draft(seed, cited)
    if item is not None and settled(item, dict(store)):
        report = model_search.examine(item, models=4, tries=30, seed=seed)
        assert not report.broken, (seed, report.broken, item.latex)


def test_enough_drafts_are_accepted_and_enough_of_the_others_are_false(known):
    store, cited = known
    accepted = conditional = refuted = 0
    for seed in range(500):
        item = draft(seed, cited)
        if item is None:
            continue
        try:
            count = smt.settle(item, store)
        except Undecided:
            try:
                refuted += refuted < 30 and bool(model_search.examine(item, models=3, tries=10, seed=seed).broken)
            except Exception:  # a draft that is not well formed has no models
                continue
        else:
            accepted += 1
            conditional += bool(count.hypotheses)
    assert accepted >= 15 and conditional >= 3 and refuted >= 20
