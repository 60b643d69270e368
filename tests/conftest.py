"""What every test is kept from: the state that an earlier test of the same process left behind."""

import pytest

from boundary import digest
from simulate import plugins


@pytest.fixture(autouse=True)
def _no_plugin_of_another_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget which files of the user's were executed: results of one process depend on them, tests must not."""
    monkeypatch.setattr(digest, "_EXECUTED", {})
    monkeypatch.setattr(plugins, "_LOADED", {})
