"""Devices by the names of IBM's aihwkit, with the figures published there.

Each is a law of this folder about the middle of the device's range, plus pulses and spreads. Weights are counted as
aihwkit counts them, shifted by `reference`, the middle of the range; `tau` is half the range, which aihwkit has as 1:
another tau scales range, pulses and shifts together. What the device has there and this model lacks is said in
`lacks`, figure by figure.

Source: IBM Analog Hardware Acceleration Kit (aihwkit) 1.2.0, simulator/presets/devices.py and the update rules in
rpucuda; there the measurements are cited: Gong et al., Nat. Commun. 2018 (ReRamES, ReRamSB); Gong, Rasch et al., IEDM
2022 (ReRamArrayOM, ReRamArrayHfO2); Tang et al., IEDM 2018 (EcRam); Kim et al., IEDM 2019 (EcRamMO); Li et al., VLSI
2018 (Capacitor); Gokmen, Vlasov, Front. Neurosci. 2016 (GokmenVlasov, Idealized).
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

LENGTHS: Final = ("dw", "reference", "spread_point")
"""Parameters that are lengths, in units of tau here."""


@dataclass(frozen=True)
class Published:
    """The figures of a device as aihwkit states them, under its names; weights in its unit.

    Args:
        w_max: upper bound.
        w_min: lower bound.
        dw_min: size of a pulse at response 1.
        up_down: by how much pulses down are weaker than pulses up, in dw_min.
        dw_min_std: cycle-to-cycle noise of a pulse, in dw_min.
        dw_min_dtod: spread of dw_min over elements, relative.
        up_down_dtod: spread of the asymmetry over elements.
        w_max_dtod: spread of the upper bound over elements, relative.
        w_min_dtod: spread of the lower bound over elements, relative.
        write_noise_std: noise of what is read after a write, in dw_min.
        reference_std: error of the reference array, in w.
        log_normal: whether dw_min spreads lognormally.
        law: the law's own figures.

    """

    w_max: float
    w_min: float
    dw_min: float
    up_down: float
    dw_min_std: float
    dw_min_dtod: float
    up_down_dtod: float
    w_max_dtod: float
    w_min_dtod: float
    write_noise_std: float = 0.0
    reference_std: float = 0.0
    log_normal: bool = False
    law: Mapping[str, float] = field(default_factory=dict)

    @property
    def half(self) -> float:
        """Half the range."""
        return (self.w_max - self.w_min) / 2

    @property
    def middle(self) -> float:
        """The middle of the range."""
        return (self.w_max + self.w_min) / 2

    @property
    def weaker(self) -> tuple[float, float]:
        """Factors of pulses up and down: the asymmetry weakens one of them."""
        return 1 + min(self.up_down, 0.0), 1 - max(self.up_down, 0.0)


@dataclass(frozen=True)
class Preset:
    """A published device in the terms of this model.

    Args:
        law: its name in the registry of devices.
        parameters: of the law, of pulses and of elements; those in `LENGTHS` in units of tau.
        lacks: what the device has and this model has not.

    """

    law: str
    parameters: Mapping[str, float]
    lacks: tuple[str, ...]

    def at(self, tau: float, given: Mapping[str, object]) -> dict[str, object]:
        """Return the parameters where half the range is `tau`; what is `given` takes their place."""
        own = {name: value * tau if name in LENGTHS else value for name, value in self.parameters.items()}
        if given.get("dw") == 0:  # what arrives smoothly has no noise of pulses
            own.pop("cycle", None)
        return {**own, **given}


def _soft_bounds(one: Published) -> dict[str, float]:
    """1 - w/w_max and 1 - w/w_min: soft bounds with the slopes half/w_max and half/|w_min|."""
    up, down = one.weaker
    return {"up": up * one.half / one.w_max, "down": down * one.half / -one.w_min}


def _linear_step(one: Published) -> dict[str, float]:
    """1 - gamma_up w/w_max and 1 - gamma_down w/w_min."""
    up, down = one.weaker
    rising, falling = one.law["gamma_up"] / one.w_max, one.law["gamma_down"] / -one.w_min
    return {
        "up": up * (1 - rising * one.middle),
        "slope_up": up * rising * one.half,
        "down": down * (1 + falling * one.middle),
        "slope_down": down * falling * one.half,
    }


def _exp_step(one: Published) -> dict[str, float]:
    """1 - A_up e^(gamma_up z) and 1 - A_down e^(-gamma_down z), z = a w/half + b."""
    up, down = one.weaker
    a, at_middle = one.law["a"], one.law["a"] * one.middle / one.half + one.law["b"]
    return {
        "up": up,
        "bump_up": -one.law["A_up"] * math.exp(one.law["gamma_up"] * at_middle),
        "rate_up": -one.law["gamma_up"] * a,
        "down": down,
        "bump_down": -one.law["A_down"] * math.exp(-one.law["gamma_down"] * at_middle),
        "rate_down": -one.law["gamma_down"] * a,
    }


def _constant_step(one: Published) -> dict[str, float]:
    assert one.up_down == 0, "the law has equal pulses"
    return {}


_LAWS: Final[Mapping[str, Callable[[Published], dict[str, float]]]] = {
    "shifted-linear": _soft_bounds,
    "linear-step": _linear_step,
    "exp-step": _exp_step,
    "constant-step": _constant_step,
}


def _preset(law: str, one: Published, *lacks: str) -> Preset:
    """Put published figures into the terms of the model, and say what is left of them."""
    parameters = {
        "dw": one.dw_min / one.half,
        "cycle": one.dw_min_std,
        "reference": one.middle / one.half,
        "spread_slope": one.dw_min_dtod,
        "spread_updown": one.up_down_dtod,
        "spread_tau": math.hypot(one.w_max * one.w_max_dtod, one.w_min * one.w_min_dtod) / (2 * one.half),
        "spread_point": one.reference_std / one.half,
    }
    missing = [
        f"bounds: upper ({one.w_max_dtod:.4g} relative) and lower ({one.w_min_dtod:.4g}) spread independently of each "
        f"other there; here the range spreads as a whole, by spread_tau = {parameters['spread_tau']:.4g}",
        "pulses of one step each meet the weight that the one before left there; here all meet the one at the start",
    ]
    if not one.log_normal:
        missing.append(f"dw_min_dtod = {one.dw_min_dtod:.4g}: normal there, lognormal of the same spread here")
    if one.write_noise_std:
        missing.append(
            f"write_noise_std = {one.write_noise_std:.4g}: what is read is off by normal noise of standard deviation "
            f"{one.write_noise_std * one.dw_min:.4g} w, new at every write, beside a weight that is kept as it is"
        )
    given = {**_LAWS[law](one), **{name: value for name, value in parameters.items() if value}}
    return Preset(law, MappingProxyType(given), (*missing, *lacks))


_ADDITIVE: Final = "dw_min_std: the noise of a pulse is the same at every weight there; here it goes with the response"
_CLIPPED: Final = "bounds are hard there; here they are soft, which differs only for steps that would pass them"


def _linear_dtod(spread: float) -> str:
    return f"gamma_up_dtod = gamma_down_dtod = {spread:.4g}: spread of the slopes over elements"


PRESETS: Final[Mapping[str, Preset]] = {
    "ReRamES": _preset(
        "exp-step",
        Published(
            w_max=1.0,
            w_min=-1.0,
            dw_min=0.00135,
            up_down=0.259359,
            dw_min_std=5.0,
            dw_min_dtod=0.2,
            up_down_dtod=0.05,
            w_max_dtod=0.3,
            w_min_dtod=0.3,
            write_noise_std=75.0,
            law={"a": -0.5, "b": -0.5, "gamma_up": 5.0, "gamma_down": 5.0, "A_up": -1.18445, "A_down": -0.081404},
        ),
    ),
    "ReRamSB": _preset(
        "shifted-linear",
        Published(
            w_max=1.25,
            w_min=-0.75,
            dw_min=0.002,
            up_down=0.0,
            dw_min_std=3.75,
            dw_min_dtod=0.3,
            up_down_dtod=0.01,
            w_max_dtod=0.3 / 1.25,
            w_min_dtod=0.3 / 0.75,
            write_noise_std=56.0,
        ),
        _ADDITIVE,
        _CLIPPED,
    ),
    "ReRamArrayOM": _preset(
        "shifted-linear",
        Published(
            w_max=1.0,
            w_min=-1.0,
            dw_min=0.0949,
            up_down=0.0,
            dw_min_std=0.4158,
            dw_min_dtod=0.7829,
            up_down_dtod=0.01,
            w_max_dtod=0.3499,
            w_min_dtod=0.5695,
            write_noise_std=1.4113,
            reference_std=0.05,
            log_normal=True,
        ),
        _ADDITIVE,
        _CLIPPED,
        "the symmetric point of every element is subtracted there; here that of the mean element",
    ),
    "ReRamArrayHfO2": _preset(
        "shifted-linear",
        Published(
            w_max=1.0,
            w_min=-1.0,
            dw_min=0.4622,
            up_down=0.0,
            dw_min_std=0.2174,
            dw_min_dtod=0.7125,
            up_down_dtod=0.01,
            w_max_dtod=0.4295,
            w_min_dtod=0.5990,
            write_noise_std=0.5841,
            reference_std=0.05,
            log_normal=True,
        ),
        _ADDITIVE,
        _CLIPPED,
        "the symmetric point of every element is subtracted there; here that of the mean element",
    ),
    "EcRam": _preset(
        "linear-step",
        Published(
            w_max=1.1724,
            w_min=-0.8276,
            dw_min=0.002,
            up_down=0.0,
            dw_min_std=0.3,
            dw_min_dtod=0.1,
            up_down_dtod=0.01,
            w_max_dtod=0.05,
            w_min_dtod=0.05,
            law={"gamma_up": 0.1153, "gamma_down": 0.5085},
        ),
        _linear_dtod(0.05),
    ),
    "EcRamMO": _preset(
        "linear-step",
        Published(
            w_max=1.1714,
            w_min=-0.8286,
            dw_min=2.8214e-4,
            up_down=0.0,
            dw_min_std=2.0,
            dw_min_dtod=0.1,
            up_down_dtod=0.01,
            w_max_dtod=0.05,
            w_min_dtod=0.05,
            law={"gamma_up": 0.4152, "gamma_down": 0.7342},
        ),
        _linear_dtod(0.05),
    ),
    "Capacitor": _preset(
        "linear-step",
        Published(
            w_max=1.0,
            w_min=-1.0,
            dw_min=0.005,
            up_down=0.0,
            dw_min_std=0.3,
            dw_min_dtod=0.1,
            up_down_dtod=0.06,
            w_max_dtod=0.07,
            w_min_dtod=0.07,
            law={"gamma_up": 0.05, "gamma_down": 0.05},
        ),
        _ADDITIVE,
        _linear_dtod(0.01),
        "lifetime = 1e6 (spread 0.3): a leak that takes the share 1/lifetime of the weight once a mini-batch",
    ),
    "Idealized": _preset(
        "constant-step",
        Published(
            w_max=1.0,
            w_min=-1.0,
            dw_min=0.0002,
            up_down=0.0,
            dw_min_std=0.3,
            dw_min_dtod=0.3,
            up_down_dtod=0.0,
            w_max_dtod=0.3,
            w_min_dtod=0.3,
        ),
    ),
    "GokmenVlasov": _preset(
        "constant-step",
        Published(
            w_max=1.0,
            w_min=-1.0,
            dw_min=0.0016,
            up_down=0.0,
            dw_min_std=0.3,
            dw_min_dtod=0.3,
            up_down_dtod=0.01,
            w_max_dtod=0.3,
            w_min_dtod=0.3,
        ),
    ),
}
"""Every published device by aihwkit's name, without its suffix PresetDevice."""

REFUSED: Final[Mapping[str, str]] = {
    "PCM": "a device that moves both ways: a phase-change memory is pulsed upwards only and used in pairs with a "
    "reset, so that its step depends on both conductances and not on the weight alone",
}
"""Published devices that this model cannot state, and why."""
