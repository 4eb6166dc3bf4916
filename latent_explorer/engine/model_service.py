"""The state of the engine: the open model and the index of its data."""

import threading
from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis import Neighbourhood, Trust
from latent_explorer.bundles import BundleConfig, Latents, read_config, read_latents
from latent_explorer.engine.attachment import Attacher, Attachment
from latent_explorer.engine.dataset_index import DatasetIndex, Tell, images_of, index_dataset
from latent_explorer.engine.decoder import REPEATABLE_PIECE, Decoder, device_for
from latent_explorer.engine.judging import Judging
from latent_explorer.engine.originals import OriginalImages, find_originals, thumbnails_of
from latent_explorer.engine.seen_maps import SeenMaps
from latent_explorer.engine.slicing import PICTURES, Slicing, in_pieces
from latent_explorer.engine.walker import piece_of, space_of
from latent_explorer.errors import EngineError
from latent_explorer.fields import FieldInput, GivenValues, Gradual, calibration
from latent_explorer.fields.expectation import expectation
from latent_explorer.fields.seen_map import Expectation, SeenMap, seen_map
from latent_explorer.fields.shares import LearnedShares
from latent_explorer.nets.model import LatentModel
from latent_explorer.paths.space import Space
from latent_explorer.runtime.loading import load_bundle_model
from latent_explorer.service.background import in_words
from latent_explorer.service.background_task import aside

_NOTHING = "", 1.0
_JUDGED = 16  # held-out images at a time: each is decoded and encoded again
LoadModel = Callable[[Path, BundleConfig], LatentModel]
FindImages = Callable[[BundleConfig, OriginalImages | None], OriginalImages]
"""A function that finds the images of a bundle, like `find_originals`."""


def in_background(task: Callable[[], None]) -> None:
    """Run a task in a daemon thread."""
    threading.Thread(target=task, name="dataset index", daemon=True).start()


