"""Makes the pictures of the README anew, with the program itself: `python scripts/make_pictures.py [NAME...]`.

NAME: one of `training`, `charts`, `photos`, `linked`, `generator`, `style`, `lesson`, to make only those: the film of
training and the window that goes back through it; a t-SNE map and where it can be trusted; photos and their thumbnails;
two linked maps, and an anchor that is dragged; a GAN's map; style transfer; a lesson beside the map.
"""

import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageOps, ImageSequence
from PyQt6.QtCore import Qt

from latent_explorer.atlas import montage
from latent_explorer.bench.person import Person, person_at_a_window
from latent_explorer.bench.tour import film_deep_zoom, tour
from latent_explorer.bundles import read_latents
from latent_explorer.charts import ChartSpec
from latent_explorer.engine.handlers.decode import Decode
from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.process import serve_inline
from latent_explorer.engine.protocol import Pictures
from latent_explorer.export import Options, write_gif
from latent_explorer.film.making import make_film
from latent_explorer.gui.alignment.finding import random_anchors
from latent_explorer.gui.app import Window, application
from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.gui.studies.style_transfer.study import StyleStudy
from latent_explorer.gui.widgets.actions import Command
from latent_explorer.lessons import included_lessons, read_lesson
from latent_explorer.places import find_bundle
from latent_explorer.runs import Job, Recipe
from latent_explorer.runs.protocol import MakeFilm
from latent_explorer.training.jobs import train_bundle

ROOT = Path(__file__).resolve().parent.parent
RESOURCES, README = ROOT / "resources", ROOT / "README.md"
PICTURES, ICON = RESOURCES / "readme", RESOURCES / "icons" / "latent-explorer.png"
_LINKED_WIDTH, _LINKED_STEPS, _LINKED_REST = 860, 26, 7  # pixels; frames of the drag, and before and after it
_SLANTED = 2728  # a nine of MNIST that leans far
_MANY_FRAMES = 40  # of a film: of a longer one, every other is kept
_CHOSEN = {
    "03-path.png": "window.png",
    "05-zoom.png": "zoom.png",
    "07-light.png": "light.png",
    "06-export.png": "export.png",
}


def main() -> None:
    """Make the icon; then walk the tour, and keep what the README shows."""
    make_icon()
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        tour(Path(folder))
        for name, kept in _CHOSEN.items():
            Image.open(Path(folder) / name).convert("RGB").save(PICTURES / kept, optimize=True)
        film_deep_zoom(PICTURES / "deep-zoom.gif", "mnist-vae-2d")
        (PICTURES / "drag.gif").write_bytes((Path(folder) / "drag.gif").read_bytes())
        show_curves(PICTURES / "curves.png")
        show_two_maps(PICTURES / "two-maps.png")
    for make in SOME.values():
        make()


def compress_all() -> None:
    """Keep every picture and film of the README as WebP, which takes a third of PNG's and GIF's bytes."""
    for file in (*PICTURES.glob("*.png"), *PICTURES.glob("*.gif")):
        with Image.open(file) as picture:
            every = 2 if getattr(picture, "n_frames", 1) > _MANY_FRAMES else 1
            frames = [frame.convert("RGB") for frame in ImageSequence.Iterator(picture)]
            times = [frame.info.get("duration", 0) * every for frame in ImageSequence.Iterator(picture)]
        frames, times = frames[::every], times[::every]
        if len(frames) == 1:
            frames[0].save(file.with_suffix(".webp"), quality=88, method=6)
        else:
            later: dict[str, Any] = {"save_all": True, "append_images": frames[1:], "duration": times, "loop": 0}
            frames[0].save(file.with_suffix(".webp"), quality=40, method=4, **later)
        file.unlink()
    for kept in sorted(PICTURES.iterdir()):
        print(f"{kept.name}: {kept.stat().st_size / 1024:.0f} KiB")


def show_curves(file: Path) -> None:
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
        person.canvas.picture(1.0).save(str(file))
        window.close()

    application()
    code = script[1].replace("import open_maps, run", "import open_maps")
    exec(compile(code, str(README), "exec"), {"run": look})


def show_two_maps(file: Path) -> None:
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
        person.see().save(str(file))


def show_chart() -> None:
    """The t-SNE map of a model of 16 dimensions, the images that it puts among strangers, and one's true neighbours."""
    with person_at_a_window("mnist-ae-16d", (1280, 800)) as person:
        person.wait_until(lambda: person.pane.ready and person.pane.feed.missing == 0)
        person.pane.colourer.choose("missing-neighbours")
        person.wait_until(lambda: not person.pane.colourer.work, 600)
        person.wait_until(lambda: person.pane.fields.missing == 0, 600)
        latents, uv = person.bundle.latents, person.bundle.uv
        assert latents.label is not None
        person.move(person.point(*np.median(uv[latents.label == 4], axis=0)))
        person.wait(3.0)
        person.see().save(str(PICTURES / "tsne.png"))


def show_photos() -> None:
    """A map of photos, with the thumbnails that come along."""
    with person_at_a_window("cifar10-ae-64d", (1280, 800)) as person:
        person.wait_until(lambda: person.pane.ready and person.pane.feed.missing == 0)
        person.click(person.point(*np.median(person.bundle.uv, axis=0)))
        person.wait_until(lambda: not person.pane.waiting.words, 600)
        person.wait(5.0)
        person.see().save(str(PICTURES / "photos.png"))


