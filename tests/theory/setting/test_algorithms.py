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
        ("accumulated-ap", 131.0),
        ("pipedream-2bw", 111.0),
        ("pipemare-ap", 131.0),
        ("pipemare", 131.0),
        ("per-sample", 331.0),  # of its updates together
    ],
)
def test_the_direction_is_that_of_the_table(name, asked):
    row = REGISTRY[name]
    samples = [0.5, 1.5] if row.batched else [0.5]
    assert row.direction(product, NOW, STALE, samples)[0] == asked


UNCOVERED = {"pipemare": ("step_size",), "per-sample": ("per_sample",)}
"""What has steps of its own, and which."""


def test_the_table_keeps_its_order_and_a_row_is_covered_or_says_why_not():
    assert list(REGISTRY) == [
        "digital-sgd", "analog-sgd", "analog-sgd-sp", "analog-sgd-ap", "digital-ap", "stashed-ap",
        "accumulated-ap", "pipedream-2bw", "pipemare-ap", "pipemare", "per-sample",
    ]  # fmt: skip
    assert {name: row.own for name, row in REGISTRY.items() if row.own} == UNCOVERED
    for name, row in REGISTRY.items():
        assert row.covered == (name not in UNCOVERED) == (row.uncovered == "")


def test_what_vanishes_and_what_is_replaced():
    vanishing = {name: set(row.vanishing) for name, row in REGISTRY.items()}
    lag = {"Lambda1", "Lambdah", "nu"}
    assert vanishing == {
        "digital-sgd": {"rho", *lag}, "analog-sgd": lag, "analog-sgd-sp": lag,
        "analog-sgd-ap": set(), "digital-ap": {"rho"}, "stashed-ap": {"rho"}, "accumulated-ap": set(),
        "pipedream-2bw": {"rho"}, "pipemare-ap": set(), "pipemare": set(), "per-sample": lag,
    }  # fmt: skip
    replaced = {name: set(row.replaced.values()) for name, row in REGISTRY.items() if row.replaced}
    assert replaced == {
        "stashed-ap": {"Lambda1_full", "Lambdah_full"}, "pipedream-2bw": {"Lambda1_2bw", "Lambdah_2bw"},
        "pipemare-ap": {"Lambda1_pipemare", "Lambdah_pipemare"}, "pipemare": {"Lambda1_pipemare", "Lambdah_pipemare"},
    }  # fmt: skip
    assert [row.samples(4) for row in REGISTRY.values()] == [1, 1, 4, 1, 1, 1, 4, 4, 4, 4, 4]


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
