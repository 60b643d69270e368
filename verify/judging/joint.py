"""What Theorem 4 takes of a run beside the constants of Theorem 1: its window, its start, its device's slope.

D, J and F0 are known of every run; theta1 and, where the problem cannot tell it from its data alone, Gamma hold on a
range of weights |w| <= s tau. ell, ell1, H2 and HJ come from the problem (`Facts`) or from a network's stages.
"""

import math

import numpy as np

from simulate.run import Run
from theory.setting import algorithms
from theory.setting.devices import Distortion
from theory.setting.objectives import Weights
from verify.judging.response import DeviceResponse

_UP = 1 + 4 * float(np.finfo(np.float64).eps)


def start(run: Run) -> dict[str, float]:
    """Return D, the largest lag but at least 1; J = min(D, K); and F0 = norm(grad f(W_0)), rounded up, in f/w.

    The weights a run starts from are W_0 rounded to its dtype.
    """
    D = max(1, *run.lags) if run.lags else 1
    weights: Weights = [stage.astype(run.dtype).astype(np.float64) for stage in run.problem.initial_weights()]
    return {"D": D, "J": min(D, run.iterations), "F0": run.problem.gradient_norm(weights)}


def noise_shape(run: Run) -> float:
    """Return chi^2 of the mean of a batch; where the problem says nothing of it, 1, which holds of any noise."""
    found = run.problem.noise_shape(run.batch)
    return 1.0 if found is None else found


def noise(run: Run, saturation: float | None) -> dict[str, float]:
    """Return sigma2 and nu of a step, certified while no weight is beyond saturation tau.

    Args:
        run: whose problem says so of one sample; the mean of B samples has the variance sigma^2/B.
        saturation: s, proved or met; None: not known.

    Returns:
        In (f/w)^2 and f/w, by name; empty where nothing is known, and of a digital run, whose weights have no range.

    """
    if saturation is None or not saturation * run.tau < math.inf:
        return {}
    stashed = algorithms.named(run.algorithm).stashed
    found = run.problem.noise_within(saturation * run.tau * _UP, run.lags, stashed=stashed)
    parts = {"sigma2": run.batch, "nu": math.sqrt(run.batch)}
    return {name: value / parts[name] * _UP for name, value in found.items()}


def on(reached: DeviceResponse, saturation: float | None, distortion: Distortion | None) -> dict[str, float]:
    """Return theta1 and Gamma where they are known on the weights |w| <= saturation tau.

    Args:
        reached: the device of the run, and the directions it is asked for.
        saturation: s, proved or met; None: not known, which the linear device does not need.
        distortion: of the device on those weights.

    """
    device, found = reached.device, dict[str, float]()
    if reached.linear:
        theta1 = device.drift_slope(-math.inf, math.inf)
    elif saturation is None or distortion is None or not saturation < math.inf:
        theta1 = None
    else:
        reach = min(saturation * device.tau * _UP, device.tau)
        theta1 = device.drift_slope(-reach, reach, distortion.gain)
    if theta1 is not None:
        found["theta1"] = theta1
    length = None if saturation is None else _length(reached, saturation)
    return found if length is None else {**found, "Gamma": length}


def _length(reached: DeviceResponse, saturation: float) -> float | None:
    """Return how long a sample's direction can be while no weight is or was beyond saturation tau, in f/w."""
    reach = saturation * reached.device.tau * _UP if math.isfinite(reached.device.tau) else math.inf
    bounds = reached.directions(reach) if reach < math.inf else None
    if bounds is None:
        return None
    length = float(np.linalg.norm(bounds)) * (1 + 4 * len(bounds) * float(np.finfo(np.float64).eps))
    return length if math.isfinite(length) else None
