"""One curve of the path and its row of the filmstrip: laid out, computed if it needs the model, decoded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtGui import QColor

from latent_explorer.engine.handlers.walk import Walked
from latent_explorer.gui.panels.strip_row import Tint
from latent_explorer.gui.theme import Theme
from latent_explorer.palette import mixed
from latent_explorer.paths import CURVES, Path, PathFigures, path_latents

_SURE = 0.5  # share of the neighbours from which a class has its full colour
_PALEST = 0.75  # share of the background in the palest colour of a class


@dataclass(eq=False)
class Lane:
    """One curve of a route. row: the name of its row of the filmstrip.

    latents: float32 (frames, d), as shown; those of the straight line while the curve is being computed.
    wanted: the latents to show once their pictures have arrived. walked: the engine's answer.
    refused: the reason why there is none. version: counts changes of `wanted`.
    """

    row: str
    path: Path
    latents: NDArray[np.float32]
    wanted: NDArray[np.float32]
    walked: Walked | None = None
    refused: str = ""
    pictured: bool = False
    version: int = 0

    @classmethod
    def of(cls, row: str, path: Path) -> "Lane":
        """The lane of a path, as far as it is known without the model."""
        known = replace(path, curve="straight", easing="steady") if path.needs_model else path
        latents = path_latents(known)
        return cls(row, path, latents, latents)

    @property
    def title(self) -> str:
        return CURVES[self.path.curve].title

    @property
    def computing(self) -> bool:
        """Whether the straight line stands in for it."""
        return self.path.needs_model and self.walked is None and not self.refused

    @property
    def waits(self) -> str:
        """A description of what it waits for."""
        if self.refused:
            return f"Not computed: {self.refused}. This is the straight line."
        if not self.path.needs_model or (self.walked is not None and self.latents is self.wanted):
            return ""
        what = "pace" if self.path.curve == "straight" else f"{self.title.lower()} path"
        return f"computing the {what}; this is the straight line"

    def take(self, walked: Walked) -> None:
        """Take the curve that the engine has computed."""
        self.walked = walked
        if self.path.needs_model:
            self.wanted, self.version, self.pictured = walked.z, self.version + 1, False

    def show_wanted(self) -> None:
        """Show the wanted latents: their pictures have arrived, or there are none."""
        self.latents, self.pictured = self.wanted, True


def figure_words(walked: Walked, curve: str) -> str:
    """The figures of a path as one line of text."""
    figures = walked.figures
    same = np.array_equal(walked.z, walked.straight)
    words = _figures(figures, straight=curve == "straight", same=same)
    before = np.flatnonzero((walked.z[:-1] != walked.z[-1]).any(1))  # frames before the end
    arrives = [f"arrives at frame {before[-1] + 2}"] if len(before) and before[-1] + 2 < len(walked.z) else []
    return " · ".join([*words, *arrives])


def _figures(figures: PathFigures, *, straight: bool, same: bool) -> Iterator[str]:
    if straight and figures.length is not None:
        yield f"length {figures.length:.1f}"
    elif same:
        yield "the straight line: no shorter path was found"
    elif figures.ratio is not None:
        yield f"{figures.ratio:.2f} × straight length"
    if figures.greatest_to_mean is not None:
        yield f"largest step {figures.greatest_to_mean:.2f} × mean"
    if figures.off_share is not None:
        yield f"{100 * figures.off_share:.0f} % off the data"


FIGURES_TIP = (
    "Length: how much the picture changes along the way, summed in pixels from 0 to 1; of a curve, against that of the "
    "straight line through the same places.\n"
    "Largest step: how much the picture changes from one frame to the next, at most, against the mean of all steps.\n"
    "Off the data: the share of frames farther from their 10th nearest image than 95 % of held-out images are."
)


def tints(figures: PathFigures, names: Sequence[str], theme: Theme) -> tuple[Tint, ...]:
    """The colour of the class at each frame, paler the fewer of the nearest images belong to the class."""
    return tuple(_tint(figures, frame, names, theme) for frame in range(len(figures.label)))


def _tint(figures: PathFigures, frame: int, names: Sequence[str], theme: Theme) -> Tint:
    label, sure = int(figures.label[frame]), float(figures.sure[frame])
    doubt = min(1.0, (1 - sure) / _SURE)
    name = names[label] if label < len(names) else f"class {label}"
    off = "; off the data" if frame < len(figures.off) and figures.off[frame] else ""
    words = f"Frame {frame + 1}: {name}, {sure:.0%} of the nearest images{off}"
    return Tint(QColor(mixed(theme.of_class(label), theme.window, _PALEST * doubt)), words)
