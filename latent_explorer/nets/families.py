"""The registry of network families, with their losses and settings, and the names of trunks; free of torch.

A family is a file with its network (a `nets.model.LatentModel`) and an entry, below or in another package, which calls
`register`.
"""

import re
from dataclasses import dataclass

from latent_explorer.errors import UserError
from latent_explorer.nets.family import Family as Family
from latent_explorer.nets.family import FamilySetting as FamilySetting
from latent_explorer.nets.family import Loss as Loss
from latent_explorer.nets.family import Phase as Phase
from latent_explorer.nets.family import listed
from latent_explorer.nets.family_settings import (
    ADDED_NOISE,
    BETA,
    BLUR,
    CONSISTENCY,
    CONVOLUTIONS,
    GRADIENT_PENALTY,
    GROUP,
    HOLES,
    INITIAL_SCALE,
    NOISE,
    PULL,
    REFINEMENTS,
    SEARCHES,
    STROKES,
    STYLE_BETA,
    independence,
)
from latent_explorer.plugins import Registry

_TAKEN = {
    "as_json", "augmentation", "batch_size", "context", "dataset", "device", "devices", "download", "epochs", "family",
    "hidden", "latent_dim", "learning_rate", "lr", "moments", "name", "nodes", "out", "overwrite", "pages", "precision",
    "prior_warm_up", "resume", "schedule", "seed", "settings", "side", "snapshots", "source", "trunk",
}  # fmt: skip
"""Names of settings and options that every run has."""


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
        return f"expected names of settings other than those of every run: {', '.join(sorted(_TAKEN))}"
    for each in family.settings:
        if not each.low <= each.default <= each.high or (each.whole and not isinstance(each.default, int)):
            return f"expected the default of {each.name} within {each.low:g}..{each.high:g}, an int where it is whole"
    if any(phase.loss not in family.labels() for phase in family.phases):
        return "expected phases that follow its losses"
    if family.has_variance and not family.encodes:
        return "a variance comes from an encoder, and it has none"
    if family.inverts and (family.encodes or family.conditional):
        return "an encoder is trained afterwards only where there is none, and no class is given"
    return None


FAMILIES: Registry[Family] = Registry("families", Family, check=_check)
"""All families by name, including those of other packages."""

register = FAMILIES.register

FOREIGN = Family(
    name="foreign",
    label="Imported model",
    title="A model from another program",
    sentence="It was trained elsewhere, and runs unchanged.",
    network="latent_explorer.nets.foreign:ForeignModel",
    losses=(),
)
"""A model from another program: not registered, because it cannot be trained here."""


NO_DECODER = "this model has no decoder: it cannot make pictures"
"""The message when decoding is requested of an imported model without a decoder."""


def find_family(name: str) -> Family:
    """The family of that name, without importing its network. Raises UserError with the known names."""
    if name == FOREIGN.name:
        return FOREIGN
    if name not in FAMILIES:
        raise UserError(
            f"no family of networks called {name!r}: expected one of {listed(FAMILIES)}. If another package provides "
            "it, install that package; `latent-explorer plugins` lists what is installed"
        )
    return FAMILIES[name]


register(
    Family(
        name="vae",
        label="VAE",
        title="A variational autoencoder",
        sentence="Each image becomes a small cloud. The map has no holes: every place decodes to a picture.",
        network="latent_explorer.nets.vae:VariationalAutoencoder",
        losses=(Loss("loss", "loss"), Loss("reconstruction", "reconstruction"), Loss("kl", "KL")),
        settings=(BETA, REFINEMENTS),
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
        settings=(ADDED_NOISE, HOLES, BLUR),
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
        settings=(NOISE,),
        has_variance=True,
    )
)
_STYLE_LOSSES = (
    Loss("style", "style lost"),
    Loss("dependence", "class in latents"),
    Loss("untold", "stroke width untold"),
)
register(
    Family(
        name="cvae",
        label="Conditional VAE",
        title="A conditional variational autoencoder",
        sentence="The decoder gets the class as well as the latent: the map shows style, the same for all classes.",
        network="latent_explorer.nets.cvae:ConditionalVae",
        losses=(Loss("loss", "loss"), Loss("reconstruction", "reconstruction"), Loss("kl", "KL"), *_STYLE_LOSSES),
        settings=(STYLE_BETA, independence(300), CONSISTENCY, STROKES),
        has_variance=True,
        conditional=True,
    )
)
register(
    Family(
        name="cae",
        label="Conditional AE",
        title="A conditional autoencoder",
        sentence="Like the conditional VAE, but each image becomes a point: reconstructions are sharper.",
        network="latent_explorer.nets.cae:ConditionalAutoencoder",
        losses=(Loss("loss", "loss"), Loss("mse", "squared error"), *_STYLE_LOSSES),
        settings=(independence(300), CONSISTENCY, STROKES),
        conditional=True,
    )
)
register(
    Family(
        name="gan",
        label="GAN",
        title="A generative adversarial network",
        sentence="It learns to make pictures that a second network cannot tell from images: the sharpest of all. It "
        "does not learn where images belong; an encoder is trained afterwards.",
        network="latent_explorer.nets.gan:GenerativeAdversarialNetwork",
        losses=(
            Loss("generator", "generator"),
            Loss("discriminator", "discriminator"),
            Loss("penalty", "gradient penalty"),
        ),
        phases=(
            Phase("discriminator", ("discriminator",), betas=(0.0, 0.99), rate=0.5),
            Phase("generator", ("decoder",), betas=(0.0, 0.99), rate=0.5),
        ),
        settings=(GRADIENT_PENALTY, PULL, SEARCHES, INITIAL_SCALE, CONVOLUTIONS, GROUP),
        encodes=False,
        inverts=True,
    )
)


@dataclass(frozen=True)
class TrunkName:
    """The description of a trunk. label: a few words. sentence: what it is good for.

    usual: the default widths. halvings: the number of times it halves an image; 0 for dense trunks.
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
