"""`python -m theory device` and `evaluate --device`: what is answered, exactly, and what is refused in one line."""

import json
import math

import numpy as np
import pytest
from mpmath import mp, mpf

from boundary import run_command
from theory import bound
from theory.commands import app
from theory.setting import devices
from theory.setting.devices.centring import centre

KEYS = {
    "device", "gamma", "gain", "log_ratio", "floor_over_sigma2", "symmetric_point", "best_centre", "gamma_centred",
    "lacks",
}  # fmt: skip
"""Of the interface."""


def command(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        run_command(app, "python -m theory", list(arguments))
    return ended.value.code, *capsys.readouterr()


def answer(capsys, *arguments):
    code, out, err = command(capsys, *arguments, "--json", "-")
    assert code == 0, err
    return json.loads(out)


def sets(**given):
    return [part for name, value in given.items() for part in ("--set", f"{name}={value}")]


def refused(capsys, *arguments):
    code, out, err = command(capsys, *arguments)
    assert (code, out) == (2, "") and err.count("\n") == 1 and err.startswith("error: "), err
    return err


def test_the_keys_are_those_of_the_interface(capsys):
    found = answer(capsys, "device", "power", *sets(tau=1, exponent=2), "--reach", "0.3")
    assert found.keys() >= KEYS
    with mp.workdps(40):
        ratio = 2 * mp.atanh(mpf("0.3"))
        assert mp.tanh(ratio) <= found["gamma"] <= mp.tanh(ratio) + 5e-16
        assert ratio <= found["log_ratio"] <= ratio + 2e-15
        assert mp.sinh(ratio) ** 2 <= found["floor_over_sigma2"] <= mp.sinh(ratio) ** 2 + 5e-15
    assert found["gain"] == pytest.approx(1.09, rel=1e-15)
    assert (found["device"], found["symmetric_point"], found["best_centre"], found["lacks"]) == ("power", 0, 0, [])
    assert found["gamma_centred"] == pytest.approx(found["gamma"], rel=1e-15)


def test_the_answer_is_at_the_decimals_that_were_typed(capsys):
    """0.1/0.3: with the doubles next to them gamma would be another one."""
    found = answer(capsys, "device", "ald", *sets(tau="0.3"), "--reach", "0.1")
    assert found["gamma"] == math.nextafter(1 / 3, 1)  # the least double at or above a third
    found = answer(capsys, "device", "ald", *sets(tau=1), "--reach", "0.3")
    assert found["gamma"] == math.nextafter(0.3, 1)


def rows(out):
    """Return the screen's table by its first column, without what is said beside; the later of two equal names wins."""
    cells = [[cell.strip() for cell in line.strip("│ ").split("│")] for line in out.splitlines() if "│" in line]
    return [(row[0], row[1]) for row in cells if row[0]]


SHIFTED = ("device", "shifted-linear", *sets(tau=2, up=1, down="0.8", reference="0.125"), "--reach", "0.5")


def test_the_screen_shows_the_numbers_of_the_document_and_no_digit_less(capsys, monkeypatch):
    """A digit that is left out of gamma or of the floor would round them down."""
    monkeypatch.setenv("COLUMNS", "250")
    found = answer(capsys, *SHIFTED)
    _, out, _ = command(capsys, *SHIFTED)
    shown = rows(out)
    for name, key in (
        ("gamma", "gamma"), ("gain", "gain"), ("l", "log_ratio"), ("floor", "floor_over_sigma2"),
        ("symmetric point", "symmetric_point"), ("gamma there", "gamma_at_symmetric_point"),
        ("best centre", "best_centre"), ("gamma there", "gamma_centred"),
    ):  # fmt: skip
        assert (name, repr(found[key])) in shown, (name, shown)
    assert ("responses", f"{found['qmin']!r} to {found['qmax']!r}") in shown
    assert found["best_centre"] == pytest.approx(0.125 + 1 / 6) and found["symmetric_point"] == pytest.approx(
        0.125 + 2 / 9
    )
    assert found["steepness"] == 1.0 and found["qmin"] < found["qmax"]


def test_the_screen_says_how_good_the_best_centre_is_and_shows_pulses_and_spreads(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "250")
    beside = sets(dw="0.0125", cycle="0.375", spread_tau="0.0625", size=3, elements=2)
    law = sets(slope_up="0.2", slope_down="0.7")
    _, out, _ = command(capsys, "device", "linear-step", *law, *beside, "--reach", "0.3")
    best = centre(devices.make("linear-step", 1.0, slope_up=0.2, slope_down=0.7), 0.3)
    assert best.excess > 0 and f"no other centre has l less by {best.excess:.1g}" in out
    assert ("pulses", "dw = 0.0125, cycle = 0.375") in rows(out) and ("elements", "spread_tau = 0.0625") in rows(out)


def test_a_skewed_device_and_its_best_centre(capsys):
    found = answer(capsys, "device", "shifted-linear", *sets(tau=2, up=1, down="0.8"), "--reach", "0.5")
    dl = 1 / 9
    assert found["symmetric_point"] == pytest.approx(2 * dl)
    assert found["best_centre"] == pytest.approx(dl * 1.5)
    assert found["gamma_centred"] == pytest.approx(0.25 / (1 - dl * 0.75))
    assert found["gamma"] == pytest.approx((0.25 + dl) / (1 + 0.25 * dl))
    assert found["gamma_at_symmetric_point"] == pytest.approx(0.25 / (1 - dl))
    moved = answer(
        capsys,
        "device",
        "shifted-linear",
        *sets(tau=2, up=1, down="0.8", reference=-0.16666666666666666),
        "--reach",
        0.5,
    )
    assert moved["gamma"] == pytest.approx(found["gamma_centred"], rel=1e-12)  # the array that shifts it to 0
    assert moved["best_centre"] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("name", devices.PRESETS)
def test_every_published_device_is_answered_for_and_what_it_lacks_is_printed(capsys, name):
    found = answer(capsys, "device", name, "--reach", "0.1")
    assert 0 <= found["gamma"] < 1 and found["of"] == "an element with the law's own parameters"
    assert found["lacks"] == list(devices.preset(name).lacks)
    code, out, err = command(capsys, "device", name, "--reach", "0.1")
    assert (code, err) == (0, "") and all(f"lacks: {line}\n" in out for line in found["lacks"])
    assert "give size" in out
    of_ten = answer(capsys, "device", name, "--reach", "0.01", *sets(size=10, elements=1, spread_tau="0.01"))
    assert of_ten["of"] == "all of 10 elements"
    alone = answer(capsys, "device", name, "--reach", "0.01")
    assert of_ten["gamma"] > alone["gamma"]  # the element furthest off sets it


def test_the_published_floor_is_the_one_worked_out_by_hand(capsys):
    """ReRamSB at W = 0.3: q_minus is 1.4 at 0.3 and 0.6 at -0.3, so gamma = 0.4 and the floor 0.16/0.84."""
    found = answer(capsys, "device", "ReRamSB", "--reach", "0.3")
    assert found["gamma"] == pytest.approx(0.4) and found["gain"] == pytest.approx(1.0)
    assert found["floor_over_sigma2"] == pytest.approx(0.16 / 0.84)
    assert found["symmetric_point"] == pytest.approx(0, abs=1e-15)


def test_measured_pulses_are_fitted_and_the_fit_is_shown(capsys, tmp_path):
    rows, w = [], -1.0
    for sign, branch in ((1, "up"), (-1, "down")):
        for k in range(101):
            rows.append(f"{k},{w!r},{branch}")
            w += sign * 0.03 * (1 - sign * w)
    path = tmp_path / "m.csv"
    path.write_text("pulse,conductance,branch\n" + "\n".join(rows) + "\n")
    found = answer(capsys, "device", f"table:{path}", *sets(tau=1), "--reach", "0.3")
    assert 0.25 < found["gamma"] < 0.4 and found["law"] == "table" and found["parameters"]["residual"] < 1e-10
    _, out, _ = command(capsys, "device", f"table:{path}", *sets(tau=1), "--reach", "0.3")
    assert "fit up: " in out and "residual" in out and "q_plus at equally spaced weights" in out
    path.write_text(path.read_text().replace("3,", "3;", 1))
    assert f"table:{path} row 5" in refused(capsys, "device", f"table:{path}", *sets(tau=1), "--reach", "0.3")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ald", "--reach", "1.5"], "--reach = 1.5: must satisfy weights between its bounds -1.0 and 1.0"),
        (["ald", *sets(tau=1), "--reach", "1"], "--reach = 1.0: must satisfy weights between its bounds -1.0 and 1.0"),
        (["power", *sets(tau=1), "--reach", "1.5"], "--reach = 1.5"),
        (["ald", *sets(tau=1), "--reach", "0"], "--reach > 0 and finite"),
        (["ald", *sets(tau=1), "--reach", "nan"], "--reach"),
        (["ald", *sets(tau=1), "--reach", "x"], "--reach = 'x': must satisfy a real number"),
        (["ald", *sets(tau=1, exponent=2), "--reach", "0.3"], "--set = 'exponent'"),
        (["ald", *sets(tau=-1), "--reach", "0.3"], "tau = -1: must satisfy tau > 0"),
        (["nothing", *sets(tau=1), "--reach", "0.3"], "--device = 'nothing': must satisfy one of ald"),
        (["power", *sets(exponent="1e300"), "--reach", "0.3"], "weights on which all responses are known"),
        (["PCM", "--reach", "0.3"], "pulsed upwards only"),
        (["ReRamSB", "--reach", "0.8"], "between its bounds -0.75 and 1.25"),
        (["pulse-train", *sets(tau=1), "--reach", "0.3"], "--increment = (not given)"),
        (["constant-step", *sets(tau=1), "--reach", "0.5", "--increment", "0.6"], "--increment <= 0.5"),
        (["ald", *sets(tau=1, dw="0.1", BL=3), "--reach", "0.5", "--increment", "0.4"], "BL pulses dw carry no more"),
        (["table:none.csv", *sets(tau=1), "--reach", "0.5"], "table:none.csv"),
        (["ald", *sets(tau=1, size="2.5"), "--reach", "0.5"], "size = 2.5: must satisfy an integer"),
    ],
)
def test_what_is_not_known_is_refused_in_one_line(capsys, arguments, message):
    assert message in refused(capsys, "device", *arguments)


