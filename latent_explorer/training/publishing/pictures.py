"""The included pictures of a bundle: a preview of map and images, and the first ones that a window shows."""

import io
import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from latent_explorer.atlas import (
    PICTURES,
    Region,
    TileKey,
    first_levels,
    grid_points,
    montage,
    tile_points,
    tile_region,
)
from latent_explorer.bundles import TILES_BYTES, Latents, Tiles
from latent_explorer.charts import Chart, bulk, chart_for
from latent_explorer.data.dataset import Dataset
from latent_explorer.export import Background, MapScene, class_groups, inked, painted
from latent_explorer.nets.decoding import decode_pictures
from latent_explorer.nets.model import LatentModel
from latent_explorer.palette import DARK
from latent_explorer.training.images import evenly, judged

_SIDE, _CELLS, _POINTS, _RADIUS = 480, 16, 3000, 1.3
_SHOWN, _COLUMNS, _GAP = 20, 10, 8


def preview(model: LatentModel, latents: Latents, dataset: Dataset, *, quick: bool = True) -> bytes:
    """A PNG 480 wide: the map, and below it twenty images of the test split, each above its reconstruction.

    The images are evenly spaced in the order of their labels, fewer if the split has fewer; without a test split they
    are training images. For draws from the prior: twenty pictures decoded from the latents. For a model that does not
    decode: only the images, if there are any, and a map of the points. quick: whether the model decodes fast enough for
    the pictures of the map.
    """
    kinds = _kinds(model, latents, dataset)
    pairs = _rows_of(*kinds) if kinds else Image.new("RGB", (_SIDE, 1), "white")
    whole = Image.new("RGB", (_SIDE, _SIDE + _GAP + pairs.height), "white")
    whole.paste(_map(model, latents, decoded=quick and model.decodes), (0, 0))
    whole.paste(pairs, (0, _SIDE + _GAP))
    stream = io.BytesIO()
    whole.save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _kinds(model: LatentModel, latents: Latents, dataset: Dataset) -> tuple[NDArray[np.uint8], ...]:
    """The pictures above each other in a preview; none if there are none."""
    if not model.decodes:
        return (dataset.images[_shown(dataset)],) if dataset.source else ()
    if latents.error is None or latents.draws:  # they are not those of all images
        return (decode_pictures(model, latents.mean[:_SHOWN]),)
    chosen = _shown(dataset)
    labels = None if dataset.labels is None else dataset.labels[chosen]
    return dataset.images[chosen], decode_pictures(model, latents.mean[chosen], labels)


def _shown(dataset: Dataset) -> NDArray[np.intp]:
    """The indices of the images to show."""
    split = judged(dataset)
    if dataset.labels is not None:
        split = split[np.argsort(dataset.labels[split], kind="stable")]
    return evenly(split, _SHOWN)


def _rows_of(*kinds: NDArray[np.uint8]) -> Image.Image:
    """Rows of ten pictures (k, h, w, c) of the first kind, each with the row of those of the next kind below."""
    cell = _SIDE // _COLUMNS
    height = len(kinds) * cell + _GAP
    picture = Image.new("RGB", (_SIDE, -(-len(kinds[0]) // _COLUMNS) * height - _GAP), "white")
    for number, pictures in enumerate(zip(*kinds, strict=True)):
        row, column = divmod(number, _COLUMNS)
        for below, pixels in enumerate(pictures):
            small = _image(pixels).resize((cell, cell), Image.Resampling.NEAREST)
            picture.paste(small, (column * cell, row * height + below * cell))
    return picture


def _map(model: LatentModel, latents: Latents, *, decoded: bool) -> Image.Image:
    """480x480: the map as a window opens it, with some of the points; decoded, or on the ground alone."""
    chart = chart_for(latents.mean)
    points = chart.to_plane(latents.mean)
    home = _home(chart, latents)
    (u, v), half = home.centre, 0.51 * max(home.width, home.height)
    seen = Region(u - half, v - half, u + half, v + half)
    ground = _decoded_map(model, chart, seen) if decoded else None
    some = slice(None, None, max(1, len(points) // _POINTS))
    label = None if latents.label is None else latents.label[some]
    names = () if latents.label is None else tuple(map(str, range(int(latents.label.max(initial=0)) + 1)))
    palette = DARK.for_map(points, latents.label, len(names))
    xy = (points[some] - (seen.left, seen.top)) * (1, -1) * (_SIDE / seen.width)
    groups = tuple(class_groups(xy, label, names, palette, radius=_RADIUS))
    return Image.fromarray(painted(MapScene(_SIDE, _SIDE, DARK.map, background=ground, groups=groups, legend=False)))


def _decoded_map(model: LatentModel, chart: Chart, seen: Region) -> Background:
    grid = decode_pictures(model, chart.to_latent(grid_points(seen, _CELLS, _CELLS)))
    return Background(inked(montage(grid, _CELLS), DARK), 0, 0, _SIDE, _SIDE)


def _image(pixels: NDArray[np.uint8]) -> Image.Image:
    """A picture (h, w, c) in colour."""
    return Image.fromarray(pixels if pixels.shape[2] == 3 else pixels[..., 0]).convert("RGB")


def first_tiles(
    model: LatentModel,
    latents: Latents,
    limit: int = TILES_BYTES,
    turn: tuple[float, float, float, float] | None = None,
) -> Tiles | None:
    """The first visible tiles of a map of `latents`, decoded; None if even the coarsest level exceeds `limit`.

    limit: bytes of all pictures. As many complete levels as fit are taken, from the coarsest on.
    turn: of the map, from the bundle's configuration.
    """
    chart = chart_for(latents.mean, None, turn)
    keys = _within(limit // (PICTURES**2 * math.prod(model.spec.image_shape)), latents, chart)
    if not keys:
        return None
    z = chart.to_latent(np.concatenate([tile_points(key) for key in keys]))
    pictures = decode_pictures(model, z)
    return Tiles(
        places=np.array([(key.level, key.column, key.row) for key in keys], np.int32),
        latents=chart.to_latent(np.array([tile_region(key).centre for key in keys])),
        pictures=pictures.reshape(len(keys), PICTURES**2, *pictures.shape[1:]),
    )


def _within(count: int, latents: Latents, chart: Chart) -> list[TileKey]:
    """The keys of the first tiles, level by level until the next would make more than `count` of them."""
    keys: list[TileKey] = []
    for level in first_levels(_home(chart, latents), field="picture", chart=chart.name):
        if len(keys) + len(level) > count:
            break
        keys += level
    return keys


def _home(chart: Chart, latents: Latents) -> Region:
    return Region.around(bulk(chart.to_plane(latents.mean).astype(np.float32)))
