"""The picture of a map: decoded pictures in a grid, and the dataset's points over them."""

import colorsys
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from latent_explorer.atlas import montage
from latent_explorer.bundles.latents import Latents
from latent_explorer.nets.model import LatentModel
from latent_explorer.training.decoding import decode_pictures

_SIDE, _CELLS, _POINTS = 480, 16, 3000


def preview(model: LatentModel, latents: Latents) -> bytes:
    """A PNG of 480x480: the plane of the latents' two widest directions, decoded, with some of the points.

    For two dimensions the plane is the latent space itself, the first axis to the right, the second upwards.
    """
    centre, axes = _plane(latents.mean)
    points = (latents.mean - centre) @ axes.T
    extent = np.float32(np.quantile(np.abs(points), 0.995) * 1.05 or 1.0)
    picture = _decoded_grid(model, centre, axes * extent)
    _draw_points(picture, (points / extent).astype(np.float32), latents.label)
    stream = io.BytesIO()
    picture.save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _plane(means: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """A centre (d,) and two axes (2, d); the second is zero in one dimension."""
    dim = means.shape[1]
    low, high = np.quantile(means, [0.005, 0.995], axis=0)
    centre = ((low + high) / 2).astype(np.float32)
    if dim <= 2:
        return centre, np.eye(2, dim, dtype=np.float32)
    _, directions = np.linalg.eigh(np.cov(means, rowvar=False))
    return means.mean(0), directions[:, :-3:-1].T.astype(np.float32)


def _decoded_grid(model: LatentModel, centre: NDArray[np.float32], axes: NDArray[np.float32]) -> Image.Image:
    steps = (np.arange(_CELLS, dtype=np.float32) + 0.5) / _CELLS * 2 - 1
    plane = np.stack(np.meshgrid(steps, -steps), -1).reshape(-1, 2)
    pixels = montage(decode_pictures(model, (centre + plane @ axes).astype(np.float32)), _CELLS)
    image = Image.fromarray(pixels if pixels.shape[2] == 3 else pixels[..., 0])
    return image.resize((_SIDE, _SIDE), Image.Resampling.LANCZOS).convert("RGB")


def _draw_points(picture: Image.Image, points: NDArray[np.float32], label: NDArray[np.int64] | None) -> None:
    draw = ImageDraw.Draw(picture)
    classes = 1 if label is None else int(label.max()) + 1
    for index in range(0, len(points), max(1, len(points) // _POINTS)):
        x, y = (1 + points[index, 0]) * _SIDE / 2, (1 - points[index, 1]) * _SIDE / 2
        draw.ellipse((x - 1, y - 1, x + 1, y + 1), fill=_colour(0 if label is None else int(label[index]), classes))


def _colour(label: int, classes: int) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(label / classes, 0.75, 1.0)
    return int(255 * red), int(255 * green), int(255 * blue)
