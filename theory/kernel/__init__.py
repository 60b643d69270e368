"""The trusted core: claims, certificates, and the exact checker that re-checks them.

What has to be believed is listed in `TRUSTED` and defined in RULES.md. Everything else here writes, shows or searches.
"""

from theory.kernel.claim import REGISTRY, Claim, Premise, symbols
from theory.kernel.draft import COORDINATE, ELEMENT, STAGE, STEP, Draft, lemma
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
    Telescope,
    Tower,
    ZeroCases,
    combine,
    norm_square,
    square,
    times,
)
from theory.kernel.relations import Relation, eq, le, lt
from theory.kernel.vectors import ZERO, Vector, generators, inner, norm2

TRUSTED = ("terms", "signs", "statement", "reading", "scope", "citations", "rules", "witness", "check")
"""The modules of this package that can make a false claim pass if they are wrong."""

__all__ = [
    "COORDINATE",
    "ELEMENT",
    "REGISTRY",
    "STAGE",
    "STEP",
    "TRUSTED",
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
    "Telescope",
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
