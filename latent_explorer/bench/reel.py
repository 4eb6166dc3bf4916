"""Frames of what is on screen, kept as a GIF."""

from pathlib import Path

from PIL import Image
from PyQt6.QtGui import QPixmap

from latent_explorer.files import write_whole
from latent_explorer.gui.widgets.images import to_array


class Reel:
    """Pictures taken of widgets, reduced to a width in pixels and so many colours."""

    def __init__(self, width: int, colours: int = 160) -> None:
        self._width, self._colours = width, colours
        self._frames: list[Image.Image] = []

    def __len__(self) -> int:
        return len(self._frames)

    def shoot(self, pixmap: QPixmap) -> None:
        """Take one more frame."""
        image = Image.fromarray(to_array(pixmap.toImage())).convert("RGB")
        height = round(image.height * self._width / image.width)
        self._frames.append(image.resize((self._width, height), Image.Resampling.LANCZOS))

    def save(self, path: Path, frame_ms: int) -> None:
        """Write the GIF; all frames share the colours of the first, the middle and the last together."""
        first, middle, last = self._frames[0], self._frames[len(self._frames) // 2], self._frames[-1]
        sample = Image.new("RGB", (first.width, first.height * 3))
        for row, frame in enumerate((first, middle, last)):
            sample.paste(frame, (0, row * first.height))
        palette = sample.quantize(self._colours, method=Image.Quantize.MEDIANCUT)
        frames = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in self._frames]
        write_whole(
            path,
            lambda stream: frames[0].save(
                stream, "GIF", save_all=True, append_images=frames[1:], duration=frame_ms, loop=0
            ),
            overwrite=True,
        )
