"""A lesson as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from latent_explorer.lessons.conditions.condition import Condition

Ending = Literal["map", "maps", "filmstrip"]
"""What the picture at the end is of: the active map, both maps, or the active map with its path's pictures."""


@dataclass(frozen=True)
class LessonRun:
    """A training that a step offers. name: of its model. Settings that are left out are as usual."""

    name: str
    dataset: str = "mnist"
    family: str = "vae"
    trunk: str = "dense"
    latent_dim: int = 2
    epochs: int = 2
    batch_size: int = 128
    seed: int = 0
    settings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class LessonStep:
    """One thing to do. until: all of these conditions have held. hint: shown after so many seconds.

    open: models that a button opens, one or two beside each other. run: the name of a LessonRun that a button begins.
    new: whether what was so before the step began does not count. highlight: names of classes that are marked.
    """

    title: str
    text: str
    until: tuple[Condition, ...]
    hint: str = ""
    after: float = 30.0
    open: tuple[str, ...] = ()
    run: str = ""
    new: bool = False
    highlight: tuple[str, ...] = ()


@dataclass(frozen=True)
class EndPicture:
    """The picture at the end. shows: what it is of. text: what there is to see in it."""

    shows: Ending = "map"
    text: str = ""


@dataclass(frozen=True)
class LessonText:
    """A lesson. key: by which it is remembered. minutes: that it takes. models: that it needs."""

    key: str
    title: str
    sentence: str
    minutes: int
    steps: tuple[LessonStep, ...]
    picture: EndPicture = EndPicture()
    runs: Mapping[str, LessonRun] = field(default_factory=dict)
    file: Path | None = None

    @property
    def models(self) -> tuple[str, ...]:
        """The included models that it opens."""
        named = dict.fromkeys(model for step in self.steps for model in step.open)
        return tuple(name for name in named if name not in self.runs)
