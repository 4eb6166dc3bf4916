"""Aligning two bundles from Python: translating latents from one to the other, and measuring the result."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.api.bundle import Bundle, open_bundle
from latent_explorer.array_like import as_array, as_latents
from latent_explorer.errors import UserError

if TYPE_CHECKING:
    from latent_explorer.alignment.pair import Pair
    from latent_explorer.alignment.translator import Translator


@dataclass(frozen=True, eq=False, repr=False)
class AlignedBundles:
    """Two bundles and the translators between their latent spaces; made by `align`.

    source, target: the bundles. kind: of translator, as `latent-explorer align --help` lists them. anchors: int64 (k,
    2), pairs of images of the source and the target with the same meaning. leave_one_out: float64 (2, k), in both
    directions, the error at each anchor of a translator fitted without it, in units of the spread of the space it leads
    to.
    note: on pairs that were found; may be empty.
    """

    source: Bundle
    target: Bundle
    kind: str
    anchors: NDArray[np.int64]
    leave_one_out: NDArray[np.float64]
    note: str
    _pair: "Pair"
    _forth: "Translator"
    _back: "Translator"

    def to(self, latents: Any) -> NDArray[np.float32]:
        """Latents of the source, (n, d) or (d,), in the target's space, float32 (n, d) or (d,).

        `target.decode(aligned.to(z))` decodes them with the target's decoder. Raises UserError if they have another
        shape or are not finite.
        """
        return _taken(self._forth, latents, self.source.latent_dim)

    def back(self, latents: Any) -> NDArray[np.float32]:
        """Latents of the target, (n, d) or (d,), in the source's space. Raises UserError like `to`."""
        return _taken(self._back, latents, self.target.latent_dim)

    @cached_property
    def figures(self) -> dict[str, float | None]:
        """How well the target reads latents of the source, over the test images of both: figures by name.

        The same as `latent-explorer align --json`: closure, stitched_mse, naive_mse, own_mse, mrr, zero_shot_accuracy,
        own_accuracy, cka_linear, cka_rbf, svcca, neighbour_overlap; None for what cannot be measured. Takes seconds.
        Anchors among the test images make the figures too good. Raises UserError if the bundles have no test images in
        common.
        """
        return self._measured(forth=True)

    @cached_property
    def figures_back(self) -> dict[str, float | None]:
        """The same from the target to the source."""
        return self._measured(forth=False)

    def save(self, file: str | Path, *, overwrite: bool = False) -> Path:
        """Save the translator from source to target, for `--translator FILE`. Raises UserError."""
        from latent_explorer.alignment.saving import FittedBetween, SavedTranslator, save_translator

        here, there = self.source, self.target
        about = FittedBetween(
            self.kind,
            (here.name, there.name),
            (here.config.seal, there.config.seal),
            (here.latent_dim, there.latent_dim),
            len(self.anchors),
        )
        return save_translator(Path(file), SavedTranslator(self._forth, about), overwrite=overwrite)

    def _measured(self, *, forth: bool) -> dict[str, float | None]:
        from latent_explorer.alignment.figures import FIGURES, Bench, HeldOutPairs

        common: HeldOutPairs = HeldOutPairs.common(self._pair)
        pair, bench = self._pair, Bench()
        ends, tested = ((pair.source, pair.target), common) if forth else ((pair.target, pair.source), common.back)
        found = bench.stitched(*ends, tested, self._forth if forth else self._back)
        whole = found.beside(bench.alike(*ends, tested))
        return {name: getattr(whole, name) for name in FIGURES if name != "seconds"}

    def __repr__(self) -> str:
        ends = f"{self.source.name!r} and {self.target.name!r}"
        return f"AlignedBundles({ends}: {self.kind} translators, {len(self.anchors):,} anchors)"


