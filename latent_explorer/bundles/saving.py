"""Saving a bundle: whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from latent_explorer.bundles import files
from latent_explorer.bundles.config import BundleConfig
from latent_explorer.bundles.latents import Latents, Precision, Tiles, packed, packed_fits, packed_tiles
from latent_explorer.bundles.reading import check_bundle, read_tiles
from latent_explorer.errors import BundleError
from latent_explorer.targets import check_target, shown, why


def save_bundle(
    folder: Path,
    config: BundleConfig,
    weights: Mapping[str, NDArray[np.floating[Any]]],
    latents: Latents,
    card: str,
    preview: bytes,
    *,
    program: Mapping[str, bytes] | None = None,
    tiles: Tiles | None = None,
    precision: Precision = "float32",
    overwrite: bool = False,
) -> Path:
    """Save a bundle into `folder`, which is afterwards either complete or untouched, and return the folder.

    weights: float16 or float32 by name, stored in their precision. card: Markdown. preview: a PNG picture.
    program: the files of a model from another program by name, each one of `files.PROGRAM_BYTES`, instead of weights.
    precision: how the latents are stored; see `packing`.

    Fills in `config.files`. Raises BundleError if the parts do not fit each other, if `folder` already holds something
    (unless it is a bundle and `overwrite` is true), or if it cannot be written.
    """
    folder = Path(folder).absolute()
    refuse_taken(folder, overwrite)
    contents = {
        **({files.WEIGHTS: _pack(weights)} if program is None else program),
        files.LATENTS: _pack(packed(latents, precision)),
        files.CARD: card.encode(),
        files.PREVIEW: preview,
    }
    return _put(folder, config, contents, tiles)


def save_snapshot(
    folder: Path, config: BundleConfig, weights: Mapping[str, NDArray[np.floating[Any]]], latents: Latents
) -> Path:
    """Save what is needed to look at a run at `config.moment` into a new `folder`, and return the folder.

    It reads like a bundle; weights and latents are stored as float16. It is complete or absent, but a power cut may
    lose it: a run has others. Raises BundleError like `save_bundle`.
    """
    folder = Path(folder).absolute()
    contents = {
        files.WEIGHTS: _pack({name: array.astype(np.float16) for name, array in weights.items()}),
        files.LATENTS: _pack(packed(latents, "float16")),
    }
    return _put(folder, config, contents, None, durable=False)


def add_tiles(folder: Path, tiles: Tiles) -> Path:
    """Replace the tiles of the bundle in `folder`, which is afterwards either complete or untouched.

    Raises BundleError if the bundle is broken, the tiles do not fit it, or it cannot be written.
    """
    folder = Path(folder).absolute()
    config = check_bundle(folder)
    return _put(folder, config, _present(folder, config), tiles)


def add_fits(folder: Path, fits: Mapping[str, Mapping[str, NDArray[Any]]]) -> Path:
    """Replace the fitted charts of the bundle in `folder`; see `add_tiles`.

    fits: see `Fits`. Empty to remove all.
    """
    folder = Path(folder).absolute()
    config = check_bundle(folder)
    contents = {name: content for name, content in _present(folder, config).items() if name != files.FITS}
    if fits:
        contents[files.FITS] = _pack(packed_fits(fits))
    return _put(folder, config, contents, read_tiles(folder, config))


def change_card(folder: Path, config: BundleConfig, card: str) -> Path:
    """Replace the card, in Markdown, of the bundle in `folder`, and its configuration; see `add_tiles`."""
    folder = Path(folder).absolute()
    saved = check_bundle(folder)
    contents = _present(folder, saved) | {files.CARD: card.encode()}
    return _put(folder, config, contents, read_tiles(folder, saved))


def _present(folder: Path, config: BundleConfig) -> dict[str, bytes]:
    """The current files of a bundle, except its tiles and its configuration."""
    names = (*files.sealed_names(config), *(name for name in (files.FITS,) if name in config.files))
    return {name: (folder / name).read_bytes() for name in names}


def _put(
    folder: Path, config: BundleConfig, contents: dict[str, bytes], tiles: Tiles | None, *, durable: bool = True
) -> Path:
    if tiles is not None:
        contents[files.TILES] = _pack(packed_tiles(tiles))
    contents[files.CONFIG] = files.sealed_config(config, contents)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name[:20]}.") as scratch:
            _write_and_move(contents, Path(scratch), folder, durable)
    except OSError as error:
        raise BundleError(f"{shown(folder)} could not be written: {why(error)}") from error
    return folder


def refuse_taken(folder: Path, overwrite: bool) -> None:
    """Raise UserError at once if `folder` cannot be written, or holds what a bundle may not replace."""
    folder = check_target(folder, folder=True, parents=True)
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not (folder / files.CONFIG).is_file():
        raise BundleError(f"{folder} exists and is not a bundle; choose another folder")
    if not overwrite:
        raise BundleError(f"{folder} already holds a bundle; choose another folder or allow it to be overwritten")


def _pack(tensors: Mapping[str, NDArray[Any]]) -> bytes:
    return save({name: np.asarray(array, order="C") for name, array in tensors.items()})


def _write_and_move(contents: Mapping[str, bytes], scratch: Path, folder: Path, durable: bool) -> None:
    new, old = scratch / "new", scratch / "old"
    new.mkdir()
    for name, content in contents.items():
        with (new / name).open("wb") as stream:
            stream.write(content)
            stream.flush()
            if durable:
                os.fsync(stream.fileno())
    _check(new, folder)
    if folder.exists():
        folder.rename(old)
    try:
        new.rename(folder)
    except OSError:
        if old.exists():
            shutil.move(old, folder)
        raise


def _check(new: Path, folder: Path) -> None:
    """Raise for parts that could not be loaded again, so that they are never put in place."""
    try:
        check_bundle(new)
    except BundleError as error:
        raise BundleError(f"not saved: {error}".replace(str(new), str(folder))) from error
