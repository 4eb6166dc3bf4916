"""The bundles shown in the window, for operations on bundles on disk."""

from collections.abc import Callable, Sequence
from pathlib import Path

from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.gui.training.trainer import Trainer
from latent_explorer.gui.widgets.folders import show_folder


class ShownBundles:
    """The bundles of all maps, and that of the current training run. active: returns the active map."""

    def __init__(self, panes: Sequence[MapPane], active: Callable[[], MapPane], trainer: Trainer) -> None:
        self._panes, self._active, self._trainer = panes, active, trainer

    def folders(self) -> list[Path]:
        """The folders of open bundles, that of the active map first."""
        active = self._active()
        panes = [active, *(pane for pane in self._panes if pane is not active)]
        return [pane.bundle.folder for pane in panes if pane.bundle is not None]

    def in_training(self) -> Path | None:
        """The folder for the bundle of the current run."""
        job = self._trainer.job if self._trainer.busy else None
        return None if job is None else job.folder

    def follow(self, old: Path, new: Path) -> None:
        """Follow the renaming of a bundle's folder in all maps that show it."""
        for pane in self._panes:
            pane.follow(old, new)

    def show_in_folder(self) -> str:
        """Show the files of the active map's bundle in the file manager; returns an error message, or an empty one."""
        bundle = self._active().bundle
        return "" if bundle is None else show_folder(bundle.folder)