def test_increments_are_those_that_nothing_clips(capsys):
    found = answer(capsys, "device", "constant-step", *sets(tau=1), "--reach", "0.5")
    assert (found["gamma"], found["increment"]) == (0, 0.5)
    assert answer(capsys, "device", "ald", *sets(tau=1), "--reach", "0.5")["increment"] is None
    trained = answer(capsys, "device", "pulse-train", *sets(tau=1), "--reach", "0.3", "--increment", "0.1")
    e = (1 - (1 - math.exp(-0.1)) / 0.1) / (1 + (1 - math.exp(-0.1)) / 0.1)
    assert trained["gamma"] == pytest.approx((0.3 + e) / (1 + 0.3 * e), rel=1e-14)


def test_a_theorem_on_a_device_says_for_which_increments_it_holds(capsys):
    setting = [*sets(**SETTING, tau=1), "--device", "constant-step", "--reach", "0.5"]
    found = answer(capsys, "evaluate", "sharp", *setting)
    assert found["holds_for"] == [
        "|w| <= 0.5 for every weight, in every step", "|D| <= 0.5 for every increment that is asked for",
    ]  # fmt: skip
    _, out, _ = command(capsys, "evaluate", "sharp", *setting)
    assert all(f"and where {line}" in " ".join(out.split()) for line in found["holds_for"])
    assert repr(found["upper"]) in out


