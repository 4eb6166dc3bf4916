"""What the engine holds: the open model and what is known of its data."""

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
_JUDGED = 16  # held-out images at a time: each is decoded, and its picture encoded
LoadModel = Callable[[Path, BundleConfig], LatentModel]
FindImages = Callable[[BundleConfig, OriginalImages | None], OriginalImages]
"""The images of a bundle, as `find_originals`."""


def in_background(task: Callable[[], None]) -> None:
    """Run a task in a thread of its own, which does not keep the process alive."""
    threading.Thread(target=task, name="dataset index", daemon=True).start()


class ModelService:
    """The open model, for the handlers of requests.

    preparing: what is made ready for questions about the data, and how much of it, in [0, 1]. maps: the images of the
    open bundle as charts show them. judging: how odd images are for it. given: values of its images that the window has
    given, by field. kept: what handlers have found out about the open bundle and need again, by a key of their own;
    gone when another is opened.
    wake: called, in any thread, when the dataset is indexed. run: runs the task that indexes it.
    load: the model of a bundle, by its folder and configuration. find: its images.
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
        self._images: OriginalImages | None = None  # known before the data are indexed
        self._near: Neighbourhood | None = None  # as are these, where another class is chosen
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
        """The open model's. Raises EngineError where none is open."""
        if self._decoder is None:
            raise EngineError("no bundle is open; open one first")
        return self._decoder

    @property
    def indexing(self) -> bool:
        """Whether those who ask about the data still have to wait."""
        return self._decoder is not None and self._index is None

    @property
    def index(self) -> DatasetIndex:
        """What is known of the data; not to be asked for while `indexing`. Raises EngineError where there is none."""
        index = self._index
        if index is None:
            raise EngineError("no bundle is open; open one first")
        if isinstance(index, EngineError):
            raise index
        return index

    def open_bundle(self, folder: Path, label: int = 0) -> Decoder:
        """Load a bundle; only when all of it is in order does it take the place of the one before.

        label: the class under which a conditional model decodes. Where that alone is another, nothing is read again.
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
        # of this bundle, whichever is open when the map of a chart is made, in a thread
        self.maps, self.given = SeenMaps(partial(seen_map, folder, config, latents), self._learn), {}
        self.kept = {}
        self._slicing = Slicing(decoder.choice.batch)
        return decoder

    def _held(self, folder: Path, config: BundleConfig) -> tuple[LatentModel, Latents] | None:
        """Model and latents of the same files, if these are open and the model takes a class."""
        if self._decoder is None or self._data is None or not config.net.classes:
            return None
        same = (folder, config) == (self._folder, self._data[0])
        return (self._decoder.model, self._data[1]) if same else None

    def _keep_neighbours(self, latents: Latents) -> None:
        """The neighbourhoods of the bundle before are those of the same latents; else they go."""
        if isinstance(self._index, DatasetIndex):
            self._near = self._index.neighbourhood
        if self._data is None or self._data[1] is not latents:
            self._near = None

    def index_dataset(self) -> None:
        """Find out what there is to know of the open bundle's data, beside all else."""
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
                if self._data is data:  # no other bundle has been opened since
                    self._index = index
            self._wake()

        self._run(prepare)

    def _keep_images(self, config: BundleConfig) -> None:
        """The images of the bundle before are those of one that was made from the same dataset; else they go."""
        if isinstance(self._index, DatasetIndex):
            self._images = self._index.originals
        alike = self._data is not None and self._data[0].dataset == config.dataset and config.dataset.fingerprint
        if not alike or len(self._images or ()) == 0:
            self._images = None

    @property
    def shows_images(self) -> bool:
        """Whether there are images already, if only thumbnails, though the data are not indexed yet."""
        return self._images is not None

    @property
    def replaced(self) -> bool:
        """Whether there were other images before those that there are now."""
        return self._images is not None and self._images.images is not self.index.originals.images

    def images_at(self, numbers: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The images uint8 (k, h, w, c) of some latents; where one is a draw from the prior, the picture decoded there.

        Raises EngineError where they are missing, or too few.
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
        """The open bundle's. Raises EngineError where none is open."""
        if self._data is None:
            raise EngineError("no bundle is open; open one first")
        return self._data[0]

    @property
    def latents(self) -> Latents:
        """The open bundle's. Raises EngineError where none is open."""
        if self._data is None:
            raise EngineError("no bundle is open; open one first")
        return self._data[1]

    def attach(self, path: str, agreed: str = "", only_missing: bool = False) -> Iterator[Attachment | None]:
        """Attach images to the open bundle, see `Attacher.steps`; not to be asked for while `indexing`."""
        return self._attacher.steps(path, agreed, only_missing)

    def give_images(self, index: DatasetIndex, originals: OriginalImages) -> bool:
        """Let these be the images of an index; returns whether that is still the one of the open bundle."""
        with self._changing:
            there = self._index is index
            if there:
                self._index = replace(index, originals=originals)
                self.judging.forget()
        return there

    def field_input(self, with_data: bool, repeatable: bool = False) -> FieldInput:
        """What fields are evaluated with. Raises EngineError where there is no model, or no index if one is needed.

        repeatable: eager, so that with slices of a fixed size the same values come out whenever it is asked.
        """
        decoder, near = self.decoder, self.index.neighbourhood if with_data else None
        assert self._data is not None
        config, latents, _ = self._data
        known = near, latents, config.encodes, self._calibration.found, config.decodes
        measure = decoder.differentiated if repeatable else decoder.measured
        return FieldInput(measure, decoder.differentiated, *known)

    @property
    def space(self) -> Space:
        """The latent space of the open bundle for curves through it, with what they keep; not while `indexing`."""
        space = self.kept.get("space")
        if space is None:
            index = self.index
            space = self.kept["space"] = space_of(self.config, index.latents, index.held.reach)
        return space

    @property
    def piece_of_paths(self) -> int:
        """How many latents a path has decoded together."""
        return piece_of(self.decoder)

    def known(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Numbers of images of the open bundle, as they are. Raises EngineError where there is none of one of them."""
        count = self.index.neighbourhood.count
        if len(numbers) and not (numbers.min() >= 0 and numbers.max() < count):
            raise EngineError(f"there are {count:,} latents, numbered from 0, and not all of those asked for")
        return numbers

    def give(self, field: str, values: NDArray[np.float32]) -> None:
        """Evaluate a field with these values (n,) of the bundle's images. Raises EngineError where they do not fit."""
        _ = self.decoder
        assert self._data is not None
        self.given[field] = GivenValues(self._data[1].mean, values)

    def _learn(self, seen: SeenMap) -> Iterator[Expectation | None]:
        known = self.field_input(with_data=True, repeatable=True)  # an exported veil depends on it
        return expectation(known, seen, self._told_slices, aside=partial(aside, name="expected error"))

    @property
    def trust(self) -> Trust:
        """The trust in places of the open model, once `calibrate` has run to its end."""
        assert self._calibration.found is not None
        return self._calibration.found

    def calibrate(self) -> Iterator[None]:
        """Make `trust` ready, unless it is, by a slice of work at each step; several requests may share them.

        It is that of the model that is open at the end, whichever was when it began.
        """
        while self._calibration.found is None:
            yield from self._calibration.steps()

    def _calibrate(self) -> Iterator[Trust | None]:
        known = self.field_input(with_data=True, repeatable=True)  # an exported veil depends on it
        return calibration(known, self.index.held, self._told_slices)

    def _told_slices(
        self, asked: NDArray[Any], work: Callable[[NDArray[Any]], NDArray[Any]]
    ) -> Iterator[tuple[int, NDArray[Any]]]:
        """As `in_slices`, of the calibration, telling how far it is."""
        try:
            for start, made in self.in_pieces(asked, work, _JUDGED):
                self.preparing = "Judging held-out images", start / len(asked)
                yield start, made
        finally:
            self.preparing = _NOTHING

    def decoded(self, z: NDArray[np.float32], repeatable: bool = False) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """The pictures uint8 (k, h, w, c) of latents (n, d), slice by slice, each with where it starts.

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
    except Exception as error:  # whoever waits for the index is told
        return EngineError(in_words(error))


def _known_label(config: BundleConfig, label: int) -> int:
    count = max(1, config.net.classes)
    if not 0 <= label < count:
        raise EngineError(f"{config.name} decodes under the classes 0..{count - 1}, and {label} is none of them")
    return label


def _of_none(chart: str) -> SeenMap:
    raise EngineError("no bundle is open; open one first")
