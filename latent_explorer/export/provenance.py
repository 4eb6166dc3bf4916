"""The origin of a picture, stored in the picture itself."""

import json
import re
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

from latent_explorer.errors import ExportError
from latent_explorer.version import __version__

PNG_KEY = "latent-explorer"
SVG_METADATA = "{http://www.w3.org/2000/svg}metadata"
_EXIF_TAG = ExifTags.Base.ImageDescription


@dataclass(frozen=True)
class Provenance:
    """Everything needed to make a picture again.

    model: the bundle's name. coordinates: latents as JSON (see `coordinates_text`) or a plain text.
    version: of this program. extra: further texts by name.
    """

    model: str
    coordinates: str = ""
    version: str = __version__
    extra: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def at(cls, model: str, latents: NDArray[np.floating[Any]], **extra: str) -> "Provenance":
        """The provenance of pictures decoded from `latents`, (d,) or (n, d) or (rows, columns, d)."""
        return cls(model, coordinates_text(latents), extra=extra)

    def and_also(self, **extra: str) -> "Provenance":
        """The same with additional texts."""
        return replace(self, extra={**self.extra, **extra})

    def text(self) -> str:
        """All of it as one line of ASCII, which every format can hold."""
        return json.dumps(asdict(self))


def coordinates_text(latents: NDArray[np.floating[Any]]) -> str:
    """Latents of any shape as nested JSON lists, each number as short as possible to read back exactly in its
    precision."""
    shortest = [float(str(value)) for value in latents.ravel()]
    return json.dumps(np.array(shortest, np.float64).reshape(latents.shape).tolist())


def read_provenance(path: Path) -> Provenance:
    """The provenance in a PNG, GIF, WebP, SVG or MP4 written by this program. Raises ExportError if there is none."""
    try:
        text = _TEXTS.get(path.suffix.lower(), _image_text)(path)
        return msgspec.json.decode(text, type=Provenance)
    except (OSError, ValueError, ElementTree.ParseError, msgspec.MsgspecError, Image.DecompressionBombError) as error:
        raise ExportError(f"{path}: expected a picture of this program, found: {error}") from error


def printable(text: str) -> str:
    """The text without the characters that XML cannot hold."""
    return re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)


def _svg_text(path: Path) -> str:
    element = ElementTree.parse(path).getroot().find(SVG_METADATA)
    return (element.text if element is not None else None) or ""


def _image_text(path: Path) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # nothing is decoded here
        with Image.open(path) as image:
            comment = image.info.get("comment", b"").decode("ascii", "replace")
            return str(image.info.get(PNG_KEY) or comment or image.getexif().get(_EXIF_TAG, ""))


def _video_text(path: Path) -> str:
    import av

    with av.open(path) as container:
        return container.metadata.get("comment", "")


_TEXTS = {".svg": _svg_text, ".mp4": _video_text}


def exif_of(provenance: Provenance) -> bytes:
    """The provenance as an EXIF block, for WebP."""
    exif = Image.Exif()
    exif[_EXIF_TAG] = provenance.text()
    return exif.tobytes()
