"""What is printed is a bound: read exactly, rounded up once, whatever the theorem and wherever it is printed."""

import json
import math
import re
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import sympy
from flint import arb, ctx, fmpq
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import theory
from boundary import BadInput, OutsideDomain
from tests.theory.bounds.common import NAMES, command
from tests.theory.bounds.common import fraction as exact_end
from theory import blueprint, sheet
from theory.bounds import arithmetic, free
from theory.bounds.arithmetic import ball_function, nearest, precise, round_down, round_up
from theory.bounds.function import closed
from theory.bounds.registry import family
from theory.commands import app, complexity, evaluate  # noqa: F401 - importing a command registers it
from theory.setting.symbols import symbol

ROOT = Path(__file__).resolve().parents[3]


@st.composite
def decimals(draw, largest_exponent=30):
    """A positive decimal as somebody types it."""
    digits = draw(st.integers(1, 10 ** draw(st.integers(1, 20)) - 1))
    exponent = draw(st.integers(-largest_exponent, largest_exponent))
    return draw(
        st.sampled_from([f"{digits}e{exponent}", f"{Decimal(digits).scaleb(exponent):f}", f"+{digits}.e{exponent}"])
    )


@st.composite
def typed(draw):
    """Settings of Theorems 1 and 2 as typed, mostly inside the domain."""
    rho = draw(st.sampled_from(["0", "0.1", ".3", "0.7", "0.9", "9e-1", "0.123456789012345678901"]))
    size = st.one_of(st.just("0"), decimals(6))
    alpha = draw(st.sampled_from(["1e-3", "0.1", "0.05", "1e-7", "0.0123456789"]))
    return {
        "L": draw(st.sampled_from(["1", "0.3", "2.5"])),
        "sigma2": draw(size),
        "Delta": draw(size),
        "alpha": alpha,
        "K": draw(st.sampled_from(["1", "1e4", "10_000", "12345678901234567890"])),
        "rho": rho,
        "Lambda1": draw(st.sampled_from(["0", "0.1", "0.7"])),
        "Lambdah": draw(size),
    }


def fraction(text):
    return Fraction(Decimal(text.replace("_", "")))


def at_or_above(printed, low):
    """Whether a number is at or above a ball, both as the double and as the decimal that prints it."""
    end = exact_end(low)
    return math.isinf(printed) or (Fraction(printed) >= end and Fraction(repr(printed)) >= end)


def enclosed(bound, form, point, bits):
    """Return a closed form at exact parameters, as a ball of many bits, apart from the code under test."""
    names = [symbol(name) for name in point]
    meanings = {**bound.definitions, **form.definitions, symbol("nu"): symbol("Lambdah") * symbol("sigma")}
    meanings |= {symbol("sigma"): sympy.sqrt(symbol("sigma2")), symbol("rbar2"): symbol("rho") ** 2}
    meanings |= {symbol("gain"): sympy.Integer(1)}
    function = ball_function([closed(form.expression, meanings)], names)
    with ctx.workprec(bits):
        return function(*(arb(fmpq(x.numerator, x.denominator)) for x in map(fraction, point.values())))[0]


@settings(deadline=None, max_examples=300)
@given(decimals(), st.one_of(decimals(30).filter(lambda text: fraction(text) < 1), st.sampled_from(["0.3", ".1", "0"])))
def test_the_floor_is_printed_at_or_above_what_was_typed(sigma2, rho):
    exact = fraction(rho) ** 2 * fraction(sigma2) / (1 - fraction(rho) ** 2)
    found = theory.bound("floor").evaluate(sigma2=sigma2, rho=rho)
    upper = float(found.upper)
    assert Fraction(upper) >= exact
    assert Fraction(repr(upper)) >= exact
    assert float(found.value) == float(exact)
    assert upper <= math.nextafter(math.nextafter(float(exact), math.inf), math.inf)
    assert theory.bound("floor")(sigma2=Decimal(sigma2), rho=fraction(rho)) == upper


