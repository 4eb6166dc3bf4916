"""The straight line."""

from latent_explorer.paths.asking import Reals
from latent_explorer.paths.curve import Curve


def line(start: Reals, end: Reals, t: Reals) -> Reals:
    """The places (n, d) at t (n, 1) on the line from start to end."""
    return (1 - t) * start + t * end


STRAIGHT = Curve(name="straight", title="Straight", sentence="In a straight line through latent space.", at=line)
