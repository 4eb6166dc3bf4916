"""The window lies whole on a screen, whichever there is."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PyQt6.QtCore import QMargins, QRect

from latent_explorer.bench.person import Person
from latent_explorer.gui.widgets.placing import fitted

FRAME = QMargins(1, 30, 1, 1)
LARGE, SMALL, BESIDE = QRect(0, 0, 1920, 1040), QRect(0, 28, 800, 572), QRect(1920, 0, 1280, 800)
SMALLEST = 792, 564
"""What a screen of 800x600 leaves of a window within its frame."""


@pytest.mark.parametrize(
    ("window", "screens", "place"),
    [
        (QRect(100, 100, 1280, 800), [LARGE], QRect(100, 100, 1280, 800)),
        (QRect(900, 400, 1280, 800), [LARGE], QRect(1920 - 1281, 1040 - 801, 1280, 800)),
        (QRect(-50, -20, 1280, 800), [LARGE], QRect(1, 30, 1280, 800)),
        (QRect(100, 100, 1280, 800), [SMALL], QRect(1, 58, 798, 541)),
        (QRect(2000, 100, 900, 600), [LARGE, BESIDE], QRect(2000, 100, 900, 600)),
        (QRect(2000, 100, 1600, 900), [LARGE, BESIDE], QRect(1921, 30, 1278, 769)),
        (QRect(5000, 100, 1280, 800), [LARGE, BESIDE], QRect(1920 - 1281, 100, 1280, 800)),  # its screen is gone
    ],
)
def test_it_is_moved_and_shrunk_as_far_as_need_be(window: QRect, screens: list[QRect], place: QRect) -> None:
    assert fitted(window, FRAME, screens) == place
    assert any(screen.contains(place.marginsAdded(FRAME)) for screen in screens)


@pytest.mark.parametrize("maps", [1, 2])
def test_all_of_it_has_room_on_the_smallest_screen(
    maps: int, new_window: Callable[..., Person], small_bundle: Path, wide_bundle: Path
) -> None:
    person = new_window(None)
    window = person.window
    window.workbench.open_each([wide_bundle, small_bundle][:maps])
    for dock in window.workbench.docks.by_title.values():
        dock.show()
    person.wait(0.05)
    least = window.minimumSizeHint()
    assert (least.width(), least.height()) <= SMALLEST
    assert least.height() <= SMALLEST[1]
    window.resize(*SMALLEST)
    person.wait(0.05)
    assert (window.width(), window.height()) == SMALLEST
    parts = [window.statusBar(), window.centralWidget(), *window.workbench.docks.by_title.values()]
    seen = [part for part in parts if not part.visibleRegion().isEmpty()]
    assert len(seen) >= 4
    assert all(window.rect().contains(QRect(part.mapTo(window, part.rect().topLeft()), part.size())) for part in seen)
    for title in ("Layers", "Inspector"):
        stack = window.workbench.docks.by_title[title].widget()
        assert stack.width() >= stack.minimumSizeHint().width()


def test_a_window_that_no_longer_fills_the_screen_is_fitted_to_it(
    new_window: Callable[..., Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    person, fitted_windows = new_window(None), []
    person.wait(0.5)  # as it is when it is shown
    monkeypatch.setattr("latent_explorer.gui.shell.window.fit", fitted_windows.append)
    person.window.showMaximized()
    person.wait(0.5)
    assert not fitted_windows
    person.window.showNormal()
    person.wait_until(lambda: fitted_windows == [person.window])
