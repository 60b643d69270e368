"""How z3 is attacked: false claims and true ones next to them, registered one after the other and asked of z3 alone.

The letters at the beginning of an attack's name are those of the kernel's first attacks.
"""

from functools import cache

import pytest
import sympy

from theory import blueprint
from theory.checkers import smt
from theory.checkers.smt_terms import Undecided
from theory.kernel import generators, le, symbols
from theory.kernel.draft import write

x, y, z, s, k, j, w, p, h, X, Y = symbols("x y z s k j w p h X Y")
u, v, n, t, g = generators("u v n t g")
ONE = sympy.Integer(1)
FALSE = le(0, -1 - z**2)
UNEVALUATED = sympy.Mul(y, sympy.Pow(y, -1, evaluate=False), evaluate=False)


class Attacks:
    """The false and the true claims of one file, as parameters of its two tests."""

    def __init__(self):
        self.false, self.true = [], []

    def wrong(self, because, *, given=(), assumes=()):
        """Register the author of a false claim and what z3 says of it."""

        def register(author):
            self.false.append(pytest.param(author, because, given, assumes, id=author.__name__))
            return author

        return register

    def right(self, *, given=(), assumes=(), verdict="proved"):
        """Register the author of a true claim next to the false ones."""

        def register(author):
            self.true.append(pytest.param(author, given, assumes, verdict, id=author.__name__))
            return author

        return register


def claim(name, author, assumes=()):
    author.__doc__ = author.__doc__ or "A claim."
    return write(name, "attack", author, source="attack", assumes=assumes)


@cache
def library():
    """Return claims of the theory that z3 has settled, for attacks to cite."""
    wanted = (
        blueprint.rests_on("window.displacement") | blueprint.rests_on("noise.second_moment") | {"noise.orthogonal"}
    )
    settled = {}
    for item in blueprint.all_claims():
        if item.id in wanted:
            smt.settle(item, settled)
            settled[item.id] = item
    return settled


def asked(author, given=(), assumes=()):
    """Return how z3 settles a claim, after those of `given`."""
    settled = dict(library())
    for place, before in enumerate(given):
        earlier = claim(f"attack.base{place}", before, getattr(before, "assumes", ()))
        smt.settle(earlier, settled)
        settled[earlier.id] = earlier
    return smt.settle(claim("attack.last", author, assumes), settled)


def refused(author, because, given=(), assumes=()):
    """Have z3 refuse a claim, with a reason that contains `because`."""
    with pytest.raises(Undecided) as said:
        asked(author, given, assumes)
    assert because in str(said.value)


def settled(author, given=(), assumes=(), verdict="proved"):
    """Have z3 settle a claim, conditionally or not."""
    count = asked(author, given, assumes)
    assert ("conditional" if count.hypotheses else "proved") == verdict
