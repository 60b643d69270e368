"""Wrong statistics: intervals that lie, families without control, verdicts that look at the wrong number.

Caught on planted truths: null families to be silent on, violations to be found, verdicts whose right answer is known.
"""

import dataclasses
import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

import numpy as np
from scipy import stats

import theory
from boundary import OutsideDomain
from simulate import problems
from simulate.problems.blocks import Blocks
from verify.judging import assumptions, calibration, conditions, observations, perturbed, rounding, statistics, verdicts
from verify.judging.certificates import Certificate
from verify.judging.checks import Check, Verdict
from verify.judging.observations import Constants, Observations
from verify.report import summary
from verify.sabotage.faults import Answer, Area, Detector, Fault, swapped
from verify.sabotage.panel import SETTINGS
from verify.sweep import assessing
from verify.sweep.drawn import Setting

AREA: Area = "statistics"
FIRST = {"L": 1.0, "sigma2": 1.0, "Delta": 1.0, "alpha": 0.1, "K": 100, "Lambda1": 0.5, "Lambdah": 0.5, "rho": 0.5}
FIRST |= {"nu": 0.4, "Ln": 0.8}


def detectors() -> dict[str, Detector]:
    """Return the named checks."""
    return {
        "looks-are-independent": _looks,
        "refusals": _refusals,
        "verdicts-on-planted-truths": _verdicts,
        "alarms": _alarms,
        "what-is-conditional": _conditional,
        "rounding-is-evidence": _rounding,
        "what-a-run-hands-over": _handed_over,
        "rare-saturation": _rare_saturation,
        "coverage-from-above": _coarsely(_coverage),
        "power": _coarsely(_power),
        "false-alarms-of-families": _coarsely(_families),
        "false-alarms-when-stopping-early": _coarsely(_stopping),
    }


def _coarsely(check: Detector) -> Detector:
    """Let bisections stop at a third of a percent, on the safe side: thousands of families are looked at."""

    def checked() -> Answer:
        with swapped(statistics, "_BISECTIONS", 12):
            return check()

    return checked


def _adversarial(shape: tuple[int, ...], seed: int) -> np.ndarray:
    """Draw from the law of mean 1 on {0, 1.25}, against which a bet without a ceiling is exactly tight."""
    return 1.25 * (np.random.default_rng(seed).random(shape) < 0.8)


def _at_rate(alarms: np.ndarray, rate: float) -> bool:
    return bool(stats.binom.sf(int(alarms.sum()) - 1, alarms.size, rate) >= calibration.RARE)


def _families() -> bool:
    """Judge 2,000 null families as a sweep does, at the bound where alarms come easiest, and well below it."""
    spent = sum(statistics.Spending(0.9).level(index) for index in range(20_000))
    rates = (calibration.false_alarms(law, 2000) for law in ("extremal", "narrow, 20% below"))
    return spent <= 1 - 0.9 and all(rate.ok for rate in rates)


def _stopping() -> bool:
    observed, ever = _adversarial((2000, 64), 2), np.zeros(2000, dtype=bool)
    for look in (4, 8, 16, 32, 64):
        ever |= statistics.lower_mean(observed[:, :look], 0.05) > 1.0 + 1e-9
    return _at_rate(ever, 0.05)


def _coverage() -> bool:
    """Check bounds from above: by betting under a ceiling, and Student's on normal observations."""
    rng = np.random.default_rng(3)
    bounded = np.where(rng.random((2000, 30)) < 0.02, 1.0, 0.1)  # the ceiling is rarely seen
    normal = rng.normal(5.0, 1.0, (2000, 12))
    missed = (
        statistics.upper_mean(bounded, 0.05, np.ones(2000)) < 0.118 - 1e-9,
        statistics.student_mean(normal, 0.01, "upper") < 5.0,
        statistics.student_mean(normal, 0.01, "lower") > 5.0,
    )
    return all(_at_rate(one, rate) for one, rate in zip(missed, (0.05, 0.01, 0.01), strict=True))


