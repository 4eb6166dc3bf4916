"""What families and trunks there are, in plain words and free of torch, so that a window can offer them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Name:
    """What a person is told of a family or trunk. label: in a few words. sentence: what it is good for."""

    label: str
    sentence: str


@dataclass(frozen=True)
class TrunkName(Name):
    """usual: the widths to take when none are asked for. halvings: how often it halves an image; 0 for dense ones."""

    usual: tuple[int, ...]
    halvings: int = 0


FAMILY_NAMES = {
    "vae": Name(
        "VAE",
        "A variational autoencoder: each image becomes a small cloud, so that the map has no holes and every place on "
        "it decodes to something.",
    ),
    "ae": Name(
        "Autoencoder",
        "A plain autoencoder: each image becomes a point. Reconstructions are sharper, but between the classes there "
        "may be places that decode to nothing meaningful.",
    ),
}

TRUNK_NAMES = {
    "dense": TrunkName("Dense", "Fully connected layers: quick, and good for small grey images.", (512, 512, 256)),
    "residual": TrunkName(
        "Residual", "Fully connected with shortcuts: a little slower than dense, and better figures.", (512, 512, 512)
    ),
    "lean": TrunkName(
        "Lean", "A large encoder and a small decoder: the quickest to move about in afterwards.", (256, 256, 256)
    ),
    "conv": TrunkName(
        "Convolutional", "Convolutions: for larger images and for colour. Slow on a CPU.", (32, 64, 128), 3
    ),
    "resnet": TrunkName(
        "Residual convolutional",
        "Convolutions with shortcuts: the best for colour photographs, and the slowest by far.",
        (32, 64, 64, 128, 128),
        3,
    ),
}
