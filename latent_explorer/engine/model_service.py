"""What the engine holds: the open model and what is known of its data."""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis import HeldOut, Neighbourhood, Trust
from latent_explorer.bundles import BundleConfig, Latents, read_config, read_latents
from latent_explorer.data import Dataset, open_dataset
from latent_explorer.data.named import DATASETS
from latent_explorer.data.opening import split_options
from latent_explorer.engine.choice import LARGEST_SLICE, SLICE_SECONDS
from latent_explorer.engine.decoder import REPEATABLE_PIECE, Decoder, device_for
from latent_explorer.errors import DataError, EngineError, UserError
from latent_explorer.fields import Calibration, FieldInput, calibration, held_out_of
from latent_explorer.nets.model import LatentModel
from latent_explorer.nets.threads import threads
from latent_explorer.runtime.loading import load_bundle_model
from latent_explorer.service.background import in_words

_log = logging.getLogger(__name__)
_PICTURES = "pictures"  # the pace of decoding
_NEIGHBOURS = "Finding neighbours"
_NOTHING = "", 1.0
Tell = Callable[[str, float], None]
LoadModel = Callable[[Path, BundleConfig], LatentModel]
FindImages = Callable[[BundleConfig], tuple[Dataset | None, str]]
"""The images of a bundle's latents, or why there are none."""


