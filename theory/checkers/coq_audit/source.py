"""Read Coq files as text: sentences, the commands that are allowed, and the comments that name claims."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_TOP = {
    "From": r"From (Coq|Analog) Require (Import )?[\w ]+",
    "Require": r"Require Import Reals Lra",
    "Import": r"Import ListNotations",
    "Open": r"Open Scope R_scope",
    "Local": r"Local (Open Scope (R|nat)_scope|Notation \w+ := .*)",
    "Arguments": r"Arguments .*",
    "Implicit": r"Implicit Types .*",
    "Print": r"Print Assumptions [\w.]+",
    "Section": r"Section \w+",
    "End": r"End \w+",
    "Ltac": r"Ltac .*",
}
_DECLARATIONS = ("Definition", "Fixpoint", "Record", "Inductive", "Theorem", "Lemma", "Corollary")
_IN_SECTIONS = ("Variable", "Variables", "Hypothesis", "Hypotheses", "Context", "Let")
_COMMANDS = frozenset({*_TOP, *_DECLARATIONS, *_IN_SECTIONS})
_OPENED = r"Proof( using [\w ]+)?"
_FORBIDDEN = re.compile(
    r"\b(admit|Admitted|give_up|bypass_check|native_compute|\w+_no_check|Guard|Positivity|Universe|Plugin|ML)\b"
)
_CLAIM = re.compile(r"\(\* Claim: ([a-z][a-z0-9_.]*) \*\)")
_THEOREM = re.compile(r"(?:Theorem|Lemma)\s+(\w+)")
_BULLETS = re.compile(r"(?:[-+*]+|[{}]|(?:\d+(?:[-,]\s*\d+)*|all)\s*:)\s*")
_TOKEN = re.compile(r'\(\*|\*\)|"|\.(?=\s|\Z)')


@dataclass(frozen=True)
class Sentence:
    """One command or tactic of a file, comments removed.

    Args:
        text: with single blanks, without the final period.
        start: place of the first character in the file, counted from 0.
        line: line of the first character, counted from 1.
        comments: the comments between the sentence before and this one, whole.

    """

    text: str
    start: int
    line: int
    comments: tuple[str, ...]


@dataclass(frozen=True)
class Claimed:
    """A theorem that a comment puts forward for a claim; `start` and `end` are the places of its name in the file."""

    claim: str
    theorem: str
    start: int
    end: int


def complain(file: str, line: int, what: str) -> str:
    """Return a complaint in the form of coqc's."""
    return f'File "{file}", line {line}:\nError: {what}'


def read(path: Path) -> str:
    """Return a file with one character a byte, as coqc counts places."""
    return path.read_bytes().decode("latin-1")


def sentences(text: str) -> Iterator[Sentence]:
    """Split a file as Coq does: comments nest, strings count inside them, a period ends before a blank.

    Raises:
        ValueError: a comment or string that does not end, or text after the last period.

    """
    pieces: list[str] = []
    comments: list[str] = []
    begin, depth, opened, in_string, line, counted = 0, 0, 0, False, 1, 0
    for token in _TOKEN.finditer(text):
        mark, at = token[0], token.start()
        if mark == '"':
            in_string = not in_string
        elif in_string or (mark == "." and depth) or at < begin:
            continue
        elif mark == "(*":
            if depth == 0:
                pieces.append(text[begin:at])
                opened = at
            depth += 1
        elif mark == "*)" and depth:
            depth -= 1
            if depth == 0:
                whole = text[opened : token.end()]
                if not "".join(pieces).strip():
                    comments.append(whole)
                pieces.append(re.sub(r"[^\n]", " ", whole))
                begin = token.end()
        elif mark == ".":
            pieces.append(text[begin:at])
            joined = "".join(pieces)
            start = at - len(joined.lstrip())
            line, counted = line + text.count("\n", counted, start), start
            yield Sentence(" ".join(joined.split()), start, line, tuple(comments))
            pieces, comments, begin = [], [], token.end()
    rest = "".join(pieces) + text[begin:]
    if depth or in_string or rest.strip(" \t\r\n}"):
        raise ValueError("a comment, a string or a sentence does not end")


