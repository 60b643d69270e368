"""The trusted core: claims, certificates, and the exact checker that re-checks them.

What has to be believed: `relations`, `vectors`, `rational`, `signs` (arithmetic), `sanity`, `rules`, `check` (logic).
"""

from theory.kernel.claim import REGISTRY, Claim, Draft, Premise, lemma, symbols
from theory.kernel.gap import Gap
from theory.kernel.proof import (
    Average,
    Chain,
    Cite,
    Contradiction,
    Induction,
    OrderCases,
    Shift,
    SignCases,
    Step,
    Tower,
    ZeroCases,
    combine,
    norm_square,
    square,
    times,
)
from theory.kernel.relations import Relation, eq, le, lt
from theory.kernel.vectors import ZERO, Vector, generators, inner, norm2

__all__ = [
    "REGISTRY",
    "ZERO",
    "Average",
    "Chain",
    "Cite",
    "Claim",
    "Contradiction",
    "Draft",
    "Gap",
    "Induction",
    "OrderCases",
    "Premise",
    "Relation",
    "Shift",
    "SignCases",
    "Step",
    "Tower",
    "Vector",
    "ZeroCases",
    "combine",
    "eq",
    "generators",
    "inner",
    "le",
    "lemma",
    "lt",
    "norm2",
    "norm_square",
    "square",
    "symbols",
    "times",
]
