"""Places are pinned."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from latent_explorer.lessons.conditions.condition import Condition, ConditionSpec, Told, counted
from latent_explorer.lessons.situation import SinceBegun


@dataclass(frozen=True)
class UntilPinned(Condition):
    """count: of pins, at least; where given, of those near images of the class `label`, or in `empty` places."""

    count: int = 1
    label: str = ""
    empty: bool = False
    model: str = ""

    vocabulary: ClassVar[Mapping[str, str]] = {"model": "model"}
    minds_new: ClassVar[bool] = True

    def told(self, since: SinceBegun) -> Told:
        before = since.began.of(self.model).pins if since.new else ()
        pins = [pin for pin in since.now.of(self.model).pins if pin not in before]
        fitting = [pin for pin in pins if self.label in ("", pin.label) and (pin.empty or not self.empty)]
        told = counted(len(fitting), self.count, "pins")
        if pins and not fitting:
            return Told(0.0, "A pin is there, but at another kind of place")
        return told if self.count > 1 else Told(told.share)


PINNED = ConditionSpec(
    "pin",
    UntilPinned,
    "So many places (`count`) are pinned; where given, near images of the class `label`, in `empty` places, on the map "
    "of `model`.",
)
