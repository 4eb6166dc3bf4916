"""A person who saves, opens and replays what a window shows."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from typer.testing import CliRunner

from latent_explorer.bench.person import Person
from latent_explorer.cli.app import app
from latent_explorer.gui.exports.choices import Choices, remember

ANCHORS = ((3, 5), (40, 2), (17, 17), (8, 60), (21, 33), (90, 71), (64, 12))
"""Images of the small bundle, and of the wide one."""


class SavingPerson(Person):
    """Exports by the dialog, saves by the menu's keys, opens by what the window is handed."""

    @property
    def sessions(self):
        return self.window.workbench.sessions

    def exported(self, what: str, file: Path, choices: Choices) -> np.ndarray:
        """The pixels of what the dialog exports with these choices."""
        self.export(what, file, choices)
        return pixels(file)

    def export(self, what: str, file: Path, choices: Choices) -> None:
        """Export by the dialog with these choices."""
        bench = self.window.workbench
        remember(bench.settings, what, choices)
        bench.exporter.export(what)
        dialog = bench.exporter.dialog
        assert dialog is not None, bench.banner.text
        dialog.destination.folder.setText(str(file.parent))
        dialog.destination.name.setText(file.name)
        dialog.destination.name.setModified(True)
        QTest.mouseClick(dialog.footer.export, Qt.MouseButton.LeftButton)
        self.wait_until(lambda: bench.exporter.dialog is None or not dialog.footer.busy, 300)
        assert file.exists(), "nothing was written"

    def open_session(self, file: Path) -> None:
        """Open a session, and wait until all of it that there is is shown."""
        shown: list[bool] = []
        self.sessions.opened.connect(lambda: shown.append(True))
        self.sessions.open_file(file)
        self.wait_until(lambda: bool(shown))
        self.wait_until(lambda: all(pane.session is None or pane.settled for pane in self.window.workbench.panes))


def pixels(file: Path) -> np.ndarray:
    """A picture, or all frames of an animation."""
    with Image.open(file) as image:
        frames = []
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            frames.append(np.asarray(image.convert("RGB")))
        return np.stack(frames)


@pytest.fixture
def saving(new_window: Callable[..., Person]) -> Iterator[Callable[..., SavingPerson]]:
    """Opens a window of a size, about whose changes nobody is asked in the end."""
    with contextlib.ExitStack() as people:

        def make(bundle: Path | None, width: int = 860, height: int = 560) -> SavingPerson:
            person = SavingPerson(new_window(bundle).window)
            people.callback(setattr, person.window.workbench.leaving, "unasked", True)
            person.window.resize(width, height)
            person.wait(0.05)
            return person

        yield make


@pytest.fixture
def call(qapp, engines_in_threads) -> Callable[..., str]:
    """Calls the program in this process; what it printed on standard error."""

    def run(*words: object, code: int = 0) -> str:
        done = CliRunner().invoke(app, [str(word) for word in words])
        assert done.exit_code == code, (words, done.output, done.exception)
        return done.stderr

    return run


@pytest.fixture
def linked(saving, small_bundle, wide_bundle):
    """A person at two maps that are tied by some anchors."""
    person = saving(small_bundle, 1100, 600)
    beside(person, wide_bundle)
    link(person).alignment.replace(ANCHORS)
    link(person).alignment.choose("ridge")
    fitted(person)
    return person


def beside(person: SavingPerson, bundle: Path) -> None:
    bench = person.window.workbench
    bench.open_beside(bundle)
    person.wait_until(lambda: bench.panes[-1].ready and bench.link is not None)


def link(person: SavingPerson):
    return person.window.workbench.link


def fitted(person: SavingPerson):
    """Wait until the translators are fitted on the anchors that there are."""

    def done() -> bool:
        made = link(person)
        return made is not None and made.fit is not None and made.fit.anchors == made.alignment.state.anchors

    person.wait_until(done)
    return link(person).fit
