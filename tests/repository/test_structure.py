"""The house rules that a machine can hold: arrows of imports, sizes, forbidden calls, pinned environment."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("analog_sgd", "boundary", "theory", "simulate", "verify", "paper_figures")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
FORBIDDEN = {"eval", "exec", "sympify", "parse_expr"}
PLUGIN = ROOT / "simulate" / "plugins.py"
"""What executes the file that a user names with --plugin, and says so."""


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def reaches_the_theorems(imported: str) -> bool:
    """Whether `simulate` may not import this: anything of `theory` but `theory.setting`, and all that stands above."""
    if imported.split(".")[0] in ("verify", "paper_figures"):
        return True
    return imported.split(".")[0] == "theory" and not re.match(r"theory\.setting(\.|$)", imported)


def test_simulate_sees_only_the_setting() -> None:
    for path in (ROOT / "simulate").rglob("*.py"):
        broken = {name for name in imports_of(path) if reaches_the_theorems(name)} - {"theory"}
        assert not broken, f"{path.relative_to(ROOT)} imports {sorted(broken)}"
        assert not re.search(r"^import theory$|^from theory import (?!setting\b)", path.read_text(), re.MULTILINE)


@pytest.mark.parametrize(
    "name", ["theory.bounds", "theory.kernel.claim", "verify.judging.statistics", "theory.settings"]
)
def test_the_import_rule_can_fail(name: str) -> None:
    assert reaches_the_theorems(name)


def test_import_contracts() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_text_is_ever_executed(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if path == PLUGIN and called in ("exec", "compile"):
                continue  # of the file that the user names for it
            strict = any(keyword.arg == "strict" for keyword in node.keywords)  # SymPy then refuses text
            assert called not in FORBIDDEN or (called == "sympify" and strict), f"line {node.lineno} calls {called}"
            assert not any(
                keyword.arg == "allow_pickle" and getattr(keyword.value, "value", True) for keyword in node.keywords
            ), f"line {node.lineno} allows pickles"


def test_files_stay_readable() -> None:
    long = {str(path.relative_to(ROOT)): n for path in SOURCES if (n := len(path.read_text().splitlines())) > 450}
    assert not long


def public(node: ast.AST, path: str) -> Iterator[tuple[str, ast.AST]]:
    """Yield what others can name: modules, classes and functions, but nothing inside a function."""
    yield path, node
    for child in getattr(node, "body", []):
        if isinstance(child, ast.ClassDef | ast.FunctionDef) and not child.name.startswith("_"):
            if isinstance(child, ast.FunctionDef):
                yield f"{path}: {child.name}", child
            else:
                yield from public(child, f"{path}: {child.name}")


def test_every_public_name_is_documented() -> None:
    found = [pair for path in SOURCES for pair in public(ast.parse(path.read_text()), str(path.relative_to(ROOT)))]
    assert len(found) > 500
    assert not [name for name, node in found if not ast.get_docstring(node)]


def spelled_by(path: Path) -> Iterator[tuple[str, set[str]]]:
    """Yield the classes and functions of a file with the names of their fields or parameters."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ClassDef):
            names = {
                one.target.id
                for one in node.body
                if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
            }
            yield node.name, names
        elif isinstance(node, ast.FunctionDef):
            yield node.name, {one.arg for one in (*node.args.args, *node.args.kwonlyargs)}


def test_a_run_is_spelled_in_one_place() -> None:
    """No other record, and no function, has most of the names that a run must be given, or may be."""
    named = {"algorithm", "alpha", "tau", "iterations", "replicas", "seed", "device", "batch", "lags", "dtype"}
    found = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in SOURCES
        for name, names in spelled_by(path)
        if len(names & named) >= 5
    }
    assert found == {"simulate/run.py: Run"}


def test_lock_file_pins_every_dependency_by_hash() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    lock = (ROOT / "requirements.lock").read_text()
    for requirement in wanted:
        name = re.split(r"[<>=~! \[]", requirement)[0].lower()
        assert re.search(rf"^{re.escape(name)}==\S+.*\\\n\s+--hash=sha256:", lock, re.MULTILINE), name


def test_changelog_knows_the_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    changes = (ROOT / "CHANGELOG.md").read_text()
    assert f"[{version}]" in changes or "[Unreleased]" in changes
