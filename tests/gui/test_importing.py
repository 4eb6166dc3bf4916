"""Import in the window: dropped or by the menu, asked what is missing, made in a process, opened; harm is refused."""

import threading
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QMimeData, Qt, QUrl
from PyQt6.QtTest import QTest

from latent_explorer.bench.person import Person
from latent_explorer.errors import UserError
from latent_explorer.gui.importing.dialog import ImportDialog
from latent_explorer.gui.importing.form import ImportForm
from latent_explorer.importing.making import import_model
from latent_explorer.importing.protocol import ImportPlan
from latent_explorer.places import trained_folder
from latent_explorer.service.job import JobEnded
from latent_explorer.session import Route
from tests.gui.test_drops import drop
from tests.importing.making import greys, malicious, onnx_pair


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return greys(tmp_path_factory.mktemp("greys") / "greys.npz")


def file(path: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    return mime


def form_of(person: Person) -> ImportDialog:
    importer = person.window.workbench.importer
    person.wait_until(lambda: importer.dialog is not None)
    assert importer.dialog is not None
    return importer.dialog


def looked(person: Person, dialog: ImportDialog) -> None:
    person.wait_until(lambda: dialog.form.found is not None or bool(dialog.form.complaints["model"].text()))


def name_it(form: ImportForm, name: str) -> None:
    """Type another name."""
    form.name.setFocus()
    form.name.selectAll()
    QTest.keyClicks(form.name, name)


class ThreadJob:
    """An import in a thread of this process, which is there at once."""

    def __init__(self, plan: ImportPlan, on_report) -> None:
        self._plan, self._tell, self._stop = plan, on_report, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        reports, ended = import_model(self._plan), JobEnded("done")
        try:
            for report in reports:
                self._tell(report)
                if self._stop.wait(0.05):
                    reports.close()
                    ended = JobEnded("cancelled")
                    break
        except UserError as error:
            ended = JobEnded("failed", str(error))
        self._tell(ended)

    def cancel(self) -> None:
        self._stop.set()

    def close(self) -> None:
        self._stop.set()
        self._tell = lambda report: None


@pytest.fixture
def at_rest(person: Person, monkeypatch: pytest.MonkeyPatch):
    """The shared window, which imports in a thread, without a dialog of an import afterwards."""
    monkeypatch.setattr(person.window.workbench.importer, "begin", ThreadJob)
    monkeypatch.setattr(person.window.workbench.importer, "_folder", trained_folder())
    yield person
    if (dialog := person.window.workbench.importer.dialog) is not None:
        dialog.end()
        dialog.reject()


def test_a_decoder_dropped_is_asked_about_imported_and_opened(at_rest: Person, images: Path, tmp_path: Path) -> None:
    person = at_rest
    decoder, encoder = onnx_pair(tmp_path, images)
    drop(person, file(decoder))
    dialog = form_of(person)
    looked(person, dialog)
    form = dialog.form
    assert "An ONNX decoder" in form.recognised.text()
    assert "(?, 2)" in form.recognised.text()
    assert not dialog.start.isEnabled()
    assert "encoder" in form.complaints["latents"].text()
    form.encoder.put(encoder)
    assert not form.latents.isVisibleTo(form)
    assert "images" in form.complaints["images"].text()
    form.images.choose(str(images))
    name_it(form, "window-import")
    person.wait_until(lambda: dialog.start.isEnabled())
    person.press_button(dialog.start)
    assert dialog.busy
    assert dialog.away.text() == "Cancel"
    person.wait_until(lambda: person.window.workbench.importer.dialog is None)
    person.wait_until(lambda: person.pane.ready and person.pane.bundle.name == "window-import")
    assert person.pane.bundle.folder == trained_folder() / "window-import"
    person.move(person.point(0.2, 0.1))
    person.wait_until(lambda: person.pane.prober.probe is not None and person.pane.prober.probe.picture is not None)


def test_what_is_wrong_is_said_beside_its_field(at_rest: Person, images: Path, tmp_path: Path) -> None:
    person = at_rest
    decoder, _ = onnx_pair(tmp_path, images)
    np.save(tmp_path / "z.npy", np.zeros((7, 2), np.float32))
    person.window.workbench.importer.open(decoder)
    dialog = form_of(person)
    looked(person, dialog)
    form = dialog.form
    form.latents.put(tmp_path / "z.npy")
    form.images.choose(str(images))
    name_it(form, "bad/name")
    assert form.complaints["name"].text()
    assert not dialog.start.isEnabled()
    name_it(form, "never-made")
    person.wait_until(dialog.start.isEnabled)
    person.press_button(dialog.start)
    person.wait_until(lambda: "90 images" in form.complaints["latents"].text())
    assert "--" not in form.complaints["latents"].text()
    assert not (trained_folder() / "never-made").exists()
    assert dialog.away.text() == "Close"


def test_cancelled_it_leaves_nothing(at_rest: Person, images: Path, tmp_path: Path) -> None:
    person = at_rest
    decoder, encoder = onnx_pair(tmp_path, images)
    person.window.workbench.importer.open(decoder)
    dialog = form_of(person)
    looked(person, dialog)
    dialog.form.encoder.put(encoder)
    dialog.form.images.choose("mnist")
    dialog.form.side.setCurrentIndex(0)
    name_it(dialog.form, "cancelled-import")
    person.wait_until(dialog.start.isEnabled)
    person.press_button(dialog.start)
    assert dialog.busy
    dialog.reject()
    person.wait_until(lambda: not dialog.busy)
    assert "nothing was written" in dialog.told.text()
    assert not (trained_folder() / "cancelled-import").exists()
    dialog.reject()
    assert person.window.workbench.importer.dialog is None


@pytest.mark.parametrize("name", ["model.pkl", "scripted.pt", "slip.pt"])
def test_harm_that_is_dropped_is_named_and_does_nothing(at_rest: Person, tmp_path: Path, name: str) -> None:
    person, sentinel = at_rest, tmp_path / "sentinel"
    path = malicious(tmp_path, sentinel)[name]
    drop(person, file(path))
    banner = person.window.workbench.banner
    person.wait_until(lambda: name in banner.text)
    assert "not read" in banner.text or "nothing of it is read" in banner.text
    person.window.workbench.importer.open(path)
    dialog = form_of(person)
    person.wait_until(lambda: bool(dialog.form.complaints["model"].text()))
    assert not dialog.start.isEnabled()
    assert not sentinel.exists()
    assert not (tmp_path.parent / "sentinel").exists()


def test_latents_alone_say_why_there_are_no_pictures(new_window, images: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "z.npy", np.random.default_rng(0).normal(size=(90, 2)).astype(np.float32))
    folder = tmp_path / "alone"
    list(import_model(ImportPlan(latents=tmp_path / "z.npy", images=str(images), folder=folder, device="cpu")))
    person = new_window(folder)
    pane, bench = person.pane, person.window.workbench
    person.move(person.point(0.2, 0.1))
    person.wait_until(lambda: pane.prober.place is not None)
    assert pane.prober.probe.picture is None
    assert "no decoder" in pane.inspector.picture.hint
    assert len(pane.prober.place.originals)
    assert pane.canvas.marks.loupe is None
    for title in ("Pictures", "Veil", "Stretch", "Consistency", "Error"):
        assert not pane.layer_panel.offers(title), title
    assert pane.layer_panel.offers("Density")
    assert pane.layer_panel.offers("Class regions")
    assert pane.feed.missing == 0
    pane.session.draw(Route((0.0, 0.0), (1.0, 0.0)))
    assert "no decoder" in pane.filmstrip.strip._hint
    pane.session.select(np.arange(90) < 30)
    person.wait_until(lambda: pane.selection.picture.image is not None)
    bench.exporter.export("picture")
    assert "no decoder" in bench.banner.text
    person.wait_until(lambda: not list(pane.readings.work))


def test_a_path_that_was_being_typed_is_not_looked_at_as_the_dialog_goes(new_window, small_bundle: Path) -> None:
    person, begun = new_window(small_bundle), []
    importer = person.window.workbench.importer
    importer.begin = lambda plan, on_report: begun.append(plan)
    importer.open()
    dialog = form_of(person)
    person.wait_until(dialog.isActiveWindow)
    dialog.form.model.line.setFocus()
    QTest.keyClicks(dialog.form.model.line, "/nowhere/model.onnx")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    person.wait_until(lambda: importer.dialog is None)
    person.wait(0.05)
    assert not begun
