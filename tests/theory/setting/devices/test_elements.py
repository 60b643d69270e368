"""Unequal elements: their law, how they are drawn and read, and the distortion of the worst."""

import math

import numpy as np
import pytest

from boundary import BadInput
from theory.setting import devices
from theory.setting.devices import draws, quantiles
from theory.setting.devices.elements import Elements

TAU = 2.0
SPREAD = {"spread_tau": 0.1, "spread_slope": 0.2, "spread_updown": 0.15, "spread_point": 0.05, "reference": 0.1}
COUNT = 40_000


def test_the_parameters_have_the_spread_that_is_stated():
    """Means and variances of the logarithms and shifts within 4.9 standard errors (1e-6 each)."""
    scale, up, down, shift = Elements(0.1, 0.2, 0.15, 0.05, 0.1, seed=3).part(0, (COUNT,))
    for z, mean, spread in (
        (np.log(scale), 0, 0.1),
        ((np.log(up) + np.log(down)) / 2, 0, 0.2),
        ((np.log(up) - np.log(down)) / 2, 0, 0.15),
        (shift, 0.1, 0.05),
    ):
        assert abs(z.mean() - mean) < 4.9 * spread / math.sqrt(COUNT)
        assert abs(z.var() / spread**2 - 1) < 4.9 * math.sqrt(2 / COUNT)
    assert np.all(scale > 0) and np.all(up > 0) and np.all(down > 0)
    parts = np.array([np.log(scale), np.log(up) + np.log(down), np.log(up) - np.log(down), shift])
    assert np.abs(np.corrcoef(parts) - np.eye(4)).max() < 4.9 / math.sqrt(COUNT)


def test_every_parameter_is_that_of_its_address():
    """z = normal(uniform(mixed(key + what the element adds for its kind))), key = mixed(seed xor "elements")."""
    purpose = np.uint64(int.from_bytes(b"elements", "big"))
    for seed in (0, 7, 2**63):
        key = draws.mixed(np.array([seed], np.uint64) ^ purpose)
        z = [quantiles.normal(draws.uniform(draws.mixed(key + draws.element_keys(5, 4, kind)))) for kind in range(4)]
        scale, up, down, shift = Elements(0.1, 0.2, 0.15, 0.05, 0.1, seed=seed).part(5, (4,))
        np.testing.assert_array_equal(scale, np.exp(0.1 * z[0]))
        np.testing.assert_allclose(up, np.exp(0.2 * z[1] + 0.15 * z[2]), rtol=1e-15)
        np.testing.assert_allclose(down, np.exp(0.2 * z[1] - 0.15 * z[2]), rtol=1e-15)
        np.testing.assert_allclose(shift, 0.05 * z[3] + 0.1, rtol=1e-15)


def test_an_element_is_the_same_wherever_its_tile_begins():
    elements = Elements(0.1, 0.2, 0.15, 0.05, seed=7)
    whole, part = elements.part(0, (20,)), elements.part(5, (2, 3))
    assert all(np.array_equal(one[5:11], other.ravel()) for one, other in zip(whole, part, strict=True))
    assert not np.array_equal(Elements(0.1, seed=8).part(0, (20,)).scale, whole.scale)


@pytest.mark.parametrize("device", sorted(devices.REGISTRY))
def test_an_element_follows_the_law_with_its_own_parameters(device):
    """As literally as can be: the law of a device with tau_i, on a weight measured from c_i, D times its slope."""
    made = devices.make(device, TAU, **SPREAD)
    assert made.elements is not None
    values = made.elements.part(0, (6,))
    w, dw = np.linspace(-0.9, 0.9, 6), np.array([0.1, -0.1, 0.2, -0.3, 0.05, -0.01])
    found = devices.bound(made, values, None).update(w, dw)
    for i in range(6):
        own = devices.make(device, TAU * values.scale[i])
        slope = values.up[i] if dw[i] >= 0 else values.down[i]
        literal = own.update(np.array(w[i] - values.shift[i]), np.array(dw[i] * slope)) + values.shift[i]
        assert found[i] == pytest.approx(float(literal), rel=1e-13, abs=1e-15)


def test_equal_elements_are_no_elements():
    assert devices.make("ald", TAU, spread_tau=0.0, reference=0.0, elements=4).elements is None


