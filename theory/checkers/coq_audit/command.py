"""`make formal`: audit the library and print the result."""

import re
import sys
import time
from pathlib import Path

from .source import claimed, project, read
from .tools import Broken, audit, probe


def _emptied(build: Path) -> None:
    """Remove what an earlier run left in a folder; what is not ours is refused, since coqc might take it in."""
    build.mkdir(parents=True, exist_ok=True)
    for path in build.iterdir():
        if path.is_dir() or path.suffix not in (".v", ".vo", ".vos", ".vok", ".glob", ".aux", ".log"):
            raise ValueError(f"{path} is in the way: the build folder may hold compiled files only")
        path.unlink()


def main(folder: Path, build: Path) -> int:
    """Audit a library and print the result; return the exit code."""
    try:
        files = project(folder)
        _emptied(build)
    except (OSError, ValueError) as fault:
        print(fault, file=sys.stderr)
        return 1
    start = time.monotonic()
    try:
        probe()
        result = audit({name: read(folder / name) for name in files}, build)
    except Broken as fault:
        print(f"Coq does not work here: {fault}", file=sys.stderr)
        return 1
    if result.complaints:
        for complaint in dict.fromkeys(result.complaints.values()):
            print(f"rejected: {', '.join(n for n, c in result.complaints.items() if c == complaint)}", file=sys.stderr)
            print(complaint, file=sys.stderr)
        return 1
    texts = [read(folder / name) for name in files]
    proved = sum(len(re.findall(r"^ *(?:Theorem|Lemma|Corollary)", text, re.M)) for text in texts)
    named = sum(len(claimed(name, text)[0]) for name, text in zip(files, texts, strict=True))
    print(f"{len(files)} files, {sum(text.count(chr(10)) for text in texts)} lines, {proved} theorems and lemmas")
    print(f"of which {named} are put forward for claims; compiled, and checked again from the compiled files by")
    print(f"coqchk, in {time.monotonic() - start:.0f} s; nothing is assumed but the axioms of Coq's reals:")
    print("\n".join(f"    {axiom}" for axiom in result.axioms))
    return 0
