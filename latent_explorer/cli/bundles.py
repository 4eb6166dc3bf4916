"""The commands about bundles as they are: `models` and `evaluate`."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer
from typer import Argument, Option

from latent_explorer.cli.failure import complain
from latent_explorer.cli.options import AsJson, Device, Download, examples
from latent_explorer.cli.output import cell, print_json, print_table, tell_dataset
from latent_explorer.errors import BundleError
from latent_explorer.places import find_bundle, shipped_bundles
from latent_explorer.safe_text import safe_text

commands = typer.Typer()
_FIGURES = {
    "negative_elbo": "-ELBO, nats per image",
    "unrefined_negative_elbo": "-ELBO by the encoder alone, without refinement",
    "mse": "reconstruction, mean squared error",
    "knn10_accuracy": "10-NN accuracy of the means",
    "pca_mse": "PCA with as many dimensions, mean squared error",
}


@commands.command(epilog=examples("latent-explorer models", "latent-explorer models --json"))
def models(as_json: AsJson = False) -> None:
    """List the bundles that ship, with their figures."""
    found = list(_shipped())
    if as_json:
        print_json({"models": found})
        return
    columns = ("name", "family", " dims", "dataset", " images", " -ELBO", " MSE", " 10-NN")
    print_table(columns, ([cell(value) for value in _row(model)] for model in found))


@commands.command(
    epilog=examples("latent-explorer evaluate mnist-vae-2d", "latent-explorer evaluate models/mnist-ae-2d --json")
)
def evaluate(
    bundle: Annotated[
        str, Argument(metavar="DIR_OR_NAME", help="Name of a shipped bundle, or the folder of a bundle.")
    ],
    dataset: Annotated[
        str | None,
        Option(metavar="SOURCE", help="Dataset to use, as for train. Default: where it was during training."),
    ] = None,
    pca: Annotated[bool, Option("--pca", help="Also evaluate PCA with as many dimensions.")] = False,
    download: Download = False,
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """Measure a bundle on its test images.

    From its files alone, and on all images of the test split: the -ELBO in nats (grey levels as Bernoulli means, one
    sample an image; none without a variance), the mean squared error of the reconstructions on pixels in 0..1, and
    the accuracy of the classes of the 10 nearest means.
    """
    from rich.console import Console
    from rich.text import Text

    from latent_explorer.bundles import read_config
    from latent_explorer.training.evaluate import dataset_of, evaluate_bundle, pca_mse

    folder = find_bundle(bundle)
    with Console(stderr=True).status(Text(safe_text(f"Evaluating {folder.name} ..."))):
        config = read_config(folder)
        images = dataset_of(config, dataset, download=download)
        figures = evaluate_bundle(folder, device, images).figures()
        if pca:
            figures["pca_mse"] = pca_mse(images, config.net.latent_dim)
    tell_dataset(images.report)
    if as_json:
        print_json({"bundle": str(folder), **figures})
    else:
        print_table(("figure", f" {folder.name}"), ([_FIGURES[name], cell(figures[name], 5)] for name in figures))


def _shipped() -> Iterator[dict[str, Any]]:
    from latent_explorer.bundles import read_config

    for folder in shipped_bundles():
        try:
            config = read_config(folder)
        except BundleError as error:  # one broken bundle hides no other
            complain(str(error))
            continue
        yield {
            "name": folder.name,
            "family": config.net.family,
            "latent_dim": config.net.latent_dim,
            "trunk": config.net.trunk,
            "dataset": config.dataset.name,
            "images": config.dataset.count,
            "metrics": config.metrics,
            "folder": str(folder),
        }


def _row(model: dict[str, Any]) -> list[Any]:
    plain = [model[name] for name in ("name", "family", "latent_dim", "dataset", "images")]
    return [*plain, *(model["metrics"].get(name) for name in ("negative_elbo", "mse", "knn10_accuracy"))]
