"""The form: defaults, help, what cannot work, estimates, and the job that is asked for."""

from pathlib import Path

import pytest
from PyQt6.QtCore import QMimeData, QPointF, Qt, QUrl
from PyQt6.QtGui import QDragEnterEvent, QDropEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication

from latent_explorer.bench.person import Person
from latent_explorer.runs.protocol import Ask, Begin, Estimated
from latent_explorer.service.child import Lost


def type_into(person: Person, panel, name: str, text: str) -> None:
    person.type_over(panel.setup.form.rows[name].editor, text)


def choose(panel, name: str, label: str) -> None:
    """Choose an entry of a list by the arrow keys."""
    box = panel.setup.form.rows[name].editor
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Home)
    while box.currentText() != label:
        QTest.keyClick(box, Qt.Key.Key_Down)


def test_one_press_trains_a_vae_of_mnist_in_two_dimensions(teacher: Person, panel, trainer, trained: Path) -> None:
    teacher.wait_until(lambda: "1 min 20 s on cpu" in panel.setup.expected.text())
    assert "60,000 of 70,000 images" in panel.setup.expected.text()
    teacher.press_button(panel.setup.train)
    job = trainer.last(Begin).job
    assert (job.source, job.family, job.latent_dim, job.folder) == ("mnist", "vae", 2, trained / "mnist-vae-2d-1")
    assert trainer.last(Begin).keep_bytes == 512 * 2**20
    assert job.command.startswith("latent-explorer train --dataset=mnist --family=vae")


def test_the_name_follows_until_it_is_typed(teacher: Person, panel) -> None:
    form = panel.setup.form
    choose(panel, "family", "Autoencoder")
    assert form.plan.name == "mnist-ae-2d-1"
    type_into(teacher, panel, "name", "for my class")
    choose(panel, "family", "VAE")
    assert form.plan.name == "for my class"


def test_another_dataset_brings_its_own_values_but_not_over_those_chosen(teacher: Person, panel) -> None:
    form = panel.setup.form
    form.rows["epochs"].editor.selectAll()
    QTest.keyClicks(form.rows["epochs"].editor, "3")
    choose(panel, "source", "CIFAR-10")
    plan = form.plan
    assert (plan.source, plan.trunk, plan.epochs) == ("cifar10", "conv", 3)
    teacher.wait_until(
        lambda: panel.setup.expected.text().endswith("images. Training downloads 9 MB from example.org first.")
    )
    choose(panel, "source", "MNIST")
    assert form.plan.trunk == "dense"


def test_what_does_not_concern_the_family_is_not_shown(teacher: Person, panel) -> None:
    form = panel.setup.form
    teacher.press_button(form.more_button)
    assert form.rows["beta"].editor.isVisible()
    choose(panel, "family", "Autoencoder")
    assert not form.rows["beta"].editor.isVisible()


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("learning_rate", "0", "nothing is learned"),
        ("learning_rate", "fast", "from 0 to 10"),
        ("beta", "-1", "from 0 to 1,000"),
        ("name", "a/b", "letters, digits"),
        ("name", "", "Enter a name"),
    ],
)
def test_what_cannot_work_is_said_at_the_field_while_typing(
    teacher: Person, panel, trainer, name: str, text: str, words: str
) -> None:
    setup = panel.setup
    teacher.press_button(setup.form.more_button)
    teacher.wait_until(setup.train.isEnabled)
    if text:
        type_into(teacher, panel, name, text)
    else:
        setup.form.rows[name].editor.setFocus()
        setup.form.rows[name].editor.selectAll()
        QTest.keyClick(setup.form.rows[name].editor, Qt.Key.Key_Delete)
    complaint = setup.form.complaints[name]
    assert complaint.isVisible()
    assert words in complaint.text()
    assert not setup.train.isEnabled()
    assert "Correct these settings first" in setup.reason.text()
    teacher.press_button(setup.train)
    assert trainer.last(Begin) is None


