"""Lessons: files that say what a person is to do in the window, and what is asked of it to see that it was done."""

from latent_explorer.lessons.lesson import Ending, EndPicture, LessonRun, LessonStep, LessonText
from latent_explorer.lessons.locations import included_lessons, own_lessons
from latent_explorer.lessons.progress import LessonWalk
from latent_explorer.lessons.reading import Vocabulary, read_lesson
