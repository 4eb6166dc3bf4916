"""Bundles that lie, made from a small sound one: whatever is changed is sealed anew, as whoever means harm would do."""

import copy
import os
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from safetensors.numpy import load, save

from latent_explorer.bundles import files

Draw = np.random.Generator

VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 1, 2, 3, 7, 2**31, 2**53, 10**30, -0.5, 1e-320, 1e308, "", "x", "nan", "\x1b[31mred",
    "<b>bold</b>",
    "<img src='/dev/zero'>", "\u202eabc", "\ud7ff" * 3, "n" * 5000, "../../etc/passwd", "/proc/self/mem",
    "http://127.0.0.1:9/x",
    "mnist", "cifar10", [], [0], [1, 1, 1], [2048, 1, 1], [1, 1, 3], [16384] * 3, [1.5], {},
    {"a": 1}, [[[]]], ["<b>"] * 40,
    ["k" * 300] * 3, ["same", "same", "same"],
)  # fmt: skip
NUMBERS = (0.0, 1.0, -1.0, 1e6, -1e6, 1e-38, 5e-324, 1e19, 3e38, np.nan, np.inf, -np.inf, 65504.0)


def sealed(folder: Path, config: Any) -> None:
    """Write a configuration, of whatever content, with the digests of the files as they are."""
    names = [*files.SEALED, *([files.TILES] if (folder / files.TILES).is_file() else [])]
    digests = {name: files.digest((folder / name).read_bytes()) for name in names if (folder / name).is_file()}
    if isinstance(config, dict):
        config["files"] = {files.CONFIG: "0" * 64, **digests}
    content = msgspec.json.encode(config)
    (folder / files.CONFIG).write_bytes(content.replace(b"0" * 64, files.digest(content).encode(), 1))


def change_values(content: Any, draw: Draw) -> None:
    """Put other values into an object of JSON, or take some away, at any depth."""
    for _ in range(draw.integers(1, 4)):
        part = content
        while isinstance(part, dict | list) and part:
            key: Any = str(draw.choice(sorted(part))) if isinstance(part, dict) else int(draw.integers(len(part)))
            if isinstance(part[key], dict | list) and part[key] and draw.random() < 0.8:
                part = part[key]
                continue
            if draw.random() < 0.1:
                del part[key]
            else:
                part[key] = another(part[key], draw)
            break


def another(value: Any, draw: Draw) -> Any:
    """Something else in the place of a value, mostly of the same type, which is believed for longer."""
    alike = [each for each in VALUES if _is_number(value) == _is_number(each) and isinstance(each, type(value))]
    if isinstance(value, list) and len(value) > 1 and draw.random() < 0.3:
        return value[:-1] if draw.random() < 0.5 else value * int(draw.choice([2, 50]))
    if _is_number(value) and draw.random() < 0.8:
        alike = [each for each in VALUES if _is_number(each)]
    known = alike if alike and draw.random() < 0.7 else VALUES
    return copy.deepcopy(known[draw.integers(len(known))])  # the next may change it


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def change_config(folder: Path, draw: Draw) -> None:
    config = msgspec.json.decode((folder / files.CONFIG).read_bytes())
    change_values(config, draw)
    if draw.random() < 0.2:
        config["turn"] = [float(NUMBERS[draw.integers(8)]) for _ in range(4)]
    sealed(folder, config)


def change_tensors(folder: Path, draw: Draw) -> None:
    name = str(draw.choice([files.LATENTS, files.WEIGHTS]))
    tensors = load((folder / name).read_bytes())
    for _ in range(draw.integers(1, 3)):
        key = str(draw.choice(sorted(tensors)))
        array = tensors[key].copy()
        match draw.integers(6):
            case 0 if array.size:
                with np.errstate(all="ignore"):
                    array.flat[draw.integers(array.size)] = np.asarray(NUMBERS[draw.integers(len(NUMBERS))]).astype(
                        array.dtype
                    )
            case 1:
                with np.errstate(all="ignore"):
                    array[...] = np.asarray(NUMBERS[draw.integers(len(NUMBERS))]).astype(array.dtype)
            case 2:
                array = array[:0]
            case 3:
                array = array.astype(draw.choice(["float16", "float64", "int8", "uint8", "int64", "bool"]))
            case 4:
                tensors["n" * int(draw.integers(1, 3000))] = array
            case 5:
                tensors["index"] = np.sort(draw.integers(0, 200, draw.integers(0, 30)).astype(np.int32))
        tensors[key] = array
    (folder / name).write_bytes(save(tensors))
    sealed(folder, msgspec.json.decode((folder / files.CONFIG).read_bytes()))


