"""The live graph behind the status bar's hover times."""

import numpy as np
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QLabel

from latent_explorer.bench.person import Person
from latent_explorer.gui.widgets.latency import LatencyGraph


def test_a_click_on_the_times_opens_a_graph_that_follows(person: Person) -> None:
    window = person.window
    window.action("Performance figures").trigger()
    person.move(person.point(0.2, 0.1))
    person.wait_until(lambda: len(window.pane.prober.exact.samples) > 0)
    person.wait_until(lambda: any("p99" in label.text() for label in window.statusBar().findChildren(QLabel)))
    label = next(label for label in window.statusBar().findChildren(QLabel) if "p99" in label.text())
    QTest.mouseClick(label, Qt.MouseButton.LeftButton)
    graph = window.findChild(LatencyGraph)
    meter, curve = graph._curves[0]
    person.move(person.point(-0.4, 0.3))
    person.wait_until(lambda: np.array_equal(curve.getData()[1], list(meter.samples)) and len(meter.samples) > 1)
    graph.close()
    person.wait_until(lambda: window.findChild(LatencyGraph) is None)
    window.action("Performance figures").trigger()
