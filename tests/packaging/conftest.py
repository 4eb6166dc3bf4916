"""The scripts as modules, loaded by path: they are not part of the package."""

import importlib
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


@pytest.fixture
def script(monkeypatch):
    """What loads a script by name, afresh for each test, together with the helpers beside it."""
    monkeypatch.syspath_prepend(str(SCRIPTS))
    for name in ("machine", "environment", "run"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    yield importlib.import_module
    for name in ("machine", "environment", "run"):
        sys.modules.pop(name, None)
