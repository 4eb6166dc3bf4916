"""What a session saves of the link between two maps: the anchors, the translator, and the link's settings."""

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from latent_explorer.session.alignment import AlignmentState, Anchor, Growth

MOST_INLINE = 500
"""The maximum number of anchors in a session's file itself; more are stored as an array beside it."""

ARRAY = "anchors"
USUAL = AlignmentState().translator
_Name = Annotated[str, Meta(max_length=200)]


class KeptAlignment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The saved part of an AlignmentState. anchors: images of source and target, in the order of their numbers.

    translator: a kind of translator. growth: how the pairs for it are found.
    """

    anchors: tuple[Anchor, ...] = ()
    translator: _Name = USUAL
    growth: Growth = ""


class SavedAlignment(KeptAlignment, frozen=True, kw_only=True, omit_defaults=True):
    """The link between the first map of a session, the source, and the second, the target.

    array: the name of the array with the anchors, int64 (k, 2); empty if they are in `anchors`. linked: whether the
    maps are linked. travels: what one map shows in the other, by name; None for the default.
    """

    array: Annotated[str, Meta(pattern="^[a-z0-9-]{0,40}$")] = ""
    linked: bool = True
    travels: Annotated[tuple[_Name, ...], Meta(max_length=40)] | None = None

    @property
    def made(self) -> KeptAlignment:
        """The part that is a person's work."""
        return KeptAlignment(anchors=self.anchors, translator=self.translator, growth=self.growth)


def saved_alignment(state: AlignmentState, **behaviour: Any) -> tuple[SavedAlignment, dict[str, NDArray[np.int64]]]:
    """A state in the form of a session, and the array that it names, if any. behaviour: linked, travels."""
    long = len(state.anchors) > MOST_INLINE
    saved = SavedAlignment(
        anchors=() if long else state.anchors,
        array=ARRAY if long else "",
        translator=state.translator,
        growth=state.growth,
        **behaviour,
    )
    return saved, {ARRAY: np.array(state.anchors, np.int64)} if long else {}


def turned(anchors: tuple[Anchor, ...], side: int) -> tuple[Anchor, ...]:
    """Anchors with the image of one side first: the source for 0, the target for 1."""
    return anchors if side == 0 else tuple((target, source) for source, target in anchors)


def anchors_of(saved: SavedAlignment, arrays: Mapping[str, NDArray[Any]]) -> tuple[Anchor, ...]:
    """The anchors of a saved link, wherever they are stored."""
    if not saved.array:
        return saved.anchors
    pairs = arrays[saved.array].tolist()
    return tuple((source, target) for source, target in pairs)


def fitting(
    kept: KeptAlignment, anchors: tuple[Anchor, ...], counts: tuple[int, int], kinds: Collection[str]
) -> tuple[AlignmentState, list[str]]:
    """The part of a saved alignment that fits bundles with these numbers of images; and what does not fit, in words.

    anchors: all of them. counts: the numbers of images of the source and the target. kinds: the available translators.
    """
    there = [each for each in anchors if all(0 <= image < count for image, count in zip(each, counts, strict=True))]
    single = tuple(_single(there))
    lost = []
    if gone := len(anchors) - len(there):
        lost.append(f"{_anchors(gone)} of images that are not there")
    if twice := len(there) - len(single):
        lost.append(f"{_anchors(twice)} of images that have one already")
    known = kept.translator in kinds
    if not known:
        lost.append(f"the translator {kept.translator[:40]!r}, which is none of this program ({USUAL} takes its place)")
    return AlignmentState(single, kept.translator if known else USUAL, kept.growth), lost


def _single(anchors: Collection[Anchor]) -> Iterator[Anchor]:
    """The first anchor of each image."""
    sources, targets = set[int](), set[int]()
    for source, target in anchors:
        if source not in sources and target not in targets:
            sources.add(source)
            targets.add(target)
            yield source, target


def _anchors(count: int) -> str:
    return f"{count:,} anchor{'s' if count > 1 else ''}"
