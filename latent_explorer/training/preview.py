"""The picture of a model: its map with the dataset's points, and some images beside their reconstructions."""

import colorsys
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from latent_explorer.atlas import montage
from latent_explorer.bundles.latents import Latents
from latent_explorer.data.dataset import Dataset
from latent_explorer.nets.decoding import decode_pictures
from latent_explorer.nets.model import LatentModel

_SIDE, _CELLS, _POINTS = 480, 16, 3000
_SHOWN, _COLUMNS, _GAP = 20, 10, 8


def preview(model: LatentModel, latents: Latents, dataset: Dataset) -> bytes:
    """A PNG 480 wide: the map, and below it twenty images of the test split, each above its reconstruction.

    The images lie evenly in the order of their labels, and there are fewer where the split has fewer; without a test
    split they are training images.
    """
    chosen = _shown(dataset)
    pairs = _pairs(dataset.images[chosen], decode_pictures(model, latents.mean[chosen]))
    whole = Image.new("RGB", (_SIDE, _SIDE + _GAP + pairs.height), "white")
    whole.paste(_map(model, latents), (0, 0))
    whole.paste(pairs, (0, _SIDE + _GAP))
    stream = io.BytesIO()
    whole.save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _shown(dataset: Dataset) -> NDArray[np.intp]:
    """The indices of the images to show."""
    split = dataset.indices("test") if len(dataset.indices("test")) else dataset.indices("train")
    if dataset.labels is not None:
        split = split[np.argsort(dataset.labels[split], kind="stable")]
    return split[np.linspace(0, len(split) - 1, min(_SHOWN, len(split))).round().astype(np.intp)]


def _pairs(originals: NDArray[np.uint8], reconstructions: NDArray[np.uint8]) -> Image.Image:
    """Rows of ten originals (k, h, w, c), each with the row of its reconstructions below."""
    cell = _SIDE // _COLUMNS
    rows = -(-len(originals) // _COLUMNS)
    picture = Image.new("RGB", (_SIDE, rows * (2 * cell + _GAP) - _GAP), "white")
    for number, pair in enumerate(zip(originals, reconstructions, strict=True)):
        row, column = divmod(number, _COLUMNS)
        for below, pixels in enumerate(pair):
            small = _image(pixels).resize((cell, cell), Image.Resampling.NEAREST)
            picture.paste(small, (column * cell, row * (2 * cell + _GAP) + below * cell))
    return picture


def _map(model: LatentModel, latents: Latents) -> Image.Image:
    """480x480: the plane of the latents' two widest directions, decoded, with some of the points.

    For two dimensions the plane is the latent space itself, the first axis to the right, the second upwards.
    """
    centre, axes = _plane(latents.mean)
    points = (latents.mean - centre) @ axes.T
    extent = np.float32(np.quantile(np.abs(points), 0.995) * 1.05 or 1.0)
    picture = _decoded_grid(model, centre, axes * extent)
    _draw_points(picture, (points / extent).astype(np.float32), latents.label)
    return picture


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
    return _image(pixels).resize((_SIDE, _SIDE), Image.Resampling.LANCZOS)


def _image(pixels: NDArray[np.uint8]) -> Image.Image:
    """A picture (h, w, c) in colour."""
    return Image.fromarray(pixels if pixels.shape[2] == 3 else pixels[..., 0]).convert("RGB")


def _draw_points(picture: Image.Image, points: NDArray[np.float32], label: NDArray[np.int64] | None) -> None:
    draw = ImageDraw.Draw(picture)
    classes = 1 if label is None else int(label.max()) + 1
    for index in range(0, len(points), max(1, len(points) // _POINTS)):
        x, y = (1 + points[index, 0]) * _SIDE / 2, (1 - points[index, 1]) * _SIDE / 2
        draw.ellipse((x - 1, y - 1, x + 1, y + 1), fill=_colour(0 if label is None else int(label[index]), classes))


def _colour(label: int, classes: int) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(label / classes, 0.75, 1.0)
    return int(255 * red), int(255 * green), int(255 * blue)
