"""What the README shows, each made by the program itself into a folder: PNG files, and GIF files of what moves."""

import contextlib
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import Qt

from latent_explorer.bench.import_bench import export_pair
from latent_explorer.bench.person import Person, person_at_a_window
from latent_explorer.bench.tour import film_deep_zoom, tour
from latent_explorer.bundles import read_latents
from latent_explorer.charts import ChartSpec
from latent_explorer.export import Options, write_gif
from latent_explorer.film.making import make_film
from latent_explorer.gui.alignment.finding import random_anchors
from latent_explorer.gui.app import Window, application
from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.gui.studies.style_transfer.study import StyleStudy
from latent_explorer.gui.widgets.actions import Command
from latent_explorer.importing.making import import_model
from latent_explorer.importing.protocol import ImportPlan
from latent_explorer.lessons import included_lessons, read_lesson
from latent_explorer.places import find_bundle
from latent_explorer.runs import Job, Recipe
from latent_explorer.runs.protocol import MakeFilm
from latent_explorer.training.jobs import train_bundle

README = Path(__file__).resolve().parent.parent / "README.md"
_LINKED_WIDTH, _LINKED_STEPS, _LINKED_REST = 860, 26, 7  # pixels; frames of the drag, and before and after it
_SLANTED = 2728  # a nine of MNIST that leans far
_TOUR = {
    "03-path.png": "window.png",
    "05-zoom.png": "zoom.png",
    "06-export.png": "export.png",
    "07-light.png": "light.png",
    "drag.gif": "drag.gif",
}


def show_tour(folder: Path) -> None:
    """The window, a path and how it is played, nearer, an export, and the light theme."""
    with tempfile.TemporaryDirectory() as walked:
        tour(Path(walked))
        for name, kept in _TOUR.items():
            (folder / kept).write_bytes((Path(walked) / name).read_bytes())


def show_deep_zoom(folder: Path) -> None:
    """From the whole map into the space between two digits, and back."""
    film_deep_zoom(folder / "deep-zoom.gif", "mnist-vae-2d")


def show_curves(folder: Path) -> None:
    """The README's script that draws on the map, and what it shows."""
    script = re.search(r"```python\n([^`]*open_maps[^`]*)```", README.read_text(encoding="utf-8"))
    assert script is not None

    def look(pane: MapPane) -> None:
        window = pane.window()
        assert isinstance(window, Window)
        window.resize(1280, 860)
        window.show()
        person = Person(window)
        person.wait_for_the_engine()
        person.canvas.picture(1.0).save(str(folder / "curves.png"))
        window.close()

    application()
    code = script[1].replace("import open_maps, run", "import open_maps")
    exec(compile(code, str(README), "exec"), {"run": look})


def show_two_maps(folder: Path) -> None:
    """Digits and photos side by side."""
    with person_at_a_window("mnist-vae-2d", (1280, 720)) as person:
        person.wait_for_the_engine()
        person.window.workbench.open_beside(find_bundle("cifar10-vae-2d"))
        beside = Person(person.window)
        for each in (beside, person):
            each.wait_for_the_engine()
            each.move(each.point(0.6, 0.4))
            each.wait(1.0)
        person.window.workbench.activate(person.pane)
        person.wait(0.5)
        person.see().save(str(folder / "two-maps.png"))


def show_chart(folder: Path) -> None:
    """The t-SNE map of a model of 16 dimensions, the images that it puts among strangers, and one's true neighbours."""
    with person_at_a_window("mnist-ae-16d", (1280, 800)) as person:
        person.wait_until(lambda: person.pane.ready and person.pane.feed.missing == 0)
        person.pane.colourer.choose("missing-neighbours")
        latents, uv = person.bundle.latents, person.bundle.uv
        assert latents.label is not None
        person.move(person.point(*np.median(uv[latents.label == 4], axis=0)))
        keep_seen(person, folder / "tsne.png")


def show_photos(folder: Path) -> None:
    """A map of photos, with the thumbnails that come along."""
    with person_at_a_window("cifar10-ae-64d", (1280, 800)) as person:
        uv, label = person.bundle.uv, person.bundle.latents.label
        assert label is not None
        rest(person)
        person.click(person.point(*np.median(uv[label == 1], axis=0)))
        keep_seen(person, folder / "photos.png")


def show_linked_maps(folder: Path) -> None:
    """Two models of the same digits: a place and a path in the pictures of both, and an anchor that is dragged."""
    with person_at_a_window("mnist-ae-16d", (1440, 900)) as left:
        right = beside(left, "mnist-ae-16d-b")
        put_anchors(left, "kernel", 60)
        latents, uv = left.bundle.latents, left.bundle.uv
        assert latents.label is not None
        left.choose("Path")
        three, eight = (np.median(uv[latents.label == label], axis=0) for label in (3, 0))
        left.drag(left.point(*three), left.point(*eight), 0.2)
        left.choose("Probe")
        left.move(left.point(*np.median(uv[latents.label == 2], axis=0)))
        left.wait_until(lambda: left.pane.filmstrip.stitched is not None)
        keep_seen(left, folder / "linked.png")
        left.pane.clear_route()
        put_anchors(left, "affine", 10)
        film_dragged_anchor(left, right, folder / "anchors.gif")


