"""Wrong devices: spoilt laws, distortions, pulses, elements, published figures, centres, and what is made of them."""

import dataclasses
import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any

import numpy as np

from simulate import invariant
from simulate.invariant import AffineDirection, Elementwise
from simulate.problems import Attaining, attaining
from theory.setting.devices import (
    Device,
    Distortion,
    Elements,
    MonotoneResponses,
    Pulses,
    base,
    centring,
    presets,
    pulses,
)
from theory.setting.devices.bound import Bound
from theory.setting.devices.constant_step import ConstantStep
from theory.setting.devices.exp_step import ExpStep
from theory.setting.devices.exponential import Exponential
from theory.setting.devices.linear import AsymmetricLinear
from theory.setting.devices.linear_step import LinearStep
from theory.setting.devices.power import Power
from theory.setting.devices.pulse_train import PulseTrain
from theory.setting.devices.pulses import VarianceBounds
from theory.setting.devices.shifted_linear import ShiftedLinear
from theory.setting.devices.table import Table
from verify.judging import refusals
from verify.judging.response import DeviceResponse, Granularity
from verify.sabotage import device_checks, device_runs
from verify.sabotage.faults import Area, Detector, Fault, swapped

AREA: Area = "devices"
Plant = Callable[[], AbstractContextManager[None]]


def detectors() -> dict[str, Detector]:
    """Return the named checks."""
    return {
        **device_checks.detectors(),
        "attained": device_runs.attained,
        "runs-on-devices": device_runs.runs,
    }


def faults() -> Iterator[Fault]:
    """Yield every fault of the devices."""
    for name, plant in _PLANTS.items():
        yield Fault(name, AREA, plant)


@contextmanager
def _own(kind: type, name: str, value: object) -> Iterator[None]:
    """Give a class a method of its own in the place of the one that it has or has taken over."""
    before = vars(kind).get(name)
    setattr(kind, name, value)
    try:
        yield
    finally:
        delattr(kind, name) if before is None else setattr(kind, name, before)


def _changed(target: Any, name: str, change: Callable[[Any], Any]) -> Plant:  # noqa: ANN401
    """Change what a method or a function returns."""
    true = getattr(target, name)
    return partial(swapped, target, name, lambda *given, **more: change(true(*given, **more)))


def _handed(target: Any, name: str, change: Callable[..., tuple[Any, ...]]) -> Plant:  # noqa: ANN401
    """Change what a method or a function is handed."""
    true = getattr(target, name)
    return partial(swapped, target, name, lambda *given: true(*change(*given)))


def _distorted(change: Callable[[float, float], tuple[float, float]]) -> Plant:
    """Change gamma and gain where every device computes them."""
    return partial(swapped, base, "Distortion", lambda gamma, gain: Distortion(*change(gamma, gain)))


@contextmanager
def _preset(name: str, **changes: Any) -> Iterator[None]:  # noqa: ANN401
    """Put another preset in the place of one."""
    table: Any = presets.PRESETS
    before = table[name]
    given = {key: value for key, value in changes.items() if key in before.parameters}
    rest = {key: value for key, value in changes.items() if key not in given}
    table[name] = dataclasses.replace(before, parameters={**before.parameters, **given}, **rest)
    try:
        yield
    finally:
        table[name] = before


def _nearest(self: Pulses, D: np.ndarray, _: Any) -> np.ndarray:  # noqa: ANN401
    return np.asarray(self.dw * np.round(D / self.dw))


def _up(self: Pulses, D: np.ndarray, _: Any) -> np.ndarray:  # noqa: ANN401
    return np.asarray(self.dw * np.sign(D) * np.ceil(np.abs(D) / self.dw))


def _bounds(change: Callable[[Pulses, Any, Any, Any], VarianceBounds]) -> Plant:
    true = Pulses.variance_bounds
    return partial(swapped, Pulses, "variance_bounds", lambda self, D: change(self, D, *true(self, D)))


def _variance(change: Callable[[Pulses, Any, Any], Any]) -> Plant:
    true = Pulses.variance
    return partial(swapped, Pulses, "variance", lambda self, D: change(self, np.abs(D), true(self, D)))


def _parts(change: Callable[..., Any]) -> Plant:
    return _changed(Elements, "part", lambda found: found._replace(**change(found)))


def _granular(change: Callable[[DeviceResponse, Granularity], Granularity]) -> Plant:
    true = DeviceResponse.granularity

    def wrong(self: DeviceResponse, *given: float) -> Granularity | None:
        found = true(self, *given)
        return None if found is None else change(self, found)

    return partial(swapped, DeviceResponse, "granularity", wrong)


