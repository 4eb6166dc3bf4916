"""Points are coloured by something."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from latent_explorer.lessons.conditions.condition import Condition, ConditionSpec, Told, yes_or_no
from latent_explorer.lessons.situation import SinceBegun


@dataclass(frozen=True)
class UntilColoured(Condition):
    """by: the name of what they are coloured by."""

    by: str
    model: str = ""

    vocabulary: ClassVar[Mapping[str, str]] = {"by": "colouring", "model": "model"}

    def told(self, since: SinceBegun) -> Told:
        return yes_or_no(since.now.of(self.model).colour == self.by)


COLOURED = ConditionSpec("colour", UntilColoured, "Points are coloured `by` this, on the map of `model`.")