def _power() -> bool:
    """Check that a violation of the stated size is found with the stated probability, and a held bound confirmed."""
    found = calibration.power(0.3, 0.3, 400)
    # no more replicas than the extremal law would need several times over: planning must not ask for the moon
    frugal = found.replicas < 4 * math.log(1 / calibration.LEVEL) / math.log1p(0.3) + 40
    near = statistics.student_mean(np.random.default_rng(4).normal(1.0, 0.1, (400, 64)), 0.01, "upper")
    return found.ok and frugal and bool(np.median(near) < 1.05)


def _planted(mean: float, **changes: Any) -> Observations:  # noqa: ANN401
    """Return 200 replicas around a mean, of a setting whose constants are all certified."""
    rng = np.random.default_rng(5)
    values = {"D": 1.0, "ell": 1.0, "ell1": 0.5, "theta1": 0.1, "F0": 1.0, "H2": 0.0, "HJ": 0.0, "chi2": 0.75} | FIRST
    square = 0.16 * rng.uniform(0.3, 1.0, 200)
    saturation = np.append(np.full(199, 0.2), 0.4)  # one replica went further than the others
    known = Constants(values, dict.fromkeys(values, True))
    found = Observations(mean * rng.gamma(25.0, 0.04, 200), saturation, square, 0, known, "planted")
    return dataclasses.replace(found, **{"last_gap": np.zeros(200), **changes})


def _planted_bound(name: str) -> Callable[..., float]:
    """Return 1 + rbar2, defined for rho in [0.39, 0.6]; a rho of 1 is left to the refusals."""

    def bound(rho: float, rbar2: float = 0.0, **_: float) -> float:
        if 0.6 < np.max(rho) < 1 or np.max(rho) < 0.39:
            raise OutsideDomain("rho", rho, "0.39 <= rho <= 0.6", name)
        return 1.0 + rbar2

    return bound


def _words(observed: Observations) -> dict[str, str]:
    with swapped(theory, "bound", _planted_bound):
        return {str(check.name): check.verdict for check in verdicts.confront(observed, 1e-3).checks}


def _verdicts() -> bool:
    """Check verdicts whose right answer is known, and tightness."""
    below, above, at = (set(_words(_planted(mean)).values()) - {"not applied"} for mean in (0.8, 1.5, 1))
    # rbar2 lies near 0.1 but may be as large as its upper confidence bound: 1.2 is no violation of the adaptive form
    adaptive = _words(_planted(1.17))["saturation-adaptive/a-posteriori"]
    with swapped(theory, "bound", _planted_bound):
        checks = verdicts.confront(_planted(0.5), 1e-3).checks
    tight = all(1.7 < check.tightness < 2.5 and check.tightness_low < check.tightness_high for check in checks)
    plain = _words(_planted(1.0))["sharp/a-priori"]
    known = (below == {"held"}, above == {"violated"}, at <= {"inconclusive", "held"}, plain == "inconclusive")
    return all(known) and adaptive == "inconclusive" and tight


def _refusals() -> bool:
    """Check that a bound is not applied where an assumption fails, however large the observed value."""
    known = _planted(9.0).constants
    uncertified = Constants(known.values, {**known.certified, "L": False})
    saturated = np.full(200, 0.55)
    cases: tuple[tuple[Observations, str], ...] = (
        (_planted(9.0, diverged=1), "sharp/a-posteriori"),
        (_planted(9.0, saturation=saturated), "sharp/a-priori"),
        (_planted(9.0, saturation=np.full(200, 1.0)), "sharp/a-posteriori"),
        (_planted(9.0, saturation=np.full(200, 0.7)), "explicit/a-posteriori"),
        (_planted(9.0, constants=uncertified), "explicit/a-priori"),
    )
    cases += tuple(
        (_planted(9.0, constants=Constants(known.values, {**known.certified, name: False})), "noise-resolved/a-priori")
        for name in FIRST
    )
    for unknown in ({"covered": False}, {"independent_draws": False}, {"falling_step": "it falls"}):
        cases += tuple((_planted(9.0, **unknown), f"sharp/{basis}") for basis in ("a-priori", "a-posteriori"))
    refused = all(_words(observed)[claim] == "not applied" for observed, claim in cases)
    status = {found.assumption: found.status for found in assumptions.examine(_planted(1.0, saturation=saturated))}
    return refused and status["saturation"] == "violated"


