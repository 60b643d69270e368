"""Run coqc and coqchk over Coq files and read what they say; coqchk has the last word."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from .source import Claimed, claimed, complain, lint, read

SECONDS = 7200
"""Longest that one run of a tool may take. The longest, of all generated lemmas, takes minutes of one core, and more of
one that is shared; a limit that a slow machine meets would say of true claims that they are not proved."""

AXIOMS = frozenset(
    {
        "Coq.Logic.FunctionalExtensionality.functional_extensionality_dep",
        "Coq.Reals.ClassicalDedekindReals.sig_not_dec",
        "Coq.Reals.ClassicalDedekindReals.sig_forall_dec",
        "Coq.Logic.Classical_Prop.classic",
    }
)
"""What the standard library of the reals rests on. Nothing else is accepted."""

_SECTIONS = {
    "Theory": "Set is predicative",
    "Axioms": None,
    "Constants/Inductives relying on type-in-type": "",
    "Constants/Inductives relying on unsafe (co)fixpoints": "",
    "Inductives whose positivity is assumed": "",
}
"""The sections of coqchk's report, and what each must say; None: compared with AXIOMS."""

PROTECTED = frozenset({
    "R", "R0", "R1", "Rle", "Rlt", "Rge", "Rgt", "Rplus", "Rmult", "Rminus", "Rdiv", "Rinv", "Ropp", "IZR", "INR",
    "IPR", "pow", "sqrt", "Rsqr", "Rabs", "Rmax", "Rmin", "exp", "ln", "Rpower", "Un_cv", "is_lub",
    "is_upper_bound", "bound", "continuity", "derivable_pt_lim", "R_dist", "R_scope", "nat", "le", "lt", "ge", "gt",
    "eq", "not", "and", "or", "iff", "ex", "ex2", "sig", "sigT", "all", "True", "False", "list", "prod", "sum_of",
})  # fmt: skip
"""Names of Coq's own in which theorems are stated: no file may declare one of them again."""
_REFUSED_KINDS = {"ax": "an axiom", "not": "a notation", "mod": "a module", "modtype": "a module type"}


class Broken(Exception):
    """A tool that does not do its work: missing, killed, too slow, or failing for another reason than a refusal."""


def compiled(folder: Path, name: str) -> str:
    """Compile a file; return the complaint, empty if it is accepted.

    Raises:
        Broken: coqc was killed, or ended without a verdict.

    """
    done = _ran(["coqc", "-q", "-w", "none", "-Q", ".", "Analog", name], folder)
    if done.returncode == 0:
        if not (folder / name).with_suffix(".vo").is_file():
            raise Broken(f"coqc accepted {name} and wrote nothing")
        return ""
    if done.returncode == 1 and re.search(r'^File "', done.stderr, re.M) and "Error:" in done.stderr:
        return done.stderr.strip()
    raise Broken(f"coqc ended with {_ending(done)} on {name}")


def _ending(done: "subprocess.CompletedProcess[str]") -> str:
    last = done.stderr.strip().splitlines()[-1:] or [""]
    ending = f"signal {-done.returncode}" if done.returncode < 0 else f"exit code {done.returncode}"
    return f"{ending} ({last[0][:200]})" if last[0] else ending