def show_generator(folder: Path) -> None:
    """A GAN's map: draws by the class that a classifier sees in them, with real images among them."""
    with person_at_a_window("mnist-gan-2d", (1280, 800)) as person:
        person.wait_until(lambda: person.pane.ready and person.pane.feed.missing == 0)
        person.pane.layers.put("Class names", True, 1.0)
        latents, uv = person.bundle.latents, person.bundle.uv
        assert latents.label is not None
        person.click(person.point(*np.median(uv[latents.label == 6], axis=0)))
        in_both_themes(person, folder, "generator")


def show_style(folder: Path) -> None:
    """The class of one digit in the style of another, what lies between, and all classes in several styles."""
    with person_at_a_window("mnist-cvae-8d", (1280, 800)) as person:
        study = person.window.workbench.show_study("style-transfer")
        assert isinstance(study, StyleStudy)
        person.wait_until(lambda: person.pane.ready and person.pane.feed.missing == 0)
        person.key(Qt.Key.Key_5)
        person.wait_until(lambda: person.bundle.label == 5 and person.pane.ready)
        label = person.bundle.latents.label
        assert label is not None
        for entry, number in (("Use as content", np.flatnonzero(label == 5)[3]), ("Use as style", _SLANTED)):
            menu = person.pane.menus._on_image(int(number))
            next(each for each in menu if isinstance(each, Command) and each.text == entry).run()
        person.wait_until(lambda: len(study.panel.mixed.images) > 1)
        person.wait_until(lambda: study.panel.grid.grid is not None, 60)
        for title in ("Points", "Veil"):
            person.pane.layers.put(title, False, 1.0)  # styles of all classes lie among each other: pictures tell more
        person.move(person.point(0.0, 0.0))
        in_both_themes(person, folder, "style")


def show_lesson(folder: Path) -> None:
    """A lesson beside the map, at its third step."""
    with person_at_a_window("mnist-vae-2d", (1280, 800)) as person:
        person.wait_until(lambda: person.pane.ready and person.pane.feed.missing == 0)
        lessons = person.window.lessons
        lessons.show()
        lessons.lessons._begin_at(read_lesson(included_lessons()[0]), 2)
        uv, label = person.bundle.uv, person.bundle.latents.label
        assert label is not None
        person.move(person.point(*np.median(uv[label == 0], axis=0)))
        in_both_themes(person, folder, "lesson")


def in_both_themes(person: Person, folder: Path, name: str) -> None:
    """Keep what is seen, dark and light."""
    for theme in ("dark", "light"):
        person.window.workbench.choose_theme(theme)
        keep_seen(person, folder / f"{name}-{theme}.png")


def keep_seen(person: Person, file: Path) -> None:
    """Keep what is seen once all that would be seen is there."""
    rest(person)
    person.see().save(str(file))


def rest(person: Person) -> None:
    """Wait until nothing is computed any more, however slow the machine is."""
    for _ in range(3):  # what ends may begin something else
        person.wait_until(
            lambda: all(pane.settled and not pane.readings.work for pane in person.window.workbench.panes), 1800
        )
        person.wait(1.5)


def beside(left: Person, name: str) -> Person:
    """Open a second map, linked with the first; a person at it."""
    left.wait_for_the_engine()
    left.window.workbench.open_beside(find_bundle(name))
    right = Person(left.window)
    right.wait_for_the_engine()
    return right


def put_anchors(person: Person, translator: str, count: int) -> None:
    """Have so many anchors at random, and the translator fitted on them; its images are placed."""
    link = person.window.workbench.link
    assert link is not None
    link.target.layers.put("Translated points", True, 1.0)
    link.alignment.choose(translator)
    link.alignment.replace(random_anchors(link, count))
    person.wait_until(lambda: link.fit is not None and link.fit.errors is not None)


