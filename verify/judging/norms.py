"""A network's constants twice: from norms that the saturation box certifies, and from norms that the run showed.

Certified: `certificates.box`. Otherwise the largest norm2(W^(m)) of any replica: measured if every step was looked at,
else sampled. Both go through the same theorem (network.*) and into the same bound; sigma2 and rho are those of the run
in both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from simulate.problems.network import Network
from simulate.run import Run
from verify.judging import certificates, verdicts
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
        checks: the a-posteriori forms of `verdicts.FORMS`, or `verdicts.HEADLINE` alone and why none can be applied.

    """

    norms: str
    w: tuple[float, ...]
    values: Mapping[str, float]
    checks: tuple[verdicts.Check, ...]

    @property
    def check(self) -> verdicts.Check:
        """Return the check that stands for all."""
        return next(check for check in self.checks if check.claim == verdicts.HEADLINE)


def sides(run: Run, observed: Observations, level: float) -> tuple[ConstantsSource, ...]:
    """Return the certified and the observed side of a network's run; nothing for other problems."""
    problem = run.problem
    if not isinstance(problem, Network):
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
        return ConstantsSource(norms, (), {}, (verdicts.Check(verdicts.HEADLINE, "not applied", reason=refusal),))
    known = observed.constants
    certified = {**known.certified, **dict.fromkeys(values, norms == "certified")}
    seen = replace(observed, constants=Constants({**known.values, **values}, certified))
    checks = (check for check in verdicts.confront(seen, level).checks if check.claim.endswith("/a-posteriori"))
    return ConstantsSource(norms, tuple(w), values, tuple(checks))
