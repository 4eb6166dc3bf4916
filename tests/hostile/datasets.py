"""Datasets that lie: zips, arrays, IDX files and folders of pictures, each made from a small sound one."""

import io
import os
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from tests.hostile.making import Draw, replace_by_other_kind, spoil

NAMES = (
    "a/1.png", "b/2.png", "../up.png", "/abs.png", "C:\\x\\1.png", "a/" * 200 + "1.png", "con.png", "\u202egnp.png",
    "<b>/1.png", "a/.hidden.png", "__MACOSX/a/._1.png", "a/1.png\0x", "\x1b[31m/1.png", "n" * 250 + ".png",
    "a//1.png", "",
)  # fmt: skip


def picture(draw: Draw, side: int = 8, mode: str = "L", form: str = "PNG") -> bytes:
    """A small picture."""
    stream = io.BytesIO()
    channels = {"L": (), "RGB": (3,), "RGBA": (4,)}[mode]
    Image.fromarray(draw.integers(0, 256, (side, side, *channels), dtype=np.uint8), mode).save(stream, form)
    return stream.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG that says it is large, of which little is there."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + body


def content_of(draw: Draw) -> bytes:
    """A file that is, or says it is, a picture."""
    match draw.integers(10):
        case 0:
            return bomb(int(draw.choice([100_000, 2**31 - 1, 1])), int(draw.choice([100_000, 1, 0])))
        case 1:
            return b""
        case 2:
            return picture(draw)[: draw.integers(1, 60)]
        case 3:
            return b"\x80\x04cos\nsystem\n"
        case 4:
            return picture(draw, 3)
        case 5:
            return picture(draw, mode=str(draw.choice(["RGB", "RGBA"])))
        case 6:
            return picture(draw, form=str(draw.choice(["GIF", "BMP", "TIFF", "WEBP", "JPEG"])))
        case _:
            return picture(draw)


def make_zip(target: Path, draw: Draw) -> Path:
    path = target / "images.zip"
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for index in range(12):
            name = f"{'ab'[index % 2]}/{index}.png" if draw.random() < 0.7 else NAMES[draw.integers(len(NAMES))]
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED if draw.random() < 0.8 else zipfile.ZIP_STORED
            if draw.random() < 0.05:
                info.external_attr = 0o120777 << 16  # a link
            archive.writestr(info, bytes(2**26) if draw.random() < 0.02 else content_of(draw))
    if draw.random() < 0.4:
        spoil(path, draw)
    return path


def make_arrays(target: Path, draw: Draw) -> Path:
    path = target / str(draw.choice(["images.npz", "images.npy"]))
    shape = ((12, 8, 8), (12, 8, 8, 1), (12, 3, 8, 8), (12, 64), (12,), (0, 8, 8), (), (12, 8, 8, 7), (1, 1, 1, 1))
    kinds = ("uint8", "float32", "float64", "int64", "uint16", "bool", "complex64", "U5", "float16")
    with np.errstate(all="ignore"):
        images = (draw.random(shape[draw.integers(len(shape))]) * 300).astype(kinds[draw.integers(len(kinds))])
        if images.dtype.kind == "f" and images.size and draw.random() < 0.4:
            images.flat[0] = np.asarray((np.nan, np.inf, -1e30, 1e300)[draw.integers(4)]).astype(images.dtype)
    labels = (
        np.arange(12) % 3, np.array(["<b>", "x"] * 6), np.full(12, -1), np.full(12, 2**40),
        np.eye(12), np.array([object()] * 2, object), np.arange(3), np.full(12, np.nan), np.zeros((12, 1)),
    )  # fmt: skip
    if path.suffix == ".npy":
        np.save(path, images)
    else:
        names = ("images", "x_train", "arr_0", "train_images", "../up", "n" * 300)
        given = {names[draw.integers(len(names))]: images}
        if draw.random() < 0.7:
            given[str(draw.choice(["labels", "y_train", "split"]))] = labels[draw.integers(len(labels))]
        np.savez_compressed(path, **given)
    if draw.random() < 0.3:
        _lie_about_shape(path, draw) if path.suffix == ".npy" else spoil(path, draw)
    return path


def _lie_about_shape(path: Path, draw: Draw) -> None:
    """The heading of a .npy that promises what is not there."""
    said = ("(1000000000000, 8, 8)", "(-1, 8)", "(2**70,)", "(12, 8, 8", "__import__('os').system('x')", "((((((1,")
    head = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {said[draw.integers(len(said))]}, }}".encode()
    length = int(draw.choice([len(head), 0, 65535]))
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", length) + head + bytes(64))


def make_idx(target: Path, draw: Draw) -> Path:
    for name, magic, shape in (
        ("train-images-idx3-ubyte", 0x803, (12, 8, 8)),
        ("train-labels-idx1-ubyte", 0x801, (12,)),
        ("t10k-images-idx3-ubyte", 0x803, (6, 8, 8)),
        ("t10k-labels-idx1-ubyte", 0x801, (6,)),
    ):
        sizes = [int(draw.choice([0, 1, 2**31, 2**32 - 1])) if draw.random() < 0.1 else each for each in shape]
        magic = int(draw.choice([0, 0x8FF, 0xD03, 2**32 - 1])) if draw.random() < 0.1 else magic
        body = draw.integers(0, 10, int(np.prod(shape)), dtype=np.uint8).tobytes()
        path = target / name
        path.write_bytes(struct.pack(f">{1 + len(sizes)}I", magic, *sizes) + body)
        if draw.random() < 0.1:
            replace_by_other_kind(path, draw)
    return target / "train-images-idx3-ubyte" if draw.random() < 0.3 else target


def make_folder(target: Path, draw: Draw) -> Path:
    folder = target / "pictures"
    for index in range(10):
        place = folder / "ab"[index % 2]
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{index}.png").write_bytes(content_of(draw))
    match draw.integers(7):
        case 0:
            (folder / "a" / "round").symlink_to(folder)
        case 1:
            os.mkfifo(folder / "b" / "pipe.png")
        case 2:
            (folder / "b" / "endless.png").symlink_to("/dev/zero")
        case 3:
            (folder / "b" / "mem.png").symlink_to("/proc/self/mem")
        case 4:
            (folder / os.fsdecode(b"\xff\xfe")).mkdir()
            (folder / os.fsdecode(b"\xff\xfe") / "1.png").write_bytes(picture(draw))
        case 5:
            with (folder / "a" / "huge.png").open("wb") as stream:
                stream.truncate(2**36)
        case 6:
            (folder / "images-0.npy").write_bytes(b"\x93NUMPY")
    return folder


KINDS: tuple[Callable[[Path, Draw], Path], ...] = (make_zip, make_arrays, make_idx, make_folder)


def hostile_dataset(target: Path, draw: Draw) -> Path:
    """The path to be opened of a hostile dataset, in a folder that is not there yet."""
    target.mkdir()
    path = KINDS[draw.integers(len(KINDS))](target, draw)
    if draw.random() < 0.03 and path.is_file():
        replace_by_other_kind(path, draw)
    return path
