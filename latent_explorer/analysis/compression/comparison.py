"""Compares ways to compress: figures and sentences, including where rivals are better."""

from collections.abc import Sequence

import numpy as np

from latent_explorer.analysis.compression.curve import RateCurve, RatePoint, best

_STEP = 0.1  # dB between the points where curves are compared


def within(curve: RateCurve, size: float) -> RatePoint | None:
    """The best point with at most `size` bytes per image; None if there is none."""
    return max((each for each in curve.points if each.bytes <= size), key=lambda each: each.psnr, default=None)


def sentences(latents: RateCurve, rivals: Sequence[RateCurve]) -> list[str]:
    """A sentence for each rival on where it takes fewer bytes than the latents, or is better than they can be."""
    return [f"{rival.label}: {_against(latents, rival)}" for rival in rivals]


def _against(latents: RateCurve, rival: RateCurve) -> str:
    own, other = best(latents.points), best(rival.points)
    top, low = own[-1].psnr, max(own[0].psnr, other[0].psnr)
    beyond = f"better than the latents ever are, which end at {top:.1f} dB" if other[-1].psnr > top else ""
    if other[0].psnr > top:
        return f"{beyond}; it begins at {other[0].psnr:.1f} dB with {other[0].bytes:.1f} bytes."
    if other[-1].psnr < own[0].psnr:
        return f"at most {other[-1].psnr:.1f} dB, which the latents exceed with {own[0].bytes:.1f} bytes."
    wins = _smaller(latents, rival, low, min(top, other[-1].psnr))
    return f"{wins}{f'; {beyond}' if beyond else ''}."


def _smaller(latents: RateCurve, rival: RateCurve, low: float, high: float) -> str:
    """A sentence on where a rival takes fewer bytes, between two PSNRs that both reach."""
    levels = np.linspace(low, high, max(2, round((high - low) / _STEP) + 1))
    wins = [level for level in levels if _is_smaller(rival, latents, float(level))]
    middle = float(levels[len(levels) // 2])
    sizes = (latents.bytes_at(middle), rival.bytes_at(middle))
    figures = "" if None in sizes else f" (at {middle:.1f} dB {sizes[1]:.1f} bytes, latents {sizes[0]:.1f})"
    if not wins:
        return f"larger wherever both are as good{figures}"
    return f"smaller between {min(wins):.1f} and {max(wins):.1f} dB{figures}"


def _is_smaller(rival: RateCurve, latents: RateCurve, psnr: float) -> bool:
    one, other = rival.bytes_at(psnr), latents.bytes_at(psnr)
    return one is not None and other is not None and one < other
