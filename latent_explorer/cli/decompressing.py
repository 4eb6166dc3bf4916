"""The command `decompress`: the pictures of a file of rounded latents."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from latent_explorer.cli import options
from latent_explorer.cli.codec import BundleCodec, open_codec
from latent_explorer.cli.output import report
from latent_explorer.errors import DataError, UserError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

commands = typer.Typer()
_MOST_PIXELS = 2**32  # the most bytes of pictures that are written


@commands.command(
    epilog=options.examples(
        "latent-explorer decompress digits.lxc --out pictures",
        "latent-explorer decompress digits.lxc --out pictures.npz",
    )
)
def decompress(
    file: Annotated[Path, Argument(metavar="FILE.lxc", help="File that compress wrote.")],
    out: Annotated[Path, Option("--out", metavar="DIR|FILE.npz", help="Folder for PNG pictures, or an array file.")],
    model: Annotated[
        str | None,
        Option("--model", metavar="NAME_OR_PATH", help="The model it was compressed with. Default: by its name."),
    ] = None,
    overwrite: options.Overwrite = False,
    as_json: options.AsJson = False,
) -> None:
    """Decode the images of a compressed file.

    The model must be the one that compressed them; another would make other pictures, and is refused.
    """
    content = _read(file)
    coder = _same_model(content, model, file)
    array = out.suffix.lower() == ".npz"
    if array:
        options.refuse_taken([out], overwrite)
    else:
        _refuse_filled(out, overwrite)
    _write_array(out, content, coder, overwrite) if array else _write_pictures(out, content, coder, overwrite)
    told = {"model": coder.config.name, "images": len(content.symbols), "bits": content.bits, "out": str(out)}
    report(told, f"{out}: {len(content.symbols):,} pictures by {coder.config.name}", as_json)


def _read(file: Path) -> Any:
    """Read a compressed file. Raises UserError if it cannot be read, or is not one."""
    from latent_explorer.analysis.compression import MOST_BYTES, unpacked
    from latent_explorer.files import read_regular
    from latent_explorer.targets import shown, why

    try:
        return unpacked(read_regular(file, MOST_BYTES))
    except OSError as error:
        raise DataError(f"{shown(file)} cannot be read: {why(error)}") from error
    except DataError as error:
        raise DataError(f"{shown(file)}: {error}") from error


def _same_model(content: Any, name: str | None, file: Path) -> BundleCodec:
    """Open the model that compressed a file. Raises UserError if it is missing or differs."""
    from latent_explorer.analysis.compression import short_seal
    from latent_explorer.safe_text import safe_text
    from latent_explorer.targets import shown

    where, made_by, expected = shown(file), safe_text(content.model), content.seal.hex()[:12]
    try:
        coder = open_codec(name or content.model, encodes=False)
    except UserError as error:
        if name is not None:
            raise
        raise UserError(
            f"{where} was compressed with a model called {made_by!r}, which cannot be opened; name it with --model. "
            f"{safe_text(str(error), most=400)}"
        ) from error
    config = coder.config
    if short_seal(config.seal) != content.seal:
        raise UserError(
            f"{where} was compressed with another model than {config.name}: expected the one called {made_by!r} whose "
            f"seal begins with {expected}, found {short_seal(config.seal).hex()[:12]}. Name it with --model"
        )
    if config.net.image_shape != content.image_shape or config.net.latent_dim != content.symbols.shape[1]:
        raise DataError(f"{where}: its header and its model differ in shape: the file is damaged")
    _check_labels(content, config, where)
    if content.symbols.shape[0] * _pixels(content) > _MOST_PIXELS:
        raise DataError(f"{where}: its pictures would take more than {_MOST_PIXELS / 2**30:.0f} GiB")
    return coder


def _check_labels(content: Any, config: Any, where: str) -> None:
    labels, classes = content.labels, config.net.classes
    if (labels is None) != (classes == 0) or (labels is not None and not (0 <= labels.min() <= labels.max() < classes)):
        raise DataError(f"{where}: its classes are not those of its model: the file is damaged")


def _pixels(content: Any) -> int:
    height, width, channels = content.image_shape
    return int(height * width * channels)


def _refuse_filled(folder: Path, overwrite: bool) -> None:
    from latent_explorer.targets import check_target, shown

    target = check_target(folder, folder=True, parents=True)
    if target.is_dir() and any(target.iterdir()) and not overwrite:
        raise UserError(f"{shown(folder)} is not empty; choose another folder, or pass --overwrite to write into it")


def _decoded(content: Any, coder: BundleCodec) -> "Iterator[tuple[int, NDArray[np.uint8]]]":
    labels = None if content.labels is None else content.labels.astype("int64")
    return coder.slices(content.latents, labels)


def _write_array(out: Path, content: Any, coder: BundleCodec, overwrite: bool) -> None:
    import numpy as np

    from latent_explorer.files import write_whole

    arrays: dict[str, Any] = {"images": np.concatenate([pictures for _, pictures in _decoded(content, coder)])}
    arrays["latents"] = content.latents
    if content.labels is not None:
        arrays["labels"] = content.labels
    write_whole(out, lambda stream: np.savez_compressed(stream, **arrays), overwrite=overwrite)


def _write_pictures(out: Path, content: Any, coder: BundleCodec, overwrite: bool) -> None:
    """Write the pictures as PNG, numbered from 0 in the order of the set."""
    from functools import partial

    from PIL import Image

    from latent_explorer.files import write_whole

    options.make_folder(out)
    digits = len(str(len(content.symbols) - 1))
    for start, pictures in _decoded(content, coder):
        for number, picture in enumerate(pictures, start):
            shown = Image.fromarray(picture[..., 0] if picture.shape[2] == 1 else picture)
            path = out / f"{number:0{digits}}.png"
            write_whole(path, partial(shown.save, format="PNG"), overwrite=overwrite, durable=False)
