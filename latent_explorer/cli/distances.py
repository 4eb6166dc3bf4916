"""The command `distances`: geodesic and Euclidean distances between images, and how much they vary."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from latent_explorer.cli import options
from latent_explorer.cli.output import cell, print_json, print_table
from latent_explorer.errors import UserError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

commands = typer.Typer()
_USUAL = 10  # images by default


@commands.command(
    epilog=options.examples(
        "latent-explorer distances mnist-ae-16d mnist-ae-16d-b --json",
        "latent-explorer distances mnist-vae-2d --images 1,2,3 --out distances.png",
    )
)
def distances(
    models: Annotated[list[str], Argument(metavar="MODEL...", help="Bundles of the same images, by name or folder.")],
    images: Annotated[
        str | None,
        Option(metavar="N,N,...", help="Numbers of images, from 0. Default: the first test image of each class."),
    ] = None,
    out: Annotated[Path | None, Option(metavar="PICTURE", help="Draw the matrices (.png).")] = None,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
) -> None:
    """Report distances between images: Euclidean, and geodesic in decoded pixels.

    With several models of the same images, also how much each pair's distance varies from model to model: the
    coefficient of variation, after dividing the distances of each model by their mean.
    """
    if out is not None:
        if out.suffix.lower() != ".png":
            raise UserError(f"--out {out}: expected a picture, NAME.png")
        options.refuse_taken([out], overwrite)
    walkers = [_opened(each) for each in models]
    numbers = _numbers(images, walkers[0])
    found = [_measured(each, numbers, walkers[0]) for each in walkers]
    told = _told(walkers, numbers, found)
    if out is not None:
        _draw(walkers, numbers, found, out, overwrite)
        told["picture"] = str(out)
    if as_json:
        print_json(told)
    else:
        _print(walkers, numbers, found, told)


def _opened(name: str) -> Any:
    from latent_explorer.engine.walker import Walker
    from latent_explorer.places import find_bundle

    return Walker.open(find_bundle(name))


def _numbers(text: str | None, first: Any) -> "NDArray[np.int64]":
    """The numbers of the requested images; by default the first test image of each class, at most ten."""
    import numpy as np

    from latent_explorer.bundles.latents import of_images

    latents = first.latents
    if text is not None:
        wanted = options.numbers(text, "--images")
        if any(number < 0 or number % 1 for number in wanted) or len(set(wanted)) != len(wanted):
            raise UserError(f"--images {text}: expected different whole numbers from 0, as in --images 1,2,3")
        return np.array(wanted, np.int64)
    test = np.flatnonzero(latents.split == 1) if (latents.split == 1).any() else of_images(latents.split)
    if latents.label is not None:
        _, where = np.unique(latents.label[test], return_index=True)
        test = test[where]
    found: NDArray[np.int64] = test[:_USUAL] if first.config.imageless else latents.images(test[:_USUAL])
    return found


def _measured(walker: Any, numbers: "NDArray[np.int64]", first: Any) -> Any:
    """The distances between images by their numbers. Raises UserError if the model has no such images."""
    from latent_explorer.paths.distances import distance_steps

    name, one, other = walker.config.name, walker.config.dataset, first.config.dataset
    if one.fingerprint != other.fingerprint:
        raise UserError(
            f"{name} was trained on {one.name}, and {first.config.name} on {other.name}: expected one dataset"
        )
    return walker.run(distance_steps(walker.space, walker.latents.mean[_rows(walker, numbers)]))


def _rows(walker: Any, numbers: "NDArray[np.int64]") -> "NDArray[np.int64]":
    """The rows of images in a bundle's latents."""
    import numpy as np

    latents, name = walker.latents, walker.config.name
    known = np.arange(len(latents)) if latents.index is None or walker.config.imageless else latents.index
    rows = np.searchsorted(known, numbers)
    there = known[np.minimum(rows, len(known) - 1)] == numbers
    if not there.all():
        raise UserError(f"--images: {name} has no latent of image {numbers[~there][0]}; it has {len(known):,}")
    return rows.astype(np.int64)


def _told(walkers: list[Any], numbers: "NDArray[np.int64]", found: list[Any]) -> dict[str, Any]:
    from latent_explorer.paths.distances import normalised, variation

    told: dict[str, Any] = {
        "images": numbers.tolist(),
        "models": [
            {
                "model": walker.config.name,
                "euclidean": each.euclidean.tolist(),
                "geodesic": each.geodesic.tolist(),
                "largest_difference": float(abs(normalised(each.euclidean) - normalised(each.geodesic)).max()),
            }
            for walker, each in zip(walkers, found, strict=True)
        ],
    }
    if len(found) > 1:
        varies = variation(found)
        euclidean, geodesic = varies.means
        told["variation"] = {
            "models": varies.models,
            "euclidean": euclidean,
            "geodesic": geodesic,
            "euclidean_by_pair": varies.euclidean.tolist(),
            "geodesic_by_pair": varies.geodesic.tolist(),
        }
    return told


def _print(walkers: list[Any], numbers: "NDArray[np.int64]", found: list[Any], told: dict[str, Any]) -> None:
    names = ["", *(f" {number}" for number in numbers.tolist())]
    for walker, each in zip(walkers, found, strict=True):
        for title, matrix in (
            ("Euclidean, of latents", each.euclidean),
            ("Geodesic, in decoded pixels", each.geodesic),
        ):
            rows = (
                [str(number), *map(cell, row)] for number, row in zip(numbers.tolist(), matrix.tolist(), strict=True)
            )
            print_table(names, rows, title=f"{walker.config.name}: {title}")
    if varies := told.get("variation"):
        print(
            f"Over {varies['models']} models a pair's distance varies by {varies['euclidean']:.1%} in latent space, "
            f"and by {varies['geodesic']:.1%} along geodesics (coefficient of variation, mean of all pairs)"
        )


def _draw(walkers: list[Any], numbers: "NDArray[np.int64]", found: list[Any], out: Path, overwrite: bool) -> None:
    from latent_explorer.export.distance_picture import Matrix, distance_picture
    from latent_explorer.export.pixels import encoded
    from latent_explorer.files import write_bytes_whole
    from latent_explorer.paths.distances import normalised, variation

    rows = [
        [
            Matrix(f"{walker.config.name}: Euclidean", normalised(each.euclidean)),
            Matrix(f"{walker.config.name}: geodesic", normalised(each.geodesic)),
        ]
        for walker, each in zip(walkers, found, strict=True)
    ]
    note = "Distances in units of each matrix's mean; pictures decoded by the first model"
    if len(found) > 1:
        varies = variation(found)
        rows.append([Matrix("Variation: Euclidean", varies.euclidean), Matrix("Variation: geodesic", varies.geodesic)])
        note += f"; variation: standard deviation by mean over {varies.models} models"
    first = walkers[0]
    pictures = first.decoder.repeatable(first.latents.mean[_rows(first, numbers)])
    write_bytes_whole(out, encoded(distance_picture(rows, pictures, note), "PNG"), overwrite=overwrite)
