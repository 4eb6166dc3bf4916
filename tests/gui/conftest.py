"""A real window on a small bundle, with an engine of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from latent_explorer.gui.settings import Settings
from latent_explorer.gui.window import MainWindow

ENGINE_MS = 60_000
"""How long an engine may take to start before a test gives up."""


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, small_bundle: Path) -> Iterator[MainWindow]:
    """The main window, shown, its engine at work; closed at the end."""
    window = MainWindow(Settings(tmp_path / "settings.ini"))
    window.open(small_bundle)
    window.show()
    qtbot.waitUntil(lambda: window.status.device != "engine starting", timeout=ENGINE_MS)
    yield window
    window.close()