SETTING = {"L": 1, "sigma2": 1, "Delta": "0.5", "alpha": "0.01", "K": 10000, "Lambda1": 0, "Lambdah": 0}


@pytest.mark.parametrize("theorem", ["sharp", "explicit", "floor"])
@pytest.mark.parametrize(
    ("name", "parameters"), [("ald", {"tau": 2}), ("power", {"tau": 2, "exponent": "1.5"}), ("exponential", {"tau": 2})]
)
def test_a_theorem_takes_gamma_and_gain_from_the_device(capsys, theorem, name, parameters):
    setting = SETTING if theorem != "floor" else {"sigma2": 1}
    device = answer(capsys, "device", name, *sets(**parameters), "--reach", "0.6")
    found = answer(capsys, "evaluate", theorem, *sets(**setting, **parameters), "--device", name, "--reach", "0.6")
    given = {"gamma": device["gamma"], "gain": device["gain"]}
    assert found["upper"] == bound(theorem)(**setting, **given)
    assert found["device"]["gamma"] == device["gamma"] and found["parameters"]["gamma"] == device["gamma"]
    assert found["device"]["gain"] == device["gain"]
    assert found["holds_for"] == ["|w| <= 0.6 for every weight, in every step"]
    with_rho = answer(capsys, "evaluate", theorem, *sets(**setting, rho="0.3"))["upper"]
    assert with_rho <= found["upper"] * (1 + 1e-12) if name != "exponential" else with_rho > found["upper"]
    if name == "ald":
        assert found["upper"] == pytest.approx(with_rho, rel=1e-13)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--device", "ald", *sets(tau=1, rho="0.3"), "--reach", "0.3"], "rho is not given: the device ald says it"),
        (
            ["--device", "ald", *sets(tau=1, gamma="0.3"), "--reach", "0.3"],
            "gamma is not given: the device",
        ),
        (["--device", "ald", *sets(tau=1, gain=1), "--reach", "0.3"], "gain is not given: the device ald says it"),
        (["--device", "ald", *sets(tau=1)], "--reach = (not given)"),
        (["--reach", "0.3", *sets(rho="0.3")], "--device NAME is given as well"),
        (["--increment", "0.3", *sets(rho="0.3")], "--device NAME is given as well"),
        (
            ["--device", "ald", *sets(tau=1, dw="0.1"), "--reach", "0.3"],
            "`granular` is on those with pulses",
        ),
        (["--device", "ald", *sets(tau=1, dw="0.1", write=1), "--reach", "0.3"], "no theorem has noise of writing"),
        (["--device", "ald", *sets(tau=1, spread_tau="0.1"), "--reach", "0.3"], "--set size=D"),
        (["--device", "ReRamES", "--reach", "0.3", *sets(dw=0)], "--set size=D"),
        (["--device", "ald", *sets(tau=1, nothing=2), "--reach", "0.3"], "--set = 'nothing'"),
        (["--device", "ald", *sets(tau=1), "--reach", "1.2"], "between its bounds"),
    ],
)
def test_a_theorem_says_nothing_of_other_devices(capsys, arguments, message):
    assert message in refused(capsys, "evaluate", "sharp", *sets(**SETTING), *arguments)


