"""The map is seen through a kind of chart."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from latent_explorer.lessons.conditions.condition import Condition, ConditionSpec, Told, yes_or_no
from latent_explorer.lessons.situation import SinceBegun


@dataclass(frozen=True)
class UntilChart(Condition):
    """chart: a kind."""

    chart: str
    model: str = ""

    vocabulary: ClassVar[Mapping[str, str]] = {"chart": "chart", "model": "model"}

    def told(self, since: SinceBegun) -> Told:
        return yes_or_no(since.now.of(self.model).chart == self.chart)


CHARTED = ConditionSpec("chart", UntilChart, "The map (of `model`) is seen through a chart of the kind `chart`.")
