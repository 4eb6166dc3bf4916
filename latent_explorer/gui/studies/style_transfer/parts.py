"""A choice of content or style: a latent with a class and its origin."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from latent_explorer.engine.handlers.encode_each import EncodedEach
from latent_explorer.gui.studies.own_image.pictures import image_of, pixels_of, png_of
from latent_explorer.gui.widgets.images import to_qimage
from latent_explorer.session import OpenBundle
from latent_explorer.session.own_image import OwnImage
from latent_explorer.session.session import as_point
from latent_explorer.session.style import StyleSide

ROLES = ("content", "style")
MIXED = 9
"""The number of pictures from the content's own style to the other style."""


@dataclass(frozen=True, eq=False)
class StylePart:
    """A latent z (d,) with a class. words: its description.

    number: of its image in the dataset, or None. image: uint8 (h, w, c), the original, once known. each: for the user's
    own image, its latents under every class.
    """

    z: NDArray[np.float32]
    label: int
    words: str
    number: int | None = None
    image: NDArray[np.uint8] | None = None
    each: EncodedEach | None = None

    @classmethod
    def of_own(cls, found: EncodedEach, words: str) -> "StylePart":
        """The user's own image, with the class under which the model reconstructs it best."""
        label = int(np.argmin(found.error))
        return cls(found.z[label], label, words, image=found.prepared, each=found)

    @classmethod
    def of_side(cls, side: StyleSide, bundle: OpenBundle) -> "StylePart":
        """A part from its saved form. The user's own image keeps its latent."""
        means, picture = bundle.latents.mean, None if side.own is None else image_of(side.own.content)
        z = np.array(side.z, np.float32) if side.number is None else means[side.number]
        image = None if picture is None else pixels_of(picture)[..., : bundle.config.net.image_shape[2]]
        return cls(z, side.label, side.words, side.number, image)

    @property
    def side(self) -> StyleSide:
        """The saved form."""
        kept = None
        if self.number is None and self.image is not None:
            kept = OwnImage.of(png_of(to_qimage(self.image)), (), (), False, "")
        return StyleSide(as_point(self.z), self.label, self.words[:1000], self.number, kept)

    def under(self, label: int) -> "StylePart":
        """The part under another class; the user's own image has another latent then."""
        return replace(self, label=label, z=self.z if self.each is None else self.each.z[label])


def asked(content: StylePart | None, style: StylePart | None) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Latents (n, d) and classes (n,) to decode.

    First the given parts; then, if there are both, the mixtures, the last of which is the content's class in the full
    style.
    """
    parts = [part for part in (content, style) if part is not None]
    z, labels = [part.z[None] for part in parts], [part.label for part in parts]
    if content is not None and style is not None:
        shares = np.linspace(0, 1, MIXED, dtype=np.float32)[:, None]
        z.append(content.z * (1 - shares) + style.z * shares)
        labels += [content.label] * MIXED
    return np.concatenate(z), np.array(labels, np.int64)
