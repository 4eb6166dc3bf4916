"""Reading a bundle: every file is checked against `config.json` before use."""

import math
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load

from latent_explorer.bundles import files
from latent_explorer.bundles.config import BundleConfig
from latent_explorer.bundles.latents import (
    DRAWN,
    TILE_PICTURES,
    Fits,
    Latents,
    Layout,
    Tiles,
    as_draws,
    inflated,
    layout,
    restored,
    restored_fit,
)
from latent_explorer.errors import BundleError, UserError
from latent_explorer.files import read_regular
from latent_explorer.nets.families import FAMILIES, FOREIGN

_Array = NDArray[Any]
_OF_FIT = ("points", "low", "step", "seconds")
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def read_config(folder: Path) -> BundleConfig:
    """The configuration of the bundle in `folder`, with all values within bounds.

    Raises BundleError if it is missing, damaged, in another format, or out of bounds.
    """
    path = Path(folder) / files.CONFIG
    content = _read(path, files.CONFIG_BYTES)
    try:
        config = msgspec.convert(_with_settings(msgspec.json.decode(content)), BundleConfig)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _refusal(path, "a bundle's configuration", str(error)) from error
    if config.format != files.FORMAT:
        raise _refusal(path, f"format {files.FORMAT}", f"format {config.format}, of another version of the program")
    complaint = files.outside_limits(config) or _family_complaint(config)
    if complaint:
        raise BundleError(f"{path}: {complaint}")
    _check_seal(path, config, files.config_digest(content, config.files.get(files.CONFIG, "")))
    return config


def _with_settings(content: Any) -> Any:
    """The configuration in its current form: formerly a VAE's settings were stored with those of every network."""
    net = content.get("net") if isinstance(content, dict) else None
    if isinstance(net, dict) and "settings" not in net:
        family = FAMILIES.get(str(net.get("family")))
        known = {setting.name for setting in family.settings} if family else set()
        net["settings"] = {name: net[name] for name in ("beta", "refinements") if name in known & net.keys()}
    return content


def _family_complaint(config: BundleConfig) -> str | None:
    """What the family of the network objects to; a family that is not installed is named."""
    try:
        family = config.family
        family.values(config.net.settings)
    except UserError as error:
        return str(error)
    if (family is FOREIGN) != (config.program is not None):
        return "expected a program where the family is foreign, and only there"
    if family is FOREIGN:
        return _program_complaint(config)
    if family.encodes == bool(config.prior_samples):
        return "expected prior_samples where the family has no encoder, and only there"
    if config.inverts and not family.inverts:
        return "expected inverts only where the family is taught an encoder afterwards"
    if config.placed and not config.inverts:
        return "expected placed images only where it inverts"
    if family.conditional != bool(config.net.classes):
        return "expected net.classes where the family is given the class, and only there"
    return None


def _program_complaint(config: BundleConfig) -> str | None:
    """What does not fit in a model that is not one of our networks."""
    assert config.program is not None
    shape, dim = config.program.latent_shape, config.net.latent_dim
    low, high = config.program.value_range
    if not shape or min(shape) < 1 or math.prod(shape) != dim:
        return f"expected program.latent_shape of {dim} values, found {'x'.join(map(str, shape)) or 'none'}"
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        return f"expected program.value_range from less to more, found {low}..{high}"
    if config.prior_samples or config.inverts or config.net.classes:
        return "expected neither prior_samples, inverts nor net.classes of a model of another program"
    return None


def read_latents(folder: Path, config: BundleConfig | None = None) -> Latents:
    """The latents of the bundle in `folder`, fitting `config` (read from the folder if None).

    Raises BundleError if they are missing, damaged, or do not fit.
    """
    config = config or read_config(folder)
    path = Path(folder) / files.LATENTS
    tensors = _read_tensors(path, config, files.latents_bytes(config))
    of_images = not config.prior_samples
    labelled = bool(config.dataset.class_names) and (of_images or "label" in tensors)  # draws: by a classifier, if any
    judged = config.placed > 0 or (of_images and (config.program is None or "error" in tensors))
    _check_layout(path, tensors, layout(tensors, config.latents, config.net.latent_dim, labelled, judged))
    latents = restored(tensors)
    if config.prior_samples and latents.index is None and not config.placed:
        latents = as_draws(latents)  # as they were written once
    _check_values(path, latents, config)
    return latents


