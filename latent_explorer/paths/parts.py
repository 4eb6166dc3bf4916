"""The parts of scipy that curves use, imported in advance: 0.1 s that no hover should wait for."""

from importlib import import_module


def prepare() -> None:
    """Import what curves use; call this in a thread."""
    for part in ("scipy.interpolate", "scipy.sparse.csgraph"):
        import_module(part)
