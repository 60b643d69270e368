"""Measured pulses: what is read, what is refused, and what is fitted."""

import math
import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import simulate
from boundary import BadInput
from simulate.problems import Quadratic
from theory.setting import devices
from theory.setting.devices.measured import measured

HEADER = "pulse,conductance,branch\n"


def branches(up, down, count=120, dw=0.02, noise=0.0, seed=0):
    """Conductances of a device that is pulsed up, then down; unit 3, offset 10."""
    rng = np.random.default_rng(seed)
    w, found = -1.0, ([], [])
    for branch, law, sign in ((0, up, 1), (1, down, -1)):
        for _ in range(count + 1):
            found[branch].append(10 + 3 * w)
            w = float(np.clip(w + sign * dw * (law(w) + noise * rng.normal()), -1, 1))
    return found


def written(path, pair, wide=False):
    if wide:
        lines = [f"{k},{up!r},{down!r}" for k, (up, down) in enumerate(zip(*pair, strict=True))]
        path.write_text("pulse,up,down\n" + "\n".join(lines) + "\n")
    else:
        lines = [f"{k},{g!r},{name}" for name, one in zip(("up", "down"), pair, strict=True) for k, g in enumerate(one)]
        path.write_text(HEADER + "\n".join(lines) + "\n")
    return str(path)


LAWS = {
    "soft": (lambda w: 1 - w, lambda w: 1 + w),
    "skewed": (lambda w: 1.2 - 0.8 * w, lambda w: 0.6 + 0.3 * w),
    "flat": (lambda w: 1.0 + 0 * w, lambda w: 1.0 + 0 * w),
}


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("name", LAWS)
def test_a_law_that_is_linear_is_found_exactly(tmp_path, name, wide):
    pair = branches(*LAWS[name])
    fit = measured(written(tmp_path / "m.csv", pair, wide))
    lowest, highest = min(map(min, pair)), max(map(max, pair))
    assert (fit.lowest, fit.highest) == (lowest, highest)
    device = devices.make(f"table:{fit.path}", 1.0)
    assert device.residual == fit.residual < 1e-10
    x = np.linspace(-1, 1, 33)
    w = ((x + 1) / 2 * (highest - lowest) + lowest - 10) / 3  # the weights of the law that was measured
    step = 0.02 * 6 / (highest - lowest) / fit.mean_step  # a pulse of response 1 there, in mean steps
    up, down = LAWS[name]
    np.testing.assert_allclose(device.q_plus(x), step * up(w), atol=1e-9)
    np.testing.assert_allclose(device.q_minus(x), step * down(w), atol=1e-9)
    kept = [
        [abs(b - a) for a, b in pairwise(one) if end not in (a, b)]
        for one, end in zip(pair, (highest, lowest), strict=True)
    ]
    assert fit.mean_step == pytest.approx(np.mean(kept[0] + kept[1]) * 2 / (highest - lowest))
    assert fit.pulses == tuple(map(len, kept)) and fit.cut == tuple(120 - len(one) for one in kept)


def test_pulses_against_their_direction_are_counted_branch_by_branch(tmp_path):
    """One of seven pulses up moves down, two of nine down move up; the last of each ends at its bound."""
    up = [0.0, 1.0, 2.0, 3.0, 2.5, 3.5, 4.5, 5.5, 10.0]
    down = [10.0, 8.0, 7.0, 7.5, 6.5, 5.5, 6.0, 5.0, 4.0, 3.0, 0.0]
    path = tmp_path / "m.csv"
    rows = [f"{k},{g},{name}" for name, one in (("up", up), ("down", down)) for k, g in enumerate(one)]
    path.write_text(HEADER + "\n".join(rows) + "\n")
    fit = measured(str(path))
    assert (fit.pulses, fit.against, fit.cut) == ((7, 9), (1, 2), (1, 1))


def test_gamma_does_not_depend_on_the_unit_of_conductance(tmp_path):
    pair = branches(*LAWS["skewed"])
    other = [[1e-6 * g - 3e-6 for g in one] for one in pair]
    found = [
        devices.make(f"table:{written(tmp_path / f'{n}.csv', p)}", 1.0).distortion(-0.4, 0.4, 1e-3)
        for n, p in (("a", pair), ("b", other))
    ]
    assert found[0].gamma == pytest.approx(found[1].gamma, rel=1e-8)


