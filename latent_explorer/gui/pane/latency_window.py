"""A window with a live graph of how long hovers and frames of a pane take."""

from PyQt6.QtCore import QSize
from PyQt6.QtWidgets import QWidget

from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.latency import LatencyGraph
from latent_explorer.gui.widgets.side_windows import show_aside


def show_times(parent: QWidget, pane: MapPane, theme: Theme) -> None:
    """Open the graph of a pane."""
    exact, interpolated, frames = pane.prober.exact, pane.prober.interpolated, pane.canvas.frame_scheduler.frames
    meters = {"exact": exact, "interpolated": interpolated, "frame": frames}
    show_aside(LatencyGraph(parent, meters, theme), QSize(460, 280))
