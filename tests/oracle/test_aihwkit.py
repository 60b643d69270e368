"""aihwkit itself, where it is installed (it is no dependency): the same experiment, run on the spot.

`pip install aihwkit` in an environment of its own, then `PYTHONPATH=<its site-packages> python -m pytest
tests/oracle/test_aihwkit.py` with this project's interpreter.
"""

import dataclasses
from typing import Any

import numpy as np
import pytest
from scipy import stats

from tests.oracle import responses, stationary

pytest.importorskip("aihwkit", reason="aihwkit is not installed")
torch = pytest.importorskip("torch", reason="aihwkit needs torch")

pytestmark = pytest.mark.slow
TILES = 12
LEVEL = 1e-3
"""Of each comparison, two-sided."""


def linear_tile(elements: int, tau: float, dw: float, step: float) -> Any:
    """Return a tile of linear devices in one column, without spread or noise."""
    from aihwkit.simulator.configs import SingleRPUConfig, SoftBoundsReferenceDevice
    from aihwkit.simulator.configs.utils import IOParameters, UpdateParameters
    from aihwkit.simulator.parameters.enums import PulseType
    from aihwkit.simulator.tiles import AnalogTile

    spreads = (
        "dw_min_dtod",
        "dw_min_std",
        "w_max_dtod",
        "w_min_dtod",
        "up_down_dtod",
        "slope_up_dtod",
        "slope_down_dtod",
    )
    nothing = dict.fromkeys((*spreads, "up_down", "write_noise_std", "reference_mean", "reference_std"), 0.0)
    device = SoftBoundsReferenceDevice(
        w_max=tau, w_min=-tau, dw_min=dw, mult_noise=False, subtract_symmetry_point=False, **nothing
    )
    update = UpdateParameters(
        desired_bl=100_000,
        pulse_type=PulseType.STOCHASTIC_COMPRESSED,
        update_management=True,
        update_bl_management=True,
    )
    perfect = IOParameters(is_perfect=True)
    config = SingleRPUConfig(device=device, update=update, forward=perfect, backward=perfect)
    tile = AnalogTile(elements, 1, config)
    tile.set_learning_rate(step)
    tile.set_weights(torch.zeros(elements, 1))
    return tile


def on_aihwkit(row: stationary.Row, tiles: int) -> np.ndarray:
    """Return E grad^2 of the row's setting on each of some tiles of 256 elements, shape (tiles,)."""
    sigma, target = float(row["sigma"]), float(row["w_star"])
    one, found = torch.ones(1, 1), []
    for _ in range(tiles):
        tile = linear_tile(stationary.TILE, float(row["tau"]), float(row["dw_min"]), float(row["alpha"]))
        total = torch.zeros(stationary.TILE, dtype=torch.float64)
        with torch.no_grad():
            for step in range(int(row["K"])):
                gradient = tile.forward(one).flatten() - target
                if step >= int(row["burn"]):
                    total += gradient.double() ** 2
                noisy = gradient + sigma * torch.randn(stationary.TILE)
                tile.update(one, noisy.reshape(1, stationary.TILE))
        found.append(float(total.mean()) / (int(row["K"]) - int(row["burn"])))
    return np.array(found)


@pytest.mark.parametrize("place", [0, 3])
def test_the_law_of_shared_trains_is_aihwkits_and_no_other_is(place: int) -> None:
    """Coarse pulses, tau = 0.5 and 2: Welch's t between tiles of aihwkit and replicas of the recursion."""
    row = stationary.chosen(stationary.COARSE)[place]
    torch.manual_seed(1)
    theirs = on_aihwkit(row, TILES)
    error = theirs.std(ddof=1) / np.sqrt(TILES)

    def z(counts: stationary.Draw) -> tuple[float, float]:
        found = np.array([stationary.by_trains(row, counts, seed) for seed in range(3)])
        ours = float(np.sqrt(np.sum(found[:, 1] ** 2))) / len(found)
        combined = np.hypot(error, ours)
        freedom = combined**4 / (error**4 / (TILES - 1) + ours**4 / (3 * stationary.REPLICAS - 1))
        return float((theirs.mean() - found[:, 0].mean()) / combined), float(stats.t.isf(LEVEL / 2, freedom))

    size, allowed = z(stationary.shared)
    assert abs(size) < allowed, "trains shared by the tile"
    for other in (stationary.own, stationary.rounded, stationary.endless):
        size, allowed = z(other)
        assert abs(size) > allowed, other.__doc__


def test_one_pulse_is_one_step_of_the_linear_device() -> None:
    """An increment of dw_min at any weight, to the rounding of float32."""
    from theory.setting import devices

    tau, dw = 0.5, 1e-3
    device = devices.ald(tau)
    for sign in (1.0, -1.0):
        tile = linear_tile(64, tau, dw, dw * (1 - 1e-6))  # one slot
        w = np.linspace(-0.9, 0.9, 64) * tau
        tile.set_weights(torch.tensor(w, dtype=torch.float32).reshape(64, 1))
        with torch.no_grad():
            tile.update(torch.ones(1, 1), torch.full((1, 64), -sign))
            after = tile.forward(torch.ones(1, 1)).flatten().double().numpy()
        assert np.allclose(after, device.update(w, np.asarray(sign * dw)), rtol=0, atol=1e-7)


def published(name: str) -> Any:
    """Return the mean device of an installed preset: every spread and every noise is 0."""
    from aihwkit.simulator.presets import devices as presets

    device = getattr(presets, f"{name}PresetDevice")()
    for field in dataclasses.fields(device):
        if field.name.endswith(("_dtod", "_std")):
            setattr(device, field.name, 0.0)
    return device


@pytest.mark.parametrize("name", [name for names in responses.PUBLISHED.values() for name in names])
def test_the_mean_device_of_the_installed_preset_is_this_projects(name: str) -> None:
    """One pulse over dw_min at weights inside the bounds, to float32: 3e-7 in w."""
    from aihwkit.simulator.configs import SingleRPUConfig
    from aihwkit.simulator.configs.utils import IOParameters, UpdateParameters
    from aihwkit.simulator.tiles import AnalogTile

    device = published(name)
    perfect = IOParameters(is_perfect=True)
    update = UpdateParameters(desired_bl=1, update_management=True, update_bl_management=True)
    config = SingleRPUConfig(device=device, update=update, forward=perfect, backward=perfect)
    span = device.w_max - device.w_min
    w = np.linspace(device.w_min + 0.1 * span, device.w_max - 0.1 * span, 33)
    for sign, expected in zip((1.0, -1.0), responses.steps(name, w), strict=True):
        tile = AnalogTile(33, 1, config)
        tile.set_learning_rate(device.dw_min * (1 - 1e-6))  # one slot, in which all but one in 1e6 has its pulse
        tile.set_weights(torch.tensor(w, dtype=torch.float32).reshape(33, 1))
        with torch.no_grad():
            before = tile.forward(torch.ones(1, 1)).flatten().double().numpy()
            tile.update(torch.ones(1, 1), torch.full((1, 33), -sign))
            after = tile.forward(torch.ones(1, 1)).flatten().double().numpy()
        room = np.where(sign > 0, device.w_max - before, before - device.w_min)
        step = sign * (after - before) / device.dw_min
        off = np.abs(step - np.minimum(expected, room / device.dw_min)) * device.dw_min
        pulsed = step != 0  # a response may be counted in a granularity of its own, which leaves some without a pulse
        assert np.sum(pulsed) > 20 and np.max(off[pulsed]) <= 3e-7
