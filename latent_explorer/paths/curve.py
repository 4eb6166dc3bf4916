"""The definition of a curve through latent space and of an easing: their words, needs and functions."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latent_explorer.errors import UserError
from latent_explorer.paths.asking import Reals, Steps
from latent_explorer.paths.space import Space

At = Callable[[Reals, Reals, Reals], Reals]
Leg = Callable[[Space, Reals, Reals], Steps[Reals]]
NO_MODEL = "give paths.walk a model, as in model=open_bundle(...)"


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A curve from one place to another.

    name, title, sentence: for files, menus and help. at: the latents of (start, end, t), t (n, 1) in [0, 1], for a
    curve that depends on its ends alone. leg: for one that depends on the model or its data, a polyline (m, d), m >= 2,
    from (space, start, end), ends included, computed step by step. needs_decoder, needs_data, needs_labels: its
    requirements.
    """

    name: str
    title: str
    sentence: str
    at: At | None = None
    leg: Leg | None = None
    needs_decoder: bool = False
    needs_data: bool = False
    needs_labels: bool = False

    def __call__(self, start: Reals, end: Reals, t: Reals) -> Reals:
        """Its latents (n, d) at t (n, 1). Raises UserError for a curve that needs a model."""
        if self.at is None:
            raise UserError(f"the curve {self.name!r} does not depend on its ends alone: {NO_MODEL}")
        return self.at(start, end, t)

    @property
    def needs_model(self) -> bool:
        """Whether it depends on more than its ends, so that the engine is needed."""
        return self.at is None

    def lacks(self, *, decodes: bool = True, data: bool = True, labels: bool = True) -> str:
        """What a model lacks for it, in words; empty if nothing."""
        missing = (
            (self.needs_decoder and not decodes, "this model has no decoder"),
            (self.needs_data and not data, "there are no latents of data"),
            (self.needs_labels and not labels, "these data have no labels"),
        )
        return next((reason for lacking, reason in missing if lacking), "")

    def lacks_in(self, space: Space) -> str:
        """What a space lacks for it."""
        return self.lacks(decodes=space.decodes, data=space.means is not None, labels=space.label is not None)


@dataclass(frozen=True, kw_only=True)
class Easing:
    """The pace along a curve.

    pace: from even shares of the time in [0, 1] to shares of the path. needs_decoder: whether the path is measured in
    decoded pixels; else in latent space.
    """

    name: str
    title: str
    sentence: str
    pace: Callable[[Reals], Reals]
    needs_decoder: bool = False

    def __call__(self, t: NDArray[np.float64]) -> NDArray[np.float64]:
        """The shares of the path at shares of the time."""
        return self.pace(t)

    def lacks(self, *, decodes: bool = True) -> str:
        """What a model lacks for it, in words; empty if nothing."""
        return "this model has no decoder" if self.needs_decoder and not decodes else ""
