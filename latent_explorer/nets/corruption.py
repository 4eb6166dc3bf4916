"""Corruption of images, for networks that learn to restore them: blur, noise, holes."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from latent_explorer.nets.draws import UNSHARED, Draws

_HOLE = 0.25  # of the side of an image: the side of a hole
_SHARPEST = 1e-3  # pixels: a smaller blur is skipped


@dataclass(frozen=True)
class Corruption:
    """The amounts of corruption.

    added_noise: standard deviation of Gaussian noise, of the range from black to white. holes: how many black squares,
    each with a quarter of the image's sides, cover parts of it. blur: standard deviation of a Gaussian blur, in pixels.
    """

    added_noise: float = 0.0
    holes: int = 0
    blur: float = 0.0

    @staticmethod
    def of(settings: Mapping[str, float]) -> "Corruption":
        """The corruption in a network's settings; ignores other settings."""
        noise, holes, blur = (settings.get(name, 0) for name in ("added_noise", "holes", "blur"))
        return Corruption(noise, int(holes), blur)

    @property
    def spoils(self) -> bool:
        """Whether any amount is above 0."""
        return self.added_noise > 0 or self.holes > 0 or self.blur > 0


def corrupt(x: Tensor, by: Corruption, draws: Draws = UNSHARED) -> Tensor:
    """Images (n, c, h, w) in [0, 1] corrupted by the full amounts: blur, then noise, then holes."""
    return _spoiled(x, by, draws, torch.ones((3, len(x)), device=x.device))


def corrupt_by_degrees(x: Tensor, upto: Corruption, draws: Draws = UNSHARED) -> Tensor:
    """As `corrupt`, with random amounts from 0 to `upto` for each image, so that clean images are learned, too."""
    if not upto.spoils:
        return x
    return _spoiled(x, upto, draws, draws.uniform((3, len(x)), x.device, images=1))


def _spoiled(x: Tensor, by: Corruption, draws: Draws, shares: Tensor) -> Tensor:
    """shares: (3, n), the share of blur, noise and holes for each image."""
    if by.blur > 0:
        x = _blurred(x, by.blur * shares[0])
    if by.added_noise > 0:
        strength = (by.added_noise * shares[1])[:, None, None, None]
        x = (x + strength * draws.normal(x.shape, x.device)).clamp(0, 1)
    if by.holes > 0:
        x = x * ~_covered(x, (shares[2] * (by.holes + 1)).floor().clamp(max=by.holes), by.holes, draws)[:, None]
    return x


def _blurred(x: Tensor, sigma: Tensor) -> Tensor:
    """sigma: (n,). Weights are normalised within the image: nothing comes from outside."""
    rows, columns = (_weights(side, sigma) for side in x.shape[-2:])
    return (rows[:, None] @ x @ columns[:, None].mT).clamp(0, 1)


def _weights(side: int, sigma: Tensor) -> Tensor:
    """The weights (n, side, side) of all pixels of a line for each pixel of the line."""
    place = torch.arange(side, device=sigma.device, dtype=torch.float32)
    away = (place[:, None] - place)[None] / sigma.clamp(min=_SHARPEST)[:, None, None]
    return torch.softmax(-away.square() / 2, 2)


def _covered(x: Tensor, counts: Tensor, most: int, draws: Draws) -> Tensor:
    """Whether each pixel is in one of the first `counts` (n,) of `most` holes: bool (n, h, w)."""
    middles = draws.uniform((len(x), most, 2), x.device)
    there = torch.arange(most, device=x.device) < counts[:, None]
    rows, columns = (_within(middles[..., axis], x.shape[2 + axis]) for axis in (0, 1))
    return ((rows & there[..., None])[..., :, None] & columns[..., None, :]).any(1)


def _within(middles: Tensor, side: int) -> Tensor:
    """Which pixels along a side are in holes centred at `middles` (n, k) in [0, 1): bool (n, k, side)."""
    reach = max(1.0, side * _HOLE) / 2
    place = torch.arange(side, device=middles.device) + 0.5
    return (place - middles[..., None] * side).abs() < reach
