"""The summary and the page of a sweep: medians side by side, the fall with K, the replicas a violation takes."""

import json
import math
from dataclasses import replace

import pytest

from boundary import json_number, json_text
from tests.verify.made import check, judged, source
from verify.judging import statistics
from verify.judging.assumptions import STATUSES, Finding
from verify.judging.checks import CheckName
from verify.report import assumed, page, pairing, summary
from verify.sweep.judged import JudgedSetting
from verify.sweep.plan import SweepPlan

PLAN = SweepPlan(1, ("network-long",), 0.99)
FINDINGS = (Finding("smooth", "measured", "seen"), Finding("lower", "certified", "seen"))


def result(identity: int, certified: float, measured: float, iterations: int = 10**4, **changes) -> JudgedSetting:
    """Return a network's result; a certified tightness of nan was not applied."""
    fields = {"family": "network-long", "checks": (check("a-priori", math.nan), check("a-posteriori", measured))}
    fields |= {"assumptions": FINDINGS, "norms": (source("certified", certified), source("measured", measured))}
    return judged(identity, problem="network", iterations=iterations, seconds=2.0, **(fields | changes))


def test_both_sides_are_compared_where_both_apply():
    results = [result(0, 8.0, 2.0), result(1, 16.0, 4.0), result(2, math.nan, 100.0)]
    (row,) = pairing.side_by_side(results)
    assert row.family == "network-long" and row.form == "sharp"
    assert row.medians == pairing.Pairing(2, 12.0, 3.0, 3, 4.0)


def test_elsewhere_the_sides_are_the_two_bases():
    checks = (
        check("a-priori", 3.0),
        check("a-posteriori", 2.0),
        check("a-posteriori", 1.5, form="saturation-adaptive"),
    )
    sharp, adaptive = pairing.side_by_side([result(0, 1.0, 1.0, norms=(), checks=checks)])
    assert sharp.medians == pairing.Pairing(1, 3.0, 2.0, 1, 2.0)
    assert adaptive.medians == pairing.Pairing(0, None, None, 1, 1.5)


def test_the_fall_with_the_length_is_by_decades():
    lengths = {10**4: (90.0, 30.0), 30_000: (70.0, 20.0), 10**7: (4.0, 2.0)}
    results = [result(place, *both, length) for place, (length, both) in enumerate(lengths.items())]
    rows = pairing.by_length([*results, result(9, 1.0, 1.0, family="network")])
    assert [(row.K_from, row.medians.certified, row.medians.observed) for row in rows] == [
        (10**4, 80.0, 25.0),
        (10**7, 4.0, 2.0),
    ]


def test_the_replicas_needed_are_those_of_the_statistics():
    needed = summary.needed([result(0, 1.0, 1.0)])
    assert needed.variation == pytest.approx(0.05) and needed.level == 1e-5
    assert needed.by_violation[0.5] == statistics.replicas_needed(0.5, needed.variation, 0.5e-5)
    assert needed.by_violation[0.1] > needed.by_violation[0.5] > needed.by_violation[1.0]
    assert needed.to_json()["0.5"] == needed.by_violation[0.5] and summary.needed([]) is None


def test_assumptions_are_counted_grouped_and_the_violated_ones_named():
    findings = (FINDINGS[0], Finding("lower", "violated", "seen"))
    broken = result(7, 1.0, 1.0, assumptions=findings)
    results = [result(0, 1.0, 1.0), result(1, 1.0, 1.0), broken]
    assert assumed.tally(results)["lower"] == dict.fromkeys(STATUSES, 0) | {"certified": 2, "violated": 1}
    assert [group.settings for group in assumed.patterns(results)] == [(0, 1), (7,)]
    assert assumed.violated(results) == [assumed.Violated(7, "network-long", "lower", "seen")]


