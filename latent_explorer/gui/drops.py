"""Paths dropped on the window, chosen or reopened: recognised in a thread, then opened or explained."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PyQt6.QtCore import QEvent, QMimeData, QObject, QPoint, QRect, QRectF, Qt, QUrl
from PyQt6.QtGui import QColor, QDragLeaveEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QWidget

from latent_explorer.gui.theme import DARK, Theme
from latent_explorer.gui.widgets.banner import Banner, Offer
from latent_explorer.gui.widgets.latest_task import LatestTask

if TYPE_CHECKING:
    from latent_explorer.path_kinds import PathKind

_PATIENCE = 2.0  # seconds that closing the window waits for a disk
_TRAIN = "Train on these images…"
_IMPORT = "Import as latents…"
_PLACE = "Place these images on the map"


class OpensBundles(Protocol):
    """The part of a map pane that opens bundles."""

    def open(self, folder: Path) -> None:
        """Open the bundle in a folder."""


@dataclass(frozen=True, eq=False)
class DropPlace:
    """A drop target. cover: the widget that shows it. pane: opens bundles; None for the training panel.

    beside: opens a bundle instead of `pane`, dropped on the right half of `cover`. hint: what else can be done with a
    bundle. images: places the images at paths on the map; None if no model is open.
    """

    cover: QWidget
    pane: OpensBundles | None
    beside: Callable[[Path], object] | None = None
    hint: str = ""
    images: Callable[[Sequence[Path]], object] | None = None

    def takes(self, found: "PathKind") -> bool:
        if self.pane is None:
            return found.dataset is not None
        if self.images is not None and images_of(found):
            return True
        imported = found.model is not None and found.dataset is None
        return found.bundle is not None or found.session is not None or imported

    def promise(self, found: "PathKind | None") -> tuple[str, str]:
        """A headline and a sentence on what a drop will do, shown during the drag."""
        if found is None:
            return "Checking…", ""
        if not self.takes(found):
            title = "Cannot be opened" if self.pane is not None else "No images to train on"
            return title, found.sentence
        if self.pane is None:
            return "Train on these images", f"{found.name}, {found.words}"
        if found.session is not None:
            return "Open this session", found.name
        if len(found.pictures) == 1:
            return "Place on the map", f"{found.name}, {found.words}"
        if found.bundle is None and images_of(found):
            return "Place on the map, or train", f"{found.name}, {found.words}"
        if found.bundle is None:
            return "Import this model", f"{found.name}, {found.words}"
        if self.beside is not None:
            return "Open beside", found.bundle.name
        return "Open here", f"{found.bundle.name}\n{self.hint}".rstrip()

    def covered(self, found: "PathKind | None") -> QRect:
        """The part of `cover` that the dropped thing would take."""
        whole = self.cover.rect()
        if found is None or found.bundle is None or self.beside is None:
            return whole
        return whole.adjusted(whole.width() // 2, 0, 0, 0)

    def open(self, folder: Path) -> None:
        """Open the bundle in a folder."""
        if self.beside is not None:
            self.beside(folder)
        elif self.pane is not None:
            self.pane.open(folder)


class DropOverlay(QWidget):
    """Covers the drop target and shows what a drop will do."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = DARK
        self.title, self.sentence, self.taken = "", "", False
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_on(self, place: DropPlace, found: "PathKind | None") -> None:
        self.title, self.sentence = place.promise(found)
        self.taken = found is None or place.takes(found)
        window = place.cover.window() or place.cover
        self.setParent(window)
        self.setGeometry(place.covered(found).translated(place.cover.mapTo(window, QPoint(0, 0))))
        self.raise_()
        self.show()
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter, whole = QPainter(self), QRectF(self.rect())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QColor(self.theme.window)
        ground.setAlpha(225)
        painter.fillRect(whole, ground)
        colour = QColor(self.theme.accent if self.taken else self.theme.poor)
        painter.setPen(QPen(colour, 3, Qt.PenStyle.SolidLine if self.taken else Qt.PenStyle.DashLine))
        painter.drawRoundedRect(whole.adjusted(10, 10, -10, -10), 10, 10)
        inner, flags = whole.adjusted(28, 20, -28, -20), Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
        font = painter.font()
        font.setPointSizeF(font.pointSizeF() * 1.6)
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(colour)
        above = QRectF(inner.left(), inner.top(), inner.width(), inner.height() / 2 - 6)
        painter.drawText(above, flags | Qt.AlignmentFlag.AlignBottom, self.title)
        painter.setFont(self.font())
        painter.setPen(QColor(self.theme.text))
        painter.drawText(inner.adjusted(0, inner.height() / 2 + 6, 0, 0), flags, self.sentence)
        painter.end()


