"""Every claim, its verdict, and what it rests on: the chain from the assumptions to the theorems."""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from theory.kernel.check import check_claim
from theory.kernel.claim import REGISTRY, Claim
from theory.kernel.gap import Gap
from theory.kernel.proof import (
    Average,
    Chain,
    Cite,
    Contradiction,
    Induction,
    OrderCases,
    Proof,
    SignCases,
    Verdict,
    ZeroCases,
)
from theory.kernel.refute import counterexample


@dataclass(frozen=True)
class ProofOutcome:
    """The verdict on one claim by one authority.

    Args:
        verdict: proved, refuted, undecided, conditional or unsupported.
        reason: why it is not proved, or how it was; may be empty.
        seconds: time taken.
        counterexample: for `refuted`, a point that satisfies the premises and breaks the conclusion.
        hypotheses: for `conditional`, the rules that the authority takes on trust and the claim hangs on.

    """

    claim: str
    verdict: Verdict
    reason: str = ""
    seconds: float = 0.0
    counterexample: Mapping[str, str] = field(default_factory=dict)
    hypotheses: tuple[str, ...] = ()


@cache
def _registered() -> tuple[Claim, ...]:
    import theory.lemmas  # noqa: F401 - importing it registers the claims

    ordered: dict[str, Claim] = {}
    for item in REGISTRY.values():
        _place(item, ordered, ())
    return tuple(ordered.values())


def _place(item: Claim, ordered: dict[str, Claim], above: tuple[str, ...]) -> None:
    """Put a claim after all it cites; a citation that is unknown or leads back is left for the checker to refuse."""
    if item.id in ordered or item.id in above:
        return
    for name in uses(item):
        if name in REGISTRY:
            _place(REGISTRY[name], ordered, (*above, item.id))
    ordered[item.id] = item


def all_claims() -> tuple[Claim, ...]:
    """Return every claim, each after the claims it cites."""
    return _registered()


@cache
def theorems() -> dict[str, Claim]:
    """Return every claim that the kernel proves in this process, by id; they may be cited."""
    proved: dict[str, Claim] = {}
    for item in all_claims():
        try:
            check_claim(item, proved)
        except Gap:
            continue
        proved[item.id] = item
    return proved


def claim(name: str) -> Claim:
    """Return the claim `name`; an unknown name raises KeyError."""
    _registered()
    return REGISTRY[name]


def prove(claims: Iterable[Claim]) -> Iterator[ProofOutcome]:
    """Check claims in order with the exact kernel; one that cites an unproved claim is not proved."""
    proved: dict[str, Claim] = {}
    for item in claims:
        start = time.perf_counter()
        try:
            check_claim(item, proved)
        except Gap as gap:
            point = counterexample(item)
            verdict: Verdict = "undecided" if point is None else "refuted"
            yield ProofOutcome(item.id, verdict, str(gap), time.perf_counter() - start, point or {})
        else:
            proved[item.id] = item
            yield ProofOutcome(item.id, "proved", "", time.perf_counter() - start)


def citations(proof: Proof) -> Iterator[str]:
    """Yield the ids of the claims that a proof cites."""
    match proof:
        case Cite(claim=name):
            yield name
        case Average(proof=inner):
            yield from citations(inner)
        case Chain(steps, last):
            for step in steps:
                yield from citations(step.proof)
            yield from citations(last)
        case Contradiction(inner):
            yield from citations(inner)
        case SignCases(_, one, other) | ZeroCases(_, one, other) | OrderCases(_, _, one, other):
            yield from citations(one)
            yield from citations(other)
        case Induction(_, base, step):
            yield from citations(base)
            yield from citations(step)


def uses(item: Claim) -> tuple[str, ...]:
    """Return the ids of the claims that a claim cites, in order, each once."""
    proofs = [step.proof for step in item.steps] + [root.exists for root in item.roots]
    return tuple(dict.fromkeys(name for proof in proofs for name in citations(proof)))


def rests_on(name: str) -> frozenset[str]:
    """Return every claim that `name` uses, directly or not, and itself."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting.extend(uses(claim(current)))
    return frozenset(found)


def assumptions_of(names: Iterable[str]) -> tuple[str, ...]:
    """Return the assumptions that the named claims rest on, sorted."""
    return tuple(sorted({label for name in names for label in claim(name).assumes}))