def lint(name: str, text: str) -> list[str]:
    """Return the complaints about a file; empty if it keeps to the commands that are allowed."""
    try:
        found = list(sentences(text))
    except ValueError as fault:
        return [complain(name, text.count("\n") + 1, str(fault))]
    bad = [complain(name, s.line, what) for s, what in _unlawful(found)]
    if ".(*" in text:
        bad.append(complain(name, text.count("\n", 0, text.index(".(*")) + 1, '".(*" is read in two ways'))
    _, misnamed = claimed(name, text)
    return bad + misnamed


def _unlawful(found: Iterable[Sentence]) -> Iterator[tuple[Sentence, str]]:
    depth, proving = 0, False
    for sentence in found:
        text = sentence.text
        forbidden = _FORBIDDEN.search(text)
        if forbidden:
            yield sentence, f"{forbidden[0]} is not allowed"
        if proving:
            bare = text
            while (bullet := _BULLETS.match(bare)) is not None:
                bare = bare[bullet.end() :]
            if re.fullmatch(r"Qed|Defined", bare):
                proving = False
            elif bare[:1].isupper() or bare.startswith("#"):
                yield sentence, f"{bare.split()[0]} is not allowed inside a proof"
            continue
        if re.fullmatch(_OPENED, text):
            proving = True
            continue
        word = re.match(r"\w*", text)
        command = word[0] if word else ""
        if command not in _COMMANDS:
            yield sentence, f"{command or text[:20]!r} is not among the commands that are allowed"
        elif command in _TOP and not re.fullmatch(_TOP[command], text):
            yield sentence, f"this form of {command} is not allowed"
        elif command in _IN_SECTIONS and depth <= 0:
            yield sentence, f"{command} outside of a section assumes something for good"
        depth += {"Section": 1, "End": -1}.get(command, 0)
    if proving:
        yield sentence, "a proof does not end"


def claimed(name: str, text: str) -> tuple[list[Claimed], list[str]]:
    """Return the theorems put forward for claims, and complaints about comments that name a claim elsewhere.

    Good is the comment `(* Claim: id *)`, alone and outside of every other comment, directly above a theorem or lemma.
    """
    found: list[Claimed] = []
    bad: list[str] = []
    try:
        every = list(sentences(text))
    except ValueError as fault:
        return [], [complain(name, 1, str(fault))]
    for sentence in every:
        said = _CLAIM.fullmatch(sentence.comments[-1]) if sentence.comments else None
        theorem = _THEOREM.match(text, sentence.start)
        if said and theorem:
            found.append(Claimed(said[1], theorem[1], theorem.start(1), theorem.end(1)))
        elif said:
            bad.append(complain(name, sentence.line, f"the comment for {said[1]} stands above no theorem"))
    if len(re.findall(r"\bClaim\s*:", text)) != len(found) + len(bad):
        bad.append(complain(name, 1, "a claim is named where no claim comment can stand: `(* Claim: id *)`, a line"))
    for claim in {item.claim for item in found}:
        if sum(item.claim == claim for item in found) > 1:
            bad.append(complain(name, 1, f"two theorems are put forward for {claim}"))
    return found, bad


def project(folder: Path) -> list[str]:
    """Return the files that _CoqProject lists, in order.

    Raises:
        ValueError: an option other than `-Q . Analog`, a file that is missing, or one that is not listed.

    """
    lines = [line.strip() for line in (folder / "_CoqProject").read_text().splitlines() if line.strip()]
    files = [line for line in lines if line != "-Q . Analog"]
    odd = [line for line in files if not re.fullmatch(r"[A-Z]\w*\.v", line)]
    if odd:
        raise ValueError(f"_CoqProject: {odd[0]!r} is neither a file of the library nor `-Q . Analog`")
    there = sorted(path.name for path in folder.glob("*.v"))
    if there != sorted(files):
        wrong = sorted(set(there) ^ set(files)) or files
        raise ValueError(f"_CoqProject and the folder do not agree about {wrong[0]}")
    return files


def needed(text: str, library: Mapping[str, str]) -> dict[str, str]:
    """Return the files of a library that a text requires, directly or not, in the library's order.

    Args:
        text: of a file.
        library: file name -> text, in an order in which the files compile.

    """
    names: set[str] = set()
    left = [text]
    while left:
        for sentence in sentences(left.pop()):
            said = re.fullmatch(r"From Analog Require (?:Import )?([\w ]+)", sentence.text)
            new = {f"{name}.v" for name in said[1].split()} - names if said else set()
            names |= new
            left += [library[name] for name in new if name in library]
    return {name: source for name, source in library.items() if name in names}
