"""What a run leaves behind: one number per replica and measure, and everything needed to make it again."""

import io
import platform
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any

import numpy as np
from numpy.typing import NDArray

import boundary
from boundary import digest
from simulate.drift import Drift
from simulate.ranges import Ranges
from simulate.run import EQUAL, Run
from theory.setting.objectives import Facts

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """Averages over equally long bins of time, for figures.

    Args:
        times: centre of each bin in iterations, shape (bins,).
        squared_gradient: norm(grad f(W_k))^2 averaged over the bin, shape (bins, replicas), in (f/w)^2.
        loss: f(W_k) averaged over the bin, shape (bins, replicas), in f.

    """

    times: Vector
    squared_gradient: Vector
    loss: Vector


@dataclass(frozen=True)
class Accuracy:
    """Share of rows whose class is answered rightly, by part: `train`, and `test` where rows are held out.

    Args:
        final: at W_K, shape (replicas,), nan for a replica that diverged.
        curve: averaged over the bins of `RunResult.curve`, at its measuring times, shape (bins, replicas).

    """

    final: dict[str, Vector]
    curve: dict[str, Vector]

    def to_json(self, times: Vector) -> dict[str, Any]:
        """Return means over replicas and the values of each; `test` is null where no rows are held out."""
        means = {part: self.final[part].mean() if part in self.final else None for part in ("train", "test")}
        curves = {part: self.curve[part].mean(axis=1) if part in self.curve else None for part in ("train", "test")}
        return {**means, "per_replica": self.final, "curve": {"times": times, **curves}}


@dataclass(frozen=True)
class Divergence:
    """A replica that left the finite numbers or the device's range, at which step and stage (from 1)."""

    replica: int
    step: int
    stage: int


