"""Wrong master theorems, one fault each, before all three authorities: none is proved by any, the true ones by all.

Theorem 1 is `master.sharp`, Theorem 2 `master.explicit`. What a fault changes is the statement; the proof stays. Wrong
forms of Theorem 2 come with an exact point of the feasible set that breaks them, so they are false and not only
unproved. Theorem 1 speaks of random sequences, for which no point is searched; that its factor 1 + rho is needed is
shown by an instance in the Coq library (Wrong.drift_of_staleness_needed).
"""

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from theory import blueprint
from theory.checkers import coq, smt
from theory.checkers.coq_lemma import Lemma
from theory.checkers.coq_prelude import NEEDS
from theory.checkers.coq_script import lemmas
from theory.kernel import Relation, eq
from theory.kernel.claim import Claim, Definition, Entry, Witness
from theory.kernel.reading import read_relation
from theory.lemmas.feasible import R, Y, c1, c2, q, qn, reach, rho, sigma, x
from theory.lemmas.master import Lambda1, alpha

ROOM = 1 - x - q**2
LAG_ALONE = {"A": 0, "Y": 0, "a": 0, "p": 0, "x": 0, "sigma": 0, "qn": 1}
NEAR = blueprint.claim("master.sharp").conclusion("i")


@dataclass(frozen=True)
class Version:
    """A master theorem with one premise or step replaced.

    Args:
        changed: name of the premise or step -> what it says instead; empty for the true theorem.
        fails_at: the step that does not follow any more: it is this fault that is found and no other.
        breaks_at: scalars at which the premises hold and a conclusion does not; empty if no such point is known.

    """

    claim: str
    changed: Mapping[str, Relation] = field(default_factory=dict)
    fails_at: str = ""
    breaks_at: Mapping[str, object] = field(default_factory=dict)

    def written(self) -> Claim:
        """Return the claim; a name that the true one does not have, or a change that is none, fails."""
        right = blueprint.claim(self.claim)
        said = {item.name: item.relation for item in (*right.premises, *right.steps)}
        assert all(said[name] != relation for name, relation in self.changed.items())
        return replace(
            right,
            context=tuple(map(self._changed, right.context)),
            steps=tuple(replace(s, relation=self.changed.get(s.name, s.relation)) for s in right.steps),
            witness=Witness({**right.witness.scalars, **self.breaks_at}, right.witness.vectors),
        )

    def _changed(self, item: Entry) -> Entry:
        """Return a premise or a definition that says something else, if its name is among the changed ones."""
        (name, *_) = (premise.name for premise in item.premises)
        if name not in self.changed:
            return item
        relation = self.changed[name]
        return replace(item, of=relation.rhs) if isinstance(item, Definition) else replace(item, relation=relation)

    def chain(self) -> tuple[Claim, ...]:
        """Return what the theorem rests on, as proved, and last this version of it."""
        below = blueprint.rests_on(self.claim) - {self.claim}
        return (*(item for item in blueprint.all_claims() if item.id in below), self.written())

    def broken(self) -> Relation:
        """Return the step that does not follow any more."""
        return next(step.relation for step in self.written().steps if step.name == self.fails_at)


TRUE = {"Theorem 1": Version("master.sharp"), "Theorem 2": Version("master.explicit")}
WRONG = {
    "Theorem 1, eta^2 without its cross term": Version(
        "master.sharp", {"i": replace(NEAR, rhs=reach() ** 2 - 2 * rho * R * (q * Y + qn))}, "i"
    ),
    "Theorem 1, q without 1 + rho": Version("master.sharp", {"q :=": eq(q, alpha * Lambda1)}, "reach"),
    "Theorem 2 without 2 rho R qn": Version(
        "master.explicit",
        {"c1 :=": eq(c1, rho * q * (qn * q + x * sigma) / ROOM)},
        "quadratic",
        {**LAG_ALONE, "A": "25/4", "rho": "3/5", "q": 0},
    ),
    "Theorem 2, rho for rho^2": Version(
        "master.explicit",
        {"c2 :=": eq(c2, 1 - rho - rho * q**2 / ROOM)},
        "c2 > 0",
        {**LAG_ALONE, "rho": "8/15", "q": "4/5"},
    ),
}


def by_kernel(version):
    """Return the kernel's verdict and reason; a refutation counts only if it is at the point that the table gives."""
    outcome = list(blueprint.prove(version.chain()))[-1]
    if outcome.verdict == "refuted":
        assert outcome.counterexample.items() >= {n: str(v) for n, v in version.breaks_at.items()}.items()
    return outcome.verdict, outcome.reason


def by_z3(version):
    outcome = list(smt.prove(version.chain()))[-1]
    return outcome.verdict, outcome.reason


def coqc(folder, name):
    command = ["coqc", "-q", "-w", "none", "-Q", ".", "Analog", name]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """A folder with what generated lemmas need of the library, compiled."""
    folder = tmp_path_factory.mktemp("coq")
    for name in NEEDS if shutil.which("coqc") else ():
        shutil.copy(coq.LIBRARY / name, folder)
        assert coqc(folder, name).returncode == 0
    return folder


def by_coq(version, folder):
    """Return coqc's verdict on the lemma written from the claim, which must be there and be what a refusal is of."""
    text = coq.source(found for _, found in lemmas(version.chain()) if isinstance(found, Lemma))
    start = text.splitlines().index(f"(* claim {version.claim} *)") + 1
    (folder / "Generated.v").write_text(text)
    done = coqc(folder, "Generated.v")
    if done.returncode == 0:
        return "proved", ""
    line = re.search(r"line (\d+)", done.stderr)
    assert line is not None and int(line[1]) > start and "Syntax error" not in done.stderr, done.stderr
    return "undecided", done.stderr


COQ = pytest.param(
    "Coq",
    marks=[
        pytest.mark.slow,
        pytest.mark.skipif(shutil.which("coqc") is None, reason="coqc is not installed (Debian: coq)"),
    ],
)


@pytest.mark.parametrize("authority", ["kernel", "z3", COQ])
@pytest.mark.parametrize("name", [*TRUE, *WRONG])
def test_each_authority_tells_the_wrong_theorem_from_the_right_one(name, authority, library):
    version = (TRUE | WRONG)[name]
    judge = {"kernel": by_kernel, "z3": by_z3, "Coq": lambda given: by_coq(given, library)}[authority]
    verdict, reason = judge(version)
    if name in TRUE:
        by_rules = authority == "z3" and name == "Theorem 1"
        assert verdict == ("conditional" if by_rules else "proved"), reason
        return
    assert verdict == ("refuted" if authority == "kernel" and version.breaks_at else "undecided"), reason
    if authority != "Coq":
        written = {"kernel": read_relation(version.broken()), "z3": version.broken()}[authority]
        assert str(written) in reason
