"""Connects the panel and the anchors on the maps with the current link."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QWidget

from latent_explorer.alignment.quick_figures import Glance, at_a_glance
from latent_explorer.errors import UserError
from latent_explorer.gui.alignment.anchor_errors import error_words, worst
from latent_explorer.gui.alignment.anchor_list import flat
from latent_explorer.gui.alignment.anchoring import Anchoring
from latent_explorer.gui.alignment.finding import AnchorFinder, held_out
from latent_explorer.gui.alignment.link import Link
from latent_explorer.gui.alignment.linking import Linking
from latent_explorer.gui.alignment.panel import AlignmentPanel
from latent_explorer.gui.alignment.visual_comparison import ByEye
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.parts import timer

_LOOK_MS, _GLANCE_MS = 250, 400
_LISTED = "list"


class AnchorControl(QObject):
    """Creates and closes the Anchoring of a window, and keeps its panel up to date.

    anchoring: the current one; None without a link. changed: the undo state has changed.
    """

    changed = pyqtSignal()

    def __init__(self, window: QWidget, linking: Linking, say: Callable[[str], None]) -> None:
        super().__init__()
        self._linking, self._say = linking, say
        self.panel = AlignmentPanel()
        self.by_eye = ByEye(linking)
        self.panel.more.addWidget(self.by_eye)
        self.anchoring: Anchoring | None = None
        self.finder = AnchorFinder(window, say, self._complain)
        self._glance: Glance | None = None
        self._glancing = timer(self, _GLANCE_MS, self._take_a_glance, once=True)
        self._looking = timer(self, _LOOK_MS, self._look)
        linking.changed.connect(self._relink)
        self._listen()

    @property
    def link(self) -> Link | None:
        return None if self.anchoring is None else self.anchoring.link

    def dress(self, theme: Theme) -> None:
        self.panel.dress(theme)
        self.by_eye.dress(theme)

    def take_tool(self) -> None:
        """Make the anchor tool current."""
        if self.anchoring is not None:
            self.anchoring.take_tool()

    def drop_worst(self) -> None:
        """Delete the anchor with the largest error and report it."""
        if self.anchoring is None:
            return
        errors = self.anchoring.errors
        index = worst(errors)
        if index is not None:
            source, target = self.anchoring.link.alignment.state.anchors[index]
            self.anchoring.gestures.delete(index)
            what = f"image {source}" if source == target else f"images {source} and {target}"
            self._say(f"Dropped anchor {index + 1} ({what}): its error was {error_words(float(errors[index]))}.")

    def close(self) -> None:
        """Close the anchoring; the panel is deleted with the window."""
        self._looking.stop()
        self._glancing.stop()
        self.finder.close()
        self._let_go()
        self.by_eye.end()

    # -- the link

    def _relink(self) -> None:
        """Follow a change of the link."""
        self._let_go()
        link = self._linking.link
        if link is None:
            self.panel.show_none()
            self._looking.stop()
        else:
            self.anchoring = Anchoring(link, self._say)
            self._connect(link, self.anchoring)
            self._looking.start()
            self._begin()
        self.changed.emit()

    def _let_go(self) -> None:
        anchoring, self.anchoring = self.anchoring, None
        if anchoring is None:
            return
        link = anchoring.link
        for signal, slot in ((link.began, self._begin), (link.changed, self._follow), (link.fitted, self._fitted)):
            signal.disconnect(slot)
        for pane in (link.source, link.target):
            pane.images.came.disconnect(self.panel.list.images_came)
            pane.images.want(_LISTED, ())
        anchoring.close()
        anchoring.deleteLater()

    def _connect(self, link: Link, anchoring: Anchoring) -> None:
        for signal, slot in ((link.began, self._begin), (link.changed, self._follow), (link.fitted, self._fitted)):
            signal.connect(slot)
        for pane in (link.source, link.target):
            pane.images.came.connect(self.panel.list.images_came)
        anchoring.pointed.connect(self.panel.list.show_pointed)

    def _listen(self) -> None:
        panel, listed = self.panel, self.panel.list
        panel.translator_chosen.connect(lambda name: self._change(lambda link: link.alignment.choose(translator=name)))
        panel.growth_chosen.connect(lambda growth: self._change(lambda link: link.alignment.choose(growth=growth)))
        panel.cancel_wanted.connect(self._cancel)
        panel.add_wanted.connect(lambda way, count: self._change(lambda link: self.finder.add(link, way, count)))
        panel.read_wanted.connect(lambda: self._change(self.finder.ask_for_pairs))
        panel.write_wanted.connect(lambda: self._change(self.finder.ask_where_to_write))
        panel.save_wanted.connect(lambda: self._change(self.finder.ask_where_to_save))
        panel.load_wanted.connect(lambda: self._change(self.finder.ask_for_translator))
        panel.worst_wanted.connect(self.drop_worst)
        panel.clear_wanted.connect(lambda: self._change(lambda link: link.alignment.replace(())))
        listed.image = self._image
        listed.needed.connect(self._fetch)
        listed.pointed.connect(self._to_anchors(Anchoring.point_at))
        listed.chosen.connect(self._to_anchors(Anchoring.bring))
        listed.delete_wanted.connect(self._to_anchors(lambda anchoring, indices: anchoring.gestures.delete(*indices)))

    def _to_anchors(self, do: Callable[[Anchoring, Any], None]) -> Callable[[Any], None]:
        """A function that acts on the anchoring that is current when it is called."""

        def run(value: Any) -> None:
            if self.anchoring is not None:
                do(self.anchoring, value)

        return run

    def _change(self, change: Callable[[Link], None]) -> None:
        """Change the link, or report why that is not possible."""
        if self.link is None:
            return
        try:
            change(self.link)
        except UserError as error:
            self._complain(str(error))

    def _complain(self, reason: str) -> None:
        self.panel.say(_sentence(reason), wrong=True)

    # -- display

    def _begin(self) -> None:
        """Start over with other images."""
        assert self.link is not None
        self.panel.show_link(bool((self.link.counterparts >= 0).any()))
        self._follow()

    def _follow(self) -> None:
        """Follow a change of the anchors or of the choices."""
        assert self.link is not None
        self.panel.show_state(self.link.alignment.state)
        self._fitted()
        self.changed.emit()

    def _fitted(self) -> None:
        """Show a new fit, or why there is none."""
        anchoring = self.anchoring
        if anchoring is None:
            return
        fit, anchors = anchoring.link.fit, anchoring.link.alignment.state.anchors
        self._glance = None if fit is None else self._glance
        self._glancing.start()
        self.panel.list.show_anchors(anchors, anchoring.errors[: len(anchors)])
        self.panel.show_figures(self._figures())
        trouble = anchoring.link.trouble
        note = trouble or ("" if fit is None else fit.note)
        self.panel.say(_sentence(note), wrong=bool(trouble))
        index = worst(anchoring.errors)
        words = "No error is known yet"
        if index is not None:
            words = f"Anchor {index + 1}, with an error of {error_words(float(anchoring.errors[index]))}"
        self.panel.offer_worst(words, index is not None)

    def _figures(self) -> Iterator[str]:
        assert self.anchoring is not None
        fit, errors = self.anchoring.link.fit, self.anchoring.errors
        if fit is None:
            return
        if not fit.leave_one_out.size:
            return  # it was loaded
        known = errors[np.isfinite(errors)]
        pairs = len(fit.anchors) + len(fit.grown)
        yield f"Fitted on {pairs:,} pairs in {_duration(fit.seconds)}"
        if len(fit.grown):
            yield f"{len(fit.grown):,} of them were found"
        if len(known):
            yield f"Error without the anchor: {np.median(known):.2f} (median)"
        if self._glance is not None:
            glance = self._glance
            yield f"Mutual nearest: {glance.mutual:.0%} of {glance.images:,} held-out images"
            yield f"Neighbours in common: {glance.overlap:.0%} of the nearest 10"

    def _take_a_glance(self) -> None:
        """Show quick figures of the translator once it has not changed for a moment."""
        link = self.link
        if link is None or link.fit is None:
            return
        source, target = (bundle.latents.mean for bundle in link.bundles)
        self._glance = at_a_glance(link.fit.forth, source, target, held_out(link))
        self.panel.show_figures(self._figures())

    def _look(self) -> None:
        """Show work in progress."""
        work = () if self.link is None else self.link.work
        self.panel.show_work(work[0] if work else None)

    def _cancel(self) -> None:
        if self.link is not None:
            self.link.cancel()
            self._look()
            there = "the previous translator stays" if self.link.fit is not None else "there is no translator"
            self.panel.say(f"Cancelled: {there}.")

    def _fetch(self) -> None:
        """Request the images of visible rows."""
        if self.link is not None:
            seen = self.panel.list.seen()
            for side in (0, 1):
                self.link.pane(side).images.want(_LISTED, flat(seen, side))

    def _image(self, side: int, number: int) -> QImage | None:
        return None if self.link is None else self.link.pane(side).images.image(number)


def _sentence(text: str) -> str:
    """A reason as a separate sentence."""
    return f"{text[:1].upper()}{text[1:]}{'' if not text or text.endswith(('.', '!', '?')) else '.'}"


def _duration(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
