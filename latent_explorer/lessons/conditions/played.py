"""The pictures of a path were gone through."""

from dataclasses import dataclass

from latent_explorer.lessons.conditions.condition import Condition, ConditionSpec, Told, counted
from latent_explorer.lessons.situation import SinceBegun


@dataclass(frozen=True)
class UntilPlayed(Condition):
    """frames: how many different ones were shown."""

    frames: int

    def told(self, since: SinceBegun) -> Told:
        return counted(len(since.trail.frames), self.frames, "pictures")


PLAYED = ConditionSpec("play", UntilPlayed, "So many `frames` of the filmstrip were shown, one by one or played.")
