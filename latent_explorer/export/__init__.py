"""Pictures, animations, maps and latents as files, written whole or not at all."""

from latent_explorer.export.animation import Frames, write_gif, write_mp4, write_webp
from latent_explorer.export.formats import FORMATS, Format, Kind, find_format, formats_of
from latent_explorer.export.latents import LatentTable, write_latents_csv, write_latents_npz
from latent_explorer.export.painting import painted
from latent_explorer.export.pixels import MAX_PIXELS, check_size, scaled, tiled
from latent_explorer.export.provenance import Provenance, coordinates_text, read_provenance
from latent_explorer.export.scene import (
    Background,
    MapScene,
    PinMark,
    PointGroup,
    Polyline,
    Tick,
    axis_ticks,
    class_groups,
    inked,
)
from latent_explorer.export.sheet import ContactSheet, sheet_shape, write_sheet
from latent_explorer.export.still import write_frames, write_grid, write_map_png, write_picture, write_strip
from latent_explorer.export.svg import write_map_svg
from latent_explorer.export.video import read_mp4
from latent_explorer.export.writer import MAX_SCALE, STYLES, Options, Style
