"""Detects what a path is by reading little of it: a bundle, images to train on, a checkpoint, or something else.

Only regular files are opened, and a limited number of bytes is read from each, so that pipes, devices and endless
files do not block. A disk that does not answer still does: in the window, call this from a thread.
"""

import os
import re
import stat
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from latent_explorer.file_kinds import (
    ADVICE_ON_IDX,
    ADVICE_ON_IMAGES,
    CONFIG,
    IMAGE_SUFFIXES,
    IMPORTS,
    MOST_LOOKED_AT,
    OPENS,
    TRAINS,
    WEIGHTS,
    Kind,
    PathKind,
    entries_of,
    is_image,
    kind_of_content,
)
from latent_explorer.safe_text import safe_text

__all__ = ["IMAGE_SUFFIXES", "Kind", "PathKind", "kind_of", "kind_of_all", "kind_of_link", "kind_of_text"]

_DEEPEST = 4  # levels of subfolders that are searched
_LONGEST = 80  # characters of a name
_NAMED = 3  # items of several that are named
_ELSEWHERE = ("model.safetensors", "diffusion_pytorch_model.safetensors", "pytorch_model.bin")
"""Files beside a `config.json` that show it belongs to another program."""
_MODELS = ("vae_decoder/model.onnx", "vae/config.json", "decoder.onnx", "encoder.onnx")
"""Files that show a folder holds another program's model."""
_ADVICE_ON_ELSEWHERE = "Drop a folder or file of this computer."


def kind_of(path: str | Path) -> PathKind:
    """Detect the kind of a path. Raises nothing: unreadable paths are reported as such."""
    path = Path(path)
    name = safe_text(path.name or str(path), most=_LONGEST)
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return _folder(path, name)
        return _file(path, name) if stat.S_ISREG(mode) else _special(name, mode)
    except FileNotFoundError:
        return PathKind(name, Kind.NOTHING, "not there", "It may have been moved, renamed or deleted.")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return PathKind(
            name, Kind.OTHER, f"something that cannot be read ({reason})", "Check that you have permission to read it."
        )


def kind_of_all(paths: Sequence[Path]) -> PathKind:
    """Detect the kind of several paths together: files of one bundle, images of one folder, or several items."""
    kinds = [kind_of(path) for path in paths[:MOST_LOOKED_AT]]
    first = kinds[0]
    if len(paths) == 1 or (first.bundle is not None and all(each.bundle == first.bundle for each in kinds)):
        return first
    count = f"{len(paths):,}"
    if all(each.kind is Kind.IMAGE for each in kinds):
        folder = paths[0].parent if len({path.parent for path in paths}) == 1 else None
        advice = ADVICE_ON_IMAGES if folder is None else "A model can be trained on all images of their folder."
        return PathKind(
            f"What was dropped ({count} files)", Kind.IMAGE, "pictures", advice, dataset=folder, pictures=tuple(paths)
        )
    named = "; ".join(f"{each.name} is {each.words}" for each in kinds[:_NAMED])
    more = "; …" if len(kinds) > _NAMED else ""
    advice = f"{named}{more}. Drop one bundle, or one folder of images."
    return PathKind("What was dropped", Kind.SEVERAL, f"{count} things", advice)


def kind_of_link(address: str) -> PathKind:
    """The kind of a web link, which is never fetched."""
    return PathKind(safe_text(address, most=_LONGEST), Kind.WEB_LINK, "a web link", _ADVICE_ON_ELSEWHERE)


def kind_of_text() -> PathKind:
    """The kind of dropped text."""
    return PathKind("What was dropped", Kind.OTHER, "text", _ADVICE_ON_ELSEWHERE)


# -- folders


def _folder(path: Path, name: str) -> PathKind:
    if _is_file(path / CONFIG):
        if _is_file(path / WEIGHTS) or not any(_is_file(path / other) for other in _ELSEWHERE):
            return PathKind(name, Kind.BUNDLE, "a bundle", bundle=path)
        return PathKind(name, Kind.CHECKPOINT, "a model of another program", IMPORTS, model=path)
    if any(_is_file(path / each) for each in _MODELS):
        return PathKind(name, Kind.CHECKPOINT, "a folder of a model of another program", IMPORTS, model=path)
    if _is_file(path / "job.json"):
        return _run(path, name)
    below, all_of_them = _below(path)
    at_least = "" if all_of_them else "at least "
    if bundles := sorted(each.parent.name for each in below if each.name == CONFIG):
        few = ", ".join(safe_text(each, most=40) for each in bundles[:_NAMED]) + (
            ", …" if len(bundles) > _NAMED else ""
        )
        return PathKind(name, Kind.OTHER, f"a folder that holds bundles ({few})", "Open one of them.")
    if any(re.fullmatch(r"images-.*\.npy", each.name) for each in below):
        return PathKind(name, Kind.ARRAYS, "a folder of arrays of images", TRAINS, dataset=path)
    if (images := sum(map(is_image, below))) > 1:
        return PathKind(name, Kind.IMAGES, f"a folder of {at_least}{images:,} images", TRAINS, dataset=path)
    if any("ubyte" in each.name for each in below):
        return PathKind(name, Kind.OTHER, "a folder of IDX files, as MNIST has them", ADVICE_ON_IDX)
    words = "a folder without a bundle or images in it" if below else "an empty folder"
    return PathKind(name, Kind.OTHER, words, f"{OPENS} It trains on folders of images.")


def _run(path: Path, name: str) -> PathKind:
    bundle = path.with_name(path.name.removesuffix(".run"))
    if bundle != path and _is_file(bundle / CONFIG):
        return PathKind(name, Kind.RUN, f"a training run; its bundle is {safe_text(bundle.name)}", bundle=bundle)
    advice = "It has not made a bundle yet: resume it in the Training panel."
    return PathKind(name, Kind.RUN, "a training run", advice)


def _below(path: Path) -> tuple[list[Path], bool]:
    """The files below a folder, the nearest first, and whether these are all of them; hidden ones are skipped."""
    found: list[Path] = []
    folders, looked_at = deque([(path, 0)]), 0
    while folders:
        folder, depth = folders.popleft()
        for entry in entries_of(folder, strict=depth == 0):
            looked_at += 1
            if looked_at > MOST_LOOKED_AT:
                return found, False
            if entry.name.startswith("."):
                continue
            if not _is_folder(entry):
                found.append(Path(entry.path))
            elif depth < _DEEPEST:
                folders.append((Path(entry.path), depth + 1))
    return found, True


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def _file(path: Path, name: str) -> PathKind:
    if path.name == CONFIG or (_is_file(path.parent / CONFIG) and path.name.endswith((".safetensors", ".md", ".png"))):
        inside = _folder(path.parent, name)
        if inside.bundle is not None:
            return PathKind(name, Kind.BUNDLE, "a file of a bundle", bundle=path.parent)
    return kind_of_content(path, name)


def _special(name: str, mode: int) -> PathKind:
    words = {stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}.get(stat.S_IFMT(mode), "a device")
    return PathKind(name, Kind.OTHER, words, "Only folders and regular files are opened.")