def _ran(command: list[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    try:
        return subprocess.run(
            command,
            cwd=folder,
            env={name: value for name, value in os.environ.items() if name != "COQPATH"},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Broken(f"{command[0]} took more than {SECONDS} s") from None
    except OSError as fault:
        raise Broken(f"{command[0]} cannot be run: {fault.strerror}") from None


def _declared(folder: Path, name: str) -> list[tuple[str, str, int, int, str]]:
    """Return coqc's index of a compiled file: kind, name, first and last place, and the module or section it is in."""
    index = read((folder / name).with_suffix(".glob"))
    found = re.findall(r"^([a-z]+) (\d+):(\d+) (\S+) (\S+)$", index, re.M)
    return [(kind, label.partition(":")[0], int(start), int(end), path) for kind, start, end, path, label in found]


def declared_theorems(folder: Path, name: str) -> set[tuple[str, int, int]]:
    """Return the theorems of a compiled file outside of its inner modules, each with the place of its name."""
    return {
        (label, start, end + 1)
        for kind, label, start, end, path in _declared(folder, name)
        if (kind, path) == ("prf", "<>")
    }


def indexed(folder: Path, name: str, expected: Iterable[Claimed]) -> list[str]:
    """Compare coqc's index of a compiled file with what is expected of it; return the complaints."""
    bad = []
    for kind, label, *_ in _declared(folder, name):
        if kind in _REFUSED_KINDS:
            bad.append(complain(name, 1, f"{label} is {_REFUSED_KINDS[kind]}"))
        if label in PROTECTED and kind != "binder":
            bad.append(complain(name, 1, f"{label} hides Coq's own"))
    there = declared_theorems(folder, name)
    for item in expected:
        if (item.theorem, item.start, item.end) not in there:
            bad.append(complain(name, 1, f"coqc finds no theorem {item.theorem} where the claim {item.claim} is named"))
    return bad


def checked(folder: Path, names: Iterable[str]) -> str:
    """Let coqchk check compiled files; return its report.

    Raises:
        Broken: coqchk was killed, or ended without a report.

    """
    modules = [f"Analog.{name.removesuffix('.v')}" for name in names]
    done = _ran(["coqchk", "-silent", "-o", "-Q", ".", "Analog", *modules], folder)
    said = done.stdout + done.stderr
    if done.returncode == 0 and "CONTEXT SUMMARY" in said:
        return said
    if done.returncode > 0 and "Error" in said:
        return f"coqchk refuses: {' '.join(said.split())[-300:]}"
    raise Broken(f"coqchk ended with {_ending(done)} and no report")


def report_of(text: str) -> dict[str, str]:
    """Return the sections of coqchk's report: title -> what stands there, one item a line, empty for `<none>`."""
    sections: dict[str, str] = {}
    for title, body in re.findall(r"^\* ([^:\n]+):((?:.*)(?:\n(?!\* ).*)*)", text, re.M):
        lines = [line.strip() for line in body.splitlines() if line.strip()]
        sections[title] = "" if lines == ["<none>"] else "\n".join(lines)
    return sections


def judged(report: str) -> str:
    """Return what is wrong with coqchk's report, empty if it is clean."""
    if report.startswith("coqchk refuses"):
        return report
    sections = report_of(report)
    for title, wanted in _SECTIONS.items():
        if title not in sections:
            return f"coqchk's report has no section {title!r}"
        said = sections[title]
        if wanted is None:
            foreign = [line for line in said.splitlines() if line not in AXIOMS]
            if foreign:
                return f"not among the axioms of Coq's reals: {', '.join(foreign)}"
        elif said != wanted:
            return f"{title}: {', '.join(said.splitlines())}"
    unknown = set(sections) - set(_SECTIONS)
    return f"coqchk's report has a section that is not known here: {sorted(unknown)[0]!r}" if unknown else ""


@dataclass(frozen=True)
class Audit:
    """What became of a set of files: those accepted, the complaint about each of the others, the axioms used."""

    accepted: frozenset[str]
    complaints: Mapping[str, str]
    axioms: tuple[str, ...] = ()


def audit(sources: Mapping[str, str], build: Path) -> Audit:
    """Lint, compile and check files in order, in the empty folder `build`; `sources`: file name -> text.

    If coqchk's report is not clean, no file is accepted.

    Raises:
        Broken: a tool did not do its work, so nothing is known.

    """
    accepted, complaints = [], {}
    for name, text in sources.items():
        bad = lint(name, text)
        if not bad:
            (build / name).write_bytes(text.encode("latin-1"))
            complaint = compiled(build, name)
            bad = [complaint] if complaint else indexed(build, name, claimed(name, text)[0])
        if bad:
            complaints[name] = bad[0]
            (build / name).with_suffix(".vo").unlink(missing_ok=True)
        else:
            accepted.append(name)
    named = [(name, item.claim) for name in accepted for item in claimed(name, sources[name])[0]]
    for name, claim in named:
        if sum(other == claim for _, other in named) > 1:
            complaints[name] = complain(name, 1, f"two files put forward a theorem for {claim}")
    report = checked(build, accepted) if accepted else ""
    complaint = judged(report) if accepted else ""
    if complaint:
        complaints.update(dict.fromkeys(accepted, complaint))
    axioms = tuple(report_of(report).get("Axioms", "").splitlines())
    return Audit(frozenset(accepted) - set(complaints), complaints, axioms)


def audit_one(
    name: str, text: str, expected: Iterable[str], build: Path, below: Mapping[str, str] | None = None
) -> str:
    """Lint, compile and check one file that must declare the lemmas `expected`; return the complaint, empty if none.

    Args:
        name: of the file.
        text: of the file.
        expected: names of lemmas.
        build: the folder to compile in.
        below: the library's files that it requires, name -> text in order; compiled unless `build` has them compiled.

    Raises:
        Broken: a tool did not do its work, so nothing is known.

    """
    for file, content in {**(below or {}), name: text}.items():
        if file != name and (build / file).with_suffix(".vo").exists():
            continue
        bad = lint(file, content)
        if bad:
            return bad[0]
        (build / file).write_bytes(content.encode("latin-1"))
        complaint = compiled(build, file)
        if complaint:
            return complaint
        bad = indexed(build, file, [])
        if bad:
            return bad[0]
    there = {label for label, _, _ in declared_theorems(build, name)}
    missing = [lemma for lemma in expected if lemma not in there]
    return f"{missing[0]} is not there" if missing else judged(checked(build, [name]))


def identity() -> str:
    """Return what tells these tools from others: where they are, which version, when they were written.

    Raises:
        Broken: coqc does not say its version.

    """
    said = []
    for tool in ("coqc", "coqchk"):
        path = Path(shutil.which(tool) or tool).resolve()
        done = _ran([tool, "--version"], Path.cwd())
        if done.returncode != 0 or not done.stdout.strip():
            raise Broken(f"{tool} --version ended with {_ending(done)}")
        status = path.stat()
        said += [str(path), done.stdout, str(status.st_size), str(status.st_mtime_ns)]
    return "\0".join((*said, os.environ.get("COQLIB", "")))


def probe() -> None:
    """Check that coqc and coqchk work: a true lemma is accepted, a false one is refused, an axiom is reported.

    Raises:
        Broken: what they do not do.

    """
    head = "From Coq Require Import Reals Lra.\nOpen Scope R_scope.\nLemma probe : "
    with tempfile.TemporaryDirectory(prefix="analog-coq-") as scratch:
        folder = Path(scratch)
        for name, body in (
            ("Good.v", head + "1 < 2.\nProof. lra. Qed.\n"),
            ("False.v", head + "2 < 1.\nProof. lra. Qed.\n"),
            ("Assumed.v", "Axiom absurd : False.\n"),
        ):
            (folder / name).write_text(body)
        complaint = compiled(folder, "Good.v")
        if complaint:
            raise Broken(f"coqc refuses a true lemma about reals: {complaint.splitlines()[-1]}")
        if not compiled(folder, "False.v"):
            raise Broken("coqc accepts a false lemma about reals")
        if compiled(folder, "Assumed.v") or "Analog.Assumed.absurd" not in judged(checked(folder, ["Assumed.v"])):
            raise Broken("coqchk does not report an axiom")
