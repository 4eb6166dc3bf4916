"""A trained model and the latents of its dataset, for Python callers."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.api.images import as_images
from latent_explorer.api.originals import Images, original_images, thumbnail_images
from latent_explorer.array_like import as_array, as_latents
from latent_explorer.bundles import BundleConfig, Fits, Latents, read_config, read_fits, read_latents
from latent_explorer.bundles.files import PREVIEW, TEXT_BYTES
from latent_explorer.errors import DataError, UserError
from latent_explorer.files import read_regular
from latent_explorer.places import find_bundle
from latent_explorer.safe_text import safe_text

if TYPE_CHECKING:
    from latent_explorer.engine.decoder import Decoder
    from latent_explorer.engine.walker import Walker
    from latent_explorer.export.style_grid import StyleGrid
    from latent_explorer.nets.model import LatentModel
    from latent_explorer.paths import Path as LatentPath
    from latent_explorer.paths import WalkedPath

_BATCH = 1000


@dataclass(frozen=True, eq=False, repr=False)
class Bundle:
    """A trained model with the latents of its dataset; made by `open_bundle` and `train`.

    Its weights are read, and torch is imported, on the first use of `encode`, `decode` or `model`.

    folder: where its files are. config: its network, dataset, training and figures.
    latents: of its dataset, read into memory: `mean` float32 (n, d); `log_variance` float32 (n, d), or None for a
    family without one; `label` int64 (n,), the class of each, or None; `split` uint8 (n,), 0 for train, 1 for test, 2
    for validation; `error` float32 (n,), the mean squared error of each reconstruction on pixels in [0, 1], or None;
    `index` int64 (n,), the numbers of their images in the dataset, or None for all. For a generator, the first
    `latents.draws` are draws from its prior: `index` -1, `split` 3, `error` NaN, and as label what a classifier sees.
    device: what runs the model: "cpu", "cuda", "mps", or "auto" for the best available.
    place: where its images are, if they have moved since training.

    >>> from latent_explorer import open_bundle
    >>> bundle = open_bundle("mnist-ae-2d")
    >>> bundle
    Bundle('mnist-ae-2d': 70,000 latents of 2 dimensions, images (28, 28, 1))
    >>> bundle.latents.mean.shape, bundle.latents.label[:3]
    ((70000, 2), array([5, 0, 4]))
    """

    folder: Path
    config: BundleConfig
    latents: Latents
    device: str = "auto"
    place: str | Path | None = None

    @property
    def name(self) -> str:
        """The name of its folder, by which it is found; for a snapshot of a run, the run's."""
        return safe_text(self.folder.absolute().name if self.config.moment is None else self.config.name)

    @property
    def latent_dim(self) -> int:
        """Dimensions d of the latent space."""
        return self.config.net.latent_dim

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Height, width and channels (h, w, c) of a picture; one channel is grey, three are red, green and blue."""
        return self.config.net.image_shape

    @property
    def class_names(self) -> tuple[str, ...]:
        """The name of each class, by its number in `latents.label`; empty if the images have no labels."""
        return self.config.dataset.class_names if self.latents.label is not None else ()

    @cached_property
    def fits(self) -> Fits:
        """Its included fitted charts: by spec, where each puts the latents, `points` float32 (n, 2)."""
        return read_fits(self.folder, self.config)

    @property
    def seal(self) -> str:
        """Its identity: the SHA-256 of its files."""
        return self.config.seal

    @cached_property
    def images(self) -> Images:
        """The images of the latents, uint8 (n, h, w, c), in their order, without draws; read on first use.

        Those of a dataset larger than memory stay on disk: index them with numbers, slices or arrays.
        Raises DataError if they are not on this computer, and says how to give their location.

        >>> from latent_explorer import open_bundle
        >>> open_bundle("mnist-ae-2d").images.shape
        (70000, 28, 28, 1)
        """
        return original_images(self.config, self.latents, self.place)

    @cached_property
    def thumbnails(self) -> NDArray[np.uint8]:
        """Small lossy copies of the images, uint8 (n, h, w, c), for datasets whose images do not ship.

        To look at, not to measure: those of CIFAR-10 take about 130 bytes each. Raises DataError if there are none.
        """
        return thumbnail_images(self.config, self.latents)

    @cached_property
    def model(self) -> "LatentModel":
        """The network, a torch.nn.Module in evaluation mode on the bundle's device.

        `encode` takes float32 (n, c, h, w) in [0, 1] and gives a posterior with `mean` and `log_variance`; `decode`
        takes float32 (n, d) and gives (n, c, h, w) in [0, 1]; gradients pass through both.
        Raises BundleError if its files are damaged, TrainingError if there is no such device.
        """
        from latent_explorer.runtime.loading import load_bundle_model

        return load_bundle_model(self.folder, self.config).to(self._device)

    def encode(self, images: Any, *, labels: Any = None) -> NDArray[np.float32]:
        """The latents float32 (n, d) of images: the mean of each posterior; (d,) of a single image.

        images: a numpy array, torch tensor, Pillow image or list of them; for images (h, w, c) of the model, an array
        (n, h, w, c) or (n, c, h, w), and without channels (n, h, w) if the model has one; or one image, without n. (1,
        h, w) is one image in a batch. Values: uint8 in 0..255, bool, float in 0..1, or other whole numbers that are
        clearly grey levels. labels: int (n,) or one for all, the classes, only for a conditional family.

        Raises DataError if images have another shape, type or range, UserError if the model has no encoder.

        >>> from latent_explorer import open_bundle
        >>> bundle = open_bundle("mnist-ae-2d")
        >>> bundle.encode(bundle.images[:5]).shape
        (5, 2)
        >>> bundle.encode(bundle.images[0] / 255).shape
        (2,)
        """
        if not self.config.encodes:
            raise UserError(f"{self.name} has no encoder: it makes no latents of images")
        given = as_images(images, self.image_shape)
        classes = self._classes(labels, len(given))
        import torch

        parts = [np.empty((0, self.latent_dim), np.float32)]
        with torch.inference_mode():
            for part in _parts(len(given)):
                x = torch.from_numpy(given.batch(part.start, part.stop)).to(self._device)
                under = None if classes is None else torch.from_numpy(classes[part]).to(self._device)
                parts.append(self.model.encode(x, under).mean.float().cpu().numpy())
        latents = np.concatenate(parts)
        return latents[0] if given.single else latents

    def decode(self, latents: Any, *, labels: Any = None) -> NDArray[np.uint8]:
        """The pictures uint8 (n, h, w, c) of latents, bit for bit those of the window's exports and the terminal.

        latents: a numpy array, torch tensor or list (n, d); or (d,) for one, which gives one picture (h, w, c). A model
        from another program may have its own shape, (n, c, h, w) instead of (n, d).
        labels: int (n,) or one for all, the classes, only for a conditional family.

        Raises UserError if latents have another shape or are not finite, or if there is no decoder.

        >>> from latent_explorer import open_bundle
        >>> open_bundle("mnist-ae-2d").decode([[0.0, 0.0], [1.5, -2.0]]).shape
        (2, 28, 28, 1)
        """
        if not self.config.decodes:
            raise UserError(f"{self.name} has no decoder: it is latents alone, without pictures")
        z = as_latents(self._flat(latents), self.latent_dim)
        rows = np.atleast_2d(z)
        classes = self._classes(labels, len(rows))
        pictures = self._decoder.repeatable(rows, classes)
        picture: NDArray[np.uint8] = pictures[0] if z.ndim == 1 else pictures
        return picture

    def style_grid(
        self, content: Any = None, style: Any = None, *, styles: int = 8, how: str = "spread", seed: int = 0
    ) -> "StyleGrid":
        """Content by style, for a conditional family: `pictures` uint8 (rows, columns, h, w, c), and their classes and
        styles.

        content: numbers of images, whose classes are the rows; None for every class. style: numbers of images, whose
        latents are the columns, or latents float (k, d); None for `styles` of them, chosen `how`: "spread" over the
        data, or "random" by `seed`. Raises UserError if the model is not conditional, or there are no such images.
        """
        from latent_explorer.engine.styles import StyleSource, style_axes
        from latent_explorer.export.style_grid import StyleGrid

        def decode(z: NDArray[np.float32], under: NDArray[np.int64]) -> NDArray[np.uint8]:
            return self.decode(z, labels=under)

        source = StyleSource(self.name, self.config, self.latents, self._images_if_any)
        axes = style_axes(source, content, style, styles, how, seed)
        return StyleGrid.of(decode, axes.labels, axes.latents, axes.names, axes.images)

    def _images_if_any(self, numbers: NDArray[np.int64]) -> NDArray[np.uint8] | None:
        try:
            return np.stack([np.asarray(self.images[int(number)], np.uint8) for number in numbers])
        except DataError:
            return None

    def walk_path(self, path: "LatentPath") -> "WalkedPath":
        """The latents of a path along any curve, its measurements, and the straight line; see `paths.walk`.

        Raises UserError if the model lacks what the curve or the easing needs.
        """
        return self._walker.walk(path)

    def _flat(self, latents: Any) -> NDArray[Any]:
        """Latents of a model from another program, which may have several axes, as rows."""
        array, program = as_array(latents, "latents"), self.config.program
        shape = (self.latent_dim,) if program is None else program.latent_shape
        if len(shape) == 1 or array.shape[-len(shape) :] != shape:
            return array
        return array.reshape(*array.shape[: -len(shape)], self.latent_dim)

    def _classes(self, labels: Any, count: int) -> NDArray[np.int64] | None:
        """The classes int64 (count,) for a conditional family; None for any other."""
        known = self.config.net.classes
        if labels is None and not known:
            return None
        if not known:
            raise UserError(f"{self.name} is given no class: leave labels out")
        if labels is None:
            raise UserError(f"{self.name} is given the class of each image: pass labels of 0..{known - 1}")
        array = as_array(labels, "labels")
        if array.dtype.kind not in "iu" or array.shape not in ((), (count,)):
            found = f"{array.dtype} {array.shape}"
            raise UserError(f"labels: expected a whole number, or so many in an array ({count},), found {found}")
        if array.size and not (array.min() >= 0 and array.max() < known):
            raise UserError(f"labels: expected 0..{known - 1}, found {array.min()}..{array.max()}")
        return np.broadcast_to(array.astype(np.int64), (count,)).copy()

    @cached_property
    def _device(self) -> Any:
        """A torch.device."""
        from latent_explorer.training.distributed.devices import choose_device

        return choose_device(self.device)

    @cached_property
    def _decoder(self) -> "Decoder":
        from latent_explorer.engine.decoder import Decoder

        return Decoder(self.model, self._device)

    @cached_property
    def _walker(self) -> "Walker":
        from latent_explorer.engine.walker import Walker

        return Walker(self.config, self.latents, self._decoder)

    def _repr_png_(self) -> bytes | None:
        """Its preview, which notebooks show; None if it has none."""
        try:
            return read_regular(self.folder / PREVIEW, TEXT_BYTES)
        except (OSError, UserError):
            return None

    def __repr__(self) -> str:
        about = f"{len(self.latents):,} latents of {self.latent_dim} dimensions, images {self.image_shape}"
        return f"Bundle({self.name!r}: {about})"


def open_bundle(name_or_path: str | Path, *, images: str | Path | None = None, device: str = "auto") -> Bundle:
    """Open a bundle: an included one or one trained in the window by its name, or any by its folder.

    Its configuration and latents are read and checked at once, its weights and images when needed.

    images: the folder or file of its images, if they have moved since training.
    device: what runs the model: "cpu", "cuda", "mps", or "auto" for the best available.

    Raises UserError that lists the known bundles if there is none of that name, and BundleError if its files are
    damaged.

    >>> from latent_explorer import open_bundle
    >>> bundle = open_bundle("mnist-vae-16d")
    >>> bundle.latent_dim, bundle.image_shape, bundle.class_names[:3]
    (16, (28, 28, 1), ('0', '1', '2'))
    """
    folder = find_bundle(name_or_path)
    config = read_config(folder)
    return Bundle(folder, config, read_latents(folder, config), device, images)


def _parts(count: int) -> Iterator[slice]:
    """Slices of at most a batch."""
    return (slice(start, start + _BATCH) for start in range(0, count, _BATCH))
