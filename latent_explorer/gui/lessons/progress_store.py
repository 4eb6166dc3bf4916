"""How far a person is in each lesson, from one launch to the next."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from latent_explorer.gui.settings import Settings
from latent_explorer.lessons import LessonText


@dataclass(frozen=True)
class LessonProgress:
    """step: the one to go on with, by its place. done: whether the lesson was gone through once."""

    step: Annotated[int, Meta(ge=0, le=100)] = 0
    done: bool = False


def remembered(settings: Settings, lesson: LessonText) -> LessonProgress:
    """How far a person is."""
    return settings.get(LessonProgress, lesson.key)


def remember(settings: Settings, lesson: LessonText, step: int) -> None:
    """A person is at a step; after the last one the lesson is done, and begins anew."""
    ended = step >= len(lesson.steps)
    settings.put(LessonProgress(0 if ended else step, ended or remembered(settings, lesson).done), lesson.key)
