"""The controller of the directions at a place: requests them, follows the sliders, fills the grid."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QBuffer, QIODevice
from PyQt6.QtGui import QGuiApplication, QImage
from PyQt6.QtWidgets import QFileDialog

from latent_explorer.engine.client import Answer, Urgency
from latent_explorer.engine.handlers.decode import want_pictures
from latent_explorer.engine.handlers.follow_direction import want_direction
from latent_explorer.engine.handlers.list_directions import DirectionList, ListDirections
from latent_explorer.errors import UserError
from latent_explorer.files import write_bytes_whole
from latent_explorer.gui.pane.prober import Probe
from latent_explorer.gui.studies.attributes.direction_walk import WalkedCourse
from latent_explorer.gui.studies.attributes.panel import BEGIN, SIDE, AttributePanel
from latent_explorer.gui.studies.attributes.pictures import enlarging
from latent_explorer.gui.studies.study import Study, StudyUses
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.images import to_qimage
from latent_explorer.gui.widgets.parts import open_chooser, timer
from latent_explorer.gui.widgets.readings import Work
from latent_explorer.safe_text import readable
from latent_explorer.service.codec import Refused
from latent_explorer.session import OpenBundle, Route, Session
from latent_explorer.session.session import as_point

COURSES, STRIP, GRID = "attribute courses", "attribute strip", "attribute grid"
_REST_MS = 200  # how long the probe rests before the directions there are requested
_GRID_MS = 30
_LEARNING = "Learning how attributes vary among the pictures"
_SHOWN = "Drag a slider: the probe goes along. Several add up."
_NO_CLASSES = " There are no labels, so there is no direction towards a class."


class AttributeStudy(Study):
    """Keeps the directions through the place where the sliders start, and the results along them.

    known: the directions of the model; None until the engine has answered. courses: known courses, by name.
    shares: the positions of sliders that are not in the middle.
    """

    panel: AttributePanel

    def __init__(self, uses: StudyUses) -> None:
        super().__init__(uses, AttributePanel())
        self.known: DirectionList | None = None
        self.courses: dict[str, WalkedCourse] = {}
        self.shares: dict[str, float] = {}
        self._start: NDArray[np.float32] | None = None  # where the sliders start
        self._goal: NDArray[np.float32] | None = None  # where the sliders have moved the probe
        self._cells: NDArray[np.float32] | None = None
        self._shown_cells: NDArray[np.float32] | None = None
        self._asked = self._place = self._asked_cells = 0
        self._at_hand = ""
        self._rest = timer(self, _REST_MS, self._settle, once=True)
        self._spanning = timer(self, _GRID_MS, self._span, once=True)
        self._connect()

    def _connect(self) -> None:
        client, panel = self.uses.client, self.panel
        client.subscribe(ListDirections, self._take_known)
        client.subscribe(COURSES, self._take_course, Urgency.DETAIL)
        client.subscribe(STRIP, self._take_strip, Urgency.DETAIL)
        client.subscribe(GRID, self._take_grid, Urgency.PATH)
        self.uses.prober.looked.connect(self._look)
        panel.sliders.moved.connect(self.move)
        panel.sliders.taken.connect(self._take_in_hand)
        panel.group_chosen.connect(self._show_group)
        panel.spanned.connect(self._span_anew)
        panel.reset_wanted.connect(self.reset)
        panel.here_wanted.connect(self._settle)
        panel.path_wanted.connect(self.draw_path)
        panel.strip.chosen.connect(self._go_along)
        panel.grid.chosen.connect(self._go_to_cell)
        panel.export_wanted.connect(self.export)
        panel.copy_wanted.connect(self.copy)

    # -- the session

    def open(self, session: Session) -> None:
        super().open(session)
        self._forget()
        self.again()

    def exchange(self, bundle: OpenBundle) -> None:
        self._forget()
        self.again()

    def dress(self, theme: Theme) -> None:
        self.panel.strip.update()
        self.panel.grid.update()

    def again(self) -> None:
        self.panel.status.setText(_LEARNING)
        self._asked = self.uses.client.ask(ListDirections)

    def stop(self) -> None:
        self._rest.stop()
        self._spanning.stop()

    @property
    def work(self) -> Iterator[Work]:
        if self.session is not None and self.known is None and self._asked:
            yield Work(_LEARNING)

    def _forget(self) -> None:
        self.known, self._start, self._goal, self._cells, self._at_hand = None, None, None, None, ""
        self.courses.clear()
        self.shares.clear()
        self.panel.offer(())
        self._show_nothing()

    @property
    def _lacking(self) -> str:
        """What some of the directions lack, in words."""
        return "" if self.session is not None and self.session.bundle.latents.label is not None else _NO_CLASSES

    def _show_nothing(self) -> None:
        self.panel.figures.setText("")
        self.panel.strip.show_images(())
        self.panel.grid.show_images(())

    # -- answers

    def _take_known(self, answer: Answer) -> None:
        reply = answer.reply
        if isinstance(reply, Refused) and reply.number == self._asked:
            self._asked = 0
            self.panel.status.setText(f"There are no directions: {reply.reason}")
        elif isinstance(reply, DirectionList) and reply.number == self._asked:
            self.known, self._asked = reply, 0
            self.panel.offer(reply.entries)
            self._take_in_hand(self.panel.shown[0] if self.panel.shown else "")
            self.panel.status.setText(BEGIN + self._lacking)
            self._settle()

    def _take_course(self, answer: Answer) -> None:
        if answer.content is None or self.known is None or not isinstance(answer.key, tuple):
            return
        place, name = answer.key
        if place != self._place:
            return
        self.courses[name] = WalkedCourse(answer.content[0], self.known, name)
        self._show_sliders()
        if name == self._at_hand:
            self._show_at_hand()
        if self.panel.span is not None and name in self.panel.span:
            self._span()

    def _take_strip(self, answer: Answer) -> None:
        if answer.pictures is not None and answer.key == (self._place, self._at_hand):
            self.panel.strip.show_images([to_qimage(each) for each in answer.pictures])

    def _take_grid(self, answer: Answer) -> None:
        if answer.pictures is not None and answer.key == self._asked_cells:
            self._shown_cells = self._cells
            self.panel.grid.show_images([to_qimage(each) for each in answer.pictures])

    # -- the place

    def _look(self, probe: Probe | None) -> None:
        """Follow the probe: unless a slider moved it, the directions start there once it rests."""
        if self.session is None or probe is None or self.known is None:
            return
        if self._goal is None or not np.array_equal(probe.z, self._goal):
            self._rest.start()

    def _settle(self) -> None:
        """Start at the current place."""
        probe = self.uses.prober.probe
        if self.session is None or probe is None or self.known is None or not self.panel.isVisible():
            return
        self._start = self._goal = np.asarray(probe.z, np.float32)
        self._place += 1
        self.courses.clear()
        self.shares.clear()
        self.panel.status.setText(_SHOWN + self._lacking)
        self.panel.enable(True)
        self.panel.strip.outdate()
        self.panel.grid.outdate()
        self._show_sliders()
        self._ask()

    def _ask(self) -> None:
        """Request the shown directions, the current one first."""
        if self._start is None:
            return
        named = dict.fromkeys((self._at_hand, *(self.panel.span or ()), *self.panel.shown))
        missing = [name for name in named if name and name not in self.courses]
        start = self._start
        self.uses.client.request(COURSES, [want_direction((self._place, name), start, name) for name in missing])

    # -- sliders

    def move(self, name: str, share: float) -> None:
        """Move the probe along a direction to a share of the way, in [-1, 1]."""
        if self._start is None or name not in self.courses:
            return
        self.shares[name] = share
        self._take_in_hand(name)
        self._go()

    def reset(self) -> None:
        """Reset all sliders, and return the probe to their start."""
        self.shares.clear()
        self._go()

    def _go(self) -> None:
        if self._start is None:
            return
        goal = self._start + sum(
            (self.courses[name].offset(share) for name, share in self.shares.items()), np.zeros_like(self._start)
        )
        self._goal = np.asarray(goal, np.float32)
        self._show_sliders()
        self.uses.prober.explore(self._goal)
        if not self._spanning.isActive():
            self._spanning.start()

    def _show_sliders(self) -> None:
        self.panel.sliders.show_courses(self.courses, self.shares)

    def _show_group(self, group: str) -> None:
        self.panel.list_group(group)
        self._show_sliders()
        if self.panel.shown and self._at_hand not in self.panel.shown:
            self._take_in_hand(self.panel.shown[0])
        self._ask()

    # -- the current direction

    def _take_in_hand(self, name: str) -> None:
        if name != self._at_hand:
            self._at_hand = name
            self._show_at_hand()

    def _show_at_hand(self) -> None:
        course = self.courses.get(self._at_hand)
        if course is None or self.session is None or self.known is None:
            self.panel.figures.setText("")
            self.panel.strip.outdate()
            return
        title = next(each.title for each in self.known.entries if each.name == self._at_hand)
        self.panel.figures.setText(f"{title}: {course.sentence(self.session.bundle.class_names)}")
        z = np.ascontiguousarray(course.z)
        self.uses.client.request(STRIP, [want_pictures((self._place, self._at_hand), z)])

    def draw_path(self) -> None:
        """Draw the current direction as a path."""
        course = self.courses.get(self._at_hand)
        if course is not None and self.session is not None:
            start, *through, end = map(as_point, course.z)
            self.session.draw(Route(start, end, through=tuple(through)))

    def _go_along(self, number: int) -> None:
        course = self.courses.get(self._at_hand)
        if course is not None:
            half = len(course.z) // 2
            self.shares = {self._at_hand: (number - half) / half}
            self._go()

    # -- the grid

    def _span_anew(self) -> None:
        self.panel.grid.outdate()
        self._ask()
        self._span()

    def _span(self) -> None:
        """Request the pictures around the current place; replaces earlier requests."""
        span = self.panel.span
        if self._goal is None or span is None or any(name not in self.courses for name in span):
            return
        shares = np.linspace(-1, 1, SIDE)
        across, upward = (np.stack([self.courses[name].offset(float(share)) for share in shares]) for name in span)
        cells = self._goal + across[None, :] + upward[::-1, None]
        self._cells = np.ascontiguousarray(cells.reshape(-1, len(self._goal)), np.float32)
        self._asked_cells += 1
        self.uses.client.request(GRID, [want_pictures(self._asked_cells, self._cells)])

    def _go_to_cell(self, number: int) -> None:
        if self._shown_cells is not None:
            self.uses.prober.explore(self._shown_cells[number])

    def copy(self) -> None:
        """Copy the grid as a picture."""
        image, clipboard = self._whole(), QGuiApplication.clipboard()
        if image is not None and clipboard is not None:
            clipboard.setImage(image)
            self.uses.shared.say(f"Copied the neighbourhood, {image.width()}×{image.height()} pixels")

    def export(self) -> None:
        """Ask where to save the grid as a picture."""
        if self._whole() is None:
            return
        chooser = QFileDialog(self.uses.parent, "Export the neighbourhood", "neighbourhood.png", "PNG pictures (*.png)")
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setDefaultSuffix("png")
        open_chooser(chooser, lambda path: self.save(Path(path)))

    def save(self, path: Path) -> None:
        """Save the grid as PNG; the dialog has confirmed that a file may be replaced."""
        image = self._whole()
        if image is None:
            return
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        image.save(buffer, "PNG")
        try:
            write_bytes_whole(path, bytes(buffer.data().data()), overwrite=True)
        except (UserError, OSError) as error:
            self.uses.shared.say(f"The neighbourhood was not saved: {error}")
        else:
            self.uses.shared.say(f"Saved {readable(str(path))}")

    def _whole(self) -> QImage | None:
        images = self.panel.grid.images
        return self.panel.grid.whole(enlarging(images[0])) if images else None
