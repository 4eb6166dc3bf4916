"""A program of its own: a class watches a map unfold, from the first press to the film.

The real window and the real trainer, by mouse and keys; fails with what was not as it should be. Usage: FOLDER BUNDLE,
of which the bundle is what the window shows at first.
"""

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QWidget

from latent_explorer.bench.person import Person, person_at_a_window
from latent_explorer.bundles import check_bundle
from latent_explorer.data import open_dataset
from latent_explorer.engine.handlers.hover import Hover, Picture
from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.process import serve_inline

LONG = 480.0  # seconds that a step of training may take on a busy machine
NAME = "for-my-class"
COUNT = 7000  # of MNIST's images, every tenth: a tenth of the time


def type_into(widget: QWidget, text: str) -> None:
    """Click there, and type in place of what there is."""
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
    QTest.keyClick(widget, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(widget, text)


def decoded(folder: Path, z: NDArray[np.float32]) -> NDArray[np.int64]:
    replies = serve_inline([Open(1, str(folder)), Hover(2, z)])
    return next(reply.image for reply in replies if isinstance(reply, Picture)).astype(int)


def hover_shows_the_moment(teacher: Person) -> None:
    """Move the pointer, and compare the picture with one decoded from the snapshot's own file."""
    window = teacher.window
    teacher.wait_until(
        lambda: window.pane.ready and not (window.pane.navigator.gathers or window.pane.navigator.glide.moving)
    )
    teacher.move(QPoint(300, 260))
    teacher.move(QPoint(310, 264))
    teacher.wait_until(lambda: window.pane.prober.probe is not None and window.pane.prober.probe.picture is not None)
    probe, shown = window.pane.prober.probe, window.pane.navigator.shown
    assert probe is not None
    assert probe.picture is not None
    if shown is not None and window.pane.ready:  # while a run goes on another may come at any time
        assert np.abs(decoded(shown.folder, probe.z) - probe.picture).max() <= 2


def write_digits(file: Path) -> None:
    """Write a part of MNIST."""
    whole = open_dataset("mnist")
    some = slice(None, None, len(whole) // COUNT)
    np.savez(file, images=whole.images[some], labels=whole.labels[some], split=whole.split[some])


def begin_a_run_of_three_epochs(teacher: Person, source: Path) -> None:
    window = teacher.window
    teacher.choose("Train a model…")
    teacher.wait_until(lambda: window.workbench.training.is_made and window.workbench.training.setup.isVisible())
    setup = window.workbench.training.setup
    setup.form.choose(source=str(source))
    type_into(setup.form.rows["epochs"].editor, "3")
    type_into(setup.form.rows["name"].editor, NAME)
    teacher.wait_until(lambda: "images" in setup.expected.text(), LONG)
    teacher.press_button(setup.train)


def pause_and_resume(teacher: Person) -> None:
    trainer, page = teacher.window.workbench.trainer, teacher.window.workbench.training.run
    teacher.wait_until(lambda: "loss" in page.curves.history.train, LONG)
    teacher.press_button(page.running.pause)
    teacher.wait_until(lambda: trainer.stage == "paused", LONG)
    teacher.wait(0.2)
    stood = len(page.curves.history.train["loss"].at)
    teacher.wait(0.6)
    assert len(page.curves.history.train["loss"].at) == stood, "it goes on though it is paused"
    hover_shows_the_moment(teacher)
    teacher.press_button(page.running.pause)
    teacher.wait_until(lambda: trainer.stage != "paused", LONG)


def travel_back(teacher: Person) -> None:
    window, voyage = teacher.window, teacher.window.pane.navigator
    slider = window.workbench.training.run.timeline.slider
    slider.setFocus()
    newest = window.pane.points.uv
    for _ in range(3):
        QTest.keyClick(slider, Qt.Key.Key_Left)
    teacher.wait_until(lambda: voyage.shown is not None and voyage.shown.folder == voyage.folders[-4])
    hover_shows_the_moment(teacher)
    teacher.wait_until(lambda: not voyage.glide.moving)
    assert np.abs(window.pane.points.uv - newest).mean() > 0.01
    assert "Epoch" in window.pane.canvas.marks.caption


def export_the_film(teacher: Person, film: Path) -> None:
    window = teacher.window
    teacher.press_button(window.workbench.training.run.timeline.film)
    dialog = window.workbench.guide.film_dialog
    assert dialog is not None
    type_into(dialog.destination.folder, str(film.parent))
    type_into(dialog.destination.name, film.name)
    dialog.form.rows["width"].put(320)
    teacher.press_button(dialog.footer.export)
    teacher.wait_until(film.exists, LONG)
    with Image.open(film) as frames:
        assert getattr(frames, "n_frames", 1) > 40
        assert frames.width == 320
    window.activateWindow()  # a display without a window manager does not do it when a dialog goes
    teacher.wait_until(window.isActiveWindow)


def open_the_bundle_and_go_back_through_its_training(teacher: Person) -> None:
    window = teacher.window
    teacher.press_button(window.workbench.training.run.results.open)
    teacher.wait_until(
        lambda: window.pane.ready and window.pane.session is not None and window.pane.session.bundle.name == NAME
    )
    assert window.pane.session is not None
    assert len(window.pane.session.bundle.latents) == COUNT
    assert window.pane.canvas.marks.caption == ""
    teacher.wait_for_the_engine()
    teacher.choose("Training history")
    teacher.wait_until(lambda: window.pane.navigator.shown is not None)
    hover_shows_the_moment(teacher)


def teach(teacher: Person, folder: Path) -> None:
    """Train, watch, pause, travel, film, keep and open again."""
    window = teacher.window
    moments: list[NDArray[np.float32]] = []
    window.pane.navigator.arrived.connect(lambda bundle: moments.append(bundle.uv))

    write_digits(folder / "digits.npz")
    begin_a_run_of_three_epochs(teacher, folder / "digits.npz")
    teacher.wait_until(lambda: len(moments) >= 1, LONG)
    pause_and_resume(teacher)
    teacher.wait_until(lambda: len(moments) >= 3, LONG)
    hover_shows_the_moment(teacher)

    page = window.workbench.training.run
    teacher.wait_until(lambda: not window.workbench.trainer.busy, LONG)
    assert np.abs(moments[-1] - moments[0]).mean() > 0.05, "the map does not change"
    teacher.wait_until(lambda: page.results.isVisible())
    assert check_bundle(folder / NAME).training.epochs == 3
    assert {"loss", "reconstruction", "kl"} <= set(page.curves.history.test)
    teacher.wait_until(lambda: page.samples.strip.count == 10)

    travel_back(teacher)
    export_the_film(teacher, folder / "film.gif")
    open_the_bundle_and_go_back_through_its_training(teacher)


def main(folder: Path, first: str) -> None:
    with person_at_a_window(first) as teacher:
        teacher.window.workbench.trainer.folder = folder
        teacher.wait_for_the_engine()
        teach(teacher, folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
