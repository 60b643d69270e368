"""The tables of the page on devices are what the devices say now."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from theory.setting import devices

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def tables() -> ModuleType:
    spec = importlib.util.spec_from_file_location("device_tables", DOCS / "device_tables.py")
    assert spec is not None and spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def test_the_page_is_up_to_date(tables: ModuleType) -> None:
    text = (DOCS / "devices.md").read_text()
    assert tables.up_to_date(text) == text, "run `python docs/device_tables.py`"


def test_another_device_would_be_noticed(tables: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (DOCS / "devices.md").read_text()
    monkeypatch.setattr(tables, "FAMILIES", (*tables.FAMILIES[:-1], ("another", devices.make("ald", 2.0))))
    assert tables.up_to_date(text) != text


def test_every_family_and_every_preset_is_there(tables: ModuleType) -> None:
    text = (DOCS / "devices.md").read_text()
    for name in (*devices.REGISTRY, *devices.PRESETS):
        assert f"`{name}`" in text or f"`{name}:" in text, name
