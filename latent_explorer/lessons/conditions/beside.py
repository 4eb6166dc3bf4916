"""What is decoded lies beside the map's surface."""

from dataclasses import dataclass

from latent_explorer.lessons.conditions.condition import Condition, ConditionSpec, Told, counted
from latent_explorer.lessons.situation import SinceBegun


@dataclass(frozen=True)
class UntilBeside(Condition):
    """seconds: how long, in all."""

    seconds: float = 1.0

    def told(self, since: SinceBegun) -> Told:
        return counted(sum(each.seconds for each in since.trail.stretches if each.beside), self.seconds, "seconds")


BESIDE = ConditionSpec(
    "beside",
    UntilBeside,
    "The inspector has shown a place beside the map's surface for so many `seconds`: a dimension was moved.",
)
