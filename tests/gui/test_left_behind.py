"""A window that is closed leaves nothing behind; and the fixture that watches over it sees what is left."""

import subprocess
import sys
import threading
from pathlib import Path

from PyQt6.QtCore import QPoint, QTimer
from PyQt6.QtWidgets import QApplication, QWidget

from latent_explorer.engine.process import ProcessEngine
from latent_explorer.session import Route


def test_closed_in_the_middle_of_everything(new_window, small_bundle: Path, count_traces) -> None:
    """Hovering, playing, computing tiles, a picture window and an export still under way."""
    before = count_traces()
    person = new_window(small_bundle, ProcessEngine)
    window = person.window
    window.pane.session.draw(Route((-4.0, 0.0), (4.0, 1.0), frames=12))
    person.wait_until(lambda: len(window.pane.filmstrip.frames) > 0)
    window.pane.filmstrip.play_or_pause()
    person.move(QPoint(200, 200))
    window.pane.feed.forget_all()
    window.pane.feed.look(person.canvas.view, None)
    person.wheel(QPoint(150, 150), 3)
    window.pane.open_picture()
    engine = window.pane.client.engine
    window.close()
    assert engine._process.poll() is not None
    assert window.pane.client._threads[0].is_alive() is window.pane.client._threads[1].is_alive() is False
    person.wait(0.2)  # all timers have had the time to go off
    assert not [trace for trace in count_traces() - before if "timer" in trace]


def test_a_map_that_is_closed_paints_no_more(new_window, small_bundle: Path) -> None:
    """Not even what it was about to paint, which takes a busy computer longer than anybody waits."""
    person, told = new_window(small_bundle), []
    scheduler = person.canvas.frame_scheduler
    scheduler.looked.connect(lambda: told.append("looked"))
    scheduler.move()
    scheduler.dissolve()
    person.window.close()
    assert scheduler.at_rest
    scheduler.move()  # as by a pointer that leaves
    person.wait(0.1)
    assert not told
    assert scheduler.at_rest


def test_a_window_that_is_closed_twice(new_window, small_bundle: Path) -> None:
    person = new_window(small_bundle)
    person.window.close()
    person.window.close()
    assert not person.window.isVisible()


def test_a_window_that_never_opened_anything(new_window) -> None:
    person = new_window(None)
    person.move(QPoint(50, 50))
    person.click(QPoint(50, 50))
    person.drag(QPoint(50, 50), QPoint(90, 90), 0.1)
    person.wheel(QPoint(50, 50), 2)
    for action in ("Undo", "Redo", "Fit", "Pin this place", "Clear path", "Light theme", "Loupe", "Dark theme"):
        person.window.action(action).trigger()
    for text, action in person.window.menus.actions.items():
        if text.startswith("Export"):
            action.trigger()
    person.wait(0.05)
    assert not person.see().isNull()


def test_what_is_left_behind_is_seen(qapp: QApplication, count_traces) -> None:
    before, over = count_traces(), threading.Event()
    thread = threading.Thread(target=over.wait, name="forgotten")
    thread.start()
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    widget, timer = QWidget(), QTimer()
    timer.start(10_000)
    left = sorted(trace.split()[0] for trace in count_traces() - before)
    over.set()
    thread.join()
    child.communicate()
    timer.stop()
    del widget
    assert left == ["process", "thread", "timer", "window"]
    assert not count_traces() - before
