"""Only some classes are shown."""

from dataclasses import dataclass

from latent_explorer.lessons.conditions.condition import Condition, ConditionSpec, Told, yes_or_no
from latent_explorer.lessons.situation import SinceBegun


@dataclass(frozen=True)
class UntilClasses(Condition):
    """shown: the names of exactly those that are shown. most: how many are, where it does not matter which."""

    shown: tuple[str, ...] = ()
    most: int = 0

    def told(self, since: SinceBegun) -> Told:
        classes = since.now.of().classes
        if self.shown:
            return yes_or_no(classes == frozenset(self.shown))
        return Told(1.0 if 0 < len(classes) <= self.most else 0.0, f"{len(classes)} classes are shown")

    def check(self) -> str:
        return "" if self.shown or self.most > 0 else "expected `shown` or `most`, found neither"


HIDING = ConditionSpec("classes", UntilClasses, "Exactly the classes `shown` are shown, or at `most` so many.")
