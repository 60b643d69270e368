"""What a claim defines is read in one way, whoever asks."""

import pytest
import sympy

from theory.blueprint import all_claims, claim
from theory.definitions import eliminate, meanings
from theory.lemmas import complexity as parts
from theory.setting.symbols import symbol


def test_roots_and_definitions_are_read():
    item = claim("complexity.step_size")
    found = meanings(item)
    assert found[parts.lead] == sympy.sqrt(next(root.of for root in item.roots if root.symbol == parts.lead))
    as_written = meanings(item, lambda of: sympy.sqrt(of, evaluate=False))
    assert as_written.keys() == found.keys()


def test_nothing_that_a_claim_defines_is_left():
    for item in all_claims():
        defined = meanings(item)
        for name in item.conclusions:
            assert not eliminate(item.conclusion(name).rhs, item).free_symbols & defined.keys(), (item.id, name)


def test_meanings_are_put_in_until_none_is_left():
    a, b, c = (symbol(name) for name in ("alpha", "L", "K"))
    assert eliminate(a + 1, {a: b * c, b: c + 1}) == (c + 1) * c + 1
    with pytest.raises(ValueError, match="circle"):
        eliminate(a, {a: b, b: a + c})