def read_weights(folder: Path, config: BundleConfig | None = None) -> dict[str, NDArray[np.float32]]:
    """The weights of the bundle in `folder` by name, float32 whatever their precision on disk, all finite.

    `nets.weights.load_model`, which knows the network, checks names and shapes.
    Raises BundleError if they are missing, damaged, or not finite.
    """
    config = config or read_config(folder)
    path = Path(folder) / files.WEIGHTS
    tensors = _read_tensors(path, config, files.WEIGHTS_BYTES)
    for name, tensor in tensors.items():
        if tensor.dtype not in (np.float16, np.float32):
            raise _refusal(path, f"{name} as float16 or float32", str(tensor.dtype))
        _check_range(path, name, tensor, -files.WEIGHT, files.WEIGHT)
    return {name: tensor.astype(np.float32) for name, tensor in tensors.items()}


def read_program(folder: Path, config: BundleConfig | None = None) -> dict[str, bytes]:
    """The files by name of a model from another program, as in the bundle in `folder`.

    `runtime` checks whether they are what its format needs. Raises BundleError if one is missing or damaged.
    """
    config = config or read_config(folder)
    names = (name for name in files.PROGRAM_BYTES if name in config.files)
    return {name: _read_sealed(Path(folder) / name, config, files.PROGRAM_BYTES[name]) for name in names}


def read_tiles(folder: Path, config: BundleConfig | None = None) -> Tiles | None:
    """The tiles of the bundle in `folder`, fitting `config` (read from the folder if None); None if it has none.

    Raises BundleError if they are damaged or do not fit.
    """
    config = config or read_config(folder)
    path = Path(folder) / files.TILES
    if files.TILES not in config.files and not path.exists():
        return None
    tensors = _read_tensors(path, config, files.TILES_BYTES + files.HEADER_BYTES)
    count, dim = max(1, len(np.atleast_1d(tensors.get("places", ())))), config.net.latent_dim
    kept = "pictures" if "pictures" in tensors else "deflated"  # earlier bundles have them as they are
    shape = (count, TILE_PICTURES, *config.net.image_shape)
    expected: Layout = {
        "places": (("int32",), (count, 3)),
        "latents": (("float32",), (count, dim)),
        kept: (("uint8",), shape if kept == "pictures" else tensors[kept].shape[:1] if kept in tensors else ()),
    }
    _check_layout(path, tensors, expected)
    pictures = tensors["pictures"] if kept == "pictures" else _inflated(path, tensors["deflated"], shape)
    _check_range(path, "latents", tensors["latents"], -files.LATENT, files.LATENT)
    _check_places(path, tensors["places"])
    return Tiles(tensors["places"], tensors["latents"], pictures)


def _inflated(path: Path, deflated: _Array, shape: tuple[int, ...]) -> _Array:
    size = math.prod(shape)
    found = inflated(deflated, size) if size <= files.TILES_BYTES else None
    if found is None:
        raise _refusal(path, f"pictures {shape} of at most {files.TILES_BYTES >> 20} MiB, deflated", "other bytes")
    return found.reshape(shape)


def read_fits(folder: Path, config: BundleConfig | None = None) -> Fits:
    """The fitted charts included in the bundle in `folder`. It opens with the first by name.

    Places are stored in 65,536 steps along each axis.
    Raises BundleError if they are damaged or do not fit.
    """
    config = config or read_config(folder)
    path = Path(folder) / files.FITS
    if files.FITS not in config.files and not path.exists():
        return {}
    tensors = _read_tensors(path, config, files.fits_bytes(config))
    specs = sorted({name.rpartition("|")[0] for name in tensors})
    if not 0 < len(specs) <= files.MOST_FITS or any(not 0 < len(spec) <= files.SPEC_LETTERS for spec in specs):
        raise _refusal(path, f"1 to {files.MOST_FITS} charts by their specs", f"{len(specs)}")
    expected: Layout = {}
    for spec in specs:
        expected |= {f"{spec}|points": (("uint16",), (config.latents, 2))}
        expected |= {f"{spec}|{name}": (("float32",), (2,)) for name in _OF_FIT[1:]}
    _check_layout(path, tensors, expected)
    for name in tensors.keys() - {f"{spec}|points" for spec in specs}:
        _check_range(path, name, tensors[name], -files.LATENT, files.LATENT)
    return {spec: restored_fit(*(tensors[f"{spec}|{name}"] for name in _OF_FIT)) for spec in specs}


def check_bundle(folder: Path) -> BundleConfig:
    """Check every file of the bundle in `folder` and return its configuration.

    Raises BundleError at the first error.
    """
    config = read_config(folder)
    if config.program is None:
        read_weights(folder, config)
    else:
        read_program(folder, config)
    read_latents(folder, config)
    read_tiles(folder, config)
    read_fits(folder, config)
    if config.moment is None:
        _read_sealed(Path(folder) / files.CARD, config, files.TEXT_BYTES)
        preview = _read_sealed(Path(folder) / files.PREVIEW, config, files.TEXT_BYTES)
        if not preview.startswith(_PNG_SIGNATURE):
            raise _refusal(Path(folder) / files.PREVIEW, "a PNG picture", f"bytes that begin with {preview[:8]!r}")
    return config


