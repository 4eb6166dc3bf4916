"""The description of a family of networks: its losses, settings and phases. Free of torch."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from latent_explorer.errors import UserError


@dataclass(frozen=True)
class Loss:
    """One of the losses of a family. name: in logs and files. label: in texts."""

    name: str
    label: str


@dataclass(frozen=True)
class FamilySetting:
    """A numeric setting of a family: in the form, as an option of `train`, and in `NetSpec.settings`.

    low, high: the accepted range. whole: whether it is an integer. note: a paragraph, with {value}, for the card of a
    network whose value is not `default`. corrupts: whether a value above 0 corrupts the encoder's input in training.
    former: its old name in earlier bundles and runs; empty if it was never renamed.
    """

    name: str
    label: str
    sentence: str
    default: float
    low: float
    high: float
    whole: bool = False
    note: str = ""
    corrupts: bool = False
    former: str = ""


@dataclass(frozen=True)
class Phase:
    """A part of a training step, with its own optimiser.

    loss: the name of the loss it minimises. parts: the submodules it trains; empty for all. betas: of Adam. rate: a
    factor on the learning rate.
    """

    loss: str
    parts: tuple[str, ...] = ()
    betas: tuple[float, float] = (0.9, 0.999)
    rate: float = 1.0


@dataclass(frozen=True)
class Family:
    """A kind of network, independent of its trunk.

    name: in files and commands. label: a few words. title: what it is, with an article. sentence: what it is good for.
    network: "module:Class" of its LatentModel, imported when one is built. losses: the first one is minimised. encodes:
    whether it has an encoder; without one, the latents of a bundle are draws from the prior. inverts: whether an
    encoder is then trained afterwards, on its own pictures (`nets.generator.Generator`). has_variance: whether an
    image's latent is a Gaussian. conditional: whether encoder and decoder get the class. phases: of a training step, in
    order; without phases, all parts minimise the first loss.
    """

    name: str
    label: str
    title: str
    sentence: str
    network: str
    losses: tuple[Loss, ...]
    settings: tuple[FamilySetting, ...] = ()
    phases: tuple[Phase, ...] = ()
    encodes: bool = True
    inverts: bool = False
    has_variance: bool = False
    conditional: bool = False

    def values(self, chosen: Mapping[str, float]) -> dict[str, float]:
        """The value of every setting, by default its usual one; former names are accepted.

        Raises UserError if a name is unknown or a value is out of range.
        """
        known = {setting.name: setting for setting in self.settings}
        renamed = {setting.former: setting.name for setting in self.settings if setting.former}
        chosen = {renamed.get(name, name): value for name, value in chosen.items()}
        for name, value in chosen.items():
            if name not in known:
                raise UserError(f"{self.label} has no setting {name!r}: expected {listed(known)}")
            low, high = known[name].low, known[name].high
            if not (math.isfinite(value) and low <= value <= high) or (known[name].whole and value != int(value)):
                kind = "a whole number" if known[name].whole else "a number"
                raise UserError(f"{name}: expected {kind} within {low:g}..{high:g}, found {value}")
        return {name: chosen.get(name, setting.default) for name, setting in known.items()}

    def cleans(self, chosen: Mapping[str, float]) -> bool:
        """Whether a network with these settings has learned to restore corrupted images."""
        return any(each.corrupts and chosen.get(each.name, each.default) > 0 for each in self.settings)

    @property
    def followed(self) -> tuple[str, ...]:
        """The losses that its parts minimise, in the order of `losses`; the first one if there are no phases."""
        names = {phase.loss for phase in self.phases} or {loss.name for loss in self.losses[:1]}
        return tuple(loss.name for loss in self.losses if loss.name in names)

    @property
    def competes(self) -> bool:
        """Whether its parts only compete with each other, so that no loss measures how good it is."""
        return not self.encodes and len(self.followed) > 1

    def labels(self) -> dict[str, str]:
        """The label of each loss, by name."""
        return {loss.name: loss.label for loss in self.losses}


def listed(names: Mapping[str, object]) -> str:
    """Names as text for a sentence."""
    return ", ".join(sorted(names)) or "none"
