"""Menus of models: to open, for a second map, and for linking two maps."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from latent_explorer.gui.alignment.linking import TRAVELS, Linking
from latent_explorer.gui.widgets.actions import SEPARATOR, Command, Entry, Submenu
from latent_explorer.gui.widgets.plain import caption
from latent_explorer.gui.workbench import MOST_MAPS, Workbench
from latent_explorer.places import models_folder, shipped_bundles, trained_bundles
from latent_explorer.runs import RunFolder, snapshots_of
from latent_explorer.runs.folder import step_of
from latent_explorer.session import OpenBundle, Session

_LISTED = 40  # models in a menu
_SEEDS = ("mnist-ae-16d", "mnist-ae-16d-b")  # the same network, trained twice
_EARLY = 10  # the early snapshot is at this fraction of a run
_SIDES = ("Left map", "Right map")


def offers(
    folders: Iterable[Path], run: Callable[[Path], None], words: Callable[[Path], str] = lambda folder: folder.name
) -> Iterator[Command]:
    """Commands for models, by their folders."""
    for folder in folders:
        yield Command(caption(words(folder)), partial(run, folder))


def other_models(bench: Workbench, run: Callable[[Path], None]) -> Iterator[Entry]:
    """Commands for the bundles that are not included."""
    yield Submenu("Your models", lambda: _trained(bench, run))
    yield Submenu("Recent models", lambda: offers(bench.settings.recent, run, str))


def second_map(bench: Workbench) -> Iterator[Entry]:
    """Entries for a second map: examples, then all models."""
    yield from _examples(bench)
    yield SEPARATOR
    if len(bench.panes) >= MOST_MAPS:
        for pane, words in zip(bench.panes, _SIDES, strict=True):
            yield Submenu(words, partial(_models, bench, pane.open))
        return
    bundle = bench.active.bundle
    if bundle is not None and not bundle.config.passing:
        yield Command(caption(f"{bundle.name} again"), partial(bench.open_beside, bundle.folder))
    yield from _models(bench, bench.open_beside)


def _models(bench: Workbench, run: Callable[[Path], None]) -> Iterator[Entry]:
    yield from offers(shipped_bundles(), run)
    yield from other_models(bench, run)
    yield SEPARATOR
    yield Command("Choose from the list…", bench.library.open)


def _examples(bench: Workbench) -> Iterator[Command]:
    """Examples for two maps: two snapshots of the open model's run, if kept; two seeds of one network."""
    if bench.active.bundle is not None and (moments := two_moments(bench.active.bundle)) is not None:
        run, early, late = moments
        words = f"{run.bundle.name} after step {step_of(early):,} and after step {step_of(late):,}"
        tip = "The same model at two moments of its training"
        yield Command(caption(words), partial(bench.open_examples, early, late), tip=tip)
    seeds = [models_folder() / name for name in _SEEDS]
    if all(folder.is_dir() for folder in seeds):
        tip = "The same network trained twice, from different random weights"
        yield Command(" and ".join(_SEEDS), partial(bench.open_examples, *seeds), tip=tip)


def two_moments(bundle: OpenBundle) -> tuple[RunFolder, Path, Path] | None:
    """The run of a bundle with an early and the latest snapshot; None if there are fewer than two."""
    of_moment = bundle.config.moment is not None
    run = RunFolder(bundle.folder.absolute().parents[1]) if of_moment else RunFolder.of_bundle(bundle.folder)
    snapshots = [folder for folder in snapshots_of(run) if step_of(folder) > 0]
    return (run, snapshots[len(snapshots) // _EARLY], snapshots[-1]) if len(snapshots) > 1 else None


def travel_entries(bench: Workbench) -> Iterator[Entry]:
    """Check marks for what is synchronised between two linked maps."""
    linking, pane = bench.linking, bench.active
    for name, (title, tip) in TRAVELS.items():
        travels = partial(_travels, linking, name)
        yield Command(title, partial(linking.toggle_travel, name), tip=tip, checked=travels)
    yield SEPARATOR
    route, session = linking.route_for(pane), pane.session
    tip = "Draw the other map's path on the active map, between its translated ends"
    draw = partial(Session.draw, session, route) if session is not None else lambda: None
    yield Command("Draw the other map's path here", draw, tip=tip, enabled=lambda: route is not None)


def _travels(linking: Linking, name: str) -> bool:
    return name in linking.travels


def _trained(bench: Workbench, run: Callable[[Path], None]) -> Iterator[Entry]:
    """Commands for the user's trained models; the list has the rest if there are too many."""
    folders = trained_bundles()
    yield from offers(folders[:_LISTED], run)
    if len(folders) > _LISTED:
        yield SEPARATOR
        yield Command("All models…", bench.library.open)