def _refusal(path: Path, expected: str, found: str) -> BundleError:
    return BundleError(f"{path}: expected {expected}, found {found}; fetch or train this bundle again")


def _read(path: Path, most: int) -> bytes:
    try:
        return read_regular(path, most)
    except OSError as error:
        raise BundleError(f"{path}: expected a file of a bundle, but it cannot be read: {error.strerror}") from error
    except UserError as error:
        raise BundleError(f"{error}; fetch or train this bundle again") from error
    except MemoryError:
        raise BundleError(f"{path}: there is not enough memory to read it; close other programs") from None


def _read_sealed(path: Path, config: BundleConfig, most: int) -> bytes:
    content = _read(path, most)
    _check_seal(path, config, files.digest(content))
    return content


def _check_seal(path: Path, config: BundleConfig, found: str) -> None:
    expected = config.files.get(path.name)
    if expected is None:
        raise _refusal(path, f"its SHA-256 under files in {files.CONFIG}", "none")
    if found != expected:
        raise _refusal(path, f"SHA-256 {expected[:12]}… as saved", f"{found[:12]}…: it is damaged or was changed")


def _read_tensors(path: Path, config: BundleConfig, most: int) -> dict[str, _Array]:
    content = _read_sealed(path, config, most)
    try:
        return load(content)
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise _refusal(path, "a safetensors file", f"one that cannot be read ({error})") from error


def _check_layout(path: Path, tensors: dict[str, _Array], expected: Layout) -> None:
    if tensors.keys() != expected.keys():
        raise _refusal(path, f"the arrays {sorted(expected)}", f"{sorted(tensors)}")
    for name, (types, shape) in expected.items():
        found = tensors[name]
        if found.dtype.name not in types or found.shape != shape:
            raise _refusal(path, f"{name} as {' or '.join(types)} {shape}", f"{found.dtype.name} {found.shape}")


def _check_values(path: Path, latents: Latents, config: BundleConfig) -> None:
    if not len(latents):
        raise _refusal(path, "at least one latent", "none")
    _check_range(path, "mean", latents.mean, -files.LATENT, files.LATENT)
    _check_range(path, "log_variance", latents.log_variance, *files.LOG_VARIANCE)
    draws, index = _checked_draws(path, latents, config), latents.index
    _check_range(path, "split", latents.split[draws:], 0, 2)
    _check_range(path, "error", None if latents.error is None else latents.error[draws:], 0, 1)
    _check_range(path, "label", latents.label, 0, len(config.dataset.class_names) - 1)
    _check_range(path, "index", None if index is None else index[draws:], 0, config.dataset.count - 1)
    if index is not None and (np.diff(index[draws:]) <= 0).any():
        raise _refusal(path, "an ascending index", "one that is not")


def _checked_draws(path: Path, latents: Latents, config: BundleConfig) -> int:
    """The number of draws from the prior, which come first: as many as the configuration says."""
    draws = config.prior_samples
    if not draws:
        return 0
    if latents.index is None or (latents.index[:draws] != -1).any() or len(latents) != draws + config.placed:
        expected = f"an index of {draws:,} draws (-1) before {config.placed:,} images"
        raise _refusal(path, expected, "none" if latents.index is None else "another one")
    if (latents.split[:draws] != DRAWN).any():
        raise _refusal(path, f"the split {DRAWN} of each draw", "another one")
    if latents.error is not None and not np.isnan(latents.error[:draws]).all():
        raise _refusal(path, "no error (NaN) of a draw", "one")
    return draws


def _check_places(path: Path, places: NDArray[np.int32]) -> None:
    _check_range(path, "levels", places[:, 0], -files.LEVEL, files.LEVEL)
    if len(set(map(tuple, places.tolist()))) < len(places):
        raise _refusal(path, "no two tiles at one place", "some")


def _check_range(path: Path, name: str, tensor: _Array | None, low: float, high: float) -> None:
    """Raise if a value is out of range or NaN."""
    if tensor is None or not tensor.size:
        return
    least, most = float(tensor.min()), float(tensor.max())  # NaN where there is one
    if not (low <= least and most <= high):
        raise _refusal(path, f"{name} within {low:.10g}..{high:.10g}", f"{least:.10g}..{most:.10g}")
