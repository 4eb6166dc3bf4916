"""The command `labels`: learning from few labels, on latents and, for comparison, on pixels and PCA."""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer import Argument, Option

from latent_explorer.cli import options
from latent_explorer.cli.failure import complain
from latent_explorer.cli.output import Display, cell, print_json, print_table
from latent_explorer.errors import UserError
from latent_explorer.places import find_bundle

commands = typer.Typer()

_METHODS = {
    "propagation": "latents, propagation",
    "propagation_inductive": "latents, propagation, test images not seen",
    "logistic": "latents, logistic regression",
    "nearest": "latents, nearest labelled image",
    "propagation_centres": "latents, propagation, labels nearest to k-means centres",
    "propagation_next": "latents, propagation, labels as asked for one by one",
    "pca_propagation": "PCA, propagation",
    "pca_logistic": "PCA, logistic regression",
    "pixels_propagation": "pixels, propagation",
    "pixels_logistic": "pixels, logistic regression",
}
Counts = Annotated[str, Option("--labels", metavar="N,...", help="How many labels, separated by commas.")]
Seeds = Annotated[int, Option(min=1, max=100, help="Number of draws of the labels.")]
On = Annotated[
    str | None,
    Option(metavar="SOURCE", help="Other images, encoded by this model: a name or a path; see below."),
]


@commands.command(
    cls=options.DatasetCommand,
    epilog=options.examples(
        "latent-explorer labels mnist-ae-16d --labels 10,50,100 --seeds 5 --json",
        "latent-explorer labels mnist-ae-16d --on kmnist --download",
        "latent-explorer labels my-vae --labels 20 --on my-folder",
    ),
)
def labels(
    model: Annotated[str, Argument(metavar="MODEL", help="A bundle, by name or folder.")],
    labels: Counts = "10,50,100",
    seeds: Seeds = 5,
    on: On = None,
    download: options.Download = False,
    device: options.Device = "auto",
    as_json: options.AsJson = False,
) -> None:
    """Measure what is learned from few labels.

    Labels of training images are drawn at random, the same number of each class; accuracy is over the test split, its
    mean and standard deviation over the seeds. Propagation spreads labels along the graph of the 10 nearest of all
    images, which includes the test images without their labels (transductive). For comparison: propagation without the
    test images, logistic regression, the nearest labelled image, and the same on as many principal components as the
    model has dimensions and on raw pixels.
    """
    from latent_explorer.analysis.few_labels.measuring import LabelsAsked

    asked = LabelsAsked(counts_of(labels), seeds)
    folder = find_bundle(model)
    found = _of_bundle(folder) if on is None else _of_others(folder, on, download, device)
    figures = _measured(found, asked)
    if as_json:
        print_json(_report(found, asked, figures))
    else:
        _print(found, asked, figures)


def counts_of(text: str) -> tuple[int, ...]:
    """Parse the numbers of --labels. Raises UserError."""
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and len(part) < 8 and int(part) > 0 for part in parts):
        raise UserError(f"--labels {text}: expected whole numbers from 1 on, separated by commas, such as 10,50,100")
    return tuple(dict.fromkeys(int(part) for part in parts))


def _of_bundle(folder: Path) -> Any:
    from latent_explorer.bundles import read_config, read_latents
    from latent_explorer.engine.few_labels import LabelMaterial
    from latent_explorer.engine.originals import find_originals

    config = read_config(folder)
    latents = read_latents(folder, config)
    return LabelMaterial.of_bundle(config, latents, find_originals(config))


def _of_others(folder: Path, source: str, download: bool, device: str) -> Any:
    from latent_explorer.bundles import read_config
    from latent_explorer.data import open_dataset
    from latent_explorer.engine.few_labels import LabelMaterial, check_others
    from latent_explorer.runtime.loading import load_bundle_model
    from latent_explorer.training.distributed.devices import choose_device
    from latent_explorer.training.evaluate import encode_dataset

    config = read_config(folder)
    dataset = open_dataset(source, download=download)
    check_others(config, dataset)
    latents = encode_dataset(load_bundle_model(folder, config), dataset, choose_device(device))
    return LabelMaterial.of_dataset(config, dataset, latents.mean)


def _measured(found: Any, asked: Any) -> Any:
    from latent_explorer.analysis.few_labels.measuring import LabelFigures, measure
    from latent_explorer.analysis.few_labels.spaces import spaces

    truth = found.truth
    if found.missing:
        complain(f"not compared with pixels and PCA: {found.missing}")
    with Display() as display:
        for each in measure(spaces(found.latents, found.images, truth.train), truth, asked):
            if isinstance(each, LabelFigures):
                return each
            display.show(each.words, round(1000 * each.share), 1000)
    raise AssertionError("figures come last")


def _report(found: Any, asked: Any, figures: Any) -> dict[str, object]:
    """The report for JSON: accuracy and spread by number of labels and method; null if not measured."""
    truth = found.truth

    def table(of: Any) -> dict[str, dict[str, float | None]]:
        return {str(count): {method: of(method, count) for method in _METHODS} for count in asked.labels}

    return {
        "model": found.model,
        "on": found.dataset,
        "training_images": len(truth.train),
        "test_images": len(truth.test),
        "classes": truth.classes,
        "seeds": asked.seeds,
        "accuracy": table(figures.mean),
        "spread": table(figures.spread),
        "transductive": True,
        "runs": {
            str(count): {method: figures.runs[method].get(count, []) for method in _METHODS if method in figures.runs}
            for count in asked.labels
        },
    }


def _print(found: Any, asked: Any, figures: Any) -> None:
    rows = []
    for method, words in _METHODS.items():
        if method in figures.runs:
            rows.append((words, *(_cell(figures, method, count) for count in asked.labels)))
    title = (
        f"{found.model} on {found.dataset}: accuracy over {len(found.truth.test):,} test images, mean of {asked.seeds}"
    )
    print_table(("learned from", *(f" {count:,} labels" for count in asked.labels)), rows, title=title)


def _cell(figures: Any, method: str, count: int) -> str:
    mean, spread = figures.mean(method, count), figures.spread(method, count)
    several = mean is not None and len(figures.runs[method][count]) > 1
    return f"{mean:.3f} ±{spread:.3f}" if several else cell(mean, 3)
