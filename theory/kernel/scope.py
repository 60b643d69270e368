"""What may be used at a place in a proof. Part of the trusted core; see RULES.md section 5."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace as altered
from functools import cached_property
from typing import NamedTuple

from theory.kernel.gap import Gap
from theory.kernel.signs import Rel, Signs
from theory.kernel.statement import NONE, Labels, Statement


class Fact(NamedTuple):
    """A relation, and the labels for which it is only known at the values at hand, not at all values."""

    relation: Rel
    at_hand: Labels


@dataclass(frozen=True)
class Scope:
    """What may be used at a place in a proof. `open` are the labels of the assumptions made on the way there."""

    claim: Statement
    proved: Mapping[str, Statement]
    facts: Mapping[str, Fact]
    open: Labels = NONE

    @cached_property
    def signs(self) -> Signs:
        """Return what the facts say about signs; read off once, since the facts of a scope do not change."""
        return Signs(fact.relation for fact in self.facts.values())

    def known(self, name: str, relation: Rel) -> "Scope":
        """Return the scope with one more fact, proved here."""
        if name in self.facts:
            raise Gap(f"two facts are called {name!r}")
        return altered(self, facts={**self.facts, name: Fact(relation, self.open)})

    def assume(self, name: str, relation: Rel) -> "Scope":
        """Return the scope of a branch in which a relation is taken to hold at the values at hand of its labels."""
        return altered(self, open=self.open | self.claim.of_relation(relation)).known(name, relation)

    def at_all(self, labels: Labels) -> "Scope":
        """Return the scope of what holds at all values of some labels."""
        if not labels:
            return self
        facts = {name: fact for name, fact in self.facts.items() if not fact.at_hand & labels}
        return altered(self, facts=facts, open=self.open - labels)
