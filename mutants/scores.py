"""How many mutants were killed: by module, as a table, as JSON, and the survivors with their diffs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from scipy import stats

from mutants.session import Mutant, Result
from mutants.trusted import Reviewed

REQUIRED = 0.95
"""Share of the mutants that are not equivalent which must be killed."""
CONFIDENCE = 0.99
"""Of each limit that is stated for the share among all mutants where only a sample was run: a sample that is refused
though enough would be killed is at most as probable as 1 - this."""


@dataclass(frozen=True)
class Tried:
    """A mutant that was run, what became of it, and why it is equivalent (empty if nobody says so)."""

    mutant: Mutant
    result: Result
    equivalent: str

    @property
    def survived(self) -> bool:
        """Return whether it survived and is not named equivalent."""
        return self.result.fate == "survived" and not self.equivalent

    @property
    def misnamed(self) -> bool:
        """Return whether it is named equivalent though a test tells it from the true text."""
        return self.result.fate != "survived" and bool(self.equivalent)


def tried(drawn: Sequence[Mutant], results: Mapping[str, Result], reviewed: Reviewed) -> list[Tried]:
    """Return the mutants that were run, in the order in which they were drawn, up to the first that was not.

    What is known of later ones is left out: with `--trust-kills` that is their deaths, which would flatter a sample.
    """
    run = [(one, results[one.key]) for one in takewhile(lambda one: one.key in results, drawn)]
    return [Tried(one, found, reviewed.reason(one.change, survived=found.fate == "survived")) for one, found in run]


def counts(found: Sequence[Tried]) -> dict[str, Any]:
    """Return {"tried", "killed", "import", "timeout", "equivalent", "survived", "score"}; killed includes the next two.

    The score is None where nothing was tried that could have been killed.
    """
    fates = [one.result.fate for one in found]
    survived, equivalent = sum(one.survived for one in found), sum(bool(one.equivalent) for one in found)
    killed = sum(fate != "survived" and not one.equivalent for fate, one in zip(fates, found, strict=True))
    return {
        "tried": len(found),
        "killed": killed,
        "import": fates.count("import"),
        "timeout": fates.count("timeout"),
        "equivalent": equivalent,
        "survived": survived,
        "score": killed / (killed + survived) if killed + survived else None,
    }


def at_least(killed: int, survived: int) -> float:
    """Return the lower limit of Clopper and Pearson for the share that would be killed, from a random sample."""
    return float(stats.beta.ppf(1 - CONFIDENCE, killed, survived + 1)) if killed else 0.0


def at_most(killed: int, survived: int) -> float:
    """Return the upper limit of Clopper and Pearson for the share that would be killed, from a random sample."""
    return float(stats.beta.ppf(CONFIDENCE, killed + 1, survived)) if survived else 1.0


def summary(found: Sequence[Tried], planted: Mapping[str, int], about: Mapping[str, Any]) -> dict[str, Any]:
    """Return the whole result.

    Args:
        found: the mutants that were run.
        planted: mutants that each module has, run or not.
        about: seed, evidence, versions and the like, put in as they are.

    """
    paths = sorted(planted)
    groups = sorted({one.mutant.module.group for one in found})
    whole = counts(found)
    return {
        **about,
        "required": REQUIRED,
        "mutants": sum(planted.values()),
        **whole,
        "at_least": at_least(whole["killed"], whole["survived"]),
        "at_most": at_most(whole["killed"], whole["survived"]),
        "confidence": CONFIDENCE,
        "by_group": {name: counts([one for one in found if one.mutant.module.group == name]) for name in groups},
        "by_module": {
            path: {"mutants": planted[path], **counts([one for one in found if one.mutant.module.path == path])}
            for path in paths
        },
        "survivors": [_described(one) for one in found if one.survived],
        "equivalents": [_described(one) for one in found if one.equivalent and not one.misnamed],
        "misnamed": [_described(one) for one in found if one.misnamed],
    }


def _described(one: Tried) -> dict[str, Any]:
    change = one.mutant.change
    return {
        "module": change.module,
        "line": one.mutant.mutation.start_pos[0],
        "where": change.where,
        "operator": one.mutant.mutation.operator_name,
        "before": change.before,
        "after": change.after,
        "occurrence": change.occurrence,
        "fate": one.result.fate,
        "reason": one.equivalent,
        "diff": one.mutant.difference(),
    }


def complete(result: Mapping[str, Any]) -> bool:
    """Return whether every mutant was run, so that the score itself decides."""
    return bool(result["tried"] == result["mutants"])


def holds(result: Mapping[str, Any]) -> bool:
    """Return whether nothing that a test kills is named equivalent, and too few killed is not what was found.

    Where all mutants were run, the score decides. A sample is refused only where it shows, at `CONFIDENCE`, that too
    few of all would be killed: below the required share with its upper limit.
    """
    if result["misnamed"] or result["score"] is None:
        return False
    return bool((result["score"] if complete(result) else result["at_most"]) >= REQUIRED)


_SAID = {
    (True, True): "shows that enough are",
    (False, True): "does not decide whether enough are",
    (False, False): "shows that too few are",
}


def table(result: Mapping[str, Any]) -> str:
    """Return the scores as Markdown."""
    head = "| module | mutants | tried | killed | of them at import | time ran out | equivalent | survived | score |"
    lines = [head, "|---" * 9 + "|"]
    rows = [*result["by_module"].items(), ("all", {"mutants": result["mutants"], **result})]
    for path, row in rows:
        score = "" if row["score"] is None else f"{100 * row['score']:.1f} %"
        names = ("mutants", "tried", "killed", "import", "timeout", "equivalent", "survived")
        lines.append(f"| {path} | " + " | ".join(str(row[name]) for name in names) + f" | {score} |")
    tail = f"At least {100 * REQUIRED:.0f} % are required."
    if not complete(result):
        low, high = (f"{100 * result[name]:.1f} %" for name in ("at_least", "at_most"))
        tail += (
            f" A sample: of all, at least {low} and at most {high} would be killed (each with {100 * CONFIDENCE:.0f} %"
            f" confidence), so it {_SAID[result['at_least'] >= REQUIRED, result['at_most'] >= REQUIRED]}."
        )
    return "\n".join([*lines, "", tail, ""])


def listing(result: Mapping[str, Any]) -> str:
    """Return every survivor, and everything misnamed, with its diff, as Markdown."""
    lines: list[str] = []
    for title, name in (("Survivors", "survivors"), ("Named equivalent, but killed", "misnamed")):
        lines += [f"# {title}: {len(result[name])}", ""]
        for one in result[name]:
            lines += [f"{one['module']}:{one['line']} {one['where']} ({one['operator']})", ""]
            lines += ["```diff", one["diff"], "```", ""]
    return "\n".join(lines)