def test_noisy_pulses_are_fitted_by_responses_that_fall_and_rise(tmp_path):
    up, down = (lambda w: math.exp(-w)), (lambda w: 0.7 * math.exp(w))
    fit = measured(written(tmp_path / "m.csv", branches(up, down, 3000, 0.003, noise=0.4)))
    device = devices.make(f"table:{fit.path}", 1.0)
    assert np.all(np.diff(device.up) <= 0) and np.all(np.diff(device.down) >= 0)
    assert min(device.knots) >= 0
    assert fit.against[0] + fit.against[1] > 0  # pulses against their direction are kept, not dropped
    w = np.linspace(-0.6, 0.6, 13)
    mean = 0.003 / fit.mean_step * 6 / (fit.highest - fit.lowest)
    true = ((w + 1) / 2 * (fit.highest - fit.lowest) + fit.lowest - 10) / 3
    # More than 30 pulses of relative noise 0.4 stand behind a knot.
    np.testing.assert_allclose(device.q_plus(w), mean * np.exp(-true), rtol=0.25)
    unit = 0.003 / fit.mean_step * 6 / (fit.highest - fit.lowest)
    assert all(0.25 * unit < off < 0.55 * unit for off in fit.residuals)


# Multiples of a power of two add up exactly: what lies at an end of the branch does so for the fit and for the test.
MOVES = st.lists(st.integers(-78, 256).map(lambda n: n / 256), min_size=8, max_size=60)


@given(MOVES, MOVES)
@settings(deadline=None, max_examples=60)
def test_whatever_is_measured_the_fit_is_monotone_and_least(tmp_path_factory, rises, falls):
    path = tmp_path_factory.mktemp("fit") / "m.csv"
    up = np.concatenate([[0.0], np.cumsum(rises)])
    down = up[-1] - np.concatenate([[0.0], np.cumsum(falls)])
    pair = up.tolist(), down.tolist()
    highest, lowest = max(map(max, pair)), min(map(min, pair))
    kept = [
        [sign * (b - a) for a, b in pairwise(one) if end not in (a, b)]
        for one, sign, end in zip(pair, (1, -1), (highest, lowest), strict=True)
    ]
    if min(map(len, kept)) < 2 or min(map(sum, kept)) <= 1e-3:
        try:
            measured(written(path, pair))
        except BadInput:
            return
        assert min(map(len, kept)) >= 2 and min(map(sum, kept)) >= -1e-9
        return
    fit = measured(written(path, pair))
    device = devices.make("table", 1.0, **fit.parameters())  # which refuses what is not monotone
    inside = (up[:-1] < highest) & (up[1:] < highest)
    steps = np.diff(up)[inside] * 2 / (fit.highest - fit.lowest) / fit.mean_step
    places = 2 * (up[:-1][inside] - fit.lowest) / (fit.highest - fit.lowest) - 1

    def off(responses):
        return math.sqrt(np.mean((steps - np.interp(places, np.linspace(-1, 1, len(responses)), responses)) ** 2))

    best = off(np.array(device.up))
    assert best == pytest.approx(fit.residuals[0], abs=1e-9)
    rng = np.random.default_rng(1)
    for _ in range(20):  # no other falling responses are closer, but for what the bends weigh
        other = np.sort(np.maximum(np.array(device.up) + 0.1 * rng.normal(size=len(device.up)), 0))[::-1]
        assert off(other) >= best - 1e-4


