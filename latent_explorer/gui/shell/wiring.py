"""Which signal of the window's parts leads where."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from latent_explorer.gui.shell.window import MainWindow


def wire(window: "MainWindow") -> None:
    """Connect the parts of a window with one another."""
    _wire_map(window)
    _wire_panels(window)
    _wire_filmstrip(window)
    window.training.open_wanted.connect(window.open)


def _wire_map(window: "MainWindow") -> None:
    canvas = window.canvas
    canvas.hovered.connect(window.prober.hover)
    window.prober.told.connect(window.fields.hover)
    window.prober.told.connect(window.thumbnails.hover)
    canvas.looked.connect(window.look)
    canvas.ended.connect(window.status.say_the_end)
    canvas.pacing.holds = window.prober.awaits
    canvas.closest, window.tiles.cover = window.feed.closest, window.feed.cover
    canvas.painted.connect(window.points.after_first_paint)
    window.sorter.done.connect(canvas.refresh)
    window.store.lost.connect(window.look)
    window.store.listed.connect(window.look)


def _wire_panels(window: "MainWindow") -> None:
    window.layers.changed.connect(window.set_layer)
    window.legend.toggled.connect(window.toggle_class)
    window.legend.isolated.connect(window.isolate_class)
    window.legend.all_wanted.connect(window.show_all_classes)
    inspector = window.inspector
    inspector.typed.connect(window.prober.go_to)
    inspector.dimensions.list.moved.connect(window.prober.explore)
    inspector.pin_wanted.connect(window.pin_probe)
    inspector.picture_wanted.connect(window.open_picture)
    inspector.export_wanted.connect(window.exporter.picture)
    inspector.neighbours.chosen.connect(window.go_to_image)


def _wire_filmstrip(window: "MainWindow") -> None:
    filmstrip = window.filmstrip
    filmstrip.route_chosen.connect(window.draw)
    filmstrip.clear_wanted.connect(window.clear_route)
    filmstrip.export_wanted.connect(window.exporter.filmstrip)
    filmstrip.strip.probe_wanted.connect(window.probe_frame)
    filmstrip.strip.open_wanted.connect(window.open_frame)
    filmstrip.strip.export_wanted.connect(window.exporter.frame)
