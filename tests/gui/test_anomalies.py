"""The study of anomalies in a real window: judged, compared, a threshold dragged, the oddest gone to and selected."""

import numpy as np
import pytest
from PIL import Image
from PyQt6.QtCore import QEvent, QPointF, Qt
from PyQt6.QtTest import QTest

from latent_explorer.bench.hand import send_mouse
from latent_explorer.gui.studies.anomalies.judged import OTHER, TEST, TRAIN, JudgedSets
from latent_explorer.session.own_sets import OwnSet


@pytest.fixture
def noise(tmp_path):
    """A file of 40 images of noise, of another shape than the model's."""
    images = np.random.default_rng(0).integers(0, 256, (40, 12, 10, 3), dtype=np.uint8)
    np.savez(tmp_path / "noise.npz", images=images)
    return str(tmp_path / "noise.npz")


@pytest.fixture
def opened(new_window, small_bundle):
    """A person before a window in which the study is open, and has judged all images by its first score."""
    person = new_window(small_bundle)
    person.window.action("Anomalies").trigger()
    study = person.window.workbench.show_study("anomalies")
    person.wait_until(lambda: study.panel.isVisible() and bool(study.score) and settled(study))
    return person, study


def settled(study):
    return not study._missing and not study._opening and not study._soon.isActive()


def compare(person, study, source):
    study.panel.set_chosen.emit(source)
    person.wait_until(lambda: settled(study) and (study._set is not None or bool(study.panel.complaint.text())))


def press(widget, at):
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=at)


def test_all_images_are_judged_and_the_oddest_listed(opened):
    person, study = opened
    latents = person.pane.bundle.latents
    assert study.score == "excess-nats"
    judged = sum(len(study.judged.known(of, study.score)) for of in (TRAIN, TEST))
    assert judged == len(latents)
    oddest = study.panel.oddest
    assert len(oddest.images.numbers) == len(latents)
    scores = oddest._scores
    assert (np.diff(scores) <= 0).all()
    person.wait_until(lambda: oddest.images.picture(0) is not None)
    assert "5.0" in study.panel.alarms.text()
    assert "test images" in study.panel._above.text()


def test_a_click_on_an_odd_image_goes_to_its_place_and_select_selects_those_above(opened):
    person, study = opened
    oddest, session = study.panel.oddest, person.pane.session
    place = oddest.visualRect(oddest.images.index(0)).center()
    press(oddest.viewport(), place)
    number = int(oddest.images.numbers[0])
    np.testing.assert_allclose(person.pane.prober.probe.z, session.bundle.latents.mean[number], atol=1e-5)
    study.panel.alarms.setValue(30.0)
    study.panel.select.click()
    chosen = np.flatnonzero(session.state.selection.chosen)
    above = oddest.images.numbers[oddest._scores > study.threshold]
    assert set(chosen) == set(above.tolist())
    assert 0 < len(chosen) < len(session.bundle.latents)


def test_the_threshold_is_dragged_with_the_mouse(opened):
    _, study = opened
    viewport, before = study.panel.histogram.plot.viewport(), study.threshold
    left, middle, end = Qt.MouseButton.LeftButton, QPointF(viewport.width() / 2, 40), QPointF(30, 40)
    send_mouse(viewport, middle, QEvent.Type.MouseButtonPress, left, left)
    send_mouse(viewport, end, held=left)
    send_mouse(viewport, end, QEvent.Type.MouseButtonRelease, left)
    assert study.alarms > 0.3
    assert study.threshold < before
    assert study.panel.alarms.value() == pytest.approx(100 * study.alarms, abs=0.06)


def test_a_second_set_is_told_apart_beside_scores_without_a_model(opened, noise):
    person, study = opened
    assert study.has_judged
    study.panel.set_chosen.emit(noise)
    assert not study.has_judged  # what a lesson waits for: the histogram has only one part yet
    compare(person, study, noise)
    assert study.has_judged
    assert study._set.name == "noise"
    assert "stretched from 10 x 12 to 8 x 8 pixels and made grey" in study.panel._set_words.text()
    lines = {title.text(): float(area.text()) for title, area in study.panel.roc.lines if title.isVisible()}
    assert {"Cross-entropy less entropy", "PCA, 30 components", "Nearest image, by pixels"} <= lines.keys()
    assert lines["Nearest image, by pixels"] > 0.9
    assert "of noise" in study.panel._above.text()
    study.panel._shown_set.setCurrentIndex(1)
    study.panel.shown_set_chosen.emit(True)
    oddest = study.panel.oddest
    person.wait_until(lambda: len(oddest.images.numbers) == 40 and oddest.images.picture(0) is not None)
    press(oddest.viewport(), oddest.visualRect(oddest.images.index(0)).center())
    person.wait_until(lambda: person.pane.prober.probe is not None)
    study.panel.set_chosen.emit("")
    person.wait_until(lambda: settled(study))
    assert not study.panel.roc.isVisible()
    assert OTHER not in study.judged.numbers


