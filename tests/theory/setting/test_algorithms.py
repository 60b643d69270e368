"""The algorithms: what each reads, what of the theory vanishes for it, and what another class may not take over."""

from typing import ClassVar

import numpy as np
import pytest

from boundary import BadInput
from theory.setting import algorithms, devices
from theory.setting.algorithms import REGISTRY, Algorithm
from theory.setting.algorithms.analog_sgd_ap import AnalogSGDAP

NOW, STALE = [np.array([3.0])], [np.array([1.0])]


def product(forward, backward, sample):
    """Return 100 U + 10 V + xi."""
    return [100 * u + 10 * v + sample for u, v in zip(forward, backward, strict=True)]


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("digital-sgd", 330.5),
        ("analog-sgd", 330.5),
        ("analog-sgd-sp", 331.0),  # the mean over both samples
        ("analog-sgd-ap", 130.5),
        ("digital-ap", 130.5),
        ("stashed-ap", 110.5),
    ],
)
def test_the_direction_is_that_of_the_table(name, asked):
    row = REGISTRY[name]
    samples = [0.5, 1.5] if row.batched else [0.5]
    assert row.direction(product, NOW, STALE, samples)[0] == asked


def test_the_table_keeps_its_order_and_every_row_is_covered():
    assert list(REGISTRY) == [
        "digital-sgd", "analog-sgd", "analog-sgd-sp", "analog-sgd-ap", "digital-ap", "stashed-ap"
    ]  # fmt: skip
    assert all(row.covered and row.own == () for row in REGISTRY.values())


def test_what_vanishes_and_what_is_replaced():
    vanishing = {name: set(row.vanishing) for name, row in REGISTRY.items()}
    lag = {"Lambda1", "Lambdah", "nu"}
    assert vanishing == {
        "digital-sgd": {"rho", *lag}, "analog-sgd": lag, "analog-sgd-sp": lag,
        "analog-sgd-ap": set(), "digital-ap": {"rho"}, "stashed-ap": {"rho"},
    }  # fmt: skip
    assert {name for name, row in REGISTRY.items() if row.replaced} == {"stashed-ap"}
    assert [row.samples(4) for row in REGISTRY.values()] == [1, 1, 4, 1, 1, 1]


def test_a_step_is_the_devices_update_by_minus_alpha_g():
    row, device = REGISTRY["analog-sgd"], devices.make("ald", 2.0)
    tile = row.start(np.array([0.5]))
    after = row.update(tile, np.array([1.0]), 0.1, device)
    assert list(after) == ["weights"] and after["weights"] == device.update(np.array([0.5]), np.array([-0.1]))


def test_no_class_takes_over_that_the_theorems_speak_of_it():
    class Backwards(AnalogSGDAP):
        name: ClassVar[str] = "backwards"

        def direction(self, gradient, now, stale, samples):
            return gradient(now, stale, samples[0])

    class Renamed(AnalogSGDAP):
        name: ClassVar[str] = "renamed"

    assert (Backwards().own, Backwards().covered) == (("direction",), False)
    assert (Renamed().own, Renamed().covered) == ((), False)
    changed = Renamed()
    changed.update = lambda *_: {}
    assert changed.own == ("update",)


def test_unknown_names_are_refused():
    with pytest.raises(BadInput, match="momentum"):
        algorithms.named("momentum")
    assert issubclass(type(algorithms.named("analog-sgd")), Algorithm)


def test_a_class_takes_no_settings_that_it_does_not_know():
    with pytest.raises(TypeError):
        type("Odd", (Algorithm,), {}, unknown=1)
