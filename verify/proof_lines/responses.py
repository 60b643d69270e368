"""What the proof says of any device, at the weights and increments of a path: ranges, closed forms, the point of rest.

A path is one of the linear device; the point of rest is that of the setting's own. The other families' laws are
evaluated at the same weights and increments, as if the elements were theirs: responses and their extremes come from
`theory.setting.devices`, what they obey from the claims.
"""

import math
from collections.abc import Iterator

import numpy as np

from simulate.problems.attaining import Attaining
from theory.setting import devices
from verify.proof_lines.lines import Array, Line, expected, surely
from verify.proof_lines.record import Recording
from verify.proof_lines.relations import claims, relation, shown, sides
from verify.proof_lines.world import World, jackknife, world

CURVATURE, EXPONENTS, SLOPES = 1.5, (0.7, 1.7), (1.0, 0.8)
"""Parameters of the devices that are not the path's own: exponential, power, unequal slopes."""
ROOM = 0.8
"""No weight is taken farther than this share of tau where a claim asks for room besides the saturation."""


def lines(path: Recording) -> list[Line]:
    """Return response.*, device.pulse_train, device.box_general and device.inward_general; none without saturation."""
    if math.isinf(path.setting.tau) or path.rho >= 1:
        return []
    found = [*_any_device(path), *_families(path), *_increments(path), *_spread(path), *_centres(path)]
    found += [*_inside(path), *_mean_step(path)]
    return [*found, *_at_rest(path), *_own_gains(path)]


def _every(claim: str, values: World, scale: float = 1.0) -> Iterator[Line]:
    """Yield every conclusion of a claim at the place that comes closest to failing; nan fails."""
    for part in claims()[claim].conclusions:
        stated = relation(claim, part)
        left, right = np.broadcast_arrays(*(np.asarray(side, dtype=float) for side in sides(claim, part, values)))
        if stated.op == "==":
            left, right = np.abs(left - right), np.zeros_like(left)
        at = np.unravel_index(np.argmax(left - right), left.shape)
        yield surely(claim, f"{part}: {shown(stated)}, everywhere", float(left[at]), float(right[at]), scale)


def _asked(path: Recording) -> tuple[Array, Array]:
    """Return the signs and sizes of the increments asked for; the sign of none is 1."""
    increment = -path.alpha * path.direction
    return np.where(increment < 0, -1.0, 1.0), np.abs(increment)


def _responses(device: devices.Device, w: Array, half_width: float) -> World:
    """Return the responses at weights, and their extremes at the ends of the range."""
    ends = np.array([-half_width, half_width])
    extremes = np.concatenate([device.q_plus(ends), device.q_minus(ends)])
    return {"q_plus": device.q_plus(w), "q_minus": device.q_minus(w), "qmin": extremes.min(), "qmax": extremes.max()}


def _any_device(path: Recording) -> Iterator[Line]:
    """Yield what holds of any responses: here those of the linear device at every weight and increment of the path."""
    rho, tau, w = path.rho, path.setting.tau, path.weights
    (s, m), share = _asked(path), np.abs(path.weights) / path.setting.tau
    linear = _responses(devices.make("ald", tau), w, rho * tau)
    step = {"s": s, "m": m, "w": w, "after": path.after, "gain": 1.0, "gamma": rho}
    yield from _every("response.distortion", {**linear, **step}, float(np.abs(w).max() + m.max()))
    gain = np.linspace(0.5, 2.0, 31)
    least = np.maximum((1 + rho) / gain - 1, 1 - (1 - rho) / gain)
    yield from _every("response.best", {"qmin": 1 - rho, "qmax": 1 + rho, "gain": gain, "gamma": least})
    at = {"qmin": 1 - share, "qmax": 1 + share}
    yield from _every("response.floor", {**at, "e_l": np.sqrt((1 + share) / (1 - share)), "sigma": 1.0})
    one, two = ({f"qmin_{k}": 1 - x, f"qmax_{k}": 1 + x, f"gamma_{k}": x} for k, x in ((1, share), (2, rho)))
    yield from _every("response.additive", {**one, **two, "gamma_12": rho})