@dataclass(frozen=True)
class RunResult:
    """The measured outcome of a run; arrays have one entry per replica, nan for a replica that diverged.

    Averages over k < K marked "sampled" come from one uniform time per stratum of `run.measure_every` steps, and per
    piece of the first one where `run.strata` is graded, drawn independently for every replica: their expectation is
    that of the average over all k, exactly, and they *are* that average if measure_every = 1.

    Args:
        run: the full configuration; running it again gives the same bits.
        mean_squared_gradient: (1/K) sum over k < K of norm(grad f(W_k))^2, sampled, in (f/w)^2.
        max_saturation: max over k <= K and i of |W_k,i|/tau, over every step; 0 for a digital run.
        mean_square_saturation: (1/K) sum over k < K of max_i (W_k,i/tau)^2, sampled.
        weighted_square_saturation: (1/K) sum over k and i of (W_k,i/tau)^2 sigma_i^2(W_k), sampled, in (f/w)^2.
        mean_variance: (1/K) sum over k < K of sigma^2(W_k), one sample's noise variance, sampled, in (f/w)^2.
        max_variance: largest sigma^2(W_k) at the times of `sampling`; no bound of those between.
        least_value: smallest f(W_k) at those times; of problems whose kernel sums every step, the smallest mean over a
            part of a bin of the curve.
        largest_weight: largest |W_k,i|, in w: over every step of an analog run; of a digital one at W_0, at the end of
            every block of steps, and at every step where NumPy makes them.
        stage_variances: shape (M,): mean over replicas of sigma_m^2(W_k) averaged over k < K, sampled.
        final_value: f(W_K).
        curve: averages over bins of time.
        initial_gap: Delta = f(W_0) - f*, in f.
        facts: what the problem knows of itself for these lags (of one sample, whatever the batch).
        measured: what was seen along the run and could not be certified: rho at every step; sigma2 and for a network w,
            the largest norm2(W^(m)), at the times of `sampling`.
        certified_saturation: rho that provably holds, or None.
        accuracy: of a problem with classes, at W_K and along the run; else None.
        ranges: of every weight in every bin of time, over every step, if `run.ranges` asks for bins; else None.
        drift: of the mean step given the past, if `run.drift` asks for looks at it and its law is known; else None.
        diverged: the replicas that diverged; none of them enters a mean.
        seconds: wall time of the steps, without compiling and without reading a checkpoint.
        timed: iterations made in that time, fewer than K if the run went on from a checkpoint.

    """

    run: Run
    mean_squared_gradient: Vector
    max_saturation: Vector
    mean_square_saturation: Vector
    weighted_square_saturation: Vector
    mean_variance: Vector
    max_variance: Vector
    least_value: Vector
    largest_weight: Vector
    stage_variances: Vector
    final_value: Vector
    curve: Curve
    initial_gap: float
    facts: Facts
    measured: dict[str, Any]
    certified_saturation: float | None
    accuracy: Accuracy | None = None
    ranges: Ranges | None = None
    drift: Drift | None = None
    diverged: tuple[Divergence, ...] = ()
    seconds: float = field(default=0.0, compare=False)
    timed: int = field(default=0, compare=False)

    @property
    def sampling(self) -> str:
        """Return at which steps noise variance, value and norms were looked at, in words."""
        every = self.run.measure_every
        if every == 1:
            return "at every step"
        words = f"at W_0, W_K and one time, drawn at random, in every {every} steps"
        if self.run.strata == EQUAL:
            return words
        return f"{words} (of the first {every}, one in each of the pieces of 1, 1, 2, 4, ... steps)"

    @property
    def replica_steps_per_second(self) -> float:
        """Return replicas times iterations over the wall time of drawing, stepping and measuring.

        Compilation is not in it: what a run needs compiled is compiled, by one step of one replica that is thrown
        away, before the clock starts. nan where no step was left to make.
        """
        return self.run.replicas * self.timed / self.seconds if self.seconds > 0 and self.timed else float("nan")

    def to_json(self) -> dict[str, Any]:
        """Return the result with the keys of the command line; means are null if any replica diverged."""
        count = self.run.replicas
        observed = self.mean_squared_gradient
        values = dict(self.facts.values)
        certified = dict(self.facts.certified)
        for name, value in self.measured.items():
            if values.get(name) is None:
                values[name], certified[name] = value, False
        values["rho"], certified["rho"] = (
            (self.measured["rho"], False) if self.certified_saturation is None else (self.certified_saturation, True)
        )
        return {
            "problem": self.run.problem.name,
            "algorithm": self.run.algorithm,
            "iterations": self.run.iterations,
            "replicas": count,
            "mean_squared_gradient": {
                "mean": float(np.mean(observed)),
                "stderr": float(np.std(observed, ddof=1) / np.sqrt(count)) if count > 1 else None,
                "per_replica": observed,
            },
            "initial_gap": self.initial_gap,
            "constants": {**values, "certified": certified, "stage_data": dict(self.facts.stage_data)},
            "max_saturation": float(np.max(self.max_saturation)),
            "mean_square_saturation": float(np.mean(self.mean_square_saturation)),
            "weighted_square_saturation": float(np.mean(self.weighted_square_saturation)),
            "mean_variance": float(np.mean(self.mean_variance)),
            "sampling": self.sampling,
            "stage_variances": self.stage_variances,
            "final_value": float(np.mean(self.final_value)),
            **({"accuracy": self.accuracy.to_json(self.curve.times)} if self.accuracy else {}),
            **({"ranges": self.ranges.to_json()} if self.ranges else {}),
            **({"mean_step": {"looks": self.run.drift, **vars(self.drift)}} if self.drift else {}),
            "diverged": [vars(one) for one in self.diverged],
            "replica_steps_per_second": self.replica_steps_per_second,
            "seconds": self.seconds,
            "seed": self.run.seed,
            "run": self.run.describe(),
            "versions": versions(),
            "plugins": digest.plugins(),
        }

    def to_npz(self) -> bytes:
        """Return the arrays and the JSON result as the content of an .npz file (no pickles)."""
        arrays = {name: getattr(self, name) for name, kind in type(self).__annotations__.items() if kind is Vector}
        curve = {f"curve_{name}": value for name, value in vars(self.curve).items()}
        if self.accuracy is not None:
            curve |= {f"accuracy_{part}": value for part, value in self.accuracy.final.items()}
            curve |= {f"curve_accuracy_{part}": value for part, value in self.accuracy.curve.items()}
        if self.ranges is not None:
            curve |= {f"ranges_{name}": value for name, value in vars(self.ranges).items()}
        if self.drift is not None:
            curve |= {f"mean_step_{name}": value for name, value in vars(self.drift).items()}
        file = io.BytesIO()
        np.savez_compressed(file, result=np.array(boundary.json_text(self.to_json())), **arrays, **curve)
        return file.getvalue()


def versions() -> dict[str, str]:
    """Return the versions of what computed."""
    packages = {"analog-sgd-workbench": "0", "numpy": "0", "numba": "0"}
    for package in packages:
        try:
            packages[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            packages[package] = "not installed"
    return {"python": platform.python_version(), **packages}
