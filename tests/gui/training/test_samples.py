"""What the panel shows of a generator's run: the same draws again and again, their classes, two losses that compete."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from latent_explorer.bench.person import Person
from latent_explorer.bundles import Moment
from latent_explorer.runs import Job, Recipe, RunFolder
from latent_explorer.runs.protocol import Progress
from latent_explorer.runs.report import UNLABELLED
from latent_explorer.runs.strip import SampleStrip, write_strip
from latent_explorer.training.jobs import train_bundle
from tests.nets.families import GAN, registered

SHARES = {"0": 0.5, "1": 0.3, "2": 0.2}


@pytest.fixture(autouse=True)
def known() -> Iterator[None]:
    with registered(GAN):
        yield


def grey(level: int) -> SampleStrip:
    return SampleStrip(np.full((2, 8, 6, 6, 1), level, np.uint8), samples=True)


def shown(panel) -> int:
    """The level of the pictures in the strip; -1 for none."""
    rows = panel.run.samples.strip._rows
    return rows[0][0].pixelColor(0, 0).red() if rows else -1


def test_the_strip_and_the_classes_follow_the_run_and_the_moment_that_is_shown(
    teacher: Person, panel, trainer, running: RunFolder
) -> None:
    view = panel.run.samples
    assert not view.isVisible()
    write_strip(running, 5, grey(50))
    trainer.report(5, coverage=SHARES)
    teacher.wait_until(lambda: shown(panel) == 50)
    assert view.title.text() == "Samples"
    assert view.coverage.bars.shares == SHARES
    assert view.coverage.said.text() == "Least: 2 with 20.0% · KL 0.069"
    assert "1: 30.0%" in view.coverage.bars.accessibleDescription()
    write_strip(running, 10, grey(100))
    trainer.report(10)  # at which nobody looked at the classes: those of before stay
    teacher.wait_until(lambda: shown(panel) == 100)
    assert view.coverage.bars.shares == SHARES
    panel.run.show_moment(Moment(epoch=1, step=5, losses={}, coverage={"0": 1.0, "1": 0.0, "2": 0.0}))
    teacher.wait_until(lambda: shown(panel) == 50)
    assert view.coverage.said.text().startswith("Least: 1 with 0.0%")
    write_strip(running, 15, grey(150))
    trainer.report(15, coverage=SHARES)  # who looks back is left in peace
    teacher.wait(0.1)
    assert shown(panel) == 50
    panel.run.show_moment(None)
    teacher.wait_until(lambda: shown(panel) == 150)
    assert view.coverage.bars.shares == SHARES


def test_why_there_are_no_classes_is_said(teacher: Person, panel, trainer) -> None:
    teacher.wait_until(panel.setup.train.isEnabled)
    teacher.press_button(panel.setup.train)
    trainer.begin(uncovered="These images have no labels.")
    said = panel.run.samples.coverage.said
    teacher.wait_until(lambda: said.isVisible() and said.text() == "These images have no labels.")
    assert not panel.run.samples.coverage.bars.isVisible()


@pytest.mark.parametrize(("family", "competes"), [(GAN.name, True), ("vae", False)])
def test_that_no_loss_says_how_good_it_is_is_said_where_two_compete(
    teacher: Person, panel, trainer, family: str, competes: bool
) -> None:
    panel.setup.form.rows["family"].editor.addItem(family, family)  # the form was made before the family was known
    panel.setup.form.choose(family=family)
    teacher.wait_until(panel.setup.train.isEnabled)
    teacher.press_button(panel.setup.train)
    trainer.begin()
    trainer.report(5)
    remark = panel.run.curves.remark
    teacher.wait_until(lambda: panel.run.curves.history.last > 0)
    assert remark.isHidden() != competes
    assert "compete" in remark.text()


def test_what_takes_long_after_training_is_seen_to_go_on(teacher: Person, panel, trainer, running: RunFolder) -> None:
    bar = panel.run.running.bar
    trainer.report(100)  # the last step
    trainer.say(Progress(doing="teaching an encoder", done=1, total=4))
    teacher.wait_until(lambda: panel.run.running.state.text() == "Teaching an encoder…")
    assert bar.value() / bar.maximum() == 0.25


def test_of_a_past_run_without_labels_it_is_said_too(teacher: Person, panel, tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (40, 6, 6, 1), np.uint8)
    np.savez(tmp_path / "x.npz", images=images)
    recipe = Recipe(epochs=1, batch_size=32, device="cpu", precision="float32")
    job = Job(str(tmp_path / "x.npz"), tmp_path / "x", family=GAN.name, hidden=(8,), recipe=recipe)
    list(train_bundle(job))
    panel.show_run(job.run)
    teacher.wait_until(lambda: panel.run.samples.coverage.said.text() == UNLABELLED)
    teacher.wait_until(lambda: panel.run.samples.strip.count == 8)
    assert panel.run.curves.remark.isVisibleTo(panel.run)