def test_what_is_kept_of_a_setting_survives_json():
    found = result(3, 8.0, 2.0)
    data = json.loads(json_text(found.to_json()))
    assert json_text(JudgedSetting.from_json(data).to_json()) == json_text(found.to_json())
    assert JudgedSetting.from_json(data).setting == found.setting
    for name in ("setting", "observed", "checks", "norms"):
        with pytest.raises(ValueError, match="not a judged setting"):
            JudgedSetting.from_json({key: value for key, value in data.items() if key != name})


def test_the_family_wise_confidence_is_claimed_for_a_priori_checks_only():
    """One setting is covered, one is judged by conditional checks alone, to one nothing applies, one breaks a proof."""
    none = (check("a-priori", math.nan), check("a-posteriori", math.nan))
    broken = (none[0], check("a-posteriori", 1.0), check("certificate", math.nan, "violated", form="rho"))
    results = [
        result(0, 2.0, 2.0, checks=(check("a-priori", 2.0), check("a-posteriori", 0.5, "violated"))),
        result(1, 2.0, 2.0),
        result(2, 2.0, 2.0, checks=none),
        result(3, 2.0, 2.0, checks=broken),
    ]
    found = summary.summarise(results, PLAN, 1.0)
    stated = found.family_wise
    assert (stated.settings, stated.violations, stated.conditional) == (1, 0, 2)
    assert "a-priori" in stated.covers and "conditional" in stated.covers
    plain = found.to_json()
    assert stated.confidence == plain["family_wise_confidence"] == 0.99
    counts = {name: (row.held, row.violations, row.not_applied) for name, row in found.by_basis.items()}
    assert counts == {"a-priori": (1, 0, 3), "a-posteriori": (2, 1, 1), "certificate": (3, 1, 0)}
    assert set(plain["by_claim"]) == {"sharp/a-priori", "sharp/a-posteriori", "certificate/rho"}
    assert all(set(row["tightness"]) == set(plain["by_claim"]) for row in plain["by_family"].values())
    text = " ".join(page.render(results, PLAN, "store.sqlite").split())
    assert "claimed for the a-priori checks of 1 settings; 2 settings have conditional checks only" in text
    assert "1 settings break a certificate" in text


def test_the_page_says_what_is_violated_before_anything_else():
    bad = result(3, 0.5, 0.5, checks=(check("a-posteriori", 0.5, "violated"),))
    text = page.render([result(0, 9.0, 3.0), bad], PLAN, "store.sqlite")
    assert text.index("1 setting violates a bound") < text.index("<table")
    assert "replay 3 --store store.sqlite" in text


def test_the_page_of_an_empty_store_can_be_read():
    text = page.render([], PLAN, "store.sqlite")
    assert "0 randomized settings" in text and "No setting to which the bound applies" in text


def test_a_hostile_name_stays_text():
    text = page.render([result(0, 9.0, 3.0, family="<script>alert(1)</script>")], PLAN, "<b>.sqlite")
    assert "<script" not in text and "<b>.sqlite" not in text


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "–"), (0.0123, "1.2%"), (0.5, "50%"), (6.04, "604%"), (26.0, "26 times")],
)
def test_shares_are_read_at_a_glance(value, shown):
    assert page._share(value) == shown


def test_a_name_reads_as_one_word_and_is_never_split():
    assert str(CheckName("sharp", "a-priori")) == "sharp/a-priori"
    assert str(CheckName("rho", "certificate")) == "certificate/rho"


def test_a_sweep_that_held_nothing_is_not_held():
    nothing = result(0, 1.0, 1.0, checks=(check("a-posteriori", math.nan),))
    assert summary.summarise([nothing], PLAN, 1.0).word == "inconclusive"
    assert summary.summarise([nothing, result(1, 1.0, 2.0)], PLAN, 1.0).word == "held"
    bad = replace(nothing, checks=(check("a-posteriori", 0.5, "violated"),))
    assert summary.summarise([bad, result(1, 1.0, 2.0)], PLAN, 1.0).word == "violated"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 0.1, 1e-308, 3])
def test_a_number_survives_json(value):
    read = json_number(json.loads(json_text({"value": value}))["value"])
    assert repr(read) == repr(value) and type(read) is type(value)
