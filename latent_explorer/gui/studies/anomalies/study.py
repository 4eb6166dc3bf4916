"""The Anomalies study: requests scores from the engine and shows them as they arrive."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from latent_explorer.analysis.anomaly.roc import share_above, threshold_at
from latent_explorer.engine.client import Answer, Urgency, Want
from latent_explorer.engine.handlers.decode import want_pictures
from latent_explorer.engine.handlers.image_set import ImageSetOpened, OpenImageSet, want_set_images, want_set_latents
from latent_explorer.engine.handlers.judge_images import want_scores
from latent_explorer.engine.handlers.originals import want_originals
from latent_explorer.engine.handlers.tell_scores import ScoresTold, ScoreWords, TellScores
from latent_explorer.gui.studies.anomalies.descriptions import above_words, compared, misled_words, set_words
from latent_explorer.gui.studies.anomalies.judged import COMPARED, OTHER, TEST, TRAIN, JudgedPart, JudgedSets, evenly
from latent_explorer.gui.studies.anomalies.panel import AnomalyPanel
from latent_explorer.gui.studies.study import Study, StudyUses
from latent_explorer.gui.theme import DARK, Theme
from latent_explorer.gui.widgets.images import to_qimage
from latent_explorer.gui.widgets.parts import timer
from latent_explorer.gui.widgets.readings import Work
from latent_explorer.service.codec import Refused, text_to_path
from latent_explorer.session import OpenBundle, Session, State
from latent_explorer.session.own_sets import OwnSet

SCORES, ODDEST, PLACE = "anomaly scores", "oddest images", "place of another image"
_SHOW_MS, _LISTED, _PICTURES = 200, 120, 40
_COLOURINGS = {
    "excess-nats": "anomaly", "novelty": "novelty", "reconstruction": "error", "distance": "distance",
    "radius": "typicality",
}  # fmt: skip


class AnomalyStudy(Study):
    """Scores the images of the active map and of a second set."""

    panel: AnomalyPanel

    def __init__(self, uses: StudyUses) -> None:
        super().__init__(uses, AnomalyPanel())
        self._theme: Theme = DARK
        self._told: ScoresTold | None = None
        self.score, self.source, self.alarms = "", "", 0.05
        self._set: ImageSetOpened | None = None
        self._opening = 0
        self.judged = JudgedSets({})
        self._missing: list[Want] = []
        self._total = 1
        self._original, self._note = True, ""
        self._soon = timer(self, _SHOW_MS, self._show, once=True)
        self._subscribe()
        self._connect()

    def _subscribe(self) -> None:
        client = self.uses.client
        client.subscribe(TellScores, self._take_words)
        client.subscribe(OpenImageSet, self._take_set)
        client.subscribe(SCORES, self._take_scores, Urgency.DETAIL)
        client.subscribe(ODDEST, self._take_pictures, Urgency.OVERLAY)
        client.subscribe(PLACE, self._take_place, Urgency.ASKED)

    def _connect(self) -> None:
        panel = self.panel
        panel.score_chosen.connect(self.choose_score)
        panel.set_chosen.connect(self.compare_with)
        panel.stop_wanted.connect(self.halt)
        panel.alarms_chosen.connect(self.put_alarms)
        panel.histogram.dragged.connect(self.put_threshold)
        panel.select_wanted.connect(self.select)
        panel.colour_wanted.connect(self._colour)
        panel.shown_set_chosen.connect(lambda _: self._list())
        panel.oddest.chosen.connect(self._go_to)

    # -- changes of the map

    def open(self, session: Session) -> None:
        super().open(session)
        self._offer_sets(session.state.sets)
        self._begin(session.bundle)

    def _offer_sets(self, sets: Sequence[OwnSet]) -> None:
        sources = ["\n".join(str(text_to_path(each)) for each in own.sources) for own in sets]
        names = [own.name or Path(source.splitlines()[0]).name for own, source in zip(sets, sources, strict=True)]
        self.panel.offer_sets(dict(zip(sources, names, strict=True)))

    def exchange(self, bundle: OpenBundle) -> None:
        """Start over with another snapshot; another chart changes nothing."""
        if bundle.latents.mean is not self._means:
            self._begin(bundle)

    def show_change(self, old: State, new: State) -> None:
        """Update the list of the user's image sets."""
        if old.sets != new.sets:
            self._offer_sets(new.sets)

    def dress(self, theme: Theme) -> None:
        self._theme = theme
        self.panel.dress(theme)
        self._show()

    def again(self) -> None:
        """Request missing scores again, and images, which may have changed."""
        if self.session is not None and self._note != self.uses.gallery.note:
            self._begin(self.session.bundle)  # the images have changed
            return
        self._original = True
        self.panel.oddest.images.forget()
        if self._opening:
            self._opening = self.uses.client.ask(OpenImageSet, self.source)
        self.uses.client.ask(TellScores)  # its answer triggers the missing requests
        self._list()

    def stop(self) -> None:
        self._soon.stop()
        self.panel.end()

    @property
    def work(self) -> Iterator[Work]:
        if self._missing:
            yield Work("Judging images", 1 - len(self._missing) / self._total)

    # -- actions of the user

    def choose_score(self, name: str) -> None:
        """Use another score."""
        self.score = name
        self._ask()

    def compare_with(self, source: str) -> None:
        """Compare with the images at `source`; empty for none."""
        self.source, self._set = source, None
        self.judged.add_set(OTHER, None)
        self.panel.say("")
        if source:
            self._opening = self.uses.client.ask(OpenImageSet, source)
            self.panel.show_work(0.0, "Reading the images…")
        else:
            self._opening = 0
            self.panel.show_set("", "", "")
        self.panel.oddest.images.forget()
        self._ask()

    def halt(self) -> None:
        """Stop requesting scores."""
        self._missing, self._opening = [], 0
        self.uses.client.request(SCORES, [])
        self._show()

    def put_alarms(self, share: float) -> None:
        """Set the threshold so that a share of held-out images is above it."""
        self.alarms = min(max(share, 0.0), 1.0)
        self._show()

    def put_threshold(self, score: float) -> None:
        """Set the threshold at a score."""
        own = self.judged.own(self.score)
        if len(own):
            self.put_alarms(float(share_above(own, score)))

    def select(self) -> None:
        """Select the scored images above the threshold."""
        if self.session is None:
            return
        numbers, scores = self.judged.oddest((TEST, TRAIN), self.score, len(self.session.bundle.latents))
        chosen = np.zeros(len(self.session.bundle.latents), bool)
        chosen[numbers[scores > self.threshold]] = True
        self.session.select(chosen)

    @property
    def threshold(self) -> float:
        """The threshold as a score; infinite before anything is scored."""
        own = self.judged.own(self.score)
        return threshold_at(own, self.alarms) if len(own) else float("inf")

    @property
    def has_judged(self) -> bool:
        """Whether both the model's own images and the second set, if any, have scores."""
        own, others = self.judged.own(self.score), self.judged.known(OTHER, self.score)
        return len(own) > 0 and (len(others) > 0 or not self.source)

    # -- requests

    def _begin(self, bundle: OpenBundle) -> None:
        self._means, split = bundle.latents.mean, bundle.latents.split
        self._told, self._original, self._missing, self._note = None, True, [], self.uses.gallery.note
        train, test = (evenly(np.flatnonzero(split == which).astype(np.int64)) for which in (0, 1))
        self.judged = JudgedSets({TRAIN: train, TEST: test})
        oddest = self.panel.oddest
        oddest.images.forget()
        self.panel.say("")
        self.panel.show_set("", "", "")
        self.uses.client.ask(TellScores)
        if self.source:
            self.compare_with(self.source)
        self._show()

    def _ask(self) -> None:
        """Request missing values of the chosen score, and with a second set those for comparing all scores."""
        if self._told is None or not self.score:
            return
        parts = [part for of in (TEST, OTHER, TRAIN) for part in self.judged.parts(of, (self.score,))]
        if OTHER in self.judged.numbers:
            others = tuple(each.name for each in self._told.scores if not each.lacks and each.name != self.score)
            own = TEST if len(self.judged.numbers[TEST]) else TRAIN
            parts += [part for of in (own, OTHER) for part in self.judged.parts(of, others, COMPARED)]
        self._missing = [self._want(part) for part in parts]
        self._total = max(len(parts), 1)
        self.panel.say("")
        self.uses.client.request(SCORES, self._missing)
        self._show()

    def _want(self, part: JudgedPart) -> Want:
        source = self.source if part.of == OTHER else ""
        return want_scores((part, source), part.scores, self.judged.images(part), source)

    def _take_words(self, answer: Answer) -> None:
        if isinstance(answer.reply, ScoresTold):
            self._told = answer.reply
            there = [each.name for each in answer.reply.scores if not each.lacks]
            if self.score not in there:
                self.score = answer.reply.mended if answer.reply.mended in there else there[0]
            self.panel.offer(answer.reply.scores, self.score)
            self._ask()

    def _take_set(self, answer: Answer) -> None:
        reply = answer.reply
        if reply.number != self._opening:
            return
        self._opening = 0
        if isinstance(reply, Refused):
            self.source = ""
            self.panel.show_set("", "", "")
            self._show()
            self.panel.say(f"{reply.reason[:1].upper()}{reply.reason[1:]}.")
        elif isinstance(reply, ImageSetOpened):
            name = self.panel.other.name_of(reply.source) or reply.name
            self._set = structs.replace(reply, name=name)
            self.judged.add_set(OTHER, np.arange(reply.count))
            self.panel.show_set(reply.source, name, set_words(reply))
            self._ask()

    def _take_scores(self, answer: Answer) -> None:
        if isinstance(answer.reply, Refused):
            if self._missing:
                reason = answer.reply.reason
                self.halt()
                self.panel.say(f"The images cannot be judged: {reason}.")
        elif answer.values is not None and isinstance(answer.key, tuple):
            part, source = answer.key
            self._missing = [want for want in self._missing if want.key != answer.key]
            if part.of != OTHER or source == self.source:
                self.judged.take(part, answer.values)
            if not self._soon.isActive():
                self._soon.start()

    # -- display

    @property
    def _words(self) -> ScoreWords | None:
        told = () if self._told is None else self._told.scores
        return next((each for each in told if each.name == self.score), None)

    def _show(self) -> None:
        words = self._words
        if self.session is None or words is None:
            return
        panel, judged, theme = self.panel, self.judged, self._theme
        colours = {TRAIN: theme.faint, TEST: theme.accent, OTHER: theme.fair}
        threshold, other = self.threshold, "" if self._set is None else self._set.name
        named = {TRAIN: "training", TEST: "test", OTHER: other}
        sets = [(named[of], judged.known(of, self.score), colours[of]) for of in named]
        panel.show_histogram(sets, words.unit, threshold if np.isfinite(threshold) else 0.0)
        panel.explain(self._note)
        panel.show_alarms(self.alarms, above_words(judged, words, threshold, other))
        self._show_work(other)
        panel.offer_colour("" if self.score in _COLOURINGS else "points can be coloured by other scores")
        if self._told is not None and self._set is not None:
            areas, curves = compared(judged, self._told, self.score, theme)
            panel.roc.show_curves(curves)
            panel.roc.show_areas(areas)
            panel.warn(misled_words(judged, self._told))
        self._list()

    def _show_work(self, other: str) -> None:
        if self._opening:
            self.panel.show_work(0.0, "Reading the images…")
        elif self._missing:
            key = self._missing[0].key
            assert isinstance(key, tuple)
            named = {TRAIN: "training images", TEST: "test images", OTHER: other}[key[0].of]
            self.panel.show_work(1 - len(self._missing) / self._total, f"Judging {named}…")
        else:
            self.panel.show_work(None)

    def _list(self) -> None:
        """List the oddest images and request missing pictures."""
        if self.session is None or self._words is None:
            return
        oddest, latents, others = self.panel.oddest, self.session.bundle.latents, self.panel.shows_others
        sets = (OTHER,) if others else (TEST, TRAIN)
        if (oddest.labels is None) != (others or latents.label is None):
            oddest.images.forget()
        oddest.labels, oddest.names = None if others else latents.label, self.session.bundle.class_names
        oddest.called = "Image {}".format if others else self.session.bundle.called
        oddest.show_images(*self.judged.oddest(sets, self.score, _LISTED), self._words.unit)
        oddest.mark_above(self.threshold)
        missing = oddest.images.missing(range(oddest.images.rowCount()))
        batches = [np.array(missing[start : start + _PICTURES]) for start in range(0, len(missing), _PICTURES)]
        self.uses.client.request(ODDEST, [self._want_pictures(batch, others) for batch in batches])

    def _want_pictures(self, numbers: NDArray[np.int64], others: bool) -> Want:
        assert self.session is not None
        key = others, self._original, tuple(numbers.tolist())
        if others:
            return want_set_images(key, self.source, numbers)
        if self._original:
            return want_originals(key, numbers)
        return want_pictures(key, self.session.bundle.latents.mean[numbers])

    def _take_pictures(self, answer: Answer) -> None:
        if not isinstance(answer.key, tuple):
            return
        others, original, numbers = answer.key
        if answer.pictures is not None and others == self.panel.shows_others:
            for number, picture in zip(numbers, answer.pictures, strict=True):
                self.panel.oddest.images.keep(number, to_qimage(picture))
        elif isinstance(answer.reply, Refused) and original and self._original and not others:
            self._original = False  # show decoded latents instead
            self._list()

    def _colour(self) -> None:
        if self.score in _COLOURINGS:  # no score is known before the engine's list arrives
            self.uses.colourer.choose(_COLOURINGS[self.score])

    def _go_to(self, number: int) -> None:
        if self.session is None:
            return
        if self.panel.shows_others:
            self.uses.client.request(PLACE, [want_set_latents(number, self.source, np.array([number]))])
        else:
            self.uses.prober.go_to(self.session.bundle.latents.mean[number])

    def _take_place(self, answer: Answer) -> None:
        if answer.values is not None:
            self.uses.prober.go_to(answer.values[0])
        elif isinstance(answer.reply, Refused):
            self.uses.shared.say(answer.reply.reason)