@dataclass(frozen=True, eq=False)
class DatasetIndex:
    """The data of one bundle, each image by the number of its latent.

    held: the images that trust in places is calibrated on. missing: why there are no originals; empty where there are.
    """

    latents: Latents
    neighbourhood: Neighbourhood
    held: HeldOut
    dataset: Dataset | None
    missing: str

    def originals(self, indices: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The original images uint8 (k, h, w, c), or none (0, 0, 0, 0) where they are missing."""
        return np.zeros((0, 0, 0, 0), np.uint8) if self.dataset is None else self.images_at(indices)

    def images_at(self, indices: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The original images uint8 (k, h, w, c). Raises EngineError where they are missing, or too few."""
        if self.dataset is None:
            raise EngineError(self.missing)
        count = len(self.latents)
        if len(indices) and not (indices.min() >= 0 and indices.max() < count):
            raise EngineError(f"the dataset has {count:,} images, and no number {indices.max():,}")
        images: NDArray[np.uint8] = self.dataset.images[self.latents.images(indices)]
        return images


def find_recorded(config: BundleConfig) -> tuple[Dataset | None, str]:
    """The dataset that a bundle says it was made of, or why it is not there."""
    return _dataset_or_reason(config)


def index_dataset(
    config: BundleConfig,
    latents: Latents,
    label: int = 0,
    tell: Tell = lambda words, share: None,
    find: FindImages = find_recorded,
) -> DatasetIndex:
    """Load what describing the places of a bundle needs; missing originals are said, not raised.

    label: the class under which a conditional model decodes. tell: what is done now, and how much of it is. find: its
    images.
    """
    tell(_NEIGHBOURS, 0.0)
    neighbourhood = Neighbourhood(latents.mean, latents.label, len(config.dataset.class_names))
    class_of = label if config.net.classes else None
    held = held_out_of(latents, neighbourhood, class_of, lambda share: tell(_NEIGHBOURS, share))
    tell("Reading the images", 0.0)
    return DatasetIndex(latents, neighbourhood, held, *find(config))


def _dataset_or_reason(config: BundleConfig) -> tuple[Dataset | None, str]:
    if config.prior_samples:
        return None, "this model has no encoder: its latents are draws from the prior"
    if not config.dataset.source:
        return None, "this bundle was made without images"
    try:
        dataset = _dataset_of(config.dataset.source, config.dataset.fingerprint)
        if complaint := config.mismatch(dataset.image_shape, len(dataset)):
            raise DataError(f"{config.dataset.source} is not the dataset of this model: {complaint}")
        return dataset, ""
    except UserError as error:
        return None, f"the original images are not available: {error}"
    except Exception as error:
        _log.exception("the dataset of %s could not be read", config.name)
        return None, f"the original images could not be read: {error}"


@lru_cache(maxsize=1)  # the snapshots of a run are all of one
def _dataset_of(source: str, fingerprint: str) -> Dataset:
    dataset = open_dataset(source)
    if dataset.fingerprint != fingerprint:
        raise DataError(f"{source} is not the dataset that this model was trained on")
    return dataset


def attached_dataset(config: BundleConfig, path: str) -> Dataset:
    """The images at a path, read as those were that a model was trained on.

    Raises DataError where they are others, or cannot be read.
    """
    if config.prior_samples:
        raise DataError("this model has no encoder, so its latents have no images")
    place, options = split_options(config.dataset.source)
    name = place.partition(":")[0]
    sources = [f"{path}{options}", *([f"{name}:{path}{options}"] if name in DATASETS else [])]
    errors, found = [], []
    for source in sources:
        try:
            found.append(open_dataset(source))
        except UserError as error:
            errors.append(str(error))
    for dataset in found:
        if dataset.fingerprint == config.dataset.fingerprint:
            return dataset
    if not found:
        raise DataError(errors[0])
    other, images = found[0], "x".join(map(str, found[0].image_shape))
    raise DataError(
        f"{path} holds {len(other):,} images of {images}, which are not those that {config.name} was trained on: "
        f"{config.dataset.name}. Choose the folder or file that it was trained on, unchanged"
    )


@dataclass
class Pace:
    """The size of the next slice of one kind of work, learnt from how long the last ones took."""

    per_slice: int = 64

    def learn(self, count: int, seconds: float, most: int = LARGEST_SLICE) -> None:
        """Size the next slices by what the last took, in powers of two: each new size costs oneDNN a compilation."""
        if count < self.per_slice:
            return  # a last, smaller piece says little
        fitting = count * SLICE_SECONDS / max(seconds, 1e-6)
        if fitting >= 2 * self.per_slice:
            self.per_slice = min(2 * self.per_slice, most)
        elif fitting < self.per_slice:
            self.per_slice = max(self.per_slice // 2, 1)


def in_background(task: Callable[[], None]) -> None:
    """Run a task in a thread of its own, which does not keep the process alive."""
    threading.Thread(target=task, name="dataset index", daemon=True).start()


class ModelService:
    """The open model, for the handlers of requests.

    preparing: what is made ready for questions about the data, and how much of it, in [0, 1].
    wake: called, in any thread, when the dataset is indexed. run: runs the task that indexes it.
    load: the model of a bundle, by its folder and configuration. find: its images.
    """

    def __init__(
        self,
        wake: Callable[[], None],
        run: Callable[[Callable[[], None]], None] = in_background,
        load: LoadModel = load_bundle_model,
        find: FindImages = find_recorded,
    ) -> None:
        self._wake, self._run, self._load, self._find = wake, run, load, find
        self._changing = threading.Lock()
        self._decoder: Decoder | None = None
        self._data: tuple[BundleConfig, Latents, int] | None = None
        self._index: DatasetIndex | EngineError | None = None
        self.preparing = _NOTHING
        self._calibration = Calibration(self._calibrate)
        self._first = Pace.per_slice
        self._paces: defaultdict[str, Pace] = defaultdict(Pace)

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

        label: the class under which a conditional model decodes.
        """
        config = read_config(folder)
        model = self._load(folder, config)
        model.label = _known_label(config, label)
        latents = read_latents(folder, config)
        decoder = Decoder(model, device_for(model), before=self._decoder)
        with self._changing:
            self._decoder, self._data, self._index = decoder, (config, latents, model.label), None
        self._calibration = Calibration(self._calibrate)
        self._first = max(1, min(Pace.per_slice, decoder.choice.batch // 4))  # most work decodes, and does more besides
        self._paces = defaultdict(partial(Pace, self._first), {_PICTURES: Pace(decoder.choice.batch)})
        return decoder

    def index_dataset(self) -> None:
        """Find out what there is to know of the open bundle's data, beside all else."""
        data = self._data
        assert data is not None

        def tell(words: str, share: float) -> None:
            if self._data is data:
                self.preparing = words, share

        def prepare() -> None:
            index = _indexed(*data, tell, self._find)
            tell(*_NOTHING)
            with self._changing:
                if self._data is data:  # no other bundle has been opened since
                    self._index = index
            self._wake()

        self._run(prepare)

    def attach(self, path: str) -> int:
        """Take the images at a path as the originals of the open bundle; returns how many there are.

        Not to be asked for while `indexing`. Raises UserError where they are not those that it was trained on.
        """
        index, data = self.index, self._data
        assert data is not None
        if index.dataset is None:
            found = attached_dataset(data[0], path)
            with self._changing:
                if self._index is index:  # no other bundle has been opened since
                    self._index = index = replace(index, dataset=found, missing="")
        return 0 if index.dataset is None else len(index.dataset)

    def field_input(self, with_data: bool, repeatable: bool = False) -> FieldInput:
        """What fields are evaluated with. Raises EngineError where there is no model, or no index if one is needed.

        repeatable: eager, so that with slices of a fixed size the same values come out whenever it is asked.
        """
        decoder, near = self.decoder, self.index.neighbourhood if with_data else None
        assert self._data is not None
        config, latents, _ = self._data
        known = near, latents, config.encodes, self._calibration.trust, config.decodes
        measure = decoder.differentiated if repeatable else decoder.measured
        return FieldInput(measure, decoder.differentiated, *known)

    @property
    def trust(self) -> Trust:
        """The trust in places of the open model, once `calibrate` has run to its end."""
        assert self._calibration.trust is not None
        return self._calibration.trust

    def calibrate(self) -> Iterator[None]:
        """Make `trust` ready, unless it is, by a slice of work at each step; several requests may share them."""
        return self._calibration.steps()

    def _calibrate(self) -> Iterator[Trust | None]:
        known = self.field_input(with_data=True, repeatable=True)  # an exported veil depends on it
        return calibration(known, self.index.held, self._told_slices)

    def _told_slices(
        self, asked: NDArray[Any], work: Callable[[NDArray[Any]], NDArray[Any]]
    ) -> Iterator[tuple[int, NDArray[Any]]]:
        """As `in_slices`, of the calibration, telling how far it is."""
        try:
            for start, made in self.in_pieces(asked, work):
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
        return self.in_slices(_PICTURES, z, lambda piece: self.decoder.pictures(piece))

    def in_slices(
        self, kind: str, asked: NDArray[Any], work: Callable[[NDArray[Any]], NDArray[Any]], *, even: bool = True
    ) -> Iterator[tuple[int, NDArray[Any]]]:
        """What `work` makes of latents or indices, slice by slice in order, each with where it starts.

        So a hover never waits long. Each kind of work has its pace. even: whether one place costs about as much as
        another; else a quick slice says little of the next.
        """
        pace, start, most = self._paces[kind], 0, LARGEST_SLICE if even else self._first

        while start < len(asked):
            began = time.perf_counter()
            piece = asked[start : start + pace.per_slice]
            made = work(piece)
            pace.learn(len(piece), time.perf_counter() - began, most)
            yield start, made
            start += len(piece)

    @staticmethod
    def in_pieces(
        asked: NDArray[Any], work: Callable[[NDArray[Any]], NDArray[Any]], size: int = REPEATABLE_PIECE
    ) -> Iterator[tuple[int, NDArray[Any]]]:
        """As `in_slices`, of a fixed size and on one thread: the same comes out whatever the clock says."""
        for start in range(0, len(asked), size):
            with threads(1):
                made = work(asked[start : start + size])
            yield start, made


def _indexed(
    config: BundleConfig, latents: Latents, label: int, tell: Tell, find: FindImages
) -> DatasetIndex | EngineError:
    try:
        return index_dataset(config, latents, label, tell, find)
    except Exception as error:  # whoever waits for the index is told
        return EngineError(in_words(error))


def _known_label(config: BundleConfig, label: int) -> int:
    count = max(1, config.net.classes)
    if not 0 <= label < count:
        raise EngineError(f"{config.name} decodes under the classes 0..{count - 1}, and {label} is none of them")
    return label
