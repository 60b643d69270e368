"""What a setting and a family of them are, and the rules by which step size and saturation level are chosen."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
from hypothesis import strategies as st

from simulate import problems
from simulate.run import LEFT_OUT, Run
from theory.setting import devices
from verify.sweep import axes
from verify.sweep.axes import Draw


@dataclass(frozen=True)
class Setting(Run):
    """A run with its place in a sweep; `replicas` are those of the first look, and each further look doubles them.

    Args:
        id: index in its sweep.
        family: which family it was drawn from.
        free_lags: whether the lags were drawn, so that they need not be those of a schedule.

    """

    id: int = field(default=0, kw_only=True)
    family: str = field(default="", kw_only=True)
    free_lags: bool = field(default=False, kw_only=True)

    @property
    def stages(self) -> int:
        """Return M."""
        return self.problem.stages

    @property
    def problem_settings(self) -> dict[str, Any]:
        """Return what `simulate.problems.make` takes beside the problem's name and its stages."""
        return self.problem.settings

    def make_problem(self) -> problems.Problem:
        """Return the problem that is run, made anew."""
        return problems.rebuild(self.problem.describe())

    def afresh(self, **changes: Any) -> Self:  # noqa: ANN401 - values of fields
        """Return the setting with other values, its problem made anew and, unless they were drawn, its lags too."""
        anew: dict[str, Any] = {"problem": self.make_problem(), "lags": self.lags if self.free_lags else LEFT_OUT}
        return replace(self, **(anew | changes))

    def as_dict(self) -> dict[str, Any]:
        """Return plain data from which `from_dict` makes the setting again."""
        rest = {name: value for name, value in self.describe().items() if name not in ("id", "family", "problem")}
        problem = {"problem": self.problem.name, "stages": self.stages, "problem_settings": self.problem_settings}
        return {"id": self.id, "family": self.family, **problem, **rest}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the setting that `as_dict` described, also after a passage through JSON."""
        problem = {"name": data["problem"], "stages": data["stages"], **data["problem_settings"]}
        return cls.from_description({**data, "problem": problem})


@dataclass(frozen=True)
class Family:
    """Settings of one kind.

    Args:
        name: as on the command line.
        summary: one line for people.
        axes: what is drawn.
        build: turns a draw into a setting (id and seed are filled in afterwards).
        ladder: values of K that settings drawn one after the other take in turn, all else but their seeds equal;
            empty if every setting is drawn by itself.

    """

    name: str
    summary: str
    axes: Mapping[str, axes.Axis]
    build: Callable[[Draw], Setting]
    ladder: tuple[int, ...] = ()

    def make(self, draw: Draw, identity: int = 0, seed: int = 0) -> Setting:
        """Return the setting of a draw."""
        return replace(self.build(draw), id=identity, family=self.name, seed=seed)

    def strategy(self) -> st.SearchStrategy[Setting]:
        """Return the family for Hypothesis, seeds included."""
        seeds = st.integers(0, 2**32 - 1)
        return st.builds(lambda draw, seed: self.make(draw, seed=seed), axes.strategy(self.axes), seeds)


def replicas_of(budget: float, iterations: int, cost: float, least: int, most: int) -> int:
    """Return as many replicas as a budget of weight-updates allows: from the sizes alone."""
    return int(min(max(budget / (iterations * cost), least), most))


def step_size(constants: Mapping[str, float | None], x: float, share: float, saturation: float) -> float:
    """Return alpha with alpha L <= x and q at most `share` of what the domain allows up to `saturation`."""
    smoothness, delay = constants["L"] or 0.0, constants["Lambda1"] or 0.0
    allowed = share * math.sqrt((1 - x) * (1 - saturation**2))
    by_lag = allowed / ((1 + saturation) * delay) if delay > 0 else math.inf
    return min(x / smoothness, by_lag)


def largest_weight(problem: problems.Problem) -> float:
    """Return the largest |W_0,i|, in w."""
    return max(float(np.max(np.abs(stage))) for stage in problem.initial_weights())


def weight_range(
    problem: problems.Problem,
    alpha: float,
    lags: Sequence[int],
    sigma2: float,
    make: Callable[[float], devices.Device] = lambda tau: devices.make("ald", tau),
) -> float:
    """Return how far the weights go: the certified box of a device far too large, else a guess from the noise.

    Args:
        problem: what is trained.
        alpha: step size.
        lags: d_1,...,d_M.
        sigma2: of one step.
        make: returns the device with a saturation level.

    """
    start = largest_weight(problem)
    minimiser = getattr(problem, "minimiser", None)
    target = 0.0 if minimiser is None else float(np.max(np.abs(minimiser)))
    guess = max(start, target) + 2 * math.sqrt(alpha * sigma2)
    far = 1e3 * guess
    certified = problem.certified_saturation(alpha, make(far), lags)
    return guess if certified is None else max(certified * far, guess)
