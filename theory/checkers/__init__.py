"""Three authorities behind one interface: claims in, outcomes out."""

from collections.abc import Callable, Iterable, Iterator

from theory.blueprint import ProofOutcome
from theory.kernel.claim import Claim

Engine = Callable[[Iterable[Claim]], Iterator[ProofOutcome]]
ENGINES = ("kernel", "smt", "coq")


def engine(name: str) -> Engine:
    """Return an authority by name: kernel, smt or coq; loaded on first use."""
    if name == "kernel":
        from theory.blueprint import prove as kernel

        return kernel
    if name == "smt":
        from theory.checkers.smt import prove as smt

        return smt
    from theory.checkers.coq import prove as coq

    return coq
