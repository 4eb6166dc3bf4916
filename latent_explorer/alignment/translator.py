"""What takes latents of one model to those of another: fitted on anchors, frozen, saved as arrays."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[np.float64]]
"""What a translator consists of, by name: what is saved, and sent from one process to another."""


class Translator(Protocol):
    """Takes latents of a source space to a target space, of whatever dimensions. Frozen; needs numpy alone."""

    @property
    def arrays(self) -> Arrays:
        """All that it consists of."""

    def to(self, z: NDArray[np.floating]) -> NDArray[np.float32]:
        """Latents (n, source dimensions) as latents (n, target dimensions)."""


@dataclass(frozen=True, eq=False)
class Fitted:
    """A translator, and how far it is off at each of its anchors when fitted on the others.

    kind: its name among `TRANSLATORS`. leave_one_out: float64 (anchors,), the distance in the target space of each
    anchor's target from where a translator fitted without it takes its source, in units of the root mean square
    distance of the anchors' targets from their mean: 0 is exact, about 1 no better than that mean.
    """

    kind: str
    translator: Translator
    leave_one_out: NDArray[np.float64]


@dataclass(frozen=True)
class TranslatorKind:
    """An entry of `TRANSLATORS`. title, sentence: as menus, panels and help have them.

    least: how many anchors it needs at least, between spaces of so many dimensions. fit: from latents (k, source
    dimensions) and (k, target dimensions) of the same k anchors; chooses its regularisation by leave-one-out. restore:
    the translator of these arrays; raises UserError where they are none of its. smooth: whether it does not jump.
    """

    name: str
    title: str
    sentence: str
    least: Callable[[int, int], int]
    fit: Callable[[NDArray[np.float64], NDArray[np.float64]], Fitted]
    restore: Callable[[Arrays], Translator]
    smooth: bool = True
