"""Run in an environment with the example plugin: opens a bundle and uses what was added, as a person does."""

import sys
import tempfile
from pathlib import Path

import numpy as np
from PyQt6.QtWidgets import QComboBox, QMenu

from latent_explorer.bench.person import Person
from latent_explorer.charts import ChartSpec
from latent_explorer.gui.app import application
from latent_explorer.gui.settings import Settings
from latent_explorer.gui.shell.window import MainWindow


def menu_called(window: MainWindow, title: str) -> list[str]:
    menu = next(each for each in window.findChildren(QMenu) if each.title() == title)
    menu.aboutToShow.emit()
    return [action.text() for action in menu.actions()]


def families(person: Person) -> list[str]:
    """The choices of the training form's family."""
    boxes = person.window.workbench.training.findChildren(QComboBox)
    return [box.itemText(index) for box in boxes for index in range(box.count())]


def use(person: Person) -> None:
    pane, canvas = person.pane, person.canvas
    person.wait_for_the_engine()
    assert "Random plane…" in menu_called(person.window, "Chart")
    person.window.action("Radius").trigger()
    pane.see_through(ChartSpec.of("random:seed=5"))
    person.wait_for_the_engine()
    assert pane.bundle.chart.name == "random:seed=5"
    at = canvas.view.region.centre
    person.move(person.point(*at))
    person.wait_until(lambda: any("Radius: " in line and "…" not in line for line in pane.inspector.values.lines))
    exact = np.linalg.norm(pane.prober.probe.z)
    shown = pane.fields.by_title["Radius"].value(canvas.view, at)[0]
    assert abs(shown - exact) < 0.05 * exact + 0.05
    person.window.workbench.docks.bring("Training")
    person.wait_until(lambda: "Absolute-error autoencoder" in families(person))
    assert "torch" not in sys.modules


def main(folder: Path) -> None:
    app = application()
    with tempfile.TemporaryDirectory() as settings:
        window = MainWindow(Settings(Path(settings) / "settings.json"))
        window.resize(900, 700)
        window.workbench.open(folder)
        window.show()
        try:
            use(Person(window))
        finally:
            window.close()
            window.deleteLater()
            app.processEvents()
    print("works")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