def film_dragged_anchor(left: Person, right: Person, file: Path) -> None:
    """Drag an anchor of the right map onto an image of another class, which its map follows, and undo that."""
    link = left.window.workbench.link
    assert link is not None
    for dock in left.window.workbench.docks.by_title.values():
        dock.hide()
    left.window.resize(1180, 660)
    right.pane.layers.put("Pictures", False, 1.0)
    right.pane.layers.put("Points", True, 0.15)  # a tool that means points does not let them be hidden
    for person in (left, right):
        person.pane.see_through(ChartSpec("principal"))
        person.wait_for_the_engine()
    left.choose("Anchor")
    left.wait(0.5)
    right.wait_for_the_engine()
    uv, label = right.bundle.uv, right.bundle.latents.label
    assert label is not None
    index = next(number for number, (_, image) in enumerate(link.alignment.state.anchors) if label[image] == 0)
    film: list[NDArray[np.uint8]] = []

    def see() -> None:
        left.wait(0.35)  # until what is translated is placed
        film.append(left.photograph(left.window.workbench.maps, _LINKED_WIDTH))

    def rest() -> None:
        see()
        film.extend(film[-1:] * _LINKED_REST)

    start, end = uv[link.alignment.state.anchors[index][1]], np.median(uv[label == 1], axis=0)
    rest()
    right.drag(right.point(*start), right.point(*end), _LINKED_STEPS / 60, see)
    rest()
    right.choose("Undo")
    right.wait(1.0)
    rest()
    write_gif(file, np.stack(film), Options(seconds=0.12), overwrite=True)


def show_training(folder: Path) -> None:
    """A GAN after two epochs, back in its first."""
    with tempfile.TemporaryDirectory() as scratch:
        job = Job("mnist", Path(scratch) / "my-gan", family="gan", recipe=Recipe(epochs=2))
        train(job)
        with person_at_a_window(str(job.folder)) as person:
            go_back(person, 1)
            person.window.workbench.choose_theme("light")  # the panel gets the width that it needs
            in_both_themes(person, folder, "training")


def show_film(folder: Path) -> None:
    """Ten epochs of the default model, as someone trains it who changes nothing else."""
    with tempfile.TemporaryDirectory() as scratch:
        job = Job("mnist", Path(scratch) / "my-vae", recipe=Recipe(epochs=10))
        train(job)
        film = MakeFilm(number=0, run=job.run.path, file=folder / "training-film.gif", seconds=10.0, overwrite=True)
        make_film(film, lambda progress: print(f"{progress.doing}: {progress.done} of {progress.total}  ", end="\r"))


def train(job: Job) -> None:
    """Train, and say how far it is."""
    for report in train_bundle(job, keep_bytes=1 << 30):
        print(f"training: step {report.step:,} of {report.steps:,}", end="\r", flush=True)


def go_back(person: Person, epoch: int) -> None:
    """Go back to the end of an epoch of the bundle that is shown."""
    window, voyage = person.window, person.window.pane.navigator
    person.wait_for_the_engine()
    person.choose("Training history")
    person.wait_until(lambda: voyage.shown is not None and window.pane.ready)
    wanted = max(index for index, moment in enumerate(voyage.moments) if moment.epoch == epoch)
    window.workbench.training.run.timeline.slider.setValue(wanted)
    person.wait_until(lambda: voyage.shown is not None and voyage.shown.folder == voyage.folders[wanted])
    person.wait_until(lambda: not (voyage.gathers or voyage.glide.moving))


def show_import(folder: Path) -> None:
    """The dialog for a model of another program, once it knows all."""
    with tempfile.TemporaryDirectory() as scratch, contextlib.chdir(scratch):
        export_pair(find_bundle("mnist-ae-2d"), Path())  # as seen: where this machine has them is nobody's business
        with person_at_a_window("mnist-ae-2d") as person:
            importer = person.window.workbench.importer
            importer.open(Path("decoder.onnx"))
            assert importer.dialog is not None
            form = importer.dialog.form
            person.wait_until(lambda: "ONNX" in form.recognised.text())
            form.encoder.put("encoder.onnx")
            form.images.choose("mnist")
            person.type_over(form.name, "my-model")
            person.wait_until(importer.dialog.start.isEnabled)
            person.wait(1.0)
            importer.dialog.grab().save(str(folder / "import.png"))
            importer.dialog.reject()


def show_latents_alone(folder: Path) -> None:
    """The map of latents for which nobody has a decoder."""
    with tempfile.TemporaryDirectory() as scratch:
        file, bundle = Path(scratch) / "latents.npy", Path(scratch) / "my-latents"
        np.save(file, read_latents(find_bundle("mnist-ae-2d")).mean)
        list(import_model(ImportPlan(latents=file, images="mnist", folder=bundle, device="cpu")))
        with person_at_a_window(str(bundle)) as person:
            uv, label = person.bundle.uv, person.bundle.latents.label
            assert label is not None
            person.move(person.point(*np.median(uv[label == 6], axis=0)))
            keep_seen(person, folder / "latents-alone.png")


SCENES: dict[str, Callable[[Path], None]] = {
    "tour": show_tour,
    "deep-zoom": show_deep_zoom,
    "curves": show_curves,
    "two-maps": show_two_maps,
    "charts": show_chart,
    "photos": show_photos,
    "linked": show_linked_maps,
    "generator": show_generator,
    "style": show_style,
    "lesson": show_lesson,
    "training": show_training,
    "film": show_film,
    "import": show_import,
    "latents-alone": show_latents_alone,
}
"""By the names that `make_pictures.py` takes."""