def test_a_folder_is_dropped_as_a_dataset(teacher: Person, panel, tmp_path: Path) -> None:
    (tmp_path / "My birds" / "gull").mkdir(parents=True)
    for name in "ab":
        (tmp_path / "My birds" / "gull" / f"{name}.png").write_bytes(b"")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "My birds"))])
    action, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(panel.rect().center(), action, mime, left, none)
    QApplication.sendEvent(panel, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(panel, QDropEvent(QPointF(5, 5), action, mime, left, none))
    teacher.wait_until(lambda: panel.setup.form.plan.source != "mnist")
    plan = panel.setup.form.plan
    assert (plan.source, plan.side, plan.name) == (str(tmp_path / "My birds"), 32, "my-birds-vae-2d-1")
    assert panel.setup.form.rows["side"].editor.isVisible()
    choose(panel, "source", "KMNIST")
    assert not panel.setup.form.rows["side"].editor.isVisible()


def test_nothing_is_downloaded_before_the_button_says_so(teacher: Person, panel, trainer) -> None:
    setup = panel.setup
    teacher.wait_until(lambda: "1 min 20 s" in setup.expected.text())
    assert setup.train.text() == "Train"
    trainer.answers = False
    choose(panel, "source", "KMNIST")
    assert not setup.train.isEnabled()  # what it would download is not known yet
    trainer.answers = True
    choose(panel, "source", "CIFAR-10")
    teacher.wait_until(lambda: setup.train.text() == "Download and train")
    assert "9 MB from example.org" in setup.expected.text()
    assert not trainer.last(Ask).job.download
    teacher.press_button(setup.train)
    assert trainer.last(Begin).job.download


def test_what_was_read_of_a_dataset_is_shown(teacher: Person, panel, trainer, tmp_path: Path) -> None:
    (tmp_path / "birds").mkdir()
    (tmp_path / "birds" / "1.png").write_bytes(b"")
    panel.setup.form.choose(source=str(tmp_path / "birds"))
    teacher.wait_until(lambda: panel.setup.read.text() == "birds: 3 images\npassed over: 1 file")
    choose(panel, "pages", "Each an image")
    assert panel.setup.form.plan.dataset.endswith("birds@pages@32x32")
    choose(panel, "source", "MNIST")
    assert not panel.setup.read.isVisible()
    trainer.objection = "a.tif: found 3 pages; write @pages after the dataset"
    panel.setup.form.choose(source=str(tmp_path / "birds"))
    teacher.wait_until(lambda: "In this form: More settings, Pages." in panel.setup.reason.text())


def test_what_has_focus_is_explained(teacher: Person, panel) -> None:
    panel.setup.form.rows["epochs"].editor.setFocus()
    assert "How many times the network sees every image" in panel.setup.help.text()
    choose(panel, "family", "Autoencoder")
    assert "An autoencoder" in panel.setup.help.text()


def test_only_the_last_of_many_changes_is_asked_about(teacher: Person, panel, trainer) -> None:
    teacher.wait_until(lambda: trainer.last(Ask) is not None)
    before = len(trainer.sent)
    type_into(teacher, panel, "name", "abc")
    teacher.wait_until(lambda: len(trainer.sent) > before)
    teacher.wait_until(lambda: trainer.last(Ask).job.folder.name == "abc")
    names = [request.job.folder.name for request in trainer.sent[before:]]
    assert len(names) < 3  # on a busy machine one may seem to pause between two keys


def test_an_estimate_of_what_is_no_longer_chosen_is_dropped(teacher: Person, panel, trainer) -> None:
    teacher.wait_until(lambda: trainer.last(Ask) is not None)
    old = trainer.last(Ask).number
    type_into(teacher, panel, "name", "abc")
    trainer.say(Estimated(number=old, seconds=1e6, memory=1, weights=1, device="old", images=(1, 1)))
    teacher.wait_until(lambda: trainer.last(Ask).number != old)
    teacher.wait_until(lambda: "1 min 20 s" in panel.setup.expected.text())
    assert "old" not in panel.setup.expected.text()


def test_what_was_asked_of_a_trainer_that_died_is_asked_once_more(teacher: Person, panel, trainer) -> None:
    teacher.wait_until(lambda: "1 min 20 s" in panel.setup.expected.text())
    trainer.answers = False
    type_into(teacher, panel, "name", "abc")
    teacher.wait_until(lambda: trainer.last(Ask).job.folder.name == "abc")
    asked = trainer.count(Ask)
    trainer.say(Lost(reason=""))
    teacher.wait_until(lambda: trainer.count(Ask) == asked + 1)
    trainer.say(Lost(reason=""))
    teacher.wait_until(lambda: "The trainer stops" in panel.setup.reason.text())
    teacher.wait(0.4)
    assert trainer.count(Ask) == asked + 1


def test_what_the_trainer_finds_wrong_stops_the_button_until_something_is_changed(
    teacher: Person, panel, trainer
) -> None:
    teacher.wait_until(lambda: "1 min 20 s" in panel.setup.expected.text())
    trainer.objection = "images of different sizes"
    type_into(teacher, panel, "name", "ab")
    teacher.wait_until(lambda: panel.setup.reason.text() == "Images of different sizes")
    assert not panel.setup.train.isEnabled()
    type_into(teacher, panel, "name", "abc")
    assert panel.setup.train.isEnabled()
    assert not panel.setup.reason.isVisible()
