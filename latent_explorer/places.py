"""Where things lie: what ships with the program, and the person's own folders."""

import itertools
import os
from contextlib import suppress
from pathlib import Path

import platformdirs

from latent_explorer.errors import UserError

_MOST_LOOKED_AT = 5000  # entries of a folder
_PACKAGE = Path(__file__).resolve().parent


def _shipped(name: str) -> Path:
    inside_wheel = _PACKAGE / name
    return inside_wheel if inside_wheel.is_dir() else _PACKAGE.parent / name


def resource(name: str) -> Path:
    """A file or folder of `resources/`, from a checkout or an installed wheel alike."""
    return _shipped("resources") / name


def models_folder() -> Path:
    """The folder of the included bundles."""
    return _shipped("models")


def shipped_bundles() -> list[Path]:
    """The folders of the included bundles, by name."""
    return bundles_in(models_folder())


def trained_folder() -> Path:
    """Where the bundles that this person trains in the window go, and their runs; may not be there yet."""
    return Path(platformdirs.user_data_dir("latent-explorer", appauthor=False)) / "bundles"


def trained_bundles() -> list[Path]:
    """The folders of the bundles trained in the window, by name."""
    return bundles_in(trained_folder())


def bundles_in(folder: Path) -> list[Path]:
    """The folders in `folder` that hold a configuration, by name; of very many, those that are found first.

    None is opened: whether it is a bundle is seen when it is read.
    """
    found = []
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in itertools.islice(entries, _MOST_LOOKED_AT):
            with suppress(OSError):
                if Path(entry.path, "config.json").is_file():
                    found.append(folder / entry.name)
    return sorted(found)


def find_bundle(name_or_path: str | Path) -> Path:
    """The folder of a bundle given by its path, or by the name of a shipped one or of one trained in the window.

    A shipped one goes before: a command that names it means the same on every machine.
    A file of a bundle stands for it, and a run for the bundle that it made.
    Raises UserError that lists them when there is none, or says what else the path is.
    """
    from latent_explorer.path_kinds import Kind, kind_of  # a window that opens what was open last does without

    given = Path(name_or_path)
    if given.parts[:1] and given.parts[0].startswith("~"):
        given = _at_home(given)
    found = kind_of(given)
    if found.bundle is not None:
        return found.bundle
    for folder in (models_folder(), trained_folder()):
        if kind_of(folder / name_or_path).bundle is not None:
            return folder / name_or_path
    if found.kind is not Kind.NOTHING:
        raise UserError(found.sentence)
    shipped, trained = (", ".join(path.name for path in paths()) for paths in (shipped_bundles, trained_bundles))
    own = f" or one of your own ({trained})" if trained else ""
    raise UserError(
        f"no bundle {str(name_or_path)!r}: expected a folder or one of the shipped bundles ({shipped or 'none'}){own}"
    )


def _at_home(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError:  # there is no such person
        return path


def data_folder() -> Path:
    """Where downloaded datasets are kept for this person."""
    return Path(platformdirs.user_data_dir("latent-explorer", appauthor=False)) / "datasets"


def classifiers_folder() -> Path:
    """Where classifiers taught on this person's datasets are kept; may be removed at any time."""
    return Path(platformdirs.user_data_dir("latent-explorer", appauthor=False)) / "classifiers"


def sessions_folder() -> Path:
    """Where the pins and paths that this person has made on bundles are kept."""
    return Path(platformdirs.user_data_dir("latent-explorer", appauthor=False)) / "sessions"


def tile_folder() -> Path:
    """Where decoded tiles are kept for this person; may be removed at any time."""
    return Path(platformdirs.user_cache_dir("latent-explorer", appauthor=False)) / "tiles"


def chart_folder() -> Path:
    """Where charts that took long to fit are kept for this person; may be removed at any time."""
    return Path(platformdirs.user_cache_dir("latent-explorer", appauthor=False)) / "charts"


def log_folder() -> Path:
    """Where this person's logs are kept."""
    return Path(platformdirs.user_log_dir("latent-explorer", appauthor=False))
