"""The model card of a bundle."""

import os
import textwrap
from collections.abc import Iterator

import msgspec
import torch

from latent_explorer.bundles.config import BundleConfig
from latent_explorer.data.report import DatasetReport
from latent_explorer.runs import Job
from latent_explorer.training.state import RunState

_WIDTH = 120
_FIGURES = (
    ("-ELBO, nats per image (pixel levels as Bernoulli means, mean of ten samples)", "negative_elbo", "", ""),
    ("-ELBO of the encoder alone, without refinement", "unrefined_negative_elbo", "", ""),
    ("Reconstruction, mean squared error on pixels in [0, 1]", "mse", "", "pca_mse"),
    (
        "10-NN accuracy (fitted on train, scored on test)",
        "knn10_accuracy",
        "pixels_knn10_accuracy",
        "pca_knn10_accuracy",
    ),
    ("Share of the rarest class among the draws, by a classifier", "least_class_share", "", ""),
    ("KL divergence of the class shares from equal shares, nats", "class_kl", "", ""),
    ("Share of the draws classified with a probability above .95", "confident_share", "", ""),
    ("The same for test images", "confident_share_real", "", ""),
    ("Recognised as the class it was decoded under: another class", "swap_accuracy", "", ""),
    ("Recognised as the class it was decoded under: its own class", "unswapped_accuracy", "", ""),
    ("Test images that the same classifier recognises", "classifier_accuracy", "", ""),
    (
        "Class predicted from the latent by logistic regression (chance: the largest class share)",
        "leakage_linear",
        "",
        "pca_leakage_linear",
    ),
    ("Class predicted from the latent by 10-NN", "leakage_knn10", "", "pca_knn10_accuracy"),
    ("Slant kept under another class, r", "slant_r", "", ""),
    ("Slant kept under its own class, r", "unswapped_slant_r", "", ""),
    ("Thickness kept under another class, r", "thickness_r", "", ""),
    ("Thickness kept under its own class, r", "unswapped_thickness_r", "", ""),
)
"""Each row: its text, then the metrics of the network, of raw pixels and of PCA with as many components."""
_KEPT = "To save space, the files store {what}; the figures above were measured with the stored weights."
_VARIANCES = {
    True: ", and their log-variances in steps too",
    False: ", and no log-variances (`latent-explorer encode` computes them)",
}
_EFFECT = (
    "Decoded from the stored latents, the test images have a mean squared error of {kept:.5g}; from exact latents, "
    "{exact:.5g}."
)

_LATENTS = {
    "float16": "the latents as float16",
    "uint8": "each dimension of the latents in 256 equal steps",
}

_CARD = """\
# {name}

{what}
{notes}
![{caption}](preview.png)

## Figures

{figures}
{storage}
## What was read

{read}

## How it was trained

{epochs} epochs in {minutes:.1f} minutes on {machine}, in {training.precision}, with seed {training.seed}:

    {training.command}

The saved weights are their moving average over the steps at the end of the last epoch, not those of the epoch with the
best test figures.

Recipe: {recipe}.

## Limits

The model only knows images like those of {dataset.name}, centred and scaled like them. Pictures decoded far from the
data are invented. What lies between two places on the map is the model's choice, not a fact about the images.
{smoother}{remark}"""

_WHAT = (
    "{family} with the trunk `{net.trunk}` (widths {hidden}) and {net.latent_dim} latent dimensions, for images of "
    "{height}x{width} pixels with {channels}. Trained on {dataset}; {latents}."
)
_IMAGES = "the latents of all {count} images are included{classes}"
_PRIOR = (
    "it has no encoder, so images have no latents: the {count} latents included are draws from the prior, the standard "
    "normal distribution{seen}, without originals"
)
_INVERTS = (
    "the {count} latents included are {draws} draws from the prior, the standard normal distribution, and those of "
    "{placed} images{seen}. The encoder was trained afterwards, on pictures that the generator made; optimisation then "
    "improves the latent of each image"
)
_SEEN = ", each draw labelled with the class that a classifier sees in its picture"
_CAPTIONS = {
    True: "The map with some of the images; below it twenty test images, spread evenly over the classes, each above\n"
    "its reconstruction",
    False: "The map with some draws from the prior; below it pictures decoded from twenty of them",
}
_TABLE = """\
Over the whole test split, with the weights in this folder:

{table}

This command prints them, and how far places on the map can be trusted:

    latent-explorer evaluate {name}
"""
_CPU = "the CPU ({here} of {all} cores, no GPU)"
_SMOOTHER = "{dim} numbers cannot hold everything in an image: reconstructions are smoother than the originals.\n"


