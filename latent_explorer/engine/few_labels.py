"""Few labels: learning the classes of a bundle's images, or of others that it encodes, from a few labels."""

import threading
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis.few_labels import Labelled, Learned, PointSpace, probe_called
from latent_explorer.analysis.few_labels.choosing import next_images
from latent_explorer.analysis.few_labels.measuring import LATENTS, PCA, PIXELS, Truth
from latent_explorer.analysis.few_labels.probe import without
from latent_explorer.analysis.few_labels.space import FEWEST
from latent_explorer.analysis.few_labels.spaces import fits, pixels_of, principal
from latent_explorer.bundles import BundleConfig, Latents
from latent_explorer.bundles.latents import of_images
from latent_explorer.data import Dataset
from latent_explorer.engine.originals import OriginalImages
from latent_explorer.engine.protocol import ModelService
from latent_explorer.errors import EngineError, UserError
from latent_explorer.fields.learned import LEARNED
from latent_explorer.fields.shares import LearnedShares, RememberedNeighbours
from latent_explorer.service.background_task import Aside
from latent_explorer.steps import relayed

_TRAIN, _TEST = 0, 1
_SOME = 4096  # images to search for the first suggestion
_TURN = 0.4  # seconds of a search for neighbours before it can be cancelled
_T = TypeVar("_T")
_KEY = "few labels"
_STYLES = "each image is encoded under its class, so that latents are of its style"
SPACES = LATENTS, PCA, PIXELS


@dataclass(frozen=True, eq=False)
class LabelMaterial:
    """The data to learn from. model, dataset: their names. latents: float32 (n, d). images: uint8 (n, h, w, c), or None
    with the reason in `missing`. label: int64 (n,); None if there are no labels to learn, with the reason in
    `unlabelled`. split: uint8 (n,).
    """

    model: str
    dataset: str
    latents: NDArray[np.float32]
    images: Any
    label: NDArray[np.int64] | None
    class_names: tuple[str, ...]
    split: NDArray[np.uint8]
    missing: str = ""
    unlabelled: str = ""

    @classmethod
    def of_bundle(cls, config: BundleConfig, latents: Latents, originals: OriginalImages) -> "LabelMaterial":
        """A bundle's own images. If each is encoded under its class, latents are styles, without true labels."""
        images = originals.images
        if images is not None and latents.index is not None:
            images = images[np.maximum(latents.index, 0)]
            images[: latents.draws] = 0  # draws have no image and get no label
        if originals.missing:
            images = None  # thumbnails are not the original pixels
        names = config.dataset.class_names
        missing = originals.missing or _too_many(images)
        made = cls(config.name, config.dataset.name, latents.mean, images, latents.label, names, latents.split, missing)
        return replace(made, label=None, unlabelled=_STYLES) if config.net.classes else made

    @classmethod
    def of_dataset(cls, config: BundleConfig, dataset: Dataset, latents: NDArray[np.float32]) -> "LabelMaterial":
        """Other images, with their latents (n, d) from a bundle's encoder."""
        named = config.name, dataset.name, latents, dataset.images
        return cls(*named, dataset.labels, dataset.class_names, dataset.split, _too_many(dataset.images))

    @cached_property
    def truth(self) -> Truth:
        """The true labels and the splits. Raises UserError if there are none."""
        if self.label is None:
            raise UserError(f"{self.unlabelled or f'{self.dataset} has no labels'}, so nothing can be measured")
        train, test = (np.flatnonzero(self.split == number) for number in (_TRAIN, _TEST))
        return Truth(self.label, len(self.class_names), train, test)


def check_others(config: BundleConfig, dataset: Dataset) -> None:
    """Raise UserError if a bundle cannot encode these images, or its latents would depend on their labels."""
    check_encodes(config, dataset.name)
    if dataset.image_shape != config.net.image_shape:
        expected, found = ("x".join(map(str, shape)) for shape in (config.net.image_shape, dataset.image_shape))
        raise UserError(f"{dataset.name}: expected images of {expected} for {config.name}, found {found}")


def check_encodes(config: BundleConfig, others: str) -> None:
    """Raise UserError if a bundle has no encoder. others: the name of the images, for the message."""
    if config.net.classes:
        raise UserError(f"{config.name} encodes an image under its class: nothing is left to be learned of {others}")
    if not config.encodes:
        raise UserError(f"{config.name} has no encoder: it makes no latents of {others}")


def _too_many(images: Any) -> str:
    return "" if images is None or fits(images.shape) else "there are too many pixels to compare all images by them"


@dataclass(frozen=True, eq=False)
class Lesson:
    """The result of a probe in a space. accuracy: on `tested` images of the test split; None without labels.

    following: the image to label next; -1 if there is none, or it was not requested.
    """

    learned: Learned
    accuracy: float | None
    tested: int
    following: int


