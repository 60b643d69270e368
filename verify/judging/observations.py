"""What a setting's runs showed, joined with what is known of it beforehand."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from boundary import json_number
from simulate import invariant
from simulate.results import RunResult
from simulate.run import Run
from theory.setting import algorithms
from theory.setting.devices import Distortion
from theory.theorems import network, second_order
from theory.theorems.statement import AVERAGE_GAP, AVERAGE_SQUARED_GRADIENT, LAST_GAP, BoundedQuantity
from verify.judging import certificates, joint, mean_steps, response, rounding, statistics, storage
from verify.judging.certificates import Certificate
from verify.judging.mean_steps import MeanSteps
from verify.judging.response import LINEAR, DeviceResponse
from verify.judging.rounding import Rounding
from verify.judging.storage import Linear
from verify.judging.tubes import Stopped

Array = NDArray[np.float64]

LEVEL_OF_DIRECTION = 1e-6
"""How often the mean square of a direction, where nothing bounds one, may be missed."""
EVERY_STEP = "at every step"


OF_DEVICE = ("rho", "gain", "V", "qmax", "theta1")
"""Constants that hold on a range of weights."""


@dataclass(frozen=True)
class Constants:
    """The numbers the bounds take, and where they come from.

    Args:
        values: by name: L, sigma2, Delta, alpha, K, Lambda1, Lambdah, D, J, F0, and where known nu, Ln, rho, gain, V,
            qmax, ell, ell1, nuhat, H2, HJ, Gamma, theta1, chi2; units as in `theory.setting.symbols`. A missing name is
            unknown. rho is gamma, the distortion of the device on the certified range of weights, gain its Fbar there,
            1 where it is missing, and theta1 how fast its drift changes there.
        certified: by the same names: proved from the problem's data, the schedule and the device (True), or only seen.

    """

    values: Mapping[str, float]
    certified: Mapping[str, bool]

    def proved(self, *names: str) -> bool:
        """Return whether every one of these is known and certified."""
        return all(name in self.values and self.certified.get(name, False) for name in names)

    def to_json(self) -> dict[str, Any]:
        """Return values and what is certified, as plain data."""
        return {"constants": dict(self.values), "certified": dict(self.certified)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Constants":
        """Return what `to_json` described, also after a passage through JSON."""
        return cls({name: json_number(value) for name, value in data["constants"].items()}, dict(data["certified"]))

    def larger(self, other: "Constants") -> "Constants":
        """Return each constant's larger value: what was seen is a largest value over replicas."""
        return Constants({name: max(value, other.values[name]) for name, value in self.values.items()}, self.certified)

    @property
    def gain(self) -> float:
        """Return Fbar on the certified range of weights."""
        return self.values.get("gain", 1.0)

    def without(self, *names: str) -> "Constants":
        """Return what is known but for some constants."""
        values = {key: value for key, value in self.values.items() if key not in names}
        return Constants(values, {key: proved for key, proved in self.certified.items() if key not in names})

    def with_seen(self, name: str, value: float) -> "Constants":
        """Return what is known and one constant more, that was only seen."""
        return Constants({**self.values, name: float(value)}, {**self.certified, name: False})

    def take(self, *names: str) -> dict[str, float]:
        """Return the values of `names`, all of which are known."""
        return {name: self.values[name] for name in names}


