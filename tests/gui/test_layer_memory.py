"""Layers are at the next launch as they were left."""

from pathlib import Path

import pytest
from PyQt6 import sip
from PyQt6.QtWidgets import QSlider

from latent_explorer.gui.panels.layers import LayerPanel
from latent_explorer.gui.settings import Settings


def slide(window, name: str, percent: int) -> None:
    sliders = {each.accessibleName(): each for each in window.pane.layer_panel.findChildren(QSlider)}
    sliders[f"Opacity of the {name}"].setValue(percent)


def test_what_one_window_shows_the_next_one_shows(new_window, small_bundle: Path) -> None:
    first = new_window(small_bundle).window
    first.pane.layer_panel.toggle("Points")
    first.pane.layer_panel.toggle("Veil")
    first.pane.layer_panel.toggle("Density")
    slide(first, "pictures", 35)
    slide(first, "density", 50)
    first.close()
    person = new_window(small_bundle)
    second = person.window
    assert second.pane.layer_panel.layers() == first.pane.layer_panel.layers()
    assert not second.pane.points.visible
    assert (second.pane.tiles.visible, second.pane.tiles.opacity) == (True, 0.35)
    shown = {title: layer.opacity for title, layer in second.pane.fields.by_title.items() if layer.visible}
    assert shown == {"Density": 0.5}
    assert [layer.field.name for layer in second.pane.fields._shown] == ["density"]
    assert second.pane.fields.by_title["Density"].painted


def recalled(folder: Path, kept: str) -> dict[str, tuple[bool, float]]:
    """The one layer of a panel after something has been found in the settings."""
    (folder / "settings.json").write_text(kept)
    settings = Settings(folder / "settings.json")
    panel = LayerPanel()
    panel.add("Points", True, 0.6, "")
    panel.remember(settings)
    layers = panel.layers()
    sip.delete(panel)
    return layers


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("{}", (True, 0.6)),
        ('{"shown": false}', (False, 0.6)),
        ('{"shown": "no", "opacity": 0.3}', (True, 0.3)),
        ('{"shown": false, "opacity": 1e9}', (False, 0.6)),
        ('{"shown": false, "opacity": 0}', (False, 0.05)),
        ('["shown"]', (True, 0.6)),
    ],
)
def test_of_a_layer_what_makes_no_sense_is_not_remembered(qapp, tmp_path: Path, kept, shown) -> None:
    assert recalled(tmp_path, f'{{"ShownLayer Points": {kept}}}') == {"Points": shown}
