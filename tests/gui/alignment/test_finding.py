"""Anchors at random, far apart and from files; translators in files: what can be used is, and else it is said why."""

import json
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtWidgets import QFileDialog

from latent_explorer.alignment.anchors import read_anchors, write_anchors
from latent_explorer.alignment.pair import Pair, Side
from latent_explorer.alignment.quick_figures import at_a_glance
from latent_explorer.errors import UserError
from latent_explorer.session import open_bundle


def control_of(person):
    return person.window.workbench.anchors


def anchors_of(person):
    return person.window.workbench.link.alignment.state.anchors


def wait_for(person, count: int) -> None:
    person.wait_until(lambda: len(anchors_of(person)) == count)


def note(person) -> str:
    return control_of(person).panel.note.text()


def read(person, path: Path) -> str:
    """What the panel says of a file of anchors."""
    control_of(person).panel.say("")
    control_of(person).finder.read(person.window.workbench.link, path)
    person.wait_until(lambda: bool(note(person)))
    return note(person)


def test_anchors_are_added_at_random_by_class_and_far_apart(same) -> None:
    left, _ = same
    panel, bundle = control_of(left).panel, left.pane.bundle
    assert "pair of images" in panel._first.findChildren(type(panel._by_hand))[0].text()
    panel.count.setValue(9)
    left.press_button(panel.add)
    wait_for(left, 9)
    images = [source for source, _ in anchors_of(left)]
    assert all(source == target for source, target in anchors_of(left))
    assert np.bincount(bundle.latents.label[images]).tolist() == [3, 3, 3]
    assert (bundle.latents.split[images] == 0).all()
    panel.way.setCurrentIndex(panel.way.findData("farthest"))
    left.press_button(panel.add)
    wait_for(left, 18)
    assert anchors_of(left)[:9] == tuple((image, image) for image in images)  # those there were stay
    left.press_button(panel.clear)
    assert not anchors_of(left)
    left.choose("Undo")
    assert len(anchors_of(left)) == 18
    left.press_button(panel.clear)
    left.press_button(panel.begin)  # 300, of which there are fewer
    left.wait_until(lambda: len(anchors_of(left)) > 18)
    assert len(anchors_of(left)) == np.count_nonzero(bundle.latents.split != 1)
    left.press_button(panel.add)
    left.wait_until(lambda: "make more by hand" in note(left))


def test_figures_are_shown_soon_after_a_fit(same) -> None:
    left, _ = same
    panel = control_of(left).panel
    panel.count.setValue(12)
    left.press_button(panel.add)
    left.wait_until(lambda: "Neighbours in common" in panel.figures.text())
    assert "Fitted on 12 pairs" in panel.figures.text()
    assert "median" in panel.figures.text()
    assert "100% of the nearest 10" in panel.figures.text()  # the latents are equal


def test_anchors_are_written_and_read_again(same, tmp_path, monkeypatch) -> None:
    left, _ = same
    link, finder = left.window.workbench.link, control_of(left).finder
    pairs = ((3, 7), (10, 10), (5, 2))
    link.alignment.replace(pairs)
    for ending in (".csv", ".json", ".npy"):
        file = tmp_path / f"anchors{ending}"
        finder.write(link, file)
        link.alignment.replace(((40, 10),))
        finder.read(link, file)
        wait_for(left, 3)  # one of the three has an image that has an anchor already
        assert set(anchors_of(left)) == {(40, 10), (3, 7), (5, 2)}
        link.alignment.replace(pairs)

    def choose(dialog: QFileDialog) -> None:
        dialog.fileSelected.emit(str(tmp_path / "asked.csv"))
        dialog.finished.emit(1)

    monkeypatch.setattr(QFileDialog, "open", choose)
    left.press_button(control_of(left).panel.write)
    assert (tmp_path / "asked.csv").read_text() == "source,target\n3,7\n10,10\n5,2\n"
    left.wait(0.05)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("text.csv", b"these,are\nno,numbers\n", "whole numbers"),
        ("text.json", b"{", "cannot be read"),
        ("text.npy", b"\x93NUMPY but no more", "cannot be read"),
        ("huge.csv", b"1,1\n2,99999999999\n", "no image 99999999999"),
        ("vast.csv", b"1,1\n2,99999999999999999999999\n", "whole numbers"),
        ("negative.csv", b"1,1\n2,-5\n", "no image -5"),
        ("twice.csv", b"1,1\n2,2\n1,3\n", "image 1 of the source, small, has two"),
        ("none.csv", b"", "whole numbers"),
        ("wide.json", b"[[1,2,3]]", "found the shape"),
        ("deep.json", b"[" * 5000, "cannot be read"),
        ("point.json", b"[1.5, 2.5]", "numbers with a point"),
        ("class.csv", b"0,0\n3,3\n6,6\n", "class"),
        ("anchors.txt", b"1,1", "expected anchors as"),
    ],
)
def test_a_file_that_lies_is_refused_with_a_sentence_and_all_stays(same, tmp_path, name, content, words) -> None:
    left, right = same
    file = tmp_path / name
    file.write_bytes(content)
    assert words in read(left, file)
    assert not anchors_of(left)
    assert left.pane.ready
    assert right.pane.ready