@dataclass(frozen=True)
class Observations:
    """One number a replica for everything the bounds speak of.

    Args:
        squared_gradient: (1/K) sum over k of norm(grad f(W_k))^2, shape (R,) without those that diverged, in (f/w)^2.
        saturation: max over k and i of |W_k,i|/tau, shape (R,).
        square_saturation: what the saturation-adaptive form puts in the place of rho^2 beside sigma^2, shape (R,).
        diverged: replicas that left the numbers' range or the device's.
        constants: what is known.
        algorithm: its name.
        stage_norms: of a network, the largest norm2(W^(m)) that any replica showed, M values in w; else empty.
        sampling: at which steps sigma2 and the norms were looked at, in words; saturation is looked at at every step.
        rounding: bounds on what floating point did to the runs.
        certificates: what was proved beforehand but the saturation, each with what the runs showed.
        bounded_noise: whether no sample's noise is arbitrarily large; None where the problem does not say.
        response: what the device makes of increments; a digital run has the linear one.
        certified_saturation: s with |W_k| <= s tau, proved of a run on another device than the linear one, whose s is
            the constant rho; else None.
        covered: whether the theorems speak of the algorithm's steps.
        falling_step: why the steps do not all have one size, in words; empty where they have.
        independent_draws: whether the problem declares independent samples whose gradients have the right mean.
        average_gap: (1/K) sum over k < K of f(W_k) - f*, shape (R,), in f; empty where it was not looked at.
        last_gap: f(W_K) - f*, shape (R,), in f; empty where it was not looked at.
        unstaged: of a network, why no theorem gives its L; empty where one does, and of other problems.
        noise: returns sigma2 and nu of a step, certified while no weight is beyond a saturation (`joint.noise`).
        linear: the run's numbers, where its directions are linear (`storage`); else None.
        mean_steps: what was measured of the mean step, where a run asks for it (`mean_steps`); else None.
        stopped: of all replicas, up to where they left a tube that was fixed before them; None if there is none.

    """

    squared_gradient: Array
    saturation: Array
    square_saturation: Array
    diverged: int
    constants: Constants
    algorithm: str
    stage_norms: tuple[float, ...] = ()
    sampling: str = EVERY_STEP
    rounding: Rounding = rounding.EXACT
    certificates: tuple[Certificate, ...] = ()
    bounded_noise: bool | None = True
    response: DeviceResponse = LINEAR
    certified_saturation: float | None = None
    covered: bool = True
    independent_draws: bool = True
    average_gap: Array = field(default_factory=lambda: np.empty(0))
    last_gap: Array = field(default_factory=lambda: np.empty(0))
    falling_step: str = ""
    unstaged: str = ""
    noise: Callable[[float], Mapping[str, float]] = field(default=lambda _: {}, compare=False, repr=False)
    linear: Linear | None = field(default=None, compare=False, repr=False)
    stopped: Stopped | None = field(default=None, compare=False, repr=False)
    mean_steps: MeanSteps | None = field(default=None, compare=False, repr=False)

    @property
    def seen(self) -> Literal["measured", "sampled"]:
        """Return what a constant is that the runs showed and nothing proves: measured, or only sampled."""
        return "measured" if self.sampling == EVERY_STEP else "sampled"

    def broken(self, *constants: str) -> list[Certificate]:
        """Return the certificates of these constants (all if none is named) that the runs contradict."""
        held = self.certificates
        proved = self.proved_saturation
        if proved is not None:
            # an analog replica that diverged left the device's range; a digital one (proved = 0) has none
            held = (*held, certificates.saturation(proved, math.inf if self.diverged and proved > 0 else self.rho))
        return [one for one in held if one.broken and (not constants or one.constant in constants)]

    @property
    def proved_saturation(self) -> float | None:
        """Return s with |W_k| <= s tau, certified, or None."""
        if self.certified_saturation is not None:
            return self.certified_saturation
        return self.constants.values["rho"] if self.response.linear and self.constants.proved("rho") else None

    @property
    def met(self) -> Distortion | None:
        """Return (gamma, Fbar) on the weights that the runs met, or None where they are not known."""
        return self.response.on(self.rho)

    @property
    def noise_met(self) -> Mapping[str, float]:
        """Return sigma2 and nu of a step, certified on the weights that the runs met; empty where unknown."""
        return self.noise(self.rho) if self.replicas and not self.diverged else {}

    @property
    def direction(self) -> float:
        """Return R with R^2 at least the mean square of a direction, in f/w; inf with lags, whose directions are stale.

        Without lag a direction is the gradient and noise; its mean square is A + sigma^2, with A of the runs.
        """
        known = self.constants.values
        if known.get("Lambda1") != 0 or "sigma2" not in known or self.replicas < 2:
            return math.inf
        A = float(statistics.student_mean(self.squared_gradient, LEVEL_OF_DIRECTION, "upper"))
        return math.sqrt(self.rounding.raised(A) + known["sigma2"])

    @property
    def replicas(self) -> int:
        """Return R."""
        return len(self.squared_gradient)

    @property
    def rho(self) -> float:
        """Return the largest saturation any replica showed."""
        return float(self.saturation.max(initial=0.0))

    def and_more(self, more: "Observations") -> "Observations":
        """Return these replicas and then those, of the same setting."""
        return replace(
            self,
            squared_gradient=np.concatenate([self.squared_gradient, more.squared_gradient]),
            saturation=np.concatenate([self.saturation, more.saturation]),
            square_saturation=np.concatenate([self.square_saturation, more.square_saturation]),
            diverged=self.diverged + more.diverged,
            constants=self.constants.larger(more.constants),
            stage_norms=tuple(map(max, self.stage_norms, more.stage_norms)),
            rounding=self.rounding.larger(more.rounding),
            certificates=_worse(self.certificates, more.certificates),
            average_gap=np.concatenate([self.average_gap, more.average_gap]),
            last_gap=np.concatenate([self.last_gap, more.last_gap]),
            mean_steps=None if self.mean_steps is None else self.mean_steps.and_more(more.mean_steps),
            stopped=None if self.stopped is None else self.stopped.and_more(more.stopped),
        )


