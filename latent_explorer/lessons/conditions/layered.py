"""A layer is shown, or hidden."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from latent_explorer.lessons.conditions.condition import Condition, ConditionSpec, Told, yes_or_no
from latent_explorer.lessons.situation import SinceBegun


@dataclass(frozen=True)
class UntilLayer(Condition):
    """layer: its title. shown: or hidden. least, most: of its opacity, in [0, 1]."""

    layer: str
    shown: bool = True
    least: float = 0.0
    most: float = 1.0
    model: str = ""

    vocabulary: ClassVar[Mapping[str, str]] = {"layer": "layer", "model": "model"}

    def told(self, since: SinceBegun) -> Told:
        opacity = since.now.of(self.model).layers.get(self.layer)
        if not self.shown:
            return yes_or_no(opacity is None)
        return yes_or_no(opacity is not None and self.least <= opacity <= self.most)


LAYERED = ConditionSpec(
    "layer",
    UntilLayer,
    "The `layer` of this title is `shown` (or not), its opacity between `least` and `most`, on the map of `model`.",
)
