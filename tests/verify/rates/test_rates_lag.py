"""The cross term: a planted one is seen, none is not, and the sentence follows the data."""

import contextlib
import io
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

import simulate
from boundary import run_command
from theory.setting import algorithms
from verify.__main__ import app
from verify.rates import cross_term, lag, staleness
from verify.rates.intervals import Interval
from verify.rates.iterations import StudyPlan
from verify.rates.measure import RateRun, described, gather, made
from verify.rates.rate import Expected, RateRow, leading_exponent

CASE = lag.CASES[0]
STEPS = np.array(CASE.alphas)


def planted(theta: float, rng: np.random.Generator, cubic: float = 0.0) -> list[lag.Price]:
    """Return the lag's price with a share theta of the cross term and a quadratic part of its own at each level."""
    prices = []
    for rbar, quadratic in ((0.05, 0.4), (0.2, 0.9)):
        charge = 2 * rbar * STEPS
        mean = theta * charge + quadratic * STEPS**2 * (1 + cubic * STEPS)
        scatter = 0.1 * STEPS[:, None] ** 1.5 * rng.standard_normal((len(STEPS), 64))
        prices.append(lag.Price(mean[:, None] + 0.01 * scatter, mean, np.full(len(STEPS), rbar), charge, 1.0, 0.1, 0.0))
    return prices


@pytest.mark.parametrize("theta", [0.0, 0.1, 1.0])
@pytest.mark.parametrize("cubic", [0.0, 5.0])
def test_a_planted_share_is_covered(theta, cubic):
    rng = np.random.default_rng(1)
    found = [lag.share(CASE, planted(theta, rng, cubic), 0.05) for _ in range(200)]
    assert np.mean([theta in one for one in found]) >= 0.95
    assert not any(theta + 0.1 in one for one in found)


def rows(*shares: tuple[str, Interval, str]) -> list[RateRow]:
    both = []
    for problem, interval, note in shares:
        over = (0.04, 0.01)
        expected = Expected(-np.inf, 1.0, "a test")
        both.append(RateRow("cross term", problem, "analog-sgd-ap", "share", interval, expected, over, note=note))
        both.append(
            RateRow("lag price in alpha", problem, "analog-sgd-ap", "exponent", Interval(2, 1.9, 2.1), None, over)
        )
    return both


def test_the_sentence_follows_the_data():
    plan = StudyPlan(quick=True, seed=1)
    none = cross_term.cross_term(rows(("plus-minus", Interval(0, -0.01, 0.02), "")), plan, 0.95)
    assert none.verdict == "artefact" and "at most 2 %" in none.sentence and "1 problem " in none.sentence
    seen = cross_term.cross_term(rows(("plus-minus", Interval(0.3, 0.2, 0.4), "")), plan, 0.95)
    assert seen.verdict == "real" and "at least 20 %" in seen.sentence
    open_ = cross_term.cross_term(rows(("plus-minus", Interval(0.3, -2, 3), "")), plan, 0.95)
    assert open_.verdict == "undecided" and "do not decide" in open_.sentence
    half = cross_term.cross_term(rows(("plus-minus", Interval(0.2, -0.1, 0.5), "")), plan, 0.95)
    assert half.verdict == "undecided" and "50 %" in half.sentence


def test_a_transient_is_no_cross_term_and_long_steps_do_not_count():
    plan = StudyPlan(quick=True, seed=1)
    none = ("plus-minus", Interval(0, -0.01, 0.02), "")
    wild = ("tanh 0", Interval(0.05, 0.04, 0.06), f"{lag.WILD}: 30 %")
    found = cross_term.cross_term(rows(none, wild), plan, 0.95)
    assert found.verdict == "artefact" and found.at_most == 0.06 and "6 %" in found.sentence
    long = ("tanh 0", Interval(0.5, 0.4, 0.6), lag.LONG_STEPS)
    found = cross_term.cross_term(rows(none, long), plan, 0.95)
    assert found.at_most == 0.02 and found.skipped == ("tanh 0",) and "tanh 0" in found.sentence
    assert cross_term.cross_term(rows(long), plan, 0.95).verdict == "undecided"
    assert cross_term.cross_term(rows(none, (wild[0], wild[1], "")), plan, 0.95).verdict == "real"


