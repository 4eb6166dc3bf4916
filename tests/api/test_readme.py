"""The code of the README's page for Python callers runs as it stands, and gives what its remarks say."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

README = Path(__file__).resolve().parents[2] / "README.md"


def blocks() -> list[str]:
    """The Python code of the page, in its order, but for what draws on the window in its process."""
    page = README.read_text().partition("## From Python")[2].partition("\n## ")[0]
    found = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    return [code for code in found if "open_maps" not in code]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The names that are there when all of it has run, as the cells of one notebook."""
    names: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("notebook"))
        for code in blocks():
            *lines, last = code.strip().splitlines()
            exec(compile("\n".join(lines), "README.md", "exec"), names)
            if re.match(r"\w+ = ", last):
                exec(last, names)
            else:
                names["shown"] = eval(last, names)
    return names


def test_shapes_are_those_that_the_page_says(ran: dict[str, Any]) -> None:
    code = "\n".join(blocks())
    said = re.findall(r"^(\w+) = .*?# (?:.*?)?(?:(?:float32|uint8) )?(\([\d, ]+\))", code, re.MULTILINE)
    assert len(said) >= 6
    for name, shape in said:
        value = ran[name].mean if name == "latents" else ran[name]
        assert f"{tuple(value.shape)}" == shape, name


def test_what_the_page_makes_fits_together(ran: dict[str, Any]) -> None:
    assert ran["z"].dtype == np.float32
    assert ran["pictures"].dtype == np.uint8
    assert (ran["walk"][[0, -1]] == ran["z"][:2]).all()
    assert ran["mine"].name == "my-ae"
    assert len(ran["mine"].latents) == 1000
    assert ran["mine"].class_names == tuple("0123456789")
    assert ran["window"].closed
    assert ran["chosen"].shape == (0, 28, 28, 1)


def test_what_a_notebook_would_show_is_a_picture(ran: dict[str, Any]) -> None:
    assert ran["shown"].size == (24 * 28, 28)
    assert ran["shown"]._repr_png_().startswith(b"\x89PNG")
    assert ran["bundle"]._repr_png_().startswith(b"\x89PNG")
    assert ran["mine"]._repr_png_().startswith(b"\x89PNG")
