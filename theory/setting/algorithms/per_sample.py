"""Updates sample by sample: a batch's errors come from the same weights, then each sample is written by itself."""

from dataclasses import dataclass
from typing import ClassVar

from theory.setting.algorithms.base import Algorithm


@dataclass(frozen=True)
class PerSample(Algorithm):
    """W_{k,b+1} = U(W_{k,b}, -(alpha/B) grad f(W_k; xi_{k,b})) for b = 0..B-1, W_{k,0} = W_k, W_{k+1} = W_{k,B}.

    What aihwkit's analog tiles do with a batch: one train of pulses a sample. With tau = inf it is analog-sgd-sp, the
    step of the mean. On a device, |g_b| of every sample distorts, not |mean of g_b|: the drift is driven by the
    variance sigma^2 of a sample, whatever B is, so no theorem for the mean may be applied with sigma^2/B.
    """

    name: ClassVar[str] = "per-sample"
    title: ClassVar[str] = "per-sample updates"
    schedule: ClassVar[str] = "synchronous"
    batched: ClassVar[bool] = True
    per_sample: ClassVar[bool] = True
    covered: ClassVar[bool] = False
    uncovered: ClassVar[str] = "it makes B updates a step, and the theorems have one, of the mean"
