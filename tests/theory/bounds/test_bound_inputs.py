"""What a bound refuses, and how it says so: the name, the value, the condition, the theorem."""

import json
import math
import subprocess
import sys

import numpy as np
import pytest

import theory
from boundary import BadInput, OutsideDomain
from tests.theory.bounds.common import TABLE_POINT as POINT
from tests.theory.bounds.common import command
from theory.commands import app, bounds, evaluate  # noqa: F401 - one command alone would take no name

BROKEN = [
    ({"alpha": 0}, r"alpha = 0.0: must satisfy alpha > 0"),
    ({"alpha": -0.1}, r"alpha = -0.1: must satisfy alpha > 0"),
    ({"alpha": math.nan}, r"alpha = nan: must satisfy alpha > 0 and finite"),
    ({"alpha": math.inf}, r"alpha = inf: must satisfy alpha > 0 and finite"),
    ({"alpha": 0.6, "Lambda1": 0}, r"x = L\*alpha = 1.2: must satisfy x < 1"),
    ({"alpha": 0.5, "Lambda1": 0}, r"must satisfy x < 1"),
    ({"rho": 1}, r"rho = 1.0: must satisfy 0 <= rho < 1"),
    ({"rho": -0.1}, r"rho = -0.1: must satisfy 0 <= rho < 1"),
    ({"K": 2.5}, r"K = 2.5: must satisfy K is an integer >= 1"),
    ({"K": 0}, r"K = 0.0: must satisfy K is an integer >= 1"),
    ({"sigma2": -1}, r"sigma2 = -1.0: must satisfy sigma2 >= 0"),
    ({"Delta": -1}, r"Delta = -1.0: must satisfy Delta >= 0"),
    ({"L": 0}, r"L = 0.0: must satisfy L > 0"),
    ({"Lambda1": -1}, r"Lambda1 = -1.0: must satisfy Lambda1 >= 0"),
    ({"Lambdah": math.inf}, r"Lambdah = inf: must satisfy Lambdah >= 0 and finite"),
    ({"Lambda1": 170}, r"q\*\*2 \+ x = 1.05.*: must satisfy q\*\*2 \+ x < 1"),
    ({"rho": 0.9, "Lambda1": 60}, r"= 1.1.*: must satisfy q\*\*2/\(1 - x\) \+ rho\*\*2 < 1"),
]


@pytest.mark.parametrize(("change", "message"), BROKEN)
@pytest.mark.parametrize("name", ["sharp", "explicit"])
def test_outside_the_domain_the_condition_is_named(name, change, message):
    with pytest.raises(OutsideDomain, match=message) as caught:
        theory.bound(name)(**(POINT | change))
    assert theory.bound(name).title in str(caught.value)
    assert not all(theory.bound(name).conditions(**(POINT | change)).values())


def test_the_domain_is_exact_at_its_edge():
    """0.1 * 10 rounds to 1, but the double 0.1 is larger than a tenth: x > 1; one ulp below it is inside."""
    edge = POINT | {"L": 10, "alpha": 0.1, "Lambda1": 0, "Lambdah": 0, "rho": 0}
    with pytest.raises(OutsideDomain, match="x < 1"):
        theory.bound("sharp")(**edge)
    inside = edge | {"alpha": math.nextafter(0.1, 0)}
    assert theory.bound("sharp")(**inside) > 0


def test_one_bad_setting_among_many_is_found():
    with pytest.raises(OutsideDomain, match="alpha = -1"):
        theory.bound("sharp")(**(POINT | {"alpha": np.array([0.005, -1.0, 0.001])}))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (POINT | {"lam": 1}, "parameter = 'lam': must satisfy one of L, "),
        ({k: v for k, v in POINT.items() if k != "K"}, r"K = \(not given\)"),
        (POINT | {"alpha": "fast"}, "alpha = 'fast': must satisfy a real number"),
        (POINT | {"alpha": True}, "alpha = True: must satisfy a real number"),
        (POINT | {"alpha": 1j}, "must satisfy a real number"),
        (POINT | {"alpha": np.ones(2), "K": np.ones(3)}, "shapes broadcast"),
    ],
)
def test_what_is_no_setting_at_all_is_refused(given, message):
    with pytest.raises(BadInput, match=message):
        theory.bound("sharp")(**given)


