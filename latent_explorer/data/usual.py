"""What is typical of a dataset's images, so that another image can be prepared like them."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Centre = Literal["", "mass", "box"]
"""The part of a drawing that is at the same place in each image: its centre of mass, or the middle of its bounding
box."""

INK = 24
"""The least difference in grey levels from the background of a pixel that is drawn on."""
_PLAIN = 0.6  # of the pixels at the edges of all images: those alike, where there is a plain ground
_ALIKE = 0.7  # of the images: those whose longest side is the same, where drawings were scaled
_WANDERS = 0.06  # of the side: how far a centre may be off in the mean, where drawings were centred


@dataclass(frozen=True)
class Usual:
    """What is typical of images of a shape (h, w, c).

    ground: the grey level of the plain background; None if the images have none, like photos.
    box: the pixels of the drawing's longest side; 0 if that differs between images.
    centre: the part of it at a fixed place; middle: that place, (row, column) from the upper left corner, in pixels.
    """

    shape: tuple[int, int, int]
    ground: int | None = None
    box: int = 0
    centre: Centre = ""
    middle: tuple[float, float] = (0.0, 0.0)

    @property
    def bright(self) -> bool:
        """Whether the drawing is brighter than the background."""
        return self.ground is not None and self.ground < 128


def grey_of(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The grey levels float32 (..., h, w) of images (..., h, w, c), weighted as in Rec. 601."""
    if images.shape[-1] == 1:
        return images[..., 0].astype(np.float32)
    grey: NDArray[np.float32] = images.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    return grey


def edges_of(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    """The outermost pixels (..., k) of grey images (..., h, w)."""
    return np.concatenate([grey[..., 0, :], grey[..., -1, :], grey[..., :, 0], grey[..., :, -1]], -1)


def usual_of(images: NDArray[np.uint8]) -> Usual:
    """What is typical of images uint8 (n, h, w, c), n >= 1; a few hundred are enough."""
    height, width, channels = images.shape[1:]
    shape, grey = (height, width, channels), grey_of(images)
    edges = edges_of(grey)
    ground = float(np.median(edges))
    if (np.abs(edges - ground) <= INK).mean() < _PLAIN:
        return Usual(shape)
    depth = np.abs(grey - ground)
    rows, columns = _spans(depth)
    drawn = rows[:, 1] > rows[:, 0]
    if not drawn.any():
        return Usual(shape, round(ground))
    depth, rows, columns = depth[drawn], rows[drawn], columns[drawn]
    centre, middle = _centre(depth, rows, columns)
    return Usual(shape, round(ground), _box(rows, columns), centre, middle)


def _spans(depth: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where drawings begin and end, in rows and in columns, each int64 (n, 2); 0 and 0 if nothing is drawn."""
    ink = depth > INK
    spans = []
    for axis in (2, 1):
        some: NDArray[np.bool_] = ink.max(axis)
        ends = np.where(some.max(1), some.shape[1] - some[:, ::-1].argmax(1), 0)
        spans.append(np.stack([some.argmax(1), ends], 1).astype(np.int64))
    return spans[0], spans[1]


def _box(rows: NDArray[np.int64], columns: NDArray[np.int64]) -> int:
    sides = np.maximum(np.diff(rows), np.diff(columns)).ravel()
    usual = int(np.median(sides))
    return usual if (np.abs(sides - usual) <= max(1, usual // 20)).mean() >= _ALIKE else 0


def _centre(
    depth: NDArray[np.float32], rows: NDArray[np.int64], columns: NDArray[np.int64]
) -> tuple[Centre, tuple[float, float]]:
    boxes = np.stack([rows.mean(1), columns.mean(1)], 1)
    side, masses = max(depth.shape[1:]), np.stack([mass_of(each) for each in depth])
    wander: dict[Centre, float] = {"mass": float(masses.std(0).max()), "box": float(boxes.std(0).max())}
    centre = min(wander, key=lambda name: wander[name])
    if wander[centre] > _WANDERS * side:
        return "", (depth.shape[1] / 2, depth.shape[2] / 2)
    middle = np.median(masses if centre == "mass" else boxes, 0)
    return centre, (float(middle[0]), float(middle[1]))


def mass_of(depth: NDArray[np.float32]) -> NDArray[np.float64]:
    """The centre of mass (row, column) of weights (h, w), from the upper left corner in pixels."""
    total = max(float(depth.sum(dtype=np.float64)), 1e-9)
    by_row, by_column = depth.sum(1, dtype=np.float64), depth.sum(0, dtype=np.float64)
    row = by_row @ (np.arange(len(by_row)) + 0.5)
    column = by_column @ (np.arange(len(by_column)) + 0.5)
    return np.array([row, column]) / total
