"""Two linked maps of small models: a translator that is known, or an aligner in this process that fits at once."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PyQt6.QtCore import QEvent, QObject, QTimer, pyqtSignal
from PyQt6.QtWidgets import QApplication

from latent_explorer.alignment.protocol import BothFitted, FitBoth, Fitting
from latent_explorer.alignment.registry import TRANSLATORS
from latent_explorer.bench.person import Person
from latent_explorer.engine.process import ThreadEngine
from latent_explorer.gui.alignment import link as link_module
from latent_explorer.gui.alignment.link import Link, LinkFit
from latent_explorer.gui.app import application
from latent_explorer.gui.settings import Settings
from latent_explorer.gui.shell.window import MainWindow
from latent_explorer.service.codec import Refused
from latent_explorer.session import open_bundle
from latent_explorer.session.changes import Changes


@dataclass(frozen=True, eq=False)
class Turned:
    """A translator that turns by a matrix (d, d) and shifts by (d,)."""

    matrix: NDArray[np.float32]
    shift: NDArray[np.float32]

    @property
    def arrays(self) -> dict[str, NDArray[np.float64]]:
        return {}

    def to(self, z: NDArray[np.floating]) -> NDArray[np.float32]:
        return (np.asarray(z) @ self.matrix.T + self.shift).astype(np.float32)


FORTH = Turned(np.array([[0, -1], [1, 0]], np.float32), np.array([0.25, 0], np.float32))
BACK = Turned(FORTH.matrix.T, -FORTH.matrix.T @ FORTH.shift)


@dataclass(frozen=True, eq=False)
class Two:
    """A person at each of two linked maps of one window."""

    left: Person
    right: Person

    @property
    def bench(self):
        return self.left.window.workbench

    @property
    def link(self) -> Link:
        return self.bench.link

    def fit(self) -> None:
        """Have translators that are known, as if they had been fitted."""
        none = np.zeros((2, 0))
        self.link._show_fit(LinkFit((), FORTH, BACK, none, np.zeros((0, 2), np.int64), 0.0, ""))


@pytest.fixture
def two(new_window: Callable[..., Person], small_bundle: Path) -> Two:
    """Two maps of the same small model."""
    left = new_window(small_bundle)
    left.window.workbench.open_beside(small_bundle)
    right = Person(left.window)
    right.wait_for_the_engine()
    return Two(left, right)


Linked = Callable[[Path, Path], tuple[Person, Person]]


class Constant:
    """Takes every latent to the middle of the anchors."""

    def __init__(self, middle: np.ndarray) -> None:
        self.arrays = {"middle": middle}

    def to(self, z: np.ndarray) -> np.ndarray:
        return np.tile(self.arrays["middle"], (len(z), 1)).astype(np.float32)


class AlignerHere(QObject):
    """Answers each fit soon and in this process; one that finds pairs blind never ends.

    The error of an anchor is how far apart its latents are, in two dimensions, against the others.

    asked: all that it was asked. cancelled: the numbers of what is no longer wanted.
    """

    answered = pyqtSignal(object)
    pairs: tuple[np.ndarray, np.ndarray] = (np.zeros((0, 2)), np.zeros((0, 2)))

    least = 1

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.cancelled, self._numbers = [], [], count(1)

    def ask(self, make: Callable[[int], object]) -> int:
        request = make(next(self._numbers))
        self.asked.append(request)
        if isinstance(request, FitBoth):
            QTimer.singleShot(0, lambda: self._answer(request))
        return request.number

    def cancel(self, number: int) -> None:
        self.cancelled.append(number)

    def close(self) -> None:
        pass

    @property
    def fits(self) -> list[FitBoth]:
        return [request for request in self.asked if isinstance(request, FitBoth)]

    def _answer(self, request: FitBoth) -> None:
        if request.growth == "blind":
            self.answered.emit(Fitting(request.number, 0.25, "Finding pairs"))
            return
        if len(request.source) < self.least:
            self.answered.emit(Refused(request.number, "translator affine: needs at least 2 anchors"))
            return
        source, target = self.pairs[0][request.source], self.pairs[1][request.target]
        apart = target[:, :2] - source[:, :2]
        errors = np.linalg.norm(apart - np.median(apart, 0), axis=1) / 2
        forth, back = ({"middle": latents.mean(0)} for latents in (target, source))
        both = np.stack([errors, errors])
        self.answered.emit(BothFitted(request.number, request.kind, forth, back, both, np.zeros((0, 2), int), 0.01))


@pytest.fixture(scope="module")
def aligner_here() -> Iterator[type[AlignerHere]]:
    """The aligner of all links is one in this process."""
    restore = lambda arrays: Constant(arrays["middle"])  # noqa: E731
    kind = replace(TRANSLATORS["affine"], restore=restore)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(TRANSLATORS, "affine", kind)
        patch.setattr(link_module, "Aligner", AlignerHere)
        yield AlignerHere


@pytest.fixture(scope="module")
def linked(
    qapp: QApplication, aligner_here: type[AlignerHere], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Linked]:
    """Opens windows with a person at each of two linked maps, of bundles in two folders."""
    with contextlib.ExitStack() as windows:

        def make(source: Path, target: Path) -> tuple[Person, Person]:
            means = (open_bundle(folder).latents.mean.astype(np.float64) for folder in (source, target))
            aligner_here.pairs = tuple(means)
            application()
            window = MainWindow(Settings(tmp_path_factory.mktemp("linked") / "settings.json"), ThreadEngine)
            windows.callback(close_for_good, window)
            window.resize(1400, 900)
            window.show()
            window.workbench.open_each((source, target))
            persons = tuple(Person(window, pane) for pane in window.workbench.panes)
            for person in persons:
                person.wait_for_the_engine()
            persons[0].wait_until(lambda: not any(person.pane.points.sorting for person in persons))
            return persons

        yield make


@pytest.fixture(scope="session")
def twin_bundle(make_bundle):
    """Another model of the small bundle's images, with equal latents."""
    return make_bundle("twin")


@pytest.fixture(scope="module")
def one_window(linked, small_bundle, twin_bundle):
    """For all tests that leave it in order."""
    return linked(small_bundle, twin_bundle)


@pytest.fixture
def same(one_window):
    """A person at each of two maps of the same images, with the anchor tool in hand and no anchors."""
    left, right = one_window
    link = left.window.workbench.link
    assert link.common
    left.window.workbench.activate(left.pane)
    link.alignment.choose("affine", "")
    link.alignment.replace(())
    for timeline in (link.alignment, left.pane.session, right.pane.session):
        timeline.changes = Changes()
    for person in (left, right):
        person.canvas.left.emit()
    left.choose("Probe")
    left.choose("Anchor")
    left.window.workbench.docks.bring("Alignment")
    left.wait(0.05)
    return left, right


def close_for_good(window: MainWindow) -> None:
    """Close a window and let Qt delete it."""
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    QApplication.processEvents()
