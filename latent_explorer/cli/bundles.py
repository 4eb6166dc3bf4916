"""The commands `models` and `evaluate`."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer
from typer import Argument, Option

from latent_explorer.cli.chart_figures import evaluate_charts
from latent_explorer.cli.failure import complain
from latent_explorer.cli.images import Anyway, Images, images_at
from latent_explorer.cli.options import AsJson, ChartCommand, Device, Download, examples
from latent_explorer.cli.output import cell, print_json, print_table, tell_dataset
from latent_explorer.errors import BundleError, UserError
from latent_explorer.places import find_bundle, shipped_bundles
from latent_explorer.safe_text import safe_text

commands = typer.Typer()
Charts = Annotated[
    list[str] | None,
    Option(
        "--chart",
        metavar="KIND[:NAME=VALUE,...]",
        help="Measure the map of this chart instead; may be given several times. Listed below.",
    ),
]
_FIGURES = (
    ("-ELBO, nats an image, mean of ten samples", "negative_elbo", "", ""),
    ("-ELBO without refinement", "unrefined_negative_elbo", "", ""),
    ("mean squared error", "mse", "", "pca_mse"),
    ("10-NN accuracy", "knn10_accuracy", "pixels_knn10_accuracy", "pca_knn10_accuracy"),
)
"""Each row: metrics of the network, of raw pixels, of PCA with as many components."""
_TRUST = (
    ("test images, none of those that calibrate", "trust_test_outside", ""),
    ("midpoints of two random images", "trust_midpoints_outside", "trust_midpoints_auroc"),
    ("places of the map under test images", "trust_map_outside", "trust_map_auroc"),
    ("those with twice the usual error ({trust_map_worse:.0%})", "trust_map_worse_outside", ""),
    ("images of {other}", "trust_other_outside", "trust_other_auroc"),
    ("test images, by their reconstruction too", "trust_test_images_outside", ""),
    ("images of {other}, likewise", "trust_other_images_outside", "trust_other_images_auroc"),
)
_DRAWS = (
    ("share of the class that is rarest among draws", "least_class_share", ""),
    ("divergence of the classes' shares from equal ones, nats", "class_kl", ""),
    ("recognised with more than .95", "confident_share", "confident_share_real"),
    ("the recognising classifier, on test images", "", "classifier_accuracy"),
    ("draws within the images, images within the draws", "precision", "recall"),
    ("mean squared error of inversion", "", "inversion_mse"),
    ("the same by the encoder alone", "", "encoder_mse"),
    ("seconds to invert an image, in batches", "", "inversion_seconds"),
)
"""Each row: metrics of draws, of test images."""
_STYLE = (
    ("class asked for, recognised", "swap_accuracy", "unswapped_accuracy", ""),
    ("class told by the latent, logistic regression", "leakage_linear", "", "pca_leakage_linear"),
    ("class told by the latent, 10-NN", "leakage_knn10", "", "pca_knn10_accuracy"),
    ("slant carried over, r", "slant_r", "unswapped_slant_r", ""),
    ("thickness carried over, r", "thickness_r", "unswapped_thickness_r", ""),
    ("the recognising classifier, on test images", "classifier_accuracy", "", ""),
)
"""Each row: metrics under another class, under the image's own, of PCA with as many components."""


@commands.command(epilog=examples("latent-explorer models", "latent-explorer models --json"))
def models(as_json: AsJson = False) -> None:
    """List the included bundles, with their figures."""
    found = list(_shipped())
    if as_json:
        print_json({"models": found})
        return
    columns = ("name", " dims", " -ELBO", " MSE", " PCA", " 10-NN", " pixels", " PCA")
    print_table(columns, ([cell(value) for value in _row(model)] for model in found))