def test_elements_that_differ_are_answered_for_by_the_one_furthest_off(capsys):
    common = [*sets(**SETTING, tau=1), "--device", "ald", "--reach", "0.3"]
    alike = answer(capsys, "evaluate", "sharp", *common)["upper"]
    spread = answer(capsys, "evaluate", "sharp", *common, *sets(spread_tau="0.1", size=20, elements=3))
    assert spread["upper"] > alike
    device = devices.make("ald", 1.0, count=20, spread_tau=0.1, elements=3)
    assert spread["device"]["gamma"] == device.distortion(-0.3, 0.3).gamma > 0.3


def test_a_file_of_elements_says_how_many_there_are(capsys, tmp_path):
    path = tmp_path / "elements.npz"
    np.savez(path, up=np.array([1.0, 1.2, 1.0]), down=np.array([1.0, 1.0, 0.8]))
    found = answer(capsys, "device", "ald", *sets(tau=1, elements=path), "--reach", "0.3")
    assert found["of"] == "all of 3 elements" and found["elements"]["elements"] == str(path)
    assert found["gamma"] == pytest.approx((1.2 * 1.3 - 0.8 * 0.7) / (1.2 * 1.3 + 0.8 * 0.7))
    assert "not 3" in refused(capsys, "device", "ald", *sets(tau=1, elements=path, size=4), "--reach", "0.3")


def test_the_granular_theorem_takes_pulses_from_the_device(capsys):
    setting = {**SETTING, "V": "1e-6"}
    found = answer(
        capsys, "evaluate", "granular", *sets(**setting, tau=1, dw="0.01"), "--device", "ald", "--reach", "0.3"
    )
    device = answer(capsys, "device", "ald", *sets(tau=1), "--reach", "0.3")
    given = {"gamma": device["gamma"], "gain": device["gain"], "qmax": device["qmax"]}
    assert found["upper"] == bound("granular")(**setting, **given)
    clipped = answer(
        capsys, "evaluate", "granular", *sets(**setting, dw="0.01", tau=1), "--device", "linear-step", "--reach", "0.3"
    )
    assert "no step, as its pulses arrive, is clipped at a hard bound" in clipped["holds_for"]
    assert "qmax is not given" in refused(
        capsys, "evaluate", "granular", *sets(**setting, tau=1, qmax=1), "--device", "ald", "--reach", "0.3"
    )
