"""The controller of the grid: its classes and styles, chosen by the engine or the user, its pictures and export."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray
from PyQt6.QtWidgets import QFileDialog

from latent_explorer.engine.client import Answer, EngineClient, Urgency
from latent_explorer.engine.handlers.choose_styles import row_names, want_styles
from latent_explorer.engine.handlers.decode_as import want_decoded_as
from latent_explorer.engine.handlers.originals import want_originals
from latent_explorer.errors import UserError
from latent_explorer.export import Options, Provenance, StyleGrid, find_format, formats_of
from latent_explorer.export.style_grid import cells_of
from latent_explorer.gui.studies.style_transfer.panel import StylePanel
from latent_explorer.gui.widgets.parts import open_chooser
from latent_explorer.safe_text import readable
from latent_explorer.service.codec import Refused
from latent_explorer.session import Session
from latent_explorer.session.style import MOST_STYLES

STYLES, GRID, EDGES, EXPORT = "styles chosen", "style grid", "style grid edges", "style grid export"
_LOOK = Options(scale=2, gap=2)


@dataclass(frozen=True, eq=False)
class _Axes:
    """The axes. rows, columns: numbers of images (k,), or None if they are not images."""

    labels: NDArray[np.int64]
    latents: NDArray[np.float32]
    rows: NDArray[np.int64] | None
    columns: NDArray[np.int64] | None
    column_names: tuple[str, ...]


class Gridding:
    """Requests grids; the newest request wins. session: returns the current session. say: shows a message."""

    def __init__(
        self, client: EngineClient, panel: StylePanel, session: Callable[[], Session | None], say: Callable[[str], None]
    ) -> None:
        self._client, self._panel, self._session, self._say = client, panel, session, say
        self._asked = 0
        self._axes: _Axes | None = None
        self._edges: dict[str, NDArray[np.uint8]] = {}
        self._target: Path | None = None
        client.subscribe(STYLES, self._take_styles, Urgency.DETAIL)
        client.subscribe(GRID, self._take_grid, Urgency.DETAIL)
        client.subscribe(EDGES, self._take_edges, Urgency.DETAIL)
        client.subscribe(EXPORT, self._write, Urgency.EXPORT)

    # -- requests

    def ask(self) -> None:
        """Request the grid that the panel describes."""
        session, choice = self._session(), self._panel.axes
        if session is None:
            return
        how, seed = choice.columns, session.state.style.seed
        session.keep_style(
            msgspec.structs.replace(session.state.style, rows=choice.rows, columns=how, count=choice.count)
        )
        self._panel.count.setEnabled(how in ("spread", "random"))
        self._panel.again.setEnabled(how in ("spread", "random"))
        self._panel.grid.outdate()
        self._asked += 1
        if how in ("spread", "random"):
            count = min(self._panel.count.value(), len(session.bundle.latents))
            self._client.request(STYLES, [want_styles(self._asked, count, how, seed)])
        elif how == "selected":
            self._of_images(self._selected(session), "Select some images first: their styles become the columns.")
        else:
            self._of_pins(session)

    def another(self) -> None:
        """Request a grid with other styles."""
        session = self._session()
        if session is not None:
            style = session.state.style
            session.keep_style(msgspec.structs.replace(style, seed=style.seed + 1))
            self.ask()

    def _selected(self, session: Session) -> NDArray[np.int64]:
        selection = session.state.selection
        return np.flatnonzero(selection.chosen)[:MOST_STYLES] if selection is not None else np.zeros(0, np.int64)

    def _take_styles(self, answer: Answer) -> None:
        if isinstance(answer.reply, Refused):
            self._panel.of_grid.setText(f"There is no grid: {answer.reply.reason}")
        elif answer.content is not None and answer.key == self._asked:
            self._of_images(answer.content[:, 0], "")

    def _of_images(self, columns: NDArray[np.int64], lacking: str) -> None:
        session = self._session()
        if session is not None and len(columns):
            names = tuple(str(number) for number in columns.tolist())
            self._decode(session, session.bundle.latents.mean[columns], columns, names)
        else:
            self._show_nothing(lacking)

    def _of_pins(self, session: Session) -> None:
        pins = session.state.pins[:MOST_STYLES]
        if pins:
            names = tuple(pin.name for pin in pins)
            self._decode(session, np.stack([pin.latent for pin in pins]), None, names)
        else:
            self._show_nothing("Pin some places first: their styles become the columns.")

    def _show_nothing(self, words: str) -> None:
        self._axes = None
        self._panel.grid.show_grid(None)
        self._panel.of_grid.setText(words)
        self._panel.export.setEnabled(False)

    def _decode(
        self, session: Session, latents: NDArray[np.float32], columns: NDArray[np.int64] | None, names: tuple[str, ...]
    ) -> None:
        rows, labels = None, np.arange(session.bundle.config.net.classes)[: 2 * MOST_STYLES]
        if self._panel.axes.rows == "selected":
            rows, of = self._selected(session), session.bundle.latents.label
            if not len(rows) or of is None:
                self._show_nothing("Select some images first: their classes become the rows.")
                return
            labels = of[rows]
        self._axes = axes = _Axes(labels.astype(np.int64), latents, rows, columns, names)
        self._edges = {}
        wanted = {"rows": axes.rows, "columns": axes.columns}
        self._client.request(
            EDGES, [want_originals((self._asked, name), each) for name, each in wanted.items() if each is not None]
        )
        self._client.request(GRID, [want_decoded_as(self._asked, *cells_of(axes.labels, axes.latents))])

    # -- answers

    def _take_edges(self, answer: Answer) -> None:
        if answer.pictures is None or not isinstance(answer.key, tuple) or answer.key[0] != self._asked:
            return  # without originals, the edges are empty
        self._edges[answer.key[1]] = answer.pictures
        grid = self._panel.grid.grid
        if grid is not None and not self._panel.grid.outdated:
            self._show(grid.pictures)

    def _take_grid(self, answer: Answer) -> None:
        if answer.pictures is not None and answer.key == self._asked:
            self._show(answer.pictures)

    def _show(self, pictures: NDArray[np.uint8]) -> None:
        grid, session = self._made(pictures), self._session()
        self._panel.grid.show_grid(grid, session.bundle.class_names if session is not None else ())
        self._panel.of_grid.setText("Rows: classes. Columns: styles, of the images above them.")
        if grid is not None and grid.style is None:
            self._panel.of_grid.setText(f"Rows: classes. Columns: the styles of {', '.join(grid.column_names)}.")
        self._panel.export.setEnabled(True)

    def _made(self, pictures: NDArray[np.uint8]) -> StyleGrid | None:
        session, axes = self._session(), self._axes
        if session is None or axes is None:
            return None
        cells = pictures.reshape(len(axes.labels), len(axes.latents), *pictures.shape[-3:])
        rows = row_names(session.bundle.class_names, axes.labels, axes.rows)
        known = self._edges.get("rows"), self._edges.get("columns")
        return StyleGrid(cells, axes.labels, axes.latents, rows, axes.column_names, *known)

    # -- export

    def export(self) -> None:
        """Ask for the file and format of the grid."""
        if self._axes is None:
            return
        kinds = ";;".join(f"{each.title} (*{each.suffix})" for each in formats_of("style grid"))
        chooser = QFileDialog(self._panel.window(), "Export the grid", "styles.png", kinds)
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setDefaultSuffix("png")
        open_chooser(chooser, lambda path: self.save(Path(path)))

    def save(self, path: Path) -> None:
        """Save the grid; replaces an existing file, as confirmed by the user. It is decoded again, reproducibly."""
        axes = self._axes
        if axes is None:
            return
        self._target = path
        cells = cells_of(axes.labels, axes.latents)
        self._client.request(EXPORT, [want_decoded_as((self._asked, str(path)), *cells, repeatable=True)])

    def _write(self, answer: Answer) -> None:
        path, self._target = self._target, None
        session, shown = self._session(), self._panel.grid.grid
        if isinstance(answer.reply, Refused):
            self._say(f"The grid was not saved: {answer.reply.reason}")
        elif answer.pictures is not None and path is not None and session is not None and shown is not None:
            if answer.key != (self._asked, str(path)):
                self._say("The grid was not saved: another one is shown by now.")
                return
            grid = replace(shown, pictures=answer.pictures.reshape(shown.pictures.shape))
            self._put(grid, path, session.bundle.name)

    def _put(self, grid: StyleGrid, path: Path, model: str) -> None:
        origin = Provenance.at(model, grid.latents, content=",".join(map(str, grid.labels.tolist())))
        try:
            known = find_format("style grid", path)
            known.write(path, grid, _LOOK, provenance=origin, overwrite=True)
        except (UserError, OSError) as error:
            self._say(f"The grid was not saved: {error}")
        else:
            self._say(f"Saved {readable(str(path))}")
