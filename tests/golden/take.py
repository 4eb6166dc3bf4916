"""A program of its own: pictures of the window, its layers, panels and dialogs. Usage: take.py THEME WIDTH FOLDER

The scale of the screen is that of QT_SCALE_FACTOR; a picture has one pixel for each of the window's own.
"""

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image
from PyQt6.QtCore import QPoint
from PyQt6.QtWidgets import QApplication, QLabel, QMenu, QWidget

from latent_explorer.bench.person import Person, person_at_a_window
from latent_explorer.gui.exports.preview import Preview
from latent_explorer.gui.studies.registry import STUDIES
from latent_explorer.gui.widgets.images import to_array

MODEL = "mnist-vae-2d"
SIZES = {1024: 720, 1440: 900}
"""Heights of windows by their widths."""
_DIALOGS = ("Open…", "Import…", "Gallery…", "Keys and gestures", "About Latent Explorer", "Graph of hover times")
_EXPORTS = (
    "picture",
    "grid",
    "map",
    "latents",
    "selected latents",
    "contact sheet",
)  # the preview of a filmstrip plays: it never looks the same
Shot = tuple[str, QWidget]


def shots(person: Person) -> Iterator[Shot]:
    """What is to be seen, one after the other: its name and the widget to grab."""
    prepare(person)
    yield "window", person.window
    yield from panels(person)
    yield from layers(person)
    yield from dialogs(person)


def prepare(person: Person) -> None:
    """A place chosen, a path drawn, some points selected."""
    pane = person.pane
    person.click(person.point(-0.6, 0.8))
    person.drag(person.point(-1.2, 0.2), person.point(1.0, -0.6), 0.1)
    assert pane.session is not None
    pane.session.select(np.arange(len(pane.session.bundle.latents)) % 500 == 0)
    person.move(person.point(0.4, 0.3))
    settle(person)


def settle(person: Person) -> None:
    """Wait until nothing moves any more."""
    person.wait_for_the_engine()
    person.wait(0.3)


def panels(person: Person) -> Iterator[Shot]:
    """Each panel; those of studies fill while they compute, so no two pictures of one would be alike."""
    docks = person.window.workbench.docks
    studies = {spec.title for spec in STUDIES.values()}
    for title, dock in docks.by_title.items():
        if title in studies:
            continue
        hidden = dock.isHidden()
        docks.bring(title)
        person.wait(0.3)
        yield f"panel {title}", dock
        if hidden:
            dock.hide()
    docks.bring("Inspector")


def layers(person: Person) -> Iterator[Shot]:
    """Each layer switched on alone, beside the points."""
    pane = person.pane
    usual = {title: layer.visible for title, layer in pane.layers.by_title.items()}

    def show(wanted: dict[str, bool]) -> None:
        for title, layer in pane.layers.by_title.items():
            if layer.visible != wanted[title] and pane.layer_panel.offers(title):
                pane.layer_panel.toggle(title)

    for title in usual:
        show({each: each == title for each in usual})
        settle(person)
        yield f"layer {title}", pane.canvas
    show(usual)
    settle(person)


def dialogs(person: Person) -> Iterator[Shot]:
    for words in (*_DIALOGS, *(f"Export {what}…" for what in _EXPORTS)):
        before = set(QApplication.topLevelWidgets())
        person.window.action(words).trigger()
        person.wait(0.5)
        for dialog in set(QApplication.topLevelWidgets()) - before:
            if dialog.isVisible() and not isinstance(dialog, QLabel | QMenu):
                person.wait(1.0)
                person.wait_until(partial(is_drawn, dialog))
                yield words.removesuffix("…"), dialog
                dialog.close()
        person.wait(0.1)


def is_drawn(dialog: QWidget) -> bool:
    """Whether what an export would look like is seen, where a dialog shows that."""
    preview = dialog.findChild(Preview)
    return preview is None or preview.currentWidget() is not preview.film or bool(preview.film.images)


def picture(widget: QWidget) -> Image.Image:
    """A widget as it looks, one pixel for each of its own."""
    image = Image.fromarray(to_array(widget.grab().toImage())).convert("RGB")
    return image.resize((widget.width(), widget.height()), Image.Resampling.BOX)


def main(theme: str, width: int, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with person_at_a_window(MODEL, (width, SIZES[width]), theme) as person:
        person.move(QPoint(5, 5))
        settle(person)
        for name, widget in shots(person):
            picture(widget).save(folder / f"{name} {width}.png")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
