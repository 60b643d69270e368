"""A few settings on which every fault is tried: each kind of algorithm, strong lags, bounds that are attained."""

from dataclasses import replace
from functools import cache
from math import inf
from typing import Any

from simulate.problems import make
from simulate.run import Run
from verify import proof_lines
from verify.judging.observations import Constants, Observations
from verify.sweep import assessing
from verify.sweep.drawn import Setting

STEPS, REPLICAS = 120, 48

_COUPLED: dict[str, Any] = {
    "size": 2, "noise": "two-point", "sigma": 1.0, "coupling": 0.9, "condition": 5.0, "start": 1.0,
}  # fmt: skip

_RUNS = {
    "digital SGD": Run(
        make("quadratic", 1, size=3, condition=1.0, start=0.05, target=0.05), "digital-sgd", 0.2, inf, 3000, 200, 1
    ),
    "analog SGD": Run(make("quadratic", 3, **_COUPLED, target=0.3), "analog-sgd", 0.05, 2.5, 1500, 96, 2),
    "Analog-SGD-AP": Run(make("quadratic", 6, **{**_COUPLED, "size": 1}), "analog-sgd-ap", 0.05, 4.0, 1500, 96, 3),
    "digital AP": Run(make("quadratic", 5, **_COUPLED, noise_spread=10.0), "digital-ap", 0.08, inf, 1500, 96, 4),
    "Analog-SGD-SP": Run(make("quadratic", 4, **_COUPLED), "analog-sgd-sp", 0.1, 5.0, 1000, 96, 5, batch=4),
    "network AP": Run(make("network", 3, width=4, samples=16), "analog-sgd-ap", 0.05, 6.0, 400, 32, 6),
    "attaining": Run(make("attaining", rho=0.6, tau=50.0), "analog-sgd", 5e-3, 50.0, 40_000, 64, 7),
    "plus-minus": Run(make("plus-minus", 4, rho=0.4, tau=3.0), "analog-sgd-ap", 0.02, 3.0, 3000, 96, 8),
    "lipschitz-only": Run(
        make("lipschitz-only", 2, alpha=0.1, L=0.02, tau=400.0), "analog-sgd-ap", 0.1, 400.0, 4000, 96, 9
    ),
    "lag-lower": Run(make("lag-lower", 4), "digital-ap", 0.25, inf, 120, 8, 10),
}

SETTINGS = {name: Setting(**vars(run), id=place, family=name) for place, (name, run) in enumerate(_RUNS.items())}
"""By what they stand for."""


def known(name: str) -> Constants:
    """Return what is known of a setting of the panel beforehand; asked afresh."""
    setting = SETTINGS[name]
    if setting.problem.name == "network":  # its norms and its noise are measured
        return assessing.observe(setting, setting.replicas, setting.seed).constants
    return assessing.observe(replace(setting, iterations=1), 2, setting.seed).constants


def path(name: str) -> proof_lines.Recording:
    """Record the first steps of a setting of the panel, afresh."""
    setting = SETTINGS[name]
    return proof_lines.record(setting, known(name), min(STEPS, setting.iterations), REPLICAS)


def observations(name: str) -> Observations:
    """Run a setting of the panel, afresh."""
    setting = SETTINGS[name]
    return assessing.observe(setting, setting.replicas, setting.seed)


@cache
def unmodified_path(name: str) -> proof_lines.Recording:
    """Return the recorded path of the unmodified simulator."""
    return path(name)


@cache
def unmodified_observations(name: str) -> Observations:
    """Return the observations of the unmodified simulator."""
    return observations(name)


COMPLETE = tuple(name for name, setting in SETTINGS.items() if setting.problem.name != "network")
"""Settings whose every constant is a fact of the problem; a network's L and Lambda take a theorem of their own."""
