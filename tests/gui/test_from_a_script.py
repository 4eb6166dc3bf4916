"""What the README shows: a script opens the window and draws on its map."""

import re
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QEvent
from PyQt6.QtWidgets import QApplication

from latent_explorer import gui
from latent_explorer.bench.person import Person
from latent_explorer.errors import UserError
from latent_explorer.gui.widgets.images import to_array

README = Path(__file__).resolve().parents[2] / "README.md"


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[np.ndarray]:
    """Pictures of the map, taken where a script would show the window until it is closed."""
    pictures: list[np.ndarray] = []

    def look(pane) -> int:
        window = pane.window()
        window.show()
        person = Person(window)
        person.wait_for_the_engine()
        pictures.append(to_array(pane.plot.picture(1.0))[..., :3])
        window.close()
        window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        return 0

    monkeypatch.setattr(gui, "run", look)
    return pictures


def test_the_readmes_script_draws_ellipses_on_the_map(qapp: QApplication, seen: list[np.ndarray]) -> None:
    (script,) = (
        code for code in re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL) if "open_maps" in code
    )
    exec(compile(script, "README.md", "exec"), {})
    without = script.replace("pane.plot.addItem", "id")
    exec(compile(without, "README.md", "exec"), {})
    white = [(picture == 255).all(-1).sum() for picture in seen]
    assert white[0] > white[1] + 2000  # ten ellipses, two pixels wide


def test_a_bundle_that_is_not_there_is_named(qapp: QApplication) -> None:
    with pytest.raises(UserError, match="no bundle 'nothing'"):
        gui.open_maps("nothing")
