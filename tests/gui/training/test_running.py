"""A run in the panel: how far it is, pause, stop, failure, what came of it."""

import shutil
import threading
from itertools import count
from pathlib import Path

import pytest
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication

from latent_explorer.bench.person import Person
from latent_explorer.runs import RunFolder, keep_job
from latent_explorer.runs.protocol import Begin, Continue, Continued, Ended, Failed, Pause, Paused, Progress, Stop


def test_the_run_says_how_far_and_how_quick_it_is(teacher: Person, panel, trainer, running: RunFolder) -> None:
    view = panel.run.running
    assert panel.run.isVisible()
    assert view.title.text() == "mnist-vae-2d-1"
    trainer.report(25)
    teacher.wait_until(lambda: view.state.text() == "Epoch 3 of 10 · 1 min 15 s left")
    assert view.speed.text() == "12,345 images/s"
    assert (view.bar.value(), view.bar.maximum()) == (25, 100)


def test_what_is_told_to_others(teacher: Person, panel, trainer, trained: Path) -> None:
    begun, snapshots, ended = [], [], []
    told = teacher.window.workbench.trainer
    told.begun.connect(begun.append)
    told.reported.connect(lambda reported: snapshots.append(reported.snapshot))
    told.ended.connect(ended.append)
    teacher.wait_until(panel.setup.train.isEnabled)
    teacher.press_button(panel.setup.train)
    trainer.begin()
    trainer.report(1, snapshot=Path("/a snapshot"))
    trainer.report(2)
    trainer.say(Ended(bundle=None, complete=False))
    teacher.wait_until(lambda: len(ended) == 1)
    assert [each.run for each in begun] == [RunFolder.of_bundle(trained / "mnist-vae-2d-1").path]
    assert snapshots == [Path("/a snapshot"), None]
    assert ended == [Ended(bundle=None, complete=False)]


def test_what_takes_long_before_training_is_said(teacher: Person, panel, trainer) -> None:
    teacher.wait_until(panel.setup.train.isEnabled)
    teacher.press_button(panel.setup.train)
    trainer.say(Progress(doing="downloading mnist", done=1, total=4))
    view = panel.run.running
    teacher.wait_until(lambda: view.state.text() == "Downloading mnist…")
    assert view.bar.value() / view.bar.maximum() == 0.25
    assert not view.pause.isEnabled()


def test_pause_and_resume(teacher: Person, panel, trainer, running: RunFolder) -> None:
    view = panel.run.running
    trainer.report(5)
    teacher.press_button(view.pause)
    assert isinstance(trainer.sent[-1], Pause)
    trainer.say(Paused())
    teacher.wait_until(lambda: view.pause.text() == "Resume")
    assert view.state.text() == "Epoch 1 of 10 · paused"
    teacher.press_button(view.pause)
    assert isinstance(trainer.sent[-1], Continue)
    trainer.say(Continued())
    teacher.wait_until(lambda: view.pause.text() == "Pause")


def test_stopped_and_kept_is_a_bundle_to_open(
    teacher: Person, panel, trainer, running: RunFolder, wide_bundle: Path
) -> None:
    teacher.press_button(panel.run.running.keep)
    assert trainer.sent[-1] == Stop(keep=True)
    assert not panel.run.running.pause.isEnabled()
    trainer.say(Ended(bundle=wide_bundle, complete=False))
    results = panel.run.results
    teacher.wait_until(results.isVisible)
    teacher.wait_until(lambda: "wide is ready: stopped and kept after 0 epochs" in results.sentence.text())
    teacher.press_button(results.open)
    teacher.wait_until(lambda: teacher.window.pane.session.bundle.folder == wide_bundle)
    teacher.wait_until(lambda: teacher.window.pane.ready)


