"""The latents of a large dataset in parts on disk, each a complete file or absent; free of torch."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from latent_explorer.bundles.latents import Latents
from latent_explorer.errors import DataError, UserError
from latent_explorer.files import check_regular, write_bytes_whole

_SUFFIX = ".safetensors"
_ARRAYS = ("mean", "log_variance", "label", "split", "error")


class PartRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The identity of a part.

    model: the name of the bundle; seal: the SHA-256 of its configuration, and so of its weights.
    count: the number of images in the dataset; start, stop: those of this part. images: the fingerprint of those.
    """

    model: str
    seal: str
    class_names: tuple[str, ...]
    count: int
    start: int
    stop: int
    images: str


class _Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """The metadata of a file. arrays: the SHA-256 of them."""

    record: PartRecord
    arrays: str


def part_path(folder: Path, number: int) -> Path:
    """The path of a part."""
    return folder / f"latents-{number:05}{_SUFFIX}"


def write_part(path: Path, record: PartRecord, latents: Latents, *, overwrite: bool = False) -> None:
    """Write a part whole or not at all. Raises UserError if it exists already, or cannot be written."""
    arrays = _arrays(latents)
    metadata = msgspec.json.encode(_Metadata(record=record, arrays=_digest(arrays))).decode()
    write_bytes_whole(path, save(arrays, {"part": metadata}), overwrite=overwrite)


def read_part(path: Path) -> tuple[PartRecord, Latents]:
    """A part, and its identity. Raises DataError if it is damaged or not a part."""
    try:
        check_regular(path)
        with safe_open(path, framework="np") as file:
            metadata = msgspec.json.decode((file.metadata() or {}).get("part", ""), type=_Metadata)
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
    except (OSError, SafetensorError, msgspec.MsgspecError, ValueError, UserError) as error:
        raise DataError(f"{path}: expected a part as encode writes it, found: {error}; encode it again") from error
    record = metadata.record
    whole = {"mean", "split", "error"} <= arrays.keys() and _digest(arrays) == metadata.arrays
    if not whole or {len(array) for array in arrays.values()} != {record.stop - record.start}:
        raise DataError(f"{path}: expected the arrays that were written, found others: damaged; encode it again")
    return record, _latents(arrays)


def read_parts(folder: Path) -> tuple[PartRecord, Latents]:
    """All parts in `folder` joined, and their identity, as one part from 0 to count.

    Raises DataError if one is missing, damaged, or from another model or dataset.
    """
    paths = sorted(folder.glob(f"latents-*{_SUFFIX}"))
    if not paths:
        raise DataError(f"{folder}: expected parts latents-00000{_SUFFIX} and so on, found none")
    read = {path: read_part(path) for path in paths}
    first, stop = read[paths[0]][0], 0
    for path, (record, _) in read.items():
        if (record.seal, record.count, record.class_names) != (first.seal, first.count, first.class_names):
            raise DataError(f"{path}: expected a part like {paths[0].name}, found one of another model or dataset")
        _check_next(path, stop, record.start)
        stop = record.stop
    _check_next(folder, stop, first.count)
    whole = msgspec.structs.replace(first, start=0, stop=first.count, images="")
    return whole, _joined([latents for _, latents in read.values()])


def _check_next(where: Path, stop: int, start: int) -> None:
    if stop != start:
        raise DataError(f"{where}: expected the images from {stop:,} on, found a gap up to {start:,}; encode those")


def _joined(parts: list[Latents]) -> Latents:
    each = [_arrays(part) for part in parts]
    return _latents({name: np.concatenate([arrays[name] for arrays in each]) for name in each[0]})


def _arrays(latents: Latents) -> dict[str, NDArray[Any]]:
    return {name: array for name in _ARRAYS if (array := getattr(latents, name)) is not None}


def _latents(arrays: Mapping[str, NDArray[Any]]) -> Latents:
    return Latents(arrays["mean"], arrays.get("log_variance"), arrays.get("label"), arrays["split"], arrays["error"])


def _digest(arrays: Mapping[str, NDArray[Any]]) -> str:
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(f"{name} {arrays[name].dtype} {arrays[name].shape} ".encode())
        digest.update(np.ascontiguousarray(arrays[name]).data)
    return digest.hexdigest()
