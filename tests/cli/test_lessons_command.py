"""The lessons in the terminal: listed, and the file of one checked."""

from pathlib import Path

import pytest

from latent_explorer.lessons import included_lessons

LESSON = """
title = "Mine"
sentence = "A lesson."
minutes = 2
[[steps]]
title = "Look"
text = "Move over the map."
open = ["mnist-ae-2d"]
until = { condition = "hover", seconds = 2.0 }
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "mine.toml"
    made.write_text(LESSON, encoding="utf-8")
    return made


def test_the_lessons_are_listed(done) -> None:
    listed = done("lessons", "--json").json
    assert [Path(each["file"]).name for each in listed["lessons"]] == [file.name for file in included_lessons()]
    assert listed["broken"] == []
    assert "What a latent space is" in done("lessons").out


def test_a_file_is_checked(done, file: Path) -> None:
    assert "'Mine', 1 step, about 2 minutes; needs mnist-ae-2d" in done("lessons", "check", file).out


def test_what_is_wrong_with_a_file_is_said(call, file: Path) -> None:
    file.write_text(LESSON.replace("hover", "fly"), encoding="utf-8")
    assert "mine.toml, step 1 (line 5): `until.condition`: found 'fly'" in call("lessons", "check", file).complaint
