"""docs/theory.md leads somewhere: each claim has its place there, as it is now, and every citation is an anchor."""

import importlib.util
import re
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from theory import blueprint
from theory.checkers import coq
from theory.kernel.draft import write
from theory.kernel.relations import le
from theory.setting.assumptions import REGISTRY as ASSUMPTIONS

ROOT = Path(__file__).parents[2]
ANCHOR = re.compile(r'<a id="([^"]+)"></a>')
CITATION = re.compile(r"docs/theory\.md#([A-Za-z][\w-]*(?:\.\w+)?)")
"""A citation of an anchor; a full stop that ends a sentence is not part of it."""
LINK = re.compile(r"\]\(([^)\s]*)\)")
CLAIMS = blueprint.all_claims()


def module(name: str) -> ModuleType:
    """Load a script of docs, which is no package."""
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    sys.modules[name] = found
    spec.loader.exec_module(found)
    return found


module("theory_names")
blocks = module("theory_blocks")
authorities = module("theory_authorities")


def anchors(path: Path) -> list[str]:
    return ANCHOR.findall(path.read_text())


ENTRY = anchors(ROOT / "docs" / "theory.md")


def sources() -> list[Path]:
    """Every text of the project in which something may be cited, but for this one."""
    folders = ("theory", "simulate", "verify", "paper_figures", "benchmarks", "mutants", "notebooks", "docs", "tests")
    kinds = {".py", ".md", ".ipynb", ".j2", ".toml", ".v"}
    found = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in kinds]
    return [path for path in (ROOT / "README.md", *found) if path != Path(__file__)]


def test_every_claim_has_one_anchor_on_the_entry_page_and_one_in_the_chapters() -> None:
    chapters = Counter(name for path in blocks.pages()[1:] for name in anchors(path))
    entry = Counter(ENTRY)
    for claim in CLAIMS:
        assert entry[claim.id] == 1, claim.id
        assert chapters[claim.id] == 1, claim.id
    assert max(entry.values()) == max(chapters.values()) == 1


def test_what_only_coq_proves_is_named_with_its_theorem() -> None:
    text = (ROOT / "docs" / "theory.md").read_text()
    for name, theorem in coq.library_theorems().items():
        assert name in {claim.id for claim in CLAIMS} or (name in ENTRY and f"| `{theorem}` |" in text), name


def test_every_assumption_has_an_anchor() -> None:
    assert set(ASSUMPTIONS) <= set(ENTRY)


@pytest.mark.parametrize("path", blocks.pages(), ids=lambda path: path.stem)
def test_what_a_page_shows_of_the_claims_is_what_they_say(path: Path) -> None:
    assert blocks.up_to_date(path) == path.read_text(), "run `python docs/theory_blocks.py`"


def test_a_formula_that_was_changed_by_hand_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "theorem-2.md"
    right = (ROOT / "docs" / "theory" / "theorem-2.md").read_text()
    assert "$$A \\le 2 p + " in right
    page.write_text(right.replace("$$A \\le 2 p + ", "$$A \\le 3 p + "))
    assert blocks.up_to_date(page) == right != page.read_text()


def test_every_conclusion_and_condition_of_a_claim_is_shown() -> None:
    text = {name: (ROOT / "docs" / "theory" / f"{chapter}.md").read_text() for name, chapter in blocks.places().items()}
    for claim in CLAIMS:
        plain = "r" if blocks.has_direction(claim) else r"\sqrt{A}"
        part = text[claim.id].partition(f'<a id="{claim.id}">')[2].partition("<!-- end -->")[0]
        for name in claim.conclusions:
            assert blocks.displayed(claim.conclusion(name)).replace(r"\sqrt{A}", plain) in part, (claim.id, name)
        for given in blocks.conditions(claim):
            assert given.replace(r"\sqrt{A}", plain) in part, (claim.id, given)


