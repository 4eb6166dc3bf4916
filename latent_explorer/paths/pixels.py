"""The pixels by which pictures are compared along a path."""

from typing import Any

LARGEST_SIDE = 64


def pixels_of(model: Any, z: Any) -> Any:
    """The pixels (n, p) in [0, 1] of the pictures that a torch model decodes at latents (n, d).

    Of pictures that are larger than 64 by 64, the means of their parts: how far two are apart changes little by that,
    and the slopes of 33 large pictures by many latents would not fit into memory. Scaled so that distances stay those
    of all pixels.
    """
    pictures = model.decode(z)
    height, width = pictures.shape[2:]
    sides = min(height, LARGEST_SIDE), min(width, LARGEST_SIDE)
    if sides != (height, width):
        from torch.nn.functional import adaptive_avg_pool2d

        scale = (height * width / (sides[0] * sides[1])) ** 0.5
        pictures = adaptive_avg_pool2d(pictures, sides) * scale
    return pictures.flatten(1)
