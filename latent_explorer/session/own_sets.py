"""Sets of the user's own images on a map, saved as the paths of the images, not the images themselves."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

MOST_SETS = 20
"""The maximum on one map."""

_Path = Annotated[str, Meta(max_length=4096)]


@dataclass(frozen=True)
class OwnSet:
    """One set. name: given by a person; "" for that of its files.

    sources: files and folders, as `service.codec.path_to_text` writes paths, or the name of a dataset. prepare: which
    images are prepared like the dataset's: "others", those of another size, "all", or "none". search: whether places
    are searched for. shown: on the map. colouring: "one" colour, "group", or "score".
    """

    sources: Annotated[tuple[_Path, ...], Meta(min_length=1, max_length=10_000)]
    name: Annotated[str, Meta(max_length=200)] = ""
    prepare: Annotated[str, Meta(pattern="^(others|all|none)$")] = "others"
    search: bool = False
    shown: bool = True
    colouring: Annotated[str, Meta(pattern="^(one|group|score)$")] = "one"

    @property
    def key(self) -> tuple[tuple[str, ...], str, bool]:
        """Everything that determines the places of its images."""
        return self.sources, self.prepare, self.search
