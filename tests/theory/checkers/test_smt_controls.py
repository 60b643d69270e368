"""Controls asked of z3: needed premises come with an exact point, droppable and too weak ones are found out."""

import json

import pytest
import sympy

from boundary import run_command
from theory import blueprint
from theory.checkers import points
from theory.checkers.smt_controls import EXPLAINED, controls, tally
from theory.commands import app, graph, prove  # noqa: F401 - registers the commands
from theory.kernel.claim import symbols
from theory.kernel.draft import write
from theory.kernel.proof import combine, square, times
from theory.kernel.relations import le, lt
from theory.kernel.vectors import generators, inner, norm2

a, b, c = symbols("a b c")
u, w = generators("u w")
QUICK = ["device.", "order.", "hilbert.", "network.", "pipeline.", "complexity.best", "floor.attained"]


def asked(author):
    (found,) = controls([write("planted", "Planted", author, source="test")])
    return found


def answers(findings):
    return {finding.name: finding.answer for finding in findings}


def product(d):
    """The product of a positive and a nonnegative number is at most that of the first and something larger."""
    d.given("a > 0", lt(0, a), "domain")
    d.given("b <= c", le(b, c), "domain")
    d.given("c >= 0", le(0, c), "domain")
    d.conclude("bound", le(a * b, a * c), combine(times("b <= c", a)))
    d.witness({"a": 1, "b": 1, "c": 2})


def test_a_superfluous_premise_is_reported_and_the_others_are_needed():
    found = asked(product)
    assert answers(found.premises) == {"a > 0": "needed", "b <= c": "needed", "c >= 0": "droppable"}
    assert answers(found.tightened) == {"bound": "rejected"}


def test_the_point_that_shows_a_need_breaks_the_claim_in_exact_arithmetic():
    point = {name: sympy.Rational(value) for name, value in asked(product).premises[0].point.items()}
    assert point["b"] <= point["c"] and point["c"] >= 0
    assert point["a"] * point["b"] > point["a"] * point["c"]


def test_a_premise_of_no_use_at_all():
    def author(d):
        """A nonnegative number and a square add up to something nonnegative."""
        d.given("a >= 0", le(0, a), "domain")
        d.conclude("bound", le(-a - b**2, a), combine(times("a >= 0", 2), square(b)))
        d.given("c", le(-a, b), "domain")
        d.witness({"a": 1, "b": 2})

    assert answers(asked(author).premises) == {"a >= 0": "needed", "c": "droppable"}


def test_a_conclusion_that_is_too_weak_passes_tightened():
    def author(d):
        """Twice a positive number is more than the number, so the bound can be halved."""
        d.given("a > 0", lt(0, a), "domain")
        d.conclude("weak", le(a, 2 * a), combine(times("a > 0")))
        d.conclude("sharp", le(a * (1 - b**2), a), combine(times("a > 0", b**2)))
        d.witness({"a": 1, "b": 1})

    assert answers(asked(author).tightened) == {"weak": "passes", "sharp": "rejected"}


def test_points_for_vectors_are_those_of_vectors():
    def author(d):
        """Orthogonal vectors obey Pythagoras."""
        d.given("orthogonal", le(inner(u, w), 0), "domain")
        d.conclude("bound", le(norm2(u + w), norm2(u) + norm2(w)), combine(times("orthogonal", 2)))
        d.witness({}, {"u": (1, 0), "w": (0, 1)})

    (finding,) = asked(author).premises
    assert finding.answer == "needed"
    values = {name: sympy.Rational(value) for name, value in finding.point.items()}
    assert values["<u|w>"] > 0 and values["<u|w>"] ** 2 <= values["<u|u>"] * values["<w|w>"]


def test_running_out_of_work_is_undecided(monkeypatch):
    monkeypatch.setattr(points, "WORK", 1)
    monkeypatch.setattr("theory.checkers.cleared.WORK", 1)
    assert set(answers(asked(product).premises).values()) == {"undecided"}


def test_claims_of_rules_stand_outside():
    found = {one.claim: one for one in controls(blueprint.all_claims(), {"noise.orthogonal", "master.sharp"})}
    assert found["noise.orthogonal"].outside and found["master.sharp"].outside


@pytest.fixture(scope="module")
def quick():
    claims = blueprint.all_claims()
    wanted = {claim.id for claim in claims if claim.id.startswith(tuple(QUICK))}
    return [one for one in controls(claims, wanted) if one.claim in wanted]


def test_no_tightened_conclusion_passes_without_explanation(quick):
    passing = {(one.claim, found.name) for one in quick for found in one.tightened if found.answer == "passes"}
    assert passing <= EXPLAINED.keys()


def test_most_premises_are_needed_and_the_rest_reported(quick):
    counts = tally(quick)
    assert counts["needed"] > 2 * counts["droppable"] > 0, counts


def test_the_command_tells_them(capsys):
    with pytest.raises(SystemExit) as ended:
        run_command(
            app, "theory", ["prove", "--engine", "smt", "--controls", "--only", "device.closed_form", "--json", "-"]
        )
    assert ended.value.code == 0
    (row,) = json.loads(capsys.readouterr().out)["claims"]
    given = {finding["name"]: finding["answer"] for finding in row["controls"]["smt"]["premises"]}
    assert given == {"s^2": "needed", "m >= 0": "droppable", "tau > 0": "needed"}
