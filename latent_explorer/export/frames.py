"""Frames one after another, so that a film need not be in memory as a whole."""

from collections.abc import Iterator
from typing import Protocol

from PIL import Image

from latent_explorer.export.pixels import Pixels, Shaped, check_pictures, check_size, to_image


class Frames(Shaped, Protocol):
    """What a film is written from: an array uint8 (n, h, w, 1 or 3), or what makes each frame when it is asked for it.

    The writers ask for one frame at a time. What `__getitem__` raises passes through them, and nothing is left
    behind: so whoever makes the frames can end the writing.
    """

    def __getitem__(self, index: int, /) -> Pixels: ...


def film_images(frames: Frames) -> Iterator[Image.Image]:
    """Every frame in turn, in colour. Raises ExportError at once where they are no pictures, or too large ones."""
    check_pictures(frames, 4)
    check_size(*frames.shape[1:3])
    return (to_image(frames[index]).convert("RGB") for index in range(frames.shape[0]))


class Reel(Image.Image):
    """Pictures as Pillow finds those of an animation it has opened, by seeking: only the one it is at is there.

    There is no way back. count: how many there are.
    """

    def __init__(self, images: Iterator[Image.Image], count: int) -> None:
        super().__init__()
        self._images, self.n_frames = images, count

    def seek(self, frame: int) -> None:
        """Go on to the next picture."""
        image = next(self._images)
        self.im, self._mode, self._size = image.im, image.mode, image.size
