"""The Image sets study: keeps the session's sets, the engine's results, map and panel in sync."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from PyQt6.QtCore import QPoint, QPointF

from latent_explorer.errors import UserError
from latent_explorer.export import Provenance
from latent_explorer.gui.layers.image_sets import IMAGE_SETS, ImageSetLayer, ShownSet
from latent_explorer.gui.studies.image_sets.card import ImageCard
from latent_explorer.gui.studies.image_sets.colours import Colouring, colouring_of
from latent_explorer.gui.studies.image_sets.exporting import SetExporter, table_of
from latent_explorer.gui.studies.image_sets.panel import SetPanel
from latent_explorer.gui.studies.image_sets.placing import PlacedSet, Placing
from latent_explorer.gui.studies.study import Study, StudyUses
from latent_explorer.gui.theme import DARK, Theme
from latent_explorer.gui.widgets.parts import timer
from latent_explorer.gui.widgets.readings import Work
from latent_explorer.service.codec import path_to_text, text_to_path
from latent_explorer.session import OpenBundle, Session, State
from latent_explorer.session.own_sets import OwnSet

_SHOW_MS = 150  # interval of updates, as each may show ten thousand images


class ImageSetsStudy(Study):
    """The user's image sets on one map.

    panel: a SetPanel. current: the index of the set in the panel.
    """

    def __init__(self, uses: StudyUses) -> None:
        self.view = SetPanel()
        super().__init__(uses, self.view)
        self.current = 0
        self._theme: Theme = DARK
        self._model: tuple[object, int] | None = None  # the latents and the decoded class
        layer = uses.layers.by_title[IMAGE_SETS.title]
        assert isinstance(layer, ImageSetLayer)
        self.layer = layer
        self.placing, self.card = Placing(uses.client, self), ImageCard(uses.canvas)
        self.exporter = SetExporter(uses.parent, uses.shared.settings)
        self._soon = timer(self, _SHOW_MS, self._show, once=True)
        self._connect()

    def _connect(self) -> None:
        view = self.view
        self.placing.told.connect(self._came)
        view.place_wanted.connect(self.place)
        view.chosen.connect(self._choose)
        view.changed.connect(lambda field, value: self._change(**{field: value}))
        view.removed.connect(self._remove)
        view.retried.connect(self._retry)
        view.cancelled.connect(self._cancel)
        view.export_wanted.connect(self.export)
        view.table.chosen.connect(self.go_to)
        view.table.pointed.connect(self._point)
        self.exporter.exported.connect(lambda file: self.uses.shared.say(f"Exported to {file}"))
        self.exporter.said.connect(self.uses.shared.banner.say)
        self.uses.prober.told.connect(self._hover)
        self.uses.canvas.left.connect(self._leave)
        self.uses.clicks.append(self._click)
        view.dataset_wanted.connect(lambda name: self.place([Path(name)]))

    # -- the session

    @property
    def sets(self) -> tuple[OwnSet, ...]:
        return () if self.session is None else self.session.state.sets

    @property
    def _own(self) -> OwnSet | None:
        return self.sets[self.current] if self.current < len(self.sets) else None

    def found(self, own: OwnSet) -> PlacedSet:
        """The state of a set."""
        return self.placing.of(own.key)

    def open(self, session: Session) -> None:
        super().open(session)
        self._model = _model_of(session.bundle)
        self.placing.forget()
        self.placing.show_on(session.bundle.chart_text)
        self.current = 0
        self._renew()

    def exchange(self, bundle: OpenBundle) -> None:
        if self._model != _model_of(bundle):  # another snapshot or class
            self._model = _model_of(bundle)
            self.placing.forget()
        self.placing.show_on(bundle.chart_text)
        self._renew()

    def show_change(self, old: State, new: State) -> None:
        if old.sets != new.sets:
            self.current = min(self.current, max(0, len(new.sets) - 1))
            self._renew()

    def again(self) -> None:
        self.placing.again()

    def dress(self, theme: Theme) -> None:
        self._theme = theme
        self.card.dress(theme)
        self._show()

    def stop(self) -> None:
        self._soon.stop()
        self.exporter.close()

    @property
    def work(self) -> Iterator[Work]:
        yield from self.placing.work

    # -- actions of the user

    def place(self, paths: Sequence[Path]) -> None:
        """Place the images at paths on the map as a new set."""
        if self.session is None:
            self.uses.shared.say("Open a model first; then images can be placed on its map.")
            return
        own = OwnSet(tuple(path_to_text(path) for path in paths), search=not self.session.bundle.config.encodes)
        self.current = len(self.sets)
        try:
            self.session.place_sets((*self.sets, own))
        except UserError as error:
            self.current = 0
            self.uses.shared.banner.say(f"{str(error)[:1].upper()}{str(error)[1:]}.")

    def go_to(self, image: int) -> None:
        """Go to the place of an image of the current set."""
        if (own := self._own) is not None:
            self.uses.prober.go_to(self.found(own).joined("z")[image])

    def export(self) -> None:
        """Export the current set."""
        own, session = self._own, self.session
        if own is None or session is None:
            return
        bundle = session.bundle
        table = table_of(self.found(own), bundle.config.net.latent_dim)
        whence = Provenance(bundle.name, extra={"images": f"own images: {self._name(own)}"})
        self.exporter.ask(f"{bundle.name}_images", table, whence)

    def _choose(self, place: int) -> None:
        self.current = place
        self._renew()

    def _change(self, **fields: object) -> None:
        own, session = self._own, self.session
        if own is not None and session is not None:
            changed = replace(own, **fields)  # type: ignore[arg-type]  # of the panel
            session.place_sets((*self.sets[: self.current], changed, *self.sets[self.current + 1 :]))

    def _retry(self) -> None:
        if (own := self._own) is not None:
            self.placing.retry(own.key)
            self._show()

    def _cancel(self) -> None:
        if (own := self._own) is not None:
            self.placing.cancel(own.key)

    def _remove(self) -> None:
        if self.session is not None:
            self.session.place_sets((*self.sets[: self.current], *self.sets[self.current + 1 :]))

    # -- display

    def _came(self, key: object) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _renew(self) -> None:
        """Follow changes of the sets or their settings."""
        self.placing.want(self.sets)
        self._show()

    def _name(self, own: OwnSet) -> str:
        if own.name:
            return own.name
        first = text_to_path(own.sources[0]).name or "images"
        return self.found(own).name or (first if len(own.sources) == 1 else f"{len(own.sources):,} files")

    def _show(self) -> None:
        if self.session is None:
            return
        bundle, had = self.session.bundle, bool(self.layer.sets)
        self.layer.show_sets([self._shown(place, own) for place, own in enumerate(self.sets) if own.shown])
        self.card.hide()
        if had != bool(self.layer.sets):
            self.uses.layers.offer(IMAGE_SETS.title)
            self.uses.layers.put(IMAGE_SETS.title, not had, self.layer.opacity)
        self.uses.canvas.refresh()
        self.view.show_sets([self._name(own) for own in self.sets], self.sets, self.current)
        if (own := self._own) is not None:
            found = self.found(own)
            self.view.show_found(found, encodes=bundle.config.encodes, light=not self._theme.dark)
            self.view.key.show_colours(self._colouring(self.current, own, found))

    def _colouring(self, place: int, own: OwnSet, found: PlacedSet) -> Colouring:
        assert self.session is not None
        classes = self.session.bundle.class_names
        return colouring_of(own.colouring, place, found.groups, found.joined("score"), classes, self._theme)

    def _shown(self, place: int, own: OwnSet) -> ShownSet:
        found = self.found(own)
        made, placed = self._colouring(place, own, found), len(found.uv)
        return ShownSet(
            place, self._name(own), found.uv, made.number[:placed], made.colours, found.names, found.groups,
            found.joined("error"), found.joined("score"), made.marks,
        )  # fmt: skip

    # -- the pointer

    def _point(self, image: int) -> None:
        """Mark the image under the pointer in the table on the map."""
        places = [place for place, shown in enumerate(self.layer.sets) if shown.number == self.current]
        there = places and 0 <= image < len(self.layer.sets[places[0]].uv)
        self._mark((places[0], image) if there else None)

    def _hover(self, u: float, v: float) -> None:
        if not (self.layer.painted and self.layer.sets and self.uses.prober.pointing):
            self._leave()
            return
        found = self.layer.nearest(self.uses.canvas.view, (u, v))
        self._mark(found)
        if found is None:
            self.card.hide()
            return
        shown, image = self.layer.sets[found[0]], found[1]
        lines = (shown.names[image], shown.name, *shown.words(image).removeprefix(shown.names[image]).split(", ")[-2:])
        at = self.uses.canvas.to_widget(*shown.uv[image].tolist()).toPoint()
        picture = self.found(self.sets[shown.number]).thumbnails[image]
        self.card.show_image(picture, tuple(line for line in lines if line), QPoint(at))

    def _click(self, at: QPointF) -> bool:
        """Choose the exact latent of a clicked diamond, which may be off the map."""
        view = self.uses.canvas.view
        found = self.layer.nearest(view, view.to_plane(at.x(), at.y())) if self.layer.painted else None
        if found is None:
            return False
        self.current = self.layer.sets[found[0]].number
        self._renew()
        self.uses.prober.choose(self.found(self.sets[self.current]).joined("z")[found[1]])
        return True

    def _leave(self) -> None:
        self.card.hide()
        self._mark(None)

    def _mark(self, found: tuple[int, int] | None) -> None:
        before = self.layer.marked
        if found != before:
            self.layer.marked = found
            self.uses.canvas.refresh_points(lambda view: self.layer.covered(view, before, found))


def _model_of(bundle: OpenBundle) -> tuple[object, int]:
    return bundle.latents, bundle.label