@pytest.mark.parametrize("source", ["nowhere.npz", "empty"])
def test_a_set_that_is_not_there_or_empty_is_said_in_the_panel(opened, tmp_path, source):
    person, study = opened
    (tmp_path / "empty").mkdir(exist_ok=True)
    compare(person, study, str(tmp_path / source))
    assert study.panel.complaint.isVisible()
    assert source in study.panel.complaint.text()
    assert study.panel.other.currentText() == "Nothing"


def test_a_set_of_ones_own_images_can_be_compared_with(opened, tmp_path):
    person, study = opened
    files = []
    for number, grey in enumerate((0, 90, 255)):
        files.append(tmp_path / f"{number}.png")
        Image.fromarray(np.full((8, 8), grey, np.uint8)).save(files[-1])
    person.pane.session.place_sets((OwnSet(tuple(map(str, files)), "greys"),))
    box = study.panel.other
    row = box.findText("greys")
    assert row > 0
    box.setCurrentIndex(row)
    box.activated.emit(row)
    person.wait_until(lambda: settled(study) and study._set is not None)
    assert study._set.count == 3
    assert box.currentText() == "greys"
    assert len(study.judged.known(OTHER, study.score)) == 3


def test_another_score_is_judged_and_the_points_take_its_colours(opened):
    person, study = opened
    box = study.panel.score
    row = box.findText("Excess times distance")
    box.setCurrentIndex(row)
    box.activated.emit(row)
    person.wait_until(lambda: study.score == "novelty" and settled(study))
    assert len(study.judged.known(TEST, "novelty"))
    study.panel.colour.click()
    colourer = person.pane.colourer
    assert colourer.colouring.name == "novelty"
    person.wait_until(lambda: not colourer.work)
    values = colourer._values["novelty"]
    assert np.isfinite(values).all()
    known = study.judged.oddest((TEST, TRAIN), "novelty", len(values))
    np.testing.assert_allclose(values[known[0]], known[1], rtol=1e-3)


def test_what_the_model_lacks_cannot_be_chosen_and_is_said(opened):
    _, study = opened
    model, row = study.panel.score.model(), study.panel.score.findText("Negative ELBO")
    assert not model.item(row).isEnabled()
    assert "have no variances" in model.item(row).toolTip()


def test_judging_is_stopped_and_hover_goes_on_meanwhile(opened, noise):
    person, study = opened
    study.judged.add_set(TEST, study.judged.numbers[TEST])
    study.choose_score("pixel-1-nn")
    study.panel.stop.click()
    assert not study._missing
    assert not study.panel.stop.isVisible()
    person.pane.prober.hover(0.1, 0.2)
    person.wait_until(lambda: person.pane.prober.probe is not None)


def test_parts_are_spread_over_a_set_and_taken_where_they_belong():
    judged = JudgedSets({TEST: np.arange(1_200), TRAIN: np.zeros(0, np.int64)})
    parts = list(judged.parts(TEST, ("a", "b")))
    assert sorted(np.concatenate([judged.images(part) for part in parts]).tolist()) == list(range(1_200))
    judged.take(parts[1], np.stack([np.arange(400), -np.arange(400)], axis=1).astype(np.float32))
    assert len(judged.known(TEST, "a")) == 400
    numbers, scores = judged.oddest((TEST,), "a", 3)
    assert numbers.tolist() == [1_198, 1_195, 1_192]
    assert scores.tolist() == [399, 398, 397]
    assert len(list(judged.parts(TEST, ("a",)))) == 2
    assert len(list(judged.parts(TEST, ("c",), 450))) == 1


def test_points_are_coloured_by_no_score_before_one_is_told(silent_engine, new_window, small_bundle):
    person = new_window(None, silent_engine)
    study = person.window.workbench.show_study("anomalies")
    before = person.pane.colourer.colouring
    study.panel.colour_wanted.emit()
    assert person.pane.colourer.colouring is before
    assert not study.panel.colour.isEnabled()
