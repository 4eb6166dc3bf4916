"""The controller of few labels: changes labels by clicks, keys and buttons, and shows the results."""

from collections.abc import Callable, Iterator

import numpy as np
from PyQt6.QtCore import QPointF, Qt

from latent_explorer.bundles import Latents
from latent_explorer.engine.handlers.learn_labels import LabelsLearned
from latent_explorer.errors import UserError
from latent_explorer.fields.learned import LEARNED
from latent_explorer.gui.studies.few_labels.figures import PROBES
from latent_explorer.gui.studies.few_labels.label_files import LabelFiles
from latent_explorer.gui.studies.few_labels.learning import LabelLearner
from latent_explorer.gui.studies.few_labels.marks import LabelMarks
from latent_explorer.gui.studies.few_labels.panel import LabelPanel
from latent_explorer.gui.studies.few_labels.tool import NAME, LabelKeys, LabelTool
from latent_explorer.gui.studies.few_labels.transferring import LabelTransfer
from latent_explorer.gui.studies.study import Study, StudyUses
from latent_explorer.gui.theme import DARK, Theme
from latent_explorer.gui.widgets.readings import Work
from latent_explorer.session import OpenBundle, Session, State
from latent_explorer.session.labels import Labels

REACH = 14.0
"""Pixels within which a click selects an image."""
_NEXT = "few labels, next"