def _alarms() -> bool:
    """Check that a certificate which a run breaks is a violation, and that nothing is held on its constant."""
    saturated = _planted(0.5, saturation=np.full(200, 0.55))
    noisy = _planted(0.5, certificates=(Certificate("sigma2", "noise variance", 1.0, 1.1, 1e-12),))
    sound = _planted(0.5, certificates=(Certificate("sigma2", "noise variance", 1.0, 1.0 + 1e-13, 1e-12),))
    first, second, third = (_words(observed) for observed in (saturated, noisy, sound))
    dropped = [second[claim] for claim in second if "/a-" in claim]
    return (
        first.get("certificate/rho") == second.get("certificate/sigma2") == "violated"
        and first["sharp/a-priori"] == "not applied"
        and set(dropped) == {"not applied"}
        and set(third.values()) == {"held"}
    )


def _conditional() -> bool:
    """Check that an a-posteriori check says what it rests on, and that no family is claimed to cover it."""
    with swapped(theory, "bound", _planted_bound):
        checks = verdicts.confront(_planted(0.5), 1e-3).checks
    said: dict[str, list[bool]] = {basis: [] for basis in ("a-priori", "a-posteriori")}
    for check in checks:
        said[check.name.basis].append(bool(check.condition))
    sound = SETTINGS["Analog-SGD-AP"]
    short = dataclasses.replace(sound, iterations=20)
    result = dataclasses.replace(
        assessing.assess(dataclasses.replace(short, replicas=3), 0.99),
        checks=tuple(check for check in checks if check.name.basis == "a-posteriori"),
    )
    alone = summary.family_wise([result], 0.99)
    problem = problems.rebuild({**sound.problem.describe(), "noise": "gaussian"})
    gaussian = dataclasses.replace(short, problem=problem)
    status = {found.assumption: found.status for found in assumptions.examine(assessing.observe(gaussian, 3, 1))}
    return (
        not any(said["a-priori"])
        and all(said["a-posteriori"])
        and (alone.settings, alone.conditional) == (0, 1)
        and status["saturation"] == "conditional"
    )


def _rounding() -> bool:
    """Check a run whose steps fall below the spacing of its weights' numbers, the same in numbers, and a fine one."""
    lost, fine = (
        Setting(problems.make("attaining", rho=0.3, tau=tau), "analog-sgd", 0.01, tau, 400) for tau in (1e16, 10.0)
    )
    found = [verdicts.confront(assessing.observe(setting, 8, 1), 1e-3).checks for setting in (lost, fine)]
    named = [any(check.reason.startswith("rounding") for check in checks) for checks in found]
    rough = rounding.Rounding(direction=0.5, gradient=0.0, dtype="float32")
    with swapped(theory, "bound", _staleness_bound):
        rounded = {c.verdict for c in verdicts.confront(_planted(0.8, rounding=rough), 1e-3).checks if c.applied}
        above = {c.verdict for c in verdicts.confront(_planted(2.0, rounding=rough), 1e-3).checks if c.applied}
    return named == [True, False] and rounded == above == {"inconclusive"}


