"""Pictures that are exact drawings of the setting, compared with stored ones.

Run `python tests/paper_figures/test_pictures.py` to store them anew after looking at the new ones.
"""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from matplotlib.testing.compare import compare_images

from paper_figures.export import render
from paper_figures.figure import Data
from paper_figures.registry import REGISTRY

BASELINE = Path(__file__).parent / "baseline"
NAMES = ("pipeline_schedules", "device_responses")

# Root mean square difference of 8-bit pixels. The same Matplotlib gives 0; a new FreeType that moves every glyph's
# edge by a fraction of a pixel gives about 1; the smallest fault planted below gives 7.
TOLERANCE = 2


def picture(name: str, data: Data | None, folder: Path) -> Path:
    figure = REGISTRY[name]
    path = folder / f"{name}.png"
    files, _ = render(figure, data or figure.data(None), ["png"], dpi=100)  # type: ignore[arg-type]
    path.write_bytes(files["png"])
    return path


@pytest.mark.parametrize("name", NAMES)
def test_picture_is_the_stored_one(name: str, tmp_path: Path) -> None:
    actual = picture(name, None, tmp_path)
    assert compare_images(str(BASELINE / f"{name}.png"), str(actual), TOLERANCE) is None


def one_pass_a_slot_late(data: dict[str, Any]) -> None:
    data["schedules"][1]["passes"][40]["slot"] += 1


def one_response_bent(data: dict[str, Any]) -> None:
    data["responses"][0]["q_plus"] = [1.1 * q for q in data["responses"][0]["q_plus"]]


@pytest.mark.parametrize(("name", "fault"), [*zip(NAMES, (one_pass_a_slot_late, one_response_bent), strict=True)])
def test_a_small_fault_shows(name: str, fault: Callable[[dict[str, Any]], None], tmp_path: Path) -> None:
    data: dict[str, Any] = copy.deepcopy(dict(REGISTRY[name].data(None)))  # type: ignore[arg-type]
    fault(data)
    actual = picture(name, data, tmp_path)
    assert compare_images(str(BASELINE / f"{name}.png"), str(actual), 2 * TOLERANCE) is not None


if __name__ == "__main__":
    for each in NAMES:
        picture(each, None, BASELINE)
