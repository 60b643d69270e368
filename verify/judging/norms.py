"""A network's constants twice: from norms that the saturation box certifies, and from norms that the run showed.

Certified: `certificates.box`. Otherwise the largest norm2(W^(m)) of any replica: measured if every step was looked at,
else sampled. Both go through the same theorem (network.*) and into the same bound; sigma2 and rho are those of the run
in both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from boundary import json_number
from simulate.run import Run
from verify.judging import certificates, verdicts
from verify.judging.checks import HEADLINE, Check
from verify.judging.observations import Constants, Observations, of_network

NAMES = ("L", "Lambda1", "Lambdah")
"""The constants that follow from the norms."""


@dataclass(frozen=True)
class ConstantsSource:
    """A network's constants from one source of its norms, and every bound with them.

    Neither side is an a-priori check: sigma2 and rho are those that the run showed.

    Args:
        norms: certified, measured (at every step) or sampled.
        w: bounds of norm2(W^(m)), in w; empty if there are none.
        values: L, Lambda1, Lambdah, in f/w^2; empty if there are none.
        checks: the a-posteriori forms of `verdicts.FORMS`, or `checks.HEADLINE` alone and why none can be applied.

    """

    norms: str
    w: tuple[float, ...]
    values: Mapping[str, float]
    checks: tuple[Check, ...]

    @property
    def check(self) -> Check:
        """Return the check that stands for all."""
        return next(check for check in self.checks if check.name == HEADLINE)

    def to_json(self) -> dict[str, Any]:
        """Return the constants and the checks as plain data."""
        checks = [check.to_json() for check in self.checks]
        return {"norms": self.norms, "w": list(self.w), "values": dict(self.values), "checks": checks}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "ConstantsSource":
        """Return what `to_json` described, also after a passage through JSON."""
        values = {name: json_number(value) for name, value in data["values"].items()}
        checks = tuple(map(Check.from_json, data["checks"]))
        return cls(data["norms"], tuple(map(json_number, data["w"])), values, checks)


def sides(run: Run, observed: Observations, level: float) -> tuple[ConstantsSource, ...]:
    """Return the certified and the observed constants of a network's run, where a theorem gives them; else nothing."""
    problem = run.problem
    if not problem.stage_data:
        return ()
    box, refusal = certificates.box(run, problem)
    with np.errstate(over="ignore", invalid="ignore"):  # of a box so large that nothing follows from it
        certified = of_network(run, problem.stage_data, box) if box else {}
    seen = {name: observed.constants.values[name] for name in NAMES if observed.stage_norms}
    return (
        _side("certified", box, certified, refusal, observed, level),
        _side(observed.seen, observed.stage_norms, seen, "every replica diverged", observed, level),
    )


def _side(
    norms: str,
    w: Sequence[float],
    values: Mapping[str, float],
    refusal: str,
    observed: Observations,
    level: float,
) -> ConstantsSource:
    if not w:
        refused = Check(HEADLINE, "not applied", verdicts.FORMS[0].theorem, reason=refusal)
        return ConstantsSource(norms, (), {}, (refused,))
    known = observed.constants
    certified = {**known.certified, **dict.fromkeys(values, norms == "certified")}
    seen = replace(observed, constants=Constants({**known.values, **values}, certified))
    checks = (check for check in verdicts.confront(seen, level).checks if check.name.basis == "a-posteriori")
    return ConstantsSource(norms, tuple(w), values, tuple(checks))