def test_a_file_that_is_not_there_is_named(same, tmp_path) -> None:
    assert "gone.csv" in read(same[0], tmp_path / "gone.csv")


def test_a_translator_is_saved_both_ways_and_loaded(same, tmp_path) -> None:
    left, _ = same
    bench = left.window.workbench
    link, finder = bench.link, control_of(left).finder
    finder.save(link, tmp_path / "none.safetensors")
    assert "no translator to save" in note(left)
    link.alignment.replace([(image, image) for image in range(6)])
    left.wait_until(lambda: link.fit is not None)
    saved, z = link.fit, left.pane.bundle.latents.mean[:5]
    finder.save(link, tmp_path / "ours.safetensors")
    assert {file.name for file in tmp_path.iterdir()} == {"ours.safetensors", "ours-back.safetensors"}
    link.alignment.replace([(image, image) for image in range(20, 30)])
    left.wait_until(lambda: link.fit.anchors == anchors_of(left))
    finder.load(link, tmp_path / "ours.safetensors")
    np.testing.assert_array_equal(link.fit.forth.to(z), saved.forth.to(z))
    np.testing.assert_array_equal(link.fit.back.to(z), saved.back.to(z))
    assert "Loaded from ours.safetensors" in note(left)
    (tmp_path / "ours-back.safetensors").write_bytes(b"no translator")
    finder.load(link, tmp_path / "ours.safetensors")
    assert "ours-back.safetensors" in note(left)
    assert link.fit.note.startswith("Loaded")  # it stays


def test_a_glance_tells_a_translation_from_none() -> None:
    rng = np.random.default_rng(0)
    z = rng.standard_normal((500, 6)).astype(np.float32)
    turn = np.linalg.qr(rng.standard_normal((6, 6)))[0].astype(np.float32)
    pairs = np.stack([np.arange(500)] * 2, 1)

    class By:
        def __init__(self, matrix):
            self.matrix = matrix

        def to(self, z):
            return z @ self.matrix

    right, wrong = (at_a_glance(By(matrix), z, z @ turn, pairs) for matrix in (turn, np.eye(6, dtype=np.float32)))
    assert right.mutual == right.overlap == wrong.overlap == 1
    assert wrong.mutual < 0.2
    assert at_a_glance(By(turn), z, z @ turn, pairs[:15]) is None


def test_anchors_written_with_another_ending_are_refused(tmp_path, small_bundle) -> None:
    with pytest.raises(UserError, match=r"ends in \.csv"):
        write_anchors(tmp_path / "anchors.txt", np.array([[1, 2]]))
    bundle = open_bundle(small_bundle)
    side = Side(bundle.folder, bundle.config, bundle.latents)
    file = write_anchors(tmp_path / "a.json", np.array([[1, 2], [3, 5]]))
    assert json.loads(file.read_text()) == [[1, 2], [3, 5]]
    assert read_anchors(Pair.of(side, side), file).target.tolist() == [2, 5]
