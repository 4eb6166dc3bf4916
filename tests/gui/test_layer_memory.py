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
    settings = Settings(folder / "settings.ini")
    settings.set_text("layer Points", kept)
    panel = LayerPanel()
    panel.add("Points", True, 0.6, "")
    panel.remember(settings)
    layers = panel.layers()
    sip.delete(panel)
    return layers


@pytest.mark.parametrize(
    "kept", ["", "shown", "hidden ", "shown much", "perhaps 40", "hidden -3", "shown 4e9", "shown ²"]
)
def test_what_makes_no_sense_is_not_remembered(qapp, tmp_path: Path, kept: str) -> None:
    assert recalled(tmp_path, kept) == {"Points": (True, 0.6)}


@pytest.mark.parametrize(("kept", "percent"), [("hidden 0", 5), ("hidden 99999999999999999999", 100)])
def test_an_opacity_out_of_range_is_the_nearest_that_there_is(qapp, tmp_path: Path, kept: str, percent: int) -> None:
    assert recalled(tmp_path, kept) == {"Points": (False, percent / 100)}
