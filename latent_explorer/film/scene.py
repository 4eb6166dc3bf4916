"""One frame of a film: the map at a time, and what stands beside it."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from latent_explorer.film.dots import Dots
from latent_explorer.film.footage import Shot
from latent_explorer.film.ground import Ground
from latent_explorer.film.margin import Curve, Margin
from latent_explorer.film.timing import Camera, Glide, between, times_of
from latent_explorer.palette import Palette

_UNITS, _DOWN, _BESIDE = 640, 400, 154  # across, down, and what stands beside the map
_CELL, _DOT = 34.0, 3.4  # sides of a picture and of a dot, in units
_KEPT = 3  # grounds at a time: those of two moments are mixed


@dataclass(frozen=True, eq=False)
class Scene:
    """Paints the frames of a run at `frames` (f,), in seconds. size: (width, height) of each."""

    shots: list[Shot]
    frames: NDArray[np.float64]
    size: tuple[int, int]
    glide: Glide
    camera: Camera
    ground: Ground
    dots: Dots
    margin: Margin
    kept: dict[int, Image.Image] = field(default_factory=dict)

    @classmethod
    def of(cls, shots: list[Shot], width: int, frames: NDArray[np.float64], palette: Palette) -> "Scene":
        """The scene of a film so many pixels wide."""
        unit = width / _UNITS
        size = _even(width), _even(round(_DOWN * unit))
        beside = round(_BESIDE * unit), size[1]
        screen = size[0] - beside[0], size[1]
        places = np.stack([shot.uv for shot in shots])
        glide = Glide.through(times_of(places, float(frames[-1])), places)
        return cls(
            shots,
            frames,
            size,
            glide,
            Camera.following(glide, frames, screen[0] / screen[1]),
            Ground(screen, _CELL * unit, palette),
            Dots.of_classes(shots[-1].label, palette, screen, _DOT * unit),
            Margin(beside, unit, palette, shots[-1].config.dataset.class_names, _curve(shots)),
        )

    def painted(self, number: int) -> NDArray[np.uint8]:
        """A frame, uint8 (h, w, 3)."""
        time = float(self.frames[number])
        image = Image.new("RGB", self.size)
        image.paste(self._map(number, time), (0, 0))
        image.paste(self._beside(time), (self.ground.size[0], 0))
        return np.asarray(image)

    def _map(self, number: int, time: float) -> Image.Image:
        before, share = between(self.glide.times, time)
        mixed = Image.blend(self._ground(before), self._ground(before + 1), share * share * (3 - 2 * share))
        return self.dots.over(mixed, self.glide.at(time), self.camera.region(number))

    def _ground(self, number: int) -> Image.Image:
        """The pictures of a shot, as they lie in the frame in which it is reached; of the ends, in the outermost."""
        if number not in self.kept:
            while len(self.kept) >= _KEPT:
                del self.kept[next(iter(self.kept))]
            frame = np.searchsorted(self.frames, (self.frames[0], *self.glide.times[1:-1], self.frames[-1])[number])
            self.kept[number] = self.ground.painted(self.shots[number], self.camera.region(int(frame)))
        return self.kept[number]

    def _beside(self, time: float) -> Image.Image:
        steps = [shot.moment.step for shot in self.shots]
        step = float(np.interp(time, self.glide.times, steps))
        epoch = self.shots[int(np.searchsorted(steps, step - 0.5).clip(0, len(steps) - 1))].moment.epoch
        epochs = max(max(shot.config.training.epochs, shot.moment.epoch) for shot in self.shots)
        title = f"Epoch {epoch} of {epochs}" if epoch else "Untrained"
        return self.margin.painted(title, f"step {round(step):,}", step)


def _curve(shots: list[Shot]) -> Curve:
    """The loss as it was reported; nothing had been when the untrained network was taken."""
    told = [shot.moment for shot in shots if shot.moment.losses]
    steps, losses = [moment.step for moment in told], [next(iter(moment.losses.values())) for moment in told]
    return Curve(np.array(steps, np.float64), np.array(losses, np.float64))


def _even(side: int) -> int:
    """Videos have even sides."""
    return side + side % 2
