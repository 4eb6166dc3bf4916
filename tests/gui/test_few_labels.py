"""Images are labelled by real clicks: the regions come, are undone, kept and exported."""

import numpy as np
import pytest
from PyQt6.QtCore import Qt

from latent_explorer.export.labels_file import LabelRow, read_labels, write_labels
from latent_explorer.fields.learned import LEARNED
from latent_explorer.gui.studies.few_labels.labelling import Labelling
from latent_explorer.gui.widgets.images import to_array
from latent_explorer.session.labels import Labels


@pytest.fixture
def person(new_window, small_bundle):
    """A person at a window of their own."""
    return new_window(small_bundle)


@pytest.fixture
def study(person) -> Labelling:
    """The study, with its panel in front, of a map of three clouds."""
    person.wait_for_the_engine()
    study = person.window.workbench.studies.show("few-labels")
    assert isinstance(study, Labelling)
    person.wait_until(study.view.isVisible)
    return study


def lone_images(person, count):
    """Images that no other is near on screen, as many of each class as possible."""
    bundle, view = person.bundle, person.canvas.view
    at = view.to_screen(bundle.uv.astype(np.float64))
    apart = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    np.fill_diagonal(apart, np.inf)
    inside = (at > 20).all(1) & (at < (view.width - 20, view.height - 20)).all(1)
    order = np.argsort(np.where(inside, -apart.min(1), np.inf))
    label = bundle.latents.label
    rank = np.zeros(len(label), int)
    for each in range(3):
        rank[order[label[order] == each]] = np.arange(np.count_nonzero(label == each))
    return np.lexsort((label, rank))[:count].tolist()


def told(person):
    """What the status bar says."""
    return person.window.statusBar().currentMessage()


def click_image(person, image):
    person.click(person.point(*person.bundle.uv[image].tolist()))


def label_by_clicks(person, study, images):
    person.press_button(study.view.tool)
    for image in images:
        label = int(person.bundle.latents.label[image])
        name = person.bundle.class_names[label]
        person.key(Qt.Key(Qt.Key.Key_0 + (int(name) if name.isdecimal() else 1 + label)))
        click_image(person, image)


def regions(person):
    layer = person.pane.fields.by_title[LEARNED.title]
    person.wait_until(lambda: layer.painted and person.pane.fields.missing == 0)
    return to_array(person.map_at_rest())[..., :3].astype(int)


def test_ten_images_labelled_by_clicks_colour_the_map_and_are_undone(person, study, tmp_path):
    session = person.pane.session
    layer = person.pane.fields.by_title[LEARNED.title]
    assert not layer.painted
    before = to_array(person.map_at_rest())[..., :3].astype(int)
    ten = lone_images(person, 10)
    label_by_clicks(person, study, ten)
    labelled = dict(session.state.labels.of)
    assert len(labelled) == 10
    assert all(person.bundle.latents.label[image] == label for image, label in labelled.items())
    person.wait_until(lambda: study.lesson is not None and study.lesson.accuracy is not None)
    after = regions(person)
    assert (np.abs(after - before).max(-1) > 12).mean() > 0.05
    colours = [person.pane.theme.class_colour(label).getRgb()[:3] for label in range(3)]
    for colour in colours:
        assert (np.abs(after - np.array(colour)).max(-1) < 90).mean() > 0.002
    person.wait_until(lambda: "test images are right" in study.view.sentence.text())
    person.wait_until(lambda: study.view.figures["pixels", "propagation"].text().endswith("%"))
    assert study.view.figures["pca", "logistic"].text().endswith("%")
    for _ in range(10):
        person.shortcut("Ctrl+Z")
    assert session.state.labels.of == ()
    person.wait_until(lambda: not layer.painted)
    person.shortcut("Ctrl+Shift+Z")
    assert len(session.state.labels.of) == 1
    person.wait_until(lambda: "label an image of another class" in study.view.sentence.text())


def test_those_beside_are_asked_for_once_the_labels_rest(person, study, monkeypatch):
    asked, request = [], person.pane.client.request
    monkeypatch.setattr(
        person.pane.client,
        "request",
        lambda topic, wants: (
            asked.append([want.key[1:] for want in wants]) or request(topic, wants)
            if topic == "few labels"
            else request(topic, wants)
        ),
    )
    label_by_clicks(person, study, lone_images(person, 4))
    assert all(len(keys) == 1 for keys in asked)
    person.wait_until(lambda: study.view.figures["pixels", "propagation"].text().endswith("%"))
    assert len(asked[-1]) > 3


def test_what_was_learned_is_exported_and_labels_come_back(person, study, tmp_path):
    few = lone_images(person, 3)
    label_by_clicks(person, study, few)
    person.wait_until(lambda: study.lesson is not None)
    file = tmp_path / "labels.csv"
    study.files.write(file)
    rows = read_labels(file)
    assert len(rows) == len(person.bundle.latents)
    assert {row.image for row in rows if row.by_hand} == set(few)
    kept = person.pane.session.state.labels
    person.press_button(study.view.clear)
    assert person.pane.session.state.labels.of == ()
    study.files.read(file)
    assert dict(person.pane.session.state.labels.of) == dict(kept.of)
    write_labels(tmp_path / "far.json", [LabelRow(10**6, "x", True)])
    study.files.read(tmp_path / "far.json")
    assert "no image 1,000,000" in told(person)
    assert dict(person.pane.session.state.labels.of) == dict(kept.of)