class PathTaker(QObject):
    """Recognises paths in a thread, then opens a bundle, or explains what they are and what can be done.

    train: fills in the training form with a dataset. open_session: opens a session file. import_: opens the import form
    with a model.
    """

    def __init__(
        self,
        parent: QObject,
        banner: Banner,
        train: Callable[[Path], object],
        open_session: Callable[[Path], object] = lambda file: None,
        import_: Callable[[Path], object] = lambda model: None,
    ) -> None:
        super().__init__(parent)
        self._banner, self._train, self._open_session, self._import = banner, train, open_session, import_
        self._task = LatestTask("path kinds")
        self._task.done.connect(self._found)
        self._then: Callable[[PathKind], None] = lambda _: None
        self._offer = Offer("", {})

    def find(self, paths: Sequence[Path], then: "Callable[[PathKind], None]") -> None:
        """Call `then` with what the paths are, unless `find` is called again in the meantime."""
        self._then = then
        self._task.begin(partial(_looked_at, paths))

    def open(self, path: Path, pane: OpensBundles) -> None:
        """Open the bundle that a path is, or belongs to; otherwise explain what it is."""
        self.find([path], lambda found: self.take(found, pane))

    def take(self, found: "PathKind", pane: OpensBundles | None) -> None:
        """Open or explain what was found. pane: opens bundles; None for training."""
        self._banner.withdraw(self._offer)
        if pane is not None and found.bundle is not None:
            pane.open(found.bundle)
        elif pane is not None and found.session is not None:
            self._open_session(found.session)
        elif pane is not None and found.model is not None and found.dataset is None:
            self._import(found.model)
        elif found.dataset is None and not (images_of(found) and isinstance(pane, DropPlace) and pane.images):
            self._banner.say(found.sentence)
        elif pane is None:
            self._train(found.dataset)  # type: ignore[arg-type]  # there is one
        elif len(found.pictures) == 1 and isinstance(pane, DropPlace) and pane.images is not None:
            pane.images(found.pictures)
            self._offer_training(found)
        else:
            self._banner.offer(self._offered(found, pane))

    def _offer_training(self, found: "PathKind") -> None:
        """Offer training on the folder of a picture that was placed, if it has more pictures."""
        if (dataset := found.dataset) is not None:
            said = f"{found.name} is placed on the map. {found.advice}"
            self._offer = Offer(said, {_TRAIN: lambda: self._train(dataset)})
            self._banner.offer(self._offer)

    def _offered(self, found: "PathKind", pane: OpensBundles) -> Offer:
        """What can be done with images or latents that were dropped on a map."""
        choices: dict[str, Callable[[], object]] = {}
        dataset, model, images = found.dataset, found.model, images_of(found)
        place = pane.images if isinstance(pane, DropPlace) else None
        if place is not None and images:
            choices[_PLACE] = lambda: place(images)
        if dataset is not None:
            choices[_TRAIN] = lambda: self._train(dataset)
        if model is not None:
            choices[_IMPORT] = lambda: self._import(model)
        self._offer = Offer(found.sentence, choices)
        return self._offer

    def close(self) -> None:
        self._task.close(_PATIENCE)

    def _found(self, found: "PathKind") -> None:
        self._then(found)