def test_a_share_above_what_is_charged_is_a_violation():
    high, fine = rows(("plus-minus", Interval(1.3, 1.2, 1.4), ""))[0], rows(("x", Interval(0.9, 0.8, 1.1), ""))[0]
    assert high.verdict == "violated" and fine.verdict == "held" and replace(fine, expected=None).verdict == "measured"


def test_measured_sensitivity_is_the_exact_nu_of_a_quadratic():
    problem = simulate.problems.make("quadratic", 4, size=2, condition=5.0)
    exact = problem.facts(algorithms.named("analog-sgd-ap").lags(4)).values["nu"]
    weights = [np.repeat(stage[None], 200, axis=0) for stage in problem.initial_weights()]
    assert staleness.sensitivity(problem, weights, 1) == pytest.approx(exact, rel=0.05)


def test_late_weights_are_those_of_the_run():
    request = RateRun(made(described("plus-minus", 3, rho=0.2, tau=5.0)), "analog-sgd-ap", 0.1, 5.0, 50, 4, 1)
    weights = np.stack(staleness.late_weights(request))[..., 0]
    problem = request.problem
    run = simulate.run(problem, request.algorithm, alpha=0.1, tau=5.0, iterations=50, replicas=4, seed=1)
    value = 0.5 * np.sum((weights - problem.minimiser[:, None]) ** 2, axis=0)
    assert value == pytest.approx(run.final_value)


def test_pairs_meet_the_same_noise_and_results_do_not_depend_on_workers():
    lagged, fresh = replace(CASE, horizon=20.0).pair(5.0, 0.02, StudyPlan(quick=True, seed=1))
    alone = gather([lagged, fresh, lagged], None, lambda _: None)
    with ThreadPoolExecutor(2) as pool:
        together = gather([fresh, lagged], pool, lambda _: None)
    assert set(alone) == set(together) == {lagged, fresh}
    for request, run in alone.items():
        assert np.array_equal(run.curve, together[request].curve)
    excess = alone[lagged].late - alone[fresh].late
    assert np.abs(excess).mean() < 0.2 * alone[fresh].late.mean()


def test_exponents_are_read_off_expressions():
    from theory.setting.symbols import symbol

    rho, sigma = symbol("rho"), symbol("sigma")
    assert leading_exponent(rho**2 * sigma**2 / (1 - rho**2), "rho", 0) == 2


def command(*arguments: str, code: int = 0) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.raises(SystemExit) as left:
        run_command(app, "python -m verify", ["rates", *arguments])
    assert left.value.code == code, err.getvalue() + out.getvalue()
    return out.getvalue(), err.getvalue()


@pytest.mark.slow
def test_the_command_reports_rates_cycles_and_the_answer(tmp_path):
    path = tmp_path / "rates.json"
    shown, _ = command("--quick", "--workers", "1", "--json", str(path))
    result = json.loads(path.read_text())
    assert "clock cycles" in shown and result["violations"] == 0
    assert result["clock_cycles"]["agree"] == result["clock_cycles"]["runs"] > 0
    assert {row["study"] for row in result["rates"]} >= {"floor", "cross term", "lag price in M", "lag price in alpha"}
    assert result["cross_term"]["sentence"] and result["quick"] and result["seed"] == 1
    assert "cross term" in shown and result["cross_term"]["sentence"].split(".")[0] in " ".join(shown.split())


@pytest.mark.parametrize(("option", "value"), [("--seed", "x"), ("--workers", "0")])
def test_bad_input_is_one_line_and_code_2(option, value):
    _, said = command(option, value, code=2)
    assert value in said and len(said.strip().splitlines()) == 1
