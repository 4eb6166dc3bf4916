"""The command `merge`, and `encode` into a folder: latents in parts."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Annotated, Any, Self

import typer

from latent_explorer.cli.failure import INTERRUPTED, complain
from latent_explorer.cli.options import AsJson, Out, Overwrite, examples, refuse_taken
from latent_explorer.cli.output import print_json
from latent_explorer.cli.progress import EncodingDisplay
from latent_explorer.errors import UserError


@dataclass(frozen=True)
class Shard:
    """The share of one of several that encode a dataset at once: number 1..count."""

    number: int
    count: int

    @classmethod
    def of(cls, text: str) -> Self:
        """That of a text like `2/8`. Raises UserError."""
        match = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text)
        if match is None or not 1 <= int(match[1]) <= int(match[2]):
            raise UserError(f"--shard {text}: expected K/N with K of 1 to N, as in --shard 1/4")
        return cls(int(match[1]), int(match[2]))


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command(epilog=examples("latent-explorer merge my-latents --out latents.npz"))(merge)


def merge(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder that encode wrote parts into.")],
    out: Out,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Put the parts of encoded images together.

    As NPZ or CSV, like encode without parts. Where several machines have encoded, lay all parts into one folder first.
    """
    from latent_explorer.export import Provenance, find_format
    from latent_explorer.training.publishing.parts import read_parts

    known = find_format("latents", out)
    refuse_taken([out], overwrite)
    record, latents = read_parts(folder)
    table = table_of(latents, record.class_names)
    known.write(out, table, provenance=Provenance(record.model, f"of {record.count} images"), overwrite=overwrite)
    if as_json:
        print_json({"model": record.model, "images": record.count, "file": str(out)})
    else:
        print(f"{out}: the latents of {record.count:,} images by {record.model}")


def is_folder(out: Path) -> bool:
    """Whether `out` names a folder: it is one, or has no suffix."""
    return out.is_dir() or not out.suffix


def table_of(latents: Any, class_names: tuple[str, ...]) -> Any:
    """The LatentTable of Latents."""
    from latent_explorer.export import LatentTable

    names = class_names if latents.label is not None else ()
    return LatentTable(latents.mean, latents.log_variance, latents.label, latents.split, latents.error, names)


def encode_into(
    out: Path, bundle: Path, dataset: Any, shard: Shard, device: str, *, overwrite: bool, as_json: bool
) -> None:
    """Write a share of the latents of a Dataset by the model of a bundle into the folder `out`, part by part."""
    from latent_explorer.training.stop_token import stop_on_interrupt

    _make_folder(out)
    token, last = Event(), None
    with stop_on_interrupt(token), EncodingDisplay(f"reading {dataset.name}") as display:
        for last in _steps(out, bundle, dataset, shard, device, overwrite):
            display.show(last.images, last.all_images, last.images_per_second, last.seconds_left)
            if token.is_set():
                break
    if last is not None and last.parts < last.all_parts:
        complain(
            f"stopped; {last.parts} of {last.all_parts} parts are in {out}, and the same command goes on from there"
        )
        raise typer.Exit(INTERRUPTED)
    _tell(out, last, shard, as_json)


def _steps(out: Path, bundle: Path, dataset: Any, shard: Shard, device: str, overwrite: bool) -> Any:
    """What `training.publishing.streaming.encode_parts` tells."""
    from latent_explorer.bundles import read_config, read_weights
    from latent_explorer.nets.weights import load_model
    from latent_explorer.training.distributed.devices import choose_device
    from latent_explorer.training.publishing.streaming import encode_parts, parts_of

    config = read_config(bundle)
    model, numbers = load_model(config.net, read_weights(bundle, config)), parts_of(dataset, shard.number, shard.count)
    return encode_parts(model, config, dataset, out, choose_device(device), numbers=numbers, overwrite=overwrite)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"--out {folder}: expected a folder that can be written: {error.strerror}") from error


def _tell(out: Path, last: Any, shard: Shard, as_json: bool) -> None:
    images, parts, kept = (last.images, last.parts, last.kept) if last is not None else (0, 0, 0)
    if as_json:
        rate = last.images_per_second if last is not None else 0.0
        print_json({"folder": str(out), "images": images, "parts": parts, "kept": kept, "images_per_second": rate})
        return
    whole = f"; with those of the other {shard.count - 1}" if shard.count > 1 else ""
    print(f"{out}: the latents of {images:,} images in {parts} parts{whole}, put them together with")
    print(f"  latent-explorer merge {shlex.quote(str(out))} --out latents.npz")
