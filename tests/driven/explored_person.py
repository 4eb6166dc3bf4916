"""The window of `explore`, and a person at it. Usage, as `gui.explored`: explored_person.py FOLDER [CHART].

She hovers, selects, pins and draws a path, once each; what she saw at the place she hovered goes to $SEEN.
"""

import os
from pathlib import Path

import numpy as np
from PyQt6.QtCore import QPoint, Qt, QTimer

from latent_explorer.bench.person import Person
from latent_explorer.gui.app import Window
from latent_explorer.gui.explored import main


def work(window: Window) -> None:
    person, pane, seen = Person(window), window.pane, Path(os.environ["SEEN"])
    person.wait_for_the_engine()
    middle = QPoint(pane.canvas.width() // 2, pane.canvas.height() // 2)
    person.move(middle)
    person.move(middle + QPoint(40, 20))
    person.wait_until(lambda: pane.prober.probe is not None and pane.prober.probe.picture is not None)
    person.wait_until(lambda: pane.prober.place is not None)
    place = pane.prober.place
    assert place is not None
    person.key(Qt.Key.Key_S)
    person.drag(middle - QPoint(90, 90), middle + QPoint(30, 30), 0.1)
    person.wait_until(lambda: pane.session is not None and pane.session.state.selection is not None)
    person.key(Qt.Key.Key_P)
    person.drag(middle - QPoint(60, 0), middle + QPoint(60, 0), 0.1)
    person.move(middle + QPoint(40, 20))
    person.click(middle + QPoint(40, 20))
    assert pane.session is not None
    chosen = pane.session.state.selection
    assert chosen is not None
    person.wait_for_the_engine()
    person.wait_until(lambda: pane.prober.probe is not None and pane.prober.probe.picture is not None)
    assert pane.prober.probe is not None
    window.menus.refresh()
    offered = ("Restart the engine", "Show in folder", "Save session", "Pin this place")
    window.workbench.copies.copy("map", python=True)
    window.grab().save(str(seen.with_suffix(".png")))
    np.savez(
        seen.with_suffix(".part.npz"),
        z=pane.prober.probe.z,
        picture=pane.prober.probe.picture,
        selection=np.flatnonzero(chosen.chosen),
        originals=place.originals,
        indices=place.indices,
        title=window.windowTitle(),
        offered=[text for text in offered if window.action(text).isEnabled()],
        said=window.workbench.banner.message,
        recent=[str(each) for each in window.workbench.settings.recent],
        classes=np.array(pane.bundle.class_names if pane.bundle else ()),
    )
    seen.with_suffix(".part.npz").rename(seen)


if __name__ == "__main__":
    main(lambda window: QTimer.singleShot(0, lambda: work(window)))
