"""All export formats, so that dialogs and the command line need not know any by name."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from latent_explorer.errors import ExportError
from latent_explorer.export import still
from latent_explorer.export.animation import write_gif, write_mp4, write_webp
from latent_explorer.export.latents import (
    write_latents_csv,
    write_latents_npz,
    write_latents_safetensors,
    write_path_npz,
)
from latent_explorer.export.style_grid import write_style_npz, write_style_png, write_style_svg
from latent_explorer.export.svg import write_map_svg

Kind = Literal["picture", "grid", "filmstrip", "film", "map", "latents", "sheet", "style grid"]


@dataclass(frozen=True)
class Format:
    """One way to write one kind of content.

    key: short and unique within its kind, for the command line. title: for people. suffix: of the file, empty for a
    folder. heeds: the names of the fields of Options that change the result. write(path, content, options, *,
    provenance, overwrite) returns the path; its docstring says what content it takes.
    """

    kind: Kind
    key: str
    title: str
    suffix: str
    heeds: tuple[str, ...]
    write: Callable[..., Path]

    def named(self, path: Path) -> Path:
        """The path, with this format's suffix added if it is missing."""
        return path if path.name.lower().endswith(self.suffix) else path.with_name(path.name + self.suffix)


_STILL, _MOVING = ("scale", "style"), ("scale", "style", "seconds", "ping_pong")


def _animations(kind: Kind) -> tuple[Format, ...]:
    return (
        Format(kind, "gif", "GIF animation", ".gif", (*_MOVING, "loop"), write_gif),
        Format(kind, "webp", "WebP animation", ".webp", (*_MOVING, "loop", "lossless"), write_webp),
        Format(kind, "mp4", "MP4 video", ".mp4", _MOVING, write_mp4),
    )


FORMATS: tuple[Format, ...] = (
    Format("picture", "png", "PNG picture", ".png", _STILL, still.write_picture),
    Format("grid", "png", "PNG picture", ".png", (*_STILL, "gap"), still.write_grid),
    Format("filmstrip", "strip", "PNG strip", ".png", (*_STILL, "gap", "per_row"), still.write_strip),
    *_animations("filmstrip"),
    Format("filmstrip", "frames", "Folder of numbered PNG pictures", "", _STILL, still.write_frames),
    Format("filmstrip", "npz", "NumPy arrays (NPZ)", ".npz", (), write_path_npz),
    *_animations("film"),
    Format("map", "png", "PNG picture", ".png", (), still.write_map_png),
    Format("map", "svg", "SVG drawing", ".svg", (), write_map_svg),
    Format("latents", "npz", "NumPy arrays (NPZ)", ".npz", (), write_latents_npz),
    Format("latents", "safetensors", "Safetensors", ".safetensors", (), write_latents_safetensors),
    Format("latents", "csv", "Table (CSV)", ".csv", (), write_latents_csv),
    Format("sheet", "png", "PNG picture", ".png", (*_STILL, "gap"), still.write_sheet),
    Format("style grid", "png", "PNG picture", ".png", (*_STILL, "gap"), write_style_png),
    Format("style grid", "svg", "SVG drawing", ".svg", (*_STILL, "gap"), write_style_svg),
    Format("style grid", "npz", "NumPy arrays (NPZ)", ".npz", (), write_style_npz),
)


def formats_of(kind: Kind) -> tuple[Format, ...]:
    """The formats for this kind of content, the default one first."""
    return tuple(known for known in FORMATS if known.kind == kind)


def find_format(kind: Kind, key_or_path: str | Path) -> Format:
    """The format of this kind by its key, or by the suffix of a path. Raises ExportError that lists the known keys."""
    known = formats_of(kind)
    suffix = Path(key_or_path).suffix.lower()
    for candidate in known:
        if str(key_or_path) == candidate.key or (suffix and suffix == candidate.suffix):
            return candidate
    keys = ", ".join(candidate.key for candidate in known)
    raise ExportError(f"no format for {str(key_or_path)!r}: a {kind} can be written as {keys}")
