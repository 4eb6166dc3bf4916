"""The data of a caller, as arrays: latents of any shape, images in any usual form, labels of any kind."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from latent_explorer.array_like import as_array
from latent_explorer.bundles.files import CLASSES, LATENT
from latent_explorer.errors import UserError
from latent_explorer.exploring.array_form import ArrayForm, Shape, Span, layout_of, span_of_images

MOST_DIMENSIONS = 4096
_BLOCK = 1 << 26  # values of images that are brought into our form at a time


@dataclass(frozen=True, eq=False)
class GivenImages:
    """Images as passed by the caller. array: (n, ...). form: of the array."""

    array: NDArray[Any]
    form: ArrayForm

    def __len__(self) -> int:
        return len(self.array)

    def batch(self, start: int, stop: int) -> Tensor:
        """Some of them, float32 (k, c, h, w) in [0, 1]."""
        rows = np.ascontiguousarray(self.array[start:stop])
        return self.form.read(torch.from_numpy(rows.astype(np.uint8 if rows.dtype == np.uint8 else np.float32)))

    def levels(self) -> NDArray[np.uint8]:
        """All of them, uint8 (n, h, w, c); uint8 images in that layout are not copied."""
        if self.array.dtype == np.uint8 and self.form.layout in ("nhwc", "nhw", "flat hwc"):
            return np.ascontiguousarray(self.array).reshape(-1, *self.form.shape)
        height, width, channels = self.form.shape
        made = np.empty((len(self), height, width, channels), np.uint8)
        step = max(1, _BLOCK // max(1, height * width * channels))
        for start in range(0, len(self), step):
            x = self.batch(start, start + step).clamp(0, 1).mul(255).round().to(torch.uint8)
            made[start : start + step] = x.permute(0, 2, 3, 1).numpy()
        return made


def given_images(images: Any, span: Span, shape: Shape | None) -> GivenImages:
    """Images in any usual form. shape: (h, w, c) of one, if known. Raises UserError if they are not."""
    array = as_array(images, "images")
    laid_out = layout_of(array.shape, shape, last=not hasattr(images, "detach"))
    if laid_out is None or not array.size:
        flat = ", and image_shape=(h, w) or (h, w, c) where they are flat" if array.ndim == 2 else ""
        raise UserError(
            f"images: expected an array (n, h, w), (n, h, w, c) or (n, c, h, w) with 1 or 3 channels{flat}, "
            f"found {array.shape}"
        )
    if array.dtype == np.bool_:
        array = array.astype(np.float32)
    span = span_of_images(array, span)
    return GivenImages(array, ArrayForm(*laid_out, span, array.dtype == np.uint8))


def given_latents(latents: Any) -> NDArray[np.float32]:
    """Latents float32 (n, ...), checked as far as possible. Raises UserError."""
    array = as_array(latents, "latents")
    if array.ndim < 2 or not array.size:
        raise UserError(f"latents: expected an array (n, d) or (n, ...), found {array.shape}")
    dimensions = int(np.prod(array.shape[1:]))
    if dimensions > MOST_DIMENSIONS:
        raise UserError(
            f"latents: expected at most {MOST_DIMENSIONS:,} dimensions, found {dimensions:,} in {array.shape}. Explore "
            "a part, the mean over places or the leading principal components, with a decoder that goes back from there"
        )
    with np.errstate(over="ignore"):
        made: NDArray[np.float32] = np.ascontiguousarray(array, np.float32)
    if (bad := int((~np.isfinite(made.reshape(len(made), -1)).all(1)).sum())) != 0:
        raise UserError(f"latents: expected finite numbers, found NaN or infinite ones in {bad:,} of {len(made):,}")
    if (largest := float(np.abs(made).max())) > LATENT:
        raise UserError(f"latents: expected numbers within ±{LATENT:g}, found {largest:g}")
    return made


def given_labels(labels: Any, class_names: Any, count: int) -> tuple[NDArray[np.int64] | None, tuple[str, ...]]:
    """A class int64 (n,) for each latent, by its index among the names; None without labels.

    labels: integers or strings. class_names: of the classes 0, 1, 2, ...; those of the labels themselves if None.
    Raises UserError if they do not fit.
    """
    if labels is None:
        return None, ()
    array = np.asarray(labels.detach().cpu() if hasattr(labels, "detach") else labels)
    if array.shape == (count, 1):
        array = array[:, 0]
    if array.shape != (count,):
        hint = "; pass labels.argmax(1) of one-hot labels" if array.ndim == 2 and len(array) == count else ""
        raise UserError(f"labels: expected one for each of {count:,} latents, found an array {array.shape}{hint}")
    if array.dtype.kind == "f" and np.isfinite(array).all() and (array == np.rint(array)).all():
        array = array.astype(np.int64)
    if array.dtype.kind in "fc":
        raise UserError("labels: expected whole numbers or texts, found fractions or NaN")
    if class_names is not None and array.dtype.kind in "iub":
        return _numbered(array.astype(np.int64), tuple(map(str, class_names)))
    found, numbers = np.unique(array.astype(str) if array.dtype.kind == "O" else array, return_inverse=True)
    if len(found) > CLASSES:
        raise UserError(f"labels: expected at most {CLASSES:,} classes, found {len(found):,}")
    names = tuple(map(str, found.tolist()))
    if class_names is None:
        return numbers.reshape(-1).astype(np.int64), names
    return _ordered(numbers.reshape(-1), names, tuple(map(str, class_names)))


def _numbered(numbers: NDArray[np.int64], names: tuple[str, ...]) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    if numbers.min() < 0 or numbers.max() >= len(names):
        found = f"{numbers.min()}..{numbers.max()}"
        raise UserError(f"labels: expected 0..{len(names) - 1} for {len(names)} class_names, found {found}")
    return numbers, names


def _ordered(
    numbers: NDArray[np.intp], found: tuple[str, ...], names: tuple[str, ...]
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Labels that are strings, in the order of the given names."""
    if unknown := set(found) - set(names):
        raise UserError(f"labels: {sorted(unknown)[0]!r} is not among class_names")
    return np.array([names.index(name) for name in found], np.int64)[numbers], names
