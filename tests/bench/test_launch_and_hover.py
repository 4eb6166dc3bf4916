"""`bench startup` and `bench hover`: what counts as a picture, and what the plain programs do."""

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PyQt6.QtCore import QEvent, QObject, QPoint, QPointF, QTimer, pyqtSignal
from PyQt6.QtGui import QPaintEvent
from PyQt6.QtWidgets import QWidget

from latent_explorer.atlas.view import View
from latent_explorer.bench import hover_baseline, hover_bench, startup_bench
from latent_explorer.bench.hover_bench import HoverTimes
from latent_explorer.bench.launch import tell_first_pictures
from latent_explorer.bench.measure import Measure, answer_of
from latent_explorer.bench.person import Person, person_at_a_window
from latent_explorer.errors import UserError
from latent_explorer.gui.widgets.images import to_array

BASELINE = "latent_explorer.bench.hover_baseline"


class PaintTimes(QObject):
    """Notes when a widget is about to be painted, and hands the event to `each`."""

    def __init__(self, each: Callable[[QPaintEvent], object] = lambda _: None) -> None:
        super().__init__()
        self.times, self._each = [], each

    def eventFilter(self, _: QObject | None, event: QEvent | None) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.times.append(time.time())
            self._each(event)
        return False


def test_the_first_pictures_are_told_once_both_were_painted(
    qapp, small_bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with person_at_a_window(str(small_bundle)) as person:
        canvas, pane, paints = person.canvas, person.pane, PaintTimes()
        pictures, closed, seen = [], [], []
        canvas.viewport().installEventFilter(paints)
        show = pane.prober._show
        pane.prober._show = lambda image: (show(image), pictures.append(time.time()))
        person.window.close = lambda: closed.append(time.time())
        tell_first_pictures(person.window)

        def look() -> None:
            if pane.session is not None and not seen:
                colours = to_array(canvas.picture(1)).reshape(-1, 4)[:, :3].astype(int)
                seen.append((paints.times[-1], time.time(), int((np.ptp(colours, axis=1) > 60).sum())))

        canvas.painted.connect(look)
        assert capsys.readouterr().out == ""
        person.wait_until(lambda: bool(closed))
        told = json.loads(capsys.readouterr().out)
        (begun, ended, coloured), *_ = seen
        assert begun <= told["first_paint"] <= ended
        assert coloured > 100, "expected points in the colours of their classes"
        assert person.pane.prober.probe.picture is not None
        assert told["first_paint"] < pictures[-1] < told["first_exact_hover"]
        del person.window.close


def test_a_map_painted_before_its_bundle_is_open_does_not_count(qapp, capsys: pytest.CaptureFixture[str]) -> None:
    class Map(QWidget):
        painted = pyqtSignal()

    canvas, prober = Map(), SimpleNamespace(on_exact=None)
    canvas.viewport = lambda: canvas
    pane = SimpleNamespace(session=None, canvas=canvas, prober=prober)
    tell_first_pictures(SimpleNamespace(pane=pane, close=lambda: None))
    canvas.painted.emit()
    qapp.processEvents()
    assert prober.on_exact is None
    pane.session, opened = object(), time.time()
    canvas.painted.emit()
    qapp.processEvents()
    prober.on_exact(None)
    assert opened <= json.loads(capsys.readouterr().out)["first_paint"] <= time.time()


def test_nothing_is_told_of_a_window_that_is_not_painted(
    qapp, small_bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with person_at_a_window(str(small_bundle)) as person:
        person.window.hide()
        tell_first_pictures(person.window)
        person.wait_until(lambda: person.pane.session is not None)
        person.wait(0.2)
        assert capsys.readouterr().out == ""


class SilentEngine:
    """Takes all requests and answers none."""

    replaceable = True

    def __init__(self) -> None:
        self._ended = threading.Event()

    def send(self, request: object) -> None:
        pass

    def offer(self, request: object) -> bool:
        return True

    def receive(self) -> None:
        self._ended.wait()

    def stop(self) -> None:
        self._ended.set()


def test_without_an_exact_picture_nothing_is_told(qapp, small_bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with person_at_a_window(str(small_bundle), start_engine=SilentEngine) as person:
        tell_first_pictures(person.window)
        person.wait_until(lambda: person.pane.prober.probe is not None)
        person.wait(0.3)
        assert capsys.readouterr().out == ""


def test_a_move_that_is_overtaken_counts_until_the_next_is_painted() -> None:
    times = HoverTimes()
    times.waiting.extend([time.perf_counter() - 0.2, time.perf_counter() - 0.1])
    times.painted(None)
    assert not times.waiting
    assert times.exact == pytest.approx([200, 100], abs=50)


def test_every_move_counts_also_where_a_picture_comes_for_every_fifth_alone(qapp) -> None:
    surface, made = QWidget(), []
    surface.resize(400, 300)
    prober = SimpleNamespace(on_exact=lambda _: None, interpolated=SimpleNamespace(total=0))

    def move(at: QPoint) -> None:
        made.append(at)
        prober.interpolated.total += len(made) % 2
        if len(made) % 5 == 0:
            prober.on_exact(None)

    window = SimpleNamespace(pane=SimpleNamespace(prober=prober))
    canvas = SimpleNamespace(origin=QPointF(60, 0), view=View(width=340, height=260))
    person = SimpleNamespace(
        surface=surface, canvas=canvas, window=window, move=move, wait_until=lambda seen: seen() or 1 / 0
    )
    times = hover_bench.hover_times(person, 30, 5)
    assert len(made) == 35
    assert all(60 <= at.x() < 400 and at.y() < 260 for at in made), "no picture belongs to a place on an axis"
    assert (len(times.exact), len(times.interpolated)) == (30, 15)
    waited = np.array(times.exact).reshape(6, 5)
    assert (waited >= 8 * np.arange(4, -1, -1)).all(), "a move is to count until a picture of it or a newer one"
    with pytest.raises(ZeroDivisionError):  # the last of them has no picture
        hover_bench.hover_times(person, 3, 0)


def test_both_programs_are_launched_in_turn_and_another_state_beside_them(
    small_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    launched = []

    def answer(module: str, *rest: object, checkout: Path | None = None, environment: dict[str, str]) -> object:
        launched.append((module, checkout))
        paint = time.time() + (0.1 if module == "latent_explorer" else 0.4)
        return {"first_paint": paint, **({} if checkout else {"first_exact_hover": paint + 1})}

    monkeypatch.setattr(startup_bench, "answer_of", answer)
    monkeypatch.setattr(startup_bench, "LAUNCHES", 2)
    found = startup_bench.measure_startup(str(small_bundle), Path("other"))
    assert launched == 3 * [("latent_explorer", None), (BASELINE, None), ("latent_explorer", Path("other"))]
    paint, hover = (found[name].as_json() for name in ("first_paint", "first_exact_hover"))
    assert (paint["n"], hover["n"]) == (2, 2)
    assert 100 <= paint["median"] < 60_000, "counted from the launch"
    assert hover["median"] - paint["median"] == pytest.approx(1000, abs=50)
    assert paint["plain_median"] - paint["median"] == pytest.approx(300, abs=50)
    assert paint["other_ratio"] == pytest.approx(1, abs=0.5)
    assert not any(key.startswith("other") for key in hover)  # an older state does not tell it


def test_the_plain_program_is_live_at_its_first_picture(small_bundle: Path) -> None:
    began = time.time()
    told = answer_of(BASELINE, small_bundle, "launch")
    assert began < told["first_paint"] < told["first_exact_hover"] < time.time()


@pytest.mark.parametrize("forced", [False, True])
def test_the_plain_program_decodes_the_place_and_paints_no_more_than_it_must(
    qapp, small_bundle: Path, forced: bool
) -> None:
    window, exposed = hover_baseline.PlainExplorer(small_bundle), []
    window.setAntialiasing(False)
    window.show()
    qapp.processEvents()
    areas = PaintTimes(lambda event: exposed.append(event.rect().width() * event.rect().height()))
    window.viewport().installEventFilter(areas)
    assert len(hover_baseline.hover_times(window, 5, forced=forced)) == 5
    whole = window.viewport().width() * window.viewport().height()
    assert (np.median(exposed) == whole) == forced
    z = window.plot.vb.mapSceneToView(QPointF(window.width() / 4, window.height() / 2))
    window.hover(QPointF(window.width() / 4, window.height() / 2))
    with torch.no_grad():
        picture = window.model.decode(torch.tensor([[z.x(), z.y()]]))[0, 0]
    assert np.abs(window.picture.image - 255 * picture.numpy()).max() <= 1
    window.close()


def test_hover_stands_beside_both_ways_of_repainting(qapp, small_bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hover = hover_bench.hover_times
    monkeypatch.setattr(hover_bench, "hover_times", lambda person: hover(person, 20, 5))
    monkeypatch.setattr(hover_bench, "PLAIN_MOVES", 20)
    found = {name: measure.as_json() for name, measure in hover_bench.measure_hover(str(small_bundle)).items()}
    assert list(found) == [
        "hover_to_paint", "hover_to_paint_under_load", "hover_to_interpolated", "hover_to_interpolated_under_load",
    ]  # fmt: skip
    for each in found.values():
        for plain in ("plain", "plain_forced"):
            assert each[f"{plain}_ratio"] == pytest.approx(each["median"] / each[f"{plain}_median"])
            assert each[f"{plain}_p99"] >= each[f"{plain}_median"] > 0


def test_a_program_that_fails_is_told_by_its_last_line() -> None:
    with pytest.raises(UserError, match=r"hover_baseline nowhere failed: .*nowhere"):
        answer_of(BASELINE, "nowhere", "hover")


def test_another_way_is_set_beside_a_measure() -> None:
    measure = Measure.of([2.0, 4.0, 6.0]).beside("other", [1.0, 2.0, 3.0])
    assert (measure.as_json()["other_median"], measure.as_json()["other_ratio"]) == (2.0, 2.0)
    assert "others" not in measure.as_json()


def test_a_person_knows_the_bundle_and_can_take_its_picture(qapp, small_bundle: Path) -> None:
    with person_at_a_window(str(small_bundle), (640, 480)) as person:
        assert isinstance(person, Person)
        assert person.bundle.name == "small"
        picture = person.photograph(width=320)
        assert (picture.shape[1], picture.shape[2], picture.dtype) == (320, 3, "uint8")


def test_who_waits_gives_a_busy_program_the_turns_that_it_would_have_had(qapp) -> None:
    turns, timer = [], QTimer()
    timer.timeout.connect(lambda: (turns.append(1), time.sleep(0.03)))
    timer.start(0)
    Person.wait(SimpleNamespace(), 0.1)
    timer.stop()
    assert len(turns) >= 10
