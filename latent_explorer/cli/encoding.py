"""The command `encode`."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from latent_explorer.cli.opened import label_of
from latent_explorer.cli.options import DEFAULT_MODEL, AsJson, Device, Label, Model, Overwrite, examples, refuse_taken
from latent_explorer.cli.output import print_json
from latent_explorer.cli.parts import Shard, encode_into, is_folder, table_of
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
            "latent-explorer encode --model my-vae my-arrays --out my-latents --shard 1/4",
        )
    )(encode)


def encode(
    images: Annotated[
        str,
        typer.Argument(metavar="IMAGES", help="A dataset as --dataset of train takes it, or a PNG or JPEG picture."),
    ],
    model: Model = DEFAULT_MODEL,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE_OR_DIR", help="An .npz or .csv for the latents, or a folder for parts.")
    ] = None,
    shard: Annotated[
        str | None, typer.Option(metavar="K/N", help="With a folder: only what falls to the Kth of N machines.")
    ] = None,
    resize: Annotated[bool, typer.Option("--resize", help="Stretch images of another size to the model's.")] = False,
    label: Label = None,
    device: Device = "auto",
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Encode images to latents.

    Writes a file, with the error of each reconstruction, or with --json and no --out prints the latents themselves. A
    conditional model encodes each image under its own class, or all under that of --label.
    Where --out is no .npz or .csv but a folder, the latents go there in parts, and of the images no more than a part
    is in memory at a time. After Ctrl-C or worse, the same command goes on with the parts that are missing; several
    machines share them with --shard; merge puts them together.
    """
    from latent_explorer.bundles import read_config
    from latent_explorer.export import find_format

    folder = find_bundle(model)
    config = read_config(folder)
    if not config.family.encodes:
        raise UserError(f"{config.name} has no encoder: it makes pictures of latents, and latents of no images")
    if out is None and not as_json:
        raise UserError("expected --out FILE.npz, --out FILE.csv or --out DIR, or --json to print the latents")
    if out is not None and is_folder(out):
        share = Shard.of(shard or "1/1")
        dataset = _labelled(_dataset(images, config.net.image_shape, resize), config, label)
        encode_into(out, folder, dataset, share, device, overwrite=overwrite, as_json=as_json)
        return
    if shard is not None:
        raise UserError(f"--shard {shard}: expected --out DIR, the folder of the parts")
    known = None if out is None else find_format("latents", out)
    refuse_taken([] if out is None else [out], overwrite)
    dataset = _labelled(_dataset(images, config.net.image_shape, resize), config, label)
    table = _encoded(folder, config, dataset, device)
    _put(table, config, images, known, out, overwrite, as_json)


def _put(table: Any, config: Any, images: str, known: Any, out: Path | None, overwrite: bool, as_json: bool) -> None:
    """Write the latents to `out` in a known format, or print them where that is None."""
    from latent_explorer.export import Provenance

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
    from latent_explorer.nets.weights import load_model
    from latent_explorer.training.distributed.devices import choose_device
    from latent_explorer.training.evaluate import encode_dataset

    model = load_model(config.net, read_weights(folder, config))
    return table_of(encode_dataset(model, dataset, choose_device(device)), dataset.class_names)


def _dataset(images: str, shape: tuple[int, int, int], resize: bool) -> Any:
    """The Dataset named `images`, its pictures of the model's shape (h, w, c)."""
    from latent_explorer.data import open_dataset

    size = shape[:2] if resize else None
    dataset = _one_picture(Path(images), size) if _is_picture(Path(images)) else open_dataset(images, resize=size)
    return dataset if dataset.image_shape == shape else replace(dataset, images=_fitted(dataset.images, shape, images))


def _labelled(dataset: Any, config: Any, label: str | None) -> Any:
    """The Dataset with the classes under which a conditional model of this BundleConfig is to encode it."""
    if label is None:
        return dataset
    import numpy as np

    labels = np.full(len(dataset), label_of(config, label), np.int64)
    return replace(dataset, labels=labels, class_names=config.dataset.class_names)


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


def _fitted(images: Any, shape: tuple[int, int, int], where: str) -> "NDArray[np.uint8]":
    """A Dataset's pictures in the model's shape; grey and colour are changed where nothing is lost by it."""
    from latent_explorer.data.shards import ShardedImages

    height, width, channels = shape
    if isinstance(images, ShardedImages):
        raise DataError(
            f"{where}: expected images of {shape}, found {images.shape[1:]}; the arrays of a folder are read as they "
            "are: write them as the model takes them"
        )
    pictures: NDArray[np.uint8] = images
    if pictures.shape[1:3] != (height, width):
        found = f"{pictures.shape[2]} x {pictures.shape[1]}"
        raise DataError(f"{where}: expected {width} x {height} pixels, found {found}; --resize stretches them")
    if pictures.shape[3] < channels:
        return pictures.repeat(channels, axis=3)
    if pictures.shape[3] > channels and (pictures != pictures[..., :1]).any():
        raise DataError(f"{where}: expected grey pictures, as the model was trained on, found coloured ones")
    return pictures[..., :channels].copy()
