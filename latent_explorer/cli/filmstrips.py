"""The contents of a filmstrip: the pictures along a path, of a second curve, and of another model."""

from typing import Any

from latent_explorer.cli.opened import OpenModel
from latent_explorer.cli.stitching import Stitch, stitched


def drawn(
    opened: OpenModel, places: tuple[str, ...], curve: str, frames: int, easing: str | None, compare: str | None
) -> Any:
    """The session.Route through places given as text, from the first to the last. Raises UserError.

    easing: None for the default of the curves.
    """
    from latent_explorer.session import Route
    from latent_explorer.session.session import as_point

    options = ["--from", *["--through"] * (len(places) - 2), "--to"]
    start, *through, end = (as_point(opened.latent(*each)) for each in zip(places, options, strict=True))
    route = Route(start, end, curve, frames, easing or pace_of(curve, compare), tuple(through), compare or "")
    route.check()
    return route


def along(opened: OpenModel, route: Any, how: Stitch, key: str) -> tuple[Any, Any, dict[str, object]]:
    """The content for a filmstrip's format from a session.Route, its Provenance, and a report.

    With a row for each curve, and one for another model if requested. Raises UserError if that is impossible.
    """
    from latent_explorer.export import PathArrays, PictureRows, Provenance
    from latent_explorer.export.provenance import coordinates_text
    from latent_explorer.paths import CURVES
    from latent_explorer.paths.captions import row_captions

    z, compared = opened.walk(route.path), route.compared if how.pairs != "alone" or key == "npz" else None
    source = Provenance.at(opened.name, z, **_how(route))
    rows, names = [opened.decode(z)], [(CURVES[route.curve].title, opened.name)]
    ends = {"from": route.start, "to": route.end, "through": route.through}
    told: dict[str, object] = {**ends, "curve": route.curve, "easing": route.easing}
    more: dict[str, Any] = {}
    if compared is not None:
        second = opened.walk(compared)
        source = source.and_also(compared=coordinates_text(second), compare=route.compare)
        told["compare"] = route.compare
        rows.append(opened.decode(second))
        names.append((CURVES[route.compare].title, opened.name))
        more |= {"compared_latents": second, "compared_pictures": rows[-1]}
    other = stitched(opened, z, how)
    if other is not None:
        source = source.and_also(**other.means)
        told |= {"beside": other.name, "translator": how.translator}
        rows.append(other.pictures)
        names.append((CURVES[route.curve].title, other.name))
        more |= {"other_latents": other.latents, "other_pictures": other.pictures}
    if key == "npz":
        return PathArrays(z, rows[0], **more), source, told
    if len(rows) == 1:
        return rows[0], source, told
    return PictureRows.of(rows, row_captions(names), across=how.pairs == "beside"), source, told


def pace_of(curve: str, compare: str | None) -> str:
    """The default pace of a curve: even in pixels if it is measured in them or compared; else the first one."""
    from latent_explorer.paths import CURVES, EASINGS

    in_pixels = bool(compare) or (curve in CURVES and CURVES[curve].needs_decoder)
    return next(name for name, easing in EASINGS.items() if easing.needs_decoder or not in_pixels)


def _how(route: Any) -> dict[str, str]:
    """The settings of a path, for the provenance."""
    import numpy as np

    from latent_explorer.export.provenance import coordinates_text

    through = {"through": coordinates_text(np.array(route.through, np.float32))} if route.through else {}
    return {"curve": route.curve, "easing": route.easing, **through}
