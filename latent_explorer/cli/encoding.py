"""The commands `encode` and `merge`: images to latents, in one file or in parts."""

import re
import shlex
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from latent_explorer.cli import options
from latent_explorer.cli.failure import INTERRUPTED, complain
from latent_explorer.cli.opened import label_of
from latent_explorer.cli.output import Display, report, tell_dataset
from latent_explorer.errors import DataError, UserError
from latent_explorer.places import find_bundle

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

commands = typer.Typer()
_JUDGED = 10_000  # images; for millions it would take hours


@commands.command(
    cls=options.DatasetCommand,
    epilog=options.examples(
        "latent-explorer encode --model mnist-vae-2d mnist --out latents.npz",
        "latent-explorer encode digit.png --resize --json",
        "latent-explorer encode --model my-vae my-arrays --out my-latents --shard 1/4",
    ),
)
def encode(
    images: Annotated[str, Argument(metavar="IMAGES", help="Images: a name or a path; see below.")],
    model: options.Model = options.DEFAULT_MODEL,
    out: Annotated[
        Path | None,
        Option(metavar="FILE_OR_DIR", help=".npz, .safetensors or .csv file for the latents, or a folder for parts."),
    ] = None,
    shard: Annotated[str | None, Option(metavar="K/N", help="With a folder: encode only the Kth of N shares.")] = None,
    resize: Annotated[bool, Option("--resize", help="Stretch images of another size to the model's.")] = False,
    label: options.Label = None,
    download: options.Download = False,
    device: options.Device = "auto",
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
) -> None:
    """Encode images to latents.

    Writes a file, with the error of each reconstruction and, for at most 10,000 images, each one's score, above 1 if
    the model should not be trusted with it; or with --json and no --out prints all of this. Images of another size or
    look than the dataset's are better placed with `place`, which prepares them. A conditional model encodes each image
    with its own class, or all with that of --label. If --out is a folder instead of one of these files, the latents go
    there in parts, with at most one part of the images in memory at a time. After Ctrl-C or a crash, the same command
    continues with the missing parts; several machines share them with --shard; merge joins them.
    """
    from latent_explorer.bundles import read_config
    from latent_explorer.export import find_format
    from latent_explorer.runtime.loading import load_bundle_model
    from latent_explorer.training.distributed.devices import choose_device

    folder = find_bundle(model)
    config = read_config(folder)
    if not config.encodes:
        raise UserError(f"{config.name} has no encoder: it makes pictures of latents, and latents of no images")
    if out is None and not as_json:
        raise UserError("expected --out FILE.npz, --out FILE.csv or --out DIR, or --json to print the latents")
    parts = out if out is not None and (out.is_dir() or not out.suffix) else None
    if shard is not None and parts is None:
        raise UserError(f"--shard {shard}: expected --out DIR, the folder of the parts")
    share = _share(shard or "1/1")
    file = out if parts is None else None
    known = None if file is None else find_format("latents", file)
    options.refuse_taken([] if file is None else [file], overwrite)
    dataset = dataset_for(images, config, resize, label, download)
    network = load_bundle_model(folder, config), config, dataset, choose_device(device)
    if parts is not None:
        _encode_parts(network, parts, share, overwrite, as_json)
    else:
        _encode_at_once(folder, network, images, known, out, overwrite, as_json)


@commands.command(epilog=options.examples("latent-explorer merge my-latents --out latents.npz"))
def merge(
    folder: Annotated[Path, Argument(metavar="DIR", help="Folder that encode wrote parts to.")],
    out: options.Out,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
) -> None:
    """Join the parts of encoded images.

    As NPZ, safetensors or CSV, like encode without parts. If several machines have encoded, first put all parts into
    one folder.
    """
    from latent_explorer.export import Provenance, find_format
    from latent_explorer.training.publishing.parts import read_parts

    known = find_format("latents", out)
    options.refuse_taken([out], overwrite)
    record, latents = read_parts(folder)
    source = Provenance(record.model, f"of {record.count} images")
    known.write(out, _table(latents, record.class_names), provenance=source, overwrite=overwrite)
    told = {"model": record.model, "images": record.count, "file": str(out)}
    report(told, f"{out}: the latents of {record.count:,} images by {record.model}", as_json)


def _share(text: str) -> tuple[int, int]:
    """Parse a share such as `2/8`: the number of this machine, from 1, and the number of all."""
    match = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text)
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        raise UserError(f"--shard {text}: expected K/N with K of 1 to N, as in --shard 1/4")
    return int(match[1]), int(match[2])