@dataclass(frozen=True)
class Observable:
    """How a quantity that theorems bound is seen in runs, and what may be concluded of its mean.

    It is a nonnegative number of each replica, so a lower confidence bound needs no distribution (a bet), and the upper
    one is Student's over replicas; both are widened by what the rounding of a measurement may amount to.

    Args:
        quantity: that is seen.
        values: one a replica, shape (R,), >= 0.
        lowered: a mean at least this large is certain, given the measured one.
        raised: no larger mean can be behind the measured one.

    """

    quantity: BoundedQuantity
    values: Callable[[Observations], Array]
    lowered: Callable[[Rounding, float], float]
    raised: Callable[[Rounding, float], float]


def _gap_lowered(rounded: Rounding, mean: float) -> float:
    return max(mean - rounded.value, 0.0)


def _gap_raised(rounded: Rounding, mean: float) -> float:
    return mean + rounded.value


SQUARED_GRADIENT = Observable(
    AVERAGE_SQUARED_GRADIENT, lambda observed: observed.squared_gradient, Rounding.lowered, Rounding.raised
)
"""The one that every setting is judged by."""

OBSERVABLES: Mapping[str, Observable] = {
    observable.quantity.name: observable
    for observable in (
        SQUARED_GRADIENT,
        # a gap that lies below 0 does so by the rounding of f, for which both ends are widened
        Observable(AVERAGE_GAP, lambda observed: np.maximum(observed.average_gap, 0), _gap_lowered, _gap_raised),
        Observable(LAST_GAP, lambda observed: np.maximum(observed.last_gap, 0), _gap_lowered, _gap_raised),
    )
}
"""By the name of the quantity."""


def _worse(some: Sequence[Certificate], others: Sequence[Certificate]) -> tuple[Certificate, ...]:
    """Return the certificates of two looks at one setting; a look whose replicas all diverged has none."""
    if len(some) != len(others):
        return tuple(some) or tuple(others)
    return tuple(one.worse(other) for one, other in zip(some, others, strict=True))


def from_trajectories(runs: RunResult) -> Observations:
    """Join what a run showed with what was known of it; replicas that diverged are counted, not averaged.

    The mean of B samples has variance sigma^2/B; Ln and the mean-square saturation are ratios and stay.
    """
    sound = np.ones(len(runs.mean_squared_gradient), dtype=bool)
    sound[[one.replica for one in runs.diverged]] = False
    known = constants(runs)
    variance = runs.facts.values.get("sigma2")
    reached = response.of(runs.run)
    rounded = rounding.of(runs, known.values, reached)
    certified = None if reached.linear else runs.certified_saturation
    if invariant.ROUNDING * runs.run.tau < runs.run.alpha * rounded.direction < math.inf:
        # a step may round by more than the proof leaves room for
        of_range = () if runs.facts.stage_data or runs.facts.values.get("Gamma") is not None else ("Gamma",)
        known, certified = known.without(*OF_DEVICE, *of_range), None
        if variance is None and known.proved("sigma2"):  # it was certified on that range
            known = known.without("sigma2", "nu").with_seen("sigma2", runs.measured["sigma2"] / runs.run.batch)
    if variance is None and known.proved("sigma2"):
        variance = known.values["sigma2"] * runs.run.batch * (1 + 4 * float(np.finfo(np.float64).eps))
    proved = {name: value for name, value in known.values.items() if known.proved(name)}
    if "sigma2" in proved:
        proved["sigma2"] = float(variance or 0.0)
    square = runs.mean_square_saturation
    if variance:  # coordinates count by their share of the noise: the sharper form of the floor
        square = runs.weighted_square_saturation / variance
    return Observations(
        runs.mean_squared_gradient[sound],
        runs.max_saturation[sound],
        square[sound],
        len(runs.diverged),
        known,
        runs.run.algorithm,
        tuple(float(norm) for norm in runs.measured.get("w", ())),
        runs.sampling,
        rounded,
        (*certificates.of(runs, proved, rounded), *certificates.on_range(runs)),
        True if math.isinf(runs.run.tau) else reached.bounded and runs.run.problem.bounded_noise,
        reached,
        certified,
        algorithms.named(runs.run.algorithm).covered,
        runs.run.problem.independent_draws,
        average_gap=runs.curve.loss.mean(axis=0)[sound] - runs.run.problem.lower_bound,
        last_gap=runs.final_value[sound] - runs.run.problem.lower_bound,
        falling_step=_falling(runs.run),
        unstaged=runs.run.problem.unstaged,
        noise=partial(joint.noise, runs.run),
        linear=storage.of(runs.run),
        mean_steps=mean_steps.of(runs, sound),
    )


