"""The panel and a real trainer's process, from a file of arrays to a bundle in the menu."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QEvent
from PyQt6.QtWidgets import QApplication, QMenu

from latent_explorer.bench.person import Person
from latent_explorer.engine.process import ThreadEngine
from latent_explorer.gui.app import application
from latent_explorer.gui.settings import Settings
from latent_explorer.gui.shell.window import MainWindow

_PATIENCE = 180.0  # a process that reads torch from the disk, on a machine that others use


@pytest.fixture
def novice(qapp: QApplication, tmp_path: Path, trained: Path, small_bundle: Path) -> Iterator[Person]:
    """A person at a window with everything that belongs to it."""
    application()
    window = MainWindow(Settings(tmp_path / "settings.json"), ThreadEngine)
    window.workbench.open(small_bundle)
    window.show()
    person = Person(window)
    person.wait_for_the_engine()
    yield person
    window.workbench.leaving.close()
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    QApplication.processEvents()


@pytest.mark.slow
def test_from_arrays_to_a_bundle_that_is_open(novice: Person, tmp_path: Path, trained: Path) -> None:
    labels = np.arange(140) % 3
    noise = np.random.default_rng(1).integers(0, 80, (140, 8, 8))
    np.savez(tmp_path / "greys.npz", images=(noise + 60 * labels[:, None, None]).astype(np.uint8), labels=labels)
    window = novice.window
    novice.choose("Train a model…")
    panel = window.workbench.training
    panel.setup.form.choose(source=str(tmp_path / "greys.npz"), epochs=2, trunk="dense", device="cpu")
    novice.wait_until(lambda: panel.setup.expected.text().startswith("About"), _PATIENCE)
    assert "learn from" in panel.setup.expected.text()
    novice.press_button(panel.setup.train)
    novice.wait_until(panel.run.results.isVisible, _PATIENCE)
    novice.wait_until(
        lambda: panel.run.results.sentence.text().startswith("greys-vae-2d-1 is ready: trained 2 epochs"), _PATIENCE
    )
    assert panel.run.curves.history.terms == ["loss", "reconstruction", "kl"]
    assert panel.run.curves.history.test["loss"].at == [1.0, 2.0]
    novice.press_button(panel.run.results.open)
    novice.wait_until(lambda: window.pane.session.bundle.folder == trained / "greys-vae-2d-1")
    menu = next(each for each in window.findChildren(QMenu) if each.title() == "Your models")
    menu.aboutToShow.emit()
    assert [action.text() for action in menu.actions()] == ["greys-vae-2d-1"]
    novice.press_button(panel.run.results.again)
    assert panel.setup.form.plan.name == "greys-vae-2d-2"
