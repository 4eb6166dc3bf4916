"""The command `denoise`: how well a model restores corrupted images, compared with plain filters."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from latent_explorer.cli import options
from latent_explorer.cli.codec import BundleCodec, open_codec
from latent_explorer.cli.output import print_json, print_table, tell_dataset
from latent_explorer.errors import DataError, UserError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

commands = typer.Typer()
_PIECE = 500  # images that are restored at a time
_TRAIN, _USUAL = 500, {"added_noise": 0.5, "holes": 2, "blur": 1.5}
_LABELS = {
    "corrupted": "corrupted",
    "cleaned": "by the model",
    "median": "median",
    "gaussian": "Gaussian",
    "non_local_means": "non-local means",
}


@commands.command(
    cls=options.DatasetCommand,
    epilog=options.examples(
        "latent-explorer denoise my-cleaner --json",
        "latent-explorer denoise mnist-ae-16d --added-noise 0.5",
    ),
)
def denoise(
    model: Annotated[str, Argument(metavar="MODEL", help="Name of a shipped bundle, or the folder of a bundle.")],
    added_noise: Annotated[
        float | None, Option(min=0, max=2, help="Standard deviation of added noise, of the range black to white.")
    ] = None,
    holes: Annotated[int | None, Option(min=0, max=16, help="Black squares, each a quarter of the image wide.")] = None,
    blur: Annotated[float | None, Option(min=0, max=16, help="Standard deviation of a blur, in pixels.")] = None,
    dataset: Annotated[
        str | None, Option(metavar="SOURCE", help="Dataset to use. Default: where it was during training.")
    ] = None,
    count: Annotated[int, Option(min=1, help="Test images, at most.")] = 2_000,
    seed: Annotated[int, Option(min=0, help="Seed of the random numbers.")] = 0,
    download: options.Download = False,
    as_json: options.AsJson = False,
) -> None:
    """Measure how well a model restores corrupted test images.

    It encodes and decodes them, and reports the PSNR against the clean images, compared with that of the corrupted
    images and of a median filter, a Gaussian filter and non-local means, each with the best parameter for training
    images with the same corruption. One row for each kind of corruption that the model was trained on, at full
    strength, and one for all at once. A model that was not trained on any is tried with some of each. Given strengths
    are tried instead.
    """
    from rich.console import Console

    from latent_explorer.training.evaluate import dataset_of
    from latent_explorer.training.images import evenly

    coder = open_codec(model, encodes=True)
    named = {"added_noise": added_noise, "holes": holes, "blur": blur}
    kinds = _kinds(coder, {name: value for name, value in named.items() if value is not None})
    found = dataset_of(coder.config, dataset, download=download)
    tell_dataset(found.report)
    test, train = evenly(found.indices("test"), count), evenly(found.indices("train"), min(_TRAIN, 4 * count))
    if not (len(test) and len(train)):
        raise DataError(f"{found.name}: expected training and test images to measure by")
    labels = None if found.labels is None else found.labels[test]
    with Console(stderr=True).status("") as status:
        rows = [_row(coder, found.images[test], found.images[train], kind, seed, labels, status) for kind in kinds]
    _tell(coder, len(test), rows, as_json)


def _kinds(coder: BundleCodec, named: dict[str, float]) -> list[dict[str, float]]:
    """The strengths of each row: each kind alone, and all together if there are several."""
    settings = coder.config.family.values(coder.config.net.settings) if coder.config.program is None else {}
    trained = {name: settings.get(name, 0) for name in _USUAL} if coder.config.cleans else _USUAL
    chosen = {name: value for name, value in (named or trained).items() if value > 0}
    if not chosen:
        raise UserError("expected a corruption above 0: name --added-noise, --holes or --blur")
    return [*({name: value} for name, value in chosen.items()), *([chosen] if len(chosen) > 1 else [])]


def _row(
    coder: BundleCodec, images: "NDArray[np.uint8]", train: "NDArray[np.uint8]", kind: dict[str, float], seed: int,
    labels: Any, status: Any,
) -> dict[str, Any]:  # fmt: skip
    """The row of one kind of corruption."""
    from latent_explorer.analysis.denoising import cleaned
    from latent_explorer.engine.corrupting import corrupted
    from latent_explorer.nets.corruption import Corruption

    by = Corruption.of(kind)
    told: Any = None
    for told in cleaned(
        images, train, lambda some: corrupted(some, by, seed), lambda some: _clean(coder, some, labels)
    ):
        if isinstance(told, str):
            status.update(f"{_words(kind)}: {told}")
    return {"corruption": kind, **asdict(told)}


def _clean(coder: BundleCodec, images: "NDArray[np.uint8]", labels: Any) -> "NDArray[np.uint8]":
    import numpy as np

    parts = [slice(start, start + 500) for start in range(0, len(images), 500)]
    own = labels if coder.config.net.classes else None
    return np.concatenate(
        [coder.decoder.round_trip(images[each], None if own is None else own[each])[1] for each in parts]
    )


def _words(kind: dict[str, float]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in kind.items())


def _tell(coder: BundleCodec, count: int, rows: list[dict[str, Any]], as_json: bool) -> None:
    config = coder.config
    if as_json:
        told = {"model": config.name, "trained_on_corrupted": config.cleans, "images": count, "corruptions": rows}
        print_json(told)
        return
    title = f"{config.name}: PSNR in dB of {count:,} test images"
    columns = ("corruption", *(f" {label}" for label in _LABELS.values()))
    lines = ([_words(row["corruption"]), *(f"{row['psnr'][name]:.2f}" for name in _LABELS)] for row in rows)
    print_table(columns, lines, title=title)
    print(f"Of the clean images themselves the model makes pictures of {rows[0]['psnr']['cleaned_of_clean']:.2f} dB.")
    if not config.cleans:
        print("It was not trained on corrupted images: train an autoencoder with --added-noise, --holes or --blur.")
