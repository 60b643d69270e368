"""How a false claim is submitted: what every file of attacks shares.

Every author of an attack states something false, or something that only holds because its context is contradictory, so
none may be accepted; the reason for which it is refused is part of the test.
"""

import re

import pytest
import sympy

from theory import blueprint
from theory.kernel import Gap, combine, generators, le, norm2, norm_square, symbols
from theory.kernel.check import check_claim
from theory.kernel.draft import write

x, y, z, s, k, j, w, D, c, X, Y, Z, b = symbols("x y z s k j w D c X Y Z b")
u, v, n, t, g, h = generators("u v n t g h")
ONE = sympy.Integer(1)
FALSE = le(0, -1 - z**2)


def registry(attacks):
    """Return the decorator that adds an author to `attacks`, as arguments of `refused`."""

    def attack(because, *, given=(), assumes=()):
        """Register an author of a false claim and what is wrong with it; claims of `given` are proved before it."""

        def register(author):
            attacks.append(pytest.param(author, because, given, assumes, id=author.__name__))
            return author

        return register

    return attack


def claim(name, author, assumes=()):
    """Return what an author writes."""
    author.__doc__ = author.__doc__ or "An attack."
    return write(name, "attack", author, source="attack", assumes=assumes)


def refused(author, because, given, assumes):
    """See that an attack is refused, for the reason stated."""
    proved = dict(blueprint.theorems())
    for place, before in enumerate(given):
        earlier = claim(f"attack.base{place}", before, getattr(before, "assumes", ()))
        check_claim(earlier, proved)
        proved[earlier.id] = earlier
    with pytest.raises(Gap, match=re.escape(because)):
        check_claim(claim("attack.last", author, assumes), proved)


def positive(d):
    """A norm is nonnegative: true, for attacks to cite."""
    d.conclude("pos", le(0, norm2(u)), combine(norm_square(u)))