@settings(deadline=None, max_examples=150)
@given(typed())
def test_the_explicit_bound_is_printed_at_or_above_what_was_typed(point):
    bound = theory.bound("explicit")
    found = bound.evaluate(**point)
    ball = enclosed(bound, bound.forms[-1], point, 4000)
    assert at_or_above(float(found.upper), ball.lower())
    assert float(found.upper) <= float(found.value) + 3 * math.ulp(float(found.value))
    assert float(found.value) == float(ball.mid())


@settings(deadline=None, max_examples=100)
@given(typed(), st.sampled_from(["sharp", "resolved"]), st.booleans())
def test_the_upper_end_of_theorem_1_excludes_itself_at_what_was_typed(point, name, adaptive):
    """G(A1) < A1 in exact arithmetic for the decimal that is printed, with a multiplier found apart: A1 is a bound."""
    more = {"Ln": point["L"]} if name == "resolved" else {}
    if adaptive:
        more["rbar2"] = fraction(point["rho"]) ** 2 / 2  # says more than rho, so it is taken
    bound = theory.bound(name)
    found = bound.evaluate(**point, **more)
    upper = float(found.upper)
    assert upper <= float(found.value) + 3 * math.ulp(float(found.value))
    assume(upper > 0)
    exact = {key: fraction(text) if isinstance(text, str) else text for key, text in (point | more).items()}
    again = bound.evaluate(**exact)
    assert (float(again.value), float(again.upper)) == (float(found.value), upper)
    assert excluded(bound, exact, Fraction(repr(upper)), float(found.witness["mu"]))
    assert not excluded(
        bound, exact, Fraction(float(found.value)) * (1 - Fraction(1, 2**50)), float(found.witness["mu"])
    )


def excluded(bound, point, A1, near):
    """Whether G(A1; mu) < A1 for some mu near a guess, in 1,000 bits: then A1 is an upper end (multiplier.sharp)."""
    right, form = family("multiplier.end"), bound.forms[-1]
    names = [symbol(name) for name in point]
    meanings = {**bound.definitions, **form.definitions, symbol("nu"): symbol("Lambdah") * symbol("sigma")}
    meanings |= {symbol("sigma"): sympy.sqrt(symbol("sigma2")), symbol("rbar2"): symbol("rho") ** 2}
    meanings |= {symbol("gain"): sympy.Integer(1)}
    meanings = {name: value for name, value in meanings.items() if name not in names}
    expression = closed(right.right.xreplace({right.unknown: symbol("A")}), meanings)
    function = ball_function([expression], [symbol("A"), right.multiplier, *names])
    with ctx.workprec(1000):
        values = [fmpq(value.numerator, value.denominator) for value in (A1, *point.values())]
        low, high = arb(near) * (1 - arb(10) ** -9), arb(near) * (1 + arb(10) ** -9)
        for _ in range(150):
            left, right_ = (2 * low + high) / 3, (low + 2 * high) / 3
            first, second = (function(values[0], mu.mid(), *values[1:])[0] for mu in (left, right_))
            if first < arb(values[0]) or second < arb(values[0]):
                return True
            low, high = (low, right_) if first.mid() < second.mid() else (left, high)
    return False


@settings(deadline=None, max_examples=15)
@given(st.sampled_from(["0.0102", "0.05", "0.3", "1.01"]), st.sampled_from(["0", "0.1"]), st.sampled_from(["0", "4"]))
def test_the_iterations_printed_are_enough_for_the_step_printed(eps, rho, lag):
    """Typed back, the decimals of K and of the step give an upper end of at most eps."""
    point = {"L": "1", "sigma2": "1", "Delta": "0.5", "rho": rho, "Lambda1": lag, "Lambdah": lag}
    found = theory.bound("complexity").evaluate(**point, eps=eps)
    K, alpha = int(found.upper), repr(float(found.witness["alpha"]))
    assert Fraction(theory.bound("sharp")(**point, alpha=alpha, K=K)) <= fraction(eps)
    assert Fraction(theory.bound("sharp")(**point, alpha=float(alpha), K=K)) <= fraction(eps)


