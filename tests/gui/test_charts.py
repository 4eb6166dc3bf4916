"""The map seen through other charts: from the menu, from a dialog, at launch, and after a fit."""

from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QDialogButtonBox, QMenu

from latent_explorer.bench.person import Person
from latent_explorer.charts import ChartSpec
from latent_explorer.gui.app import say_what_is_broken
from latent_explorer.gui.panels.chart_choice import ChartDialog
from latent_explorer.places import chart_folder
from latent_explorer.session import open_bundle


@pytest.fixture
def wide(new_window, wide_bundle: Path) -> Person:
    return new_window(wide_bundle)


def entries(person: Person) -> dict[str, QAction]:
    menu = next(each for each in person.window.findChildren(QMenu) if each.title() == "Chart")
    menu.aboutToShow.emit()
    return {action.text(): action for action in menu.actions()}


def ticked(person: Person) -> list[str]:
    return [text for text, action in entries(person).items() if action.isChecked()]


def asked(person: Person) -> ChartDialog:
    dialog = person.window.findChildren(ChartDialog)[-1]
    person.wait_until(dialog.isVisible)
    return dialog


def hover_exactly(person: Person, decoded, u: float, v: float) -> np.ndarray:
    """Hover; the latent of the place, whose picture is the one decoded without a window."""
    before, folder = person.pane.prober.probe, person.pane.bundle.folder
    person.move(person.point(u, v))
    person.wait_until(lambda: person.pane.prober.probe is not before)
    person.wait_until(lambda: person.pane.prober.probe.picture is not None)
    probe = person.pane.prober.probe
    assert np.abs(probe.picture.astype(int) - decoded(folder, probe.z).astype(int)).max() <= 1
    np.testing.assert_array_equal(probe.z, person.pane.bundle.chart.to_latent(probe.uv))
    return probe.z


def test_the_menu_lists_what_fits_and_ticks_what_is_shown(wide: Person, decoded) -> None:
    assert list(entries(wide)) == [
        "Principal plane",
        "Principal plane, following the data",
        "Slice along two dimensions…",
        "Linear discriminants (LDA)…",
        "t-SNE…",
        "Isomap…",
        "UMAP…",
        "Relative coordinates",
    ]
    assert ticked(wide) == ["Principal plane, following the data"]
    wide.pane.session.pin(np.zeros(5, np.float32))
    entries(wide)["Principal plane"].trigger()
    wide.wait_for_the_engine()
    assert wide.pane.bundle.chart.name == "principal"
    assert ticked(wide) == ["Principal plane"]
    z = hover_exactly(wide, decoded, 0.5, -0.5)
    flat = wide.pane.bundle.chart
    np.testing.assert_allclose(z, flat.origin + flat.to_plane(z) @ flat.axes, atol=1e-5)
    assert {key.chart for key in wide.pane.feed.keys} == {"principal"}
    wide.window.workbench.undoing.undo()
    wide.wait_for_the_engine()
    assert ticked(wide) == ["Principal plane, following the data"]
    assert len(wide.pane.session.state.pins) == 1
    hover_exactly(wide, decoded, 0.5, -0.5)


def test_a_slice_asks_for_two_dimensions_and_goes_through_the_probed_place(wide: Person, decoded) -> None:
    z = hover_exactly(wide, decoded, 1.0, 0.5)
    entries(wide)["Slice along two dimensions…"].trigger()
    dialog = asked(wide)
    accept = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
    dialog.fields["across"].setText("4")
    dialog.fields["up"].setText("9")
    assert "up=9: expected a dimension from 0 to 4 or 5 numbers" in dialog.complaint.text()
    assert not accept.isEnabled()
    dialog.fields["up"].setText("2")
    assert accept.isEnabled()
    wide.press_button(accept)
    wide.wait_for_the_engine()
    chart = wide.pane.bundle.chart
    assert chart.axis_names == ("dimension 4", "dimension 2")
    axes = wide.pane.canvas._axes
    assert (axes["bottom"].title, axes["left"].title) == chart.axis_names
    assert "from left to right: dimension 4" in wide.pane.inspector.coordinates.toolTip()
    np.testing.assert_array_equal(chart.to_latent((z[4], z[2])), z)
    np.testing.assert_array_equal(wide.pane.prober.probe.z, z)  # still probed, where the new chart has it
    np.testing.assert_allclose(wide.pane.prober.probe.uv, (z[4], z[2]), atol=1e-6)
    hover_exactly(wide, decoded, float(z[4]), float(z[2]))
    entries(wide)["Slice along two dimensions…"].trigger()
    assert asked(wide).fields["up"].text() == "2"
    asked(wide).reject()