def test_unknown_theorems_are_refused():
    with pytest.raises(BadInput, match="theorem = 'blunt': must satisfy one of sharp, "):
        theory.bound("blunt")


def test_arrays_broadcast_and_agree_with_numbers():
    alpha, rho = np.array([[0.001], [0.005], [0.01]]), np.array([0.0, 0.2])
    for name in ("sharp", "explicit"):
        bound = theory.bound(name)
        table = bound(**(POINT | {"alpha": alpha, "rho": rho}))
        assert table.shape == (3, 2)
        assert table.dtype == np.float64
        one = bound(**(POINT | {"alpha": 0.005, "rho": 0.2}))
        assert isinstance(one, float)
        assert table[1, 1] == pytest.approx(one, rel=1e-12)


def test_a_bound_says_where_it_comes_from():
    bound = theory.bound("sharp")
    assert "multiplier.end" in bound.claims
    assert "master.sharp" in bound.claims
    assert set(bound.assumptions) >= {"smooth", "lower", "unbiased", "variance", "response", "lags"}
    assert "saturation" not in bound.assumptions
    assert bound.domain[0].label == "x < 1"
    assert bound._repr_latex_().startswith("$$")
    assert bound.expression


def test_the_floor_needs_only_what_it_speaks_of():
    floor = theory.bound("floor")
    assert floor(rho=0.3, sigma2=1.0) == pytest.approx(0.09 / 0.91, rel=1e-15)
    assert floor(rho=0.3, sigma2=1.0, rbar2=0.04) == pytest.approx(0.04 / 0.91, rel=1e-15)
    with pytest.raises(BadInput, match="sigma2"):
        floor(rho=0.3)


def test_measured_saturation_lowers_both_bounds_and_full_saturation_changes_neither():
    for name in ("sharp", "explicit"):
        bound = theory.bound(name)
        assert bound(**POINT, rbar2=0.01) < bound(**POINT)
        assert bound(**POINT, rbar2=0.2 * 0.2) == pytest.approx(bound(**POINT), rel=1e-12)


def settings_of(point):
    return [part for name, value in point.items() for part in ("--set", f"{name}={value}")]


def test_evaluate_writes_what_the_interface_promises():
    """In a process of its own, as a user runs it."""
    line = [sys.executable, "-m", "theory", "evaluate", "sharp", *settings_of(POINT), "--json", "-"]
    done = subprocess.run(line, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    result = json.loads(done.stdout)
    assert set(result) >= {"theorem", "value", "upper", "parameters", "domain"}
    assert round(result["value"], 8) == 0.04835558
    assert result["upper"] >= result["value"]
    assert all(result["domain"].values())
    assert result["parameters"]["K"] == 20_000


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"alpha": "0"}, "alpha = 0.0: must satisfy alpha > 0"),
        ({"alpha": "nan"}, "alpha = 'nan': must satisfy a real number"),
        ({"rho": "1"}, "rho = 1.0: must satisfy 0 <= rho < 1"),
        ({"alpha": "0.6", "Lambda1": "0"}, "must satisfy x < 1"),
        ({"K": "2.5"}, "K = 2.5: must satisfy an integer"),
        ({"colour": "red"}, "--set = 'colour'"),
    ],
)
def test_bad_input_on_the_command_line_is_one_line_and_exit_2(capsys, change, message):
    code, out, err = command(capsys, app, "evaluate", "sharp", *settings_of(POINT | change), "--json", "-")
    assert code == 2
    assert out == ""
    assert err.count("\n") == 1
    assert message in err
    assert "Theorem 1" in err


def test_an_unwritable_result_is_bad_input_too(capsys, tmp_path):
    (tmp_path / "file").write_text("in the way")
    code, _, err = command(
        capsys,
        app,
        "evaluate",
        "floor",
        "--set",
        "rho=0.1",
        "--set",
        "sigma2=1",
        "--json",
        str(tmp_path / "file" / "x.json"),
    )
    assert code == 2
    assert "a place that can be written" in err
