"""A panel is in sight."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from latent_explorer.lessons.conditions.condition import Condition, ConditionSpec, Told, yes_or_no
from latent_explorer.lessons.situation import SinceBegun


@dataclass(frozen=True)
class UntilPanel(Condition):
    """panel: its title."""

    panel: str

    vocabulary: ClassVar[Mapping[str, str]] = {"panel": "panel"}

    def told(self, since: SinceBegun) -> Told:
        return yes_or_no(self.panel in since.now.panels)


PANELLED = ConditionSpec("panel", UntilPanel, "The panel with the title `panel` is in sight.")