def test_a_float_is_the_binary_number_that_it_holds():
    floor = theory.bound("floor")
    below = Fraction(0.3) ** 2 / (1 - Fraction(0.3) ** 2)
    assert below < Fraction(9, 91)
    assert Fraction(floor(rho=0.3, sigma2=1)) >= below
    assert Fraction(floor(rho="0.3", sigma2=1)) >= Fraction(9, 91)
    assert floor(rho=np.array([0.3]), sigma2=1)[0] == floor(rho=0.3, sigma2=1)
    assert floor(rho=np.float32(0.3), sigma2=1) == floor(rho=Fraction(float(np.float32(0.3))), sigma2=1)


def test_arrays_of_text_decimals_and_fractions_are_exact():
    floor = theory.bound("floor")
    wanted = [floor(rho="0.1", sigma2=1), floor(rho="0.3", sigma2=1)]
    for rho in (["0.1", "0.3"], [Decimal("0.1"), Fraction(3, 10)], np.array([Fraction(1, 10), Decimal("0.3")], object)):
        assert floor(rho=rho, sigma2=1).tolist() == wanted


def test_an_integer_of_any_size_is_exact():
    point = dict.fromkeys(NAMES, "1") | {"alpha": "1e-3", "rho": "0", "Lambda1": "0", "Lambdah": "0", "sigma2": "0"}
    explicit = theory.bound("explicit").evaluate
    first, second = (explicit(**point | {"K": 10**40 + more}) for more in (0, 10**36))
    assert first.value > second.value


@pytest.mark.parametrize("name", ["0x10", "١", "nan", "", "1e", "--1", "1__0", "0,5", "1/3", "1e99999", "ten", "1 0"])
def test_what_is_no_decimal_is_refused(name):
    with pytest.raises(BadInput, match="sigma2 = "):
        theory.bound("floor")(rho="0.1", sigma2=name)


@pytest.mark.parametrize("name", ["inf", "-inf", "1e999", "-1"])
def test_numbers_outside_the_domain_are_refused_and_large_ones_answered(name):
    if name == "1e999":
        assert theory.bound("floor")(rho="0.1", sigma2=name) == math.inf
    else:
        with pytest.raises(OutsideDomain, match="sigma2 >= 0 and finite"):
            theory.bound("floor")(rho="0.1", sigma2=name)


@pytest.mark.parametrize("rho", ["0.3", ".3", "3e-1", " 0.3", "+0.30", "0.3_0"])
def test_the_readmes_own_command_prints_a_bound(capsys, rho):
    code, out, err = command(capsys, app, "evaluate", "floor", "--set", "sigma2=1", "--set", f"rho={rho}")
    assert (code, err) == (0, "")
    (printed,) = re.findall(r"guaranteed upper end\s*│ (\S+)", out)
    assert Fraction(printed) >= Fraction(9, 91)
    assert Fraction(printed) - Fraction(9, 91) < Fraction(1, 10**16)
    code, out, _ = command(capsys, app, "evaluate", "floor", "--set", "sigma2=1", "--set", f"rho={rho}", "--json", "-")
    result = json.loads(out, parse_float=Fraction)
    assert result["upper"] >= Fraction(9, 91)
    assert Fraction(float(result["upper"])) >= Fraction(9, 91)
    assert result["typed"]["rho"] == rho.strip()


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        ("sigma2=0,5", "no comma"),
        ("sigma2=0x10", "a real number"),
        ("sigma2=nan", "a real number"),
        ("sigma2=inf", "finite"),
        ("sigma2=1e99999999999", "1e4000"),
        ("sigma2=1e400", "largest double"),
        ("sigma2=", "NAME=VALUE"),
        ("rho=0.1", "given once"),
    ],
)
def test_other_text_is_refused_in_one_line(capsys, pair, message):
    code, out, err = command(capsys, app, "evaluate", "floor", "--set", "rho=0.5", "--set", pair)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message in err


