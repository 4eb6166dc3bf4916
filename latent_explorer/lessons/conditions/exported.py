"""A file was exported."""

from dataclasses import dataclass

from latent_explorer.lessons.conditions.condition import Condition, ConditionSpec, Told, counted
from latent_explorer.lessons.situation import SinceBegun


@dataclass(frozen=True)
class UntilExported(Condition):
    """count: of files that were written during the step."""

    count: int = 1

    def told(self, since: SinceBegun) -> Told:
        told = counted(since.now.exported - since.began.exported, self.count, "files")
        return told if self.count > 1 else Told(told.share)


EXPORTED = ConditionSpec("export", UntilExported, "So many files (`count`) were exported during the step.")