def test_a_conclusion_says_what_it_holds_for() -> None:
    for claim in CLAIMS:
        for name in claim.conclusions:
            said = blocks.holds_for(claim, claim.conclusion(name))
            assert bool(said) == bool(claim.labels_of(claim.conclusion(name)))
    drift = blueprint.claim("device.drift")
    assert blocks.holds_for(drift, drift.conclusion("above")) == "for every step and coordinate"
    window = blueprint.claim("window.coherent")
    assert blocks.holds_for(window, window.conclusion("bound")) == "for every $d_{m}$"


def test_the_pages_follow_the_order_of_the_proof() -> None:
    seen: set[str] = set()
    for name in blocks.places():
        assert set(blueprint.uses(blueprint.claim(name))) <= seen, name
        seen.add(name)


def test_every_claim_has_a_proof_by_hand() -> None:
    for path in blocks.pages()[1:]:
        parts = re.split(r"<!-- claim: (\S+) -->", path.read_text())
        for name, part in zip(parts[1::2], parts[2::2], strict=True):
            by_hand = part.partition("<!-- end -->")[2]
            assert "*Proof.*" in by_hand and r"$\square$" in by_hand, name


def test_formulas_are_closed() -> None:
    for path in blocks.pages():
        for paragraph in re.sub(r"`[^`]*`", "", path.read_text()).split("\n\n"):
            assert paragraph.count("$") % 2 == 0, (path.name, paragraph)


def test_every_link_of_the_pages_leads_somewhere() -> None:
    for path in blocks.pages():
        for target in LINK.findall(path.read_text()):
            if target.startswith("https://"):
                continue
            file, _, name = target.partition("#")
            there = (path.parent / file) if file else path
            assert there.is_file(), (path.name, target)
            assert not name or name in anchors(there), (path.name, target)


def test_every_citation_is_an_anchor() -> None:
    found = sources()
    assert len(found) > 300
    for path in found:
        text = path.read_text(encoding="utf-8", errors="replace")
        assert not set(CITATION.findall(text)) - set(ENTRY), path
        assert not re.search(r"THEORY(\.md| sections?\b| \d)", text), path
        assert path.suffix != ".v" or not re.search(r"\bsection \d", text), path


def test_the_test_of_citations_can_fail() -> None:
    assert CITATION.findall("Source: docs/theory.md#stale.row. Next") == ["stale.row"]
    assert CITATION.findall("docs/theory.md#theorem-1; docs/theory.md#nowhere.") == ["theorem-1", "nowhere"]
    assert "nowhere" not in ENTRY


def test_the_source_of_a_claim_is_its_place() -> None:
    for claim in CLAIMS:
        assert f"docs/theory.md#{claim.id}" in claim.source.split("; ")


def test_a_claim_without_a_source_gets_its_place_and_one_with_a_source_keeps_it() -> None:
    def author(d) -> None:  # type: ignore[no-untyped-def]
        """Nothing is negative."""
        d.given("zero", le(0, 0), "domain")

    assert write("a.claim", "A claim", author).source == "docs/theory.md#a.claim"
    assert write("a.claim", "A claim", author, source="a book").source == "a book"


def test_what_z3_and_coq_said_is_kept_for_every_claim_as_it_is_now() -> None:
    asked, found = authorities.stored()
    assert set(found) == set(asked) == set(authorities.ASKED)
    for name, answers in found.items():
        changed = [claim for claim, answer in answers.items() if answer is authorities.CHANGED]
        assert not changed, f"run `python docs/theory_authorities.py`: {name}"
        assert {answer.verdict for answer in answers.values()} <= {"proved", "conditional"}
        assert all(bool(answer.hypotheses) == (answer.verdict == "conditional") for answer in answers.values())


def test_an_answer_about_another_statement_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    real = authorities.digest
    monkeypatch.setattr(authorities, "digest", lambda claim: real(claim) * (1 + (claim.id == "order.root")))
    _, found = authorities.stored()
    assert {name for name, answer in found["coq"].items() if answer is authorities.CHANGED} == {"order.root"}
