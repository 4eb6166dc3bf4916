"""Maps latents of one model to those of another: fitted on anchors, frozen, saved as arrays."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from latent_explorer.errors import UserError

Arrays = Mapping[str, NDArray[np.float64]]
"""The arrays of a translator, by name: saved, and sent between processes."""
Floats = NDArray[np.float64]


class Translator(Protocol):
    """Maps latents of a source space to a target space, of any dimensions. Frozen; needs only numpy."""

    @property
    def arrays(self) -> Arrays:
        """All that it consists of."""

    def to(self, z: NDArray[np.floating]) -> NDArray[np.float32]:
        """Latents (n, source dimensions) as latents (n, target dimensions)."""


@dataclass(frozen=True, eq=False)
class Fitted:
    """A translator, and its leave-one-out error at each anchor.

    kind: its name among `TRANSLATORS`. leave_one_out: float64 (anchors,), the distance in the target space of each
    anchor's target from where a translator fitted without it takes its source, in units of the root mean square
    distance of the anchors' targets from their mean: 0 is exact, about 1 is no better than that mean.
    """

    kind: str
    translator: Translator
    leave_one_out: NDArray[np.float64]


@dataclass(frozen=True)
class TranslatorKind:
    """An entry of `TRANSLATORS`. title, sentence: for menus, panels and help.

    least: the minimum number of anchors between spaces of these dimensions. fit_checked: called by `fit` with valid
    anchors; returns the translator, and float64 (k, target dimensions), the leave-one-out residual at each anchor.
    restore: the translator of these arrays; raises UserError if they do not fit. smooth: whether it has no jumps.
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

        Regularisation is chosen by leave-one-out. Raises UserError if there are too few anchors, or they are not finite
        or all equal.
        """
        pairs = np.asarray(source, np.float64), np.asarray(target, np.float64)
        self._check(*pairs)
        translator, missed = self.fit_checked(*pairs)
        spread = np.sqrt(np.square(pairs[1] - pairs[1].mean(0)).sum(1).mean())
        return Fitted(self.name, translator, np.sqrt(np.square(missed).sum(1)) / spread)

    def check_count(self, anchors: int, source: int, target: int) -> None:
        """Raise UserError if there are too few anchors between spaces of these dimensions."""
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

    Raises UserError if one is missing or too many, has another shape, or is not finite.
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