def _staleness_bound(name: str) -> Callable[..., Any]:  # noqa: ARG001
    """Return a bound of 1, and more where directions are wrong: with 0.5 over (1 + rho) alpha it passes 3."""
    return lambda nu=0.0, Lambdah=0.5, **_: 1.0 + np.maximum(nu - 0.4, 0) + np.maximum(np.subtract(Lambdah, 0.5), 0)


def _rare_saturation() -> bool:
    """Check the upper end of the mean-square saturation, at its stated error, where large values are seldom seen."""
    rng, level, share, missed = np.random.default_rng(7), 0.2, 0.02, list[bool]()
    for _ in range(300):
        square = np.where(rng.random(40) < share, 0.24, 0.01)
        found = verdicts.weigh(_planted(0.5, squared_gradient=np.ones(40), square_saturation=square,
                                        saturation=np.sqrt(square)), level)  # fmt: skip
        missed.append(found.rbar2[2] < share * 0.24 + (1 - share) * 0.01 - 1e-9)
    return _at_rate(np.array(missed), verdicts.shares(level).alarm)


def _looks() -> bool:
    setting = SETTINGS["attaining"]
    seeds = {assessing.look_seed(setting, look) for look in range(4)}
    others = {assessing.look_seed(dataclasses.replace(setting, seed=8), look) for look in range(4)}
    return len(seeds | others) == 8


def _handed_over() -> bool:
    """Check what is taken over from a run: variance of the mean of a batch, largest saturation, divergence."""
    batch = dataclasses.replace(SETTINGS["Analog-SGD-SP"], iterations=30)
    observed = assessing.observe(batch, 3, 1)
    sample = batch.make_problem().facts(batch.lags).values["sigma2"] or 0.0
    wild = dataclasses.replace(SETTINGS["digital AP"], alpha=60.0, iterations=2000)
    one = assessing.observe(dataclasses.replace(batch, replicas=2), 2, 1)
    both = one.and_more(observed)
    return (
        math.isclose(observed.constants.values["sigma2"], sample / batch.batch, rel_tol=1e-12)
        and observed.rho == observed.saturation.max()
        and assessing.observe(wild, 3, 1).diverged == 3
        and both.replicas == 5
        and math.isclose(both.squared_gradient.sum(), one.squared_gradient.sum() + observed.squared_gradient.sum())
    )


def _student_below(observed: Any, level: float) -> np.ndarray:  # noqa: ANN401
    return statistics.student_mean(observed, level, "lower")


def _scaled_level(name: str, change: Callable[[float], float]) -> Callable[[], AbstractContextManager[None]]:
    true = getattr(statistics, name)
    return partial(swapped, statistics, name, lambda values, level, *rest: true(values, change(level), *rest))


Decide = Callable[[float, float, float, float], str]


def _deciding(rule: Decide) -> Callable[[], AbstractContextManager[None]]:
    """Put another rule in the place of the decision; it gets the mean's bounds and the ends of the bound."""
    return partial(swapped, verdicts, "decide", rule)


def _bare(check: Check, ends: verdicts.Ends, evidence: verdicts.Evidence) -> Check:
    """Compare the mean itself, in the place of the whole decision."""
    ratio = ends.value / evidence.mean
    word: Verdict = "held" if evidence.mean <= ends.value else "violated"
    return dataclasses.replace(
        check, verdict=word, bound=ends.value, tightness=ratio, tightness_low=0.99 * ratio, tightness_high=1.01 * ratio
    )


def _always_held(*_: float) -> str:
    return "held"


def _alarm_at_the_low_end(lower: float, upper: float, least: float, _: float) -> str:
    return "violated" if lower > least else "held" if upper <= least else "inconclusive"


def _two_sided(lower: float, upper: float, least: float, most: float) -> str:
    return "violated" if lower > most or upper < least else "inconclusive"


def _exchanged(lower: float, upper: float, least: float, most: float) -> str:
    return "violated" if upper > most else "held" if lower <= least else "inconclusive"