class Labelling(Study):
    """Few labels on one map. chosen: the class that clicks assign. erasing: whether clicks remove labels instead.

    asked: the suggested image that the user has gone to, which a digit key labels; None for none. lesson: the last
    result.
    """

    def __init__(self, uses: StudyUses) -> None:
        self.view = LabelPanel()
        super().__init__(uses, self.view)
        self.chosen, self.erasing = 0, False
        self.asked: int | None = None
        self.lesson: LabelsLearned | None = None
        self._theme: Theme = DARK
        self._curve: dict[int, float] = {}
        self.learner = LabelLearner(uses.client, uses.shared.say)
        self.transfer = LabelTransfer(uses.client, self.view.transfer, lambda: self.labels)
        self.marks = LabelMarks(uses.canvas)
        self.tools = {NAME: LabelTool(self._click)}
        others = {Qt.Key.Key_N: self.go_to_next, Qt.Key.Key_E: self._toggle_erasing}
        self._keys = LabelKeys(uses.canvas, self.tools[NAME], self._digit, others)
        self.files = LabelFiles(uses.parent, self._labels_and_lesson, self._put, uses.shared.say)
        self._connect()

    def _connect(self) -> None:
        view, uses = self.view, self.uses
        self.learner.learned.connect(self._show_learned)
        self.learner.told.connect(self._tell)
        self.transfer.busy.connect(self.learner.hold_beside)
        view.tool.clicked.connect(lambda: self._take_tool(erasing=False))
        view.erase.clicked.connect(lambda on: self._take_tool(erasing=on))
        view.next.clicked.connect(self.go_to_next)
        view.class_chosen.connect(self._choose)
        view.class_added.connect(self._add_class)
        view.class_renamed.connect(lambda label, name: self._try(lambda: self._put(self.labels.renamed(label, name))))
        view.selected.clicked.connect(self._label_selected)
        view.list.gone_to.connect(self._go_to)
        view.list.erase_wanted.connect(lambda images: self._put(self.labels.without(set(images))))
        view.clear.clicked.connect(lambda: self._put(Labels(self.labels.names)))
        view.read.clicked.connect(self.files.ask_for_labels)
        view.write.clicked.connect(self.files.ask_where)
        view.probe.activated.connect(lambda _: self._learn())
        view.colour.toggled.connect(self._colour)
        uses.images.came.connect(self._show_following)

    # -- the life of a study

    @property
    def labels(self) -> Labels:
        """The labels; without any, only the classes of the data, if they can be learned."""
        if self.session is None:
            return Labels()
        labels = self.session.state.labels
        return labels if labels.names or self._styles else Labels(self.session.bundle.class_names[:100])

    @property
    def _styles(self) -> bool:
        """Whether images are encoded under their classes, so that only styles, without true labels, can be learned."""
        return self.session is not None and bool(self.session.bundle.config.net.classes)

    def open(self, session: Session) -> None:
        super().open(session)
        self.chosen, self.erasing, self.asked, self.lesson, self._curve = 0, False, None, None, {}
        if any(image >= len(session.bundle.latents) for image, _ in session.state.labels.of):
            session.relabel(Labels(session.state.labels.names))
        self.view.show_what(styles=self._styles)
        self.view.colour.setChecked(session.bundle.latents.label is None or self._styles)
        self.transfer.open(session.bundle.config.dataset.name)
        self._show_labels()
        self._learn()

    def exchange(self, bundle: OpenBundle) -> None:
        self._show_marks()

    def show_change(self, old: State, new: State) -> None:
        self.view.selected.setEnabled(new.selection is not None)
        if old.labels != new.labels:
            self._show_labels()
            self._learn()

    def dress(self, theme: Theme) -> None:
        self._theme = theme
        self.view.dress(theme)
        if self.session is not None:
            self._show_labels()

    def again(self) -> None:
        if self.session is not None:
            self.learner.again()
            self.transfer.again()

    def stop(self) -> None:
        self.learner.stop()
        self.transfer.stop()
        self.view.curve.end()
        self.session = None

    @property
    def work(self) -> Iterator[Work]:
        yield from self.learner.work
        yield from self.transfer.work

    # -- actions of the user

    def _take_tool(self, *, erasing: bool) -> None:
        self.erasing = erasing
        self.view.erase.setChecked(erasing)
        self.uses.take_tool(NAME)
        self.uses.shared.say(
            "Label: click a point to remove its label; E labels again." if erasing
            else "Label: click a point to give it the chosen class. Digits choose a class, N goes to the next image."
        )  # fmt: skip

    def _toggle_erasing(self) -> None:
        self._take_tool(erasing=not self.erasing)

    def _click(self, at: QPointF) -> None:
        image = self.uses.points.nearest_image(self.uses.canvas.view, at.x(), at.y(), REACH)
        if self.session is None:
            return
        if image is None:
            self.uses.shared.say("There is no image near: click a point.")
            return
        self.uses.prober.choose(self.session.bundle.latents.mean[image])
        if self.erasing:
            self._put(self.labels.without({image}))
        elif self._is_draw(image):
            self.uses.shared.say("This point is a draw from the prior, and of no image: click the point of an image.")
        else:
            self.label((image,), self.chosen)

    def label(self, images: tuple[int, ...], label: int) -> None:
        """Assign a class to images."""
        if not self.labels.names:
            self.uses.shared.say("There is no class yet: name one in the panel Few labels, then label images.")
            self.view.name.setFocus()
            return
        self.asked = None if self.asked in images else self.asked
        self._try(lambda: self._put(self.labels.put(images, label)))

    def _digit(self, digit: int) -> None:
        """Choose the class of a digit, by name or by position, and label the suggested image."""
        names = self.labels.names
        label = names.index(str(digit)) if str(digit) in names else digit - 1
        if not 0 <= label < len(names):
            self.uses.shared.say(f"There is no class {digit}.")
            return
        self._choose(label)
        if self.asked is not None:
            self.label((self.asked,), label)

    def _choose(self, label: int) -> None:
        self.chosen, self.erasing = label, False
        self._show_labels()

    def _add_class(self, name: str) -> None:
        def add() -> None:
            self._put(self.labels.with_class(name))
            self.view.name.clear()
            self._choose(len(self.labels.names) - 1)

        self._try(add)

    def _label_selected(self) -> None:
        selection = None if self.session is None else self.session.state.selection
        if selection is None:
            self.uses.shared.say("Nothing is selected: choose the Select tool and drag around points.")
            return
        images = tuple(each for each in np.flatnonzero(selection.chosen).tolist() if not self._is_draw(each))
        if images:
            self.label(images, self.chosen)
        else:
            self.uses.shared.say("Only draws from the prior are selected, and no image that could have a label.")

    def _called(self, number: int) -> str:
        return f"image {number}" if self.session is None else self.session.bundle.called(number).lower()

    def _is_draw(self, number: int) -> bool:
        return self.session is not None and self.session.bundle.latents.drawn(number)

    def go_to_next(self) -> None:
        """Show the suggested image; a digit key then labels it."""
        if self.session is None or self.learner.following < 0:
            self.uses.shared.say("The next image is still being looked for.")
            return
        if self.uses.canvas.tool is not self.tools[NAME]:
            self._take_tool(erasing=False)
        self.asked = self.learner.following
        self._go_to(self.asked)

    def _go_to(self, image: int) -> None:
        if self.session is not None:
            self.uses.prober.go_to(self.session.bundle.latents.mean[image])
            self._show_following()

    def _put(self, labels: Labels) -> None:
        if self.session is not None:
            self.session.relabel(labels)

    def _try(self, do: Callable[[], None]) -> None:
        try:
            do()
        except UserError as error:
            self.uses.shared.say(f"{str(error)[:1].upper()}{str(error)[1:]}.")
            self._show_labels()

    def _labels_and_lesson(self) -> tuple[Labels, LabelsLearned | None, Latents]:
        assert self.session is not None
        return self.labels, self.lesson, self.session.bundle.latents

    # -- display

    def _learn(self) -> None:
        probe = list(PROBES)[self.view.probe.currentIndex()]
        self.learner.learn(self.labels, probe)
        if len({label for _, label in self.labels.of}) < 2:
            self._forget_learned()
        self._tell()

    def _forget_learned(self) -> None:
        self.lesson = None
        self.uses.fields.renew_given(LEARNED.title, "")
        self.uses.layers.offer(LEARNED.title)
        self.uses.colourer.take_back("learned")

    def _show_learned(self, reply: LabelsLearned) -> None:
        if len(reply.classes):
            first, self.lesson, fields = self.lesson is None, reply, self.uses.fields
            layer = fields.by_title[LEARNED.title]
            if layer.names != self.labels.names:
                layer.names = self.labels.names
                layer.colour()
            fields.renew_given(LEARNED.title, self.learner.digest)
            self.uses.layers.offer(LEARNED.title)
            if first and not layer.visible:
                self.uses.layers.put(LEARNED.title, True, layer.opacity)
            self.uses.colourer.give("learned", reply.classes.astype(np.float32), self.labels.names)
            self._colour(self.view.colour.isChecked())
        if reply.accuracy is not None:
            self._curve[len(self.labels.of)] = reply.accuracy
        self.uses.images.want(_NEXT, (reply.following,) if reply.following >= 0 else ())
        self._show_following()

    def _colour(self, on: bool) -> None:
        colourer = self.uses.colourer
        if on and self.lesson is not None and colourer.colouring.name != "learned":
            colourer.choose("learned")
        elif not on and colourer.colouring.name == "learned":
            colourer.choose("class")

    def _show_labels(self) -> None:
        self.chosen = min(self.chosen, max(0, len(self.labels.names) - 1))
        self.view.show_labels(self.labels, self.chosen, self.erasing, self._called)
        self._show_marks()

    def _show_marks(self) -> None:
        if self.session is not None:
            self.marks.show(self.labels.of, self.session.bundle.uv, self._theme)

    def _show_following(self) -> None:
        number = self.learner.following
        if number < 0:
            self.view.show_following("", None)
            return
        asked = self.asked == number
        keys = "Press a digit, or click it, to label it." if asked else "N shows it on the map."
        self.view.show_following(f"Next: {self._called(number)}. {keys}", self.uses.images.image(number))

    def _tell(self) -> None:
        """Show the results and work in progress."""
        learner, session = self.learner, self.session
        if session is None:
            return
        measured = session.bundle.latents.label is not None and not self._styles
        found = {pair: "–" if value is None else f"{value:.1%}" for pair, value in learner.accuracies.items()}
        found |= {pair: "…" for pair in self.view.figures if pair not in found and self.lesson is not None}
        found |= dict.fromkeys(learner.refused, "–")
        self.view.show_figures(found, measured=measured and bool(self.labels.of))
        self.view.curve.show_points(self._curve)
        self.view.sentence.setText(self._sentence())
        work = next(learner.work, None)
        missing = next((reason for (space, _), reason in learner.refused.items() if space != "latents"), "")
        state = "" if work is None else f"{work.words}…"
        self.view.show_state(state or (f"Not compared with pixels: {missing}." if missing else ""), _share(work))

    def _sentence(self) -> str:
        labels, reply = self.labels, self.lesson
        used = {label for _, label in labels.of}
        count = f"{len(labels.of):,} {'label' if len(labels.of) == 1 else 'labels'}"
        if not labels.of:
            return "No image has a label yet."
        if len(used) == 1:
            return f"{count}, all {labels.names[min(used)]}: label an image of another class too."
        alone = [labels.names[label] for label in sorted(used) if labels.count(label) == 1]
        few = f" {alone[0]} has one labelled image only." if len(alone) == 1 else ""
        if self.learner.problem:
            return f"Nothing is learned: {self.learner.problem}."
        if reply is None:
            return f"{count}: learning…"
        if reply.accuracy is None:
            lacking = "Nobody knows the true styles" if self._styles else "There are no true labels"
            return f"{count} taught {len(used)} classes. {lacking} to measure by.{few}"
        return f"{count}: {reply.accuracy:.1%} of {reply.tested:,} test images are right.{few}"


def _share(work: Work | None) -> float | None:
    return None if work is None else work.share
