"""Anomalies are looked for."""

from dataclasses import dataclass

from latent_explorer.lessons.conditions.condition import Condition, ConditionSpec, Told, yes_or_no
from latent_explorer.lessons.situation import SinceBegun


@dataclass(frozen=True)
class UntilJudged(Condition):
    """against: what the model's images are compared with. moved: whether the threshold must be another than it was."""

    against: str = ""
    moved: bool = False

    def told(self, since: SinceBegun) -> Told:
        now, began = since.now, since.began
        if now.alarms is None or self.against not in ("", now.against):
            return Told(0.0)
        return yes_or_no(not self.moved or (began.alarms is not None and abs(now.alarms - began.alarms) > _STEP))


_STEP = 1e-4  # of the share above the threshold: less is no move of a hand
JUDGED = ConditionSpec(
    "anomalies",
    UntilJudged,
    "The panel Anomalies judges images; where given, `against` this second set, its threshold `moved` during the step.",
)
