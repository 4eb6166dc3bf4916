"""The run and the map: what the panel says of the moment that is shown, and the film of all of them."""

from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from latent_explorer.bench.person import Person
from latent_explorer.charts import Turn
from latent_explorer.gui.training.run_navigator import turned
from latent_explorer.runs import RunFolder
from latent_explorer.runs.protocol import Filmed, MakeFilm, Stop
from latent_explorer.service.codec import Refused


@pytest.mark.parametrize(
    ("turn", "words"),
    [
        (None, ""),
        (tuple(Turn()), ""),
        ((0.0, -1.0, 1.0, 0.0), "turned 90° to match the previous epoch"),
        ((1.0, 0.0, 0.0, -1.0), "turned 0° and mirrored to match the previous epoch"),
    ],
)
def test_a_turn_is_said_where_there_is_one(turn, words: str) -> None:
    assert turned(turn) == words


def test_the_panel_follows_the_map_and_leads_it(teacher: Person, panel, run: RunFolder) -> None:
    window = teacher.window
    window.pane.navigator.begin(run)
    teacher.wait_until(lambda: len(window.pane.navigator.folders) == 4)
    window.pane.navigator.go_to(0)
    teacher.wait_until(lambda: window.pane.navigator.shown is not None and window.pane.ready)
    panel.show_run(run)
    page = panel.run
    assert page.timeline.count == 4
    assert page.timeline.index == 0
    page.timeline.slider.setFocus()
    QTest.keyClick(page.timeline.slider, Qt.Key.Key_Right)
    teacher.wait_until(
        lambda: window.pane.navigator.shown is not None and window.pane.navigator.shown.folder.name == "00000001"
    )
    teacher.wait_until(lambda: "step 1" in window.pane.canvas.marks.caption)
    assert np.allclose(window.pane.navigator.turns[1], tuple(Turn()))


def test_a_bundle_that_is_opened_while_the_film_plays_stays_open(
    teacher: Person, panel, run: RunFolder, small_bundle: Path
) -> None:
    window = teacher.window
    window.pane.navigator.begin(run)
    teacher.wait_until(lambda: len(window.pane.navigator.folders) == 4)
    window.pane.navigator.go_to(0)
    teacher.wait_until(lambda: window.pane.navigator.shown is not None and window.pane.ready)
    panel.show_run(run)
    timeline, moved = panel.run.timeline, []
    timeline.pace.setCurrentText("Fast")
    teacher.press_button(timeline.play)
    teacher.wait_until(lambda: timeline.index == 2)
    window.pane.navigator.moved.connect(moved.append)
    window.workbench.open(small_bundle)
    assert not timeline.playing
    assert timeline.play.text() == "▶"
    teacher.wait_until(lambda: window.pane.ready)
    teacher.wait(0.6)  # two moments and more
    assert window.pane.bundle.folder == small_bundle
    assert not moved


def test_a_bundle_without_moments_says_so(teacher: Person) -> None:
    bar = teacher.window.statusBar()
    assert bar is not None
    teacher.choose("Training history")
    teacher.wait_until(lambda: "no snapshots" in bar.currentMessage())


def test_a_film_is_made_once_and_can_be_given_up(teacher: Person, panel, trainer, run: RunFolder) -> None:
    window = teacher.window
    window.pane.navigator.begin(run)
    teacher.wait_until(lambda: len(window.pane.navigator.folders) == 4)
    panel.show_run(run)
    button = panel.run.timeline.film
    teacher.press_button(button)
    dialog = window.workbench.guide.film_dialog
    assert dialog.destination.name.text() == f"{run.bundle.name}-training.gif"
    dialog.destination.folder.setText(str(run.path / "nowhere"))
    teacher.press_button(dialog.footer.export)
    assert "no folder" in dialog.footer.words.text()
    dialog.destination.folder.setText(str(run.path))
    dialog.form.rows["width"].put(800)
    dialog.destination.name.setText("film.gif")
    (run.path / "film.gif").touch()
    teacher.press_button(dialog.footer.export)
    assert dialog.footer.asking
    teacher.press_button(dialog.footer.overwrite)
    wish = trainer.last(MakeFilm)
    assert (wish.run, wish.file, wish.width) == (run.path, run.path / "film.gif", 800)
    assert button.text() == "Cancel film"
    teacher.press_button(button)
    assert trainer.last(Stop) == Stop(keep=False)
    trainer.say(Filmed(number=wish.number, file=None))
    teacher.wait_until(lambda: button.text() == "Export film…")
    window.workbench.trainer.film(run.path, wish.file, dark=True)
    trainer.say(Refused(number=trainer.last(MakeFilm).number, reason="the disk is full"))
    teacher.wait_until(lambda: "the disk is full" in window.workbench.banner.text)
