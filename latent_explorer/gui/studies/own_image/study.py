"""The life of one's own image: each change is encoded at once, its place moves, and what the data say of it follows."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QPointF

from latent_explorer.engine.client import Answer
from latent_explorer.engine.handlers.encode import (
    AskPreparation,
    Encode,
    ImageEncoded,
    ImageJudged,
    JudgeImage,
    Preparation,
)
from latent_explorer.gui.studies.own_image.inverting import Inverting
from latent_explorer.gui.studies.own_image.mark import OwnMark, offers
from latent_explorer.gui.studies.own_image.panel import OwnImagePanel
from latent_explorer.gui.studies.own_image.pictures import OPENED, image_of, png_of
from latent_explorer.gui.studies.own_image.reading import PictureReader
from latent_explorer.gui.studies.study import Study, StudyUses
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.actions import Entry
from latent_explorer.gui.widgets.images import to_qimage
from latent_explorer.gui.widgets.parts import ask_path, timer
from latent_explorer.gui.widgets.readings import Work
from latent_explorer.service.codec import Numbered, Refused
from latent_explorer.session import OpenBundle, Session
from latent_explorer.session.own_image import OwnImage
from latent_explorer.session.session import as_point

_REST_MS = 50  # the data are asked once the hand has rested so long
_KEEP_MS = 400  # after the last change
_WORDS = "Your image"


class OwnImageStudy(Study):
    """Asks the engine for the image that the pad shows, and marks its place.

    One is asked for at a time, and the newest when that is answered: so the place goes on moving however slow a model
    is, and what is shown last is the last image.
    mark: on the map. encoded: what the model made of it; None while there is none, or it cannot be placed. changes: how
    often the image has changed. on_painted: called once a picture and its mark are painted, with how many changes are
    in it.
    """

    panel: OwnImagePanel

    def __init__(self, uses: StudyUses) -> None:
        panel = OwnImagePanel()
        super().__init__(uses, panel)
        self.panel = panel
        self.encoded: ImageEncoded | None = None
        self.on_painted: Callable[[int], None] = lambda _: None
        self.changes = self._sent = 0
        self._hasty = False  # whether the last one was asked for while a stroke was drawn
        self._newer = self._dropped = False  # whether there is a newer image than is asked for; it is not wanted
        self._asked = self._judging = self._preparing = 0
        self._found: NDArray[np.float32] | None = None  # a place of the image at hand that was searched for
        self._without: tuple[str, ...] = ()
        self.reader = PictureReader(uses.client, uses.shared, lambda: self.session is not None)
        self.reader.came.connect(self.place)
        self.search = Inverting(uses.client, lambda: self._chart)
        panel.search.addWidget(self.search)
        self.mark = OwnMark(uses.canvas)
        self._rest = timer(self, _REST_MS, self._look_closer, once=True)
        self._keeping = timer(self, _KEEP_MS, self._keep, once=True)
        self._subscribe()
        self._connect()

    def _subscribe(self) -> None:
        subscribe = self.uses.client.subscribe
        subscribe(Encode, self._take_encoded)
        subscribe(JudgeImage, self._take_judged)
        subscribe(AskPreparation, self._take_preparation)

    def _connect(self) -> None:
        panel, uses = self.panel, self.uses
        panel.pad.changed.connect(self._change)
        panel.pad.ended.connect(self._end_stroke)
        panel.pad.dropped.connect(lambda paths: self.read(paths[0]))
        panel.pad.given.connect(self.reader.take)
        panel.steps_changed.connect(self._change)
        self.search.moved.connect(self._show_found)
        self.search.found.connect(self.move)
        self.search.left.connect(self._show_place)
        panel.open_wanted.connect(self._ask_for_file)
        panel.paste_wanted.connect(self.paste)
        panel.pin_wanted.connect(self.pin)
        panel.path_wanted.connect(self.begin_path)
        panel.go_wanted.connect(self.go_to)
        panel.export_wanted.connect(self.export)
        panel.neighbours.chosen.connect(self._go_to_image)
        panel.neighbours.menu_wanted.connect(uses.menus.open_on_image)
        uses.menus.more.append(self._offers)

    # -- the session

    def open(self, session: Session) -> None:
        super().open(session)
        self._forget()
        self._asked = 0  # what was asked of another bundle is never answered
        self._keeping.stop()
        self.panel.sketch.begin(session.bundle.config.net.image_shape, 0)
        self.panel.begin(session.bundle, self.uses.canvas.theme)
        self._without = ()
        self._restore(session.state.own)
        self.panel.pad.update()
        self.panel.show_history()
        self._preparing = self.uses.client.ask(AskPreparation, chart=self._chart)

    def _restore(self, own: OwnImage | None) -> None:
        """Put an image that was kept on the pad; it is encoded once it is known how."""
        image = None if own is None else image_of(own.content)
        if own is None or image is None:
            return
        self.panel.sketch.restore(image, drawn=own.drawn)
        self.panel.say(own.note)
        self._without, self._found = own.without, np.array(own.z, np.float32) if own.z else None

    def exchange(self, bundle: OpenBundle) -> None:
        self.panel.dress(bundle, self.uses.canvas.theme)
        self._show_place()
        self._encode()

    def dress(self, theme: Theme) -> None:
        if self.session is not None:
            self.panel.dress(self.session.bundle, theme)
        self.panel.pad.update()
        self._show_place()

    def again(self) -> None:
        self._asked = 0
        self._preparing = self.uses.client.ask(AskPreparation, chart=self._chart)
        self._encode()

    def stop(self) -> None:
        if self._keeping.isActive():
            self._keep()
        for each in (self._rest, self._keeping):
            each.stop()
        self.search.give_up()

    @property
    def at_rest(self) -> bool:
        """Whether all is known of the image that is on the pad."""
        waits = self._asked or self.reader.named or self._preparing or self._judging
        return not (waits or self._newer or self._rest.isActive())

    @property
    def work(self) -> Iterator[Work]:
        yield from self.search.work
        if self.reader.named:
            yield Work(f"Reading {self.reader.named}")

    # -- images

    def read(self, path: Path) -> None:
        """Put the picture in a file on the pad."""
        self.reader.read(path)

    def _ask_for_file(self) -> None:
        ask_path(self.uses.parent, "Open a picture", "", lambda path: self.read(Path(path)), OPENED)

    def paste(self) -> None:
        """Put the picture on the clipboard, or in the file that is on it, on the pad."""
        self.reader.paste()

    def place(self, image: NDArray[np.uint8], note: str = "") -> None:
        """Put an image uint8 (h, w, 1 or 3) on the pad. note: what is to be said of it."""
        self.panel.sketch.load(image)
        self.panel.say(note)
        self.panel.pad.show_sheet()

    # -- its place

    @property
    def latent(self) -> NDArray[np.float32] | None:
        """Where the image is (d,); None where it is nowhere."""
        return self.encoded.z if self.encoded is not None and len(self.encoded.z) else None

    @property
    def _chart(self) -> str:
        """That of the map, as its spec is written."""
        return "" if self.session is None else self.session.bundle.chart_text

    def move(self, z: NDArray[np.float32]) -> None:
        """Another place (d,) was found for the image: ask for what is there."""
        if self.encoded is not None:
            self._found = z
            self._encode()

    def _show_found(self, uv: NDArray[np.float64]) -> None:
        """Mark how far the search for a place has come."""
        if self.encoded is not None:
            self._mark(uv, self.encoded)

    def _change(self) -> None:
        """The image is another: what was found for the one before counts no more."""
        self._found = None
        self._encode()

    def _encode(self) -> None:
        """Ask where the image is that the pad shows now."""
        self.changes += 1
        if self.session is None:
            return
        if self.panel.sketch.empty:
            self._forget()
            self.panel.show_nothing("")
            self._keeping.start()
            return
        self.panel.outdate()
        if self._asked:
            self._newer = True
        else:
            self._ask()

    def _end_stroke(self) -> None:
        """The pen is lifted; once it rests, what was asked for in haste is asked for once more."""
        self.panel.show_history()
        if self._hasty:
            self._rest.start()

    def _ask(self) -> None:
        self._newer = self._dropped = False
        self._sent, self._hasty = self.changes, self.panel.pad.drawing
        self._asked = self.uses.client.ask(
            Encode,
            self.panel.sketch.pixels(),
            self.panel.without,
            self.panel.corruption,
            refined=not self._hasty,
            chart=self._chart,
            found=self._found,
        )

    def _take_encoded(self, answer: Answer) -> None:
        if answer.reply.number != self._asked or self.session is None:
            return
        dropped, sent, self._asked = self._dropped, self._sent, 0
        if self._newer:
            self._ask()  # the engine works while this is painted
        if not dropped:
            self._show_encoded(answer.reply, sent)

    def _show_encoded(self, reply: Numbered, sent: int) -> None:
        if isinstance(reply, Refused):
            self._forget()
            self.panel.show_nothing(reply.reason)
        elif isinstance(reply, ImageEncoded):
            self.encoded = reply
            self.panel.show_encoded(reply)
            self._show_place()
            self.uses.canvas.paint_now()
            self.on_painted(sent)
            self._keeping.start()
            self._rest.start()

    def _show_place(self) -> None:
        if self.encoded is None or self.encoded.chart != self._chart:  # its place on another map is not known yet
            self.mark.show(None)
        else:
            self._mark(self.encoded.uv, self.encoded)

    def _mark(self, uv: NDArray[np.float64], encoded: ImageEncoded) -> None:
        """Mark a place (2,), or none (0,)."""
        place = (float(uv[0]), float(uv[1])) if len(uv) else None
        self.mark.show(place, to_qimage(encoded.prepared))

    def _forget(self) -> None:
        self.encoded, self._judging, self._newer, self._dropped = None, 0, False, True
        self._rest.stop()
        self.mark.show(None)
        self.search.offer(None, encodes=True)

    def _keep(self) -> None:
        """Keep the image with the session, so that it is there again when this is opened again."""
        if self.session is None:
            return
        sketch, z = self.panel.sketch, self.latent
        kept = None
        if not sketch.empty:
            place = () if z is None else as_point(z)
            kept = OwnImage.of(png_of(sketch.image), place, self.panel.without, sketch.drawn, self.panel.note.text())
        self.session.keep_own(kept)

    def _look_closer(self) -> None:
        """The hand rests: ask what the data say, or first for what was asked for in haste."""
        if self.panel.pad.drawing:
            return  # the end of the stroke begins the rest anew
        if self._hasty and not self.panel.sketch.empty:
            self._encode()
        else:
            self._judge()

    def _judge(self) -> None:
        if self.encoded is not None and self.session is not None:
            self.search.offer(self.encoded.prepared, encodes=self.session.bundle.config.encodes)
        if self.latent is not None and self.encoded is not None:
            self._judging = self.uses.client.ask(JudgeImage, self.latent, self.encoded.error)

    def _weigh(self) -> None:
        """Ask for the image's likelihood as well, which takes long for the first: all else is shown before."""
        encoded = self.encoded
        if encoded is not None and self.session is not None and self.session.bundle.config.encodes:
            self._judging = self.uses.client.ask(JudgeImage, encoded.z, encoded.error, encoded.prepared)

    def _take_judged(self, answer: Answer) -> None:
        reply = answer.reply
        if reply.number != self._judging:
            return
        self._judging = 0
        if isinstance(reply, ImageJudged) and self.session is not None:
            self.panel.show_judged(reply, labelled=bool(self.session.bundle.class_names))
            if not reply.likelihood_by:
                self._weigh()

    def _take_preparation(self, answer: Answer) -> None:
        reply = answer.reply
        if reply.number != self._preparing:
            return
        self._preparing = 0
        if not isinstance(reply, Preparation):
            return
        sketch = self.panel.sketch
        if sketch.empty and not sketch.can_undo:
            sketch.begin(reply.shape, 255 if reply.ground is None else reply.ground)
            self.panel.pad.update()
        self.panel.prepare(reply, self.panel.without or self._without)
        if reply.provisional:
            self._preparing = self.uses.client.ask(AskPreparation, indexed=True, chart=self._chart)
        else:
            self._encode()

    # -- what a person does with it

    def pin(self) -> None:
        if self.latent is not None and self.session is not None:
            self.session.pin(self.latent, _WORDS)
            self.uses.prober.choose(self.latent)

    def begin_path(self) -> None:
        """Begin a path at the image's place, which the next click on the map ends."""
        if self.latent is not None:
            self.uses.menus.begin_path(self.latent)

    def go_to(self) -> None:
        if self.latent is not None:
            self.uses.prober.go_to(self.latent)

    def export(self) -> None:
        if self.latent is not None:
            self.uses.menus.export_picture(self.latent)

    def _go_to_image(self, index: int) -> None:
        if self.session is not None:
            self.uses.prober.go_to(self.session.bundle.latents.mean[index])

    def _offers(self, at: QPointF) -> Iterator[Entry]:
        """What the map's menu offers on the mark."""
        if self.latent is not None and self.mark.is_at(at):
            yield from offers(self.go_to, self.pin, self.begin_path, self.export)