def _handing(**changes: Callable[[Observations], Any]) -> Callable[[], AbstractContextManager[None]]:
    """Spoil what is handed over from a run."""
    true = observations.from_trajectories

    def wrong(runs: Any) -> Observations:  # noqa: ANN401
        found = true(runs)
        return dataclasses.replace(found, **{name: change(found) for name, change in changes.items()})

    return partial(swapped, assessing, "from_trajectories", wrong)


def _per_sample(found: Observations) -> Constants:
    values = found.constants.values
    return Constants({**values, "sigma2": 4 * values["sigma2"]}, found.constants.certified)


_TRUE_REFUSAL = verdicts._refusal
_TRUE_AND_MORE = Observations.and_more


def _refusing_only(word: str) -> Callable[[], AbstractContextManager[None]]:
    """Give no reason but those that contain `word`."""

    def refusal(*arguments: Any) -> str:  # noqa: ANN401
        reason = _TRUE_REFUSAL(*arguments)
        return reason if word in reason else ""

    return partial(swapped, verdicts, "_refusal", refusal)


def _not_refusing(word: str) -> Callable[[], AbstractContextManager[None]]:
    """Overlook the reasons that contain `word`."""

    def refusal(*arguments: Any) -> str:  # noqa: ANN401
        reason = _TRUE_REFUSAL(*arguments)
        return "" if word in reason else reason

    return partial(swapped, verdicts, "_refusal", refusal)


