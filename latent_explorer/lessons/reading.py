"""Lessons read from files, and checked: what is wrong is named with its line, what was expected and what was found."""

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any

import msgspec

from latent_explorer.errors import UserError
from latent_explorer.files import read_regular
from latent_explorer.lessons.conditions.condition import Condition
from latent_explorer.lessons.conditions.registry import CONDITIONS
from latent_explorer.lessons.lesson import EndPicture, LessonRun, LessonStep, LessonText
from latent_explorer.lessons.locations import key_of
from latent_explorer.places import shipped_bundles
from latent_explorer.safe_text import safe_text

BYTES = 2**16
"""Of a lesson's file, at most."""
LIMITS = {"title": 60, "sentence": 160, "text": 480, "hint": 240}
"""Letters of texts, at most."""
MOST_STEPS, MOST_CONDITIONS, MOST_RUNS, MOST_MINUTES = 20, 4, 4, 120
Vocabulary = Mapping[str, Collection[str]]
"""The names that the window has of something: of layers, charts, curves, panels, colourings. What is left out is not
checked."""
_NOTHING: Vocabulary = {}


class _StepTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A step as the file has it."""

    title: str
    text: str
    until: dict[str, Any] | list[dict[str, Any]]
    hint: str = ""
    after: float = 30.0
    open: list[str] = []
    run: str = ""
    new: bool = False
    highlight: list[str] = []


class _RunTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A run as the file has it."""

    name: str
    dataset: str = "mnist"
    family: str = "vae"
    trunk: str = "dense"
    latent_dim: int = 2
    epochs: int = 2
    batch_size: int = 128
    seed: int = 0
    settings: dict[str, float] = {}


class _PictureTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The picture at the end as the file has it."""

    shows: str = "map"
    text: str = ""


class _LessonTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file."""

    title: str
    sentence: str
    minutes: int
    steps: list[_StepTable]
    picture: _PictureTable = _PictureTable()
    runs: list[_RunTable] = []


@dataclass(frozen=True)
class _LessonFile:
    """A file while it is read. place: of what is looked at now, as ` step 3 (line 21)`."""

    name: str
    text: str
    known: Vocabulary = field(default_factory=dict)

    def step(self, index: int) -> str:
        """Where a step is."""
        return f"step {index + 1}{self._line('steps', index)}"

    def run(self, index: int) -> str:
        """Where a run is."""
        return f"run {index + 1}{self._line('runs', index)}"

    def _line(self, table: str, index: int) -> str:
        heads = re.finditer(rf"^[ \t]*\[\[[ \t]*{table}[ \t]*\]\]", self.text, re.MULTILINE)
        starts = [self.text.count("\n", 0, head.start()) + 1 for head in heads]
        return f" (line {starts[index]})" if index < len(starts) else ""

    def fail(self, where: str, what: str) -> UserError:
        place = f"{self.name}, {where}" if where else self.name
        return UserError(f"{place}: {safe_text(what)}")


