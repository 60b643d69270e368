"""The guide does what it shows: every block of Python on every page runs, and the site builds without a dead link."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
PAGES = sorted(path for path in (ROOT / "docs").rglob("*.md") if BLOCK.search(path.read_text()))


def run_blocks(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the blocks of one page, one after the other, in a fresh process."""
    script = folder / "page.py"
    script.write_text("\n".join(BLOCK.findall(text)))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, str(script)], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_pages_that_teach_have_examples() -> None:
    names = {path.name for path in PAGES}
    assert {"tour.md", "problem.md", "device.md", "activation.md", "schedule.md", "lemma.md", "assumption.md"} <= names


@pytest.mark.slow
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_examples_run(path: Path, tmp_path: Path) -> None:
    done = run_blocks(path.read_text(), tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]


def test_an_example_that_fails_is_noticed(tmp_path: Path) -> None:
    page = "```python\nlags = (1, 0)\n```\ntext\n```python\nassert lags == (0, 1)\n```\n"
    assert run_blocks(page, tmp_path).returncode != 0
    assert run_blocks(page.replace("(0, 1)", "(1, 0)"), tmp_path).returncode == 0


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("mkdocs", reason="the extra `docs` is not installed")
    pytest.importorskip("latex2mathml", reason="the extra `docs` is not installed")
    folder = tmp_path_factory.mktemp("site")
    nowhere = tmp_path_factory.mktemp("without_coq")  # a machine without Coq shows what Coq said elsewhere
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_MKDOCS_2_WARNING": "1", "PATH": str(nowhere)}
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.mark.slow
def test_every_claim_has_its_place_with_formula_and_verdict(site: Path) -> None:
    from theory import blueprint

    text = "".join(page.read_text() for page in sorted((site / "theory").glob("*.html")))
    for claim in blueprint.all_claims():
        part = re.split("<h[23]", text.partition(f'<a id="{claim.id}">')[2], maxsplit=1)[0]
        assert "<math" in part, claim.id
        assert re.search(r"kernel <strong>proved</strong> · z3 [\d.]+ <strong>\w+</strong> · Coq [\d.]+ <strong>", part)
        assert f"<code>{claim.id}</code>" in part
        assert "<em>Proof.</em>" in part, claim.id
        for step in claim.steps:
            assert re.search(rf"<code>{re.escape(step.name.replace('<', '&lt;').replace('>', '&gt;'))}</code>", part)


@pytest.mark.slow
def test_every_formula_is_typeset_and_no_authority_is_called_unsupported(site: Path) -> None:
    pages = [site / "theory.html", *(site / "theory").glob("*.html")]
    assert len(pages) == 1 + len(list((ROOT / "docs" / "theory").glob("*.md"))) > 12
    for page in pages:
        article = page.read_text().partition("<article")[2].partition("</article>")[0]
        shown = re.sub(r"<code>.*?</code>|<[^>]+>", "", article, flags=re.DOTALL)
        assert "$" not in shown and "unsupported" not in shown, page
        assert not re.search(r"\\\\?[A-Za-z]", shown), page  # a command of LaTeX that was not understood


@pytest.mark.slow
def test_no_star_of_a_formula_is_taken_for_emphasis(site: Path) -> None:
    """Two f* in one paragraph lose their stars: written in words they need a backslash."""
    for page in site.rglob("*.html"):
        assert not re.search(r"<em>[\s,.;:)]", page.read_text()), page


@pytest.mark.slow
def test_the_site_needs_no_network(site: Path) -> None:
    for page in site.rglob("*.html"):
        loaded = re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="(https?://[^"]+)"', page.read_text())
        assert not [address for address in loaded if "canonical" not in address], page
