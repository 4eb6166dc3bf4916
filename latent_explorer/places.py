"""The locations of files: those shipped with the program, and the user's own folders."""

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
    """A file or folder of `resources/`, in a checkout or an installed wheel."""
    return _shipped("resources") / name


def models_folder() -> Path:
    """The folder of the included bundles."""
    return _shipped("models")


def shipped_bundles() -> list[Path]:
    """The folders of the included bundles, by name."""
    return bundles_in(models_folder())


def trained_folder() -> Path:
    """The folder for bundles trained in the window, and their runs; it may not exist yet."""
    return Path(platformdirs.user_data_dir("latent-explorer", appauthor=False)) / "bundles"


def trained_bundles() -> list[Path]:
    """The folders of the bundles trained in the window, by name."""
    return bundles_in(trained_folder())


def bundles_in(folder: Path) -> list[Path]:
    """The folders in `folder` that contain a configuration, by name; if there are very many, the first that are found.

    None of them is opened, so some may turn out to be no bundles.
    """
    found = []
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in itertools.islice(entries, _MOST_LOOKED_AT):
            with suppress(OSError):
                if Path(entry.path, "config.json").is_file():
                    found.append(folder / entry.name)
    return sorted(found)


def find_bundle(name_or_path: str | Path) -> Path:
    """Find the folder of a bundle by its path, or by the name of a shipped bundle or one trained in the window.

    Shipped bundles come first, so that commands mean the same on every machine. A file of a bundle stands for the
    bundle, and a run for the bundle it produced.
    Raises a UserError that lists the bundles if there is none, or says what else the path is.
    """
    from latent_explorer.path_kinds import Kind, kind_of  # not needed to reopen the last bundle

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
    except RuntimeError:  # the user has no home folder
        return path


def data_folder() -> Path:
    """The user's folder for downloaded datasets."""
    return Path(platformdirs.user_data_dir("latent-explorer", appauthor=False)) / "datasets"


def classifiers_folder() -> Path:
    """The user's folder for classifiers trained on datasets; can be removed at any time."""
    return Path(platformdirs.user_data_dir("latent-explorer", appauthor=False)) / "classifiers"


def sessions_folder() -> Path:
    """The user's folder for pins and paths."""
    return Path(platformdirs.user_data_dir("latent-explorer", appauthor=False)) / "sessions"


def tile_folder() -> Path:
    """The user's folder for decoded tiles; can be removed at any time."""
    return Path(platformdirs.user_cache_dir("latent-explorer", appauthor=False)) / "tiles"


def chart_folder() -> Path:
    """The user's folder for fitted charts; can be removed at any time."""
    return Path(platformdirs.user_cache_dir("latent-explorer", appauthor=False)) / "charts"


def log_folder() -> Path:
    """The user's folder for logs."""
    return Path(platformdirs.user_log_dir("latent-explorer", appauthor=False))
