"""The command `compress`: images as rounded latents in one file, and its size compared with other methods."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from latent_explorer.cli import options
from latent_explorer.cli.codec import BundleCodec, open_codec
from latent_explorer.cli.encoding import dataset_for
from latent_explorer.cli.failure import complain
from latent_explorer.cli.output import cell, print_json, print_table, report, tell_dataset
from latent_explorer.errors import DataError, UserError
from latent_explorer.steps import finished

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

commands = typer.Typer()
_SINGLES = 500
_AIM = 12.0  # bytes per image, and dB: the points reported beside the curves
_LEVEL = 19.3


@commands.command(
    cls=options.DatasetCommand,
    epilog=options.examples(
        "latent-explorer compress mnist-ae-16d --json",
        "latent-explorer compress mnist-ae-16d my-digits --bits 5 --out digits.lxc",
    ),
)
def compress(
    model: Annotated[str, Argument(metavar="MODEL", help="Name of a shipped bundle, or the folder of a bundle.")],
    images: Annotated[
        str | None, Argument(metavar="IMAGES", help="Images to compress: a name or a path; see below. Needs --out.")
    ] = None,
    bits: Annotated[int, Option(min=1, max=8, help="Bits per dimension, before entropy coding.")] = 5,
    out: Annotated[Path | None, Option(metavar="FILE.lxc", help="File to write.")] = None,
    resize: Annotated[bool, Option("--resize", help="Stretch images of another size to the model's.")] = False,
    label: options.Label = None,
    dataset: Annotated[
        str | None,
        Option(metavar="SOURCE", help="Without IMAGES: dataset of the curve. Default: where it was during training."),
    ] = None,
    count: Annotated[int, Option(min=1, help="Without IMAGES: test images of the curve, at most.")] = 10_000,
    download: options.Download = False,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
) -> None:
    """Write images as latents rounded to a few bits, or measure the cost.

    With IMAGES and --out, writes one file that `decompress` reads. It contains latents, tables and a header; reading it
    needs the model, whose size is not counted. The decompressed pictures are the model's reconstructions.

    Without IMAGES, measures bytes per image against PSNR on the model's test images at 1 to 8 bits per dimension,
    compared with principal components rounded in the same way, JPEG and WebP, and says where these win.
    """
    if images is None:
        if out is not None:
            raise UserError("--out: expected IMAGES to compress before it, as in compress mnist-ae-16d my-digits --out")
        _measure(model, dataset, count, download, as_json)
        return
    if out is None:
        raise UserError("expected --out FILE.lxc, the file to write")
    options.refuse_taken([out], overwrite)
    _compress(model, (images, resize, label, download), bits, out, overwrite, as_json)


# -- writing


def _compress(
    name: str, source: tuple[str, bool, str | None, bool], bits: int, out: Path, overwrite: bool, as_json: bool
) -> None:
    from latent_explorer.analysis.compression import Material, packed, short_seal
    from latent_explorer.bundles import read_latents
    from latent_explorer.files import write_bytes_whole
    from latent_explorer.training.distributed.devices import choose_device
    from latent_explorer.training.evaluate import encode_dataset

    coder = open_codec(name, encodes=True)
    images, resize, label, download = source
    dataset = dataset_for(images, coder.config, resize, label, download)
    tell_dataset(dataset.report)
    latents = encode_dataset(coder.model, dataset, choose_device("auto"))
    labels, known = coder.labels(latents), read_latents(coder.folder, coder.config)
    train = known.mean[known.split == 0]
    seal = short_seal(coder.config.seal)
    material = Material(latents.mean, dataset.images, train, coder.config.name, seal, labels)
    content = material.compressed(bits)
    file = packed(content)
    write_bytes_whole(out, file, overwrite=overwrite)
    point = _errors(coder, content, dataset.images, len(file))
    size, plain = len(file) / len(dataset), dataset.images.nbytes / len(dataset)
    told = {
        "file": str(out), "model": coder.config.name, "images": len(dataset), "bits": bits, "bytes": len(file),
        "bytes_an_image": size, "pixels_bytes_an_image": plain, "psnr": point.psnr, "mean_psnr": point.mean_psnr,
    }  # fmt: skip
    text = (
        f"{out}: {len(dataset):,} images in {len(file):,} bytes, {size:.1f} an image ({plain:,.0f} as pixels), "
        f"PSNR {point.psnr:.1f} dB. Reading it needs the model too."
    )
    report(told, text, as_json)


def _errors(coder: BundleCodec, content: Any, images: Any, size: int) -> Any:
    """The rate-distortion point of a file of this size; the images may exceed memory."""
    import numpy as np

    from latent_explorer.analysis.compression import point_of, squared_errors

    labels = None if content.labels is None else content.labels.astype(np.int64)
    found = [
        squared_errors(pictures, images[start : start + len(pictures)])
        for start, pictures in coder.slices(content.latents, labels)
    ]
    return point_of(f"{content.bits} bits", size / len(content.symbols), np.concatenate(found))


# -- measuring


def _measure(name: str, source: str | None, count: int, download: bool, as_json: bool) -> None:
    from rich.console import Console

    from latent_explorer.analysis.compression import of_latents, prepared, tasks
    from latent_explorer.training.evaluate import dataset_of

    coder = open_codec(name, encodes=True)
    dataset = dataset_of(coder.config, source, download=download)
    tell_dataset(dataset.report)
    with Console(stderr=True).status("") as status:
        status.update("Encoding")
        material, training = _material(coder, dataset, count)
        status.update("Latents")
        labels = None if material.labels is None else material.labels.astype("int64")
        curves = [finished(of_latents(material.images, prepared(material), lambda z: coder.slices(z, labels)))]
        work = tasks(material.images, training, coder.config.net.latent_dim, _SINGLES)
        for words, task in work.items():
            status.update(words)
            curves += _or_complaint(words, task)
    _tell(coder, material, curves, as_json)


def _material(coder: BundleCodec, dataset: Any, count: int) -> "tuple[Any, NDArray[np.uint8]]":
    """The test images with their current latents, and training images for PCA."""
    from latent_explorer.analysis.compression import Material, short_seal
    from latent_explorer.bundles import read_latents
    from latent_explorer.training.distributed.devices import choose_device
    from latent_explorer.training.evaluate import encode
    from latent_explorer.training.images import Images, evenly

    device, train = choose_device("auto"), dataset.indices("train")
    test = evenly(dataset.indices("test"), count)
    if not (len(test) and len(train)):
        raise DataError(f"{dataset.name}: expected training images to choose steps from, and test images to measure")
    network = coder.model.to(device).eval()
    latents = encode(network, Images.of(dataset, device, network.spec.classes), dataset, test)
    known = read_latents(coder.folder, coder.config)
    config = coder.config
    labels = coder.labels(latents)
    material = Material(
        latents.mean, dataset.images[test], known.mean[known.split == 0], config.name, short_seal(config.seal), labels
    )
    return material, dataset.images[evenly(train, min(20_000, 50 * count))]


def _or_complaint(words: str, task: Any) -> list[Any]:
    """The curves of a task; ones that cannot be measured on these images are reported and skipped."""
    try:
        found: list[Any] = task()
    except UserError as error:
        complain(f"{words}: not measured: {error}")
        return []
    return found


def _tell(coder: BundleCodec, material: Any, curves: list[Any], as_json: bool) -> None:
    from dataclasses import asdict

    from latent_explorer.analysis.compression import sentences, within

    said = sentences(curves[0], curves[1:])
    decoder = (coder.folder / "weights.safetensors").stat().st_size if coder.config.program is None else None
    inside = {curve.name: within(curve, _AIM) for curve in curves}
    if as_json:
        told = {
            "model": coder.config.name, "images": len(material.images),
            "psnr": "10 log10(1 / mean squared error of all pixels of all images)",
            "mean_psnr": "mean over the images of each one's own",
            "not_counted": {"weights_bytes": decoder},
            "within_12_bytes": {name: None if each is None else asdict(each) for name, each in inside.items()},
            "bytes_at_19.3_db": {curve.name: curve.bytes_at(_LEVEL) for curve in curves},
            "curves": [curve.figures() for curve in curves],
            "where_others_win": said,
        }  # fmt: skip
        print_json(told)
        return
    columns = ("way", "setting", " bytes an image", " PSNR", " mean PSNR")
    rows = (
        [curve.label, each.setting, f"{each.bytes:.1f}", f"{each.psnr:.1f}", f"{each.mean_psnr:.1f}"]
        for curve in curves
        for each in curve.points
    )
    print_table(columns, rows, title=f"{coder.config.name}: {len(material.images):,} test images")
    for curve in curves:
        print(f"{curve.label}: counted is {curve.counted}.")
    print(f"The model itself is not counted: {cell(decoder)} bytes of weights, encoder included.\n")
    print("\n".join(said))
