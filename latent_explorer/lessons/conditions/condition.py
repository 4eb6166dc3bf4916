"""What a condition is: a question to what has happened since a step began."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from latent_explorer.lessons.situation import SinceBegun


@dataclass(frozen=True)
class Told:
    """How far a condition is met. share: in [0, 1]; it is met at 1. words: how far, where that can be counted."""

    share: float
    words: str = ""

    @property
    def met(self) -> bool:
        return self.share >= 1


def yes_or_no(met: bool) -> Told:
    """What can only be so or not."""
    return Told(1.0 if met else 0.0)


def counted(found: float, wanted: float, what: str) -> Told:
    """So many of so many; met at once where none are wanted."""
    if wanted <= 0:
        return Told(1.0)
    share = min(found / wanted, 1.0)
    return Told(share, f"{min(found, wanted):.3g} of {wanted:.3g} {what}")


@dataclass(frozen=True)
class Condition:
    """A condition with its parameters, which are its fields.

    vocabulary: of the fields whose values are names of something that the window has, what they are names of.
    minds_new: whether it heeds `SinceBegun.new` itself; where not, it has to be seen unmet first.
    """

    vocabulary: ClassVar[Mapping[str, str]] = {}
    minds_new: ClassVar[bool] = False

    def told(self, since: SinceBegun) -> Told:
        """How far it is met."""
        raise NotImplementedError

    def check(self) -> str:
        """What contradicts itself in the parameters, as `expected ..., found ...`; empty where nothing does."""
        return ""


@dataclass(frozen=True)
class ConditionSpec:
    """A condition's entry. name: in files. kind: made of the parameters. sentence: what it waits for, for a teacher."""

    name: str
    kind: type[Condition]
    sentence: str
