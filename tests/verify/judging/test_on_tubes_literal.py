"""The confrontation with a tube, number by number: nothing is run, and what replicas show is written down by hand."""

import math

import numpy as np
import pytest

from tests.verify.judging.test_tubes_literal import FIXED, ONE_LEFT, stopped, student
from verify.judging import on_tubes, statistics, tubes, verdicts
from verify.judging.observations import Constants as Known
from verify.judging.observations import Observations
from verify.judging.rounding import Rounding
from verify.judging.tubes import Stopped


def observed(made: Stopped | None, **changes) -> Observations:
    fields = {
        "squared_gradient": np.array([1.0, 2.0, 3.0, 2.0]), "saturation": np.full(4, 0.5),
        "square_saturation": np.full(4, 0.25), "diverged": 0, "constants": Known({}, {}), "algorithm": "analog-sgd",
        "stopped": made,
    }  # fmt: skip
    return Observations(**(fields | changes))


@pytest.fixture
def alone(monkeypatch):
    """The other forms say nothing."""
    monkeypatch.setattr(verdicts, "FORMS", ())
    monkeypatch.setattr(verdicts, "_alarms", lambda _: [])


def checks(seen: Observations, level=0.2) -> dict:
    return {check.claim: check for check in on_tubes.confront(seen, level).checks}


def test_a_quarter_of_the_level_is_for_tubes(alone, monkeypatch):
    asked = []
    monkeypatch.setattr(tubes, "lines", lambda *given: asked.append(given[1:]) or iter(()))
    found = on_tubes.confront(observed(stopped(), rounding=Rounding(0.01, 0.0, 0.02, "float64")), 0.24)
    # 0.06 is divided by two for the alarm, by six for a look; half of each is for what is measured of a bound
    (numbers,) = asked
    assert numbers == pytest.approx((0.015, 0.005, 3, 0.01, 0.02), rel=1e-12)
    assert found.evidence.lower.level == pytest.approx(0.09, rel=1e-12)
    assert on_tubes.confront(observed(None), 0.24).evidence.lower.level == pytest.approx(0.12, rel=1e-12)


def test_what_replicas_say_up_to_where_they_left():
    seen = observed(stopped(ONE_LEFT))
    found = on_tubes.evidence(seen, seen.stopped, 0.2)
    assert found.mean == 2.0
    assert found.lower.value == pytest.approx(float(statistics.lower_mean([1.0, 0, 3, 2], 0.1)), rel=1e-9)
    assert found.upper.value == pytest.approx(student([1, 2, 3, 2], 0.2 / 6, 1), rel=1e-9)
    assert found.interval[0] == pytest.approx(student([1, 0, 3, 2], 0.025, -1), rel=1e-9)
    assert found.interval[1] == pytest.approx(student([1, 2, 3, 2], 0.025, 1), rel=1e-9)


def of_lines(monkeypatch, *bounds):
    made = (tubes.Line(tubes.PRIORI, "a-priori", bounds), tubes.Line("tube", "a-posteriori", bounds, "", "a tube"))
    monkeypatch.setattr(tubes, "lines", lambda *_: iter(made))


def test_bounds_decide(alone, monkeypatch):
    low = float(statistics.lower_mean([1.0, 2, 3, 2], 0.025))
    for bound, word in ((100.0, "held"), (0.9 * low, "violated"), (2.0, "inconclusive")):
        of_lines(monkeypatch, *(bound,) * 4)
        found = checks(observed(stopped()))
        assert {check.verdict for check in found.values()} == {word}
        assert {check.reason for check in found.values()} == (
            {"4 replicas do not decide it"} if word == "inconclusive" else {""}
        )
        assert {check.bound for check in found.values()} == {bound}
    priori, posteriori = found["tube-a-priori/a-priori"], found["tube/a-posteriori"]
    assert posteriori.quantity == f"{priori.quantity}, until a tube is left" == on_tubes.STOPPED
    assert (priori.condition, posteriori.condition, posteriori.theorem) == ("", "a tube", "mean")


def test_who_left_counts_against_the_tube_of_pilots_alone(alone, monkeypatch):
    of_lines(monkeypatch, *(0.9 * float(statistics.lower_mean([1.0, 2, 3, 2], 0.025)),) * 4)
    found = checks(observed(stopped(np.ones(4, dtype=bool))))
    assert found["tube-a-priori/a-priori"].verdict == "violated"
    assert found["tube/a-posteriori"].verdict == "inconclusive"


@pytest.mark.parametrize(
    ("variance", "along", "what"),
    [((4.0, 6.0, 8.0, 6.0), math.sqrt(6), "noise"), ((0.0,) * 4, math.sqrt(2), "gradient")],
)
def test_rounding_is_held_against_the_noise_or_without_it_the_gradient(variance, along, what, alone, monkeypatch):
    of_lines(monkeypatch, *(100.0,) * 4)
    share = verdicts.rounding.SHARE
    for factor, word in ((0.99, "held"), (1.01, "inconclusive")):
        rough = Rounding(factor * share * along, 0.0, 0.0, "float64")
        check = checks(observed(stopped(variance=np.outer(variance, [0.25, 0.75])), rounding=rough))[
            "tube/a-posteriori"
        ]
        assert check.verdict == word
    assert f"times the {what}" in check.reason


def test_where_replicas_diverged_nothing_is_said(alone):
    found = checks(observed(stopped(), diverged=2))
    assert len(found) == 5 and {check.verdict for check in found.values()} == {"not applied"}
    assert {check.reason for check in found.values()} == {"2 of 6 replicas diverged"}
    assert [check.name.basis for check in found.values()] == ["a-posteriori"] * 4 + ["a-priori"]
    assert [check.quantity == on_tubes.STOPPED for check in found.values()] == [True] * 4 + [False]


def test_what_is_not_applied_says_why(alone, monkeypatch):
    made = (
        tubes.Line("tube", "a-posteriori", None, "none closed"),
        tubes.Line("tube-ends", "a-posteriori", (100.0,) * 4, "", "a tube"),
    )
    monkeypatch.setattr(tubes, "lines", lambda *_: iter(made))
    check, after = checks(observed(stopped())).values()
    assert (after.name.form, after.verdict) == ("tube-ends", "held")
    assert (check.verdict, check.reason, check.quantity) == ("not applied", "none closed", on_tubes.STOPPED)


def test_a_tube_is_looked_at_where_one_was_fixed(monkeypatch):
    monkeypatch.setattr(tubes, "seen", lambda fixed, runs: (fixed, runs))
    plain = observed(None)
    assert on_tubes.beside(plain, "runs", None) is plain
    assert on_tubes.beside(plain, "runs", FIXED).stopped == (FIXED, "runs")