def _families(path: Recording) -> Iterator[Line]:
    """Yield the closed forms of the families, against the responses of the devices of these names."""
    tau, w, h = path.setting.tau, path.weights, path.rho
    common: World = {"tau": tau, "w": w, "h": h, "sigma": 1.0}
    linear = _responses(devices.make("ald", tau), w, h * tau)
    yield from _every("response.linear", {**common, **linear})
    e = EXPONENTS[1]
    power = {"P": (1 + h) ** e, "Q": (1 - h) ** e}
    yield from _every(
        "response.power", {**common, **power, **_responses(devices.make("power", tau, exponent=e), w, h * tau)}
    )
    c = CURVATURE
    exponential = {"E": math.exp(c), "E_h": math.exp(c * h), "E_w": np.exp(c * w / tau)}
    saturating = devices.make("exponential", tau, curvature=c)
    yield from _every("response.exponential", {**common, **exponential, **_responses(saturating, w, h * tau)})
    up, down = SLOPES
    slopes = {"up": up, "down": down, "side": 1.0, "dl": (up - down) / (up + down)}
    shifted = devices.make("shifted-linear", tau, up=up, down=down)
    yield from _every("response.shifted_linear", {**common, **slopes, **_responses(shifted, w, h * tau)})


def _increments(path: Recording) -> Iterator[Line]:
    """Yield what a train of pulses and a step between hard bounds make of the path's increments."""
    tau, w, h = path.setting.tau, path.weights, path.rho
    s, m = _asked(path)
    longest, scale = float(m.max()), float(np.abs(w).max() + m.max())
    common: World = {"tau": tau, "w": w, "h": h, "sigma": 1.0, "s": s, "m": m}
    fades = _fades(np.maximum(m, np.finfo(float).tiny) / tau)
    phi_Y = float(_fades(np.array(longest / tau)))
    train = {"phi": fades, "phi_Y": phi_Y, "e_Y": (1 - phi_Y) / (1 + phi_Y), "qmin": (1 - h) * phi_Y, "qmax": 1 + h}
    train |= {"q_plus": (1 - w / tau) * fades, "q_minus": (1 + w / tau) * fades}
    after = devices.make("pulse-train", tau).update(w, s * m)
    yield from _every("device.pulse_train", {**common, **train, "after": after}, scale)
    phi_Y = min(1.0, (1 - h) * tau / longest)
    cut = {"phi_Y": phi_Y, "qmin": phi_Y, "qmax": 1.0, "after": np.clip(w + s * m, -tau, tau)}
    yield from _every("response.constant_step", {**common, **cut}, scale)


def _fades(y: Array) -> Array:
    """Return (1 - e^-y)/y."""
    return np.asarray(-np.expm1(-y) / y)


def _spread(path: Recording) -> Iterator[Line]:
    """Yield what elements with own gains, and with own saturation and symmetric point, do at the path's weights."""
    tau, w, h = path.setting.tau, path.weights, min(path.rho, ROOM)
    w, size = w * h / path.rho, w.shape[-1]
    gains = {"g_min": 0.8, "g": np.linspace(0.8, 1.25, size), "g_max": 1.25}
    yield from _every("response.gain_spread", {**gains, **_responses(devices.make("ald", tau), w, h * tau)})
    own, shift = tau * np.linspace(1.0, 1.5, size), tau * np.linspace(-0.1, 0.1, size)
    gamma = float(((h * tau + np.abs(shift)) / own).max())
    there = {"q_plus": 1 - (w - shift) / own, "q_minus": 1 + (w - shift) / own, "qmin": 1 - gamma, "qmax": 1 + gamma}
    given = {"w": w, "tau_i": own, "c_i": shift, "abs_c": np.abs(shift), "w_max": h * tau, "gamma": gamma, "sigma": 1.0}
    yield from _every("response.own_parameters", {**there, **given})


def _centres(path: Recording) -> Iterator[Line]:
    """Yield re-centring at the symmetric point, and the best centre, with the path's weights as distances from it."""
    tau, (up, down) = path.setting.tau, SLOPES
    dl = (up - down) / (up + down)
    h = min(path.rho, ROOM * (1 - dl))
    v, device = path.weights * h / path.rho, devices.make("shifted-linear", tau, up=up, down=down)
    common: World = {"tau": tau, "up": up, "down": down, "dl": dl, "h": h, "v": v, "sigma": 1.0}
    about = {"q_plus": device.q_plus(dl * tau + v), "q_minus": device.q_minus(dl * tau + v), "w_0": dl * tau}
    yield from _every("response.recentre", {**common, **about, "X": v / tau, "Q": 2 * up * down / (up + down)})
    best = dl * (1 - h)
    there = {"q_plus": device.q_plus(best * tau + v), "q_minus": device.q_minus(best * tau + v), "c": best}
    centres = np.linspace(-1, 1, 41) * (1 - h)
    low, high = (centres - h) * tau, (centres + h) * tau
    least = np.minimum(device.q_plus(high), device.q_minus(low))
    most = np.maximum(device.q_plus(low), device.q_minus(high))
    yield from _every("response.best_centre", {**common, **there, "centre": centres, "qmin": least, "qmax": most})