@pytest.mark.parametrize("count", ["10.5", "1e-3", "0", "nan", "inf", "1e99999", "1,000"])
def test_a_count_that_is_no_integer_is_refused_in_one_line(capsys, count):
    pairs = [part for name in NAMES if name != "K" for part in ("--set", f"{name}=0.1")]
    code, out, err = command(capsys, app, "evaluate", "explicit", *pairs, "--set", f"K={count}")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "K = " in err


def rows_of(text):
    """Return the sheet's settings with the numbers printed beside them, from a table in text."""
    for _, setting in sheet.SAMPLES:
        cells = setting.split()
        pattern = (
            r"[|&]\s*"
            + r"\s*[|&]\s*".join(map(re.escape, cells))
            + r"\s*[|&]\s*([\d.]+)\s*[|&]\s*([\d.]+)\s*[|&]\s*([\d.]+)"
        )
        yield cells, re.findall(pattern, text)


@pytest.mark.parametrize("where", ["README.md", "bounds.md", "bounds.tex"])
def test_every_number_in_print_is_at_or_above_the_bound(where):
    outcomes = {claim.id: blueprint.ProofOutcome(claim.id, "proved") for claim in blueprint.all_claims()}
    text = (ROOT / where).read_text() if where == "README.md" else sheet.render(sheet.describe(outcomes), where + ".j2")
    for cells, found in rows_of(text):
        assert found, cells
        point = dict(zip(NAMES, cells, strict=True))
        for printed in found:
            for name, number in zip(("sharp", "explicit", "floor"), printed, strict=True):
                value = Fraction(float(theory.bound(name).evaluate(**point).value))
                assert 0 <= Fraction(number) - value + Fraction(1, 10**17) <= Fraction(11, 10 ** (sheet.PLACES + 1))
    for cells, _ in rows_of(text):  # the explicit bound and the floor are closed: exactly at or above
        point = dict(zip(NAMES, cells, strict=True))
        explicit = theory.bound("explicit")
        end = enclosed(explicit, explicit.forms[-1], point, 2000).lower()
        (row, *_) = {tuple(key): value for key, value in rows_of(text)}[tuple(cells)]
        assert Fraction(row[1]) >= exact_end(end)
        rho, sigma2 = fraction(point["rho"]), fraction(point["sigma2"])
        assert Fraction(row[2]) >= rho**2 * sigma2 / (1 - rho**2)


# What rounds: with mutants that fail, so that the checks above are known to be able to.


@given(st.fractions(-10, 10), st.integers(-40, 3))
def test_rounding_a_wide_ball_covers_all_of_it(middle, exponent):
    """The midpoint is not enough: a ball of radius 2^3 or 2^-40 reaches that much higher."""
    with precise():
        radius = arb(2) ** exponent
        ball = arb(fmpq(middle.numerator, middle.denominator)) + arb(0, radius)
    high, low = middle + Fraction(2) ** exponent, middle - Fraction(2) ** exponent
    assert covers(round_up, round_down, ball, low, high)
    assert not covers(nearest, nearest, ball, low, high)
    assert not covers(lambda wide: round_up(wide.mid()), lambda wide: round_down(wide.mid()), ball, low, high)


def covers(up, down, ball, low, high):
    return Fraction(up(ball)) >= high and Fraction(down(ball)) <= low


@given(st.fractions(max_denominator=10**30).filter(lambda x: abs(x) < 10**300))
def test_an_exact_number_is_rounded_up_by_at_most_two_doubles(number):
    up = round_up(fmpq(number.numerator, number.denominator))
    assert Fraction(up) >= number
    assert Fraction(repr(up)) >= number
    assert up <= math.nextafter(math.nextafter(float(number), math.inf), math.inf)


def test_a_double_whose_digits_lie_below_the_bound_is_not_taken():
    """The double nearest to 0.1 is above a tenth; a number between the two needs the next double to be printed."""
    between = (Fraction(1, 10) + Fraction(0.1)) / 2
    assert Fraction(0.1) > between > Fraction(repr(0.1))
    assert round_up(fmpq(between.numerator, between.denominator)) == math.nextafter(0.1, 1)