def show_linked_maps() -> None:
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
        left.wait(3.0)
        left.see().save(str(PICTURES / "linked.png"))
        left.pane.clear_route()
        put_anchors(left, "affine", 10)
        film_dragged_anchor(left, right, PICTURES / "anchors.gif")


def show_generator() -> None:
    """A GAN's map: draws by the class that a classifier sees in them, with real images among them."""
    with person_at_a_window("mnist-gan-2d", (1280, 800)) as person:
        person.wait_until(lambda: person.pane.ready and person.pane.feed.missing == 0)
        person.pane.layers.put("Class names", True, 1.0)
        latents, uv = person.bundle.latents, person.bundle.uv
        assert latents.label is not None
        person.click(person.point(*np.median(uv[latents.label == 6], axis=0)))
        in_both_themes(person, "generator")


def show_style() -> None:
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
        person.move(person.point(0.0, 0.0))
        in_both_themes(person, "style")


def show_lesson() -> None:
    """A lesson beside the map, at its third step."""
    with person_at_a_window("mnist-vae-2d", (1280, 800)) as person:
        person.wait_until(lambda: person.pane.ready and person.pane.feed.missing == 0)
        lessons = person.window.lessons
        lessons.show()
        lessons.lessons._begin_at(read_lesson(included_lessons()[0]), 2)
        uv, label = person.bundle.uv, person.bundle.latents.label
        assert label is not None
        person.move(person.point(*np.median(uv[label == 0], axis=0)))
        in_both_themes(person, "lesson")


def in_both_themes(person: Person, name: str) -> None:
    """Keep what is seen, dark and light."""
    for theme in ("dark", "light"):
        person.window.workbench.choose_theme(theme)
        person.wait_for_the_engine()
        person.wait(2.0)
        person.see().save(str(PICTURES / f"{name}-{theme}.png"))


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


def show_training() -> None:
    """Train the default model for ten epochs, as someone who changes nothing else; film that, and go back."""
    with tempfile.TemporaryDirectory() as scratch:
        _show_training(Path(scratch) / "my-vae")


def _show_training(bundle: Path) -> None:
    job = Job("mnist", bundle, recipe=Recipe(epochs=10))
    for report in train_bundle(job, keep_bytes=1 << 30):
        print(f"training: step {report.step:,} of {report.steps:,}", end="\r", flush=True)
    film = MakeFilm(number=0, run=job.run.path, file=PICTURES / "training-film.gif", seconds=10.0, overwrite=True)
    make_film(film, lambda progress: print(f"{progress.doing}: {progress.done} of {progress.total}  ", end="\r"))
    with person_at_a_window(str(bundle)) as person:
        look_back(person, PICTURES / "training.png")


def look_back(person: Person, file: Path) -> None:
    """Go back to the second epoch of the bundle that is shown, and keep what is seen."""
    window, voyage = person.window, person.window.pane.navigator
    person.wait_for_the_engine()
    person.choose("Training history")
    person.wait_until(lambda: voyage.shown is not None and window.pane.ready)
    wanted = next(index for index, moment in enumerate(voyage.moments) if moment.epoch == 2)
    window.workbench.training.run.timeline.slider.setValue(wanted)
    person.wait_until(lambda: voyage.shown is not None and voyage.shown.folder == voyage.folders[wanted])
    person.wait_until(lambda: not (voyage.gathers or voyage.glide.moving))
    person.wait_for_the_engine()
    person.wait(1.0)
    person.see().save(str(file))


def make_icon() -> None:
    """Four digits from the default bundle's map, in a rounded frame."""
    folder = find_bundle("mnist-vae-2d")
    latents = read_latents(folder)
    assert latents.label is not None
    places = np.stack([np.median(latents.mean[latents.label == digit], axis=0) for digit in (0, 3, 6, 7)])
    replies = serve_inline([Open(1, str(folder)), Decode(2, places)])
    digits = np.concatenate([reply.content for reply in replies if isinstance(reply, Pictures)])
    digits = np.pad(digits, ((0, 0), (1, 1), (1, 1), (0, 0)))
    image = Image.fromarray(montage(digits, 2)[..., 0]).resize((240, 240), Image.Resampling.LANCZOS)
    icon, mask = Image.new("RGBA", (256, 256)), Image.new("L", (256, 256))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, 255, 255), 52, fill=255)
    ground = Image.new("L", (256, 256))
    ground.paste(image, (8, 8))
    icon.paste(ImageOps.colorize(ground, "#10243f", "#ffffff"), mask=mask)
    ICON.parent.mkdir(parents=True, exist_ok=True)
    icon.save(ICON, optimize=True)


SOME = {
    "training": show_training,
    "charts": show_chart,
    "photos": show_photos,
    "linked": show_linked_maps,
    "generator": show_generator,
    "style": show_style,
    "lesson": show_lesson,
}

if __name__ == "__main__":
    for name in sys.argv[1:]:
        SOME[name]()
    if not sys.argv[1:]:
        main()
    compress_all()
