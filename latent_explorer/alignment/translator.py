"""What takes latents of one model to those of another: fitted on anchors, frozen, saved as arrays."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from latent_explorer.errors import UserError

Arrays = Mapping[str, NDArray[np.float64]]
"""What a translator consists of, by name: what is saved, and sent from one process to another."""
Floats = NDArray[np.float64]


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

    least: how many anchors it needs at least, between spaces of so many dimensions. fit_checked: what `fit` calls once
    the anchors are known to be good; gives the translator, and float64 (k, target dimensions) by how much it misses
    each anchor when fitted on the others. restore: the translator of these arrays; raises UserError where they are none
    of its. smooth: whether it does not jump.
    """

    name: str
    title: str
    sentence: str
    least: Callable[[int, int], int]
    fit_checked: Callable[[Floats, Floats], tuple[Translator, Floats]]
    restore: Callable[[Arrays], Translator]
    smooth: bool = True

    def fit(self, source: NDArray[np.floating], target: NDArray[np.floating]) -> Fitted:
        """Fit on latents (k, source dimensions) and (k, target dimensions) of the same k anchors.

        Regularisation is chosen by leave-one-out. Raises UserError where there are fewer anchors than it needs, where
        they are not finite, or all alike.
        """
        pairs = np.asarray(source, np.float64), np.asarray(target, np.float64)
        self._check(*pairs)
        translator, missed = self.fit_checked(*pairs)
        spread = np.sqrt(np.square(pairs[1] - pairs[1].mean(0)).sum(1).mean())
        return Fitted(self.name, translator, np.sqrt(np.square(missed).sum(1)) / spread)

    def check_count(self, anchors: int, source: int, target: int) -> None:
        """Raise UserError where there are fewer anchors than it needs between spaces of so many dimensions."""
        least = self.least(source, target)
        if anchors < least:
            raise UserError(
                f"translator {self.name}: needs at least {least} anchors from {source} to {target} dimensions, found "
                f"{anchors}; add anchors or choose another translator"
            )

    def _check(self, source: Floats, target: Floats) -> None:
        if source.ndim != 2 or target.ndim != 2 or len(source) != len(target):
            raise UserError(
                f"anchors: expected as many source latents (k, d) as target latents, found {source.shape} and "
                f"{target.shape}"
            )
        self.check_count(len(source), source.shape[1], target.shape[1])
        for side, values in (("source", source), ("target", target)):
            if not np.isfinite(values).all():
                first = int(np.flatnonzero(~np.isfinite(values).all(1))[0])
                raise UserError(f"anchor {first + 1}: its latent in the {side} space is not finite; delete it")
            if (values == values[0]).all():
                raise UserError(f"anchors: all have the same latent in the {side} space; choose images that differ")


def checked_arrays(name: str, arrays: Arrays, axes: Mapping[str, str]) -> dict[str, Floats]:
    """The arrays of a translator as float64, of the shapes that `axes` names: equal letters are equal lengths >= 1.

    Raises UserError where one is missing or too many, has another shape, or is not finite.
    """
    if arrays.keys() != axes.keys():
        raise UserError(f"translator {name}: expected the arrays {sorted(axes)}, found {sorted(arrays)}")
    lengths: dict[str, int] = {}
    for each, letters in axes.items():
        shape = np.shape(arrays[each])
        known = [lengths.setdefault(letter, length) for letter, length in zip(letters, shape, strict=False)]
        if len(shape) != len(letters) or list(shape) != known or 0 in shape:
            raise UserError(f"translator {name}: its array {each} does not fit the others, found the shape {shape}")
        if arrays[each].dtype.kind != "f" or not np.isfinite(arrays[each]).all():
            raise UserError(f"translator {name}: expected finite numbers in its array {each}")
    return {each: np.asarray(values, np.float64) for each, values in arrays.items()}
