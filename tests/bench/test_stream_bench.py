"""`bench stream`: what it makes, what it watches, and that both ways give the same latents."""

import sys
import tracemalloc

import numpy as np
import pytest

from latent_explorer.bench import stream_baseline
from latent_explorer.bench.stream_bench import measure_stream, watched, write_spots
from latent_explorer.data import open_dataset
from latent_explorer.errors import UserError
from latent_explorer.places import find_bundle


def test_the_spots_are_a_dataset_of_as_many_as_asked(tmp_path):
    write_spots(tmp_path / "images", 1234)
    dataset = open_dataset(tmp_path / "images")
    assert (len(dataset), dataset.image_shape, dataset.class_names) == (1234, (28, 28, 1), ("0", "1", "2"))
    pictures = dataset.images[:]
    assert pictures.max() > 200
    assert len(np.unique(pictures[:100].reshape(100, -1), axis=0)) == 100
    bright = [pictures[dataset.labels == label].mean() for label in range(3)]
    assert bright == sorted(bright)


def test_a_program_is_watched_to_its_end():
    ran = watched([sys.executable, "-c", "x = bytearray(200 * 2**20); import time; time.sleep(.3); print(len(x))"])
    assert int(ran.out) == 200 * 2**20
    if sys.platform == "linux":
        assert ran.peak is not None
        assert 200 < ran.peak < 300


def test_a_program_is_killed_when_it_is_time():
    asked = iter([False, True])
    assert watched([sys.executable, "-c", "import time; time.sleep(100)"], lambda: next(asked)).out == ""


def test_a_program_that_fails_is_an_error():
    with pytest.raises(UserError, match="no such thing"):
        watched([sys.executable, "-c", "raise SystemExit('no such thing')"])


def test_the_disk_needs_room():
    with pytest.raises(UserError, match=r"images, found .*; make room, name another folder in TMPDIR"):
        measure_stream(find_bundle("mnist-ae-2d"), 10**12)


def test_both_ways_give_the_same():
    found = measure_stream(find_bundle("mnist-ae-2d"), 2000)
    assert (found["images"], found["parts"]) == (2000, 1)
    assert found["kept_parts"] in (0, 1)
    assert found["plain_images_per_second"] == pytest.approx(2000 / found["plain_seconds"])
    assert found["largest_difference"] < 1e-4
    assert found["images_per_second"] == pytest.approx(2000 / found["seconds"])


def test_the_plain_way_holds_no_more_than_a_file(tmp_path):
    """It is what a competent user would write: its memory does not grow with the images."""
    write_spots(tmp_path / "images", 20_000)  # ten files of 1.5 MB each
    tracemalloc.start()
    stream_baseline.main(tmp_path / "images", find_bundle("mnist-ae-16d"), tmp_path / "means.npy")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert np.load(tmp_path / "means.npy").shape == (20_000, 16)
    assert peak < 2.5 * 2000 * 28 * 28 + 20_000 * 17 * 4 + 8e6, "two files, the results, the weights"
