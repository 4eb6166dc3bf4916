"""Two linked maps of small models, and a translator that is known."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from latent_explorer.bench.person import Person
from latent_explorer.gui.alignment.link import Link, LinkFit


@dataclass(frozen=True, eq=False)
class Turned:
    """A translator that turns by a matrix (d, d) and shifts by (d,)."""

    matrix: NDArray[np.float32]
    shift: NDArray[np.float32]

    @property
    def arrays(self) -> dict[str, NDArray[np.float64]]:
        return {}

    def to(self, z: NDArray[np.floating]) -> NDArray[np.float32]:
        return (np.asarray(z) @ self.matrix.T + self.shift).astype(np.float32)


FORTH = Turned(np.array([[0, -1], [1, 0]], np.float32), np.array([0.25, 0], np.float32))
BACK = Turned(FORTH.matrix.T, -FORTH.matrix.T @ FORTH.shift)


@dataclass(frozen=True, eq=False)
class Two:
    """A person at each of two linked maps of one window."""

    left: Person
    right: Person

    @property
    def bench(self):
        return self.left.window.workbench

    @property
    def link(self) -> Link:
        return self.bench.link

    def fit(self) -> None:
        """Have translators that are known, as if they had been fitted."""
        none = np.zeros((2, 0))
        self.link._show_fit(LinkFit((), FORTH, BACK, none, np.zeros((0, 2), np.int64), 0.0, ""))


@pytest.fixture
def two(new_window: Callable[..., Person], small_bundle: Path) -> Two:
    """Two maps of the same small model."""
    left = new_window(small_bundle)
    left.window.workbench.open_beside(small_bundle)
    right = Person(left.window)
    right.wait_for_the_engine()
    return Two(left, right)