def change_header(folder: Path, draw: Draw) -> None:
    """Other text in the header of a safetensors file, its length true or not."""
    name = str(draw.choice([files.LATENTS, files.WEIGHTS]))
    content = (folder / name).read_bytes()
    size = struct.unpack("<Q", content[:8])[0]
    header = msgspec.json.decode(content[8 : 8 + size])
    key = str(draw.choice(sorted(header)))
    field = str(draw.choice(["dtype", "shape", "data_offsets"]))
    values = (*VALUES, "F32", "BF16", "F8_E4M3", [2**62, 2], [-1], [0, 2**63])
    header[key][field] = copy.deepcopy(values[draw.integers(len(values))])
    text = msgspec.json.encode(header)
    length = int(draw.choice([len(text), 0, 1, 2**40, 2**63]))
    (folder / name).write_bytes(struct.pack("<Q", length) + text + content[8 + size :])
    sealed(folder, msgspec.json.decode((folder / files.CONFIG).read_bytes()))


def change_bytes(folder: Path, draw: Draw) -> None:
    name = str(draw.choice([*files.SEALED, files.CONFIG]))
    spoil(folder / name, draw)
    if draw.random() < 0.7 and name != files.CONFIG:
        sealed(folder, msgspec.json.decode((folder / files.CONFIG).read_bytes()))


def spoil(path: Path, draw: Draw) -> None:
    """Other bytes here and there, and perhaps no end."""
    content = bytearray(path.read_bytes())
    for _ in range(draw.integers(1, 20)):
        content[draw.integers(len(content))] = draw.integers(256)
    path.write_bytes(content[: draw.integers(1, len(content) + 1)] if draw.random() < 0.3 else content)


def change_kind(folder: Path, draw: Draw) -> None:
    replace_by_other_kind(folder / str(draw.choice([*files.SEALED, files.CONFIG, files.TILES])), draw)


def replace_by_other_kind(path: Path, draw: Draw) -> None:
    """Put something in the place of a file that is none, or none that ends."""
    path.unlink(missing_ok=True)
    match draw.integers(7):
        case 0:
            os.mkfifo(path)
        case 1:
            path.mkdir()
        case 2:
            path.symlink_to("/dev/zero")
        case 3:
            path.symlink_to(path.parent / "nowhere")
        case 4:
            path.symlink_to("/proc/self/mem")
        case 5:
            with path.open("wb") as stream:
                stream.truncate(2**36)  # sparse
        case 6:
            pass  # missing


def change_source(folder: Path, draw: Draw) -> None:
    config = msgspec.json.decode((folder / files.CONFIG).read_bytes())
    sources = (
        "mnist",
        "cifar10",
        "fashion-mnist",
        "/proc/self",
        "/dev/zero",
        "/dev/stdin",
        "",
        "~",
        "\0",
        "mnist:/",
        str(folder),
    )
    config["dataset"]["source"] = sources[draw.integers(len(sources))]
    config["name"] = str(VALUES[draw.integers(15, 25)])
    sealed(folder, config)


CHANGES: tuple[Callable[[Path, Draw], None], ...] = (
    change_config, change_config, change_tensors, change_tensors,
    change_header, change_bytes, change_kind, change_source,
)  # fmt: skip


def hostile(sound: Path, target: Path, seed: int) -> Path:
    """The hostile bundle of a seed, in a new folder."""
    draw = np.random.default_rng(seed)
    shutil.copytree(sound, target)
    CHANGES[draw.integers(len(CHANGES))](target, draw)
    return target