def card(config: BundleConfig, progress: RunState, job: Job, error: float | None, report: DatasetReport) -> str:
    """The card as Markdown: what the model is, its figures and the commands that reproduce them, its limits.

    job: how the bundle is stored, and a remark. error: the test images' mean squared error from the stored latents;
    None without any. report: what was read of the dataset; names of classes and files are set as code.
    """
    device, cpu = config.training.device, _CPU.format(here=torch.get_num_threads(), all=os.cpu_count())
    return _CARD.format(
        name=config.name,
        what=_what(config),
        dataset=config.dataset,
        training=config.training,
        epochs=config.training.epochs,
        minutes=config.training.minutes,
        notes="".join(_notes(config)),
        caption=_CAPTIONS[not config.prior_samples],
        machine=cpu if device == "cpu" else f"the device `{device}`",
        storage=_storage(config, job, error),
        read="\n".join(f"    {line}" for line in report.lines()),
        smoother=_SMOOTHER.format(dim=config.net.latent_dim) if not config.prior_samples else "",
        remark=f"\n{job.remark.strip()}\n" if job.remark else "",
        figures=figures_table(config),
        recipe=", ".join(
            f"{name.replace('_', ' ')} {value}" for name, value in msgspec.structs.asdict(progress.recipe).items()
        ),
    )


_CLEANS = (
    "It was trained to make clean pictures from corrupted images: a denoising autoencoder (Vincent et al. 2008). The "
    "losses in its log compare its pictures of corrupted images with the clean images. The figures below are for clean "
    "images; `latent-explorer denoise` measures corrupted ones, and plain filters for comparison."
)


def _what(config: BundleConfig) -> str:
    height, width, channels = config.net.image_shape
    text = _WHAT.format(
        family=config.family.title,
        net=config.net,
        hidden=", ".join(map(str, config.net.hidden)) or "none",
        height=height,
        width=width,
        channels="one channel (grey)" if channels == 1 else f"{channels} channels",
        dataset=config.dataset.name,
        latents=_latents(config),
    )
    return textwrap.fill(text, _WIDTH, break_on_hyphens=False)


def _latents(config: BundleConfig) -> str:
    classes = f", each encoded with its class, one of {config.net.classes}" if config.net.classes else ""
    words = _IMAGES if not config.prior_samples else _INVERTS if config.inverts else _PRIOR
    counts = {"count": config.latents, "draws": config.prior_samples, "placed": config.placed}
    return words.format(**counts, classes=classes, seen=_SEEN if "least_class_share" in config.metrics else "")


def _notes(config: BundleConfig) -> Iterator[str]:
    """A paragraph on each setting of the family that is not at its default, and on corrupted images, if any."""
    values = config.family.values(config.net.settings)
    notable = [each for each in config.family.settings if each.note and values[each.name] != each.default]
    notes = [each.note.format(value=values[each.name]) for each in notable]
    for text in (*notes, *([_CLEANS] if config.cleans else [])):
        yield f"\n{textwrap.fill(text, _WIDTH, break_on_hyphens=False)}\n"


def figures_table(config: BundleConfig) -> str:
    """The known figures as Markdown, with those of raw pixels and PCA beside them."""
    if table := figure_rows(config):
        return _TABLE.format(table=table, name=config.name)
    reason = "the dataset has no test images" if config.encodes else "they need an encoder"
    return f"None: {reason}.\n"


def figure_rows(config: BundleConfig) -> str:
    """The table alone; empty if no figure is known."""
    known = [(text, *names) for text, *names in _FIGURES if config.metrics.get(names[0]) is not None]
    cells = ([text, *(_number(config.metrics.get(name)) for name in names)] for text, *names in known)
    rows = [f"| {' | '.join(row)} |" for row in cells]
    head = f"| figure | this network | raw pixels | PCA-{config.net.latent_dim} |", "|---|---|---|---|"
    return "\n".join([*head, *rows]) if rows else ""


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}" if abs(value) < 1 else f"{value:.2f}"


def _storage(config: BundleConfig, job: Job, error: float | None) -> str:
    latents = _LATENTS.get(job.latents)
    if latents and config.family.has_variance:
        latents += _VARIANCES[job.variances]
    what = " and ".join([*(["the weights as float16"] if job.half else []), *([latents] if latents else [])])
    exact = config.metrics.get("mse")
    known = latents and error is not None and exact is not None
    effect = _EFFECT.format(kept=error, exact=exact) if known else ""
    return f"\n{textwrap.fill(f'{_KEPT.format(what=what)} {effect}', _WIDTH, break_on_hyphens=False)}\n" if what else ""
