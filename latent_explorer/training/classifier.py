"""A classifier of a dataset's images, trained once and kept, to recognise decoded pictures."""

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
"""The class probability above which an image counts as recognised confidently."""

_FORM = 1  # the version of the network and its training: others are not used
_AT_ONCE, _TESTED, _MOST_BYTES = 500, 10_000, 64 << 20


class ClassifierFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The facts about a classifier.

    fingerprint: of the dataset. image_shape: (h, w, c). classes: their names. accuracy: on `tested` test images;
    confident: the share of them with a class above .95; None without test images. form: the version of the network and
    its training.
    """

    fingerprint: str
    image_shape: tuple[int, int, int]
    classes: tuple[str, ...]
    accuracy: float | None = None
    confident: float | None = None
    tested: int = 0
    form: int = _FORM


class Classifier:
    """A small convolutional network trained on the training images of a dataset.

    accuracy: on test images; None if there are none. facts: all facts about it.
    """

    def __init__(self, net: ClassifierNet, facts: ClassifierFacts, device: torch.device) -> None:
        self._net, self.facts, self._device = net.to(device).eval(), facts, device

    @property
    def accuracy(self) -> float | None:
        """The accuracy on test images."""
        return self.facts.accuracy

    def probabilities(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Probabilities float32 (n, classes) of images uint8 (n, h, w, c). Raises TrainingError on a wrong shape."""
        return self._each(images, lambda x: self._net(x).softmax(1), len(self.facts.classes))

    def features(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The inputs of the last layer, float32 (n, 96), for images uint8 (n, h, w, c); see `probabilities`."""
        return self._each(images, self._net.features, self._net.telling.in_features)

    def __call__(self, images: NDArray[np.uint8]) -> NDArray[np.int64]:
        """The most probable classes int64 (n,) of images uint8 (n, h, w, c); see `probabilities`."""
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
    """The classifier of a dataset: included or kept earlier; otherwise trained and kept, which takes minutes.

    Raises TrainingError if there are no labels, fewer than two classes, or no training images of a class.
    """
    for told in classifier_steps(dataset, device):
        found = told
    assert isinstance(found, Classifier)
    return found


def classifier_steps(
    dataset: Dataset, device: torch.device | str = "auto", token: Event | None = None
) -> Iterator[Taught | Classifier]:
    """As `classifier_of`, in steps: yields the progress of the training, if any, and the classifier last.

    Yields no classifier, and keeps none, once `token` is set.
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
    """Write a classifier to a file, weights as float16, whole or not at all. Raises UserError if that fails."""
    weights = {name: _halved(value).contiguous().cpu() for name, value in classifier._net.state_dict().items()}
    write_bytes_whole(path, save(weights, {"facts": msgspec.json.encode(classifier.facts).decode()}), overwrite=True)


def _halved(value: torch.Tensor) -> torch.Tensor:
    return value.half() if value.is_floating_point() else value


def _read(path: Path, dataset: Dataset, device: torch.device) -> Classifier | None:
    """The classifier kept at `path`; None if there is none, it is of another dataset, or it cannot be used."""
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
    """The classifier of a trained network, with its figures on the test images."""
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
