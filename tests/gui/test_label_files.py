"""Labels in files: images are numbered as in the dataset, whatever their numbers on the map; earlier files are read."""

from pathlib import Path

import numpy as np
import pytest

from latent_explorer.bundles import DRAWN, Latents
from latent_explorer.engine.handlers.learn_labels import LabelsLearned
from latent_explorer.export.labels_file import LabelRow, read_labels, write_labels
from latent_explorer.gui.studies.few_labels.label_files import LabelFiles
from latent_explorer.session.labels import Labels

DRAWS, IMAGES = 3, np.array([40, 41, 50, 60, 61])
NAMES = ("cat", "dog")


class Desk:
    """Trades the labels of a map of three draws and five images."""

    def __init__(self, labels: Labels, learned: list[int] | None = None) -> None:
        count = DRAWS + len(IMAGES)
        split = np.where(np.arange(count) < DRAWS, DRAWN, 0).astype(np.uint8)
        index = np.concatenate([np.full(DRAWS, -1), IMAGES])
        self.latents = Latents(np.zeros((count, 2), np.float32), None, None, split, None, index)
        self.labels, self.said = labels, ""
        self.learned = None if learned is None else _learned(learned)
        self.files = LabelFiles(None, lambda: (self.labels, self.learned, self.latents), self.put, self.say)  # type: ignore[arg-type]

    def put(self, labels: Labels) -> None:
        self.labels = labels

    def say(self, sentence: str) -> None:
        self.said = sentence


def _learned(classes: list[int]) -> LabelsLearned:
    told = np.array(classes, np.uint8)
    return LabelsLearned(1, share=1.0, more=False, classes=told, certainty=np.ones(len(told), np.float32))


def test_images_have_the_numbers_of_the_dataset_and_draws_are_left_out(tmp_path: Path) -> None:
    desk = Desk(Labels(NAMES, ((7, 1), (4, 0))), [0, 1, 0, 1, 0, 1, 0, 1])
    desk.files.write(tmp_path / "labels.csv")
    rows = read_labels(tmp_path / "labels.csv")
    assert rows[:2] == [LabelRow(61, "dog", True), LabelRow(41, "cat", True)]
    assert rows[2:] == [LabelRow(40, "dog", False), LabelRow(50, "dog", False), LabelRow(60, "cat", False)]
    assert desk.said == "Wrote 2 labels given by hand and 3 learned ones."
    desk.labels = Labels()
    desk.files.read(tmp_path / "labels.csv")
    assert {(image, desk.labels.names[label]) for image, label in desk.labels.of} == {(7, "dog"), (4, "cat")}


def test_files_of_earlier_versions_hold_numbers_on_the_map(tmp_path: Path) -> None:
    write_labels(tmp_path / "old.json", [LabelRow(7, "dog", True), LabelRow(4, "cat", True)])
    desk = Desk(Labels())
    desk.files.read(tmp_path / "old.json")
    assert dict(desk.labels.of) == {7: 0, 4: 1}


@pytest.mark.parametrize("image", [0, 2, 49, 70, 2**40])
def test_what_is_no_image_of_the_map_is_said(tmp_path: Path, image: int) -> None:
    write_labels(tmp_path / "far.npy", [LabelRow(40, "cat", True), LabelRow(image, "cat", True)])
    desk = Desk(Labels(NAMES))
    desk.files.read(tmp_path / "far.npy")
    assert f"there is no image {image:,} on this map; it shows 5 images, 40 to 61" in desk.said
    assert desk.labels == Labels(NAMES)


def test_a_file_that_is_there_already_is_kept_and_said(tmp_path: Path) -> None:
    file = write_labels(tmp_path / "labels.csv", [LabelRow(1, "cat", True)])
    desk = Desk(Labels(NAMES, ((7, 1),)))
    desk.files.write(file)
    assert "already exists" in desk.said
    assert read_labels(file) == [LabelRow(1, "cat", True)]
