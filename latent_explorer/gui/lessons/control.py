"""The lessons of a window: begun from the list or a file, gone through as a person does what they say, and left."""

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QObject
from PyQt6.QtGui import QImage

from latent_explorer.errors import UserError
from latent_explorer.gui.lessons.lesson_list import ListedLesson
from latent_explorer.gui.lessons.marks import HighlightMarks
from latent_explorer.gui.lessons.observing import LessonObserver
from latent_explorer.gui.lessons.opening import are_open, open_models, wanted_models
from latent_explorer.gui.lessons.panel import LessonPanel
from latent_explorer.gui.lessons.picture import end_picture, settled
from latent_explorer.gui.lessons.picture_file import copy_picture, save_picture
from latent_explorer.gui.lessons.progress_store import remember, remembered
from latent_explorer.gui.lessons.runs import RunWatch
from latent_explorer.gui.lessons.saved_look import LookBefore
from latent_explorer.gui.lessons.uses import LessonUses
from latent_explorer.gui.lessons.vocabulary import vocabulary
from latent_explorer.gui.widgets.images import to_array
from latent_explorer.gui.widgets.latest_task import LatestTask
from latent_explorer.gui.widgets.parts import ask_path, timer
from latent_explorer.gui.widgets.picture_view import open_picture_window
from latent_explorer.lessons import LessonText, LessonWalk, included_lessons, own_lessons, read_lesson

_READ = "Inspector"  # the panel that steps speak of, if of none by name
_LOOK_MS = 60  # between two looks at what a person does: a pointer that crosses a class is there longer
_SETTLE_MS, _PATIENCE = (
    200,
    60,
)  # between two looks whether the map is at rest, and how many before it is drawn as it is
_WAITS = 2.0  # seconds for which the end of the window waits for a disk


