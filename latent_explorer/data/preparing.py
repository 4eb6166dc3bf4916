"""Prepares an image of the user's own like the images of a dataset, by what is typical of them."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from latent_explorer.data.usual import INK, Usual, edges_of, grey_of, mass_of
from latent_explorer.errors import DataError

Pixels = NDArray[np.uint8]
_FULL = 99.5  # percentile of what is drawn that becomes as far from the ground as levels go
_NOISE = 3 * 1.4826  # deviations, from the median of absolute ones, that the ground itself may have
_SAME = 0.04  # by which a size may differ and still count as the same


@dataclass(frozen=True)
class Step:
    """One step of preparation, which can be skipped."""

    name: str
    title: str
    sentence: str


INVERT = Step("invert", "Invert", "Dark on light becomes light on dark, or the other way, as in the dataset")
CONTRAST = Step("contrast", "Contrast", "The background becomes as even as the dataset's, and the drawing as strong")
SCALE = Step("scale", "Scale", "Cuts out the drawing and scales it to its size in the dataset")
CENTRE = Step("centre", "Centre", "Moves the drawing to its place in the dataset")
CROP = Step("crop", "Centre crop", "The largest central part with the proportions of the dataset's images")
STEPS = (INVERT, CONTRAST, SCALE, CENTRE, CROP)


@dataclass(frozen=True, eq=False)
class Prepared:
    """image: uint8 (h, w, c), of the dataset's shape. done: the names of the steps that changed something."""

    image: Pixels
    done: tuple[str, ...]


def steps_of(usual: Usual) -> tuple[Step, ...]:
    """The steps that make sense for a dataset, in order."""
    if usual.ground is None:
        return (CROP,)
    levels = (INVERT, CONTRAST) if usual.shape[2] == 1 else (INVERT,)
    return (*levels, *((SCALE,) if usual.box else ()), *((CENTRE,) if usual.centre else ()))


def scale_words(usual: Usual) -> str:
    """The targets of scaling and centring, for people; empty if neither is typical."""
    size = f"into {usual.box} x {usual.box} pixels" if usual.box else ""
    centre = {"mass": "centred by mass", "box": "centred by its outline", "": ""}[usual.centre]
    return ", ".join(each for each in (size, centre) if each)


def prepared(image: Pixels, usual: Usual, without: Collection[str] = ()) -> Prepared:
    """An image uint8 (h, w, 1 or 3) of any size, prepared like the images of a dataset.

    without: the names of skipped steps. Raises DataError if it is not an image, or nothing is drawn on it.
    """
    _check(image)
    shaped, steps = in_channels(image, usual.shape[2]), {step for step in steps_of(usual) if step.name not in without}
    done: list[str] = []
    if usual.ground is None:
        return _photo(shaped, usual, CROP in steps)
    ground = float(np.median(edges_of(grey_of(shaped))))
    if not (np.abs(grey_of(shaped) - ground) > INK).any():
        raise DataError("Nothing is drawn: all pixels have the same level. Draw something, or open another image.")
    if INVERT in steps and _inverse(shaped, ground, usual):
        shaped, ground = 255 - shaped, 255 - ground
        done.append(INVERT.name)
    if CONTRAST in steps:
        stretched = _stretched(shaped, ground, usual)
        if np.abs(stretched.astype(int) - shaped).max() > INK:
            done.append(CONTRAST.name)
        shaped, ground = stretched, float(usual.ground)
    placed, moved = _placed(shaped, ground, usual, SCALE in steps, CENTRE in steps)
    return Prepared(placed, (*done, *moved))


def in_channels(image: Pixels, channels: int) -> Pixels:
    """An image (h, w, 1 or 3) in grey or in colour."""
    if image.shape[2] == channels:
        return image
    if channels == 3:
        return image.repeat(3, axis=2)
    return np.rint(grey_of(image)).astype(np.uint8)[..., None]


def _check(image: Pixels) -> None:
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] not in (1, 3) or 0 in image.shape:
        raise DataError(
            f"expected an image uint8 (height, width, 1 or 3), found {image.dtype} {image.shape}: "
            "save it as PNG or JPEG and open that"
        )


