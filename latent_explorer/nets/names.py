"""What trunks there are, in plain words and free of torch, so that a window can offer them."""

from dataclasses import dataclass


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