@pytest.mark.parametrize("device", ["ald", "power", "exponential", "shifted-linear"])
def test_the_distortion_is_that_of_the_worst_element(device):
    made = devices.make(device, 5.0, **SPREAD, elements=2, count=12)
    assert made.elements is not None
    gamma, gain = made.distortion(-0.5, 0.5)
    acting = devices.bound(made, made.elements.part(0, (12,)), None)
    w = np.linspace(-0.5, 0.5, 401)[:, None] * np.ones(12)
    off = [np.abs(acting.update(w, np.full_like(w, D)) - w - gain * D) / (gain * abs(D)) for D in (1e-3, -1e-3)]
    assert np.max(off) <= gamma * (1 + 1e-10)
    assert np.max(off) >= gamma - (0.05 if device == "ald" else 1e-3)  # of the linear one, both slopes together
    assert gamma > devices.make(device, 5.0).distortion(-0.5, 0.5).gamma


def test_the_closed_form_of_a_linear_device_with_own_tau_and_shift():
    """gamma = max (w_max + |c_i|)/tau_i, theory/responses.md section 1."""
    made = devices.make("ald", 5.0, spread_tau=0.1, spread_point=0.2, elements=2, count=30)
    assert made.elements is not None
    scale, _, _, shift = made.elements.part(0, (30,))
    assert made.distortion(-0.5, 0.5).gamma == pytest.approx(np.max((0.5 + np.abs(shift)) / (5 * scale)), rel=1e-12)


def test_no_distortion_is_known_of_an_unknown_number_of_elements():
    assert devices.make("ald", TAU, spread_tau=0.1).distortion(-0.1, 0.1) is None
    assert devices.make("ald", TAU, spread_point=1.0, count=500).distortion(-0.5, 0.5).gamma > 1


def write(path, **arrays):
    np.savez(path, **arrays)
    return str(path)


def test_parameters_are_read_from_a_file(tmp_path):
    path = write(tmp_path / "e.npz", scale=np.array([1.0, 2.0]), shift=np.array([0.1, -0.1]))
    made = devices.make("ald", TAU, elements=path, reference=0.3, count=2)
    assert made.elements is not None and len(made.elements.sha256) == 64
    values = made.elements.part(0, (2,))
    assert values.scale.tolist() == [1, 2] and values.up.tolist() == [1, 1]
    assert values.shift.tolist() == [0.4, 0.3 - 0.1]
    assert devices.make("ald", TAU, elements=path, elements_sha256=made.elements.sha256).elements is not None


@pytest.mark.parametrize(
    "arrays",
    [
        {}, {"scale": np.array([1.0, 0.0])}, {"up": np.array([1.0, -1.0])}, {"down": np.array([1.0, np.nan])},
        {"shift": np.array([np.inf, 0.0])}, {"scale": np.ones((2, 2))}, {"scale": np.ones(0)}, {"tau": np.ones(2)},
        {"scale": np.ones(2), "up": np.ones(3)}, {"scale": np.array(["a", "b"])}, {"scale": np.array([1, 2])},
        {"scale": np.array([None, 1.0], dtype=object)},
    ],
    ids=str,
)  # fmt: skip
def test_a_file_with_anything_else_is_refused(tmp_path, arrays):
    with pytest.raises(BadInput, match="elements"):
        devices.make("ald", TAU, elements=write(tmp_path / "e.npz", **arrays))


def test_files_that_are_none_or_another_are_refused(tmp_path):
    with pytest.raises(BadInput, match="can be read"):
        devices.make("ald", TAU, elements=str(tmp_path / "none.npz"))
    (tmp_path / "text.npz").write_text("scale = 1")
    with pytest.raises(BadInput, match="can be read"):
        devices.make("ald", TAU, elements=str(tmp_path / "text.npz"))
    path = write(tmp_path / "e.npz", scale=np.ones(3) * 2)
    with pytest.raises(BadInput, match="2 elements, not 3"):
        devices.make("ald", TAU, elements=path, count=2)
    with pytest.raises(BadInput, match="spread_tau"):
        devices.make("ald", TAU, elements=path, spread_tau=0.1)
    with pytest.raises(BadInput, match="checksum"):
        devices.make("ald", TAU, elements=path, elements_sha256="0" * 64)


@pytest.mark.parametrize(
    ("name", "value"),
    [("spread_tau", -0.1), ("spread_point", math.nan), ("spread_slope", math.inf), ("reference", math.inf),
     ("elements", -1), ("elements", 0.5), ("elements", 1 << 64)],
)  # fmt: skip
def test_impossible_spreads_are_refused(name, value):
    with pytest.raises(BadInput, match=name):
        devices.make("ald", TAU, **{"spread_updown": 0.1, name: value})


def test_a_spread_that_leaves_the_positive_numbers_is_refused():
    made = devices.make("ald", TAU, spread_tau=1000.0)
    assert made.elements is not None
    with pytest.raises(BadInput, match="spread_tau"):
        made.elements.part(0, (100,))
