"""What of the window lessons use."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PyQt6.QtWidgets import QWidget

from latent_explorer.gui.alignment.linking import Linking
from latent_explorer.gui.docks import Docks
from latent_explorer.gui.exports.exporter import Exporter
from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.gui.pane.shared import Shared
from latent_explorer.gui.studies.studies import Studies
from latent_explorer.gui.training.trainer import Trainer
from latent_explorer.gui.workbench import Workbench


@dataclass(frozen=True, eq=False)
class LessonUses:
    """What of a window its lessons may use.

    parent: the widget that dialogs belong to. panes, active: the maps there are, and the one that a person works with.
    studies: those of the active map. activate, close: a map. open: a bundle in the active map. open_both: two side by
    side. show_training: brings that panel to the front.
    """

    parent: QWidget
    panes: Callable[[], Sequence[MapPane]]
    active: Callable[[], MapPane]
    studies: Callable[[], Studies]
    activate: Callable[[MapPane], None]
    close: Callable[[MapPane], None]
    open: Callable[[Path], None]
    open_both: Callable[[Path, Path], None]
    show_training: Callable[[], None]
    docks: Docks
    linking: Linking
    trainer: Trainer
    exporter: Exporter
    shared: Shared


def lesson_uses(parent: QWidget, bench: Workbench) -> LessonUses:
    """What of a workbench its lessons may use."""
    return LessonUses(
        parent, lambda: bench.panes, lambda: bench.active, lambda: bench.studies, bench.activate, bench.close_pane,
        bench.open, bench.open_examples, bench.show_training, bench.docks, bench.linking, bench.trainer, bench.exporter,
        bench.shared,
    )  # fmt: skip
