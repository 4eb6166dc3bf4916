"""The gradient of a fully connected network, written out: of small operations autograd takes as long to keep books."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from latent_explorer.nets.draws import Draws
from latent_explorer.nets.families import LENGTH_WEIGHT, LOG_VARIANCE_RANGE
from latent_explorer.nets.spec import NetSpec
from latent_explorer.training.flat import FlatWeights
from latent_explorer.training.gradients import Autograd, Gradients

_aten = torch.ops.aten


def gradients_of(flat: FlatWeights) -> Gradients:
    """The quickest way there is for the network that `flat` holds."""
    spec = flat.model.spec
    if spec.trunk == "dense" and spec.family in _OBJECTIVES and flat.gradient.device.type == "cpu":
        return DenseGradients(flat)
    return Autograd(flat)


class DenseGradients:
    """The gradient of a network of the trunk "dense", which is that of autograd but for rounding.

    Products are in the precision of `flat`, losses and latents in float32.
    """

    def __init__(self, flat: FlatWeights) -> None:
        self._whole = flat.gradient
        self._found = flat.gradient if flat.used.dtype == torch.float32 else torch.zeros_like(flat.used)
        layers = _layers(flat.views(flat.used), flat.views(self._found))
        self._encoder, self._decoder = (_Half.of(half, layers) for half in (flat.model.encoder, flat.model.decoder))
        self._objective = _OBJECTIVES[flat.model.spec.family](flat.model.spec)

    @torch.no_grad()
    def find(self, x: Tensor, seen: Tensor, draws: Draws, *, prior: float | Tensor, weight: float) -> dict[str, Tensor]:
        """See `Gradients.find`."""
        aim, count = self._objective, len(x)
        factor = float(prior) * aim.prior_weight
        inward = self._encoder.forward(seen.flatten(1))
        latents = aim.latents(inward.end.float(), draws)
        outward = self._decoder.forward(latents.z)
        error, by_logits = aim.compare(outward.end.float(), x.flatten(1), weight / count)
        losses = aim.named(error / count, latents.spread() / count, factor, x[0].numel())
        by_z = self._decoder.backward(outward, self._short(by_logits))
        by_outputs = latents.backward(self._decoder.to_input(by_z).float(), factor * weight / count)
        self._encoder.backward(inward, self._short(by_outputs))
        if self._found is not self._whole:
            self._whole.copy_(self._found)
        return {name: loss * weight for name, loss in losses.items()}

    def _short(self, tensor: Tensor) -> Tensor:
        return tensor.to(self._found.dtype)


@dataclass(frozen=True)
class _Layer:
    """A linear layer, and where its gradient goes. weight: (out, in). bias: (out,)."""

    weight: Tensor
    bias: Tensor
    by_weight: Tensor
    by_bias: Tensor


def _layers(weights: Sequence[Tensor], gradients: Sequence[Tensor]) -> Iterator[_Layer]:
    pairs = zip(weights[::2], weights[1::2], gradients[::2], gradients[1::2], strict=True)
    return (_Layer(*each) for each in pairs)


@dataclass(frozen=True)
class _Pass:
    """A batch on its way through a half, in memory that later batches of its size use again.

    inputs: what was put into each layer. outputs: what came out of it, before the activation. by_inputs: the gradients
    by what was put into each but the first.
    """

    inputs: list[Tensor]
    outputs: list[Tensor]
    by_inputs: list[Tensor]

    @classmethod
    def of(cls, layers: list[_Layer], count: int) -> "_Pass":
        """Room for `count` images."""
        inputs, outputs = ([_room(count, layer.weight, side) for layer in layers] for side in (1, 0))
        return cls(inputs, outputs, [torch.empty_like(each) for each in inputs[1:]])

    @property
    def end(self) -> Tensor:
        """What the half gives."""
        return self.outputs[-1]


def _room(count: int, weight: Tensor, side: int) -> Tensor:
    return weight.new_empty(count, weight.shape[side])


class _Half:
    """An encoder or a decoder: layers with GELU between them, on (n, numbers)."""

    def __init__(self, layers: list[_Layer]) -> None:
        self._layers = layers
        self._passes: dict[int, _Pass] = {}

    @classmethod
    def of(cls, half: nn.Module, layers: Iterator[_Layer]) -> "_Half":
        """With as many of `layers` as `half` has."""
        return cls([next(layers) for module in half.modules() if isinstance(module, nn.Linear)])

    def forward(self, x: Tensor) -> _Pass:
        """From the input (n, in) on; it holds until the next batch of so many."""
        if len(x) not in self._passes:
            self._passes[len(x)] = _Pass.of(self._layers, len(x))
        under_way = self._passes[len(x)]
        under_way.inputs[0].copy_(x)  # in the precision of the products
        for place, layer in enumerate(self._layers):
            if place:
                _aten.gelu.out(under_way.outputs[place - 1], out=under_way.inputs[place])
            torch.addmm(layer.bias, under_way.inputs[place], layer.weight.t(), out=under_way.outputs[place])
        return under_way

    def backward(self, done: _Pass, by_output: Tensor) -> Tensor:
        """Put the gradients of all layers where they belong; that by the first layer's output (n, out)."""
        for place in reversed(range(len(self._layers))):
            layer = self._layers[place]
            torch.mm(by_output.t(), done.inputs[place], out=layer.by_weight)
            torch.sum(by_output, 0, out=layer.by_bias)
            if place:
                by_input = torch.mm(by_output, layer.weight, out=done.by_inputs[place - 1])
                by_output = _aten.gelu_backward.grad_input(by_input, done.outputs[place - 1], grad_input=by_input)
        return by_output

    def to_input(self, by_first: Tensor) -> Tensor:
        """What `backward` gave, as the gradient by the input (n, in)."""
        return by_first @ self._layers[0].weight