@commands.command(
    cls=ChartCommand,
    epilog=examples(
        "latent-explorer evaluate mnist-vae-2d",
        "latent-explorer evaluate models/mnist-ae-2d --json",
        "latent-explorer evaluate mnist-ae-16d --chart tsne --chart following",
    ),
)
def evaluate(
    bundle: Annotated[
        str, Argument(metavar="DIR_OR_NAME", help="Name of a shipped bundle, or the folder of a bundle.")
    ],
    dataset: Annotated[
        str | None,
        Option(metavar="SOURCE", help="Dataset to use, as for train. Default: where it was during training."),
    ] = None,
    images: Images = None,
    images_anyway: Anyway = False,
    other: Annotated[
        str | None,
        Option(metavar="SOURCE", help="Images of another kind, to try its trust. Default: Fashion-MNIST or MNIST."),
    ] = None,
    chart: Charts = None,
    download: Download = False,
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """Measure a bundle on its test images, or its map through charts.

    On all images of the test split: the -ELBO in nats (grey levels as Bernoulli means, the mean of ten samples per
    image; none without a variance), the mean squared error of the reconstructions on pixels in 0..1, and the accuracy
    of the classes of the 10 nearest means, with raw pixels and PCA for comparison. Then how many places are called
    outside the data, and how well the score separates them from test images (AUROC: .5 is chance, 1 always): midpoints
    between two images, places of the map, and other images.

    For a conditional model also how well style is separated from class: whether each test image decoded under another
    class is recognised as that (`swap_accuracy`), how often the class can be predicted from the latent
    (`leakage_linear`, `leakage_knn10`), and the correlations of the image's slant and thickness with those of that
    picture. For a generator what a classifier sees in 10,000 draws and in test images, and the error of inversion.

    With --chart, for each: trustworthiness and continuity (12 neighbours, 1,000 images ranked against all), the mean
    squared error between held-out images and the pictures at their places on the map, how much neighbouring pictures of
    the map differ, the rank correlation of the veil with that error, and the time of the fit.
    """
    from rich.console import Console
    from rich.text import Text

    from latent_explorer.bundles import read_config
    from latent_explorer.training.evaluate import dataset_of
    from latent_explorer.training.measuring import measure_bundle

    folder = find_bundle(bundle)
    if images is not None and dataset is not None:
        raise UserError("--images and --dataset say the same: leave one of them out")
    known = images_at(folder, images, images_anyway) if images else dataset
    if chart:
        evaluate_charts(folder, chart, known, device, download=download, as_json=as_json)
        return
    measured = dataset_of(read_config(folder), known, download=download)
    with Console(stderr=True).status("") as status:
        for found in measure_bundle(folder, measured, device, other, download=download):
            status.update(Text(safe_text(f"Evaluating {folder.name}: {found if isinstance(found, str) else ''} ...")))
    assert not isinstance(found, str)
    tell_dataset(measured.report)
    if as_json:
        print_json({"bundle": str(folder), "other": found.other, **found.figures()})
    else:
        _print_figures(folder.name, found.other, found.figures())


def _print_figures(name: str, other: str, figures: dict[str, float | None]) -> None:
    def number(figure: str) -> str:
        return cell(figures[figure], 5) if figure else ""

    known = ((words, *names) for words, *names in _FIGURES if names[1:] != ["", ""] or figures[names[0]] is not None)
    rows = [[words, *map(number, names)] for words, *names in known]
    print_table((name, " figure", " raw pixels", " PCA"), rows)
    if figures["least_class_share"] is not None:
        print_table(("generator", " draws", " test images"), ([words, *map(number, names)] for words, *names in _DRAWS))
    if figures["leakage_linear"] is not None:
        swapped = ([words, *map(number, names)] for words, *names in _STYLE)
        print_table(("style", " other class", " own class", " PCA"), swapped)
    judged = [(words, *names) for words, *names in _TRUST if figures[names[0]] is not None]
    if judged:
        filled = ((words.format(other=other, **figures), *names) for words, *names in judged)
        print_table(("places", " outside", " AUROC"), ([words, *map(number, names)] for words, *names in filled))
    if figures["mse"] is None:
        complain("how far trust holds was not measured: no image has a latent")
    elif not judged:
        complain("how far trust holds was not measured: all test images calibrate it, and no further ones are left")
    elif figures["trust_other_outside"] is None:
        complain(f"trust was not tried on images of another kind: {other}")


def _shipped() -> Iterator[dict[str, Any]]:
    from latent_explorer.bundles import read_config

    for folder in shipped_bundles():
        try:
            config = read_config(folder)
        except BundleError as error:  # a broken bundle must not hide the others
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
    figures = "negative_elbo", "mse", "pca_mse", "knn10_accuracy", "pixels_knn10_accuracy", "pca_knn10_accuracy"
    return [model["name"], model["latent_dim"], *(model["metrics"].get(name) for name in figures)]