_PLANTS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "family: no multiplicity control": partial(
        swapped, statistics.Spending, "level", lambda self, _: 1 - self.confidence
    ),
    "family: Bonferroni over ten whatever the size": partial(
        swapped, statistics.Spending, "level", lambda self, _: (1 - self.confidence) / 10
    ),
    "family: the error spent in every block": partial(
        swapped, statistics.Spending, "level", lambda self, _: (1 - self.confidence) / self.first_block
    ),
    "family: every error spent whole at every look": partial(
        swapped, verdicts, "shares", lambda level: verdicts.Shares(40 * level, 40 * level)
    ),
    "alarm: Student for the bet": partial(swapped, statistics, "lower_mean", _student_below),
    "alarm: the mean for its lower bound": partial(
        swapped, statistics, "lower_mean", lambda observed, _: np.mean(observed, axis=-1)
    ),
    "alarm: the median for the mean": partial(
        swapped, statistics, "lower_mean", lambda observed, _: np.median(observed, axis=-1)
    ),
    "alarm: the largest replica": partial(
        swapped, statistics, "lower_mean", lambda observed, _: np.max(observed, axis=-1)
    ),
    "alarm: root of the level": _scaled_level("lower_mean", math.sqrt),
    "alarm: level read as confidence": _scaled_level("lower_mean", lambda level: 1 - level),
    "alarm: far too cautious": _scaled_level("lower_mean", lambda level: level**4),
    "alarm: never": partial(swapped, statistics, "lower_mean", lambda observed, _: np.zeros(np.shape(observed)[:-1])),
    "bet: stakes beyond all one has": partial(swapped, statistics, "STAKES", 1.5 * statistics.STAKES),
    "bet: starting capital twice": partial(swapped, statistics, "PRIOR", 4 * statistics.PRIOR),
    "bet: the smallest stake only": partial(swapped, statistics, "PRIOR", np.array([1e-12] * 7 + [1.0])),
    "ceiling: read off the observations": partial(
        swapped,
        statistics,
        "upper_mean",
        lambda observed, level, _: (
            np.max(observed, axis=-1) - statistics.lower_mean(np.max(observed, axis=-1)[..., None] - observed, level)
        ),
    ),
    "ceiling: upper bound is the mean": partial(
        swapped, statistics, "upper_mean", lambda observed, *_: np.mean(observed, axis=-1)
    ),
    "Student: quantile of two sides, level doubled": _scaled_level("student_mean", lambda level: 4 * level),
    "Student: spread of one replica": partial(
        swapped,
        statistics,
        "student_mean",
        lambda observed, _, side: np.mean(observed, -1) + (3 if side == "upper" else -3) * np.std(observed, -1),
    ),
    "Student: no spread": partial(swapped, statistics, "student_mean", lambda observed, *_: np.mean(observed, axis=-1)),
    "verdict: bare comparison of the mean": partial(swapped, verdicts, "_decide", _bare),
    "verdict: always held": _deciding(_always_held),
    "verdict: two-sided": _deciding(_two_sided),
    "verdict: upper and lower bound exchanged": _deciding(_exchanged),
    "verdict: alarm at the low end of the mean-square saturation": _deciding(_alarm_at_the_low_end),
    "verdict: tightness upside down": partial(swapped, verdicts, "_ratio", lambda bound, observed: observed / bound),
    "refusal: divergence overlooked": _not_refusing("diverged"),
    "refusal: saturation above the certified overlooked": _not_refusing("above"),
    "refusal: full saturation overlooked": _not_refusing("observed 1"),
    "refusal: measured constants taken for certified": _not_refusing("only measured"),
    "refusal: nothing is ever refused": _refusing_only("no such reason"),
    "refusal: a constant that is not proved taken for proved": partial(
        swapped, Constants, "proved", lambda self, *names: all(name in self.values for name in names)
    ),
    "certificate: broken ones overlooked": partial(swapped, Observations, "broken", lambda *_: []),
    "certificate: broken ones refused without an alarm": partial(swapped, verdicts, "_alarms", lambda _: []),
    "certificate: no room for the rounding of the comparison": partial(
        swapped, Certificate, "broken", property(lambda self: self.seen > self.proved)
    ),
    "condition: a-posteriori checks say nothing": partial(swapped, conditions, "of", lambda *_: ""),
    "condition: the family covers every check": partial(
        swapped, summary, "covered", lambda result: bool(result.applied)
    ),
    "condition: normal noise taken for bounded": partial(swapped, Blocks, "bounded_noise", property(lambda _: True)),
    "rounding: floating point taken for exact": partial(swapped, rounding, "of", lambda *_: rounding.EXACT),
    "rounding: held although it could move the bound": partial(swapped, rounding, "SHARE", math.inf),
    "rounding: an alarm within its reach": partial(
        swapped, perturbed, "inputs", lambda form, known, _, of=perturbed.inputs: (of(form, known, 0.0)[0],) * 2
    ),
    "saturation: the ceiling of its mean square read off the run": partial(
        swapped, verdicts, "_ceiling", lambda observed: observed.rho**2
    ),
    "assumptions: saturation never violated": partial(
        swapped, assumptions, "_EXAMINERS", {**assumptions._EXAMINERS, "saturation": lambda _: ("certified", "")}
    ),
    "saturation: the mean over replicas for the largest": partial(
        swapped, Observations, "rho", property(lambda self: float(self.saturation.mean()))
    ),
    "looks: the same seed again": partial(swapped, assessing, "look_seed", lambda setting, _: setting.seed),
    "looks: the setting's seed forgotten": partial(swapped, assessing, "look_seed", lambda _, look: look),
    "looks: earlier replicas thrown away": partial(swapped, Observations, "and_more", lambda _, more: more),
    "looks: replicas counted twice": partial(
        swapped, Observations, "and_more", lambda self, more: _TRUE_AND_MORE(_TRUE_AND_MORE(self, more), more)
    ),
    "batch: variance of one sample": _handing(constants=_per_sample),
    "divergence: dropped without a word": _handing(diverged=lambda _: 0),
    "planning: replicas for half the power": partial(swapped, statistics, "replicas_needed", lambda *_: 8),
}
"""What is planted, by what is wrong."""


def faults() -> Iterator[Fault]:
    """Yield every fault of the statistics."""
    for name, plant in _PLANTS.items():
        yield Fault(name, AREA, plant)
