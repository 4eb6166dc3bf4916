"""The generative adversarial network."""

from itertools import pairwise
from math import ceil, prod

import msgspec
import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from latent_explorer.nets.draws import UNSHARED, Draws
from latent_explorer.nets.families import TRUNK_NAMES
from latent_explorer.nets.generator import Generator
from latent_explorer.nets.model import ImageBatch
from latent_explorer.nets.refine import inverted
from latent_explorer.nets.spec import NetSpec
from latent_explorer.nets.trunks import ResidualBlock, Trunk

_EACH = 8
"""Gradient penalties are taken, and latents searched for, of each so-and-so-many-th image, with as much more weight:
they cost a second backward pass, and many pictures."""
_POOL = 256
"""Draws of which each image finds its nearest, where images pull at pictures."""
_SLOPE = 0.2  # of the leaky ReLU
_WHOLE = (512, 256)  # widths of the dense critic beside the convolutional one
_MEAN_SCALE = 3  # of the mean of a group, which varies less than single images
_WIDER = 4  # times as many channels as the innermost convolution has the dense layer beside it


class GenerativeAdversarialNetwork(Generator):
    """A GAN with the relativistic pairing loss and two zero-centred gradient penalties (R3GAN, Huang et al. 2024).

    Each image x is paired with a picture G(z) of a draw. With f the softplus and D the discriminator's output, it
    follows f(D(G(z)) - D(x)) + penalty / 2 (|D'(x)|² + |D'(G(z))|²), and the generator f(D(x) - D(G(z))): that loss has
    no local minima where pictures of some classes are lacking (Sun et al. 2020), and with the penalties it converges.
    No layer normalises. Settings: gradient_penalty; pull, the weight of the squared error, summed over pixels,
    between each image and the nearest of 256 pictures drawn (implicit maximum likelihood estimation, Li and
    Malik 2018); searches, damped Gauss-Newton steps by which the latent of that picture is first brought nearer to the
    image, as in generative latent optimisation (Bojanowski et al. 2018): in many dimensions no draw is near;
    initial_scale, by which the weights of the generator are larger at first; convolutions, channels of a critic that
    sees strokes wherever they lie, beside that of a dense trunk; group, of how many images or pictures that of a dense
    trunk sees the mean beside each, and so which are too many (as PacGAN, Lin et al. 2018).
    """

    def __init__(self, spec: NetSpec, trunk: Trunk) -> None:
        super().__init__(spec, trunk)
        convolutional = TRUNK_NAMES[spec.trunk].halvings > 0
        self.decoder: nn.Module = _conv_generator(spec) if convolutional else trunk.decoder(spec)
        _scale_weights(self.decoder, self.settings["initial_scale"])
        self.discriminator: nn.Module | None = (
            _Sum(_conv_critic(spec), _dense_critic(spec, _WHOLE))
            if convolutional
            else _mixed_critic(spec, int(self.settings["convolutions"]), int(self.settings["group"]))
        )

    def losses(self, batch: ImageBatch, draws: Draws = UNSHARED) -> dict[str, Tensor]:
        """`generator`: with the pull of the images; `discriminator`: with the penalty; `penalty`: alone."""
        z = draws.normal((len(batch.x), self.spec.latent_dim), batch.x.device)
        found = {}
        if batch.phase in (None, "generator"):
            made = self.decode(z)
            with torch.no_grad():
                real = self._judged(batch.x)
            found["generator"] = softplus(real - self._judged(made)).mean() + self._pull(batch.x, draws)
        if batch.phase in (None, "discriminator"):
            with torch.no_grad():
                made = self.decode(z).to(batch.x.dtype)
            penalty = self._penalty(batch.x, made, draws.first)
            rivalry = softplus(self._judged(made) - self._judged(batch.x)).mean()
            found |= {"discriminator": rivalry + penalty, "penalty": penalty.detach()}
        return found

    def _judged(self, x: Tensor) -> Tensor:
        """How real images (n, c, h, w) seem, (n,); it has no scale."""
        assert self.discriminator is not None  # in training
        seem: Tensor = self.discriminator(x).float()
        return seem[:, 0]

    def _penalty(self, real: Tensor, made: Tensor, first: int) -> Tensor:
        """Of those at every eighth place in the batch, whoever has them: `first` is the place of the first here."""
        chosen = slice(-first % _EACH, None, _EACH)
        if not len(real[chosen]):
            return real.new_zeros(())
        with torch.inference_mode(mode=False), torch.enable_grad():  # where losses are only measured, too
            both = torch.cat([real[chosen].clone(), made[chosen].clone()]).detach().clone().requires_grad_()
            scores = torch.cat([self._judged(each) for each in both.chunk(2)])  # in groups of images or of pictures
            (slope,) = torch.autograd.grad(scores.sum(), both, create_graph=torch.is_grad_enabled())
            total = slope.float().square().sum() * (_EACH / len(real))
            return total * (self.settings["gradient_penalty"] / 2)

    def _pull(self, x: Tensor, draws: Draws) -> Tensor | float:
        """What keeps a picture near each image, whatever the discriminator makes of it.

        Where latents are searched for, of those at every eighth place in the batch, as the penalties.
        """
        if not self.settings["pull"]:
            return 0.0
        count, every = len(x), _EACH if self.settings["searches"] else 1
        with torch.no_grad():
            pool = Draws(draws.generator).normal((_POOL, self.spec.latent_dim), x.device)  # the same in all processes
            x = x[slice(-draws.first % every, None, every)]
            near = pool[torch.cdist(x.flatten(1), self.decode(pool).to(x.dtype).flatten(1)).argmin(1)]
            near = self._searched(x, near)
        squared = (self.decode(near).float() - x).square().flatten(1).sum(1)
        return self.settings["pull"] * (squared.sum() * every / count)

    def _searched(self, x: Tensor, z: Tensor) -> Tensor:
        """Latents (n, d) near z whose pictures are nearer to the images x; differences of half precision are noise."""
        if not self.settings["searches"]:
            return z
        with torch.autocast(x.device.type, enabled=False):
            return inverted(self.decode, x, z, int(self.settings["searches"]))


