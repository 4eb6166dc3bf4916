"""A lens was held over a point."""

from dataclasses import dataclass

from latent_explorer.lessons.conditions.condition import Condition, ConditionSpec, Told, counted
from latent_explorer.lessons.situation import SinceBegun


@dataclass(frozen=True)
class UntilLens(Condition):
    """seconds: how long, in all."""

    seconds: float = 1.0

    def told(self, since: SinceBegun) -> Told:
        return counted(sum(each.seconds for each in since.trail.stretches if each.lens), self.seconds, "seconds")


LENS = ConditionSpec("lens", UntilLens, "The lens (hold X over a point) was open for so many `seconds`.")
