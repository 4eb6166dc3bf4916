"""The status bar: nothing is printed over anything else, and what takes long says how far it is."""

from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QWidget

from latent_explorer.bench.person import Person
from latent_explorer.gui import status
from latent_explorer.gui.widgets.readings import Readings, Remaining, Work, zoom_words


def overlapping(bar: QWidget) -> list[tuple[QWidget, QWidget]]:
    parts = [each for each in bar.findChildren(QWidget) if each.parent() is bar and each.isVisible()]
    return [
        (one, other)
        for number, one in enumerate(parts)
        for other in parts[:number]
        if one.geometry().intersects(other.geometry())
    ]


@pytest.fixture
def line(person: Person) -> status.StatusLine:
    return person.window.workbench.status


def test_the_place_and_the_zoom_are_told(person: Person, line: status.StatusLine) -> None:
    person.move(person.point(0.5, -0.25))

    def told() -> bool:  # another place may be chosen, and be told until the pointer has moved
        return bool(
            np.allclose([float(each) for each in line.place.text().split(",") if each], (0.5, -0.25), atol=0.05)
        )

    person.wait_until(lambda: bool(line.place.text()) and told())
    assert line.zoom.text() == "1×"
    person.wheel(person.point(0, 0), 4)
    person.wait_until(lambda: line.zoom.text() not in ("", "1×"))


def test_figures_are_for_those_who_want_them_and_remembered(person: Person, line: status.StatusLine) -> None:
    action = person.window.action("Performance figures")
    assert not any(label.isVisible() for label in line._figures.values())
    action.trigger()
    assert all(label.isVisible() for label in line._figures.values())
    assert person.window.workbench.settings.get(status.StatusLook).figures
    action.trigger()
    assert not person.window.workbench.settings.get(status.StatusLook).figures


@pytest.mark.parametrize("figures", [False, True])
def test_nothing_lies_over_anything_else(person: Person, line: status.StatusLine, figures: bool) -> None:
    window, size = person.window, person.window.size()
    if figures:
        window.action("Performance figures").trigger()
    line.say_exported(Path("/home/somebody/" + "long/" * 60 + "name.png"))
    line._readings = lambda: Readings("1.23456, -7.89012", "1.2e+04×", (Work("Computing the layers", 0.4),))
    try:
        for width in (1200, 800, 780):
            window.resize(width, 700)
            line._update()
            line._update()
            person.wait(0.02)
            assert window.width() == width
            assert line.work.text() == "Computing the layers 40%"
            assert not overlapping(window.statusBar())
            for part in (line.folder, line.place, line.zoom):
                assert part.width() >= part.minimumSizeHint().width()
    finally:
        line._readings = lambda: window.workbench.active.readings
        window.resize(size)
        if figures:
            window.action("Performance figures").trigger()


def test_an_export_is_shown_in_its_folder(
    person: Person, line: status.StatusLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Path] = []
    monkeypatch.setattr(status, "show_folder", lambda folder: shown.append(folder) or "")
    line.say_exported(tmp_path / "map.png")
    assert line.folder.isVisible()
    QTest.mouseClick(line.folder, Qt.MouseButton.LeftButton)
    assert shown == [tmp_path]
    line.say("Something else.")
    assert not line.folder.isVisible()


def test_what_is_over_in_a_moment_is_not_told(person: Person, line: status.StatusLine) -> None:
    line._show_work(Work("Opening a"))
    assert not line.work.isVisible()
    line._show_work(Work("Opening a", 0.25))
    assert (line.work.text(), line.share.value()) == ("Opening a 25%", 25)
    line._show_work(None)
    assert not line.work.isVisible()


def test_how_much_is_done_is_told_from_what_is_left() -> None:
    remaining = Remaining()
    assert [remaining.work("x", left) for left in (8, 12, 3, 0, 2)] == [
        (Work("x", 0.0),),
        (Work("x", 0.0),),
        (Work("x", 0.75),),
        (),
        (Work("x", 0.0),),
    ]


def test_a_zoom_is_told_in_few_figures() -> None:
    assert [zoom_words(each) for each in (0.5, 1, 1.25, 12.3, 250, 9_999, 2.0**40)] == [
        "0.5×", "1×", "1.2×", "12×", "250×", "9,999×", "1.1e+12×",
    ]  # fmt: skip
