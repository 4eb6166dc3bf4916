"""Charts in a real window while they are fitted: points move, what there is can be kept, and its panel says it all."""

from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QDialogButtonBox

from latent_explorer.bench.person import Person
from latent_explorer.charts import ChartSpec, FitCache, MovingChart, NonlinearChart
from latent_explorer.gui.panels.chart_choice import ChartDialog
from latent_explorer.places import chart_folder

DRIFT = """
import time
import numpy as np
from latent_explorer.charts import ChartKind, ChartSpec, FitReport, Parameter
from latent_explorer.charts.inverse import DETAIL, nonlinear_chart

def places(data, step):
    return (data.means[:, :2] * (1 + step) + step).astype(np.float32)

def fit(data):
    steps = int(data.number("steps"))
    for step in range(steps):
        yield FitReport(step / steps, f"step {step}", places(data, step),
                        ChartSpec("drift", {"steps": float(step + 1)}) if step else None)
        time.sleep(0.02)
    return {"points": places(data, steps - 1)}

DRIFT = ChartKind(
    name="drift", title="Drift", sentence="For tests.", fit=fit, make=lambda data: nonlinear_chart(data, ("a", "b")),
    parameters=(Parameter("steps", "how many", 1e6, kind="whole", low=1, high=1e7), DETAIL),
)
"""


@pytest.fixture
def wide(install, new_window, wide_bundle: Path) -> Person:
    install("drifting", DRIFT, charts="drift = drifting:DRIFT")
    return new_window(wide_bundle)


def press(person: Person, words: str) -> None:
    banner = person.window.workbench.banner
    person.wait_until(lambda: words in banner.buttons)
    person.press_button(banner.buttons[words])


def moving(person: Person) -> bool:
    return isinstance(person.pane.bundle.chart, MovingChart)


def test_points_move_and_hover_decodes_while_it_is_fitted(wide: Person, decoded) -> None:
    before = wide.pane.bundle.chart.name
    wide.pane.see_through(ChartSpec("drift"))
    wide.wait_until(lambda: moving(wide))
    places = []
    for _ in range(3):
        last = wide.pane.points.uv
        wide.wait_until(lambda last=last: wide.pane.points.uv is not last)
        places.append(wide.pane.points.uv.copy())
    assert not np.allclose(places[0], places[-1])
    assert wide.pane.points.visible  # of colour pictures, whose points are hidden else
    assert wide.pane.feed.keys == []
    canvas = wide.pane.canvas
    wide.move(canvas.to_widget(canvas.view.u, canvas.view.v).toPoint())
    wide.wait_until(lambda: wide.pane.prober.probe is not None and wide.pane.prober.probe.picture is not None)
    probe = wide.pane.prober.probe
    assert (wide.pane.bundle.latents.mean == probe.z).all(1).any()
    assert np.abs(probe.picture.astype(int) - decoded(wide.pane.bundle.folder, probe.z).astype(int)).max() <= 1
    press(wide, "Cancel")
    wide.wait_until(lambda: wide.pane.bundle.chart.name == before)
    wide.wait_for_the_engine()
    assert not wide.pane.charting.fitting
    assert not wide.pane.points.visible
    assert not FitCache(chart_folder()).has(wide.pane.bundle.seal, ChartSpec("drift"))


def test_what_there_is_can_be_kept_and_is_not_taken_for_the_finished_one(wide: Person) -> None:
    wide.pane.see_through(ChartSpec("drift", {"detail": 0.3}))
    press(wide, "Stop and keep it as it is")
    wide.wait_until(lambda: isinstance(wide.pane.bundle.chart, NonlinearChart))
    wide.wait_for_the_engine()
    bundle = wide.pane.bundle
    steps = bundle.spec.parameters["steps"]
    assert bundle.chart.name == f"drift:detail=0.3,steps={steps:.0f}"
    np.testing.assert_allclose(bundle.uv, bundle.latents.mean[:, :2] * steps + steps - 1, rtol=1e-5, atol=1e-4)
    assert not FitCache(chart_folder()).has(bundle.seal, ChartSpec("drift"))  # it is kept as what it is
    wide.window.workbench.undoing.undo()
    wide.wait_until(lambda: wide.pane.bundle.chart.name == "following")
    wide.window.workbench.undoing.redo()
    wide.wait_until(lambda: wide.pane.bundle.chart.name == f"drift:detail=0.3,steps={steps:.0f}")
    wide.wait_for_the_engine()
    assert wide.window.workbench.banner.text == ""


def test_another_bundle_ends_the_fit(wide: Person, small_bundle: Path) -> None:
    wide.pane.see_through(ChartSpec("drift"))
    wide.wait_until(lambda: moving(wide))
    wide.window.workbench.open(small_bundle)
    wide.wait_until(lambda: wide.pane.ready and wide.pane.bundle.folder == small_bundle)
    wide.wait_for_the_engine()
    assert not wide.pane.charting.fitting
    assert wide.window.workbench.banner.buttons == {}
    assert wide.pane.bundle.chart.name == "identity"