def _encode_at_once(
    folder: Path, network: Any, images: str, known: Any, out: Path | None, overwrite: bool, as_json: bool
) -> None:
    """Write the latents to `out` in a known format, or print them if it is None."""
    from latent_explorer.export import Provenance
    from latent_explorer.training.evaluate import encode_dataset

    model, config, dataset, device = network
    tell_dataset(dataset.report)
    latents = encode_dataset(model, dataset, device)
    scores, table = None, _table(latents, dataset.class_names)
    judged: dict[str, Any] = {}
    words = ""
    if table.error is not None:
        scores = _scores(folder, model, latents, device)
        judged, words = _judged(scores)
        scores = scores if len(scores) == len(table.mean) else None
        table = replace(table, score=scores)
    if known is not None:
        known.write(out, table, provenance=Provenance(config.name, f"of {images}"), overwrite=overwrite)
    result = {"file": str(out)} if out is not None else {"latents": table.mean.tolist()}
    if out is None and scores is not None:
        result |= {"errors": table.error.tolist(), "scores": scores.tolist()}
    mse = None if table.error is None else float(table.error.mean(dtype="float64"))
    told = {"model": config.name, "images": len(table.mean), "mse": mse, **judged}
    text = f"{out}: the latents of {len(table.mean):,} images by {config.name}\n{words}"
    report(told | result, text, as_json)


def _scores(folder: Path, model: Any, found: Any, device: Any) -> Any:
    """The scores (k,) of images by the bundle in `folder`. found: their Latents; at most 10,000 are scored."""
    import numpy as np

    from latent_explorer.bundles import Latents, read_latents
    from latent_explorer.training.images import evenly
    from latent_explorer.training.trust_figures import scores_of_images

    some = evenly(np.arange(len(found)), _JUDGED)
    chosen = Latents(found.mean[some], None, None, found.split[some], found.error[some])
    return scores_of_images(model, read_latents(folder), chosen, device)


def _judged(scores: Any) -> tuple[dict[str, Any], str]:
    """The number of images with which the model should not be trusted, for JSON and in words."""
    outside, count = int((scores > 1).sum()), len(scores)
    told = {"judged": count, "outside": outside, **({"score": float(scores[0])} if count == 1 else {})}
    if count == 1:
        place = "outside the data, so do not trust what the model makes of it" if outside else "inside the data"
        return told, f"the image is {place} (score {scores[0]:.2f}; above 1 is outside)"
    return told, (
        f"{outside:,} of {count:,} images judged ({outside / count:.1%}) are outside the data, by their places and "
        "reconstructions; of the model's own test images about 5 % are"
    )


def _encode_parts(network: Any, out: Path, share: tuple[int, int], overwrite: bool, as_json: bool) -> None:
    """Write a share of the latents to a folder, part by part."""
    from latent_explorer.training.publishing.streaming import Encoded, encode_parts, parts_of
    from latent_explorer.training.stop_token import stop_on_interrupt

    options.make_folder(out)
    model, config, dataset, device = network
    tell_dataset(dataset.report)
    token, last, numbers = Event(), Encoded(0, 0, 0, 0, 0, 0.0, None), parts_of(dataset, *share)
    with stop_on_interrupt(token), Display() as display:
        display.show(f"reading {dataset.name}")
        for last in encode_parts(model, config, dataset, out, device, numbers=numbers, overwrite=overwrite):
            display.encoding(last)
            if token.is_set():
                break
    if last.parts < last.all_parts:
        done = f"{last.parts} of {last.all_parts} parts are in {out}"
        complain(f"stopped; {done}, and the same command continues from there")
        raise typer.Exit(INTERRUPTED)
    told = {name: getattr(last, name) for name in ("images", "parts", "kept", "images_per_second")}
    whole = f"; with those of the other {share[1] - 1}" if share[1] > 1 else ""
    text = (
        f"{out}: the latents of {last.images:,} images in {last.parts} parts{whole}, put them together with\n"
        f"  latent-explorer merge {shlex.quote(str(out))} --out latents.npz"
    )
    report({"folder": str(out), **told}, text, as_json)


def _table(latents: Any, class_names: tuple[str, ...]) -> Any:
    """The LatentTable of Latents."""
    from latent_explorer.export import LatentTable

    names = class_names if latents.label is not None else ()
    return LatentTable(latents.mean, latents.log_variance, latents.label, latents.split, latents.error, names)


def dataset_for(images: str, config: Any, resize: bool, label: str | None, download: bool) -> Any:
    """The Dataset named `images`, in the model's shape (h, w, c); all of one class if `label` is given."""
    import numpy as np

    from latent_explorer.data import SPLITS, open_dataset

    shape = config.net.image_shape
    dataset = open_dataset(images, resize=shape[:2] if resize else None, download=download)
    if Path(images).is_file() and len(dataset) == 1:  # one picture, which is not from the training data
        dataset = replace(dataset, split=np.array([SPLITS.index("test")], np.uint8))
    if dataset.image_shape != shape:
        dataset = replace(dataset, images=_fitted(dataset.images, shape, images))
    if label is None:
        return dataset
    labels = np.full(len(dataset), label_of(config, label), np.int64)
    return replace(dataset, labels=labels, class_names=config.dataset.class_names)


def _fitted(images: Any, shape: tuple[int, int, int], where: str) -> "NDArray[np.uint8]":
    """A Dataset's pictures in the model's shape; grey and colour are converted if that loses nothing."""
    from latent_explorer.data.dataset import ShardedImages

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
