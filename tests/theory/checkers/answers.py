"""Lemmas that cite each other, and where they stand in a file: what the engine is asked about in tests."""

from tests.theory.checkers import statements as s
from theory.checkers import coq_script
from theory.checkers.coq_lemma import Lemma
from theory.kernel.draft import Draft, write
from theory.kernel.proof import Cite, combine, square, times
from theory.kernel.relations import le


def lemma(name: str, proof: object = None, bound: int = 1) -> Lemma:
    def author(d: Draft) -> None:
        """A number that is below a bound."""
        d.given("x", le(s.x, 0), "domain")
        d.conclude("c", le(s.x, bound), proof or combine(times("x"), square(1, bound)))  # type: ignore[arg-type]

    return coq_script.translate(write(name, "t", author, source="t"), KNOWN)


KNOWN: dict[str, Lemma] = {}
for _name, _proof in (
    ("t.one", None),
    ("t.two", Cite("t.one", "c")),
    ("t.three", Cite("t.two", "c")),
    ("t.four", None),
):
    KNOWN[_name] = lemma(_name, _proof)


def line_of(text: str, claim: str) -> int:
    return text.splitlines().index(f"(* claim {claim} *)") + 2
