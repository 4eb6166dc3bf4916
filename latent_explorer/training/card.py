"""The model card of a bundle."""

import os
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import msgspec
import torch

from latent_explorer.bundles.config import BundleConfig
from latent_explorer.bundles.packing import Precision
from latent_explorer.training.state import Progress

_WIDTH = 120
_FIGURES = {
    "negative_elbo": "-ELBO, nats per image (levels read as Bernoulli means, one sample)",
    "mse": "Reconstruction, mean squared error on pixels in [0, 1]",
    "knn10_accuracy": "10-NN accuracy of the means (fitted on train, scored on test)",
}
_FAMILIES = {"ae": "An autoencoder", "vae": "A variational autoencoder"}

_REFINEMENT = """
The encoder's latents are improved for each image by {steps} Gauss-Newton step(s) on how well the decoder explains it
(semi-amortised inference), which makes good much of what an encoder gets wrong on images it was not trained on. The
figures below are with it; by the encoder alone, the loss on the test split is {alone:.2f}.
"""

_BETA = """
It was trained with the weight {beta:g} on the KL term, for sharper pictures; the -ELBO below counts that term in full.
"""

_KEPT = "To be small, the files keep {what}; the figures above are of the weights as they are kept."
_VARIANCES = {
    True: ", and their log-variances likewise in steps",
    False: ", and no log-variances (`latent-explorer encode` gives them anew)",
}
_EFFECT = (
    "Decoded from the latents as they are kept, the test images have a mean squared error of {kept:.5g}, and of "
    "{exact:.5g} from exact ones."
)

_LATENTS = {
    "float16": "the latents as float16",
    "uint8": "each dimension of the latents in 256 even steps",
}

_CARD = """\
# {name}

{family} with the trunk `{net.trunk}` (widths {hidden}) and {net.latent_dim} latent dimensions, for images of
{height}x{width} pixels and {channels}. Trained on {dataset.name}; the latents of all {dataset.count} images are
included.
{refinement}
![The map with some of the images; below it twenty test images, evenly through the classes, each above its
reconstruction](preview.png)

## Figures

Over the whole test split, from the weights in this folder:

| figure | value |
|---|---|
{figures}

They are printed by

    latent-explorer evaluate {name}
{storage}
## How it was trained

{epochs} epochs in {minutes:.0f} minutes by the clock on {machine}, with seed {training.seed}:

    {training.command}

The weights kept are a moving average over the steps, of the epoch whose loss on the test split was lowest
(epoch {best_epoch}): the test figures above are, by that choice, very slightly flattered.

Recipe: {recipe}.

## Limits

It knows nothing but images like those of {dataset.name}, centred and scaled as they are. Pictures decoded far from
the data are inventions. What two places on the map have between them is the model's doing, not a fact about the images.
{net.latent_dim} numbers cannot hold all of an image: reconstructions are smoother than the originals.
{remark}"""


@dataclass(frozen=True)
class Storage:
    """How the bundle is kept. error: the test images' mean squared error from the latents as kept, None without any."""

    half: bool
    latents: Precision
    variances: bool
    error: float | None


def card(config: BundleConfig, progress: Progress, storage: Storage, remark: str = "") -> str:
    """The card as Markdown: what the model is, its figures and the commands that reproduce them, its limits.

    remark: a paragraph more on the limits.
    """
    height, width, channels = config.net.image_shape
    return _CARD.format(
        name=config.name,
        family=_FAMILIES.get(config.net.family, f"A network of the family `{config.net.family}`"),
        net=config.net,
        hidden=", ".join(map(str, config.net.hidden)) or "none",
        height=height,
        width=width,
        channels="one channel (grey)" if channels == 1 else f"{channels} channels",
        dataset=config.dataset,
        training=config.training,
        epochs=config.training.epochs,
        minutes=config.training.minutes,
        best_epoch=progress.best_epoch,
        refinement=_refinement(progress) + _beta(config),
        machine=_machine(config.training.device),
        storage=_storage(config, storage),
        remark=f"\n{remark.strip()}\n" if remark else "",
        figures="\n".join(_rows(config.metrics)) or "| none: the dataset has no test images | - |",
        recipe=", ".join(
            f"{name.replace('_', ' ')} {value}" for name, value in msgspec.structs.asdict(progress.recipe).items()
        ),
    )


def _refinement(progress: Progress) -> str:
    if not progress.spec.refinements or progress.best_loss is None:
        return ""
    return _REFINEMENT.format(steps=progress.spec.refinements, alone=progress.best_loss)


def _beta(config: BundleConfig) -> str:
    weighted = config.net.family == "vae" and config.net.beta != 1
    return _BETA.format(beta=config.net.beta) if weighted else ""


def _storage(config: BundleConfig, storage: Storage) -> str:
    latents = _LATENTS.get(storage.latents)
    if latents and config.net.family == "vae":
        latents += _VARIANCES[storage.variances]
    what = " and ".join([*(["the weights as float16"] if storage.half else []), *([latents] if latents else [])])
    exact = config.metrics.get("mse")
    known = latents and storage.error is not None and exact is not None
    effect = _EFFECT.format(kept=storage.error, exact=exact) if known else ""
    return f"\n{textwrap.fill(f'{_KEPT.format(what=what)} {effect}', _WIDTH, break_on_hyphens=False)}\n" if what else ""


def _machine(device: str) -> str:
    if device != "cpu":
        return f"the device `{device}`"
    return f"the CPU ({torch.get_num_threads()} of {os.cpu_count()} cores, no GPU)"


def _rows(metrics: Mapping[str, float | None]) -> Iterator[str]:
    for name, text in _FIGURES.items():
        value = metrics.get(name)
        if value is not None:
            yield f"| {text} | {value:.4g} |" if abs(value) < 1 else f"| {text} | {value:.2f} |"
