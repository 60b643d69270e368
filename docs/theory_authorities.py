"""What z3 and Coq said of each claim, kept with the pages: `python docs/theory_authorities.py` asks them again.

A site is built on machines that have neither. An answer is shown as long as the claim says what it said when asked.
"""

import hashlib
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from subprocess import run

from theory import blueprint
from theory.blueprint import ProofOutcome
from theory.checkers import engine
from theory.kernel import Claim

FILE = Path(__file__).parent / "theory" / "authorities.json"
ASKED = ("smt", "coq")
"""The authorities whose answers are kept; the kernel is asked whenever the site is built."""


@dataclass(frozen=True)
class Answer:
    """What an authority said: its verdict, and the rules that a conditional one hangs on."""

    verdict: str
    hypotheses: tuple[str, ...] = ()


CHANGED = Answer("not asked since the claim changed")
"""Stands for an answer about another statement."""


def digest(claim: Claim) -> str:
    """Return a digest of what a claim says: premises, conclusions, and how its sequences are made."""
    labels = sorted((str(name), sorted(found)) for name, found in (*claim.labels.items(), *claim.vector_labels.items()))
    parts = [
        [(premise.name, str(premise.relation), premise.reason) for premise in claim.premises],
        [(name, str(claim.conclusion(name))) for name in claim.conclusions],
        [sorted(claim.assumes), labels, *map(repr, (claim.processes, claim.delays, claim.means, claim.paths))],
        [(item.local, item.vector, str(item.image), item.over) for item in claim.links],
        [(str(item.counter), str(item.scalars), str(item.vectors)) for item in claim.recursions],
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def stored() -> tuple[dict[str, str], dict[str, dict[str, Answer]]]:
    """Return the versions that were asked, and for each authority its answers by claim."""
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    current = {item.id: digest(item) for item in blueprint.all_claims()}
    found: dict[str, dict[str, Answer]] = {}
    for name in ASKED:
        answers = {}
        for claim, now in current.items():
            row = kept["claims"].get(claim, {})
            known = row.get("says") == now and name in row
            answers[claim] = Answer(row[name]["verdict"], tuple(row[name]["hypotheses"])) if known else CHANGED
        found[name] = answers
    return kept["asked"], found


def versions() -> dict[str, str]:
    """Return the versions of z3 and Coq here; a program that is missing is "none"."""
    from importlib.metadata import version

    coqc = which("coqc")
    said = run([coqc, "--print-version"], capture_output=True, text=True, check=True).stdout if coqc else "none"
    return {"smt": f"z3 {version('z3-solver')}", "coq": f"Coq {said.split()[0]}"}


def ask(before: Mapping[str, Mapping[str, object]]) -> dict[str, dict[str, object]]:
    """Return the answers of this machine's authorities; what one cannot be asked here stays as it was before."""
    claims = blueprint.all_claims()
    outcomes: dict[str, dict[str, ProofOutcome]] = {
        name: {outcome.claim: outcome for outcome in engine(name)(claims)} for name in ASKED
    }
    found: dict[str, dict[str, object]] = {}
    for claim in claims:
        row: dict[str, object] = {"says": digest(claim)}
        for name in ASKED:
            outcome = outcomes[name][claim.id]
            if outcome.verdict != "unsupported":
                row[name] = {"verdict": outcome.verdict, "hypotheses": list(outcome.hypotheses)}
            elif before.get(claim.id, {}).get("says") == row["says"] and name in before[claim.id]:
                row[name] = before[claim.id][name]
        found[claim.id] = row
    return found


def main() -> int:
    """Ask, and keep the answers; return 0."""
    before = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {"claims": {}, "asked": {}}
    here = versions()
    if "none" in here["coq"]:
        here["coq"] = before["asked"].get("coq", "Coq, not asked yet")
    kept = {"asked": here, "claims": ask(before["claims"])}
    FILE.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
