"""What every map pane gets from the workbench."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from latent_explorer.class_colours import PALETTES, USUAL, assigned, class_overlap
from latent_explorer.gui.settings import Appearance, Settings
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.banner import Banner
from latent_explorer.session import OpenBundle


@dataclass(frozen=True, eq=False)
class Shared:
    """Shared by all panes. say: shows a temporary message in the status bar.

    overlaps: how much classes overlap on the map where they were first shown, by class names; other maps use the same
    colours. slots: the palette's slot of each class, by class names and palette, if a session has set them.
    """

    settings: Settings
    banner: Banner
    say: Callable[[str], None]
    overlaps: dict[tuple[str, ...], NDArray[np.float32]] = field(default_factory=dict)
    slots: dict[tuple[tuple[str, ...], str], tuple[int, ...]] = field(default_factory=dict)

    @property
    def palette(self) -> str:
        """The name of the palette for classes, from the settings."""
        name = self.settings.get(Appearance).palette
        return name if name in PALETTES else USUAL.name

    def choose_palette(self, name: str) -> None:
        self.settings.change(Appearance, palette=name)

    @property
    def shapes(self) -> bool:
        """Whether each class has its own shape, from the settings."""
        return self.settings.get(Appearance).shapes

    def choose_shapes(self, shapes: bool) -> None:
        self.settings.change(Appearance, shapes=shapes)

    def coloured(self, theme: Theme, bundle: OpenBundle) -> Theme:
        """A theme with colours for a bundle's classes; classes that overlap on its map get the most different ones."""
        palette, names, theme = PALETTES[self.palette], bundle.class_names, replace(theme, shapes=self.shapes)
        label = bundle.latents.label
        if label is None:
            return theme.with_classes(palette)
        if (slots := self.slots.get((names, palette.name))) is not None:
            return theme.with_classes(palette, slots)
        if names not in self.overlaps:
            self.overlaps[names] = class_overlap(bundle.uv, label, len(names))
        return theme.with_classes(palette, assigned(self.overlaps[names], palette))
