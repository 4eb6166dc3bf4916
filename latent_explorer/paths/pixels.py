"""The pixels in which pictures are compared along a path."""

from typing import Any

LARGEST_SIDE = 64


def pixels_of(model: Any, z: Any) -> Any:
    """The pixels (n, p) in [0, 1] of the pictures that a torch model decodes at latents (n, d).

    Pictures larger than 64 by 64 are replaced by the means of their parts: distances change little, and the slopes of
    33 large pictures with respect to many latents would not fit into memory. Scaled so that distances are those of all
    pixels.
    """
    pictures = model.decode(z)
    height, width = pictures.shape[2:]
    sides = min(height, LARGEST_SIDE), min(width, LARGEST_SIDE)
    if sides != (height, width):
        from torch.nn.functional import adaptive_avg_pool2d

        scale = (height * width / (sides[0] * sides[1])) ** 0.5
        pictures = adaptive_avg_pool2d(pictures, sides) * scale
    return pictures.flatten(1)
