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
    ("-ELBO, nats per image (levels read as Bernoulli means, the mean of ten samples)", "negative_elbo", "", ""),
    ("-ELBO by the encoder alone, without refinement", "unrefined_negative_elbo", "", ""),
    ("Reconstruction, mean squared error on pixels in [0, 1]", "mse", "", "pca_mse"),
    (
        "10-NN accuracy (fitted on train, scored on test)",
        "knn10_accuracy",
        "pixels_knn10_accuracy",
        "pca_knn10_accuracy",
    ),
    ("Share of the class that a classifier sees least often in the draws", "least_class_share", "", ""),
    ("KL divergence of the shares of all classes from equal ones, nats", "class_kl", "", ""),
    ("Share of the draws that it gives a class with more than .95", "confident_share", "", ""),
    ("Likewise, of test images", "confident_share_real", "", ""),
    ("Recognised as the class under which it was decoded, another than its own", "swap_accuracy", "", ""),
    ("Likewise, decoded under its own class", "unswapped_accuracy", "", ""),
    ("The same classifier, of test images", "classifier_accuracy", "", ""),
    (
        "Class told from the latent by logistic regression (chance: the largest share)",
        "leakage_linear",
        "",
        "pca_leakage_linear",
    ),
    ("Class told from the latent by 10-NN", "leakage_knn10", "", "pca_knn10_accuracy"),
    ("Slant carried over to another class, r", "slant_r", "", ""),
    ("Slant under its own class, r", "unswapped_slant_r", "", ""),
    ("Thickness carried over to another class, r", "thickness_r", "", ""),
    ("Thickness under its own class, r", "unswapped_thickness_r", "", ""),
)
"""Of each: of the network, of raw pixels, of as many principal components."""
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
{height}x{width} pixels and {channels}. Trained on {dataset.name}; {latents}.
{notes}
![{caption}](preview.png)

## Figures

{figures}
{storage}
## What was read

{read}

## How it was trained

{epochs} epochs in {minutes:.1f} minutes by the clock on {machine}, in {training.precision}, with seed {training.seed}:

    {training.command}

The weights kept are their moving average over the steps, at the end of the last epoch, whatever the test images say.

Recipe: {recipe}.

## Limits

It knows nothing but images like those of {dataset.name}, centred and scaled as they are. Pictures decoded far from
the data are inventions. What two places on the map have between them is the model's doing, not a fact about the images.
{smoother}{remark}"""

_IMAGES = "the latents of all {count} images are included{classes}"
_PRIOR = (
    "it has no encoder, so no image has a latent: the {count} latents that are included are draws from the prior, the\n"
    "standard normal distribution{seen}, without originals"
)
_INVERTS = (
    "the {count} latents that are included are {draws} draws from the prior, the\nstandard normal distribution, and "
    "those of {placed} images{seen}. Its encoder was taught afterwards, on pictures of its own;\nwhere that puts an "
    "image is improved on by optimising the latent"
)
_SEEN = ",\neach draw with the class that a classifier sees in its picture"
_CAPTIONS = {
    True: "The map with some of the images; below it twenty test images, evenly through the classes, each above its\n"
    "reconstruction",
    False: "The map with some draws from the prior; below it pictures decoded from twenty of them",
}
_TABLE = """\
Over the whole test split, from the weights in this folder:

{table}

They are printed, with how far places can be trusted, by

    latent-explorer evaluate {name}
"""
_CPU = "the CPU ({here} of {all} cores, no GPU)"
_SMOOTHER = "{dim} numbers cannot hold all of an image: reconstructions are smoother than the originals.\n"


def card(config: BundleConfig, progress: RunState, job: Job, error: float | None, report: DatasetReport) -> str:
    """The card as Markdown: what the model is, its figures and the commands that reproduce them, its limits.

    job: how the bundle is kept, and what else is to be said. error: the test images' mean squared error from latents as
    they are kept, None without any. report: what was read of the dataset; names of classes and files are set as code.
    """
    height, width, channels = config.net.image_shape
    family = config.family
    device, cpu = config.training.device, _CPU.format(here=torch.get_num_threads(), all=os.cpu_count())
    return _CARD.format(
        name=config.name,
        family=family.title,
        net=config.net,
        hidden=", ".join(map(str, config.net.hidden)) or "none",
        height=height,
        width=width,
        channels="one channel (grey)" if channels == 1 else f"{channels} channels",
        dataset=config.dataset,
        latents=_latents(config),
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
    "It was trained on corrupted images to make clean pictures of them: a denoising autoencoder (Vincent et al. 2008). "
    "The losses in its log are of corrupted images against the clean ones. The figures below are of clean images; "
    "`latent-explorer denoise` gives those of corrupted ones, beside plain filters."
)


def _latents(config: BundleConfig) -> str:
    classes = f", each under its own of {config.net.classes} classes" if config.net.classes else ""
    words = _IMAGES if not config.prior_samples else _INVERTS if config.inverts else _PRIOR
    counts = {"count": config.latents, "draws": config.prior_samples, "placed": config.placed}
    return words.format(**counts, classes=classes, seen=_SEEN if "least_class_share" in config.metrics else "")


def _notes(config: BundleConfig) -> Iterator[str]:
    """A paragraph on each setting of the family that is not as usual, and on what was compared where images were
    corrupted."""
    values = {each: config.net.settings.get(each.name, each.default) for each in config.family.settings}
    notes = [each.note.format(value=value) for each, value in values.items() if each.note and value != each.default]
    for text in (*notes, *([_CLEANS] if config.cleans else [])):
        yield f"\n{textwrap.fill(text, _WIDTH, break_on_hyphens=False)}\n"


def figures_table(config: BundleConfig) -> str:
    """The figures as Markdown, with those of raw pixels and PCA beside them, where they are known."""
    if table := figure_rows(config):
        return _TABLE.format(table=table, name=config.name)
    reason = "the dataset has no test images" if config.encodes else "they ask for an encoder"
    return f"None: {reason}.\n"


def figure_rows(config: BundleConfig) -> str:
    """The table alone; empty where no figure is known."""
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