class Lessons(QObject):
    """Leads through one lesson at a time. walk: where one is in it; None while the list is shown."""

    def __init__(self, uses: LessonUses) -> None:
        super().__init__(uses.parent)
        self._uses, self.panel = uses, LessonPanel()
        self._runs = RunWatch(uses.trainer)
        self._observer = LessonObserver(uses, self._runs)
        self._marks = HighlightMarks()
        self.walk: LessonWalk | None = None
        self._listed: list[LessonText] = []
        self._own: tuple[LessonText, ...] = ()
        self._picture: QImage | None = None
        self._before: LookBefore | None = None  # how the maps looked before the lesson
        self._spent = self._waited = 0.0  # milliseconds at this step, and looks at whether the map is at rest
        self._lacking: tuple[str, ...] = ()  # models that the step needs and that are not open yet
        self._looking = timer(self, _LOOK_MS, self.look)
        self._settling = timer(self, _SETTLE_MS, self._draw)
        self._reader = LatestTask("lessons")
        self._reader.done.connect(self._take_own)
        self._connect()
        self.show_list()

    def _connect(self) -> None:
        panel, steps, ending = self.panel, self.panel.steps, self.panel.ending
        panel.list.chosen.connect(self.start)
        panel.list.file_wanted.connect(self.ask_for_file)
        steps.now.open_wanted.connect(self._open)
        steps.now.run_wanted.connect(self._train)
        for page in (steps, ending):
            page.back_wanted.connect(self.show_list)
            page.restart_wanted.connect(self._restart)
        ending.next_wanted.connect(self._go_on)
        ending.save_wanted.connect(self._save)
        ending.copy_wanted.connect(self._with_picture(lambda image: copy_picture(self._uses.shared, image)))
        ending.large_wanted.connect(self._with_picture(self._show_large))

    def end(self) -> None:
        """End what is under way: the window closes."""
        self._leave()
        self._reader.close(_WAITS)
        self._observer.end()
        self._runs.end()

    # -- the list

    def show_list(self) -> None:
        """Leave the lesson, which is gone on with later, and show all there are."""
        self._leave()
        self._list()
        self.panel.list.complain("")
        self.panel.turn_to(self.panel.list)
        self._reader.begin(_read_own)

    def _leave(self) -> None:
        if self._before is not None:
            self._before.restore(list(self._uses.panes()), self._uses.shared.settings)
        self.walk, self._picture, self._before = None, None, None
        self._looking.stop()
        self._settling.stop()
        self._marks.clear()

    def _list(self) -> None:
        settings = self._uses.shared.settings
        self._listed = [*(read_lesson(file) for file in included_lessons()), *self._own]
        known = [(lesson, remembered(settings, lesson)) for lesson in self._listed]
        self.panel.list.show_lessons([ListedLesson(lesson, each.step, each.done) for lesson, each in known])

    def _take_own(self, found: object) -> None:
        """The person's own have been read; what is wrong with some is said."""
        assert isinstance(found, tuple)
        self._own, complaints = found
        if self.walk is None and self.panel.page is self.panel.list:
            self._list()
            self.panel.list.complain("\n".join(complaints))

    def ask_for_file(self) -> None:
        """Ask for the file of a lesson, and begin it."""
        folder = str(Path.home())
        ask_path(self._uses.parent, "Open a lesson", folder, lambda file: self.begin(Path(file)), "Lessons (*.toml)")

    def begin(self, file: Path) -> None:
        """Begin the lesson in a file, or go on with it; where something is wrong with it, say what."""
        try:
            lesson = read_lesson(file, vocabulary())
        except UserError as error:
            self.show_list()
            self.panel.list.complain(str(error))
            return
        self.start(lesson)

    # -- a lesson

    def start(self, lesson: LessonText) -> None:
        """Begin a lesson, or go on where it was left."""
        self._begin_at(lesson, remembered(self._uses.shared.settings, lesson).step)

    def _begin_at(self, lesson: LessonText, index: int) -> None:
        self._leave()
        self.walk = LessonWalk(lesson, min(index, len(lesson.steps) - 1))
        self._before = LookBefore.of(self._uses.active(), self._uses.shared.settings)
        self._runs.follow(lesson.runs)
        self.panel.turn_to(self.panel.steps)
        self._uses.docks.bring(_READ, show=False)
        self._show_step()
        self._looking.start()
        self.panel.steps.now.setFocus()

    def _restart(self) -> None:
        if self.walk is not None:
            remember(self._uses.shared.settings, self.walk.lesson, 0)
            self._begin_at(self.walk.lesson, 0)

    def _go_on(self) -> None:
        """Begin the lesson after this one."""
        following = self._following
        if following is not None:
            self.start(following)

    @property
    def _following(self) -> LessonText | None:
        keys = [each.key for each in self._listed]
        if self.walk is None or self.walk.lesson.key not in keys[:-1]:
            return None
        return self._listed[keys.index(self.walk.lesson.key) + 1]

    def look(self) -> None:
        """Look at what the person does; begin the next step where this one is done."""
        walk = self.walk
        if walk is None or walk.done or not self.panel.isVisible():
            return
        if self._before is not None:
            self._before.notice(self._uses.panes())
        done = walk.step.title
        if walk.look(self._observer.situation, self._observer.pointed):
            self._uses.shared.say(f"Step done: {done}")
            remember(self._uses.shared.settings, walk.lesson, walk.index)
            self._show_end() if walk.done else self._show_step()
            return
        self._spent += _LOOK_MS
        self._show_state()

    def _show_step(self) -> None:
        assert self.walk is not None
        self._spent = 0.0
        self.panel.steps.show_lesson(self.walk.lesson, self.walk.index)
        self._show_state()

    def _show_state(self) -> None:
        """Show how far the step is done, and what it offers now."""
        walk, now = self.walk, self.panel.steps.now
        assert walk is not None
        step, wanted = walk.step, wanted_models(walk.lesson, walk.index)
        lacking = wanted if wanted and not are_open(self._uses, walk.lesson, wanted) else ()
        if self._lacking and not lacking:
            self._uses.docks.bring(_READ, show=False)  # a second map puts another panel before it
        self._lacking = lacking
        there = all(name not in walk.lesson.runs or self._runs.seen[name].whole for name in lacking)
        seen = self._runs.seen.get(step.run)
        run = step.run if seen is not None and not seen.whole and self._runs.under_way != step.run else ""
        why_not = "Another model is being trained; wait until it is done" if self._uses.trainer.busy else ""
        now.offer(lacking if there else (), run, why_not)
        shares = [told.share for told in walk.told] or [0.0]
        now.show_progress(sum(shares) / len(shares), walk.words)
        if self._spent >= 1000 * step.after and step.hint and now.hint.isHidden():
            self.panel.steps.show_hint(step.hint)
        if step.highlight:
            self._marks.show(self._uses.panes(), step.highlight)
        else:
            self._marks.clear()

    def _open(self) -> None:
        if self.walk is not None:
            open_models(self._uses, self.walk.lesson, wanted_models(self.walk.lesson, self.walk.index))

    def _train(self) -> None:
        if self.walk is None or self._uses.trainer.busy:
            return
        run = self.walk.lesson.runs[self.walk.step.run]
        self._uses.show_training()
        try:
            self._runs.begin(run)
        except UserError as error:
            self._uses.shared.banner.say(str(error))

    # -- its end

    def _show_end(self) -> None:
        assert self.walk is not None
        self._marks.clear()
        self._looking.stop()
        following = self._following
        self.panel.ending.show_end(self.walk.lesson, "" if following is None else following.title)
        self.panel.turn_to(self.panel.ending)
        self._waited = 0
        self._settling.start()

    def _draw(self) -> None:
        """Draw the picture once the map is at rest, or will not be."""
        self._waited += 1
        if self.walk is None or not (settled(self._uses) or self._waited > _PATIENCE):
            return
        self._settling.stop()
        self._picture = end_picture(self._uses, self.walk.lesson)
        self.panel.ending.show_picture(self._picture)

    def _with_picture(self, do: Callable[[QImage], object]) -> Callable[[], None]:
        def run() -> None:
            if self._picture is not None:
                do(self._picture)

        return run

    def _save(self) -> None:
        if self._picture is not None and self.walk is not None:
            save_picture(self._uses.parent, self._uses.shared, self._picture, Path(self.walk.lesson.key).stem)

    def _show_large(self, image: QImage) -> None:
        assert self.walk is not None
        open_picture_window(self._uses.parent, to_array(image)[..., :3], self.walk.lesson.title)


def _read_own(check: Callable[[], None]) -> tuple[tuple[LessonText, ...], list[str]]:
    """A person's own lessons, and what is wrong with those that cannot be used."""
    found, complaints, known = [], [], vocabulary()
    for file in own_lessons():
        check()
        try:
            found.append(read_lesson(file, known))
        except UserError as error:
            complaints.append(str(error))
    return tuple(found), complaints
