"""A path is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from latent_explorer.lessons.conditions.condition import Condition, ConditionSpec, Told, yes_or_no
from latent_explorer.lessons.situation import PathSeen, SinceBegun


@dataclass(frozen=True)
class UntilPath(Condition):
    """ends: the classes at its two ends, in any order. curve, beside: by name. through: way points, at least."""

    ends: tuple[str, ...] = ()
    curve: str = ""
    beside: str = ""
    through: int = 0
    model: str = ""

    vocabulary: ClassVar[Mapping[str, str]] = {"curve": "curve", "beside": "curve", "model": "model"}
    minds_new: ClassVar[bool] = True

    def told(self, since: SinceBegun) -> Told:
        path = since.now.of(self.model).path
        if path is None or (since.new and path == since.began.of(self.model).path):
            return Told(0.0)
        ends = sorted((path.start.label, path.end.label))
        if self.ends and ends != sorted(self.ends):
            return Told(0.0, f"This path leads from {_end(path.start.label)} to {_end(path.end.label)}")
        return yes_or_no(self._fits(path))

    def _fits(self, path: PathSeen) -> bool:
        return self.curve in ("", path.curve) and self.beside in ("", path.compare) and path.through >= self.through

    def check(self) -> str:
        return "" if len(self.ends) in (0, 2) else f"`ends`: expected two names of classes, found {len(self.ends)}"


def _end(label: str) -> str:
    return f"a {label}" if label else "a place without a class"


PATHED = ConditionSpec(
    "path",
    UntilPath,
    "A path is drawn; where given, with the classes `ends` at its ends, along `curve`, `beside` a second curve, "
    "`through` so many way points, on the map of `model`.",
)
