"""How well a conditional network separates style from class: figures on the test images."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from latent_explorer.analysis.attributes import ink
from latent_explorer.analysis.attributes.measures import Measuring
from latent_explorer.bundles import Latents
from latent_explorer.data.dataset import Dataset
from latent_explorer.errors import TrainingError
from latent_explorer.nets.model import LatentModel
from latent_explorer.training.baselines import Components, pixels
from latent_explorer.training.classifier import Classifier, classifier_of
from latent_explorer.training.evaluate import encode_dataset, label_accuracy
from latent_explorer.training.figure_set import FigureSet
from latent_explorer.training.images import evenly

_MEASURED = 5000  # test images whose slant and thickness are measured
_AT_ONCE = 1000


@dataclass(frozen=True)
class StyleFigures(FigureSet):
    """Figures of a conditional network on the test images, each decoded under a random other class.

    swap_accuracy: the share of these pictures recognised as the requested class. unswapped_accuracy: the same for the
    pictures under the image's own class. leakage_linear: the accuracy of logistic regression that predicts the class
    from the means, fitted on the training images; leakage_knn10: of the 10 nearest means; pca_leakage_linear: of
    logistic regression on as many principal components. slant_r, thickness_r: the correlation between the image and its
    picture under another class, both minus the mean of their class; slant by second moments, thickness by distance
    transform; slant_rows_r: slant by the line through the centres of rows of pixels above half brightness, undefined
    for faint pictures; slant_r_raw, thickness_r_raw: without subtracting means; unswapped_slant_r,
    unswapped_thickness_r: under the image's own class. classifier_accuracy: of the classifier, on test images. None for
    each that cannot be measured.
    """

    swap_accuracy: float | None = None
    unswapped_accuracy: float | None = None
    leakage_linear: float | None = None
    leakage_knn10: float | None = None
    pca_leakage_linear: float | None = None
    slant_r: float | None = None
    slant_r_raw: float | None = None
    unswapped_slant_r: float | None = None
    slant_rows_r: float | None = None
    thickness_r: float | None = None
    thickness_r_raw: float | None = None
    unswapped_thickness_r: float | None = None
    classifier_accuracy: float | None = None


def style_figures(
    model: LatentModel,
    dataset: Dataset,
    device: torch.device,
    latents: Latents | None = None,
    knn10: float | None = None,
) -> StyleFigures:
    """The figures of a conditional model on a dataset; all None for other models, and without test images.

    latents: the result of `encode_dataset`; knn10: their `label_accuracy`; if already computed.
    """
    test, train = dataset.indices("test"), dataset.indices("train")
    if not (model.family.conditional and model.encodes and len(test)) or dataset.labels is None:
        return StyleFigures()
    latents = latents or encode_dataset(model, dataset, device)
    own, means = dataset.labels[test], latents.mean
    other = other_classes(own, len(dataset.class_names))
    swapped, kept = (pictures(model, means[test], under, device) for under in (other, own))
    classifier = _classifier(dataset, device)
    return StyleFigures(
        swap_accuracy=_recognised(classifier, swapped, other),
        unswapped_accuracy=_recognised(classifier, kept, own),
        leakage_linear=linear_accuracy(means[train], dataset.labels[train], means[test], own),
        leakage_knn10=label_accuracy(latents, dataset) if knn10 is None else knn10,
        pca_leakage_linear=_pca_leakage(dataset, model.spec.latent_dim),
        classifier_accuracy=None if classifier is None else classifier.accuracy,
        **_carried(dataset, swapped, kept, other),
    )


def other_classes(own: NDArray[np.int64], classes: int) -> NDArray[np.int64]:
    """A random other class for each of the classes (n,), always the same."""
    steps = np.random.default_rng(0).integers(1, max(classes, 2), len(own))
    return (own + steps) % classes


@torch.inference_mode()
def pictures(
    model: LatentModel, z: NDArray[np.float32], labels: NDArray[np.int64], device: torch.device
) -> NDArray[np.uint8]:
    """The pictures uint8 (n, h, w, c) of latents (n, d), each under its class (n,)."""
    model = model.to(device).eval()
    parts = []
    for start in range(0, len(z), _AT_ONCE):
        place = slice(start, start + _AT_ONCE)
        under = torch.from_numpy(labels[place]).to(device)
        made = model.decode(torch.from_numpy(z[place]).float().to(device), under)
        parts.append((made.permute(0, 2, 3, 1) * 255).round().to(torch.uint8).cpu().numpy())
    return np.concatenate(parts)


def linear_accuracy(
    train: NDArray[np.float32],
    train_labels: NDArray[np.int64],
    test: NDArray[np.float32],
    test_labels: NDArray[np.int64],
) -> float | None:
    """The accuracy on test rows (m, k) of logistic regression fitted on the training rows, standardised; None if there
    is only one class."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if len(np.unique(train_labels)) < 2:
        return None
    fitted = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(train, train_labels)
    return float(fitted.score(test, test_labels))


