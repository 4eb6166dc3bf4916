"""The command `encode`."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from latent_explorer.cli.options import DEFAULT_MODEL, AsJson, Device, Model, Overwrite, examples, refuse_taken
from latent_explorer.cli.output import print_json
from latent_explorer.errors import DataError, UserError
from latent_explorer.places import find_bundle

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_PICTURES = (".png", ".jpg", ".jpeg")


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command(
        epilog=examples(
            "latent-explorer encode --model mnist-vae-2d mnist --out latents.npz",
            "latent-explorer encode digit.png --resize --json",
        )
    )(encode)


def encode(
    images: Annotated[
        str,
        typer.Argument(metavar="IMAGES", help="A dataset as --dataset of train takes it, or a PNG or JPEG picture."),
    ],
    model: Model = DEFAULT_MODEL,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="An .npz or .csv to write the latents to.")] = None,
    resize: Annotated[bool, typer.Option("--resize", help="Stretch images of another size to the model's.")] = False,
    device: Device = "auto",
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Encode images to latents.

    Writes a file, with the error of each reconstruction, or with --json and no --out prints the latents themselves.
    """
    from latent_explorer.bundles import read_config
    from latent_explorer.export import Provenance, find_format

    if out is None and not as_json:
        raise UserError("expected --out FILE.npz or --out FILE.csv, or --json to print the latents")
    known = None if out is None else find_format("latents", out)
    refuse_taken([] if out is None else [out], overwrite)
    folder = find_bundle(model)
    config = read_config(folder)
    table = _encoded(folder, config, _dataset(images, config.net.image_shape, resize), device)
    if known is not None:
        known.write(out, table, provenance=Provenance(config.name, f"of {images}"), overwrite=overwrite)
    if as_json:
        result = {"latents": table.mean.tolist()} if out is None else {"file": str(out)}
        error = float(table.error.mean(dtype="float64"))
        print_json({"model": config.name, "images": len(table.mean), "mse": error, **result})
    else:
        print(f"{out}: the latents of {len(table.mean):,} images by {config.name}")


def _encoded(folder: Path, config: Any, dataset: Any, device: str) -> Any:
    """The LatentTable of a Dataset by the model of a bundle with this BundleConfig."""
    from latent_explorer.bundles import read_weights
    from latent_explorer.export import LatentTable
    from latent_explorer.nets.weights import load_model
    from latent_explorer.training.devices import choose_device
    from latent_explorer.training.encoding import encode_dataset

    model = load_model(config.net, read_weights(folder, config))
    latents = encode_dataset(model, dataset, choose_device(device))
    names = dataset.class_names if latents.label is not None else ()
    return LatentTable(latents.mean, latents.log_variance, latents.label, latents.split, latents.error, names)


def _dataset(images: str, shape: tuple[int, int, int], resize: bool) -> Any:
    """The Dataset named `images`, its pictures of the model's shape (h, w, c)."""
    from latent_explorer.data import open_dataset

    size = shape[:2] if resize else None
    dataset = _one_picture(Path(images), size) if _is_picture(Path(images)) else open_dataset(images, resize=size)
    return replace(dataset, images=_fitted(dataset.images, shape, images))


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in _PICTURES and not path.is_dir()


def _one_picture(path: Path, size: tuple[int, int] | None) -> Any:
    import numpy as np

    from latent_explorer.data import SPLITS, Dataset
    from latent_explorer.data.pictures import decode

    try:
        with path.open("rb") as stream:
            picture = decode(stream, str(path), size)
    except OSError as error:
        raise DataError(f"{path}: expected a picture, but it cannot be read: {error.strerror}") from error
    split = np.array([SPLITS.index("test")], np.uint8)  # no picture that the model was trained on
    return Dataset(path.name, np.ascontiguousarray(picture[None]), None, (), split)


def _fitted(pictures: "NDArray[np.uint8]", shape: tuple[int, int, int], where: str) -> "NDArray[np.uint8]":
    """Pictures (n, h, w, c) in the model's shape; grey and colour are changed where nothing is lost by it."""
    height, width, channels = shape
    if pictures.shape[1:3] != (height, width):
        found = f"{pictures.shape[2]} x {pictures.shape[1]}"
        raise DataError(f"{where}: expected {width} x {height} pixels, found {found}; --resize stretches them")
    if pictures.shape[3] < channels:
        return pictures.repeat(channels, axis=3)
    if pictures.shape[3] > channels and (pictures != pictures[..., :1]).any():
        raise DataError(f"{where}: expected grey pictures, as the model was trained on, found coloured ones")
    return pictures[..., :channels].copy()