def _inside(path: Recording) -> Iterator[Line]:
    """Yield what keeps the weights of an exponential device inside, at the path's weights and increments."""
    tau, w = path.setting.tau, path.weights
    s, m = _asked(path)
    device = devices.make("exponential", tau, curvature=CURVATURE)
    steepness = -CURVATURE / math.expm1(-CURVATURE)
    wide, long = w / path.rho, tau / steepness  # as far, and by steps as long, as the claim allows
    at: World = {"tau": tau, "w": wide, "q_plus": device.q_plus(wide), "q_minus": device.q_minus(wide)}
    yield from _every("device.box_general", {**at, "s": s, "m": long, "C": steepness}, tau)
    at = {"w": w, "m": m, "q_plus": device.q_plus(w), "q_minus": device.q_minus(w)}
    direction = -s * m
    edge = float(np.where(direction < 0, w, 0.0).max(initial=0.0))
    reached, near = float(m.max()), float(device.q_plus(np.array(0.0)))
    top = max(float(w.max()), edge + reached * near)
    farthest = float(device.q_plus(w).max())
    top = max(top, reached * farthest)
    certified = {"edge": edge, "reached": reached, "q_near": near, "q_top": farthest, "top": top}
    # the claim's sign is the direction's: the increment has the other one
    yield from _every("device.inward_general", {**at, **certified, "s": -s}, tau)


def _mean_step(path: Recording) -> Iterator[Line]:
    """Yield the mean step at the start, where all replicas stand at one weight and are its samples."""
    tau, w = path.setting.tau, path.weights[0]
    g, T = path.direction[0], path.moved[0]
    if np.ptp(w, axis=0).any():
        return
    F, energy = g.mean(axis=0), (g**2).mean(axis=0)
    values: World = {"F": F, "mean_m": np.abs(g).mean(axis=0), "mean_T": T.mean(axis=0), "alpha": path.alpha}
    values |= {"q_plus": 1 - w[0] / tau, "q_minus": 1 + w[0] / tau, "sigma": np.sqrt(np.maximum(energy - F**2, 0.0))}
    yield from _every("response.mean_step", values, float(energy.max() + np.abs(w).max()))


def _at_rest(path: Recording) -> Iterator[Line]:
    """Yield the point of rest: the start of the instance that stands at the floor of the setting's own device."""
    problem, tau, device = path.problem, path.setting.tau, path.setting.make_device()
    if not isinstance(problem, Attaining) or problem.tau != tau or device.elements is not None:
        return
    w, slope, size = path.weights[0], path.gradient[0], np.abs(path.fresh[0])
    up, down = device.q_plus(w), device.q_minus(w)
    at: World = {"q_plus": up, "q_minus": down, "sigma": math.sqrt(path.constants.values["sigma2"])}
    yield from _every("response.local", {**at, "F": slope, "mean_m": size})
    near = 1e-6 * tau  # the derivative's formula holds whatever the slopes of the responses are
    slopes = [(law(w + near) - law(w - near)) / (2 * near) for law in (device.q_minus, device.q_plus)]
    extremes = {"qmin": np.minimum(up, down), "qmax": np.maximum(up, down)}
    oracle = {"slope": slope, "size": size, "up": (1 + slope / size) / 2, "L": path.constants.values["L"]}
    at |= {**extremes, **oracle, "slope_minus": slopes[0], "slope_plus": slopes[1]}
    yield from _every("response.attained", {**at, "w_0": w, "w_star": problem.minimiser})


def _own_gains(path: Recording) -> Iterator[Line]:
    """Yield the bound by each element's own distortion, here its largest saturation, where nothing is stale."""
    known = path.constants.values
    if any(path.setting.lags) or not {"L", "sigma2"} <= known.keys():
        return
    values = world(path)
    if not values["x"] < 1:
        return
    own = np.maximum(np.abs(path.weights), np.abs(path.after)).max(axis=(0, 1)) / path.setting.tau
    values["<gF|gF>"] = jackknife(path.inner(own * path.gradient, own * path.gradient))
    values |= {"sigma_gamma": own.max() * values["sigma"], "top": own.max(), "<unit|unit>": 1.0}
    for part in ("bound", "equal gains"):
        left, right = (np.broadcast_to(side, values["A"].shape) for side in sides("response.spread", part, values))
        statement = f"{part}: {shown(relation('response.spread', part))}"
        yield expected("response.spread", statement, left, right, float(values["A"][0]))
