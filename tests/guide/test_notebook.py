"""The notebook runs from top to bottom and shows what it shows."""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "notebooks" / "first_look.ipynb"


def execute(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(NOTEBOOK.parent)}})
    return client.execute()


def numbers(notebook: nbformat.NotebookNode) -> list[str]:
    """The lines that report simulated runs; a stream may come in pieces."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    text = "".join(output["text"] for output in outputs if output.output_type == "stream" and output.name == "stdout")
    return [line for line in text.splitlines() if "observed" in line]


@pytest.mark.slow
def test_the_notebook_runs_and_prints_what_is_stored() -> None:
    stored = nbformat.read(NOTEBOOK, as_version=4)
    shown = numbers(stored)
    assert len(shown) == 4
    assert numbers(execute(stored)) == shown


@pytest.mark.slow
def test_a_cell_that_fails_is_noticed() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    notebook.cells = [nbformat.v4.new_code_cell("assert 1 + 1 == 3")]
    with pytest.raises(CellExecutionError):
        execute(notebook)


def installed() -> bool:
    try:
        return bool(version("analog-sgd-workbench"))
    except PackageNotFoundError:
        return False


@pytest.mark.slow
def test_elsewhere_the_notebook_finds_the_project_or_says_what_to_do(tmp_path: Path) -> None:
    """In a folder of the project's it starts; in one of another project it says where it has looked."""
    stored = nbformat.read(NOTEBOOK, as_version=4)
    stored.cells = stored.cells[:2]
    NotebookClient(stored, timeout=300, resources={"metadata": {"path": str(ROOT / "docs" / "add")}}).execute()
    if installed():
        return
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "another"\n')
    with pytest.raises(CellExecutionError, match="neither installed here nor found in"):
        NotebookClient(stored, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