def _pca_leakage(dataset: Dataset, dimensions: int) -> float | None:
    assert dataset.labels is not None
    components = Components.of(dataset, dimensions)
    places = dataset.indices("train"), dataset.indices("test")
    train, test = (np.concatenate([components.project(x) for x in pixels(dataset, some)]) for some in places)
    return linear_accuracy(train, dataset.labels[places[0]], test, dataset.labels[places[1]])


def _classifier(dataset: Dataset, device: torch.device) -> Classifier | None:
    try:
        return classifier_of(dataset, device)
    except TrainingError:  # fewer than two classes
        return None


def _recognised(classifier: Classifier | None, made: NDArray[np.uint8], labels: NDArray[np.int64]) -> float | None:
    return None if classifier is None else float((classifier(made) == labels).mean())


def _carried(
    dataset: Dataset, swapped: NDArray[np.uint8], kept: NDArray[np.uint8], other: NDArray[np.int64]
) -> dict[str, float | None]:
    """The figures of slant and thickness; empty for colour images."""
    if dataset.image_shape[2] != 1 or dataset.labels is None:
        return {}
    test = dataset.indices("test")
    some = np.searchsorted(test, evenly(test, _MEASURED))
    own, white = dataset.labels[test][some], np.float32(255)
    images = np.asarray(dataset.images[test[some]]) / white
    measuring = Measuring.of(images)
    image, swap, same = (_styles(each, measuring) for each in (images, swapped[some] / white, kept[some] / white))
    found: dict[str, float | None] = {}
    for name in image:
        found[f"{name}_r"] = _correlation(_less_means(image[name], own), _less_means(swap[name], other[some]))
        found[f"{name}_r_raw"] = _correlation(image[name], swap[name])
        found[f"unswapped_{name}_r"] = _correlation(_less_means(image[name], own), _less_means(same[name], own))
    return {name: found[name] for name in found.keys() & StyleFigures.__dataclass_fields__.keys()}


def _styles(pictures: NDArray[np.floating], measuring: Measuring) -> dict[str, NDArray[np.float64]]:
    """The measurements (n,) by name of pictures (n, h, w, 1) in [0, 1].

    Slant is measured by second moments, as in deslanting of digits, and does not depend on brightness.
    """
    scored, grey = measuring.scored(pictures), pictures[..., 0]
    return {
        "slant": ink.slant(1 - grey if measuring.inverted else grey),
        "slant_rows": scored[:, measuring.names.index("slant")],
        "thickness": scored[:, measuring.names.index("thickness")],
    }


def _less_means(values: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """The values (n,) minus the mean of their class (n,)."""
    counts = np.maximum(np.bincount(labels), 1)
    return np.asarray(values - (np.bincount(labels, values) / counts)[labels], np.float64)


def _correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float | None:
    if min(np.std(one), np.std(other)) < 1e-9:
        return None
    return float(np.corrcoef(one, other)[0, 1])
