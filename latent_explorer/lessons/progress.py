"""A lesson gone through: which step one is at, and how far it is done."""

from dataclasses import dataclass

from latent_explorer.lessons.conditions.condition import Condition, Told
from latent_explorer.lessons.lesson import LessonStep, LessonText
from latent_explorer.lessons.situation import Pointed, SinceBegun, Situation, Trail

_AGAIN = "Already so: do it once yourself"


@dataclass
class _Question:
    """A condition of the step that one is at. unmet: whether it was seen so. met: whether it was met at some time."""

    condition: Condition
    unmet: bool = False
    met: bool = False


class LessonWalk:
    """Where one is in a lesson. index: of the step; as many as there are steps once all are done.

    A condition that was met stays met: a step may ask for two things one after the other.
    """

    def __init__(self, lesson: LessonText, index: int = 0) -> None:
        self.lesson, self.index = lesson, min(max(index, 0), len(lesson.steps))
        self.told: tuple[Told, ...] = ()
        self._began: Situation | None = None
        self._trail, self._asked = Trail(), self._questions()

    @property
    def done(self) -> bool:
        """Whether all steps are."""
        return self.index >= len(self.lesson.steps)

    @property
    def step(self) -> LessonStep:
        """The one that is to be done; not where all are."""
        return self.lesson.steps[self.index]

    @property
    def words(self) -> str:
        """How far the step is done, where that can be counted."""
        return " · ".join(each.words for each in self.told if each.words and not each.met)

    def look(self, now: Situation, pointed: Pointed | None = None) -> bool:
        """Take in what the window shows and what the pointer has done; True where that has ended a step."""
        if self.done:
            return False
        if self._began is None:
            self._take_stock(now)
        assert self._began is not None
        if now.of().frame != self._began.of().frame or self._trail.frames:
            self._trail.frames.add(now.of().frame)
        if pointed is not None:
            self._trail.add(pointed)
        since = SinceBegun(self._began, now, self._trail, self.step.new)
        self.told = tuple(self._ask(asked, since) for asked in self._asked)
        if not all(asked.met for asked in self._asked):
            return False
        self.go_to(self.index + 1)
        if not self.done:
            self._take_stock(now)  # what a person does from now on counts, be it before the next look
        return True

    def go_to(self, index: int) -> None:
        """Begin a step, or end the lesson."""
        self.index, self._began, self.told = index, None, ()
        self._trail, self._asked = Trail(), self._questions()

    def _take_stock(self, now: Situation) -> None:
        """The step begins with this situation."""
        self._began = now
        since = SinceBegun(now, now, self._trail, self.step.new)
        for asked in self._asked:
            asked.unmet = not asked.condition.told(since).met

    def _questions(self) -> list[_Question]:
        return [] if self.done else [_Question(condition) for condition in self.step.until]

    def _ask(self, asked: _Question, since: SinceBegun) -> Told:
        if asked.met:
            return Told(1.0)
        told = asked.condition.told(since)
        asked.unmet = asked.unmet or not told.met or asked.condition.minds_new or not since.new
        asked.met = told.met and asked.unmet
        return told if asked.met or not told.met else Told(0.0, _AGAIN)
