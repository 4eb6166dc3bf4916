"""The window. In scripts, `open_maps` opens it on bundles, and `run` shows it until it is closed."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from latent_explorer.gui.pane.pane import MapPane


def open_maps(*models: str) -> "list[MapPane]":
    """The maps of a new window, one for each bundle, side by side; without bundles, the last one opened.

    models: folders, or names of included bundles. Add items to a map in plane coordinates:
    `pane.plot.addItem(pyqtgraph.PlotDataItem(u, v))`. Raises UserError if a bundle does not exist.
    """
    from latent_explorer.gui.app import open_window

    return open_window(models).workbench.panes


def run(pane: "MapPane") -> int:
    """Show the window of a map until it is closed; returns the exit code."""
    from latent_explorer.gui.app import Window, show_until_closed

    window = pane.window()
    assert isinstance(window, Window)
    return show_until_closed(window)
