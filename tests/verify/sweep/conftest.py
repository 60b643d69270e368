"""A folder with a table, in which files of families are written."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Work in a folder with a table, and write files of families there."""
    rng = np.random.default_rng(1)
    np.savetxt(tmp_path / "table.csv", rng.normal(size=(20, 3)), delimiter=",", header="a,b,y", comments="")
    monkeypatch.chdir(tmp_path)

    def write(text: str) -> Path:
        path = tmp_path / "families.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write