def read_lesson(path: Path, known: Vocabulary = _NOTHING) -> LessonText:
    """The lesson in a file.

    known: by which the names in conditions are checked. Raises UserError where the file cannot be read, something in it
    is missing, unknown, of another kind or too long, or it names a model that is not there.
    """
    try:
        text = read_regular(path, BYTES).decode()
        table = tomllib.loads(text)
    except OSError as error:
        raise UserError(f"{path}: the lesson cannot be read: {error.strerror or error}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise UserError(f"{path.name}: expected TOML: {error}") from error
    file = _LessonFile(path.name, text, known)
    try:
        found = msgspec.convert(table, _LessonTable)
    except msgspec.ValidationError as error:
        raise _structural(file, str(error)) from error
    return _checked_lesson(file, found, path)


def _structural(file: _LessonFile, message: str) -> UserError:
    """An error of the file's structure, where msgspec found it."""
    what, _, where = message.partition(" - at `$")
    for table, place in (("steps", file.step), ("runs", file.run)):
        if (match := re.match(rf"\.{table}\[(\d+)\]\.?(\w*)", where)) is not None:
            name = f"`{match[2]}`: " if match[2] else ""
            return file.fail(place(int(match[1])), name + _lower(what))
    return file.fail("", (f"`{where.strip('.`')}`: " if where.strip(".`") else "") + _lower(what))


def _lower(what: str) -> str:
    return what[:1].lower() + what[1:]


def _checked_lesson(file: _LessonFile, found: _LessonTable, path: Path) -> LessonText:
    _check_texts(file, "", {"title": found.title, "sentence": found.sentence})
    _check_count(file, "`steps`", len(found.steps), MOST_STEPS)
    _check_count(file, "`minutes`", found.minutes, MOST_MINUTES)
    if len(found.runs) > MOST_RUNS:
        raise file.fail("", f"`runs`: expected at most {MOST_RUNS}, found {len(found.runs)}")
    runs = {each.name: _run_of(file, index, each) for index, each in enumerate(found.runs)}
    if found.picture.shows not in ("map", "maps", "filmstrip"):
        raise file.fail("", f'`picture.shows`: expected "map", "maps" or "filmstrip", found "{found.picture.shows}"')
    _check_texts(file, "`picture`", {"text": found.picture.text}, empty=True)
    steps = tuple(_step_of(file, index, each, runs) for index, each in enumerate(found.steps))
    picture = EndPicture(found.picture.shows, found.picture.text)  # type: ignore[arg-type] # checked above
    return LessonText(key_of(path), found.title, found.sentence, found.minutes, steps, picture, runs, path)


def _check_count(file: _LessonFile, what: str, found: int, most: int) -> None:
    if not 1 <= found <= most:
        raise file.fail("", f"{what}: expected 1 to {most}, found {found or 'none'}")


def _check_texts(file: _LessonFile, where: str, texts: Mapping[str, str], *, empty: bool = False) -> None:
    for name, text in texts.items():
        if len(text) > LIMITS[name]:
            raise file.fail(where, f"`{name}`: expected at most {LIMITS[name]} letters, found {len(text)}")
        if not text.strip() and not empty:
            raise file.fail(where, f"`{name}`: expected a text, found nothing")


def _run_of(file: _LessonFile, index: int, table: _RunTable) -> LessonRun:
    run = LessonRun(**msgspec.structs.asdict(table))
    if not re.fullmatch(r"\w[\w. ()+-]{0,79}", run.name) or run.name.endswith((".", " ", ".run")):
        raise file.fail(file.run(index), f"`name`: expected a name for a model's folder, found {run.name!r}")
    if not 1 <= run.epochs <= 1000:
        raise file.fail(file.run(index), f"`epochs`: expected 1 to 1000, found {run.epochs}")
    return run


def _step_of(file: _LessonFile, index: int, table: _StepTable, runs: Mapping[str, LessonRun]) -> LessonStep:
    where = file.step(index)
    _check_texts(file, where, {"title": table.title, "text": table.text})
    _check_texts(file, where, {"hint": table.hint}, empty=True)
    if len(table.open) > 2:
        raise file.fail(where, f"`open`: expected at most two models, found {len(table.open)}")
    _check_names(file, where, "open", table.open, _models(runs))
    _check_names(file, where, "run", [table.run] if table.run else [], runs)
    if not 0 <= table.after <= 3600:
        raise file.fail(where, f"`after`: expected 0 to 3600 seconds, found {table.after:g}")
    found = table.until if isinstance(table.until, list) else [table.until]
    if not 1 <= len(found) <= MOST_CONDITIONS:
        raise file.fail(where, f"`until`: expected 1 to {MOST_CONDITIONS} conditions, found {len(found) or 'none'}")
    until = tuple(_condition_of(file, where, each, runs) for each in found)
    text, hint = _flowing(table.text), _flowing(table.hint)
    return LessonStep(
        table.title, text, until, hint, table.after, tuple(table.open), table.run, table.new, tuple(table.highlight)
    )


def _flowing(text: str) -> str:
    """A text as it is shown: lines of a paragraph are one, an empty line ends it."""
    return "\n\n".join(" ".join(part.split()) for part in re.split(r"\n\s*\n", text.strip()))


def _models(runs: Mapping[str, LessonRun]) -> list[str]:
    return [*(path.name for path in shipped_bundles()), *runs]


def _check_names(file: _LessonFile, where: str, what: str, names: Collection[str], known: Collection[str]) -> None:
    for name in names:
        if name not in known:
            listed = ", ".join(known) or "none: the lesson has none"
            raise file.fail(where, f"`{what}`: no {name!r}: expected one of {listed}")


def _condition_of(file: _LessonFile, where: str, table: dict[str, Any], runs: Mapping[str, LessonRun]) -> Condition:
    parameters = dict(table)
    name = parameters.pop("condition", None)
    if not isinstance(name, str) or name not in CONDITIONS:
        shown = "none" if name is None else repr(name)
        raise file.fail(where, f"`until.condition`: found {shown}: expected one of {', '.join(CONDITIONS)}")
    kind, what = CONDITIONS[name].kind, f"condition {name!r}"
    known = {each.name: each for each in fields(kind)}
    if unknown := sorted(parameters.keys() - known.keys()):
        raise file.fail(where, f"{what}: unknown `{unknown[0]}`: expected {', '.join(known)}")
    if missing := [each.name for each in known.values() if _needed(each) and each.name not in parameters]:
        raise file.fail(where, f"{what}: `{missing[0]}` is missing")
    try:
        condition = msgspec.convert(parameters, kind)
    except msgspec.ValidationError as error:
        message, _, at = str(error).partition(" - at `$.")
        raise file.fail(where, f"{what}: `{at.strip('`')}`: {_lower(message)}") from error
    if complaint := condition.check():
        raise file.fail(where, f"{what}: {complaint}")
    _check_vocabulary(file, where, condition, runs)
    return condition


def _needed(each: "Field[Any]") -> bool:
    return each.default is MISSING and each.default_factory is MISSING


def _check_vocabulary(file: _LessonFile, where: str, condition: Condition, runs: Mapping[str, LessonRun]) -> None:
    known = {**file.known, "model": _models(runs), "run": list(runs)}
    for name, of in condition.vocabulary.items():
        value = getattr(condition, name)
        values = value if isinstance(value, tuple) else (value,)
        if of in known:
            _check_names(file, where, name, [each for each in values if each], known[of])
