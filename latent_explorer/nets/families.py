"""Which families of networks there are, what each can do, its losses and settings, and what trunks there are: free of
torch, so that a window can offer them.

A family is a file with its network (a `nets.model.LatentModel`) and an entry: below, or where another package calls
`register`.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from latent_explorer.errors import UserError
from latent_explorer.plugins import Registry

_TAKEN = {
    "as_json", "augmentation", "batch_size", "context", "dataset", "device", "devices", "download", "epochs", "family",
    "hidden", "latent_dim", "learning_rate", "lr", "moments", "name", "nodes", "out", "overwrite", "pages", "precision",
    "prior_warm_up", "resume", "schedule", "seed", "settings", "side", "snapshots", "source", "trunk",
}  # fmt: skip
"""What every run has a setting or an option for."""


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


@dataclass(frozen=True)
class Phase:
    """A part of a training step, with an optimiser of its own.

    loss: the name of the loss whose gradient is followed. parts: the submodules that follow it; none for all.
    betas: of Adam.
    """

    loss: str
    parts: tuple[str, ...] = ()
    betas: tuple[float, float] = (0.9, 0.999)


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
        """The value of every setting, the usual one where none is `chosen`.

        Raises UserError where a name is unknown or a value out of range.
        """
        known = {setting.name: setting for setting in self.settings}
        for name, value in chosen.items():
            if name not in known:
                raise UserError(f"{self.label} has no setting {name!r}: expected {_listed(known)}")
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


def _check(family: Family) -> None:
    if (complaint := _complaint(family)) is not None:
        raise UserError(f"the family {family.name!r} ({family.network}) cannot be registered: {complaint}")


def _complaint(family: Family) -> str | None:
    names = [*family.labels(), *(setting.name for setting in family.settings)]
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", family.name):
        return "expected a name of small letters, digits and hyphens"
    if family.name == "foreign":
        return "that name is taken"
    if not re.fullmatch(r"[\w.]+:\w+", family.network):
        return f"expected its network as module:Class, found {family.network!r}"
    if not family.losses:
        return "expected at least one loss"
    given = len(family.losses) + len(family.settings)
    if len(set(names)) < given or not all(name.isidentifier() for name in names):
        return "expected losses and settings with a Python name each, none twice"
    if _TAKEN & {setting.name for setting in family.settings}:
        return f"expected settings called otherwise than those of every run: {', '.join(sorted(_TAKEN))}"
    for each in family.settings:
        if not each.low <= each.default <= each.high or (each.whole and not isinstance(each.default, int)):
            return f"expected the default of {each.name} within {each.low:g}..{each.high:g}, an int where it is whole"
    if any(phase.loss not in family.labels() for phase in family.phases):
        return "expected phases that follow its losses"
    if family.has_variance and not family.encodes:
        return "a variance is what an encoder gives, and it has none"
    if family.inverts and (family.encodes or family.conditional):
        return "an encoder is taught afterwards where there is none, and no class is given"
    return None


FAMILIES: Registry[Family] = Registry("families", Family, check=_check)
"""All there are, by name; those of other packages included."""

register = FAMILIES.register

FOREIGN = Family(
    name="foreign",
    label="Imported model",
    title="A model of another program",
    sentence="It was trained elsewhere, and is run as it came.",
    network="latent_explorer.nets.foreign:ForeignModel",
    losses=(),
)
"""What a model is that is no network of ours: it is not registered, since none can be trained here."""


NO_DECODER = "this model has no decoder: it makes no pictures of latents"
"""What is said where something would have to be decoded, of a model of another program that cannot."""


def find_family(name: str) -> Family:
    """The family of that name. Raises UserError that lists those there are; nothing is imported for a name."""
    if name == FOREIGN.name:
        return FOREIGN
    if name not in FAMILIES:
        raise UserError(
            f"no family of networks called {name!r}: expected one of {_listed(FAMILIES)}. If another package provides "
            "it, install that package; `latent-explorer plugins` lists what is installed"
        )
    return FAMILIES[name]


def _listed(names: Mapping[str, object]) -> str:
    return ", ".join(sorted(names)) or "none"


register(
    Family(
        name="vae",
        label="VAE",
        title="A variational autoencoder",
        sentence="Each image becomes a small cloud. The map has no holes: every place decodes to a picture.",
        network="latent_explorer.nets.vae:VariationalAutoencoder",
        losses=(Loss("loss", "loss"), Loss("reconstruction", "reconstruction"), Loss("kl", "KL")),
        settings=(
            FamilySetting(
                "beta",
                "Beta",
                "The weight of the KL term. Above 1 the clouds crowd towards the middle; below 1 the pictures are "
                "sharper and the map has more gaps.",
                default=1,
                low=0,
                high=1000,
                note="It was trained with a weight of {value:g} on the KL term; the -ELBO below counts that term in "
                "full.",
            ),
            FamilySetting(
                "refinements",
                "Refinements",
                "Steps that improve the encoder's latent for each image after training. One to three correct most of "
                "what the encoder gets wrong; each takes as long as decoding a few images.",
                default=0,
                low=0,
                high=100,
                whole=True,
                note="The encoder's latents are improved for each image by {value:g} Gauss-Newton step(s) on how well "
                "the decoder explains it (semi-amortised inference), which makes good much of what an encoder gets "
                "wrong on images it was not trained on. The figures below are with it, unless they say otherwise.",
            ),
        ),
        has_variance=True,
    )
)
register(
    Family(
        name="ae",
        label="Autoencoder",
        title="An autoencoder",
        sentence="Each image becomes a point. Reconstructions are sharper, but places between the classes may decode "
        "to nothing meaningful.",
        network="latent_explorer.nets.ae:Autoencoder",
        losses=(Loss("loss", "loss"), Loss("mse", "squared error")),
        settings=(
            FamilySetting(
                "added_noise",
                "Added noise",
                "Noise added to the images that the encoder sees, so that it learns to clean them: its standard "
                "deviation, as a share of the range from black to white. Each image gets between none and this much.",
                default=0,
                low=0,
                high=2,
                note="Noise with a standard deviation of up to {value:g} of the range from black to white was added to "
                "the images that it encoded in training.",
                corrupts=True,
            ),
            FamilySetting(
                "holes",
                "Holes",
                "Black squares over the images that the encoder sees, so that it learns to fill gaps: how many at "
                "most, each a quarter of the image wide and high.",
                default=0,
                low=0,
                high=16,
                whole=True,
                note="Up to {value:g} black squares covered parts of the images that it encoded in training.",
                corrupts=True,
            ),
            FamilySetting(
                "blur",
                "Blur",
                "Blurs the images that the encoder sees, so that it learns to sharpen them: the standard deviation in "
                "pixels. Each image is blurred between not at all and this much.",
                default=0,
                low=0,
                high=16,
                note="The images that it encoded in training were blurred, with a standard deviation of up to "
                "{value:g} pixels.",
                corrupts=True,
            ),
        ),
    )
)
register(
    Family(
        name="gaussian-vae",
        label="Gaussian VAE",
        title="A variational autoencoder with Gaussian noise",
        sentence="A VAE for photographs: pixel values are Gaussian, not Bernoulli, with a standard deviation that you "
        "choose.",
        network="latent_explorer.nets.gaussian_vae:GaussianVae",
        losses=(Loss("loss", "loss"), Loss("reconstruction", "reconstruction"), Loss("kl", "KL")),
        settings=(
            FamilySetting(
                "noise",
                "Noise",
                "The standard deviation of a pixel, as a share of the range from black to white. Less makes pictures "
                "sharper and leaves more gaps in the map.",
                default=0.1,
                low=0.001,
                high=10,
                note="Its pixels are Gaussian with the standard deviation {value:g}.",
            ),
        ),
        has_variance=True,
    )
)


@dataclass(frozen=True)
class TrunkName:
    """What a person is told of a trunk. label: in a few words. sentence: what it is good for.

    usual: the widths to take when none are asked for. halvings: how often it halves an image; 0 for dense ones.
    """

    label: str
    sentence: str
    usual: tuple[int, ...]
    halvings: int = 0


TRUNK_NAMES = {
    "dense": TrunkName("Dense", "Fully connected layers. Fast, and good for small grey images.", (512, 512, 256)),
    "residual": TrunkName(
        "Residual",
        "Fully connected layers with skip connections. A little slower than dense, and more accurate.",
        (512, 512, 512),
    ),
    "lean": TrunkName("Lean", "A large encoder and a small decoder. The fastest to explore.", (256, 256, 256)),
    "conv": TrunkName(
        "Convolutional", "Convolutions, for larger images and for colour. Slow on a CPU.", (32, 64, 128), 3
    ),
    "resnet": TrunkName(
        "Residual convolutional",
        "Convolutions with skip connections. The best for colour photographs, and by far the slowest.",
        (32, 64, 64, 128, 128),
        3,
    ),
}
