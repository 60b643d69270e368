"""The search finds certificates that the checker accepts, and says None where there is none."""

from theory.kernel import generators, inner, le, lt, norm2, symbols
from theory.kernel.check import check_claim
from theory.kernel.claim import write
from theory.search import completing_squares, handelman

x, y, tau, w, m, t = symbols("x y tau w m t")
u, v = generators("u v")


def accepts(goal, facts, certificate, witness, vectors=None):
    def author(d):
        for name, fact in facts.items():
            d.given(name, fact, "domain")
        d.conclude("goal", goal, certificate)
        d.at(witness, vectors)

    check_claim(write("found", "found", author, source="search"), {})
    return True


BOX = {"m >= 0": le(0, m), "m <= tau": le(m, tau), "w <= tau": le(w, tau), "w >= -tau": le(-tau, w)}


def test_the_box_of_the_device_is_found():
    goal = le(tau * (w + m) - m * w, tau**2)
    found = handelman(goal, BOX)
    assert found is not None
    assert accepts(goal, BOX, found, {"m": 1, "tau": 2, "w": "1/2"})


def test_a_product_of_premises_is_found():
    facts = {"x": le(0, x), "y": le(0, y)}
    goal = le(-x * y, 1)
    found = handelman(goal, facts)
    assert found is not None and accepts(goal, facts, found, {"x": 1, "y": 1})


def test_nothing_is_found_for_a_false_claim():
    assert handelman(le(tau * (w + m) - m * w, tau**2 - 1), BOX) is None
    assert handelman(le(x, y), {"x": le(0, x)}) is None


def test_youngs_inequality_is_found():
    facts = {"t": lt(0, t)}
    goal = le(2 * inner(u, v), t * norm2(u) + norm2(v) / t)
    found = completing_squares(goal, facts, {})
    assert found is not None
    assert accepts(goal, facts, found, {"t": 1})


def test_a_gram_certificate_with_a_premise():
    facts = {"u": le(norm2(u), x**2), "y": lt(0, y)}
    goal = le(2 * inner(u, v), y * x**2 + norm2(v) / y)
    found = completing_squares(goal, facts, {"u": y})
    assert found is not None
    assert accepts(goal, facts, found, {"x": 1, "y": 1}, {"u": (1,)})


def test_no_gram_certificate_for_a_false_claim():
    assert completing_squares(le(3 * inner(u, v), norm2(u) + norm2(v)), {}, {}) is None
    assert completing_squares(le(inner(u, v), norm2(u)), {}, {}) is None


def test_what_is_found_uses_only_what_is_given():
    assert handelman(le(0, x), {"y": le(0, y)}) is None
