"""False claims that a hostile referee would submit, by kind, each in its file; here, what is not proved and yet cited.

Each attack stands for a kind, and what the kind exploits is in its name. Eleven kinds passed the first kernel (they are
told of by letter); the others are siblings.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.theory.kernel import (
    test_attacks_averages,
    test_attacks_columns,
    test_attacks_counts,
    test_attacks_structure,
    test_attacks_terms,
)
from tests.theory.kernel.attacking import claim, positive, refused, s, x, z
from theory import blueprint
from theory.kernel import Cite, Gap, combine, le, symbols
from theory.kernel.check import check_claim, is_proved

__all__ = ["ATTACKS", "claim", "positive", "refused"]

ATTACKS = [
    *test_attacks_terms.ATTACKS,
    *test_attacks_averages.ATTACKS,
    *test_attacks_counts.ATTACKS,
    *test_attacks_columns.ATTACKS,
    *test_attacks_structure.ATTACKS,
]
"""All of them, for z3 and for Coq to refuse as well."""


def test_every_file_of_attacks_is_among_them():
    here = Path(__file__).parent
    names = {path.stem for path in here.glob("test_attacks_*.py")}
    assert {item.values[0].__module__.rpartition(".")[2] for item in ATTACKS} == names
    assert len({item.id for item in ATTACKS}) == len(ATTACKS)


def test_what_was_not_checked_cannot_be_cited():
    def unproved(d):
        """Something false."""
        d.conclude("bad", le(0, z), combine())

    def author(d):
        """Something false, cited."""
        d.conclude("bad", le(0, z + 0 * x), Cite("attack.unproved", "bad"))

    wrong = claim("attack.unproved", unproved)
    assert not is_proved(wrong)
    with pytest.raises(Gap, match="not proved"):
        check_claim(claim("attack.last", author), {"attack.unproved": wrong})


def test_a_proved_claim_that_is_changed_afterwards_cannot_be_cited():
    right = blueprint.theorems()["order.root"]
    changed = replace(right, context=right.context[1:])

    def author(d):
        """The root without its premise."""
        d.given("squares", le(s**2, symbols("t")[0] ** 2), "domain")
        d.conclude("bound", le(s, symbols("t")[0]), Cite("order.root", "bound"))
        d.witness(s=1, t=1)

    with pytest.raises(Gap, match="not proved"):
        check_claim(claim("attack.last", author), {"order.root": changed})


def test_a_proved_claim_cannot_be_cited_under_another_name():
    right = blueprint.theorems()["order.root"]

    def author(d):
        """The root under another name."""
        d.given("t >= 0", le(0, symbols("t")[0]), "domain")
        d.given("squares", le(s**2, symbols("t")[0] ** 2), "domain")
        d.conclude("bound", le(s, symbols("t")[0]), Cite("order.other", "bound"))
        d.witness(s=1, t=1)

    with pytest.raises(Gap, match="not proved"):
        check_claim(claim("attack.last", author), {"order.other": right})
