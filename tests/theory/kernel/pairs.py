"""Pairs for the kernel's tests: an author writes something true, and the same with one side condition broken."""

import re
from collections.abc import Callable, Sequence
from functools import cache

import pytest

from theory.kernel.check import check_claim
from theory.kernel.claim import Claim
from theory.kernel.draft import Draft, write
from theory.kernel.gap import Gap
from theory.setting.assumptions import Assumption

Author = Callable[[Draft, str], None]


class Pairs(list):  # type: ignore[type-arg]  # of pytest's parameters
    """The authors of a file; each is called with "" for the true thing and with the name of each fault."""

    def __call__(
        self, *, given: Sequence[Callable[[Draft], None]] = (), assumes: Sequence[Assumption] = (), **faults: str
    ) -> Callable[[Author], Author]:
        """Register an author: what is proved before, what is assumed, and why each fault is refused."""

        def register(author: Author) -> Author:
            for fault, because in {"": "", **faults}.items():
                name = f"{author.__name__}-{fault or 'true'}"
                self.append(pytest.param(author, fault, because, given, assumes, id=name))
            return author

        return register


def statement(name: str, author: Callable[[Draft], None], assumes: Sequence[Assumption] = ()) -> Claim:
    """Return the claim that an author writes."""
    author.__doc__ = author.__doc__ or "A test."
    return write(name, "a test", author, source="here", assumes=assumes)


@cache
def base(author: Callable[[Draft], None]) -> Claim:
    """Return a claim to cite, proved; it is called like its author."""
    found = statement(author.__name__, author, getattr(author, "assumes", ()))
    check_claim(found, {})
    return found


def answered(
    author: Author, fault: str, because: str, given: Sequence[Callable[[Draft], None]], assumes: Sequence[Assumption]
) -> None:
    """Assert that the claim is accepted if nothing is wrong with it, and else refused with the reason."""
    proved = {earlier.__name__: base(earlier) for earlier in given}

    def of(d: Draft) -> None:
        author(d, fault)

    of.__doc__ = "A test."
    claim = statement("test.pair", of, assumes)
    if not fault:
        check_claim(claim, proved)
        return
    with pytest.raises(Gap, match=re.escape(because)):
        check_claim(claim, proved)
