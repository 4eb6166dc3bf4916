"""Synchronises selections and hidden classes between two linked maps."""

from functools import partial

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject

from latent_explorer.engine.client import Answer
from latent_explorer.engine.handlers.nearest import want_nearest
from latent_explorer.gui.alignment.link import Link
from latent_explorer.session import Selection, Session, State

TOPIC = "counterparts"
_MOST = 3000  # maximum number of selected images to translate


class Travelling(QObject):
    """Copies changes of one session to the other, without copying them back.

    Both changes are undone and redone together, on either map. selection, classes: whether they are synchronised.
    """

    def __init__(self, link: Link) -> None:
        super().__init__()
        self._link = link
        self.selection = self.classes = True
        self._busy = False
        self._sessions = [link.pane(side).session for side in (0, 1)]
        self._seen = [State() if each is None else each.state for each in self._sessions]
        self._twins: dict[int, int] = {}  # numbers of corresponding changes of both sessions
        self._heard = [partial(self._look, side) for side in (0, 1)]
        for side, heard in enumerate(self._heard):
            link.pane(side).changed.connect(heard)
            link.pane(side).crossed.connect(self._take)

    def turn_selection(self, on: bool) -> None:
        """Switch the synchronisation of selections."""
        self.selection = on

    def turn_classes(self, on: bool) -> None:
        """Switch the synchronisation of hidden classes."""
        self.classes = on

    def close(self) -> None:
        """Disconnect from both maps."""
        for side, heard in enumerate(self._heard):
            self._link.pane(side).changed.disconnect(heard)
            self._link.pane(side).crossed.disconnect(self._take)

    def _look(self, side: int) -> None:
        session = self._link.pane(side).session
        if session is None or session is not self._sessions[side]:
            self._sessions[side], self._twins = session, {}
            self._seen[side] = State() if session is None else session.state
            return
        before, now = self._seen[side], session.state
        self._seen[side] = now
        other = self._link.pane(1 - side).session
        if self._busy or other is None:
            return
        self._busy = True
        if self.selection and now.selection is not before.selection:
            self._send_selection(side, session, other)
        if self.classes and now.hidden != before.hidden and _same_classes(session, other):
            other.hide(now.hidden)
        self._busy = False

    def _send_selection(self, side: int, session: Session, other: Session) -> None:
        selection = session.state.selection
        self._link.pane(1 - side).client.request(TOPIC, [])
        if self._follows(session, other):
            return
        if selection is None:
            self._select(session, other, None)
        elif (self._link.counterparts >= 0).any():
            self._select_common(side, session, other, selection)
        else:
            self._look_up(side, selection)

    def _follows(self, session: Session, other: Session) -> bool:
        """Undo or redo a corresponding change in the other session; returns whether there was one."""
        if (twin := self._twins.get(session.changes.next)) and twin == other.changes.last:
            other.undo()
        elif (twin := self._twins.get(session.changes.last)) and twin == other.changes.next:
            other.redo()
        else:
            return False
        return True

    def _select(self, session: Session, other: Session, chosen: NDArray[np.bool_] | None) -> None:
        before = other.changes.last
        other.select(chosen)
        if other.changes.last != before:
            self._twins[session.changes.last] = other.changes.last
            self._twins[other.changes.last] = session.changes.last

    def _select_common(self, side: int, session: Session, other: Session, selection: Selection) -> None:
        """Select the same images, and report how many the other model does not have."""
        same = self._link.counterparts_of(side)[selection.chosen]
        chosen = np.zeros(len(other.bundle.latents), bool)
        chosen[same[same >= 0]] = True
        self._select(session, other, chosen)
        if lacking := int(np.count_nonzero(same < 0)):
            self._say(f"{lacking:,} of the {selection.count:,} selected images do not belong to {other.bundle.name}.")

    def _look_up(self, side: int, selection: Selection) -> None:
        """Request the images nearest to the translated latents, for models without common images."""
        here, there = self._link.pane(side).bundle, self._link.pane(1 - side)
        translator = self._link.translator(side)
        if translator is None or here is None:
            self._say("These models have no images in common, and no translator yet: the selection stays on its map.")
            return
        images = np.flatnonzero(selection.chosen)
        some = images[:: -(-len(images) // _MOST)]
        z = translator.to(here.latents.mean[some]).astype(np.float32)
        if np.isfinite(z).all():
            there.client.request(TOPIC, [want_nearest((side, selection), z)])

    def _take(self, answer: Answer) -> None:
        if answer.topic != TOPIC or answer.content is None or not isinstance(answer.key, tuple):
            return
        side, selection = answer.key
        session, other = self._link.pane(side).session, self._link.pane(1 - side).session
        if session is None or other is None or session.state.selection is not selection:
            return
        chosen = np.zeros(len(other.bundle.latents), bool)
        chosen[answer.content[:, 0]] = True
        self._busy = True
        self._select(session, other, chosen)
        self._busy = False
        found = int(np.count_nonzero(chosen))
        self._say(
            f"These models have no images in common: on {other.bundle.name} are selected the {found:,} images nearest "
            "to where the translator takes the selected ones."
        )

    def _say(self, sentence: str) -> None:
        self._link.source.shared.say(sentence)


def _same_classes(session: Session, other: Session) -> bool:
    return bool(session.bundle.class_names) and session.bundle.class_names == other.bundle.class_names