def test_discarding_is_asked_once(teacher: Person, panel, trainer, running: RunFolder) -> None:
    view = panel.run.running
    teacher.press_button(view.discard)
    assert trainer.last(Stop) is None
    trainer.report(5)  # which does not take the question away
    teacher.wait(0.1)
    assert view.really.isVisible()
    teacher.press_button(view.go_on)
    assert view.discard.isVisible()
    teacher.press_button(view.discard)
    teacher.press_button(view.really)
    assert trainer.sent[-1] == Stop(keep=False)
    trainer.say(Ended(bundle=None, complete=False))
    teacher.wait_until(panel.setup.isVisible)
    assert panel.setup.train.isEnabled()


def test_a_smaller_batch_is_offered_where_memory_is_lacking(
    teacher: Person, panel, trainer, running: RunFolder
) -> None:
    view = panel.run.running
    trainer.say(Failed(reason="out of memory", batch_size=64))
    teacher.wait_until(lambda: view.retry.isVisible())
    assert (view.reason.text(), view.retry.text()) == ("Out of memory", "Train with batches of 64")
    teacher.press_button(view.retry)
    job = trainer.last(Begin).job
    assert job.recipe.batch_size == 64
    assert "--batch-size=64" in job.command
    assert job.overwrite
    assert view.pause.isVisible()
    assert not view.reason.isVisible()


def test_the_trainer_dies_and_the_settings_are_offered(teacher: Person, panel, trainer, running: RunFolder) -> None:
    from latent_explorer.service.child import Lost

    trainer.say(Lost(reason="killed"))
    view = panel.run.running
    teacher.wait_until(view.back.isVisible)
    assert "can be resumed" in view.reason.text()
    teacher.press_button(view.back)
    assert panel.setup.isVisible()


