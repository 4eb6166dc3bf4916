"""A run of training has come so far, or has ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from latent_explorer.lessons.conditions.condition import Condition, ConditionSpec, Told, counted, yes_or_no
from latent_explorer.lessons.situation import RunSeen, SinceBegun


@dataclass(frozen=True)
class UntilTrained(Condition):
    """run: its name, one of the lesson's. epoch: that it has reached; 0 for its end."""

    run: str
    epoch: int = 0

    vocabulary: ClassVar[Mapping[str, str]] = {"run": "run"}

    def told(self, since: SinceBegun) -> Told:
        seen = since.now.runs.get(self.run, RunSeen())
        if self.epoch <= 0 or seen.whole:
            return yes_or_no(seen.whole)
        return counted(seen.epoch, self.epoch, "epochs")


TRAINED = ConditionSpec("trained", UntilTrained, "The lesson's `run` has reached an `epoch`, or else has ended.")