def test_the_window_opens_with_a_chart_and_keeps_it_for_the_bundle(new_window, wide_bundle, small_bundle) -> None:
    person = new_window(None)
    person.window.workbench.open_each([wide_bundle], [ChartSpec.of("slice:across=2,up=3")])
    person.wait_for_the_engine()
    assert person.pane.bundle.chart.name == "slice:across=2,up=3"
    for folder, name in ((small_bundle, "identity"), (wide_bundle, "slice:across=2,up=3")):
        person.window.workbench.open(folder)
        person.wait_until(lambda folder=folder: person.pane.ready and person.pane.bundle.folder == folder)
        assert person.pane.bundle.chart.name == name


def test_a_chart_that_does_not_fit_is_refused_in_words_and_the_bundle_is_open(new_window, small_bundle) -> None:
    person = new_window(None)
    person.window.workbench.open_each([small_bundle], [ChartSpec("following")])
    person.wait_until(lambda: "not for a latent space of 2 dimensions" in person.window.workbench.banner.text)
    person.wait_for_the_engine()
    assert person.pane.bundle.chart.name == "identity"


def test_another_moment_of_a_run_is_seen_through_the_same_chart(new_window, filmed_run: Path) -> None:
    first, second = sorted((filmed_run / "snapshots").iterdir())[1:3]
    person = new_window(first)
    person.pane.see_through(ChartSpec("principal"))
    person.pane.navigator.travel_wanted.emit(open_bundle(second))
    person.wait_until(lambda: person.pane.bundle.folder == second)
    person.wait_for_the_engine()
    assert person.pane.bundle.chart.name == "principal"
    person.window.workbench.undoing.undo()
    person.wait_until(lambda: person.pane.ready)
    assert (person.pane.bundle.folder, person.pane.bundle.chart.name) == (second, "identity")


SLOW = """
import numpy as np
from latent_explorer.charts import ChartKind, FitReport, LinearChart

def fit(data):
    for number in range(5):
        yield FitReport(number / 5, "steps")
    return {"axes": np.eye(data.means.shape[1])[-2:]}

def make(data):
    return LinearChart(data.name, data.means.mean(0), data.fitted["axes"], ("a", "b"))

SLOW = ChartKind(name="slow", title="Slow", sentence="For tests.", make=make, fit=fit)
"""


def test_a_chart_that_takes_long_is_fitted_beside_the_window_and_then_shown(install, wide: Person, decoded) -> None:
    install("slowly", SLOW, charts="slow = slowly:SLOW")
    entries(wide)["Slow"].trigger()
    assert wide.pane.charting.fitting
    assert wide.pane.bundle.chart.name == "following"  # until it is there
    wide.wait_until(lambda: wide.pane.bundle.chart.name == "slow")
    wide.wait_for_the_engine()
    hover_exactly(wide, decoded, 0.2, 0.3)
    assert not wide.pane.charting.fitting
    assert len(list(chart_folder().glob("*.fit"))) == 1
    wide.window.workbench.undoing.undo()
    entries(wide)["Slow"].trigger()
    assert wide.pane.bundle.chart.name == "slow"  # at once: it was kept


def test_a_broken_plugin_is_named_and_the_window_works_without_it(install, new_window, small_bundle) -> None:
    install("shattered", "1 / 0", charts="x = shattered:X", fields="y = shattered:Y")
    person = new_window(small_bundle)
    say_what_is_broken(person.window.workbench.banner)
    said = person.window.workbench.banner.text
    assert said.count("shattered 1.2 was left out: ") == 2
    assert "ZeroDivisionError" in said
    assert list(entries(person)) == [
        "The two dimensions", "Principal plane", "Slice along two dimensions…", "Relative coordinates",
    ]  # fmt: skip