def test_curves_are_read_hidden_and_scaled(teacher: Person, panel, trainer, running: RunFolder) -> None:
    curves = panel.run.curves
    for step in range(5, 31, 5):
        trainer.report(step, loss=200 - step, test=190 - step if step % 10 == 0 else None)
    teacher.wait_until(lambda: curves.history.last == 3.0)
    assert curves.history.terms == ["loss", "reconstruction", "kl"]
    x, y = curves._lines["loss"][1].getOriginalDataset()
    assert (x.tolist(), y.tolist()) == ([1, 2, 3], [180, 170, 160])
    viewport = curves.plot.viewport()
    panel.run.ensureWidgetVisible(curves)
    middle, steps = viewport.rect().center(), count()

    def reads(words: str) -> bool:
        """Move the pointer about the middle, as a hand does: the plot may not be laid out yet at the first move."""
        at, none = QPointF(middle + QPoint(0, next(steps) % 2)), Qt.MouseButton.NoButton
        move = QMouseEvent(QEvent.Type.MouseMove, at, at, none, none, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(viewport, move)  # not through the display, where windows of other tests may lie above
        return curves.reading.text().startswith(words)

    teacher.wait_until(lambda: reads("Epoch 3.0 · loss 170.0 train, 160.0 test"))
    assert "KL 5 train, 5 test" in curves.reading.text()
    teacher.press_button(curves.keys["kl"])
    assert not curves._lines["kl"][0].isVisible()
    QTest.mouseMove(viewport, viewport.rect().center() - viewport.rect().topLeft() / 2)
    assert curves.plot.viewRange()[1][0] > 1  # a logarithm: the KL term no longer needs room below
    teacher.press_button(curves.log)
    assert curves.plot.viewRange()[1][1] > 150


def test_the_timeline_by_buttons_keys_and_play(teacher: Person, panel, trainer, running: RunFolder) -> None:
    from latent_explorer.bundles import Moment

    timeline, wanted = panel.run.timeline, []
    timeline.wanted.disconnect()
    timeline.wanted.connect(wanted.append)
    moments = [Moment(epoch=index // 2 + 1, step=5 * (index + 1), losses={}) for index in range(5)]
    timeline.set_moments(moments, 3)
    assert timeline.index == 4  # the newest
    teacher.press_button(timeline.back)
    teacher.key(Qt.Key.Key_Left, on=timeline.slider)
    teacher.key(Qt.Key.Key_Right, on=timeline.slider)
    assert wanted == [3, 2, 3]
    assert timeline.said.text() == "Epoch 2 of 3 · step 20"
    timeline.set_moments([*moments, moments[-1]], 3)
    assert timeline.index == 3  # who looks back is left in peace
    timeline.show_index(3, "turned 12°")
    assert timeline.said.text() == "Epoch 2 of 3 · step 20 · turned 12°"
    timeline.pace.setCurrentText("Fast")
    teacher.key(Qt.Key.Key_Space, on=timeline.slider)
    teacher.wait_until(lambda: wanted[3:7] == [4, 5, 0, 1])
    teacher.key(Qt.Key.Key_Space, on=timeline.slider)
    assert not timeline.playing


@pytest.fixture
def left(trained: Path) -> RunFolder:
    """A run that was left in its third epoch, as the trainer leaves it behind."""
    import json

    import numpy as np
    from safetensors.numpy import save_file

    from latent_explorer.runs.plan import Plan

    job = Plan(name="left behind").to_job(trained)
    job.run.path.mkdir(parents=True)
    keep_job(job)
    save_file({"x": np.zeros(1, np.float32)}, job.run.state, metadata={"progress": json.dumps({"epoch": 3})})
    return job.run


def test_a_run_that_was_left_is_offered_and_resumed(left: RunFolder, teacher: Person, trainers) -> None:
    window = teacher.window
    window.workbench.leaving.offer()
    teacher.wait_until(lambda: window.workbench.banner.text == "left behind was stopped after epoch 3 of 10.")
    teacher.press_button(window.workbench.banner.buttons["Resume"])
    job = trainers[0].last(Begin).job
    assert (job.resume, job.run) == (True, left)
    assert window.workbench.training.run.isVisible()
    assert window.workbench.banner.text == ""


def test_a_run_that_was_left_is_kept_as_it_is(left: RunFolder, teacher: Person, panel, trainer) -> None:
    teacher.wait_until(lambda: bool(panel.setup.offers.boxes))
    (box,) = panel.setup.offers.boxes
    teacher.press_button(box.keep)
    trainer.begin()
    teacher.wait_until(lambda: trainer.sent[-1] == Stop(keep=True))


def test_a_run_that_was_left_is_discarded_when_that_is_meant(left: RunFolder, teacher: Person, panel) -> None:
    teacher.wait_until(lambda: bool(panel.setup.offers.boxes))
    (box,) = panel.setup.offers.boxes
    teacher.press_button(box.discard)
    teacher.press_button(box.back)
    assert left.path.is_dir()
    teacher.press_button(box.discard)
    teacher.press_button(box.really)
    assert not left.path.exists()
    assert not box.isVisible()


def test_what_was_kept_since_is_not_asked_about(left: RunFolder, small_bundle: Path, teacher: Person, panel) -> None:
    shutil.copytree(small_bundle, left.bundle)
    (left.bundle / "config.json").touch()
    teacher.wait_until(lambda: "unfinished runs" not in {thread.name for thread in threading.enumerate()})
    panel.show_setup()
    teacher.wait_until(lambda: "unfinished runs" not in {thread.name for thread in threading.enumerate()})
    teacher.wait(0.05)
    assert panel.setup.offers.boxes == []


def test_closing_while_training_asks_once(teacher: Person, trainer, running: RunFolder) -> None:
    window = teacher.window
    window.close()
    assert window.isVisible()
    question = window.workbench.leaving.question
    assert "mnist-vae-2d-1 is still being trained" in question.text()
    teacher.press_button(next(each for each in question.buttons() if "Cancel" in each.text()))
    assert window.workbench.leaving.question is None
    assert not trainer.closed
    window.close()
    teacher.press_button(next(each for each in window.workbench.leaving.question.buttons() if "close" in each.text()))
    teacher.wait_until(lambda: trainer.closed)
    assert not window.isVisible()


def test_who_closes_twice_means_it(teacher: Person, trainer, running: RunFolder) -> None:
    teacher.window.close()
    teacher.window.close()
    assert trainer.closed
    assert not teacher.window.isVisible()