class _Latents(Protocol):
    """What an encoder says of n images."""

    @property
    def z(self) -> Tensor:
        """What the decoder is given, (n, d)."""

    def spread(self) -> Tensor:
        """How far they are from the prior, as the family measures it, summed over the images."""

    def backward(self, by_z: Tensor, by_spread: float) -> Tensor:
        """From gradients to that by what the encoder gave."""


@dataclass(frozen=True)
class _Points:
    """Of an autoencoder: the squared length is what is measured."""

    z: Tensor

    def spread(self) -> Tensor:
        return self.z.square().sum()

    def backward(self, by_z: Tensor, by_spread: float) -> Tensor:
        return by_z + (2 * by_spread) * self.z


class _Clouds:
    """Of a VAE: the KL divergence to the prior is what is measured. outputs: (n, 2 d), means and log-variances."""

    def __init__(self, outputs: Tensor, draws: Draws) -> None:
        self._mean, self._raw = outputs.chunk(2, dim=1)
        self._log_variance = self._raw.clamp(*LOG_VARIANCE_RANGE)
        self._offset = (self._log_variance / 2).exp() * draws.normal(self._mean.shape, self._mean.device)
        self.z = self._mean + self._offset

    def spread(self) -> Tensor:
        return 0.5 * (self._mean.square() + self._log_variance.exp() - 1 - self._log_variance).sum()

    def backward(self, by_z: Tensor, by_spread: float) -> Tensor:
        by_log_variance = 0.5 * (by_z * self._offset + by_spread * (self._log_variance.exp() - 1))
        within = self._raw == self._log_variance  # where it was cut, it has no slope
        return torch.cat([by_z + by_spread * self._mean, by_log_variance * within], 1)


class _Objective(Protocol):
    """What a family of networks strives for; nets/families.py says it in fewer words, which autograd can derive."""

    prior_weight: float

    def latents(self, outputs: Tensor, draws: Draws) -> _Latents:
        """What an encoder's outputs, float32, mean."""

    def compare(self, logits: Tensor, x: Tensor, scale: float) -> tuple[Tensor, Tensor]:
        """The error summed over images x (n, pixels), and its gradient by the logits times `scale`, float32."""

    def named(self, error: Tensor, spread: Tensor, factor: float, pixels: int) -> dict[str, Tensor]:
        """The losses by name from means over the images."""


class _SquaredError:
    """That of `nets.families.Autoencoder`."""

    def __init__(self, _spec: NetSpec) -> None:
        self.prior_weight = LENGTH_WEIGHT

    def latents(self, outputs: Tensor, _draws: Draws) -> _Latents:
        return _Points(outputs)

    def compare(self, logits: Tensor, x: Tensor, scale: float) -> tuple[Tensor, Tensor]:
        pictures = logits.sigmoid()
        apart = pictures - x
        error = torch.dot(apart.flatten(), apart.flatten())
        return error, _aten.sigmoid_backward(apart, pictures).mul_(2 * scale)

    def named(self, error: Tensor, spread: Tensor, factor: float, pixels: int) -> dict[str, Tensor]:
        return {"loss": error + factor * spread, "mse": error / pixels}


class _EvidenceBound:
    """That of `nets.families.VariationalAutoencoder`."""

    def __init__(self, spec: NetSpec) -> None:
        self.prior_weight = spec.beta

    def latents(self, outputs: Tensor, draws: Draws) -> _Latents:
        return _Clouds(outputs, draws)

    def compare(self, logits: Tensor, x: Tensor, scale: float) -> tuple[Tensor, Tensor]:
        error = binary_cross_entropy_with_logits(logits, x, reduction="sum")
        return error, logits.sigmoid().sub_(x).mul_(scale)

    def named(self, error: Tensor, spread: Tensor, factor: float, _pixels: int) -> dict[str, Tensor]:
        return {"loss": error + factor * spread, "reconstruction": error, "kl": spread}


_OBJECTIVES: dict[str, Callable[[NetSpec], _Objective]] = {"ae": _SquaredError, "vae": _EvidenceBound}
