"""Films: what is written plays again, a frame at a time is enough to write one, and who makes the frames may end it."""

import weakref
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

from latent_explorer.errors import ExportError
from latent_explorer.export import Options, find_format, formats_of, read_mp4
from latent_explorer.export.animation import write_mp4

every_film = pytest.mark.parametrize("known", formats_of("film"), ids=lambda known: known.key)
COLOURS = np.array([(200, 40, 30), (30, 160, 60), (40, 60, 200), (240, 240, 90), (15, 15, 20)], np.uint8)


class Making:
    """Frames of 34x45 made when asked for, a bar of one colour moving over another's; counts those that are alive."""

    dtype = np.dtype(np.uint8)
    shape = (40, 34, 45, 3)

    def __init__(self, asked: Callable[[int], object] = lambda index: None) -> None:
        self._asked, self._alive, self.most = asked, 0, 0

    def __getitem__(self, index: int) -> np.ndarray:
        self._asked(index)
        frame = np.empty(self.shape[1:], np.uint8)
        frame[:], frame[:, index : index + 6] = COLOURS[4], COLOURS[index // 10]
        self._alive += 1
        self.most = max(self.most, self._alive)
        weakref.finalize(frame, self._die)
        return frame

    def _die(self) -> None:
        self._alive -= 1


def _played(path: Path) -> tuple[list[np.ndarray], float]:
    """The frames of a film, and how many seconds it takes."""
    if path.suffix == ".mp4":
        frames, seconds = zip(*read_mp4(path), strict=True)
        return list(frames), sum(seconds)
    with Image.open(path) as film:
        shown = [(np.asarray(frame.convert("RGB")), frame.info["duration"]) for frame in ImageSequence.Iterator(film)]
    return [frame for frame, _ in shown], sum(duration for _, duration in shown) / 1000


@every_film
def test_a_film_plays_its_frames(known, tmp_path):
    film = Making()
    path = known.write(known.named(tmp_path / "x"), film, Options(seconds=0.04, lossless=False))
    frames, seconds = _played(path)
    assert len(frames) == 40
    assert seconds == pytest.approx(1.6)
    for index, frame in enumerate(frames):
        height, width, _ = film.shape[1:]
        assert np.abs(frame[:height, :width].astype(int) - film[index]).mean() < 6


@every_film
def test_a_film_is_never_in_memory_as_a_whole(known, tmp_path):
    film = Making()
    known.write(known.named(tmp_path / "x"), film)
    assert film.most <= 9  # those that the colours of a GIF are taken from


@every_film
def test_who_makes_the_frames_may_end_it(known, tmp_path):
    class Enough(Exception):  # noqa: N818 - no error
        pass

    def stop(index: int) -> None:
        if index == 20:
            raise Enough

    with pytest.raises(Enough):
        known.write(known.named(tmp_path / "x"), Making(stop))
    assert not list(tmp_path.iterdir())


@every_film
def test_a_single_frame_is_a_film_too(known, tmp_path):
    path = known.write(known.named(tmp_path / "x"), np.full((1, 8, 8, 1), 99, np.uint8))
    frame = np.asarray(Image.open(path).convert("RGB")) if known.key != "mp4" else _played(path)[0][0]
    assert np.abs(frame.astype(int) - 99).max() <= 2


@pytest.mark.parametrize("frames", [np.zeros((0, 4, 4, 3), np.uint8), np.zeros((2, 4, 4, 3))])
@every_film
def test_what_is_no_film_is_refused(known, frames, tmp_path):
    with pytest.raises(ExportError, match="expected uint8 pictures"):
        known.write(known.named(tmp_path / "x"), frames)
    assert not list(tmp_path.iterdir())


def test_an_mp4_can_be_played_from_its_beginning(tmp_path):
    content = find_format("film", "mp4").write(tmp_path / "x.mp4", Making()).read_bytes()
    assert 0 < content.find(b"moov") < content.find(b"mdat")


def test_an_mp4_of_an_odd_size_repeats_its_edge(tmp_path):
    frames = np.zeros((3, 5, 7, 1), np.uint8)
    frames[:, :, -1], frames[:, -1] = 220, 220
    (first, *_), seconds = _played(write_mp4(tmp_path / "x.mp4", frames, Options(scale=3, ping_pong=True)))
    assert first.shape == (16, 22, 3)
    assert first[-1].min() > 200
    assert first[:, -1].min() > 200
    assert seconds == pytest.approx(0.4)


def test_what_is_no_mp4_is_said(tmp_path):
    (tmp_path / "x.mp4").write_bytes(b"no film at all")
    with pytest.raises(ExportError, match=r"x\.mp4: expected a film, but it cannot be read"):
        list(read_mp4(tmp_path / "x.mp4"))


def test_a_film_can_be_written_as_gif_webp_and_mp4():
    with pytest.raises(ExportError, match="a film can be written as gif, webp, mp4"):
        find_format("film", "x.avi")