def _scale_weights(generator: nn.Module, by: float) -> None:
    """Enlarge the initial weights of all layers but the last: torch's shrink what flows through a layer to about half.

    Pictures of different latents then differ little at first, and training may leave some dimensions unused.
    """
    matrices = [weight for weight in generator.parameters() if weight.dim() > 1]
    with torch.no_grad():
        for weight in matrices[:-1]:
            weight.mul_(by)


def _conv_generator(spec: NetSpec) -> nn.Sequential:
    """Transposed convolutions whose kernels overlap evenly; a residual one for each width that repeats.

    Before them is a dense layer, as the last of the critic: what strokes make up a digit is no matter of neighbours.
    """
    entry, *_ = levels = _levels(spec)[::-1]
    wide = _WIDER * entry[0]
    layers: list[nn.Module] = [nn.Linear(spec.latent_dim, wide), nn.GELU(), nn.Linear(wide, prod(entry))]
    layers.append(nn.Unflatten(1, entry))
    for inner, outer in pairwise(levels):
        layers += [_residual(inner[0], nn.GELU())] if inner == outer else [nn.GELU(), _doubling(inner, outer)]
    return nn.Sequential(*layers)


def _conv_critic(spec: NetSpec) -> nn.Sequential:
    """The mirror image, with leaky ReLUs, whose second derivatives cost nothing."""
    layers: list[nn.Module] = []
    for outer, inner in pairwise(levels := _levels(spec)):
        if inner == outer:
            layers.append(_residual(inner[0], nn.LeakyReLU(_SLOPE)))
        else:
            layers += [nn.Conv2d(outer[0], inner[0], 3, 2, 1), nn.LeakyReLU(_SLOPE)]
    wide = _WIDER * levels[-1][0]
    layers += [nn.Flatten(), nn.Linear(prod(levels[-1]), wide), nn.LeakyReLU(_SLOPE), nn.Linear(wide, 1)]
    return nn.Sequential(*layers)


def _dense_critic(spec: NetSpec, hidden: tuple[int, ...], group: int = 0) -> nn.Sequential:
    layers: list[nn.Module] = [nn.Flatten(), *([_GroupMean(group)] if group else [])]
    for before, after in pairwise(widths := (prod(spec.image_shape) * (2 if group else 1), *hidden)):
        layers += [nn.Linear(before, after), nn.LeakyReLU(_SLOPE)]
    return nn.Sequential(*layers, nn.Linear(widths[-1], 1))


def _mixed_critic(spec: NetSpec, channels: int, group: int) -> nn.Module:
    """The dense critic, and beside it two convolutions of so many channels and twice as many; 0 for none."""
    dense = _dense_critic(spec, spec.hidden, group)
    if not channels:
        return dense
    return _Sum(dense, _conv_critic(msgspec.structs.replace(spec, hidden=(channels, 2 * channels))))


class _GroupMean(nn.Module):
    """Beside each of (n, k) the mean of its group, times 3; all are one group where n is no multiple of its size."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def forward(self, x: Tensor) -> Tensor:
        """(n, k) in, (n, 2 k) out."""
        count, width = x.shape
        each = self.size if count % self.size == 0 else count
        mean = x.view(count // each, each, width).mean(1, keepdim=True).expand(-1, each, -1)
        return torch.cat([x, _MEAN_SCALE * mean.reshape(count, width)], 1)


class _Sum(nn.Module):
    """What several critics say together: convolutions see strokes, dense layers the whole digit."""

    def __init__(self, *critics: nn.Module) -> None:
        super().__init__()
        self.critics = nn.ModuleList(critics)

    def forward(self, x: Tensor) -> Tensor:
        """Images (n, c, h, w) in, (n, 1) out."""
        return torch.stack([critic(x).float() for critic in self.critics]).sum(0)


def _residual(channels: int, activation: nn.Module) -> ResidualBlock:
    return ResidualBlock(activation, nn.Conv2d(channels, channels, 3, padding=1))


_Level = tuple[int, int, int]


def _levels(spec: NetSpec) -> list[_Level]:
    """Channels, height and width from the image inwards: half the one before, unless the channels are the same."""
    height, width, channels = spec.image_shape
    levels = [(channels, height, width)]
    for inner in spec.hidden:
        channels, height, width = levels[-1]
        same = inner == channels and len(levels) > 1
        levels.append(levels[-1] if same else (inner, ceil(height / 2), ceil(width / 2)))
    return levels


def _doubling(inner: _Level, outer: _Level) -> nn.ConvTranspose2d:
    kernel = (outer[1] - 2 * inner[1] + 4, outer[2] - 2 * inner[2] + 4)  # as in trunks: of 3 where a row is lacking
    return nn.ConvTranspose2d(inner[0], outer[0], kernel, 2, 1)
