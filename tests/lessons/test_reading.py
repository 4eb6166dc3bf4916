"""Lessons are read whole or refused in words that say where, what was expected and what was found."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from latent_explorer.errors import UserError
from latent_explorer.gui.lessons.vocabulary import vocabulary
from latent_explorer.lessons import included_lessons, read_lesson
from latent_explorer.lessons.conditions.registry import CONDITIONS
from latent_explorer.lessons.reading import BYTES, LIMITS

STEP = '[[steps]]\ntitle = "a"\ntext = "b"\nuntil = { condition = "hover", classes = 2 }\n'
HEAD = 'title = "t"\nsentence = "s"\nminutes = 3\n'
README = Path(__file__).parents[2] / "latent_explorer" / "lessons" / "README.md"


@pytest.fixture
def lesson(tmp_path: Path):
    def make(text: str) -> Path:
        file = tmp_path / "mine.toml"
        file.write_text(text, encoding="utf-8")
        return file

    return make


@pytest.mark.parametrize("file", included_lessons(), ids=lambda file: file.stem)
def test_the_included_lessons_are_lessons(file: Path) -> None:
    read = read_lesson(file, vocabulary())
    assert read.key == file.stem
    assert all(step.hint for step in read.steps)
    assert read.picture.text


def test_each_is_for_another_question() -> None:
    read = [read_lesson(file) for file in included_lessons()]
    assert len(read) == len({each.title for each in read})
    assert all(4 <= len(each.steps) <= 9 for each in read)


def test_the_example_of_the_readme_is_a_lesson(lesson) -> None:
    example, run = re.findall(r"```toml\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    read = read_lesson(lesson(example + run), vocabulary())
    assert [step.title for step in read.steps] == ["Find the fours", "Draw a path to the nines"]
    assert "\n\n" in read.steps[0].text
    assert read.runs["my-beta-4"].settings == {"beta": 4.0}


def test_the_readme_names_every_condition_and_every_parameter() -> None:
    table = README.read_text(encoding="utf-8").partition("| condition |")[2]
    named = {*re.findall(r"`([a-z]+)`", table)}
    assert named >= CONDITIONS.keys()
    assert not {each.name for spec in CONDITIONS.values() for each in fields(spec.kind)} - named


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD, "`steps`"),
        (HEAD + "steps = []", "`steps`: expected 1 to 20, found none"),
        (HEAD.replace("3", '"3"') + STEP, "`minutes`: expected `int`, got `str`"),
        (HEAD.replace("3", "0") + STEP, "`minutes`: expected 1 to 120"),
        ("title = ", "expected TOML: Invalid value (at end of document)"),
        (HEAD + "colour = 3\n" + STEP, "unknown field `colour`"),
        (HEAD + STEP + STEP.replace('text = "b"\n', ""), "step 2 (line 8): object missing required field `text`"),
        (
            HEAD + STEP.replace('"b"', f'"{"b" * 481}"'),
            "step 1 (line 4): `text`: expected at most 480 letters, found 481",
        ),
        (HEAD + STEP.replace('"b"', '" "'), "step 1 (line 4): `text`: expected a text, found nothing"),
        (
            HEAD + STEP.replace("hover", "jump"),
            "step 1 (line 4): `until.condition`: found 'jump': expected one of open",
        ),
        (HEAD + STEP.replace('condition = "hover", ', ""), "`until.condition`: found none: expected one of"),
        (HEAD + STEP.replace("classes", "kinds"), "condition 'hover': unknown `kinds`: expected seconds"),
        (HEAD + STEP.replace("= 2", '= "2"'), "condition 'hover': `classes`: expected `int`, got `str`"),
        (HEAD + STEP.replace(", classes = 2", ""), "expected `seconds`, `distance` or `classes` above 0, found none"),
        (HEAD + STEP.replace('"hover", classes = 2', '"layer"'), "condition 'layer': `layer` is missing"),
        (
            HEAD + STEP.replace("hover", "layer").replace("classes = 2", 'layer = "Fog"'),
            "`layer`: no 'Fog': expected one of",
        ),
        (HEAD + STEP.replace("classes = 2", 'seconds = 1, model = "x"'), "`model`: no 'x': expected one of"),
        (HEAD + STEP + 'open = ["no-model"]', "step 1 (line 4): `open`: no 'no-model': expected one of"),
        (HEAD + STEP + 'run = "r"', "`run`: no 'r': expected one of none: the lesson has none"),
        (
            HEAD + STEP + 'open = ["mnist-ae-2d", "mnist-vae-2d", "mnist-ae-16d"]',
            "expected at most two models, found 3",
        ),
        (HEAD + STEP + "after = -1", "`after`: expected 0 to 3600 seconds, found -1"),
        (
            HEAD + '[picture]\nshows = "film"\n' + STEP,
            '`picture.shows`: expected "map", "maps" or "filmstrip", found "film"',
        ),
        (HEAD + '[[runs]]\nname = "../up"\n' + STEP, "run 1 (line 4): `name`: expected a name for a model's folder"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(lesson, text: str, said: str) -> None:
    with pytest.raises(UserError) as refused:
        read_lesson(lesson(text), vocabulary())
    assert said in str(refused.value)
    assert str(refused.value).startswith("mine.toml")


def test_a_large_file_and_one_that_is_not_there_are_refused(lesson, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="mine"):
        read_lesson(lesson("#" * (BYTES + 1)))
    with pytest.raises(UserError, match="cannot be read"):
        read_lesson(tmp_path / "none.toml")
    with pytest.raises(UserError, match=r"cannot be read|regular file"):
        read_lesson(tmp_path)


def test_texts_are_short_enough_to_stand_beside_a_map() -> None:
    assert LIMITS["text"] <= 500
