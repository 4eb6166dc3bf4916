"""The command `attributes`: how well one attribute of a picture can be changed without the others."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer
from typer import Argument, Option

from latent_explorer.cli.options import AsJson, Device, examples
from latent_explorer.cli.output import Display, cell, print_json, print_table
from latent_explorer.errors import UserError
from latent_explorer.steps import finished

commands = typer.Typer()

_COLUMNS = ("attribute", "ends", "method", " rank corr.", " leakage", " absolute", " class kept", " moved", " asked")
_FIGURES = ("rank_correlation", "leakage", "leakage_absolute", "class_kept", "moved", "asked")
_ENDS = {"of_class": "class", "of_image": "image"}
_TRAIN, _TEST = 0, 1

Images = Annotated[int, Option(min=2, max=10_000, help="Test images to walk from.")]
Seed = Annotated[int, Option(min=0, help="Seed of the choice of images.")]


@commands.command(
    epilog=examples(
        "latent-explorer attributes mnist-ae-16d --json", "latent-explorer attributes cifar10-ae-64d --images 100"
    ),
)
def attributes(
    model: Annotated[str, Argument(metavar="MODEL", help="Bundle, by name or folder.")],
    images: Images = 300,
    seed: Seed = 0,
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """Measure how well directions in latent space change one attribute alone.

    Walks from test images change an attribute by two deviations within classes in each direction: from the mean of the
    class, within the range of its images, and from the image itself. Other measures judge them than those that they
    follow. Rank correlation: of the measured attribute with the step. Leakage: deviations by which the others change
    per deviation of this one, by regression and, absolute, by the mean sizes at the ends. Class kept: the share of ends
    recognised as the picture's class, by a classifier trained on real images. Straight directions, by ridge regression
    and by class means, are shown for comparison.
    """
    found = _measured(model, images, seed, device)
    if as_json:
        print_json(found)
        return
    rows = [
        (name, _ENDS[ends], method, *(cell(told[key], 3) for key in _FIGURES))
        for name, by_ends in found["attributes"].items()
        for ends, by_method in by_ends.items()
        for method, told in by_method.items()
    ]
    print_table(_COLUMNS, rows, title=f"{found['model']}, {found['images']} {found['walked_from']}")
    print(found["classifier_note"] or f"classifier: {found['classifier_accuracy']:.3f} of test images recognised")


def _measured(name: str, images: int, seed: int, device: str) -> dict[str, Any]:
    import numpy as np
    import torch

    from latent_explorer.analysis.attributes import AttributeWalker, Classes, learn
    from latent_explorer.analysis.attributes.figures import METHODS, figures
    from latent_explorer.bundles import read_config, read_latents
    from latent_explorer.engine.decoder import Decoder, choose_device
    from latent_explorer.engine.directions import pictures_of
    from latent_explorer.nets.families import NO_DECODER
    from latent_explorer.places import find_bundle
    from latent_explorer.runtime.loading import load_bundle_model

    folder = find_bundle(name)
    config = read_config(folder)
    if not config.decodes:
        raise UserError(f"{config.name}: {NO_DECODER}")
    latents = read_latents(folder, config)
    model = load_bundle_model(folder, config)
    decode = pictures_of(Decoder(model, choose_device() if device == "auto" else torch.device(device)))
    train, test = (np.flatnonzero(latents.split == split) for split in (_TRAIN, _TEST))
    kind = "test images" if len(test) else "images (none is for testing)"
    train, test = (each if len(each) else np.arange(len(latents)) for each in (train, test))
    if len(train) < 3:
        raise UserError(f"{config.name} has {len(train)} images, and directions are learnt of three at least")
    label = None if latents.label is None else latents.label[train]
    learned = finished(learn(latents.mean[train], Classes.of(latents.mean[train], label), decode))
    chosen = np.sort(np.random.default_rng(seed).permutation(test)[:images])
    recognise, note, accuracy = _recogniser(config, latents)
    found: dict[str, Any] = {each: {} for each in learned.measuring.names}
    total = 2 * len(found) * len(METHODS)
    steps = figures(AttributeWalker(learned, decode), latents.mean[chosen], recognise)
    for ends, attribute, method, told in _shown(steps, total):
        found[attribute].setdefault(ends, {})[method] = {key: _rounded(value) for key, value in told.items()}
    return {
        "model": config.name,
        "images": len(chosen),
        "walked_from": kind,
        "seed": seed,
        "classifier_accuracy": accuracy,
        "classifier_note": note,
        "along": {each.name: list(each.along) for each in learned.measuring.attributes},
        "attributes": found,
    }


def _recogniser(config: Any, latents: Any) -> tuple[Any, str, float | None]:
    """A classifier of the model's images, or None with the reason; and its accuracy on test images."""
    import numpy as np

    from latent_explorer.analysis.attributes.recogniser import Recogniser
    from latent_explorer.engine.dataset_index import images_of
    from latent_explorer.engine.originals import find_originals

    if latents.label is None or len(np.unique(latents.label)) < 2:
        return None, "there are no two classes, so none can be kept or lost", None
    originals = find_originals(config)
    if originals.images is None or originals.images.shape[1:] != config.net.image_shape:
        return None, f"no classifier was taught: {originals.missing or 'the images have another shape'}", None
    taught = Recogniser.taught_on(latents.split)
    if len(np.unique(latents.label[taught])) < 2:
        return None, "no classifier was taught: the training images are of one class", None
    recognise = Recogniser(images_of(latents, originals, taught), latents.label[taught])
    test = np.flatnonzero(latents.split == _TEST)[:2000]
    accuracy = recognise.accuracy(images_of(latents, originals, test), latents.label[test]) if len(test) else None
    return recognise, originals.note and f"classifier taught on images that are {originals.note}", accuracy


def _shown(steps: Iterator[Any], total: int) -> Iterator[Any]:
    """The same steps with a progress bar."""
    with Display() as display:
        for done, step in enumerate(steps, 1):
            display.show("walking", done, total, f"{step[1]}, {step[2]}")
            yield step


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