def _own_law(change: Callable[[Any, np.ndarray, np.ndarray, Any], np.ndarray]) -> Plant:
    """Change the law of an element whose parameters are its own."""
    true = Bound._law

    def wrong(self: Bound, w: np.ndarray, dw: np.ndarray) -> np.ndarray:
        return np.asarray(true(self, w, dw) if self._values is None else change(self._device, w, dw, self._values))

    return partial(swapped, Bound, "_law", wrong)


def _slope(dw: np.ndarray, values: Any) -> np.ndarray:  # noqa: ANN401
    return np.asarray(np.where(dw >= 0, values.up, values.down))


def _first(array: np.ndarray) -> np.ndarray:
    return np.full_like(array, array.ravel()[0])


_TRUE_PART, _TRUE_RESPONSE = Elements.part, Device._response

_PLANTS: dict[str, Plant] = {
    # laws
    "power: the exponent forgotten": partial(swapped, Power, "q_plus", lambda self, w: np.maximum(1 - w / self.tau, 0)),
    "power: up for down": partial(swapped, Power, "q_minus", Power.q_plus),
    "power: own exponents exchanged": partial(
        swapped, Power, "q_plus", lambda self, w: np.maximum(1 - w / self.tau, 0) ** self.exponent_down
    ),
    "power: the exponent doubled": partial(
        swapped, Power, "q_minus", lambda self, w: np.maximum(1 + w / self.tau, 0) ** (2 * self.exponent_down)
    ),
    "exponential: not 1 where the device is ideal": partial(
        swapped, Exponential, "q_plus", lambda self, w: -np.expm1(-self.curvature * (1 - w / self.tau))
    ),
    "exponential: curvature of the wrong sign": partial(
        swapped,
        Exponential,
        "q_minus",
        lambda self, w: np.expm1(self.curvature * (1 + w / self.tau)) / math.expm1(self.curvature),
    ),
    "shifted linear: slopes exchanged": partial(
        swapped, ShiftedLinear, "q_plus", lambda self, w: self.down * (1 - w / self.tau)
    ),
    "shifted linear: the slope down forgotten": partial(
        swapped, ShiftedLinear, "q_minus", lambda self, w: 1 + w / self.tau
    ),
    "constant step: bounds that do not hold": partial(swapped, ConstantStep, "clipped", False),
    "linear step: one slope for both directions": partial(
        swapped, LinearStep, "q_minus", lambda self, w: self.down + self.slope_up * (w / self.tau)
    ),
    "linear step: a response that rises": partial(
        swapped, LinearStep, "q_plus", lambda self, w: self.up + self.slope_up * (w / self.tau)
    ),
    "exponential step: half the rate": partial(
        swapped,
        ExpStep,
        "q_plus",
        lambda self, w: self.up * np.maximum(1 + self.bump_up * np.exp(-self.rate_up * w / (2 * self.tau)), 0),
    ),
    "exponential step: the factor inside": partial(
        swapped,
        ExpStep,
        "q_plus",
        lambda self, w: np.maximum(self.up + self.bump_up * np.exp(-self.rate_up * w / self.tau), 0),
    ),
    "table: the nearest knot for the line between": partial(
        swapped,
        Table,
        "q_plus",
        lambda self, w: np.asarray(self.up)[np.rint((w / self.tau + 1) * (len(self.up) - 1) / 2).astype(int)],
    ),
    "table: responses down read backwards": partial(
        swapped, Table, "q_minus", lambda self, w: self._between(self.down[::-1], w)
    ),
    "pulse train: its first order": partial(swapped, PulseTrain, "update", AsymmetricLinear.update),
    "pulse train: tau doubled": partial(
        swapped,
        PulseTrain,
        "update",
        lambda self, w, dw: w - (np.sign(dw) * self.tau - w) * np.expm1(-np.abs(dw) / (2 * self.tau)),
    ),
    "update: the response to the other sign": partial(
        swapped, Device, "update", lambda self, w, dw: w + dw * np.where(dw < 0, self.q_plus(w), self.q_minus(w))
    ),
    "update: bounds twice as far": partial(
        swapped,
        Device,
        "update",
        lambda self, w, dw: np.clip(
            w + dw * np.where(dw >= 0, self.q_plus(w), self.q_minus(w)), -2 * self.tau, 2 * self.tau
        ),
    ),
    "linear: responses that do not fall": partial(swapped, AsymmetricLinear, "q_plus", lambda _, w: 1 + 0 * w),
    # gamma and Fbar
    "gamma: halved": _distorted(lambda gamma, gain: (gamma / 2, gain)),
    "gamma: a part in a million less": _distorted(lambda gamma, gain: (gamma * (1 - 1e-6), gain)),
    "gamma: squared": _distorted(lambda gamma, gain: (gamma**2, gain)),
    "gamma: half the range of the responses": _distorted(lambda gamma, gain: (gamma * gain, gain)),
    "gain: forgotten": _distorted(lambda gamma, _: (gamma, 1.0)),
    "gain: the largest response": _distorted(lambda gamma, gain: (gamma, gain * (1 + gamma))),
    "gain: the geometric mean": _distorted(lambda gamma, gain: (gamma, gain * math.sqrt(1 - gamma**2))),
    "gain: the response at 0": _distorted(lambda gamma, gain: (gamma, gain / (1 + gamma**2))),
    "responses: at the upper end alone": _handed(MonotoneResponses, "ends", lambda self, _, high: (self, high, high)),
    "responses: those to negative pulses forgotten": partial(
        swapped, Device, "_response", lambda self, law, w: _TRUE_RESPONSE(self, law and type(self).q_plus, w)
    ),
    "responses: of the linear device, at the upper end alone": _handed(
        AsymmetricLinear, "extremes", lambda self, _, high, *more: (self, high, high, *more)
    ),
    "responses: of a train, whatever its length": partial(
        swapped, PulseTrain, "extremes", lambda self, low, high, _=0.0: AsymmetricLinear.extremes(self, low, high)
    ),
    "responses: of a train half as long": _handed(
        PulseTrain, "extremes", lambda self, low, high, increment=math.inf: (self, low, high, increment / 2)
    ),
    "responses: hard bounds that clip nothing": partial(_own, ConstantStep, "_own_room", lambda *_: math.inf),
    "l: gamma for artanh gamma": partial(swapped, Distortion, "log_ratio", property(lambda self: self.gamma)),
    "floor: gamma^2": partial(swapped, Distortion, "floor", property(lambda self: self.gamma**2)),
    "local distortion: of the wrong sign": _changed(Device, "local_distortion", np.negative),
    "steepness: 1 whatever the exponent": partial(swapped, Power, "steepness", lambda _: 1.0),
    "symmetric point: on the wrong side": _changed(ShiftedLinear, "symmetric_point", lambda point: -point),
    # pulses
    "pulses: variance without the noise of cycles": _variance(lambda self, D, true: true - self.cycle**2 * self.dw * D),
    "pulses: q for q (1 - q)": _variance(
        lambda self, D, true: true if self.BL else true + self.dw**2 * np.mod(D / self.dw, 1.0) ** 2
    ),
    "pulses: a train's variance without its last term": _variance(
        lambda self, D, true: true + D * D / self.BL if self.BL else true
    ),
    "pulses: a quarter of dw^2 for trains": _bounds(
        lambda self, _, always, rounding: VarianceBounds(
            always, np.minimum(always, self.dw**2 / 4) if self.BL else rounding
        )
    ),
    "pulses: the bound without the noise of cycles": _bounds(
        lambda self, D, _, rounding: VarianceBounds(self.dw * np.abs(D), rounding)
    ),
    "pulses: half the bound of rounding": _bounds(
        lambda _, __, always, rounding: VarianceBounds(always, None if rounding is None else rounding / 2)
    ),
    "pulses: rounded to the nearest": partial(swapped, Pulses, "realised", _nearest),
    "pulses: rounded up": partial(swapped, Pulses, "realised", _up),
    "pulses: sign lost": _changed(Pulses, "realised", np.abs),
    "pulses: twice as large": _changed(Pulses, "realised", lambda arrived: 2 * arrived),
    "pulses: one more in a train": _handed(pulses, "binomial", lambda trials, *more: (trials + 1, *more)),
    "pulses: noise of cycles of twice the size": _changed(pulses, "normal", lambda drawn: 2 * drawn),
    "pulses: noise of cycles that is not centred": _changed(pulses, "normal", lambda drawn: drawn + 0.5),
    "pulses: what is written, at every element": _handed(
        Pulses, "written", lambda self, w, D, uniforms: (self, w, np.ones_like(D), uniforms)
    ),
    "pulses: nothing is written": partial(swapped, Pulses, "written", lambda _, w, *__: w),
    # elements
    "elements: shift of the wrong sign": _parts(lambda own: {"shift": -own.shift}),
    "elements: scale squared": _parts(lambda own: {"scale": own.scale**2}),
    "elements: up for down": _parts(lambda own: {"down": own.up}),
    "elements: all alike": _parts(lambda own: {"scale": _first(own.scale), "up": _first(own.up)}),
    "elements: the seed ignored": partial(
        swapped, Elements, "part", lambda self, *given: _TRUE_PART(dataclasses.replace(self, seed=0), *given)
    ),
    "elements: a tile starts anew": _handed(Elements, "part", lambda self, _, shape: (self, 0, shape)),
    "elements: the shift is not given back": _own_law(
        lambda device, w, dw, own: (
            own.scale * device.update((w - own.shift) / own.scale, dw * _slope(dw, own) / own.scale)
        )
    ),
    "elements: increments not scaled": _own_law(
        lambda device, w, dw, own: (
            own.shift + own.scale * device.update((w - own.shift) / own.scale, dw * _slope(dw, own))
        )
    ),
    "elements: slopes forgotten": _own_law(
        lambda device, w, dw, own: own.shift + own.scale * device.update((w - own.shift) / own.scale, dw / own.scale)
    ),
    "elements: slopes exchanged": _own_law(
        lambda device, w, dw, own: (
            own.shift + own.scale * device.update((w - own.shift) / own.scale, dw * _slope(-dw, own) / own.scale)
        )
    ),
    "elements: the distortion of the law alone": partial(
        swapped, Device, "_of_all", lambda self, low, high, increment: self.extremes(low, high, increment)
    ),
    # published devices
    "presets: pulses that do not scale with tau": partial(swapped, presets, "LENGTHS", ("reference", "spread_point")),
    "presets: references that do not scale with tau": partial(swapped, presets, "LENGTHS", ("dw", "spread_point")),
    "presets: pulses of ReRamES ten times as large": partial(_preset, "ReRamES", dw=0.0135),
    "presets: asymmetry of ReRamES forgotten": partial(_preset, "ReRamES", down=1.0),
    "presets: ReRamSB about the wrong middle": partial(_preset, "ReRamSB", reference=-0.25),
    "presets: slopes of EcRam exchanged": partial(_preset, "EcRam", slope_up=0.6144, slope_down=0.0983),
    "presets: noise of cycles of Capacitor forgotten": partial(_preset, "Capacitor", cycle=0.0),
    "presets: another law for GokmenVlasov": partial(_preset, "GokmenVlasov", law="shifted-linear"),
    "presets: what Idealized lacks is dropped": partial(_preset, "Idealized", lacks=()),
    # centres and the attaining instance
    "centre: the symmetric point": _changed(
        centring, "centre", lambda found: found._replace(centre=found.centre / 0.7)
    ),
    "centre: always 0": _changed(centring, "centre", lambda found: found._replace(centre=0.0)),
    "centre: on the wrong side": _changed(centring, "centre", lambda found: found._replace(centre=-found.centre)),
    "centre: the distortion without it": _handed(
        centring, "_distortion", lambda device, _, half_width: (device, 0.0, half_width)
    ),
    "attaining: pushed the wrong way": _changed(attaining, "_drift", lambda drift: -drift),
    "attaining: gamma for sinh l": _changed(attaining, "_drift", lambda drift: drift / math.sqrt(1 + drift**2)),
    "attaining: always at the upper end": partial(
        swapped,
        Attaining,
        "for_device",
        lambda self, device: dataclasses.replace(
            self, start=self.rho * device.tau, drift=attaining._drift(device, self.rho * device.tau)
        ),
    ),
    # what a run is judged by
    "box: pulses add nothing to a step": partial(swapped, Elementwise, "most", lambda _, D: D),
    "box: a train is as long as the increment": partial(
        swapped, Elementwise, "most", lambda self, D: np.where(D > 0, D + self.pulses.dw, 0) if self.pulses else D
    ),
    "box: elements that are alike": _handed(
        Elementwise, "of", lambda device, count: (dataclasses.replace(device, elements=None), count)
    ),
    "box: of steps that are drawn from a normal law": partial(swapped, invariant, "encloses", lambda _: True),
    "directions: without the noise": partial(
        swapped, AffineDirection, "largest", lambda self, reach: np.abs(self.hessian) @ (reach + np.abs(self.minimiser))
    ),
    "response: on half of the weights": _handed(DeviceResponse, "on", lambda self, s: (self, s / 2)),
    "response: the saturation for gamma": partial(swapped, DeviceResponse, "on", lambda _, s: Distortion(s, 1.0)),
    "response: the gain forgotten": _changed(
        DeviceResponse, "on", lambda found: None if found is None else Distortion(found.gamma, 1.0)
    ),
    "response: of short increments": _handed(
        DeviceResponse, "_on", lambda self, s: (dataclasses.replace(self, alpha=0.0), s)
    ),
    "response: pulses that are cut taken for unbiased": partial(swapped, DeviceResponse, "biased", lambda *_: ""),
    "granularity: V of one element": _granular(lambda self, found: found._replace(V=found.V / self.size)),
    "granularity: half the V": _granular(lambda _, found: found._replace(V=found.V / 2)),
    "granularity: V over the step size": _granular(lambda self, found: found._replace(V=found.V / self.alpha)),
    "granularity: the response at 0 for the largest": _granular(lambda _, found: found._replace(qmax=1.0)),
    "granularity: smooth theorems of pulses": partial(swapped, refusals, "of_another_device", lambda *_: ""),
}
"""What is planted, by what is wrong."""
