"""The window, each layer, each panel and each dialog look as they did when somebody looked at them.

`python scripts/make_golden.py` makes the stored pictures anew; look at them before they are committed.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from tests.golden.comparing import difference

pytestmark = pytest.mark.long

STORED = Path(__file__).with_name("pictures")
LOOKS = [(theme, scale, width) for width in (1440, 1024) for theme in ("light", "dark") for scale in (1, 2)]
_USUAL = 1  # of the looks; the others are compared by the slow tests


@pytest.mark.parametrize(
    ("theme", "scale", "width"),
    [pytest.param(*look, marks=pytest.mark.slow if n >= _USUAL else ()) for n, look in enumerate(LOOKS)],
)
def test_all_looks_as_it_did(tmp_path: Path, theme: str, scale: int, width: int) -> None:
    take(theme, scale, width, tmp_path / "seen")
    stored, seen = STORED / f"{theme}-{scale}x", tmp_path / "seen"
    names, found = ({path.stem for path in folder.glob(f"* {width}.*")} for folder in (stored, seen))
    differences = dict.fromkeys(names - found, "it is no longer there") | dict.fromkeys(found - names, "it is new")
    for name in sorted(names & found):
        with Image.open(stored / f"{name}.webp") as golden, Image.open(seen / f"{name}.png") as image:
            differences |= {name: words} if (words := difference(image, golden.resize(_full(golden)))) else {}
    assert not differences


def take(theme: str, scale: int, width: int, folder: Path) -> None:
    """Take all pictures of a look, of a window so wide, in a process that has a screen of its scale."""
    folder.mkdir(parents=True)
    screen = folder.with_suffix(".json")
    screen.write_text(json.dumps({"screens": [{"name": "desk", "width": 1920 * scale, "height": 1080 * scale}]}))
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": f"offscreen:configfile={screen}",
        "QT_SCALE_FACTOR": str(scale),
        "HOME": str(folder.parent),
    }
    program = [sys.executable, str(Path(__file__).with_name("take.py")), theme, str(width), str(folder)]
    done = subprocess.run(program, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr


def _full(golden: Image.Image) -> tuple[int, int]:
    return 2 * golden.width, 2 * golden.height  # they are kept at half their size


@pytest.fixture
def page() -> Image.Image:
    return _page(ImageFont.load_default(11))


def _page(font: ImageFont.ImageFont | ImageFont.FreeTypeFont) -> Image.Image:
    """Lines of text beside a picture, as a panel has them."""
    image = Image.new("RGB", (480, 360), "white")
    draw = ImageDraw.Draw(image)
    for line in range(18):
        draw.text((12, 20 * line), f"Line {line}: what the data say of this place", "black", font)
    draw.rectangle((290, 40, 460, 210), "black")
    return image


def test_another_font_is_no_difference(page: Image.Image) -> None:
    assert difference(_page(ImageFont.load_default(12)), page) == ""


@pytest.mark.parametrize("share", [0.15, 0.5])
def test_a_darkened_picture_is_one(page: Image.Image, share: float) -> None:
    assert "cells" in difference(page.point(lambda value: round(value * share)), page)


def test_a_part_that_is_gone_is_one(page: Image.Image) -> None:
    gone = page.copy()
    gone.paste("white", (290, 40, 461, 211))
    assert "cells" in difference(gone, page)


def test_another_size_is_one(page: Image.Image) -> None:
    assert "pixels" in difference(page.resize((480, 500)), page)
