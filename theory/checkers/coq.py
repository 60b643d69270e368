"""A third opinion on every claim: Coq, by the lemma written from the claim and by the hand-written library.

Both are compiled by coqc and checked again by coqchk (`coq_audit`), once for the same content, the same tools and the
same checker: see `coq_cache`. A claim is `proved` if its generated lemma is accepted and has no condition, or a library
theorem is accepted whose statement has been compared with the claim's (`coq_compare`), and nothing is refused; an
accepted lemma with conditions, or a theorem that is not compared, makes it `conditional`. What neither speaks of, and
everything where Coq is missing or does not work, is `unsupported`; what Coq was stopped at is `undecided` and not
remembered.
"""

import hashlib
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from theory.blueprint import ProofOutcome
from theory.checkers import coq_audit, coq_cache, coq_compare
from theory.checkers.coq_audit import source as coq_source
from theory.checkers.coq_audit import tools
from theory.checkers.coq_audit.tools import Broken
from theory.checkers.coq_compare import Comparison
from theory.checkers.coq_lemma import PRELUDE, Lemma, lemma_of
from theory.checkers.coq_script import lemmas
from theory.kernel.claim import Claim
from theory.kernel.proof import Verdict

LIBRARY = Path(__file__).parent / "coq"
_FOUNDATION = LIBRARY
"""Where the files lie on which the generated lemmas rest."""
_COMPARED = "Compared.v"


@dataclass(frozen=True)
class Compiled:
    """What Coq said of a set of statements: accepted ones, the complaint about each of the others, and why it stopped.

    Args:
        stopped: why nothing is known of the statements; empty if Coq came to its end.

    """

    accepted: frozenset[str] = frozenset()
    complaints: Mapping[str, str] = field(default_factory=dict)
    stopped: str = ""


def library_theorems() -> dict[str, str]:
    """Return claim id -> File.theorem for every claim that the library's comments name."""
    found = {}
    for name in coq_source.project(LIBRARY):
        for item in coq_source.claimed(name, coq_source.read(LIBRARY / name))[0]:
            found[item.claim] = f"{name.removesuffix('.v')}.{item.theorem}"
    return found


def prove(claims: Iterable[Claim]) -> Iterator[ProofOutcome]:
    """Yield Coq's verdict on each claim."""
    items = tuple(claims)
    lacking = next((name for name in ("coqc", "coqchk") if shutil.which(name) is None), None)
    if lacking is not None:
        reason = f"{lacking} is not installed (Debian: apt install coq)"
        yield from (ProofOutcome(item.id, "unsupported", reason) for item in items)
        return
    written = {item.id: result for item, result in lemmas(items)}
    try:
        found, reasons = _comparisons(written)
        results = _both(written, found)
    except Broken as fault:
        yield from (ProofOutcome(item.id, "unsupported", f"Coq does not work here: {fault}") for item in items)
        return
    try:
        theorems = library_theorems()
    except ValueError:  # said in the results already
        theorems = {}
    for item in items:
        yield _outcome(item, written[item.id], theorems.get(item.id), results, reasons)


def _comparisons(written: Mapping[str, Lemma | str]) -> tuple[dict[str, Comparison], dict[str, str]]:
    paths = [path for name in (*coq_compare.FILES, coq_compare.TABLE) if (path := LIBRARY / name).is_file()]
    texts = {path.name: coq_source.read(path) for path in paths}
    table = texts.pop(coq_compare.TABLE, "")
    return coq_compare.comparisons((item for item in written.values() if isinstance(item, Lemma)), texts, table)


