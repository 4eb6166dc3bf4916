"""Where lessons lie: those that come with the program, and a person's own."""

from pathlib import Path

import platformdirs

_INCLUDED = Path(__file__).resolve().parent / "included"
_MOST = 100  # of a person's own


def included_lessons() -> list[Path]:
    """The files of those that come with the program, in the order in which they are to be taken."""
    return sorted(_INCLUDED.glob("*.toml"))


def lessons_folder() -> Path:
    """Where a person's own are looked for; may not be there."""
    return Path(platformdirs.user_data_dir("latent-explorer", appauthor=False)) / "lessons"


def own_lessons() -> list[Path]:
    """The files of a person's own, by name."""
    try:
        return sorted(lessons_folder().glob("*.toml"))[:_MOST]
    except OSError:
        return []


def key_of(file: Path) -> str:
    """By which a lesson is remembered."""
    return file.stem if file.resolve().parent == _INCLUDED else str(file.absolute())
