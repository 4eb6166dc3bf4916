"""One frame of a film: the map at a time, and what stands beside it."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.spatial import KDTree

from latent_explorer.atlas import grid_points, montage
from latent_explorer.export import Background, MapScene, PointGroup, class_groups, inked, painted
from latent_explorer.film.footage import Shot
from latent_explorer.film.margin import LossCurve, Margin
from latent_explorer.film.timing import Camera, Motion, between, times_of
from latent_explorer.palette import Palette

_UNITS, _DOWN, _BESIDE = 640, 400, 154  # across, down, and what stands beside the map
_CELL, _DOT = 34.0, 3.4  # sides of a picture and of a dot, in units
_RIM = 0.55  # pixels
_KEPT = 3  # grounds at a time: those of two moments are mixed
_OPACITY, _FAINTEST = 0.58, 0.2  # of pictures amid the data, and far from all
_NEAR, _FAR = 0.7, 2.5  # cells to the fifth nearest point within which, and beyond which
_CROWD = 5


@dataclass(frozen=True, eq=False)
class FilmScene:
    """Paints the frames of a run at `frames` (f,), in seconds.

    size: (width, height) of each; screen: of the map in it. unit: pixels to a unit of the film.
    """

    shots: list[Shot]
    frames: NDArray[np.float64]
    size: tuple[int, int]
    screen: tuple[int, int]
    unit: float
    palette: Palette
    motion: Motion
    camera: Camera
    margin: Margin
    kept: dict[int, NDArray[np.uint8]] = field(default_factory=dict)

    @classmethod
    def of(cls, shots: list[Shot], width: int, frames: NDArray[np.float64], palette: Palette) -> "FilmScene":
        """The scene of a film so many pixels wide."""
        unit = width / _UNITS
        size = _even(width), _even(round(_DOWN * unit))
        beside = round(_BESIDE * unit), size[1]
        screen = size[0] - beside[0], size[1]
        places = np.stack([shot.uv for shot in shots])
        motion = Motion(times_of(places, float(frames[-1])), places)
        camera = Camera.following(motion, frames, screen[0] / screen[1])
        margin = Margin(beside, unit, palette, shots[-1].config.dataset.class_names, _curve(shots))
        return cls(shots, frames, size, screen, unit, palette, motion, camera, margin)

    def painted(self, number: int) -> NDArray[np.uint8]:
        """A frame, uint8 (h, w, 3)."""
        time = float(self.frames[number])
        image = Image.new("RGB", self.size)
        image.paste(Image.fromarray(self._map(number, time)), (0, 0))
        image.paste(self._beside(time), (self.screen[0], 0))
        return np.asarray(image)

    def _map(self, number: int, time: float) -> NDArray[np.uint8]:
        """The pictures of two moments mixed, and the points over them."""
        before, share = between(self.motion.times, time)
        one, other = (Image.fromarray(self._ground(moment)) for moment in (before, before + 1))
        mixed = np.asarray(Image.blend(one, other, share * share * (3 - 2 * share)))
        region, last = self.camera.region(number), self.shots[-1]
        xy = (self.motion.at(time) - (region.left, region.top)) * (self.screen[0] / region.width * np.array([1, -1]))
        names = last.config.dataset.class_names or ("images",)
        radius = _DOT * self.unit / 2 - _RIM
        return self._painted(mixed, tuple(class_groups(xy, last.label, names, self.palette, radius=radius, rim=_RIM)))

    def _ground(self, number: int) -> NDArray[np.uint8]:
        """The pictures of a shot, as they lie in the frame in which it is reached; of the ends, in the outermost.

        Fainter where no data are.
        """
        if number not in self.kept:
            while len(self.kept) >= _KEPT:
                del self.kept[next(iter(self.kept))]
            frame = np.searchsorted(self.frames, (self.frames[0], *self.motion.times[1:-1], self.frames[-1])[number])
            shot, region = self.shots[number], self.camera.region(int(frame))
            columns, rows = (max(1, round(side / (_CELL * self.unit))) for side in self.screen)
            points = grid_points(region, columns, rows)
            pictures = Image.fromarray(inked(montage(shot.pictures(points), columns), self.palette))
            levels = (255 * _clearness(shot.uv, points, region.width / columns)).round().astype(np.uint8)
            mask = Image.fromarray(levels.reshape(rows, columns))
            pictures.putalpha(mask.resize(pictures.size, Image.Resampling.BICUBIC))
            self.kept[number] = self._painted(np.asarray(pictures))
        return self.kept[number]

    def _painted(self, ground: NDArray[np.uint8], groups: tuple[PointGroup, ...] = ()) -> NDArray[np.uint8]:
        background = Background(ground, 0, 0, *self.screen)
        return painted(MapScene(*self.screen, self.palette.map, self.palette.text, background, groups, legend=False))

    def _beside(self, time: float) -> Image.Image:
        steps = [shot.moment.step for shot in self.shots]
        step = float(np.interp(time, self.motion.times, steps))
        epoch = self.shots[int(np.searchsorted(steps, step - 0.5).clip(0, len(steps) - 1))].moment.epoch
        epochs = max(max(shot.config.training.epochs, shot.moment.epoch) for shot in self.shots)
        title = f"Epoch {epoch} of {epochs}" if epoch else "Untrained"
        return self.margin.painted(title, f"step {round(step):,}", step)


def _clearness(data: NDArray[np.float32], points: NDArray[np.float64], cell: float) -> NDArray[np.float64]:
    """How opaque pictures at plane points (k, 2) are, (k,), by how near the data are."""
    distance, _ = KDTree(data).query(points, k=[min(_CROWD, len(data))])
    away = np.clip((distance[:, 0] / cell - _NEAR) / (_FAR - _NEAR), 0, 1)
    shown: NDArray[np.float64] = _OPACITY * (1 - (1 - _FAINTEST) * away * away * (3 - 2 * away))
    return shown


def _curve(shots: list[Shot]) -> LossCurve:
    """The loss as it was reported; nothing had been when the untrained network was taken."""
    told = [shot.moment for shot in shots if shot.moment.losses]
    steps, losses = [moment.step for moment in told], [next(iter(moment.losses.values())) for moment in told]
    return LossCurve(np.array(steps, np.float64), np.array(losses, np.float64))


def _even(side: int) -> int:
    """Videos have even sides."""
    return side + side % 2
