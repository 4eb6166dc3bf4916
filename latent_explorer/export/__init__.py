"""Pictures, animations, maps and latents as files, written whole or not at all."""

from latent_explorer.export.animation import read_mp4, write_gif
from latent_explorer.export.formats import FORMATS, Format, Kind, find_format, formats_of
from latent_explorer.export.latents import LatentTable, PathArrays
from latent_explorer.export.painting import painted
from latent_explorer.export.pixels import MAX_PIXELS, frame_size, side_by_side
from latent_explorer.export.provenance import Provenance, read_provenance
from latent_explorer.export.rows import PictureRows, captions_of, shown_size
from latent_explorer.export.scene import (
    Background,
    MapScene,
    PinMark,
    PointGroup,
    Polyline,
    class_groups,
    inked,
)
from latent_explorer.export.still import ContactSheet, sheet_shape, strip_size, write_picture
from latent_explorer.export.style_grid import StyleGrid
from latent_explorer.export.writer import MAX_SCALE, Options, Style
