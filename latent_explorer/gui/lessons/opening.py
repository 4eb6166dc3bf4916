"""Opening what a lesson needs, beside each other or alone."""

from pathlib import Path

from latent_explorer.gui.lessons.uses import LessonUses
from latent_explorer.lessons import LessonText
from latent_explorer.places import models_folder, trained_folder


def folder_of(lesson: LessonText, model: str) -> Path:
    """Where a model that a lesson names lies: one of its runs, or one that comes with the program."""
    return (trained_folder() if model in lesson.runs else models_folder()) / model


def wanted_models(lesson: LessonText, index: int) -> tuple[str, ...]:
    """The models that are to be open at a step: those that it opens, or the last step before that opens any."""
    return next((step.open for step in lesson.steps[index::-1] if step.open), ())


def are_open(uses: LessonUses, lesson: LessonText, models: tuple[str, ...]) -> bool:
    """Whether just these models are open, and nothing else is on its way."""
    folders = {folder_of(lesson, model) for model in models}
    panes = uses.panes()
    shown = {pane.bundle.folder for pane in panes if pane.bundle is not None}
    return len(panes) == len(models) and shown == folders


def open_models(uses: LessonUses, lesson: LessonText, models: tuple[str, ...]) -> None:
    """Open one model alone, or two side by side; what is open already stays as it is."""
    folders = [folder_of(lesson, model) for model in models]
    if len(folders) > 1:
        uses.open_both(folders[0], folders[1])
        return
    panes = uses.panes()
    shown = (pane for pane in panes if pane.bundle is not None and pane.bundle.folder == folders[0])
    kept = next(shown, panes[0])
    for pane in [each for each in panes if each is not kept]:
        uses.close(pane)
    uses.activate(kept)
    if kept.bundle is None or kept.bundle.folder != folders[0]:
        uses.open(folders[0])