def test_a_rounding_to_the_nearest_would_be_found(monkeypatch):
    """With `.8f`, as it was, 8 of the sheet's 15 numbers lie below their bounds, and a check above fails."""
    below = 0
    for _, setting in sheet.SAMPLES:
        point = dict(zip(NAMES, setting.split(), strict=True))
        for name in ("sharp", "explicit", "floor"):
            value = Fraction(float(theory.bound(name).evaluate(**point).value))
            below += Fraction(f"{float(value):.8f}") < value - Fraction(1, 10**16)
    assert below == 8
    monkeypatch.setattr(sheet, "places_above", lambda value, places: f"{value:.{places}f}")
    with pytest.raises(AssertionError):
        test_every_number_in_print_is_at_or_above_the_bound("bounds.md")


def test_the_precision_is_raised_where_terms_cancel():
    """A_explicit = R^2 - sigma^2 is 10^-250 of its terms here: 320 bits know nothing of it."""
    point = dict(zip(NAMES, ("1", "1", "0", "1e-250", "1", "0", "0", "0"), strict=True))
    found = theory.bound("explicit").evaluate(**point)
    assert float(found.value) == pytest.approx(2e-250, rel=1)
    assert float(found.upper) <= float(found.value) * (1 + 1e-15)
    assert arithmetic.HIGHEST_PRECISION > 1000


# The sheet says < and <= as the claims do.


def signs(text):
    return re.findall(r"<|\\le(?![a-z])", text)


def stated(item):
    """Return, for each condition of a theorem, whether the claim that it is read off says <.

    What Theorem 4 adds is no premise: that its set is bounded, and that the constants are those of one problem.
    """
    premises = {str(p.relation): p.relation.op for claim in blueprint.all_claims() for p in claim.premises}
    premises |= {part.label: "<" if part.strict else "<=" for part in free.domain()[1:]}
    return {part.label: premises[part.label] == "<" for part in item.domain}


def disagreements():
    outcomes = {claim.id: blueprint.ProofOutcome(claim.id, "proved") for claim in blueprint.all_claims()}
    described = {entry["name"]: entry for entry in sheet.describe(outcomes)["theorems"]}
    wrong = []
    for name, entry in described.items():
        if name not in theory.bounds.NAMES:
            continue  # the theorem from below
        latex = {part["condition"]: part["latex"] for part in entry["domain"]}
        for label, strict in stated(theory.bound(name)).items():
            if signs(latex[label]) != (["<"] if strict else [r"\le"]):
                wrong.append((name, label))
    return wrong


def test_the_sheet_says_less_and_at_most_as_the_claims_do():
    found = [strict for name in theory.bounds.NAMES for strict in stated(theory.bound(name)).values()]
    assert True in found
    assert False in found
    assert disagreements() == []


@pytest.mark.parametrize("said", ["<", r"\le"])
def test_a_sheet_that_says_one_sign_for_all_would_be_found(monkeypatch, said):
    monkeypatch.setattr(sheet, "_condition", lambda part: f"{sheet.formula(part.lhs)} {said} {sheet.formula(part.rhs)}")
    assert disagreements() != []


@pytest.mark.parametrize(
    "arguments",
    [["bounds", "--out", "x"], ["prove"], ["graph"], ["evaluate", "floor", "--set", "rho=0.3", "--set", "sigma2=1"]],
)
def test_without_docstrings_the_program_refuses(tmp_path, arguments):
    """python -OO strips the statements of the claims."""
    done = subprocess.run(
        [sys.executable, "-OO", "-m", "theory", *arguments],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "python -OO" in done.stderr
    assert not (tmp_path / "x").exists()


def test_a_claim_without_a_statement_is_not_put_on_the_sheet(monkeypatch):
    item = blueprint.claim("master.sharp")
    monkeypatch.setitem(item.__dict__, "statement", "")
    outcomes = {claim.id: blueprint.ProofOutcome(claim.id, "proved") for claim in blueprint.all_claims()}
    with pytest.raises(BadInput, match=r"master\.sharp = \(no statement\)"):
        sheet.describe(outcomes)
