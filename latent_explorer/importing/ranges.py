"""Black and white in a decoder's pictures: found by decoding some, or asked for if unclear."""

from collections.abc import Callable

from torch import Tensor

from latent_explorer.errors import UserError
from latent_explorer.importing.protocol import AUTOMATIC, RANGES
from latent_explorer.importing.source import check_finite

_CLEARLY = 0.7  # of the error of the next best: then a range is taken without asking
_OVER = 0.02  # of the range, by which rounding may overshoot
_FAR = 0.5  # by which a linear layer may

Trial = Callable[[str], tuple[Tensor, Tensor]]
"""For a range: the decoder's raw output, and as pictures in [0, 1] to compare with the images."""


def chosen_range(asked: str, trial: Trial, images: Tensor | None) -> str:
    """The name of the range, one of RANGES. asked: the same, or AUTOMATIC. images: the originals of the pictures.

    Raises UserError if it is unclear, or the pictures are not numbers.
    """
    if asked != AUTOMATIC:
        if asked not in RANGES:
            raise UserError(f"--value-range {asked}: expected {', '.join(RANGES)} or {AUTOMATIC}")
        check_finite(trial(asked)[0], "the decoder")
        return asked
    spans, errors = dict[str, tuple[float, float]](), dict[str, float]()
    for name in RANGES:
        raw, pictures = trial(name)
        if name == "0,1":
            check_finite(raw, "the decoder")
        spans[name] = float(raw.min()), float(raw.max())
        if name in possible_ranges(*spans[name]):
            errors[name] = 1.0 if images is None else float((pictures.clamp(0, 1) - images).square().mean())
    best, *others = sorted(errors, key=errors.__getitem__) or [""]
    if best and all(errors[best] <= _CLEARLY * errors[other] for other in others):
        return best
    low, high = spans["0,1"]
    if possible_ranges(low, high) == ["0,1"]:
        return "0,1"
    raise UserError(
        f"what is black and what is white in its pictures is unclear: the decoder gave values from {low:.3g} to "
        f"{high:.3g}. Pass --value-range 0,1, -1,1 or 0,255, or logits where a sigmoid is to follow"
    )


def possible_ranges(low: float, high: float) -> list[str]:
    """The ranges that could contain values from `low` to `high`."""
    if low >= -_OVER and high <= 1 + _OVER:
        return ["0,1"]
    found = []
    if low >= -_FAR and high <= 1 + _FAR:
        found.append("0,1")
    if -1 - _FAR <= low < -_OVER and high <= 1 + _FAR:
        found.append("-1,1")
    if low >= -64 and high > 8:
        found.append("0,255")
    if low < -_OVER and high - low > 1:
        found.append("logits")
    return found