def _both(written: Mapping[str, Lemma | str], found: Mapping[str, Comparison]) -> dict[str, Compiled]:
    """Compile the library, with the comparisons, and the generated lemmas side by side.

    Raises:
        Broken: Coq does not work at all.

    """
    identity = tools.identity()
    checker = _Checker(identity)
    results: dict[str, Compiled] = {}
    faults: list[BaseException] = []

    def work(name: str, compute: Callable[[], Compiled]) -> None:
        try:
            results[name] = compute()
        except BaseException as fault:
            faults.append(fault)

    threads = [
        threading.Thread(target=work, args=("library", lambda: _library(checker, found))),
        threading.Thread(target=work, args=("generated", lambda: _generated(written, checker))),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return results


def _outcome(
    item: Claim,
    written: Lemma | str,
    theorem: str | None,
    results: Mapping[str, Compiled],
    reasons: Mapping[str, str],
) -> ProofOutcome:
    generated, library = results["generated"], results["library"]
    complaint: str | None = generated.complaints.get(item.id, "it is not there")
    if item.id in generated.accepted:
        complaint = ""
    elif generated.stopped:
        complaint = None
    verdict, said = coq_compare.opinion(written, complaint, generated.stopped)
    if theorem is not None:
        other, more = _of_library(item.id, theorem, library, reasons)
        verdict, said = coq_compare.together(verdict, other), f"{said}; {more}"
    hypotheses = coq_compare.hypotheses(written, theorem) if verdict == "conditional" else ()
    return ProofOutcome(item.id, verdict, said, hypotheses=hypotheses)


def _of_library(claim: str, theorem: str, library: Compiled, reasons: Mapping[str, str]) -> tuple[Verdict, str]:
    file = theorem.partition(".")[0]
    if library.stopped:
        return "undecided", f"library: {library.stopped}"
    if file not in library.accepted:
        return "undecided", f"library refused: {theorem}: {library.complaints.get(file, 'it is not there')}"
    if _same(claim) in library.complaints:
        return "undecided", f"library: {theorem} is not found to say the claim: {library.complaints[_same(claim)]}"
    return coq_compare.of_theorem(theorem, "" if _same(claim) in library.accepted else reasons.get(claim))


class _Checker:
    """Remembers results under a name made of the tools, this checker's own text and the content."""

    def __init__(self, identity: str) -> None:
        here = (Path(__file__), Path(coq_cache.__file__), *sorted(Path(coq_audit.__file__).parent.glob("*.py")))
        self._prefix = "\0".join((identity, *(path.read_text() for path in here)))
        self._lock = threading.Lock()
        self._works: Broken | bool | None = None

    def kept(self, content: Mapping[str, str], compute: Callable[[Path], Compiled]) -> Compiled:
        """Return the result for `content`, remembered or computed in a scratch folder.

        Raises:
            Broken: Coq does not work at all.

        """
        text = "\0".join(part for item in content.items() for part in item)
        name = hashlib.sha256(f"{self._prefix}\0{text}".encode()).hexdigest()
        kept = _read_back(coq_cache.load(name), name)
        if kept is not None:
            return kept
        self._probe()
        try:
            with tempfile.TemporaryDirectory(prefix="analog-coq-") as scratch:
                result = compute(Path(scratch))
        except Broken as fault:
            return Compiled(stopped=str(fault))
        data = {"name": name, "accepted": sorted(result.accepted), "complaints": dict(result.complaints)}
        coq_cache.save(name, data)
        return result

    def _probe(self) -> None:
        with self._lock:
            if self._works is None:
                try:
                    tools.probe()
                except Broken as fault:
                    self._works = fault
                else:
                    self._works = True
            if isinstance(self._works, Broken):
                raise self._works


def _read_back(data: object, name: str) -> Compiled | None:
    """Return a result that was kept, None unless it has the form in which it was kept."""
    if not isinstance(data, dict) or set(data) != {"name", "accepted", "complaints"} or data["name"] != name:
        return None
    accepted, complaints = data["accepted"], data["complaints"]
    if not isinstance(accepted, list) or not isinstance(complaints, dict):
        return None
    if not all(isinstance(text, str) for text in (*accepted, *complaints.values())):
        return None
    return Compiled(frozenset(accepted), complaints)


def _sources(folder: Path) -> dict[str, str]:
    """Return a library's files, name -> text, in the order in which they compile."""
    return {name: coq_source.read(folder / name) for name in coq_source.project(folder)}


def _same(claim: str) -> str:
    """Return under which name the comparison of a claim is kept among the results of the library."""
    return f"{_COMPARED}:{claim}"


def _library(checker: _Checker, found: Mapping[str, Comparison]) -> Compiled:
    """Audit the hand-written library and the comparisons; names are those of the files, without `.v`, and `_same`."""
    try:
        sources = _sources(LIBRARY)
    except ValueError as fault:
        return Compiled(stopped=str(fault))

    def compute(scratch: Path) -> Compiled:
        left, refused, turn = dict(found), dict[str, str](), 0
        while True:
            build = scratch / str(turn)
            build.mkdir()
            done = tools.audit({**sources, **_compared(left)}, build)
            if _COMPARED not in done.complaints or not left or turn:
                break
            turn += 1  # once more, without what is refused
            refused.update(_refused(left, build, done.complaints[_COMPARED]))
            left = {claim: item for claim, item in left.items() if claim not in refused}
        if _COMPARED in done.complaints:
            refused.update(dict.fromkeys(left, done.complaints[_COMPARED]))
        complaints = {name.removesuffix(".v"): complaint for name, complaint in done.complaints.items()}
        complaints |= {_same(claim): complaint for claim, complaint in refused.items()}
        accepted = {name.removesuffix(".v") for name in done.accepted}
        return Compiled(frozenset(accepted | {_same(claim) for claim in found if claim not in refused}), complaints)

    return checker.kept({**sources, **_compared(found)}, compute)


def _compared(found: Mapping[str, Comparison]) -> dict[str, str]:
    return {_COMPARED: coq_compare.source(found.values())} if found else {}


def _refused(found: Mapping[str, Comparison], build: Path, complaint: str) -> dict[str, str]:
    """Return the comparisons that coqc refuses, one after the other, in a folder where the library is compiled."""
    left, refused = dict(found), dict[str, str]()
    while complaint and left:
        text = coq_compare.source(left.values())
        wrong = _blamed(text, complaint, _COMPARED)
        names = [wrong] if wrong in left else list(left)
        for name in names:
            refused[str(name)] = complaint.splitlines()[-1]
            del left[str(name)]
        (build / _COMPARED).write_bytes(coq_compare.source(left.values()).encode("latin-1"))
        complaint = tools.compiled(build, _COMPARED)
    return refused


def source(written: Iterable[Lemma]) -> str:
    """Return one Coq file with the lemmas, in order."""
    return "\n".join([PRELUDE, *(lemma.source() for lemma in written)])


def _generated(written: Mapping[str, Lemma | str], checker: _Checker) -> Compiled:
    """Audit the lemmas written from claims; what Coq complains about is taken out until the rest is accepted."""
    found = [lemma for lemma in written.values() if isinstance(lemma, Lemma)]
    try:
        below = coq_source.needed(source(found), _sources(_FOUNDATION))
    except ValueError as fault:
        return Compiled(stopped=str(fault))

    def compute(scratch: Path) -> Compiled:
        left, complaints = list(found), dict[str, str]()
        while left:
            expected = [lemma_of(lemma.claim.id) for lemma in left]
            complaint = tools.audit_one("Generated.v", source(left), expected, scratch, below)
            if not complaint:
                break
            wrong = _blamed(source(left), complaint)
            names = {wrong} if wrong else {lemma.claim.id for lemma in left}
            while True:  # what rests on a refused lemma is refused with it
                more = {lemma.claim.id for lemma in left if any(f"({lemma_of(n)} " in lemma.source() for n in names)}
                if more <= names:
                    break
                names |= more
            complaints.update(dict.fromkeys(names, complaint.splitlines()[-1]))
            left = [lemma for lemma in left if lemma.claim.id not in names]
        return Compiled(frozenset(lemma.claim.id for lemma in left), complaints)

    return checker.kept({**below, "Generated.v": source(found)}, compute)


def _blamed(text: str, complaint: str, file: str = "Generated.v") -> str | None:
    """Return the claim whose lemma coqc complains about."""
    place = re.match(rf'File "[^"]*{re.escape(file)}", line (\d+)', complaint)
    if place is None:
        return None
    above = "\n".join(text.splitlines()[: int(place[1])])
    names = re.findall(r"^\(\* claim ([a-z0-9_.]+) \*\)$", above, flags=re.MULTILINE)
    return names[-1] if names else None
