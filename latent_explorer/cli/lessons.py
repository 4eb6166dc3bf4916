"""The commands `lessons` and `lessons check`: list the lessons, and check files of lessons."""

from pathlib import Path
from typing import Annotated

import typer
from typer import Argument

from latent_explorer.cli.options import AsJson, examples
from latent_explorer.cli.output import print_json, print_table

lessons = typer.Typer(
    invoke_without_command=True,
    help="List the lessons of the window; check the file of one.",
    epilog=examples("latent-explorer lessons", "latent-explorer lessons check my-lesson.toml"),
)


@lessons.callback()
def list_lessons(context: typer.Context, as_json: AsJson = False) -> None:
    """List the lessons: those included with the program, and your own.

    Open them in the window with Help, Lessons. Your own are in the folder named at the end of the list;
    latent_explorer/lessons/README.md explains how to write one.
    """
    if context.invoked_subcommand is not None:
        return
    from latent_explorer.errors import UserError
    from latent_explorer.lessons import included_lessons, own_lessons, read_lesson
    from latent_explorer.lessons.locations import lessons_folder
    from latent_explorer.safe_text import safe_text

    found, broken = [], []
    for file in (*included_lessons(), *own_lessons()):
        try:
            found.append(read_lesson(file))
        except UserError as error:
            broken.append(str(error))
    if as_json:
        listed = [
            {"file": str(each.file), "title": each.title, "sentence": each.sentence, "minutes": each.minutes}
            | {"steps": len(each.steps), "models": list(each.models)}
            for each in found
        ]
        print_json({"lessons": listed, "broken": broken, "folder": str(lessons_folder())})
    else:
        rows = ([each.title, f"{each.minutes}", f"{len(each.steps)}", ", ".join(each.models)] for each in found)
        print_table(("lesson", " minutes", " steps", "models"), rows)
        print(*map(safe_text, broken), f"Lessons of your own are looked for in {lessons_folder()}", sep="\n")
    raise typer.Exit(1 if broken else 0)


@lessons.command(epilog=examples("latent-explorer lessons check my-lesson.toml"))
def check(files: Annotated[list[Path], Argument(metavar="FILE...", help="Files of lessons.")]) -> None:
    """Check the files of lessons.

    Errors are reported with step and line, what was expected and what was found. Names of layers, charts, curves,
    panels and models are compared with those of this program.
    """
    from latent_explorer.gui.lessons.vocabulary import vocabulary
    from latent_explorer.lessons import read_lesson
    from latent_explorer.safe_text import safe_text

    known = vocabulary()
    for file in files:
        lesson = read_lesson(file, known)
        needs = f"; needs {', '.join(lesson.models)}" if lesson.models else ""
        steps = f"{len(lesson.steps)} step{'s' if len(lesson.steps) > 1 else ''}"
        print(safe_text(f"{file}: {lesson.title!r}, {steps}, about {lesson.minutes} minutes{needs}"))
