"""Models are open."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from latent_explorer.lessons.conditions.condition import Condition, ConditionSpec, Told, counted
from latent_explorer.lessons.situation import SinceBegun


@dataclass(frozen=True)
class UntilOpened(Condition):
    """models: that are open, side by side where there are two."""

    models: tuple[str, ...]

    vocabulary: ClassVar[Mapping[str, str]] = {"models": "model"}

    def told(self, since: SinceBegun) -> Told:
        there = {each.model for each in since.now.maps}
        told = counted(sum(model in there for model in self.models), len(self.models), "models")
        return told if len(self.models) > 1 else Told(told.share)

    def check(self) -> str:
        return "" if 1 <= len(self.models) <= 2 else f"`models`: expected one or two names, found {len(self.models)}"


OPENED = ConditionSpec("open", UntilOpened, "The models named in `models`, one or two, are open.")
