"""The parts of scipy that curves use, imported before they are needed: 0.1 s, for which no hover is to wait."""

from importlib import import_module


def prepare() -> None:
    """Import what curves import when they first need it; to be called in a thread."""
    for part in ("scipy.interpolate", "scipy.sparse.csgraph"):
        import_module(part)
