"""The base of conditional families: a decoder that gets the class, and latents independent of it."""

from dataclasses import dataclass

import msgspec
import torch
from torch import Tensor, nn
from torch.nn.functional import affine_grid, grid_sample, one_hot

from latent_explorer.errors import TrainingError
from latent_explorer.nets.draws import Draws
from latent_explorer.nets.model import ImageBatch, LatentModel, Posterior
from latent_explorer.nets.spec import NetSpec
from latent_explorer.nets.strokes import stroke_width, untold
from latent_explorer.nets.trunks import Trunk

# Standard deviations: radians, relative size, shear; and the largest change of strokes, in pixels on each side.
_TURN, _SCALE, _SHEAR, _STROKE = 0.08, 0.06, 0.25, 0.6

_SWAPPED = 4  # one in this many images is decoded under another class in training
_RIDGE = 0.01  # share of the mean variance of the latents below which a direction counts less
_NEAREST = 0.01  # smallest squared distance that counts, relative to that of two draws from the prior


class ConditionalModel(LatentModel):
    """A decoder of a latent and a class; the latent holds the rest: the style.

    The encoder does not get the class, so that images of unknown class have latents, too.
    """

    numbers_each: int
    """The encoder's outputs per dimension of a latent."""

    def __init__(self, spec: NetSpec, trunk: Trunk) -> None:
        super().__init__(spec, trunk)
        self.encoder = trunk.encoder(spec, self.numbers_each * spec.latent_dim)
        wider = msgspec.structs.replace(spec, latent_dim=spec.latent_dim + spec.classes)
        self.decoder: nn.Module = trunk.decoder(wider)

    def decode_logits(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        logits: Tensor = self.decoder(torch.cat([z, self.classes(labels, len(z))], 1))
        return logits

    def told(self, batch: ImageBatch) -> Tensor:
        """The classes (n,) of a batch. Raises TrainingError if it has none."""
        if batch.labels is None:
            raise TrainingError(f"the family {self.family.name!r} is given the class of each image, and there is none")
        return batch.labels

    def style_terms(
        self,
        batch: ImageBatch,
        posterior: Posterior,
        z: Tensor,
        noise: Tensor | None,
        prior: Tensor | None,
        draws: Draws,
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """The weighted sum of the style terms of the loss, a scalar, and the terms by name.

        consistency `style` + prior independence `dependence` + strokes `untold`: see `style_lost`, `discrepancy` and
        `strokes_untold`. Terms with weight 0 are omitted. z: the latents (n, d) of the batch, drawn from `posterior`
        with `noise`; None for its means. prior: draws to compare the means of each class with; None for all means.
        """
        settings, terms = self.settings, dict[str, Tensor]()
        if settings["consistency"]:
            terms["style"] = self.style_lost(batch, z, noise, draws)
        if settings["independence"]:
            terms["dependence"] = discrepancy(posterior.mean, self.told(batch), self.spec.classes, prior)
        if settings["strokes"]:
            terms["untold"] = self.strokes_untold(batch, posterior.mean)
        weights = {
            "style": settings["consistency"],
            "dependence": batch.prior * settings["independence"],
            "untold": settings["strokes"],
        }
        return sum((weights[name] * term for name, term in terms.items()), z.new_zeros(())), terms

    def style_lost(self, batch: ImageBatch, z: Tensor, noise: Tensor | None, draws: Draws) -> Tensor:
        """The loss of style under another class, on a quarter of the images: two squared errors, a scalar.

        If an image is slanted or its strokes are widened, its picture under another class should change likewise: the
        two pictures are compared pixel by pixel. And encoding a picture of another class should return its latent. z:
        the latents (n, d) of the batch, drawn with `noise`; None for the means.
        """
        few = -(-len(z) // _SWAPPED)
        other = self.other_classes(self.told(batch), draws)[:few]
        restyling = Restyling.drawn(batch.x[:few], draws)
        restyled = self.encode(restyling.of(batch.x[:few]))
        moved = restyled.mean if noise is None else restyled.at(noise[:few])
        swapped, likewise = self.decode(z[:few], other).float(), self.decode(moved, other).float()
        pixels = (likewise - restyling.of(swapped)).square().flatten(1).sum(1)
        latents = (self.encode(swapped).mean - z[:few]).square().sum(1) / 2
        return (pixels + latents).mean()

    def strokes_untold(self, batch: ImageBatch, z: Tensor) -> Tensor:
        """The share of the variance of stroke widths within a class that latents (n, d) do not explain, a scalar."""
        return untold(z, stroke_width(batch.x), self.told(batch), self.spec.classes)

    def other_classes(self, labels: Tensor, draws: Draws) -> Tensor:
        """A random other class for each of the classes (n,), uniformly; the same class if there is only one."""
        steps = 1 + (draws.uniform(labels.shape, labels.device) * (self.spec.classes - 1)).long()
        return (labels + steps) % self.spec.classes


@dataclass(frozen=True, eq=False)
class Restyling:
    """A random change of each image that keeps its class: slant, rotation, size, stroke width.

    grid: the source of each pixel, (n, h, w, 2). stroke: (n, 1, 1, 1), how far bright parts grow, by up to a pixel on
    each side; below 0, dark parts grow.
    """

    grid: Tensor
    stroke: Tensor

    @classmethod
    def drawn(cls, x: Tensor, draws: Draws) -> "Restyling":
        """A random change for each of the images (n, c, h, w)."""
        change = draws.normal((3, len(x)), x.device, images=1)
        angle, scale, shear = change[0] * _TURN, 1 + change[1] * _SCALE, change[2] * _SHEAR
        still = torch.zeros_like(angle)
        rows = [
            torch.stack([angle.cos() * scale, shear - angle.sin(), still], 1),
            torch.stack([angle.sin(), angle.cos() * scale, still], 1),
        ]
        grid = affine_grid(torch.stack(rows, 1), list(x.shape), align_corners=False)
        return cls(grid, _STROKE * (2 * draws.uniform((len(x), 1, 1, 1), x.device) - 1))

    def of(self, x: Tensor) -> Tensor:
        """The changed images (n, c, h, w) in [0, 1]; pixels from outside are 0."""
        moved, sign = grid_sample(x, self.grid, align_corners=False), self.stroke.sign()
        return moved + self.stroke.abs() * (sign * _widest(sign * moved) - moved)


def _widest(x: Tensor) -> Tensor:
    """The maximum of each pixel and its neighbours, (n, c, h, w); torch's max_pool2d takes ten times as long."""
    for side in (2, 3):
        between = x.shape[side] - 2
        if between >= 0:
            both = torch.maximum(x.narrow(side, 1, between + 1), x.narrow(side, 0, between + 1))
            inner = torch.maximum(both.narrow(side, 1, between), both.narrow(side, 0, between))
            x = torch.cat([both.narrow(side, 0, 1), inner, both.narrow(side, between, 1)], side)
    return x


def discrepancy(z: Tensor, labels: Tensor, classes: int, prior: Tensor | None = None) -> Tensor:
    """The squared maximum mean discrepancy (Gretton et al. 2012) between each class's latents and others, a scalar.

    An unbiased estimate, averaged over the classes by their shares. z: (n, d). labels: (n,). prior: draws (m, d) to
    compare with; None for all latents, whitened so that all directions count the same.
    """
    with torch.autocast(z.device.type, enabled=False):  # it is smaller than the rounding of bfloat16
        return _discrepancy(z.float() if prior is not None else _whitened(z.float()), labels, classes, prior)


def _discrepancy(z: Tensor, labels: Tensor, classes: int, prior: Tensor | None) -> Tensor:
    own = one_hot(labels, classes).float()
    count = own.sum(0)
    several = torch.where(count > 1, count, 0)
    share, kernel = several / several.sum().clamp_min(1), _pairs(z)
    within = (own.T @ kernel * own.T).sum(1) / (count * (count - 1)).clamp_min(1)
    if prior is None:
        return (within * share).sum() - _mean(kernel)
    across = (own.T @ _kernel(z, prior)).mean(1) / count.clamp_min(1)
    return ((within - 2 * across) * share).sum() + _mean(_pairs(prior)) * share.sum()


def _whitened(z: Tensor) -> Tensor:
    """Latents (n, d), centred and scaled by their spread, which is treated as a constant."""
    with torch.no_grad():
        middle, count = z.mean(0), len(z)
        spread = (z - middle).T @ (z - middle) / count
        ridge = (_RIDGE * spread.diagonal().mean() + 1e-9) * torch.eye(z.shape[1], device=z.device)
        inverse: Tensor = torch.linalg.inv(torch.linalg.cholesky(spread + ridge))
    whitened: Tensor = (z - middle) @ inverse.T
    return whitened


def _mean(pairs: Tensor) -> Tensor:
    return pairs.sum() / max(len(pairs) * (len(pairs) - 1), 1)


def _pairs(z: Tensor) -> Tensor:
    """The kernel of each pair, (n, n); 0 on the diagonal."""
    kernel = _kernel(z, z)
    return kernel - kernel.diagonal().diag()


def _kernel(one: Tensor, other: Tensor) -> Tensor:
    """-log(c + |x - y|² / 2 d), (n, m): the sum of inverse multiquadratic kernels of all widths from c.

    Many widths, as latents may differ between classes at any distance.
    """
    squared = (one.square().sum(1)[:, None] + other.square().sum(1) - 2 * one @ other.T).clamp_min(0)
    return -(_NEAREST + squared / (2 * one.shape[1])).log()
