"""Judged settings as tests want them, without running anything."""

import math
from dataclasses import replace
from typing import Any

from verify.judging.assumptions import Finding
from verify.judging.checks import Basis, Check, CheckName, EvidenceSummary, Verdict
from verify.judging.norms import ConstantsSource
from verify.judging.observations import Constants
from verify.judging.rounding import EXACT
from verify.sweep.drawn import Setting
from verify.sweep.judged import JudgedSetting

EVIDENCE = EvidenceSummary(
    replicas=25,
    mean=1.0,
    stderr=0.01,
    lower=0.9,
    lower_method="betting",
    upper=1.1,
    upper_method="student",
    interval_95=(0.95, 1.05),
    max_saturation=0.3,
    passing_probability_95=0.1,
    mean_square_saturation=0.05,
    mean_square_saturation_upper=0.06,
    mean_square_saturation_method="betting",
    rounding=EXACT,
    smallest_detectable_violation=0.3,
    level=1e-5,
)


def check(basis: Basis, tightness: float, verdict: Verdict = "held", form: str = "sharp") -> Check:
    """Return a check; a tightness of nan was not applied."""
    word: Verdict = "not applied" if math.isnan(tightness) and verdict == "held" else verdict
    return Check(CheckName(form, basis), word, form, tightness, 1.0, tightness, tightness, tightness)


def source(norms: str, tightness: float) -> ConstantsSource:
    """Return the constants of a network from one source of its norms, with the headline check."""
    return ConstantsSource(norms, (1.0,), {}, (check("a-posteriori", tightness),))


def judged(
    identity: int = 0,
    checks: tuple[Check, ...] = (check("a-priori", 1.5), check("a-posteriori", 1.5)),
    *,
    family: str = "quadratic",
    problem: str = "quadratic",
    iterations: int = 10**4,
    **changes: Any,
) -> JudgedSetting:
    """Return a judged setting; its verdict is the gravest of its checks."""
    described = {"id": identity, "family": family, "problem": problem, "stages": 1, "problem_settings": {}}
    described |= {"algorithm": "analog-sgd", "alpha": 0.1, "tau": math.inf}
    setting = Setting.from_dict({**described, "iterations": iterations, "replicas": 8, "seed": 1})
    known = Constants({"L": 2.0, "K": iterations}, {"L": True, "K": True})
    found = JudgedSetting(setting, known, EVIDENCE, 1, (Finding("smooth", "certified", "L = 2"),), checks, (), 0.1)
    return replace(found, **changes)
