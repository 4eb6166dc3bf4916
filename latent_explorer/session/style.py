"""The saved choices of Style transfer: content, style, and the grid's rows and columns."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from latent_explorer.session.own_image import OwnImage

MOST_STYLES = 12
"""The number of columns of the grid in the window, and of rows that are images."""

Rows = Literal["classes", "selected"]
Columns = Literal["spread", "random", "selected", "pins"]


class StyleSide(msgspec.Struct, frozen=True, omit_defaults=True):
    """A choice of content or style: a latent z, with a class. words: what it is.

    number: of the image in the dataset, whose latent is the bundle's; None for any other latent. own: the user's own
    image, as encoded.
    """

    z: Annotated[tuple[float, ...], Meta(max_length=4096)]
    label: Annotated[int, Meta(ge=0, le=2**15)] = 0
    words: Annotated[str, Meta(max_length=1000)] = ""
    number: Annotated[int, Meta(ge=0, le=10**9)] | None = None
    own: OwnImage | None = None

    def fits(self, images: int, classes: int) -> bool:
        """Whether it fits a model with this many images and classes."""
        return self.label < classes and (self.number is None or self.number < images)


class StyleChoice(msgspec.Struct, frozen=True, omit_defaults=True):
    """All choices. rows, columns: what those of the grid are. count: of styles; seed: of a draw of them."""

    content: StyleSide | None = None
    style: StyleSide | None = None
    rows: Rows = "classes"
    columns: Columns = "spread"
    count: Annotated[int, Meta(ge=2, le=MOST_STYLES)] = 8
    seed: Annotated[int, Meta(ge=0, le=10**9)] = 0

    @property
    def sides(self) -> dict[str, StyleSide]:
        """Content and style by these words, as far as they are chosen."""
        both = {"content": self.content, "style": self.style}
        return {role: side for role, side in both.items() if side is not None}

    def fitting(self, images: int, classes: int) -> "StyleChoice":
        """The same without the sides that do not fit a model with this many images and classes."""
        left: dict[str, None] = {role: None for role, side in self.sides.items() if not side.fits(images, classes)}
        return msgspec.structs.replace(self, **left) if left else self


NO_STYLE = StyleChoice()
