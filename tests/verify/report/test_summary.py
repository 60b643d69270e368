"""The summary and the page of a sweep: medians side by side, the fall with K, the replicas a violation takes."""

import math

import pytest

from verify.judging import assumptions, statistics
from verify.report import page, summary

PLAN = {"seed": 1, "families": ["network-long"], "confidence": 0.99}


def check(claim: str, tightness: float, verdict: str = "held") -> dict:
    return {"claim": claim, "verdict": verdict, "tightness": tightness, "bound": tightness, "reason": ""}


def finding(assumption: str, status: str) -> dict:
    return {"assumption": assumption, "status": status, "evidence": "seen"}


def result(identity: int, certified: float, measured: float, iterations: int = 10**4, **changes) -> dict:
    """Return a network's result; a certified tightness of nan was not applied."""
    sides = {"certified": certified, "measured": measured}
    norms = [
        {"norms": word, "w": [1.0], "values": {}, "checks": [check("sharp/a-posteriori", value)]}
        for word, value in sides.items()
    ]
    return {
        "id": identity,
        "family": "network-long",
        "verdict": "held",
        "setting": {"problem": "network", "iterations": iterations},
        "observed": {
            "mean": 1.0,
            "stderr": 0.01,
            "replicas": 25,
            "level": 1e-5,
            "smallest_detectable_violation": 0.3,
        },
        "assumptions": [finding("smooth", "measured"), finding("lower", "certified")],
        "checks": [check("sharp/a-priori", math.nan, "not applied"), check("sharp/a-posteriori", measured)],
        "norms": norms,
        "seconds": 2.0,
    } | changes


def test_both_sides_are_compared_where_both_apply():
    results = [result(0, 8.0, 2.0), result(1, 16.0, 4.0), result(2, math.nan, 100.0)]
    (row,) = summary.side_by_side(results)
    assert row["family"] == "network-long" and row["form"] == "sharp"
    assert (row["settings"], row["certified"], row["observed"]) == (2, 12.0, 3.0)
    assert (row["applied"], row["observed_everywhere"]) == (3, 4.0)


def test_elsewhere_the_sides_are_the_two_bases():
    checks = [
        check("sharp/a-priori", 3.0),
        check("sharp/a-posteriori", 2.0),
        check("saturation-adaptive/a-posteriori", 1.5),
    ]
    sharp, adaptive = summary.side_by_side([result(0, 1.0, 1.0, norms=[], checks=checks)])
    assert (sharp["settings"], sharp["certified"], sharp["observed"]) == (1, 3.0, 2.0)
    assert (adaptive["settings"], adaptive["certified"], adaptive["observed_everywhere"]) == (0, None, 1.5)


def test_the_fall_with_the_length_is_by_decades():
    lengths = {10**4: (90.0, 30.0), 30_000: (70.0, 20.0), 10**7: (4.0, 2.0)}
    results = [result(place, *both, length) for place, (length, both) in enumerate(lengths.items())]
    rows = summary.by_length([*results, result(9, 1.0, 1.0, family="network")])
    assert [(row["K_from"], row["certified"], row["observed"]) for row in rows] == [
        (10**4, 80.0, 25.0),
        (10**7, 4.0, 2.0),
    ]


def test_the_replicas_needed_are_those_of_the_statistics():
    needed = summary.needed([result(0, 1.0, 1.0)])
    assert needed["variation"] == pytest.approx(0.05) and needed["level"] == 1e-5
    assert needed["0.5"] == statistics.replicas_needed(0.5, needed["variation"], 0.5e-5)
    assert needed["0.1"] > needed["0.5"] > needed["1"]
    assert summary.needed([]) == {}


def test_assumptions_are_counted_grouped_and_the_violated_ones_named():
    broken = result(7, 1.0, 1.0, assumptions=[finding("smooth", "measured"), finding("lower", "violated")])
    results = [result(0, 1.0, 1.0), result(1, 1.0, 1.0), broken]
    assert assumptions.tally(results)["lower"] == dict.fromkeys(assumptions.STATUSES, 0) | {
        "certified": 2,
        "violated": 1,
    }
    assert [group["settings"] for group in assumptions.patterns(results)] == [[0, 1], [7]]
    (named,) = assumptions.violated(results)
    assert (named["id"], named["assumption"], named["evidence"]) == (7, "lower", "seen")


def test_the_family_wise_confidence_is_claimed_for_a_priori_checks_only():
    """One setting is covered, one is judged by conditional checks alone, to one nothing applies, one breaks a proof."""
    none = [check("sharp/a-priori", math.nan, "not applied"), check("sharp/a-posteriori", math.nan, "not applied")]
    broken = [*none[:1], check("sharp/a-posteriori", 1.0), check("certificate/rho", math.nan, "violated")]
    results = [
        result(0, 2.0, 2.0, checks=[check("sharp/a-priori", 2.0), check("sharp/a-posteriori", 0.5, "violated")]),
        result(1, 2.0, 2.0),
        result(2, 2.0, 2.0, verdict="not applied", checks=none),
        result(3, 2.0, 2.0, verdict="violated", checks=broken),
    ]
    found = summary.summarise(results, PLAN, 1.0)
    stated = found["family_wise"]
    assert (stated["settings"], stated["violations"], stated["conditional"]) == (1, 0, 2)
    assert "a-priori" in stated["covers"] and "conditional" in stated["covers"]
    assert stated["confidence"] == found["family_wise_confidence"] == 0.99
    counts = {name: (row["held"], row["violations"], row["not_applied"]) for name, row in found["by_basis"].items()}
    assert counts == {"a-priori": (1, 0, 3), "a-posteriori": (2, 1, 1), "certificate": (3, 1, 0)}
    assert all(set(row["tightness"]) == set(found["by_claim"]) for row in found["by_family"].values())
    text = " ".join(page.render(results, PLAN, "store.sqlite").split())
    assert "claimed for the a-priori checks of 1 settings; 2 settings have conditional checks only" in text
    assert "1 settings break a certificate" in text


def test_the_page_says_what_is_violated_before_anything_else():
    bad = result(3, 0.5, 0.5, verdict="violated", checks=[check("sharp/a-posteriori", 0.5, "violated")])
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
