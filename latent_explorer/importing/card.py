"""The card of a model that was imported."""

from collections.abc import Iterable

from latent_explorer.bundles import BundleConfig
from latent_explorer.importing.source import Source
from latent_explorer.training.publishing.card import figure_rows, figures_table

_CARD = """\
# {name}

Imported: {words}, with {dim} latent dimensions, for {pictures}.
{latents}

![The map with some of the points, and images](preview.png)

## What was found

{found}

## Figures

{figures}
## What was read

{read}

## How it was imported

It was trained elsewhere, and how is not known. This command made the bundle:

    {command}

## Limits

{limits}
"""
_DECODES = (
    "The model only knows images like those it was trained on. Pictures decoded far from the data are invented. What\n"
    "lies between two places on the map is the model's choice, not a fact about the images.\n"
)
_ALONE = "There is no decoder: the map shows where the images are, but no pictures of the places between them.\n"


def import_card(config: BundleConfig, source: Source, words: Iterable[str], read: Iterable[str]) -> str:
    """The card as Markdown; what comes from files is set as code.

    words: how the model was read. read: of the images.
    """
    height, width, channels = config.net.image_shape
    images = bool(config.dataset.source)
    colour = "one channel (grey)" if channels == 1 else f"{channels} channels"
    count = f"{config.dataset.count:,}"
    return _CARD.format(
        name=config.name,
        words=source.words,
        dim=config.net.latent_dim,
        pictures=f"images of {height}x{width} pixels with {colour}" if images or source.decodes else "no images",
        latents=f"The latents of {count} images of {config.dataset.name} are included."
        if images
        else f"There are {count} latents, and no images.",
        found="\n".join(f"    {line}" for line in (*source.lines, *words)),
        figures=_figures(config),
        read="\n".join(f"    {line}" for line in read) or "    only latents",
        command=config.training.command,
        limits=_DECODES if source.decodes else _ALONE,
    )


def _figures(config: BundleConfig) -> str:
    table = figure_rows(config)
    if table and config.encodes and config.decodes:
        return figures_table(config)
    return (
        f"Over the whole test split:\n\n{table}\n"
        if table
        else "None: no test image has a picture or a label to compare with.\n"
    )
