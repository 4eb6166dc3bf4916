"""A static plot with two named axes, in the colours of a theme."""

from typing import Any

import pyqtgraph

from latent_explorer.gui.theme import Theme

_EMPTY = "Nothing is drawn yet."


def still_plot(name: str, height: int, **axes: Any) -> Any:
    """A plot with a height in pixels, without mouse interaction and menu.

    name: for screen readers. axes: replacements for pyqtgraph's axes, by side.
    """
    plot: Any = pyqtgraph.PlotWidget(axisItems=axes)
    plot.setFixedHeight(height)
    plot.setMouseEnabled(False, False)
    plot.setMenuEnabled(False)
    plot.hideButtons()
    plot.setAccessibleName(name)
    tell_values(plot, "")
    return plot


def tell_values(plot: Any, sentence: str) -> None:
    """Describe a plot for screen readers; an empty sentence if it is empty."""
    plot.setAccessibleDescription(sentence or _EMPTY)


def dress_plot(plot: Any, theme: Theme, left: str = "", bottom: str = "") -> None:
    """Apply a theme to a plot and name its axes; an empty name changes nothing."""
    plot.setBackground(theme.panel)
    for name, title in (("left", left), ("bottom", bottom)):
        axis = plot.getAxis(name)
        axis.setPen(theme.line)
        axis.setTextPen(theme.faint)
        if title:
            plot.setLabel(name, title, color=theme.faint)
