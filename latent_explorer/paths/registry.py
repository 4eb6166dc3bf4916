"""The available curves and paces: one file and one entry each."""

from latent_explorer.errors import UserError
from latent_explorer.paths.curve import Curve, Easing
from latent_explorer.paths.kinds.density import DENSITY
from latent_explorer.paths.kinds.geodesic import GEODESIC
from latent_explorer.paths.kinds.same_class import SAME_CLASS
from latent_explorer.paths.kinds.spherical import SPHERICAL
from latent_explorer.paths.kinds.straight import STRAIGHT
from latent_explorer.paths.kinds.through_images import THROUGH_IMAGES

CURVES: dict[str, Curve] = {}


def register(curve: Curve) -> None:
    """Add a curve. Raises UserError if its name is taken, or it has no function."""
    if curve.name in CURVES:
        raise UserError(f"there is a curve {curve.name!r} already: rename one of them")
    if (curve.at is None) == (curve.leg is None):
        raise UserError(f"the curve {curve.name!r} needs either `at` or `leg`")
    CURVES[curve.name] = curve


for _curve in (STRAIGHT, SPHERICAL, GEODESIC, DENSITY, SAME_CLASS, THROUGH_IMAGES):
    register(_curve)

EASINGS: dict[str, Easing] = {
    easing.name: easing
    for easing in (
        Easing(name="steady", title="Steady", sentence="At constant speed through latent space.", pace=lambda t: t),
        Easing(
            name="gentle",
            title="Gentle",
            sentence="Slower at both ends.",
            pace=lambda t: t * t * (3 - 2 * t),
        ),
        Easing(
            name="even",
            title="Even in pixels",
            sentence="At constant speed in decoded pixels: each frame differs from the one before by as much. "
            "Two curves have one speed: the shorter arrives first and waits.",
            pace=lambda t: t,
            needs_decoder=True,
        ),
    )
}