class Drops(QObject):
    """Accepts drops on a window and on panels that may float; always copies, never moves.

    place_at: returns the drop target at a global position.
    """

    def __init__(self, window: QWidget, taker: PathTaker, place_at: Callable[[QPoint], DropPlace]) -> None:
        super().__init__(window)
        self._taker, self._place_at = taker, place_at
        self.overlay = DropOverlay(window)
        self._found: PathKind | None = None
        self._place: DropPlace | None = None
        self._dropped = False
        self.watch(window)

    def watch(self, widget: QWidget) -> None:
        widget.setAcceptDrops(True)
        widget.installEventFilter(self)

    def dress(self, theme: Theme) -> None:
        self.overlay.theme = theme

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        match event:
            case QDropEvent() if isinstance(watched, QWidget) and self._is_ours(event):
                event.setDropAction(Qt.DropAction.CopyAction)
                event.accept()
                self._place = self._place_at(watched.mapToGlobal(event.position().toPoint()))
                if event.type() == QEvent.Type.DragEnter:
                    self._look(event.mimeData())
                elif event.type() == QEvent.Type.Drop:
                    self._drop(event.mimeData())
                else:
                    self.overlay.show_on(self._place, self._found)
                return True
            case QDragLeaveEvent():
                self._end()
        return False

    def _is_ours(self, event: QDropEvent) -> bool:
        mime = event.mimeData()
        return event.source() is None and mime is not None and (mime.hasUrls() or mime.hasText())

    def _look(self, mime: QMimeData | None) -> None:
        """Recognise what is being dragged, for the overlay."""
        self._end()
        paths = local_paths(mime)
        if paths:
            self._taker.find(paths, self._take)
        else:
            self._found = what_else(mime)
        if self._place is not None:
            self.overlay.show_on(self._place, self._found)

    def _drop(self, mime: QMimeData | None) -> None:
        place = self._place
        if self.overlay.isHidden():  # the drag has just entered the window
            self._look(mime)
            self._place = place
        self.overlay.hide()
        self._dropped = True
        if self._found is not None:
            self._take(self._found)

    def _take(self, found: "PathKind") -> None:
        """Take what is being dragged; if it is already dropped, act on it."""
        self._found, place = found, self._place
        if place is None:
            return
        if not self._dropped:
            self.overlay.show_on(place, found)
            return
        self._end()
        self._taker.take(found, None if place.pane is None else place)

    def _end(self) -> None:
        self.overlay.hide()
        self._found, self._dropped = None, False


def is_over(widget: QWidget, at: QPoint) -> bool:
    """Whether a global position is over a widget."""
    return widget.rect().contains(widget.mapFromGlobal(at))


def on_single(place: DropPlace, at: QPoint, beside: Callable[[Path], object]) -> DropPlace:
    """The drop target at a global position on a single map: its right half opens a bundle beside it."""
    if place.cover.mapFromGlobal(at).x() > place.cover.width() / 2:
        return replace(place, beside=beside)
    return replace(place, hint="Drag to the right half to open it beside this map.")


def images_of(found: "PathKind") -> tuple[Path, ...]:
    """The files and folders of images that can be placed on a map; none for a bundle."""
    if found.bundle is not None or found.session is not None:
        return ()
    return found.pictures or (() if found.dataset is None else (found.dataset,))


def local_paths(mime: QMimeData | None) -> list[Path]:
    """The local files and folders in a drag; none for remote links."""
    urls = mime.urls() if mime is not None and mime.hasUrls() else []
    return [Path(url.toLocalFile()) for url in urls if url.isLocalFile() and url.toLocalFile()]


def what_else(mime: QMimeData | None) -> "PathKind":
    """A drag that is not a local file: a remote link, or text."""
    from latent_explorer.path_kinds import kind_of_link, kind_of_text

    urls = mime.urls() if mime is not None else []
    text = "" if mime is None else mime.text().strip()
    if urls or QUrl(text).scheme() in ("http", "https", "ftp"):
        return kind_of_link(urls[0].toDisplayString() if urls else text)
    return kind_of_text()


def _looked_at(paths: Sequence[Path], _: Callable[[], None]) -> "PathKind":
    from latent_explorer.path_kinds import kind_of_all  # imported in the thread: not needed for the first paint

    return kind_of_all(paths)