def _falling(run: Run) -> str:
    """Return why the steps of a run do not all have one size, or nothing."""
    if "step_size" in algorithms.named(run.algorithm).own:
        return f"the algorithm {run.algorithm} has step sizes of its own, and every theorem is of one alpha"
    if run.constant_step:
        return ""
    last = run.step_size(run.iterations - 1)
    return f"decay lowers the step size from {run.alpha:g} to {last:.6g}, and every theorem is of one alpha"


def constants(runs: RunResult) -> Constants:
    """Return what is known of a run; of a quadratic without looking at its outcome, of a network partly from it.

    A digital device has rho = 0 by definition; any other has gamma and Fbar on the weights that it provably keeps to. A
    network's L and Lambda follow from its stage data by theorem, given bounds w_m of its weights' norms; these, and
    the noise variance, are the largest that the run showed at the steps of `RunResult.sampling`. Where the problem
    bounds the variance on a range of weights, and that range is certified, the variance is.
    """
    run, facts = runs.run, runs.facts
    values = {name: float(value) for name, value in facts.values.items() if value is not None}
    certified = {name: bool(facts.certified.get(name, False)) for name in values}
    if facts.stage_data and "w" in runs.measured:
        values |= {
            **of_network(runs.run, facts.stage_data, runs.measured["w"]),
            "sigma2": float(runs.measured["sigma2"]),
        }
        certified |= dict.fromkeys(values, False)
    on_range = {} if "sigma2" in values or math.isinf(run.tau) else joint.noise(run, runs.certified_saturation)
    if "sigma2" not in values and "sigma2" in runs.measured:
        values["sigma2"], certified["sigma2"] = float(runs.measured["sigma2"]), False
    if "sigma2" in values:
        values["sigma2"] /= run.batch
    for name in {"nu", "nuhat"} & values.keys() if run.batch > 1 else ():  # linear in the noise of a step; rounded up
        values[name] *= (1 + 4 * float(np.finfo(np.float64).eps)) / math.sqrt(run.batch)
    values |= on_range  # of a step already
    certified |= dict.fromkeys(on_range, True)
    if "chi2" in values:
        values["chi2"] = joint.noise_shape(run)
    start = {"Delta": runs.initial_gap, "alpha": run.alpha, "K": run.iterations, **joint.start(run)}
    if _falling(run):  # then there is no alpha that a bound could take
        start.pop("alpha")
    values |= start
    certified |= dict.fromkeys(start, True)
    saturation = 0.0 if math.isinf(run.tau) else runs.certified_saturation
    reached = response.of(run)
    distortion = None if saturation is None else reached.on(saturation)
    if distortion is not None:
        values["rho"], certified["rho"] = distortion.gamma, True
        if distortion.gain != 1:
            values["gain"], certified["gain"] = distortion.gain, True
        found = reached.granularity(saturation or 0.0)
        if found is not None and not reached.biased(saturation or 0.0):
            values |= {"V": found.V, "qmax": found.qmax}
            certified |= {"V": True, "qmax": True}
    more = joint.on(reached, saturation, distortion)
    values = {**more, **values}
    certified = {**dict.fromkeys(more, True), **certified}
    return Constants(values, certified)


def of_network(run: Run, stage_data: Mapping[str, Any], w: Sequence[float]) -> dict[str, float]:
    """Return what Theorems 1 and 4 take of a network's run, given bounds w_m of its stages' spectral norms.

    L, Lambda1, Lambdah, ell, ell1, Gamma, and H2 and HJ where the third derivatives of activation and loss are bounded.
    """
    found = network.constants(stage_data, w)
    stashed = algorithms.named(run.algorithm).stashed
    lags = run.lags or ()
    more = vars(second_order.constants(stage_data, w, stashed=stashed))
    if run.problem.bounded_noise is False:  # what is added to a sample's direction passes every Gamma some time
        more = {**more, "Gamma": None}
    return {
        **{name: value for name, value in more.items() if value is not None},
        "L": found.L,
        "Lambda1": found.Lambda1(lags, stashed=stashed),
        "Lambdah": found.Lambdah(lags, stashed=stashed),
    }
