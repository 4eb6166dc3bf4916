"""The view is near, or far."""

from dataclasses import dataclass

from latent_explorer.lessons.conditions.condition import Condition, ConditionSpec, Told
from latent_explorer.lessons.situation import SinceBegun


@dataclass(frozen=True)
class UntilZoomed(Condition):
    """least, most: how many times as large as when all is seen."""

    least: float = 0.0
    most: float = 0.0

    def told(self, since: SinceBegun) -> Told:
        zoom = since.now.of().zoom
        far = self.most <= 0 or zoom <= self.most
        return Told(1.0 if zoom >= self.least and far else 0.0, f"Now {zoom:.3g}×")

    def check(self) -> str:
        return "" if self.least > 0 or self.most > 0 else "expected `least` or `most` above 0, found neither"


ZOOMED = ConditionSpec("zoom", UntilZoomed, "The map is seen at `least`, or at `most`, so many times its whole size.")
