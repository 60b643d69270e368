"""The table of slack: medians by M and K, and how many bounds lie below the squared gradient at the start."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from benchmarks import slack
from simulate import problems
from verify.judging.checks import Check
from verify.sweep import assessing
from verify.sweep.drawn import Setting
from verify.sweep.judged import JudgedSetting


@cache
def judged() -> JudgedSetting:
    network = problems.make("network", 2, width=2, samples=4, loss="log-cosh", instance=3)
    return assessing.assess(Setting(network, "analog-sgd", 2e-4, 6.0, 200, 8, seed=5, ranges=4), 0.99)


def made(factor: float, **changes: object) -> JudgedSetting:
    """The setting with a bound that is a multiple of the squared gradient at its start, and other fields of a check."""

    def other(check: Check) -> Check:
        if check.claim != slack.MOST_KNOWN:
            return check
        return replace(check, bound=factor * slack.start(judged().setting), **changes)

    return replace(judged(), checks=tuple(map(other, judged().checks)))


def cells(results: list[JudgedSetting]) -> dict[str, str]:
    head, _, *rows = slack.table(results).splitlines()
    assert len(rows) == 1
    return dict(zip(head.split(" | "), rows[0].split(" | "), strict=True))


def test_a_row_has_the_medians_and_what_is_below_the_start() -> None:
    found = cells([made(0.5, tightness=1.5), made(0.999, tightness=4.0), made(1.001, tightness=2.0)])
    assert found["settings"] == "3" and found["K"] == "2e+02" and found[slack.MOST_KNOWN] == "2 (3)"
    assert found["below"] == "2 of 3" and found["left"].endswith("of 24") and found["violated |"] == "0 |"
    assert found["sharp/a-posteriori"].endswith("(3)")


def test_what_is_violated_is_counted_and_what_is_not_applied_has_no_median() -> None:
    found = cells([made(0.5, verdict="violated"), made(0.5, verdict="not applied")])
    assert found["violated |"] == "1 |" and found["below"] == "1 of 1" and found[slack.MOST_KNOWN].endswith("(1)")


def test_the_start_is_the_squared_gradient_at_the_first_weights() -> None:
    problem = problems.make("quadratic", 1, size="1", L=2.0)
    setting = Setting(problem, "analog-sgd", 1e-3, 6.0, 10, 8)
    (first,), (best,) = problem.initial_weights(), problem.minimiser
    assert slack.start(setting) == pytest.approx(float(np.sum((2.0 * (first - best)) ** 2)))
