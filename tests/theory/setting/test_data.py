"""Assumptions and symbols: the data is complete and consistent with itself."""

import pytest

from boundary import BadInput
from theory.setting import assumptions, symbols


def test_assumptions_introduce_known_symbols() -> None:
    stage_data = {"p0", "p1", "l0", "l1", "X", "w", "d"}
    for assumption in assumptions.REGISTRY.values():
        assert set(assumption.symbols) <= set(symbols.QUANTITIES) | stage_data, assumption.id
        assert assumption.statement and assumption.latex and assumption.certified_by


def test_every_symbol_is_real_and_carries_no_hidden_sign() -> None:
    for name, quantity in symbols.QUANTITIES.items():
        symbol = symbols.symbol(name)
        assert symbol.name == quantity.name == name
        assert symbol.is_real and symbol.is_nonnegative is None
        assert quantity.latex and quantity.unit and quantity.meaning


def test_unknown_names_are_refused() -> None:
    with pytest.raises(BadInput, match="symbol"):
        symbols.symbol("lambda")
    with pytest.raises(BadInput, match="assumption"):
        assumptions.named("convex")
