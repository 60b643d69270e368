"""Families of devices: replayable, judged on both bases, and without a violation where nothing is wrong."""

import json
import math

import pytest

from boundary import json_text
from theory.setting import devices
from verify.sweep import assessing, device_families, settings
from verify.sweep.drawn import Setting

NAMES = [family.name for family in device_families.FAMILIES]
SMOOTH = [name for name in NAMES if name not in ("device-granular", "device-presets")]


def drawn(name: str, count: int, seed: int = 11) -> list[Setting]:
    return [settings.sample(seed, index, (name,)) for index in range(count)]


def test_the_families_are_those_of_the_issue_and_in_the_standard_sweep():
    kinds = ("linear", "power", "exponential", "shifted", "pulse-train", "constant-step", "table", "spread")
    assert [f"device-{kind}" for kind in (*kinds, "granular", "presets")] == NAMES
    assert set(NAMES) <= set(settings.plan_families([]))
    assert settings.plan_families(["device-power"]) == ("device-power",)


@pytest.mark.parametrize("name", NAMES)
def test_settings_survive_json_and_can_be_made(name):
    found = drawn(name, 12)
    for setting in found:
        assert Setting.from_dict(json.loads(json_text(setting.as_dict()))) == setting
        assert 0 < setting.alpha < math.inf and 0 < setting.tau < math.inf
        setting.make_device()
    assert {setting.problem.name for setting in found} == {"quadratic", "attaining"}


@pytest.mark.parametrize("name", SMOOTH)
def test_the_distortion_is_one_that_the_theorems_take(name):
    for setting in drawn(name, 12):
        share = 0.05
        found = setting.make_device().distortion(-share * setting.tau, share * setting.tau, 0.0)
        assert found is not None and found.gamma < 0.85
        smooth = setting.problem.facts(setting.lags).values["L"]
        assert setting.alpha * found.gain * smooth < 0.5


@pytest.mark.parametrize("name", NAMES)
def test_settings_are_judged_on_the_bases_that_apply(name):
    """Three settings each: none violated, the headline applied a-posteriori; a-priori where a box is certified."""
    for setting in drawn(name, 3):
        judged = assessing.assess(setting.afresh(iterations=min(setting.iterations, 300), replicas=8), 0.99)
        assert judged.verdict_on("a-priori") != "violated" and judged.verdict_on("a-posteriori") != "violated"
        assert judged.verdict_on("certificate") == "held"
        found = {check.claim: check for check in judged.checks}
        granular = setting.make_device().pulses is not None
        assert granular is ("granular/a-posteriori" in found)
        headline = "granular" if granular else "sharp"
        if judged.constants.proved("rho"):
            assert (
                found[f"{headline}/a-priori"].applied
                or "domain" in str(found[f"{headline}/a-priori"].reason)
                or granular
            )
        if not granular:
            assert found["sharp/a-posteriori"].applied, found["sharp/a-posteriori"].reason


def test_trains_are_long_enough_for_the_increments_of_bounded_noise():
    for setting in drawn("device-granular", 12):
        pulses = setting.make_device().pulses
        assert pulses is not None
        asked = setting.problem.largest_directions(0.05 * setting.tau)
        if pulses.BL and asked is not None:
            assert setting.alpha * asked.max() <= pulses.largest


def test_every_preset_is_drawn():
    assert {setting.device for setting in drawn("device-presets", 80)} == set(devices.PRESETS)
