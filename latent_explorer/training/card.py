"""The model card of a bundle."""

from collections.abc import Iterator, Mapping

import msgspec

from latent_explorer.bundles.config import BundleConfig
from latent_explorer.training.state import Progress

_FIGURES = {
    "negative_elbo": "-ELBO, nats per image (grey-level Bernoulli, one sample)",
    "mse": "Reconstruction, mean squared error on pixels in [0, 1]",
    "knn10_accuracy": "10-NN accuracy of the means (fitted on train, scored on test)",
}
_FAMILIES = {"ae": "An autoencoder", "vae": "A variational autoencoder"}

_REFINEMENT = """
The encoder's latents are improved for each image by {steps} Gauss-Newton step(s) on how well the decoder explains it
(semi-amortised inference), which makes good much of what an encoder gets wrong on images it was not trained on. The
figures below are with it; by the encoder alone, the loss on the test split is {alone:.2f}.
"""

_CARD = """\
# {name}

{family} with the trunk `{net.trunk}` (widths {hidden}) and {net.latent_dim} latent dimensions, for images of
{height}x{width} pixels and {channels}. Trained on {dataset.name}; the latents of all {dataset.count} images are
included.
{refinement}
## Figures

Over the whole test split, from the weights in this folder:

| figure | value |
|---|---|
{figures}

They are printed by

    latent-explorer evaluate {name}

## How it was trained

{epochs} epochs in {minutes:.0f} minutes on the device `{training.device}`, with seed {training.seed}:

    {training.command}

The weights kept are a moving average over the steps, of the epoch whose loss on the test split was lowest
(epoch {best_epoch}): the test figures above are, by that choice, very slightly flattered.

Recipe: {recipe}.

## Limits

It knows nothing but images like those of {dataset.name}, centred and scaled as they are. Pictures decoded far from
the data are inventions. What two places on the map have between them is the model's doing, not a fact about the images.
{net.latent_dim} numbers cannot hold all of an image: reconstructions are smoother than the originals.
"""


def card(config: BundleConfig, progress: Progress) -> str:
    """The card as Markdown: what the model is, its figures and the commands that reproduce them, its limits."""
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
        refinement=_refinement(progress),
        figures="\n".join(_rows(config.metrics)) or "| none: the dataset has no test images | - |",
        recipe=", ".join(
            f"{name.replace('_', ' ')} {value}" for name, value in msgspec.structs.asdict(progress.recipe).items()
        ),
    )


def _refinement(progress: Progress) -> str:
    if not progress.spec.refinements or progress.best_loss is None:
        return ""
    return _REFINEMENT.format(steps=progress.spec.refinements, alone=progress.best_loss)


def _rows(metrics: Mapping[str, float | None]) -> Iterator[str]:
    for name, text in _FIGURES.items():
        value = metrics.get(name)
        if value is not None:
            yield f"| {text} | {value:.4g} |" if abs(value) < 1 else f"| {text} | {value:.2f} |"
