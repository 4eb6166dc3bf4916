"""A plot that is only looked at: two axes with names, in the colours of a theme."""

from typing import Any

import pyqtgraph

from latent_explorer.gui.theme import Theme

_EMPTY = "Nothing is drawn yet."


def still_plot(name: str, height: int, **axes: Any) -> Any:
    """A plot of so many pixels that neither moves nor has a menu.

    name: for those who cannot see it. axes: those that are none of pyqtgraph's usual ones, by their side.
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
    """Say what a plot shows, for those who cannot see it; an empty sentence where it shows nothing yet."""
    plot.setAccessibleDescription(sentence or _EMPTY)


def dress_plot(plot: Any, theme: Theme, left: str = "", bottom: str = "") -> None:
    """Give a plot the colours of a theme, and its axes their names; an empty one stays as it is."""
    plot.setBackground(theme.panel)
    for name, title in (("left", left), ("bottom", bottom)):
        axis = plot.getAxis(name)
        axis.setPen(theme.line)
        axis.setTextPen(theme.faint)
        if title:
            plot.setLabel(name, title, color=theme.faint)