def test_t_sne_from_the_dialog_to_the_map_and_its_panel(wide: Person, decoded) -> None:
    dialog = ask(wide, "t-SNE…")
    dialog.fields["iterations"].setText("12")
    dialog.fields["perplexity"].setText("5")
    wide.press_button(dialog.buttons.button(QDialogButtonBox.StandardButton.Ok))
    wide.wait_until(lambda: wide.pane.bundle.chart.name == "tsne:iterations=12,perplexity=5")
    wide.wait_for_the_engine()
    assert wide.pane.bundle.chart.axis_names[0] == "t-SNE 1, after 12 iterations"
    panel = wide.pane.chart_panel
    assert panel.title.text() == "t-SNE"
    assert panel.values["perplexity"].text() == "5"
    assert panel.took.text().startswith("Fitted in ")
    uv = wide.pane.bundle.uv
    wide.pane.canvas.zoom(1.5)
    view = wide.pane.canvas.view
    panel.sliders["detail"].setValue(4)
    wide.wait_until(lambda: wide.pane.bundle.chart.name == "tsne:detail=0.2,iterations=12,perplexity=5")
    wide.wait_for_the_engine()
    assert not wide.pane.charting.fitting  # for the detail nothing is fitted
    np.testing.assert_array_equal(wide.pane.bundle.uv, uv)
    assert wide.pane.canvas.view == view


def test_what_is_lacking_is_said_in_the_menu(wide: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("latent_explorer.charts.kind.find_spec", lambda name: None)
    action = menu(wide)["UMAP…"]
    assert not action.isEnabled()
    assert "pip install" in action.toolTip()


def test_a_lens_opens_over_a_point_and_goes_with_its_key(wide: Person, decoded) -> None:
    pane, canvas = wide.pane, wide.pane.canvas
    pane.layer_panel.toggle("Points")
    wide.wait_until(lambda: pane.points.count > 0)
    image = 7
    at = canvas.to_widget(*pane.bundle.uv[image].tolist()).toPoint()
    wide.move(at)
    canvas.setFocus()
    wide.press(Qt.Key.Key_X)
    wide.wait_until(lambda: pane.lens.held is not None and pane.lens.held.pictures is not None)
    held = pane.lens.held
    z = pane.bundle.latents.mean[held.image]
    middle = held.pictures[len(held.pictures) // 2]
    assert np.abs(middle.astype(int) - decoded(pane.bundle.folder, z).astype(int)).max() <= 1
    np.testing.assert_array_equal(pane.lens.latent_at(held.uv), z)
    place = canvas.to_widget(*held.uv).toPoint()
    wide.move(place + (wide.point(0, 0) - wide.point(0, 0)))
    beside = place
    beside.setX(place.x() + 40)
    wide.move(beside)
    wide.wait_until(lambda: pane.prober.probe.picture is not None)
    np.testing.assert_array_equal(pane.prober.probe.z, pane.lens.latent_at(pane.prober.probe.uv))
    assert not np.allclose(pane.prober.probe.z, pane.bundle.chart.to_latent(pane.prober.probe.uv))
    wide.release(Qt.Key.Key_X)
    assert pane.lens.held is None
    wide.move(place)
    np.testing.assert_array_equal(pane.prober.probe.z, pane.bundle.chart.to_latent(pane.prober.probe.uv))


def test_a_lens_needs_a_point_near_and_ends_where_the_map_loses_the_keyboard(wide: Person) -> None:
    pane, canvas = wide.pane, wide.pane.canvas
    pane.layer_panel.toggle("Points")
    wide.wait_until(lambda: pane.points.count > 0)
    canvas.zoom(0.05)
    wide.move(canvas.to_widget(canvas.view.u, canvas.view.v).toPoint() * 0.2)
    canvas.setFocus()
    wide.press(Qt.Key.Key_X)
    assert pane.lens.held is None
    wide.release(Qt.Key.Key_X)
    canvas.fit()
    wide.move(canvas.to_widget(*pane.bundle.uv[3].tolist()).toPoint())
    wide.press(Qt.Key.Key_X)
    assert pane.lens.held is not None
    pane.filmstrip.setFocus()
    wide.window.workbench.docks.by_title["Layers"].setFocus()
    canvas.clearFocus()
    assert pane.lens.held is None


def menu(person: Person) -> dict:
    from PyQt6.QtWidgets import QMenu

    found = next(each for each in person.window.findChildren(QMenu) if each.title() == "Chart")
    found.aboutToShow.emit()
    return {action.text(): action for action in found.actions()}


def ask(person: Person, title: str) -> ChartDialog:
    menu(person)[title].trigger()
    dialog = person.window.findChildren(ChartDialog)[-1]
    person.wait_until(dialog.isVisible)
    return dialog
