"""What may happen to one of two linked maps: the maps stay, the link renews itself, and what is lacking is said."""

from pathlib import Path

import numpy as np
import pytest

from latent_explorer.charts import ChartSpec
from latent_explorer.importing.making import import_model
from latent_explorer.importing.protocol import ImportPlan
from latent_explorer.runs import RunFolder
from tests.gui.alignment.conftest import FORTH, Two


def place_of(two: Two):
    return two.bench.linking.hovering.ways[0].place


def hover(two: Two, u: float, v: float) -> None:
    """Hover on the left map until all is known that will be."""
    before = place_of(two)
    two.left.move(two.left.point(u, v))
    two.left.wait_until(lambda: place_of(two) is not before and place_of(two).match is not None)


def opened(two: Two, folder: Path) -> None:
    """Open another bundle on the right."""
    two.right.pane.open(folder)
    two.right.wait_until(lambda: two.right.pane.ready and two.right.pane.bundle.folder == folder)


@pytest.fixture
def latents_alone(tmp_path: Path) -> Path:
    """A bundle of latents of two dimensions, without a model."""
    file = tmp_path / "alone.npz"
    np.savez(file, latents=np.random.default_rng(0).standard_normal((50, 2)).astype(np.float32))
    list(import_model(ImportPlan(model=file, folder=tmp_path / "alone")))
    return tmp_path / "alone"


def test_a_model_without_a_decoder_is_compared_by_its_nearest_image(two: Two, latents_alone: Path) -> None:
    opened(two, latents_alone)
    two.fit()
    hover(two, 0.1, 0.2)
    panel = two.bench.linking.panel
    assert place_of(two).picture is None
    assert "decoder" in panel.there.picture.hint
    assert panel.nearest.picture.hint
    assert "away in latent space" in panel.sentence.text()
    assert "MSE" not in panel.sentence.text()
    assert two.right.canvas.marks.linked == pytest.approx(place_of(two).z.tolist())


def test_another_chart_on_one_side_moves_the_mark(two: Two) -> None:
    two.fit()
    link, anchors = two.link, two.link.alignment
    hover(two, 0.1, 0.2)
    two.right.pane.see_through(ChartSpec("slice", {"across": 1.0, "up": 0.0}))
    two.right.wait_until(lambda: two.right.pane.bundle.spec is not None)
    assert two.link is link
    assert link.alignment is anchors
    two.fit()
    hover(two, 0.3, 0.2)
    expected = two.right.pane.bundle.chart.to_plane(FORTH.to(place_of(two).probe.z[None])[0])
    assert two.right.canvas.marks.linked == pytest.approx(expected.tolist())


def test_another_moment_of_a_run_keeps_the_anchors_and_fits_anew(two: Two, run: RunFolder) -> None:
    two.left.pane.open(run.snapshot(1))
    opened(two, run.snapshot(3))
    two.left.wait_until(lambda: two.left.pane.ready and two.left.pane.bundle.folder == run.snapshot(1))
    link = two.link
    link.alignment.replace([(each, each) for each in range(0, 40, 4)])
    two.left.wait_until(lambda: link.fit is not None or bool(link.trouble))
    navigator = two.left.pane.navigator
    navigator.begin(run)
    two.left.wait_until(lambda: len(navigator.folders) == 4)
    navigator.go_to(2)
    two.left.wait_until(lambda: two.left.pane.bundle.folder == run.snapshot(2) and two.left.pane.ready)
    assert two.link is link
    assert len(link.alignment.state.anchors) == 10
    two.left.wait_until(lambda: link.fit is not None or bool(link.trouble))
    assert not link.trouble
    taken = link.translator(0).to(two.left.pane.bundle.latents.mean)
    assert np.abs(taken - two.right.pane.bundle.latents.mean).max() < 0.05  # each moment is turned by a quarter


def test_a_translator_of_another_space_is_not_used(two: Two, wide_bundle: Path) -> None:
    opened(two, wide_bundle)
    two.fit()  # to two dimensions, and there are five
    two.left.move(two.left.point(0.1, 0.1))
    two.left.wait(0.2)
    assert place_of(two).z is None
    assert two.right.canvas.marks.linked is None


def test_an_aligner_that_cannot_fit_says_so_in_the_panel(two: Two) -> None:
    two.link.alignment.add(1, 2)
    two.left.wait_until(lambda: "Place at least" in two.bench.linking.panel.sentence.text())
    assert "1 placed so far" in two.bench.linking.panel.sentence.text()
