"""Still pictures: one decoded picture, a grid of them, the map."""

from pathlib import Path

from latent_explorer.export.options import Options
from latent_explorer.export.pixels import Pixels, check_pictures, check_size, scaled, tiled, write_png
from latent_explorer.export.provenance import Provenance

_DEFAULT = Options()


def write_picture(
    path: Path,
    picture: Pixels,
    options: Options = _DEFAULT,
    *,
    provenance: Provenance | None = None,
    overwrite: bool = False,
) -> Path:
    """Write one decoded picture, uint8 (h, w, 1 or 3), as PNG; heeds scale and style.

    Raises UserError when the picture is too large, `path` is taken and `overwrite` false, or it cannot be written.
    """
    check_pictures(picture, 3)
    height, width, _ = picture.shape
    check_size(height * options.scale, width * options.scale)
    return write_png(path, scaled(picture, options.scale, options.style), provenance, overwrite)


def write_grid(
    path: Path,
    pictures: Pixels,
    options: Options = _DEFAULT,
    *,
    provenance: Provenance | None = None,
    overwrite: bool = False,
) -> Path:
    """Write pictures, uint8 (rows, columns, h, w, 1 or 3), as one PNG; heeds scale, style and gap.

    The first row is the upper one. Raises UserError as `write_picture` does.
    """
    check_pictures(pictures, 5)
    rows, columns, height, width, _ = pictures.shape
    check_size(rows * (height * options.scale + options.gap), columns * (width * options.scale + options.gap))
    whole = tiled(scaled(pictures, options.scale, options.style), options.gap)
    return write_png(path, whole, provenance, overwrite)


def write_map_png(
    path: Path,
    pixels: Pixels,
    options: Options = _DEFAULT,
    *,
    provenance: Provenance | None = None,
    overwrite: bool = False,
) -> Path:
    """Write the map as it was painted, uint8 (h, w, 3 or 4), as PNG; heeds no option. Raises as `write_picture`."""
    check_pictures(pixels, 3, channels=(3, 4))
    check_size(*pixels.shape[:2])
    return write_png(path, pixels, provenance, overwrite)
