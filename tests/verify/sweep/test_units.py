"""Families in units of the theorems' domain: settings stand in it where they say."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from boundary import BadInput
from simulate import problems
from tests.verify.families import changed, plan_of
from theory.theorems import network
from verify.sweep import assessing, axes, settings
from verify.sweep.drawn import largest_weight, step_size

UNITS = """
[[family]]
name = "units"
problem = "quadratic"
algorithm = ["analog-sgd-ap", "stashed-ap", "digital-ap"]
iterations = 40
replicas = 4
set = { noise = "two-point", diagonal = true }
[family.axes]
stages = [1, 4, "integers"]
x = [0.003, 0.3, "log"]
share = [0.05, 0.7, "log"]
saturation = [0.05, 0.7, "log"]
"""


def test_units_of_the_domain_are_those_of_the_built_in_families(written: Callable[[str], Path]) -> None:
    """alpha L <= x and q within its share of the domain, one of them met; tau is the reach over the saturation."""
    own = settings.own_families(written(UNITS))
    for draw in ({"algorithm": "analog-sgd-ap"}, {"algorithm": "digital-ap"}, {"algorithm": "stashed-ap"}):
        draw |= {"stages": 3, "x": 0.2, "share": 0.3, "saturation": 0.4}
        of_quadratic = {name: axis.at(0.0) for name, axis in settings.FAMILIES["quadratic"].axes.items()}
        of_quadratic |= _defaults() | draw | {"noise": "two-point"}
        theirs = settings._quadratic(of_quadratic, diagonal=True)
        mine = own.by_name["units"].make(draw)
        assert (mine.alpha, mine.tau, mine.problem) == (theirs.alpha, theirs.tau, theirs.problem)


def _defaults() -> dict[str, object]:
    return {name: field.default for name, field in problems.kind_of("quadratic", {}).setting_fields().items()}


def test_settings_in_units_stand_where_they_say_in_the_domain(written: Callable[[str], Path]) -> None:
    plan = plan_of(written(UNITS))
    for index in range(40):
        draw = axes.sample(
            plan.own.by_name["units"].axes if plan.own else {},
            np.random.Generator(np.random.Philox(np.random.SeedSequence([3, index]))),
        )
        made = settings.sample(3, index, plan.families, plan.own)
        facts = made.problem.facts(made.lags, stashed=made.algorithm == "stashed-ap").values
        level = draw["saturation"] if math.isfinite(made.tau) else 0.0
        allowed = draw["share"] * math.sqrt((1 - draw["x"]) * (1 - level**2))
        used = (made.alpha * facts["L"] / draw["x"], (1 + level) * made.alpha * facts["Lambda1"] / allowed)
        assert max(used) == pytest.approx(1)


NETWORK = """
[[family]]
name = "net"
problem = "network"
algorithm = "analog-sgd-ap"
stages = 2
iterations = 40
x = 0.2
share = 0.5
saturation = 0.1
"""
LAYERS = changed(
    "x = 0.2", 'set = { data = "teacher", width = "3,2", loss = "squared", instance = 4 }\nx = 0.2', NETWORK
)


@pytest.mark.parametrize("text", [NETWORK, LAYERS], ids=["built in", "layers"])
def test_a_network_in_units_takes_L_by_theorem(text: str, written: Callable[[str], Path]) -> None:
    made = settings.own_families(written(text)).by_name["net"].make({})
    norms = [2.5 * float(np.linalg.norm(stage, 2)) for stage in made.problem.initial_weights()]
    found = network.constants(made.problem.stage_data, norms)
    assert made.alpha == step_size({"L": found.L, "Lambda1": found.Lambda1(made.lags)}, 0.2, 0.5, 0.1)
    assert made.tau == pytest.approx(20 * largest_weight(made.problem))


def test_a_step_in_units_beside_a_plain_level_and_the_other_way_round(written: Callable[[str], Path]) -> None:
    late = changed("share = 0.5", "share = 0.01", NETWORK)
    plain = changed("share = 0.5\nsaturation = 0.1", "tau = 7", NETWORK)
    made = settings.own_families(written(plain)).by_name["net"].make({})
    assert made.tau == 7 and made.alpha > settings.own_families(written(late)).by_name["net"].make({}).alpha
    level = changed("x = 0.2\nshare = 0.5", "alpha = 0.01", NETWORK)
    made = settings.own_families(written(level)).by_name["net"].make({})
    assert made.alpha == 0.01 and made.tau == pytest.approx(20 * largest_weight(made.problem))


def test_a_problem_made_for_a_level_keeps_it_and_takes_a_step_in_units(written: Callable[[str], Path]) -> None:
    text = '[[family]]\nname = "a"\nproblem = "plus-minus"\nalgorithm = "analog-sgd"\ntau = 3\niterations = 9\nx = 0.1'
    made = settings.own_families(written(text)).by_name["a"].make({})
    assert (made.tau, made.alpha) == (3, pytest.approx(0.1))


WRONG_UNITS = {
    "both steps": (changed("x = 0.2", "x = 0.2\nalpha = 0.1", NETWORK), "family 'net': x = x: .*given alone"),
    "both levels": (changed("x = 0.2", "x = 0.2\ntau = 1", NETWORK), "family 'net': saturation = .*given alone"),
    "share alone": (changed("x = 0.2", "alpha = 0.1", NETWORK), "family 'net': share = share: .*given with x"),
    "no step": (changed("x = 0.2\nshare = 0.5", "", NETWORK), "family 'net': alpha or x = None"),
    "no level": (changed("saturation = 0.1", "", NETWORK), "family 'net': tau or saturation = None"),
    "share without level": (changed("saturation = 0.1", "tau = 3", NETWORK), "share = 0.5: .*given with saturation"),
    "x": (changed("x = 0.2", "x = 1", NETWORK), "x = 1: must satisfy 0 < x < 1"),
    "x drawn": (changed("x = [0.003, 0.3,", "x = [1.1, 1.3,", UNITS), "family 'units', axis x: x = 1"),
    "saturation": (changed("saturation = 0.1", "saturation = 0", NETWORK), "saturation = 0: .*0 < saturation < 1"),
    "nan": (changed("x = 0.2", "x = nan", NETWORK), "x = 'nan'|x = nan.*real number"),
    "digital": (changed("analog-sgd-ap", "digital-ap", NETWORK), "saturation = 0.1: .*tau = inf"),
    "no L": (changed("width =", "bias = true, width =", LAYERS), "x = 0.2: .*L of network is not known .*biases"),
    "start 0": (changed('"squared"', '"squared", start = 0', LAYERS), "(x|saturation) = .*in its place"),
    "made for tau": (
        changed('"network"', '"attaining"', changed("stages = 2", "stages = 1", NETWORK)),
        "saturation = 0.1: .*tau in its place",
    ),
}


@pytest.mark.parametrize("case", WRONG_UNITS)
def test_wrong_units_are_refused_in_one_line(case: str, written: Callable[[str], Path]) -> None:
    text, words = WRONG_UNITS[case]
    with pytest.raises(BadInput, match=words) as refused:
        assessing.require_drawable(plan_of(written(text)), range(9))
    assert "\n" not in str(refused.value)
