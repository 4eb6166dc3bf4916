"""A classifier of a dataset's images, taught once and kept: it says what decoded pictures show."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load, save

from latent_explorer.data.dataset import Dataset
from latent_explorer.errors import TrainingError, UserError
from latent_explorer.files import read_regular, write_bytes_whole
from latent_explorer.places import classifiers_folder, resource
from latent_explorer.training.classifier_net import ClassifierNet, Taught, teach
from latent_explorer.training.distributed.devices import choose_device
from latent_explorer.training.images import evenly

CONFIDENT = 0.95
"""The probability of its class above which an image counts as recognised confidently."""

_FORM = 1  # of the network and its teaching: what another taught is not used
_AT_ONCE, _TESTED, _MOST_BYTES = 500, 10_000, 64 << 20


class ClassifierFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known about a classifier.

    fingerprint: of the dataset. image_shape: (h, w, c). classes: their names. accuracy: the share of `tested` test
    images that it recognises; confident: the share of them with a class above .95; None without test images.
    form: of the network and its teaching.
    """

    fingerprint: str
    image_shape: tuple[int, int, int]
    classes: tuple[str, ...]
    accuracy: float | None = None
    confident: float | None = None
    tested: int = 0
    form: int = _FORM


class Classifier:
    """A small convolutional network that was taught the training images of a dataset.

    accuracy: the share of test images that it recognises; None where there are none. facts: all that is known.
    """

    def __init__(self, net: ClassifierNet, facts: ClassifierFacts, device: torch.device) -> None:
        self._net, self.facts, self._device = net.to(device).eval(), facts, device

    @property
    def accuracy(self) -> float | None:
        """On test images."""
        return self.facts.accuracy

    def probabilities(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Of each class, float32 (n, classes), for images uint8 (n, h, w, c). Raises TrainingError on another shape."""
        return self._each(images, lambda x: self._net(x).softmax(1), len(self.facts.classes))

    def features(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """What its last layer sees, float32 (n, 96), for images uint8 (n, h, w, c); see `probabilities`."""
        return self._each(images, self._net.features, self._net.telling.in_features)

    def __call__(self, images: NDArray[np.uint8]) -> NDArray[np.int64]:
        """The likeliest class, int64 (n,), of images uint8 (n, h, w, c); see `probabilities`."""
        return np.asarray(self.probabilities(images).argmax(1), np.int64)

    @torch.inference_mode()
    def _each(self, images: NDArray[np.uint8], told: Any, width: int) -> NDArray[np.float32]:
        if images.dtype != np.uint8 or images.shape[1:] != self.facts.image_shape:
            shape = " x ".join(map(str, self.facts.image_shape))
            raise TrainingError(
                f"this classifier takes uint8 images of {shape}, found {images.dtype} of {images.shape[1:]}"
            )
        found = np.empty((len(images), width), np.float32)
        for start in range(0, len(images), _AT_ONCE):
            part = torch.from_numpy(np.ascontiguousarray(images[start : start + _AT_ONCE])).to(self._device)
            found[start : start + _AT_ONCE] = told(part.permute(0, 3, 1, 2).float().div(255)).float().cpu().numpy()
        return found


def classifier_of(dataset: Dataset, device: torch.device | str = "auto") -> Classifier:
    """The classifier of a dataset: the one that ships, or was kept; else it is taught and kept, which takes minutes.

    Raises TrainingError where there are no labels, fewer than two classes, or no training images of some class.
    """
    for told in classifier_steps(dataset, device):
        found = told
    assert isinstance(found, Classifier)
    return found


def classifier_steps(
    dataset: Dataset, device: torch.device | str = "auto", token: Event | None = None
) -> Iterator[Taught | Classifier]:
    """The same step by step: yields how far the teaching is, if there is any, and the classifier last.

    Nothing is given, or kept, once `token` is set.
    """
    _check(dataset)
    place = choose_device(device) if isinstance(device, str) else device
    kept = _path(dataset)
    shipped = sorted(resource("classifiers").glob("*.safetensors"))
    for path in (*shipped, kept):
        if (found := _read(path, dataset, place)) is not None:
            yield found
            return
    for told in teach(dataset, place, token or Event()):
        if isinstance(told, Taught):
            yield told
        else:
            taught = judged_classifier(told, dataset, place)
            kept.parent.mkdir(parents=True, exist_ok=True)
            keep(taught, kept)
            yield taught


def keep(classifier: Classifier, path: Path) -> None:
    """Write a classifier in one file, weights as float16, whole or not at all. Raises UserError where it cannot be."""
    weights = {name: _halved(value).contiguous().cpu() for name, value in classifier._net.state_dict().items()}
    write_bytes_whole(path, save(weights, {"facts": msgspec.json.encode(classifier.facts).decode()}), overwrite=True)


def _halved(value: torch.Tensor) -> torch.Tensor:
    return value.half() if value.is_floating_point() else value


def _read(path: Path, dataset: Dataset, device: torch.device) -> Classifier | None:
    """The one kept at `path`; None where there is none, none of this dataset, or it cannot be used."""
    try:
        content = read_regular(path, _MOST_BYTES)
        header = msgspec.json.decode(content[8 : 8 + int.from_bytes(content[:8], "little")])
        facts = msgspec.json.decode(header["__metadata__"]["facts"], type=ClassifierFacts)
        if (facts.fingerprint, facts.image_shape, facts.form) != (dataset.fingerprint, dataset.image_shape, _FORM):
            return None
        net = ClassifierNet(facts.image_shape[2], len(facts.classes))
        weights = {name: value.float() if value.is_floating_point() else value for name, value in load(content).items()}
        net.load_state_dict(weights)
    except (OSError, UserError, SafetensorError, msgspec.MsgspecError, KeyError, TypeError, RuntimeError, ValueError):
        return None
    if not all(bool(value.isfinite().all()) for value in net.state_dict().values()):
        return None
    return Classifier(net, facts, device)


def _path(dataset: Dataset) -> Path:
    return classifiers_folder() / f"{dataset.fingerprint}.safetensors"


def judged_classifier(net: ClassifierNet, dataset: Dataset, device: torch.device) -> Classifier:
    """The classifier of a network that was taught, with its figures on the test images."""
    facts = ClassifierFacts(
        fingerprint=dataset.fingerprint, image_shape=dataset.image_shape, classes=dataset.class_names
    )
    test, labels = evenly(dataset.indices("test"), _TESTED), dataset.labels
    if not len(test) or labels is None:
        return Classifier(net, facts, device)
    seen = Classifier(net, facts, device).probabilities(np.asarray(dataset.images[test]))
    accuracy, confident = (seen.argmax(1) == labels[test]).mean(), (seen.max(1) > CONFIDENT).mean()
    told = msgspec.structs.replace(facts, accuracy=float(accuracy), confident=float(confident), tested=len(test))
    return Classifier(net, told, device)


def _check(dataset: Dataset) -> None:
    if dataset.labels is None:
        raise TrainingError(f"{dataset.name} has no labels: a classifier is taught the class of each image")
    counts = np.bincount(dataset.labels[dataset.indices("train")], minlength=len(dataset.class_names))
    if (counts > 0).sum() < 2:
        raise TrainingError(f"{dataset.name}: expected training images of two classes at least, to tell them apart")
