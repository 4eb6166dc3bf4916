"""Two maps are linked."""

from dataclasses import dataclass

from latent_explorer.lessons.conditions.condition import Condition, ConditionSpec, Told, counted, yes_or_no
from latent_explorer.lessons.situation import SinceBegun


@dataclass(frozen=True)
class UntilLinked(Condition):
    """anchors: between them, at least. fitted: whether a translator must be there."""

    anchors: int = 0
    fitted: bool = False

    def told(self, since: SinceBegun) -> Told:
        now = since.now
        if not now.linked:
            return Told(0.0)
        parts = (counted(now.anchors, self.anchors, "anchors"), yes_or_no(now.fitted or not self.fitted))
        return min(parts, key=lambda part: part.share)


LINKED = ConditionSpec("linked", UntilLinked, "Two maps are linked, by `anchors`, and a translator is `fitted`.")
