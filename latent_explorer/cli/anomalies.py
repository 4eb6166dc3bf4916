"""The command `anomalies`: how well a model's scores separate its own images from others, compared with scores without
a model."""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer import Argument, Option
from typer.core import TyperCommand

from latent_explorer.cli.failure import INTERRUPTED, complain
from latent_explorer.cli.options import AsJson, Device, Download, Overwrite, examples, refuse_taken
from latent_explorer.cli.output import Display, cell, print_json, print_table
from latent_explorer.errors import UserError
from latent_explorer.places import find_bundle

commands = typer.Typer()


class AnomalyCommand(TyperCommand):
    """A command whose help lists the available scores."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the options, and below them the scores."""
        from latent_explorer.analysis.anomaly import SCORES

        super().format_options(ctx, formatter)
        with formatter.section("Scores"):
            formatter.write_dl([(score.name, f"{score.title}. {score.sentence}") for score in SCORES.values()])


Against = Annotated[str, Option(metavar="SOURCE", help="Images of another kind: a dataset's name, a file or a folder.")]
OneClass = Annotated[
    str, Option(metavar="SOURCE", help="Instead: train a small network on each class alone, and judge all test images.")
]
Own = Annotated[str | None, Option("--dataset", metavar="SOURCE", help="Where the model's own images are.")]
Alarms = Annotated[float, Option(help="Share of the model's own images above the threshold.")]
Epochs = Annotated[int, Option(min=1, help="With --one-class: of each network.")]
Seed = Annotated[int, Option(min=0, help="With --one-class: of each network.")]
Picture = Annotated[Path | None, Option(metavar="PICTURE", help="Draw ROC curves and histograms (.png).")]


@commands.command(
    cls=AnomalyCommand,
    epilog=examples(
        "latent-explorer anomalies mnist-vae-16d --against fashion-mnist --json",
        "latent-explorer anomalies mnist-vae-16d --against my-photos --out apart.png",
        "latent-explorer anomalies --one-class mnist --json",
    ),
)
def anomalies(
    model: Annotated[str | None, Argument(metavar="[MODEL]", help="Bundle, by name or folder.")] = None,
    against: Against = "",
    one_class: OneClass = "",
    own: Own = None,
    false_alarms: Alarms = 0.05,
    epochs: Epochs = 20,
    seed: Seed = 0,
    device: Device = "auto",
    download: Download = False,
    out: Picture = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Separate images of another kind from those of a model, by several scores.

    Each score is fitted on training images and judges at most 10,000 test images of the model's dataset, and the
    others. AUROC: how often one of the others is more unusual than one of the model's own; 0.5 is chance, and below it
    the score prefers the wrong data. Scores without a model, principal components and the nearest image, are shown for
    comparison.
    """
    if bool(against) == bool(one_class) or bool(one_class) == bool(model):
        raise UserError("expected MODEL with --against SOURCE, or --one-class SOURCE alone")
    if not 0 < false_alarms < 1:
        raise UserError(f"--false-alarms {false_alarms}: expected a share between 0 and 1, as in --false-alarms 0.05")
    if out is not None:
        if one_class:
            raise UserError("--out draws two sets: leave it out with --one-class")
        if out.suffix.lower() != ".png":
            raise UserError(f"--out {out}: expected a name that ends in .png")
        refuse_taken([out], overwrite)
    if one_class:
        _one_class(one_class, epochs, seed, device, download, as_json)
    else:
        assert model is not None
        found, told = _apart(model, against, own, device, download)
        if out is not None:
            from latent_explorer.training.anomaly_picture import draw_apart

            draw_apart(found, (told["dataset"], told["against"]), out, overwrite=overwrite)
        _tell(found, {**told, **found.report(false_alarms)}, as_json)


def _apart(model: str, against: str, own: str | None, device: str, download: bool) -> tuple[Any, dict[str, Any]]:
    """The Apart of a model and other images, with descriptions of both."""
    from latent_explorer.bundles import read_config
    from latent_explorer.data.second_set import read_others
    from latent_explorer.runtime.loading import load_bundle_model
    from latent_explorer.training.anomalies import Apart, tell_apart
    from latent_explorer.training.distributed.devices import choose_device
    from latent_explorer.training.evaluate import dataset_of

    folder = find_bundle(model)
    config = read_config(folder)
    others = read_others(against, config.net.image_shape, download=download)
    if others.note:
        complain(f"{others.name}: the images were {others.note}")
    dataset = dataset_of(config, own, download=download)
    network, found = load_bundle_model(folder, config), None
    with Display() as display:
        for step in tell_apart(network, dataset, others, choose_device(device)):
            if isinstance(step, Apart):
                found = step
            else:
                display.show(step.words, step.done, step.total)
    return found, {"model": config.name, "dataset": dataset.name, "against": others.name, "note": others.note}


def _tell(found: Any, told: dict[str, Any], as_json: bool) -> None:
    from latent_explorer.analysis.anomaly import SCORES

    if as_json:
        print_json(told)
        return
    images = told["images"]
    rows = []
    for name, area in told["auroc"].items():
        kind = "without a model" if SCORES[name].baseline else ""
        rows.append((kind, SCORES[name].title, cell(area), f"{told['found'][name]:.1%}"))
    title = (
        f"{told['model']}: {images['own']:,} test images of {told['dataset']}, {images['others']:,} images of "
        f"{told['against']}; fitted on {images['fitted_on']:,} training images, {told['seconds']:.0f} s"
    )
    alarms = f" found at {told['false_alarms']:.3g} false alarms"
    print_table(("", "score", " AUROC", alarms), rows, title=title)
    for name in told["prefers_the_wrong_data"]:
        score, area = SCORES[name], told["auroc"][name]
        complain(f"{score.title}, AUROC {area:.3f}: it prefers the wrong data. {score.misled}".rstrip())


def _one_class(source: str, epochs: int, seed: int, device: str, download: bool, as_json: bool) -> None:
    from threading import Event

    from latent_explorer.data import open_dataset
    from latent_explorer.training.one_class import OfClass, one_class_each, recipe_for, summary
    from latent_explorer.training.stop_token import stop_on_interrupt

    dataset, recipe = open_dataset(source, download=download), recipe_for(epochs, seed, device)
    token, found = Event(), []
    with stop_on_interrupt(token), Display() as display:
        for step in one_class_each(dataset, recipe, token):
            if isinstance(step, OfClass):
                found.append(step)
                display.say(f"class {step.name}: AUROC {step.auroc['novelty']:.4f}, {step.seconds:.0f} s")
            else:
                display.show(step.words, step.done, step.total)
    if token.is_set():
        complain("stopped; a part of the classes gives no figures")
        raise typer.Exit(INTERRUPTED)
    told = summary(dataset, recipe, found)
    if as_json:
        print_json(told)
    else:
        _print_classes(told)


def _print_classes(told: dict[str, Any]) -> None:
    shown = ("novelty", "excess-nats", "reconstruction", "pca-30", "pixel-1-nn")
    rows = [(each["name"], *(cell(each["auroc"][name]) for name in shown)) for each in told["classes"]]
    rows.append(("mean", *(cell(told["auroc"][name]) for name in shown)))
    title = f"One class of {told['dataset']} in, all others out: AUROC over {told['test_images']:,} test images"
    print_table(("class", *(f" {name}" for name in shown)), rows, title=title)
