"""Images are selected."""

from dataclasses import dataclass

from latent_explorer.lessons.conditions.condition import Condition, ConditionSpec, Told, counted
from latent_explorer.lessons.situation import SinceBegun


@dataclass(frozen=True)
class UntilSelected(Condition):
    """least: how many of them."""

    least: int = 1

    def told(self, since: SinceBegun) -> Told:
        told = counted(since.now.of().selected, self.least, "images")
        return told if self.least > 1 else Told(told.share)


SELECTED = ConditionSpec("select", UntilSelected, "At `least` so many images are selected.")
