"""A conditional decoder is given a class."""

from dataclasses import dataclass

from latent_explorer.lessons.conditions.condition import Condition, ConditionSpec, Told, yes_or_no
from latent_explorer.lessons.situation import SinceBegun


@dataclass(frozen=True)
class UntilDecodedAs(Condition):
    """label: the name of the class; empty for any other than at first."""

    label: str = ""

    def told(self, since: SinceBegun) -> Told:
        now, began = since.now.of().decoded_as, since.began.of().decoded_as
        return yes_or_no(bool(now) and (now == self.label if self.label else now != began))


DECODED_AS = ConditionSpec("class", UntilDecodedAs, "A conditional model decodes as the class `label`, or another.")
