"""The user's own image as it is saved: the sheet, small, and where the model put it."""

import base64
import binascii
from typing import Annotated

import msgspec
from msgspec import Meta

MOST_CHARACTERS = 200_000
"""The size limit of a sheet as text: a drawing takes some thousands; a larger photo is not saved."""

_PNG = b"\x89PNG\r\n\x1a\n"


class OwnImage(msgspec.Struct, frozen=True, omit_defaults=True):
    """png: of the sheet, in base 64. z: its latent; empty if it has none. without: the skipped steps of preparation.

    drawn: whether the sheet was empty at first. note: its description, such as the file's name.
    """

    png: Annotated[str, Meta(max_length=MOST_CHARACTERS)]
    z: Annotated[tuple[float, ...], Meta(max_length=4096)] = ()
    without: Annotated[tuple[Annotated[str, Meta(max_length=40)], ...], Meta(max_length=20)] = ()
    drawn: bool = True
    note: Annotated[str, Meta(max_length=1000)] = ""

    @classmethod
    def of(
        cls, png: bytes, z: tuple[float, ...], without: tuple[str, ...], drawn: bool, note: str
    ) -> "OwnImage | None":
        """The image of a PNG file; None if it is too large to be saved."""
        text = base64.b64encode(png).decode()
        return cls(text, z, without, drawn, note[:1000]) if len(text) <= MOST_CHARACTERS else None

    @property
    def content(self) -> bytes:
        """The PNG file; empty if it is invalid."""
        try:
            content = base64.b64decode(self.png, validate=True)
        except (binascii.Error, ValueError):
            return b""
        return content if content.startswith(_PNG) else b""
