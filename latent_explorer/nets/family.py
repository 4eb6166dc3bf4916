"""What a family of networks says of itself: its losses, settings and phases. Free of torch."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from latent_explorer.errors import UserError


@dataclass(frozen=True)
class Loss:
    """One of the losses of a family. name: in logs and files. label: in words."""

    name: str
    label: str


@dataclass(frozen=True)
class FamilySetting:
    """A number that a family adds to what can be chosen: in the form, as an option of `train`, in `NetSpec.settings`.

    low, high: of what is accepted. whole: whether it is an integer. note: a paragraph for the card of a network in
    which it is not `default`, with {value}. corrupts: whether above 0 it spoils what is encoded in training.
    former: what it was called in bundles and runs of before; empty where it always was called so.
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
    """A part of a training step, with an optimiser of its own.

    loss: the name of the loss whose gradient is followed. parts: the submodules that follow it; none for all.
    betas: of Adam. rate: a factor on the learning rate.
    """

    loss: str
    parts: tuple[str, ...] = ()
    betas: tuple[float, float] = (0.9, 0.999)
    rate: float = 1.0


@dataclass(frozen=True)
class Family:
    """A kind of network, whatever its trunk.

    name: in files and commands. label: in a few words. title: what it is, with its article. sentence: what it is good
    for. network: "module:Class" of its LatentModel, imported when one is built. losses: the first is the one that
    is followed. encodes: whether it has an encoder; without one, the latents of a bundle are draws from the prior.
    inverts: whether it is then given one after training, taught on its own pictures (`nets.generator.Generator`).
    has_variance: whether an image's latent is a Gaussian. conditional: whether encoder and decoder are given the class.
    phases: of a training step, one after the other; where there are none, all follow the first loss.
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
        """The value of every setting, the usual one where none is `chosen`; a former name counts as the one of now.

        Raises UserError where a name is unknown or a value out of range.
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
        """Whether a network of these settings has learned to make clean pictures of corrupted images."""
        return any(each.corrupts and chosen.get(each.name, each.default) > 0 for each in self.settings)

    @property
    def followed(self) -> tuple[str, ...]:
        """The losses that its parts follow, in the order of `losses`; the first where there are no phases."""
        names = {phase.loss for phase in self.phases} or {loss.name for loss in self.losses[:1]}
        return tuple(loss.name for loss in self.losses if loss.name in names)

    @property
    def competes(self) -> bool:
        """Whether its parts play against each other and nothing else is learned: then no loss says how good it is."""
        return not self.encodes and len(self.followed) > 1

    def labels(self) -> dict[str, str]:
        """What each loss is called, by name."""
        return {loss.name: loss.label for loss in self.losses}


def listed(names: Mapping[str, object]) -> str:
    """Names in a sentence."""
    return ", ".join(sorted(names)) or "none"
