"""The pointer has moved over a map."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from latent_explorer.lessons.conditions.condition import Condition, ConditionSpec, Told, counted
from latent_explorer.lessons.situation import Pointed, SinceBegun


@dataclass(frozen=True)
class UntilHovered(Condition):
    """seconds, distance: of the pointer over the map, the second in widths of the map. classes: how many it met.

    model, label: only over this one's map, only where the nearest image is of this class. empty: only over holes.
    linked: only while the other map shows where the place is taken to.
    """

    seconds: float = 0.0
    distance: float = 0.0
    classes: int = 0
    model: str = ""
    label: str = ""
    empty: bool = False
    linked: bool = False

    vocabulary: ClassVar[Mapping[str, str]] = {"model": "model"}

    def told(self, since: SinceBegun) -> Told:
        found = [each for each in since.trail.stretches if self._counts(each)]
        labels = {each.place.label for each in found if each.place.label and not each.place.empty}
        parts = [
            counted(len(labels), self.classes, "classes"),
            counted(sum(each.seconds for each in found), self.seconds, "seconds"),
            counted(sum(each.moved for each in found), self.distance, "widths of the map"),
        ]
        return min(parts, key=lambda part: part.share)

    def _counts(self, each: Pointed) -> bool:
        model = self.model in ("", each.model)
        label = self.label in ("", each.place.label)
        return model and label and (each.place.empty or not self.empty) and (each.linked or not self.linked)

    def check(self) -> str:
        if max(self.seconds, self.distance, self.classes) <= 0:
            return "expected `seconds`, `distance` or `classes` above 0, found none"
        return ""


HOVERED = ConditionSpec(
    "hover",
    UntilHovered,
    "The pointer has been over a map for `seconds`, moved by `distance` (in widths of the map), met `classes`; where "
    "given, only over the map of `model`, near images of the class `label`, over `empty` places, or while a "
    "`linked` map shows where the place is taken to.",
)