class ModelService:
    """The open model, for the handlers of requests.

    preparing: a description of the preparation for requests about the data, and its progress in [0, 1]. maps: the maps
    of the open bundle by chart. judging: its anomaly scores. given: values of its images that the window has set, by
    field. kept: results that handlers keep for the open bundle, each by its own key; cleared when another bundle is
    opened. wake: called, in any thread, when the dataset is indexed. run: runs the indexing task. load: loads the model
    of a bundle, from its folder and configuration. find: finds its images.
    """

    def __init__(
        self,
        wake: Callable[[], None],
        run: Callable[[Callable[[], None]], None] = in_background,
        load: LoadModel = load_bundle_model,
        find: FindImages = find_originals,
    ) -> None:
        self._wake, self._run, self._load, self.find = wake, run, load, find
        self._changing = threading.Lock()
        self._decoder: Decoder | None = None
        self._data: tuple[BundleConfig, Latents, int] | None = None
        self._index: DatasetIndex | EngineError | None = None
        self._images: OriginalImages | None = None  # available before the data are indexed
        self._near: Neighbourhood | None = None  # the same, after another class was chosen
        self._folder = Path()
        self._attacher = Attacher(self)
        self.preparing = _NOTHING
        self._calibration = Gradual(self._calibrate)
        self.maps = SeenMaps(_of_none, self._learn)
        self.given: dict[str, GivenValues | LearnedShares] = {}
        self.kept: dict[Hashable, Any] = {}
        self.judging = Judging(self)
        self._slicing = Slicing()

    @property
    def decoder(self) -> Decoder:
        """The decoder of the open model. Raises EngineError if no bundle is open."""
        if self._decoder is None:
            raise EngineError("no bundle is open; open one first")
        return self._decoder

    @property
    def indexing(self) -> bool:
        """Whether requests about the data have to wait."""
        return self._decoder is not None and self._index is None

    @property
    def index(self) -> DatasetIndex:
        """The index of the data; not available while `indexing`. Raises EngineError if indexing has failed."""
        index = self._index
        if index is None:
            raise EngineError("no bundle is open; open one first")
        if isinstance(index, EngineError):
            raise index
        return index

    def open_bundle(self, folder: Path, label: int = 0) -> Decoder:
        """Load a bundle; it replaces the current one only after it is loaded without errors.

        label: the class under which a conditional model decodes. If only the class changes, no file is read again.
        """
        config = read_config(folder)
        label = _known_label(config, label)
        model, latents = self._held(folder, config) or (self._load(folder, config), read_latents(folder, config))
        model.label = label
        decoder = Decoder(model, device_for(model), before=self._decoder)
        with self._changing:
            self._keep_images(config)
            self._keep_neighbours(latents)
            self._folder = folder
            self._decoder, self._data, self._index = decoder, (config, latents, model.label), None
        self._attacher.forget()
        self.judging.forget()
        self._calibration = Gradual(self._calibrate)
        # bound to this bundle: maps are computed in a thread, when another one may be open
        self.maps, self.given = SeenMaps(partial(seen_map, folder, config, latents), self._learn), {}
        self.kept = {}
        self._slicing = Slicing(decoder.choice.batch)
        return decoder

    def _held(self, folder: Path, config: BundleConfig) -> tuple[LatentModel, Latents] | None:
        """The open model and latents, if they are of the same files and the model is conditional."""
        if self._decoder is None or self._data is None or not config.net.classes:
            return None
        same = (folder, config) == (self._folder, self._data[0])
        return (self._decoder.model, self._data[1]) if same else None

    def _keep_neighbours(self, latents: Latents) -> None:
        """Keep the neighbourhoods of the previous bundle if the latents are the same."""
        if isinstance(self._index, DatasetIndex):
            self._near = self._index.neighbourhood
        if self._data is None or self._data[1] is not latents:
            self._near = None

    def index_dataset(self) -> None:
        """Index the open bundle's data in the background."""
        data, near = self._data, self._near
        assert data is not None

        def tell(words: str, share: float) -> None:
            if self._data is data:
                self.preparing = words, share

        def prepare() -> None:
            known = self._images or thumbnails_of(data[0])
            with self._changing:
                if self._data is data:
                    self._images = known
            if known is not None:
                self._wake()
            index = _indexed(*data, tell, known, self.find, near)
            tell(*_NOTHING)
            with self._changing:
                if self._data is data:  # no other bundle was opened in the meantime
                    self._index = index
            self._wake()

        self._run(prepare)

    def _keep_images(self, config: BundleConfig) -> None:
        """Keep the images of the previous bundle if both were trained on the same dataset."""
        if isinstance(self._index, DatasetIndex):
            self._images = self._index.originals
        alike = self._data is not None and self._data[0].dataset == config.dataset and config.dataset.fingerprint
        if not alike or len(self._images or ()) == 0:
            self._images = None

    @property
    def shows_images(self) -> bool:
        """Whether there are images or thumbnails, even before the data are indexed."""
        return self._images is not None

    @property
    def replaced(self) -> bool:
        """Whether the images have changed since they were first available."""
        return self._images is not None and self._images.images is not self.index.originals.images

    def images_at(self, numbers: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The images uint8 (k, h, w, c) of latents by number; for draws from the prior, their decoded pictures.

        Raises EngineError if images are missing or too few.
        """
        latents = None if self._data is None else self._data[1]
        drawn = np.zeros(len(numbers), bool) if latents is None else (numbers >= 0) & (numbers < latents.draws)
        if latents is None or not drawn.any():
            return self._images_at(numbers)
        pictures = self.decoder.reconstructions(latents, numbers[drawn])
        if drawn.all():
            return pictures
        found = self._images_at(numbers)
        found[drawn] = pictures
        return found

    def _images_at(self, numbers: NDArray[np.int64]) -> NDArray[np.uint8]:
        if self._index is None and self._images is not None and self._data is not None:
            return images_of(self._data[1], self._images, numbers)
        return self.index.images_at(numbers)

    @property
    def config(self) -> BundleConfig:
        """The configuration of the open bundle. Raises EngineError if none is open."""
        if self._data is None:
            raise EngineError("no bundle is open; open one first")
        return self._data[0]

    @property
    def latents(self) -> Latents:
        """The latents of the open bundle. Raises EngineError if none is open."""
        if self._data is None:
            raise EngineError("no bundle is open; open one first")
        return self._data[1]

    def attach(self, path: str, agreed: str = "", only_missing: bool = False) -> Iterator[Attachment | None]:
        """Attach images to the open bundle, see `Attacher.steps`; not available while `indexing`."""
        return self._attacher.steps(path, agreed, only_missing)

    def give_images(self, index: DatasetIndex, originals: OriginalImages) -> bool:
        """Set the images of an index; returns whether that is still the index of the open bundle."""
        with self._changing:
            there = self._index is index
            if there:
                self._index = replace(index, originals=originals)
                self.judging.forget()
        return there

    def field_input(self, with_data: bool, repeatable: bool = False) -> FieldInput:
        """The input for evaluating fields. Raises EngineError if no model is open, or a needed index is missing.

        repeatable: decode eagerly, so that slices of a fixed size give reproducible values.
        """
        decoder, near = self.decoder, self.index.neighbourhood if with_data else None
        assert self._data is not None
        config, latents, _ = self._data
        known = near, latents, config.encodes, self._calibration.found, config.decodes
        measure = decoder.differentiated if repeatable else decoder.measured
        return FieldInput(measure, decoder.differentiated, *known)

    @property
    def space(self) -> Space:
        """The latent space of the open bundle for curves, with what they keep; not available while `indexing`."""
        space = self.kept.get("space")
        if space is None:
            index = self.index
            space = self.kept["space"] = space_of(self.config, index.latents, index.held.reach)
        return space

    @property
    def piece_of_paths(self) -> int:
        """The number of latents that a path decodes in one batch."""
        return piece_of(self.decoder)

    def known(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """The given image numbers, checked. Raises EngineError if one does not exist in the open bundle."""
        count = self.index.neighbourhood.count
        if len(numbers) and not (numbers.min() >= 0 and numbers.max() < count):
            raise EngineError(f"there are {count:,} latents, numbered from 0, and not all of those asked for")
        return numbers

    def give(self, field: str, values: NDArray[np.float32]) -> None:
        """Set the values (n,) of a field for the bundle's images. Raises EngineError if they do not fit."""
        _ = self.decoder
        assert self._data is not None
        self.given[field] = GivenValues(self._data[1].mean, values)

    def _learn(self, seen: SeenMap) -> Iterator[Expectation | None]:
        known = self.field_input(with_data=True, repeatable=True)  # exports of the veil must be reproducible
        return expectation(known, seen, self._told_slices, aside=partial(aside, name="expected error"))

    @property
    def trust(self) -> Trust:
        """The trust in places of the open model; available after `calibrate`."""
        assert self._calibration.found is not None
        return self._calibration.found

    def calibrate(self) -> Iterator[None]:
        """Compute `trust` if necessary, one slice of work at each step; concurrent requests share the work.

        If another model is opened meanwhile, the result is that of the new model.
        """
        while self._calibration.found is None:
            yield from self._calibration.steps()

    def _calibrate(self) -> Iterator[Trust | None]:
        known = self.field_input(with_data=True, repeatable=True)  # exports of the veil must be reproducible
        return calibration(known, self.index.held, self._told_slices)

    def _told_slices(
        self, asked: NDArray[Any], work: Callable[[NDArray[Any]], NDArray[Any]]
    ) -> Iterator[tuple[int, NDArray[Any]]]:
        """As `in_pieces`, and updates `preparing` with the progress of the calibration."""
        try:
            for start, made in self.in_pieces(asked, work, _JUDGED):
                self.preparing = "Judging held-out images", start / len(asked)
                yield start, made
        finally:
            self.preparing = _NOTHING

    def decoded(self, z: NDArray[np.float32], repeatable: bool = False) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """The pictures uint8 (k, h, w, c) of latents (n, d), slice by slice, each with its start.

        repeatable: as `Decoder.repeatable`.
        """
        if repeatable:
            return self.in_pieces(z, lambda piece: self.decoder.repeatable(piece))
        return self.in_slices(PICTURES, z, lambda piece: self.decoder.pictures(piece))

    def in_slices(
        self, kind: str, asked: NDArray[Any], work: Callable[[NDArray[Any]], NDArray[Any]], *, even: bool = True
    ) -> Iterator[tuple[int, NDArray[Any]]]:
        """As `Slicing.in_slices`, at the pace of the open bundle's model."""
        return self._slicing.in_slices(kind, asked, work, even=even)

    @staticmethod
    def in_pieces(
        asked: NDArray[Any], work: Callable[[NDArray[Any]], NDArray[Any]], size: int = REPEATABLE_PIECE
    ) -> Iterator[tuple[int, NDArray[Any]]]:
        """As `slicing.in_pieces`."""
        return in_pieces(asked, work, size)


def _indexed(
    config: BundleConfig,
    latents: Latents,
    label: int,
    tell: Tell,
    known: OriginalImages | None,
    find: FindImages,
    near: Neighbourhood | None,
) -> DatasetIndex | EngineError:
    try:
        return index_dataset(config, latents, label, tell, known, find, near)
    except Exception as error:  # reported to the requests that wait for the index
        return EngineError(in_words(error))


def _known_label(config: BundleConfig, label: int) -> int:
    count = max(1, config.net.classes)
    if not 0 <= label < count:
        raise EngineError(f"{config.name} decodes under the classes 0..{count - 1}, and {label} is none of them")
    return label


def _of_none(chart: str) -> SeenMap:
    raise EngineError("no bundle is open; open one first")