def _photo(image: Pixels, usual: Usual, crop: bool) -> Prepared:
    """An image for a dataset without a plain background: scaled to its shape, cropped or stretched."""
    height, width, _ = usual.shape
    if image.shape[:2] == (height, width):
        return Prepared(image.copy(), ())
    done: tuple[str, ...] = ()
    if crop and image.shape[0] * width != image.shape[1] * height:
        factor = min(image.shape[0] / height, image.shape[1] / width)
        rows, columns = max(1, round(height * factor)), max(1, round(width * factor))
        top, left = (image.shape[0] - rows) // 2, (image.shape[1] - columns) // 2
        image, done = image[top : top + rows, left : left + columns], (CROP.name,)
    return Prepared(_resized(image, height, width), done)


def _inverse(image: Pixels, ground: float, usual: Usual) -> bool:
    """Whether the drawing is darker than its background while the dataset's is brighter, or the reverse."""
    off = grey_of(image) - ground
    brighter = float(off[np.abs(off) > INK].sum()) > 0
    return brighter is not usual.bright


def _stretched(image: Pixels, ground: float, usual: Usual) -> Pixels:
    """Grey levels, from the image's background and strokes to those of the dataset."""
    assert usual.ground is not None
    grey = grey_of(image)
    off = (grey - ground) * (1 if usual.bright else -1)
    noise = _NOISE * float(np.median(np.abs(edges_of(grey) - ground)))
    drawn = off[off > max(INK, noise)]
    full = float(np.percentile(drawn, _FULL)) if len(drawn) else float(off.max())
    strength = ((off - noise) / max(full - noise, 1.0)).clip(0, 1)
    far = 255 - usual.ground if usual.bright else -usual.ground
    levels: Pixels = np.rint(usual.ground + strength * far).astype(np.uint8)[..., None]
    return levels


def _placed(image: Pixels, ground: float, usual: Usual, scale: bool, centre: bool) -> tuple[Pixels, tuple[str, ...]]:
    """The drawing on a background of the dataset's shape, and the names of the steps that moved it.

    If it is neither scaled nor centred, it is where it would be if the whole image were fitted into the shape.
    """
    frame, box = np.array(usual.shape[:2]), _box_of(np.abs(grey_of(image) - ground))
    extent, shape = box[:, 1] - box[:, 0], np.array(image.shape[:2])
    whole = float((frame / shape).min())
    factor = min(usual.box / extent.max(), float((frame / extent).min())) if scale else whole
    size = np.rint(extent * factor).astype(int).clip(1, frame)
    drawn = _resized(image[slice(*box[0]), slice(*box[1])], int(size[0]), int(size[1]))
    stays = (frame - shape * whole) / 2 + box.mean(1) * whole - size / 2
    corner = _corner(drawn, ground, usual) if centre else stays
    start = np.rint(corner).astype(int).clip(0, frame - size)
    result = np.full(usual.shape, round(ground), np.uint8)
    result[tuple(slice(low, low + far) for low, far in zip(start, size, strict=True))] = drawn
    scaled = scale and abs(factor / whole - 1) > _SAME
    moved = centre and bool((np.abs(start - stays) >= 1).any())
    return result, (*((SCALE.name,) if scaled else ()), *((CENTRE.name,) if moved else ()))


def _box_of(depth: NDArray[np.float32]) -> NDArray[np.int64]:
    """The rows and columns ((first, end), (first, end)) of the drawing, or of everything if nothing is drawn."""
    ink = depth > INK
    spans = []
    for axis in (1, 0):
        some = np.flatnonzero(ink.any(axis))
        spans.append((some[0], some[-1] + 1) if len(some) else (0, ink.shape[1 - axis]))
    return np.array(spans, np.int64)


def _corner(drawn: Pixels, ground: float, usual: Usual) -> NDArray[np.float64]:
    """The place of the upper left corner of a cut-out drawing, so that it is centred like the dataset's."""
    middle = mass_of(np.abs(grey_of(drawn) - ground)) if usual.centre == "mass" else np.array(drawn.shape[:2]) / 2
    corner: NDArray[np.float64] = np.array(usual.middle) - middle
    return corner


def _resized(image: Pixels, height: int, width: int) -> Pixels:
    """An image (h, w, c) stretched to a size, smoothed if it gets smaller."""
    if image.shape[:2] == (height, width):
        return image.copy()
    source = Image.fromarray(np.ascontiguousarray(image[..., 0] if image.shape[2] == 1 else image))
    made = np.asarray(source.resize((width, height), Image.Resampling.BILINEAR))
    return made[..., None] if made.ndim == 2 else made
