"""The map drawn with chosen layers: by a map pane that no window holds, for a layer may paint whatever it likes."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from latent_explorer.errors import UserError


def scene_of_layers(folder: Path, chart: str | None, layers: str, width: int, height: int) -> tuple[Any, list[float]]:
    """The export.MapScene of a bundle with these layers and no others, and the sides of the region it shows.

    layers: names or titles with commas between them.

    Raises UserError that lists the layers where one is not known, or says what the bundle lacks for it.
    """
    from latent_explorer.bench.measure import use_a_display
    from latent_explorer.gui.exports.scene import map_scene

    use_a_display()

    with _pane(width, height) as pane:
        _open(pane, folder, chart)
        _choose(pane, [name.strip().lower() for name in layers.split(",") if name.strip()])
        _wait(pane)
        assert pane.session is not None
        scene = map_scene(pane.canvas, pane.session, legend=bool(pane.session.bundle.class_names))
        seen = pane.canvas.view.region
        return scene, [seen.left, seen.bottom, seen.right, seen.top]


@contextmanager
def _pane(width: int, height: int) -> Iterator[Any]:
    """A pane whose map has this size, with settings of its own; ended afterwards."""
    from latent_explorer.engine.process import ProcessEngine
    from latent_explorer.gui.app import application
    from latent_explorer.gui.pane.pane import MapPane
    from latent_explorer.gui.pane.shared import Shared
    from latent_explorer.gui.settings import Settings
    from latent_explorer.gui.widgets.banner import Banner

    app = application()
    with tempfile.TemporaryDirectory() as scratch:
        pane = MapPane(Shared(Settings(Path(scratch) / "settings"), Banner(), lambda _: None), ProcessEngine)
        try:
            pane.resize(width, height)
            pane.show()
            app.processEvents()
            view = pane.canvas.view
            pane.resize(2 * width - view.width, 2 * height - view.height)  # the axes take room beside the map
            yield pane
        finally:
            pane.end()
            pane.close()


def _open(pane: Any, folder: Path, chart: str | None) -> None:
    from latent_explorer.charts import ChartSpec

    pane.open(folder, ChartSpec.of(chart) if chart else None)
    _wait(pane)


def _choose(pane: Any, wanted: list[str]) -> None:
    assert pane.bundle is not None
    known = {layer.spec.name: (title, layer) for title, layer in pane.layers.by_title.items()}
    names = {title.lower(): name for name, (title, _) in known.items()}
    chosen = [names.get(name, name) for name in wanted]
    for name in chosen:
        if name not in known:
            raise UserError(f"no layer called {name!r}: expected one of {', '.join(known)}")
        if lacking := known[name][1].lacks(pane.bundle):
            raise UserError(f"{pane.bundle.name} has no layer {name!r}: {lacking}")
    for name, (title, layer) in known.items():
        pane.layers.show(title, name in chosen, layer.opacity)


def _wait(pane: Any) -> None:
    """Until the engine has given all that is shown. Raises UserError with what the pane complains of."""
    from latent_explorer.gui.app import application

    while not (pane.ready and pane.canvas.frame_scheduler.at_rest and pane.feed.missing == pane.fields.missing == 0):
        if pane.shared.banner.text:
            raise UserError(pane.shared.banner.text)
        application().processEvents()
        time.sleep(0.005)
