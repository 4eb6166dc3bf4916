"""The image files that are read, and what any other file is, by its first bytes, in words."""

from functools import cache

from PIL import Image

_STRANGE = frozenset({"EPS", "WMF", "PDF", "MPEG", "BUFR", "GRIB", "HDF5", "IPTC", "PALM"})
"""Formats that Pillow lists but cannot decode, or decodes by calling other programs."""

_KNOWN = (
    (b"version https://git-lfs", "a Git LFS pointer; fetch the file itself with git lfs pull"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a gzip file"),
    (b"PK\x03\x04", "a zip"),
    (b"PK\x05\x06", "an empty zip"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\x93NUMPY", "a numpy array"),
    (b"\x89HDF", "an HDF5 file"),
    (b"MATLAB", "a MATLAB file"),
    (b"\x80\x04\x95", "a Python pickle, which is not read: it could run code"),
    (b"SIMPLE  =", "a FITS file"),
)
_MARKUP = ((b"<svg", "an SVG drawing"), (b"<!doctype html", "a web page"), (b"<html", "a web page"), (b"<?xml", "XML"))
_BOXES = {b"heic": "HEIC", b"heix": "HEIC", b"mif1": "HEIF", b"avif": "AVIF", b"isom": "a video", b"mp42": "a video"}
_IMAGES = (
    (b"\x89PNG", "PNG"), (b"\xff\xd8", "JPEG"), (b"GIF8", "GIF"), (b"BM", "BMP"), (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"), (b"RIFF", "WebP"), (b"P5", "PGM"), (b"P6", "PPM"),
)  # fmt: skip


@cache
def suffixes() -> frozenset[str]:
    """The suffixes of the files that are read, each with its dot, in lower case."""
    known = Image.registered_extensions()
    return frozenset(suffix for suffix, name in known.items() if name in {*formats(), "MPO"})


@cache
def formats() -> tuple[str, ...]:
    """The formats that Pillow can decode here by itself."""
    Image.init()
    return tuple(name for name in Image.OPEN if name not in _STRANGE)


@cache
def formats_of(suffix: str) -> tuple[str, ...]:
    """The possible formats of a file with this suffix: by its first bytes; for a format without a signature, by the
    suffix."""
    named = Image.registered_extensions().get(suffix)
    return tuple(name for name in formats() if Image.OPEN[name][1] is not None or name == named)


def what_is(head: bytes) -> str:
    """The kind of a file by its first bytes, with an article."""
    if not head:
        return "an empty file"
    known = next((words for magic, words in _KNOWN if head.startswith(magic)), "")
    if known:
        return known
    if head[4:8] == b"ftyp":
        found = _BOXES.get(head[8:12], "a video")
        return found if found.startswith("a ") else f"{found}, which is not supported; save it as PNG or JPEG"
    if (image := next((name for magic, name in _IMAGES if head.startswith(magic)), "")) != "":
        return f"{image} data that are damaged or cut off"
    return _text(head)


def _text(head: bytes) -> str:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:400].lower()
    for magic, words in _MARKUP:
        if magic in start:
            return words
    try:
        head[:-4].decode()  # the last letter may be cut
    except UnicodeDecodeError:
        return "data of an unknown kind"
    return "data of an unknown kind" if b"\0" in head else "text"