def align(
    source: str | Path | Bundle,
    target: str | Path | Bundle,
    *,
    anchors: Any = 300,
    translator: str = "affine",
    bootstrap: bool = False,
    blind: bool = False,
    seed: int = 0,
) -> AlignedBundles:
    """Fit translators between the latent spaces of two bundles.

    source, target: bundles, or what `open_bundle` takes. anchors: the number of training images to draw, the same
    number of each class; or int (k,), images that both bundles have; or int (k, 2), images of the source and of the
    target.
    translator: orthogonal, affine, ridge, kernel, nearest, ... (`latent-explorer align --help`). bootstrap: grow the
    anchors by mutual nearest neighbours. blind: find pairs from the shapes of the two spaces, without any anchor; takes
    up to half a minute. seed: of the draw.

    Raises UserError if the bundles have no images in common to draw from, an image is missing or given twice, there are
    fewer anchors than the translator needs, or no pairs could be found.

    >>> from latent_explorer import align
    >>> aligned = align("mnist-ae-16d", "mnist-ae-16d-b", anchors=300, translator="kernel")
    >>> aligned
    AlignedBundles('mnist-ae-16d' and 'mnist-ae-16d-b': kernel translators, 300 anchors)
    >>> z = aligned.source.latents.mean[:5]
    >>> aligned.target.decode(aligned.to(z)).shape
    (5, 28, 28, 1)
    >>> bool(abs(aligned.back(aligned.to(z)) - z).mean() < 0.2)
    True
    """
    from latent_explorer.alignment.fit_both import Fitter
    from latent_explorer.alignment.pair import Pair, Side
    from latent_explorer.alignment.protocol import BothFitted, FitBoth
    from latent_explorer.alignment.registry import translator_kind
    from latent_explorer.charts.neighbours import one_thread

    if bootstrap and blind:
        raise UserError("bootstrap, blind: expected one of them: the one grows anchors, the other does without")
    kind = translator_kind(translator)
    here, there = (each if isinstance(each, Bundle) else open_bundle(each) for each in (source, target))
    pair = Pair.of(*(Side(each.folder, each.config, each.latents) for each in (here, there)))
    images = np.zeros((0, 2), np.int64) if blind else _anchors(pair, anchors, seed)
    growth = "blind" if blind else "bootstrapped" if bootstrap else ""
    request = FitBoth(0, images[:, 0].copy(), images[:, 1].copy(), kind.name, growth, places=(False, False))  # type: ignore[arg-type] # one of the words
    with one_thread():
        fitted = next(reply for reply in Fitter(pair).fit(request) if isinstance(reply, BothFitted))
    forth, back = kind.restore(fitted.forth), kind.restore(fitted.back)
    return AlignedBundles(here, there, kind.name, images, fitted.leave_one_out, fitted.note, pair, forth, back)


def _anchors(pair: "Pair", given: Any, seed: int) -> NDArray[np.int64]:
    """Pairs of images (k, 2). Raises UserError."""
    from latent_explorer.alignment.anchors import choose_random

    array = as_array(given, "anchors")
    if array.dtype.kind not in "iu" or array.ndim > 2 or (array.ndim == 2 and array.shape[1] != 2):
        raise UserError(
            "anchors: expected how many, or whole numbers of images (k,), or pairs of them (k, 2), found "
            f"{array.dtype} {array.shape}"
        )
    if array.ndim < 2 and not (pair.counterparts >= 0).any():
        raise UserError(f"anchors: pass pairs (k, 2), images of the source and of the target. {pair.note}")
    if array.ndim == 0:
        chosen = choose_random(pair.ways[0], int(array), seed)
        return np.stack([chosen.source, chosen.target], axis=1)
    images = array.astype(np.int64)
    if array.ndim == 2:
        return images
    if len(wrong := images[(images < 0) | (images >= len(pair.source))]):
        raise UserError(f"anchors: {pair.source.name} has no image {wrong[0]}; expected 0 to {len(pair.source) - 1}")
    there = pair.counterparts[images]
    if (there < 0).any():
        lost = int(images[there < 0][0])
        raise UserError(
            f"anchors: image {lost} of {pair.source.name} is none of {pair.target.name}; pass pairs (k, 2). {pair.note}"
        )
    return np.stack([images, there], axis=1)


def _taken(translator: "Translator", latents: Any, dimensions: int) -> NDArray[np.float32]:
    z = as_latents(as_array(latents, "latents"), dimensions)
    there = translator.to(np.atleast_2d(z))
    return there[0] if z.ndim == 1 else there
