"""Linear and convolutional layers run by oneDNN, with weights packed once for its blocked kernels.

torch's eager matrix product uses another library, which reaches half the speed on many processors. The operators here
are those that torch's compiler emits for frozen weights; `packed` raises RuntimeError or AttributeError in builds of
torch without them.
"""

import copy

import torch
from torch import Tensor, nn

_BATCH = 512  # the batch size that the packing is optimised for; others are slightly slower


class Packed(nn.Module):
    """A layer and its activation as one oneDNN kernel. activation: "none", "relu" or "gelu"."""

    def __init__(self, layer: nn.Linear | nn.Conv2d | nn.ConvTranspose2d, activation: str = "none") -> None:
        super().__init__()
        self._bias = None if layer.bias is None else layer.bias.detach()
        self.activation = activation

    def _after(self) -> tuple[str, list[float], str]:
        return self.activation, [], "none" if self.activation == "gelu" else ""


class PackedLinear(Packed):
    """A linear layer."""

    def __init__(self, linear: nn.Linear, activation: str = "none") -> None:
        super().__init__(linear, activation)
        self._weight = torch.ops.mkldnn._reorder_linear_weight(linear.weight.detach().clone(), _BATCH)

    def forward(self, x: Tensor) -> Tensor:
        """Shape (n, inputs) in, (n, outputs) out."""
        product: Tensor = torch.ops.mkldnn._linear_pointwise(x, self._weight, self._bias, *self._after())
        return product


class PackedConvolution(Packed):
    """A convolution or transposed convolution in channels-last memory format."""

    def __init__(self, layer: nn.Conv2d | nn.ConvTranspose2d, activation: str = "none") -> None:
        super().__init__(layer, activation)
        operators, weight = torch.ops.mkldnn, layer.weight.detach().clone(memory_format=torch.channels_last)
        padding = [layer.padding, layer.output_padding] if isinstance(layer, nn.ConvTranspose2d) else [layer.padding]
        self._geometry = (*padding, layer.stride, layer.dilation, layer.groups)
        if isinstance(layer, nn.ConvTranspose2d):
            self._operator = operators._convolution_transpose_pointwise
            self._weight = operators._reorder_convolution_transpose_weight(weight, *self._geometry, None)
        else:
            self._operator = operators._convolution_pointwise
            self._weight = operators._reorder_convolution_weight(weight, *self._geometry, None)

    def forward(self, x: Tensor) -> Tensor:
        """Shape (n, c, h, w) in and out."""
        inner = x.contiguous(memory_format=torch.channels_last)
        made: Tensor = self._operator(inner, self._weight, self._bias, *self._geometry, *self._after())
        return made


def packed(module: nn.Module) -> nn.Module:
    """An equivalent module with all linear and convolutional layers packed; other submodules are shared."""
    if isinstance(module, nn.Linear):
        return PackedLinear(module)
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        plain = module.padding_mode == "zeros" and not isinstance(module.padding, str)
        return PackedConvolution(module) if plain else module
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
        if activation and isinstance(before, Packed) and before.activation == "none":
            before.activation = activation
        else:
            result.append(packed(layer))
    return result


def _activation(layer: nn.Module) -> str:
    if isinstance(layer, nn.ReLU):
        return "relu"
    return "gelu" if isinstance(layer, nn.GELU) and layer.approximate == "none" else ""
