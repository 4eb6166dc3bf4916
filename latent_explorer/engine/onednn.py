"""Fully connected layers through oneDNN, their weights packed once for its blocked kernels.

torch's own eager product goes through another library, which on many processors reaches half the speed. The two
operators used here are those that torch's compiler emits for frozen weights; whoever calls `packed` must be ready for
a RuntimeError or AttributeError where a build lacks them.
"""

import copy

import torch
from torch import Tensor, nn

_BATCH = 512  # the batch that the packing is chosen for; others work, a little slower


class PackedLinear(nn.Module):
    """A linear layer, and the activation after it, as one oneDNN product. activation: "none", "relu" or "gelu"."""

    def __init__(self, linear: nn.Linear, activation: str) -> None:
        super().__init__()
        self._weight = torch.ops.mkldnn._reorder_linear_weight(linear.weight.detach().clone(), _BATCH)
        self._bias = None if linear.bias is None else linear.bias.detach()
        self._activation = activation

    def forward(self, x: Tensor) -> Tensor:
        """Shape (n, inputs) in, (n, outputs) out."""
        algorithm = "none" if self._activation == "gelu" else ""
        product: Tensor = torch.ops.mkldnn._linear_pointwise(
            x, self._weight, self._bias, self._activation, [], algorithm
        )
        return product


def packed(module: nn.Module) -> nn.Module:
    """A module that computes the same with every linear layer packed; what is not one is shared, not copied."""
    if isinstance(module, nn.Linear):
        return PackedLinear(module, "none")
    if isinstance(module, nn.Sequential):
        return nn.Sequential(*_packed_layers(list(module)))
    shallow = copy.copy(module)
    shallow._modules = {name: child and packed(child) for name, child in module._modules.items()}
    return shallow


def _packed_layers(layers: list[nn.Module]) -> list[nn.Module]:
    result: list[nn.Module] = []
    for layer in layers:
        before = result[-1] if result else None
        activation = _activation(layer)
        if activation and isinstance(before, PackedLinear) and before._activation == "none":
            before._activation = activation
        else:
            result.append(packed(layer))
    return result


def _activation(layer: nn.Module) -> str:
    if isinstance(layer, nn.ReLU):
        return "relu"
    return "gelu" if isinstance(layer, nn.GELU) and layer.approximate == "none" else ""
