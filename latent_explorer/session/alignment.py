"""A person's work on two maps: the anchors between their images, and the translator fitted on them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from psygnal import Signal

from latent_explorer.errors import UserError
from latent_explorer.session.changes import Undoable

Anchor = tuple[int, int]
"""An image of the source map, and the image of the target map with the same meaning."""

Growth = Literal["", "bootstrapped", "blind"]
"""How the pairs for a translator are found: the anchors alone, the anchors grown by mutual nearest neighbours, or no
anchors at all."""


@dataclass(frozen=True)
class AlignmentState:
    """anchors: in the order of their numbers. translator: a kind of translator."""

    anchors: tuple[Anchor, ...] = ()
    translator: str = "affine"
    growth: Growth = ""


class Alignment(Undoable[AlignmentState]):
    """The anchors between two open bundles, with undo. counts: the numbers of images of the source and the target."""

    changed = Signal(AlignmentState, AlignmentState)

    def __init__(self, counts: tuple[int, int], state: AlignmentState | None = None) -> None:
        super().__init__(state or AlignmentState())
        self.counts = counts

    def add(self, source: int, target: int) -> None:
        """Add an anchor. Raises UserError if one of the images already has one, or does not exist."""
        self._put((*self.state.anchors, (source, target)))

    def replace(self, anchors: Iterable[Anchor]) -> None:
        """Replace all anchors by these. Raises UserError like `add`."""
        self._put(tuple(anchors))

    def move(self, index: int, source: int, target: int) -> None:
        """Tie an anchor to other images. Raises UserError like `add`."""
        anchors = self.state.anchors
        self._put((*anchors[:index], (source, target), *anchors[index + 1 :]))

    def delete(self, indices: Collection[int]) -> None:
        """Delete anchors as one undoable change."""
        self._put(tuple(each for index, each in enumerate(self.state.anchors) if index not in indices))

    def choose(self, translator: str | None = None, growth: Growth | None = None) -> None:
        """Choose another kind of translator, or another way to find pairs."""
        chosen = {"translator": translator, "growth": growth}
        self._change(**{name: value for name, value in chosen.items() if value is not None})

    def _put(self, anchors: tuple[Anchor, ...]) -> None:
        for side, (name, count) in enumerate(zip(("source", "target"), self.counts, strict=True)):
            images = [anchor[side] for anchor in anchors]
            if wrong := [image for image in images if not 0 <= image < count]:
                raise UserError(f"anchor: the {name} has no image {wrong[0]}; expected 0 to {count - 1}")
            if len(set(images)) < len(images):
                twice = next(image for image in images if images.count(image) > 1)
                raise UserError(f"image {twice} of the {name} already has an anchor; move or delete that one")
        self._change(anchors=anchors)
