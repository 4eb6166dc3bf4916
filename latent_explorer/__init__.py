"""Latent Explorer: move through the latent space of an image model as if it were a map.

From Python: `explore` opens a window on your own model, `open_bundle` returns a trained model with its latents, `train`
trains one, `align` maps the latents of one model to those of another, `charts.fit` computes a map of latents, `paths`
connects latents, and `replay` renders again what a window has shown. Each name is imported on first use, so that
importing the package is cheap, and torch is loaded only by what runs a model. Errors that the user can fix are
`UserError`s.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from latent_explorer.version import __version__

if TYPE_CHECKING:
    from latent_explorer import charts, paths
    from latent_explorer.api.aligning import AlignedBundles, align
    from latent_explorer.api.bundle import Bundle, open_bundle
    from latent_explorer.api.explore import explore
    from latent_explorer.api.replaying import replay
    from latent_explorer.api.training import train
    from latent_explorer.errors import UserError

__all__ = [
    "AlignedBundles",
    "Bundle",
    "UserError",
    "__version__",
    "align",
    "charts",
    "explore",
    "open_bundle",
    "paths",
    "replay",
    "train",
]

_MODULES = {
    "AlignedBundles": "api.aligning",
    "Bundle": "api.bundle",
    "UserError": "errors",
    "align": "api.aligning",
    "charts": "charts",
    "explore": "api.explore",
    "open_bundle": "api.bundle",
    "paths": "paths",
    "replay": "api.replaying",
    "train": "api.training",
}
"""Where each name is defined: in a module, or as a subpackage."""


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f"{__name__}.{_MODULES[name]}")
    thing = module if _MODULES[name] == name else getattr(module, name)
    globals()[name] = thing
    return thing


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
