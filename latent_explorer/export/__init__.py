"""Pictures, animations, maps and latents as files, written whole or not at all."""

from latent_explorer.export.film import write_film_gif, write_film_mp4, write_film_webp
from latent_explorer.export.filmstrip import write_frames, write_gif, write_mp4, write_strip, write_webp
from latent_explorer.export.formats import FORMATS, Format, Kind, find_format, formats_of
from latent_explorer.export.frames import Frames
from latent_explorer.export.latents import LatentTable, write_latents_csv, write_latents_npz
from latent_explorer.export.options import MAX_SCALE, STYLES, Options, Style
from latent_explorer.export.picture import write_grid, write_map_png, write_picture
from latent_explorer.export.pixels import MAX_PIXELS, scaled, tiled
from latent_explorer.export.provenance import Provenance, coordinates_text, read_provenance
from latent_explorer.export.scene import Background, Curve, MapScene, Pin, PointGroup, Tick
from latent_explorer.export.sheet import ContactSheet, sheet_shape, write_sheet
from latent_explorer.export.svg import write_map_svg
from latent_explorer.export.video import read_mp4