GOOD = "0,1.0,up\n1,2.0,up\n2,2.5,up\n3,2.75,up\n0,2.75,down\n1,1.5,down\n2,1.1,down\n3,1.0,down\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "row 1"),
        ("pulse,g\n0,1\n", "the header pulse,conductance,branch or pulse,up,down"),
        (HEADER + GOOD.replace("1,2.0,up", "1,2.0"), "row 3 = 2 cells: must satisfy 3 cells"),
        (HEADER + GOOD.replace("1,2.0,up", "1,two,up"), "row 3 conductance = 'two': must satisfy a real number"),
        (HEADER + GOOD.replace("1,2.0,up", "1,nan,up"), "row 3 conductance"),
        (HEADER + GOOD.replace("1,2.0,up", "1,inf,up"), "row 3 conductance = inf: must satisfy a finite number"),
        (
            HEADER + GOOD.replace("1,2.0,up", "1,2.0,left"),
            "row 3 branch = 'left': must satisfy one of up, down",
        ),
        (HEADER + GOOD.replace("1,2.0,up", "2,2.0,up"), "row 3 pulse = 2: must satisfy 1, the next of the branch up"),
        (HEADER + GOOD.replace("1,2.0,up", "1.5,2.0,up"), "row 3 pulse = 1.5: must satisfy an integer"),
        (HEADER + GOOD.replace("0,1.0,up", "-1,1.0,up"), "row 2 pulse = -1.0: must satisfy an integer >= 0"),
        (HEADER + "0,1.0,up\n1,2.0,up\n2,2.5,up\n", "rows of the branch down"),
        (
            HEADER + GOOD.replace("2.5,up", "2.75,up"),
            "at least 2 pulses short of the extreme conductance in the branch up",
        ),
        (HEADER + GOOD.replace("2.0,up", "0.5,up").replace("2.5,up", "0.4,up"), "pulses that move up on average"),
        (HEADER + re.sub(r",[0-9.]+,", ",1.0,", GOOD), "not all the same"),
        (HEADER + GOOD + '"unfinished', "CSV file"),
    ],
)
def test_a_row_that_is_wrong_is_named_in_one_line(tmp_path, text, message):
    path = tmp_path / "m.csv"
    path.write_text(text)
    with pytest.raises(BadInput) as refused:
        measured(str(path))
    assert message in str(refused.value) and "\n" not in str(refused.value) and str(path) in str(refused.value)


def test_what_is_no_file_is_refused(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(BadInput, match="a file that can be read"):
            measured(str(path))
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(BadInput, match="UTF-8"):
        measured(str(tmp_path / "binary.csv"))


def test_empty_lines_blanks_and_a_mark_of_the_byte_order_do_no_harm(tmp_path):
    plain, other = tmp_path / "a.csv", tmp_path / "b.csv"
    plain.write_text(HEADER + GOOD)
    other.write_bytes(b"\xef\xbb\xbf" + (" Pulse , conductance, BRANCH\n" + GOOD.replace("\n", "\n\n")).encode())
    assert measured(str(plain)).knots == measured(str(other)).knots


@pytest.mark.parametrize(
    "knots",
    [(1.0,), (1.0, 0.5, 0.5), (0.5, 1.0, 0.5, 1.0), (1.0, 0.5, 1.0, 0.5), (1.0, -0.5, 0.5, 1.0), (0.0, 0.0, 0.5, 1.0),
     (1.0, math.nan, 0.5, 1.0), "text", 3.0, (1.0, "x", 0.5, 1.0)],
)  # fmt: skip
def test_knots_that_are_no_responses_are_refused(knots):
    with pytest.raises(BadInput, match="knots"):
        devices.make("table", 1.0, knots=knots)


def test_between_knots_responses_are_straight_and_beyond_them_level():
    device = devices.make("table", 2.0, knots=(3.0, 1.0, 0.5, 0.25, 0.5, 2.0))
    w = np.array([-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0])
    assert device.q_plus(w).tolist() == [3.0, 3.0, 2.0, 1.0, 0.75, 0.5, 0.5]
    assert device.q_minus(w).tolist() == [0.25, 0.25, 0.375, 0.5, 1.25, 2.0, 2.0]
    assert device.numbers() == device.knots and device.responses(-1, 1, 0.1) == (0.375, 2.0)
    single = device.q_plus(w.astype(np.float32))
    assert single.dtype == np.float32 and single.tolist() == device.q_plus(w).tolist()


def test_a_run_keeps_the_fit_and_is_replayed_without_the_file(tmp_path):
    path = written(tmp_path / "m.csv", branches(*LAWS["skewed"]))
    options = {"alpha": 0.01, "tau": 2.0, "iterations": 50, "replicas": 2}
    made = simulate.Run(Quadratic(1, size=2), "analog-sgd", device=f"table:{path}", **options)
    description = made.describe()
    assert description["device"] == "table"
    fit = measured(path)
    kept = description["device_parameters"]
    assert (kept["path"], kept["sha256"], kept["knots"]) == (path, fit.sha256, fit.knots)
    (tmp_path / "m.csv").unlink()
    again = simulate.Run.from_description(description)
    assert again == made and again.make_device() == made.make_device()
