"""What every test is kept from: the state that an earlier test of the same process left behind."""

import sys

import pytest


@pytest.fixture(autouse=True)
def _no_plugin_of_another_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget which files of the user's were executed: results of one process depend on them, tests must not.

    Nothing is imported for it: a mutant that cannot be imported is to be seen by the tests that import it.
    """
    for module, name in (("boundary.digest", "_EXECUTED"), ("simulate.plugins", "_LOADED")):
        if module in sys.modules:
            monkeypatch.setattr(sys.modules[module], name, {})