class FewLabels:
    """Learns the classes of one bundle's images in a thread; neighbour graphs are computed once and kept.

    A cancelled search for neighbours continues where it stopped. one_by_one: whether labels are given one after the
    other: learning then continues from the previous result, and suggests the next image to label.
    """

    def __init__(self, material: LabelMaterial, *, one_by_one: bool = True) -> None:
        self.material, self._one_by_one = material, one_by_one
        self._spaces: dict[str, PointSpace] = {LATENTS: PointSpace(np.ascontiguousarray(material.latents))}
        self._finding: dict[str, Iterator[float]] = {}
        self._before: dict[tuple[str, str], Learned] = {}
        self._remembered = RememberedNeighbours()
        # the shown result does not wait for comparisons
        self._asides = {name: Aside("few labels" if name == LATENTS else "few labels, beside") for name in SPACES}
        self._locks = {name: threading.Lock() for name in SPACES}

    def show(self, service: ModelService, learned: Learned) -> None:
        """Show a result in the field of learned classes."""
        service.given[LEARNED.name] = LearnedShares(learned.shares, service.index.neighbourhood, self._remembered)

    def lesson(self, name: str, probe: str, labelled: Labelled) -> Generator[float, None, Lesson]:
        """Train a probe on labels in a space, one of SPACES; yields the progress.

        Raises UserError if nothing can be learned, or there are no images.
        """
        labelled.check(len(self.material.latents))
        if name not in SPACES:
            raise EngineError(f"expected one of {', '.join(SPACES)}, found {name!r}")
        if name not in self._spaces:
            yield 0.0
            yield from self._told(name, lambda: self._make(name))
        if probe_called(probe).needs_graph:
            yield from self._graph(name)
        return (yield from self._told(name, lambda: self._learn(name, probe, labelled)))

    @property
    def prepared(self) -> bool:
        """Whether the neighbour graph is complete."""
        return self._spaces[LATENTS].graph is not None

    def glance(self, taken: NDArray[np.int64]) -> Generator[float, None, int]:
        """The image to label next, from a sample of the images while the graph is incomplete; -1 for none.

        taken: the labelled images. Raises EngineError if they do not exist.
        """
        if len(taken) and not (taken.min() >= 0 and taken.max() < len(self.material.latents)):
            raise EngineError(f"expected images 0 to {len(self.material.latents) - 1:,}, found others")
        return (yield from self._told(LATENTS, lambda: self._among_some(taken)))

    def first(self, taken: NDArray[np.int64]) -> Generator[float, None, int]:
        """The image to label next before a probe can be trained. taken: the labelled images."""
        yield from self._graph(LATENTS)
        return (yield from self._told(LATENTS, lambda: self._following(None, taken)))

    def _told(self, name: str, task: Callable[[], _T]) -> Generator[float, None, _T]:
        """Run a task of a space in its thread; yields -1.0, for no progress, meanwhile."""
        return (yield from relayed(self._asides[name].run(task), lambda _: -1.0))

    def _graph(self, name: str) -> Generator[float, None, None]:
        while self._spaces[name].graph is None:
            share = yield from self._told(name, lambda: self._find(name))
            yield share

    def _find(self, name: str) -> float:
        """Compute more of the graph of a space; returns the share that is complete."""
        with self._locks[name]:
            space, ends, share = self._spaces[name], time.perf_counter() + _TURN, 0.0
            finding = self._finding.setdefault(name, space.find_graph())
            for share in finding:
                if time.perf_counter() > ends:
                    return min(share, 0.999)
            self._finding.pop(name)
        return share

    def _make(self, name: str) -> None:
        material = self.material
        if material.images is None or not fits(material.images.shape):
            raise UserError(material.missing or "there are no images")
        if PIXELS not in self._spaces:
            self._spaces[PIXELS] = PointSpace(pixels_of(material.images))
        if name == PCA:
            train = np.flatnonzero(material.split == _TRAIN)
            pixels = self._spaces[PIXELS].points
            self._spaces[PCA] = PointSpace(principal(pixels, train, material.latents.shape[1]))

    def _learn(self, name: str, probe: str, labelled: Labelled) -> Lesson:
        with self._locks[name]:
            learned = probe_called(probe).learn(self._spaces[name], labelled, self._before.get((name, probe)))
            if self._one_by_one:
                self._before[name, probe] = learned
        truth, accuracy = self.material.label, None
        tested = np.flatnonzero(self.material.split == _TEST)
        test = without(tested, labelled.numbers, len(learned.shares))
        if truth is not None and len(test):
            accuracy = learned.accuracy(truth, test)
        following = self._following(learned, labelled.numbers) if name == LATENTS and self._one_by_one else -1
        return Lesson(learned, accuracy, len(test), following)

    def _among_some(self, taken: NDArray[np.int64]) -> int:
        train = np.flatnonzero(self.material.split == _TRAIN)
        among = train if len(train) > len(taken) else np.arange(len(self.material.split))
        some = np.random.default_rng(0).permutation(without(among, taken, len(self.material.split)))[:_SOME]
        space = PointSpace(self.material.latents[np.concatenate([some, taken])])
        if not len(some) or len(space) < FEWEST:
            return -1
        for _ in space.find_graph():
            pass
        assert space.graph is not None
        own = np.arange(len(space))
        return int(some[next_images(space.graph, None, own[: len(some)], own[len(some) :])[0]])

    def _following(self, learned: Learned | None, taken: NDArray[np.int64]) -> int:
        graph, split = self._spaces[LATENTS].graph, self.material.split
        if graph is None:
            return -1
        train = np.flatnonzero(split == _TRAIN)
        found = next_images(graph, learned, train if len(train) > len(taken) else of_images(split), taken)
        return int(found[0]) if len(found) else -1


def few_labels_of(service: ModelService) -> FewLabels:
    """The `FewLabels` of the open bundle, created on first use, and again once the bundle has images.

    Not available while `indexing`.
    """
    index, few = service.index, service.kept.get(_KEY)
    if few is None or (few.material.images is None and not index.originals.missing):
        few = service.kept[_KEY] = FewLabels(LabelMaterial.of_bundle(service.config, index.latents, index.originals))
    assert isinstance(few, FewLabels)
    return few