def test_the_next_image_is_shown_and_a_digit_labels_it(person, study):
    person.wait_until(lambda: study.learner.following >= 0)
    wanted = study.learner.following
    person.press_button(study.view.tool)
    person.canvas.setFocus()
    person.key(Qt.Key.Key_N)
    assert study.asked == wanted
    assert np.allclose(person.pane.prober.probe.z, person.bundle.latents.mean[wanted])
    person.key(Qt.Key.Key_2)
    ((image, label),) = person.pane.session.state.labels.of
    assert image == wanted
    assert study.chosen == label
    assert person.bundle.class_names[label] in ("2", person.bundle.class_names[1])
    assert study.asked is None
    person.wait_until(lambda: study.learner.following not in (-1, wanted))


def test_classes_are_named_erased_and_given_to_a_selection(person, study):
    session = person.pane.session
    person.type_over(study.view.name, "blob")
    person.key(Qt.Key.Key_Return, on=study.view.name)
    assert session.state.labels.names[-1] == "blob"
    assert study.chosen == 3
    chosen = np.zeros(len(person.bundle.latents), bool)
    chosen[:7] = True
    session.select(chosen)
    study.view.selected.click()
    assert [label for _, label in session.state.labels.of] == [3] * 7
    person.press_button(study.view.erase)
    image = next(each for each in lone_images(person, 60) if each >= 7)
    click_image(person, image)
    assert len(session.state.labels.of) == 7
    study._put(session.state.labels.put([image], 0))
    click_image(person, image)
    assert len(session.state.labels.of) == 7
    study.view.class_added.emit("blob")
    assert "already" in told(person)


def test_points_take_the_learned_colours(person, study):
    label_by_clicks(person, study, lone_images(person, 3))
    person.wait_until(lambda: study.lesson is not None)
    study.view.colour.click()
    assert person.pane.colourer.colouring.name == "learned"
    shade = person.pane.points.shading.shade
    assert (shade == study.lesson.classes + 1).all()
    person.pane.session.relabel(Labels(study.labels.names))
    assert person.pane.colourer.colouring.name == "class"
    study.view.colour.click()
    person.pane.colourer.choose("class")


def others_at(person, bundle, monkeypatch):
    """Have the file of other images be chosen in the list; what the chooser would have given."""
    file = bundle.parent / "images.npz"
    monkeypatch.setattr(
        "latent_explorer.gui.widgets.image_source.ask_path",
        lambda parent, title, start, chosen, files="": chosen(str(file)),
    )
    view = person.window.workbench.studies.show("few-labels").view.transfer
    row = view.box.findText("A file…")
    view.box.setFocus()
    view.box.setCurrentIndex(row - 1)
    person.key(Qt.Key.Key_Down, on=view.box)
    return view


def test_as_many_labels_of_other_images_teach_beside_pca_and_pixels(person, study, make_bundle, monkeypatch):
    label_by_clicks(person, study, lone_images(person, 6))
    view = others_at(person, make_bundle("others"), monkeypatch)
    person.wait_until(lambda: study.transfer.found is not None and not study.transfer.found.more)
    assert all(cell.text().endswith("%") for cell in view.table.cells.values())
    assert "6 labels of images" in view.sentence.text()
    assert view.box.currentText() == "images.npz"
    person.wait_until(lambda: view.sentence.height() >= view.sentence.heightForWidth(view.sentence.width()))
    assert view.button.text() == "Measure"
    kept = study.transfer.found.accuracies
    person.press_button(view.button)
    person.wait_until(lambda: study.transfer.found is not None and not study.transfer.found.more)
    assert study.transfer.found.accuracies == kept


def test_other_images_are_refused_in_words_where_nothing_can_be_measured(person, study, make_bundle, monkeypatch):
    view = others_at(person, make_bundle("unlabelled"), monkeypatch)
    assert "No image has a label yet" in view.problem.text()
    label_by_clicks(person, study, lone_images(person, 2))
    person.press_button(view.button)
    person.wait_until(lambda: "2 labels: expected at least one for each of 3 classes" in view.problem.text())
    others_at(person, make_bundle("larger", shape=(10, 10, 1)), monkeypatch)
    person.wait_until(lambda: "expected images of 8x8x1" in view.problem.text())
    assert view.button.text() == "Measure"
    assert view.progress.isHidden()


def test_what_is_measured_on_other_images_can_be_stopped(person, study, make_bundle, monkeypatch):
    monkeypatch.setattr(
        "latent_explorer.engine.transferring.FewLabels.lesson", lambda *_: iter(lambda: 0.5, None)
    )  # one that never ends
    study._put(study.labels.put([0, 1, 2], 0))  # of one class: nothing else is learned meanwhile
    view = others_at(person, make_bundle("endless"), monkeypatch)
    person.wait_until(lambda: view.state.text().startswith("Learning from labels"))
    assert view.button.text() == "Stop"
    person.press_button(view.button)
    assert view.state.text() == "Stopped."
    assert view.progress.isHidden()
    assert not list(study.transfer.work)


def test_what_stands_beside_waits_for_other_images(person, study, make_bundle, monkeypatch):
    study._put(study.labels.put([0, 1, 2], 0).put([50, 51, 52, 53], 1))
    person.wait_until(lambda: study.lesson is not None)
    study.learner.hold_beside(True)
    person.wait(0.5)
    assert study.view.figures["pixels", "logistic"].text() == "…"
    others_at(person, make_bundle("meanwhile"), monkeypatch)
    person.wait_until(lambda: study.transfer.found is not None and not study.transfer.found.more)
    person.wait_until(lambda: study.view.figures["pixels", "logistic"].text().endswith("%"))
