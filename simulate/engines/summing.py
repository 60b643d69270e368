"""Engines of problems whose kernels add up every step themselves: quadratics and the one-weight instances."""

from abc import abstractmethod
from dataclasses import replace

import numpy as np

from simulate import kernels
from simulate.engines.state import Compiled
from simulate.observe import BlockPlan, Observer
from simulate.problems import Attaining, Cosine
from simulate.problems.blocks import Blocks


class SummingEngine(Compiled):
    """Problems whose kernels add up every step themselves, whatever the measuring times."""

    def advance(self, plan: BlockPlan, observer: Observer) -> None:
        """Make the steps of one block."""
        steps = plan.first + np.arange(plan.steps)
        bins = steps * observer.bins // observer.iterations
        curve = np.zeros((len(self.task.replicas), int(bins[-1] - bins[0]) + 1, 2))
        for first, count, alpha in self.stretches(observer, plan.first, plan.steps):
            part = bins[first - plan.first :][:count] - bins[0]
            self.make_steps(replace(plan, first=first, steps=count), part, curve, alpha)
        self.note_divergence(observer, self.stage_of(self.kernel.diverged[:, 1]))
        tally = dict(zip(kernels.TALLY, self.kernel.tally.T, strict=True))
        observer.squared_gradient = tally["squared_gradient"].copy()
        observer.squared_saturation = tally["square_saturation"].copy()
        observer.weighted_saturation = tally["weighted_saturation"].copy()
        variance = [np.sum(stage) for stage in self.task.problem.moments(self.task.problem.initial_weights()).variance]
        observer.stage_variances += plan.steps * np.array(variance)
        observer.largest_variance[:] = np.sum(variance)
        with np.errstate(invalid="ignore"):  # of a replica that diverged
            means = curve[..., 1] / np.bincount(bins - bins[0])
        observer.least_value = np.fmin(observer.least_value, np.min(means, axis=1) + self.task.problem.lower_bound)
        for part in (observer.range_variance, observer.range_shared, observer.range_folded):
            part[:] = np.nan  # the kernel does not say when it met what
        covered = slice(int(bins[0]), int(bins[-1]) + 1)
        observer.curve_weight[covered] += np.bincount(bins - bins[0])[:, None]
        observer.curve_gradient[covered] += curve[..., 0].T
        observer.curve_value[covered] += curve[..., 1].T

    @abstractmethod
    def make_steps(self, plan: BlockPlan, bins: np.ndarray, sums: np.ndarray, alpha: float) -> None:
        """Make the steps; add squared gradient and value to `sums` of each bin, shape (replicas, bins, 2)."""

    def stage_of(self, place: np.ndarray) -> np.ndarray:
        """Return the stage, from 0, of what the kernel reports."""
        return place


class QuadraticEngine(SummingEngine):
    """Coupled quadratics, with cosines or without."""

    def make_steps(self, plan: BlockPlan, bins: np.ndarray, sums: np.ndarray, alpha: float) -> None:
        """Make the steps."""
        task, problem = self.task, self.task.problem
        assert isinstance(problem, Blocks), "`_ENGINES` pairs problems and engines"
        noise = self.block(plan)
        kernels.quadratic(
            self.kernel,
            noise[:, :, 0] if task.run.batch == 1 else np.mean(noise, axis=2),
            problem.hessian,
            problem.minimiser,
            np.repeat(task.reach, problem.block_size),
            problem.noise_scale**2,
            alpha=alpha,
            element=self.element,
            amplitude=problem.amplitude if isinstance(problem, Cosine) else 0.0,
            frequency=problem.frequency if isinstance(problem, Cosine) else 1.0,
            steps=self.sizes(plan.steps, alpha),
            bins=bins,
            sums=sums,
            threads=task.threads,
            spans=self.spans,
        )

    def stage_of(self, place: np.ndarray) -> np.ndarray:
        """Return the stage of a coordinate."""
        return place // self.task.problem.shapes[0][0]


class ScalarEngine(SummingEngine):
    """The attaining instance."""

    def make_steps(self, plan: BlockPlan, bins: np.ndarray, sums: np.ndarray, alpha: float) -> None:
        """Make the steps."""
        task, problem = self.task, self.task.problem
        assert isinstance(problem, Attaining), "`_ENGINES` pairs problems and engines"
        kernels.scalar(
            self.kernel,
            self.block(plan)[..., 0],
            curvature=1.0,
            optimum=problem.minimiser,
            sigma=1.0,
            attaining=True,
            alpha=alpha,
            element=self.element,
            bins=bins,
            sums=sums,
            threads=task.threads,
            spans=self.spans,
        )

    def stage_of(self, place: np.ndarray) -> np.ndarray:
        """Return 0: there is one stage."""
        return np.zeros_like(place)
