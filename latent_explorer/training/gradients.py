"""How the gradient of a loss is found: by autograd, whatever the network is."""

from typing import Protocol

import torch
from torch import Tensor

from latent_explorer.nets.draws import Draws
from latent_explorer.training.flat import FlatWeights


class Gradients(Protocol):
    """Finds losses, and the gradient of that called "loss" by all weights of a network."""

    def find(self, x: Tensor, seen: Tensor, draws: Draws, *, prior: float | Tensor, weight: float) -> dict[str, Tensor]:
        """The losses on images `x` (n, c, h, w) by name, each times `weight`; see `LatentModel.losses` for the rest.

        Their gradient is then in `FlatWeights.gradient`, in place of what was there.
        """


class Autograd:
    """The gradient of whatever network `flat` holds."""

    def __init__(self, flat: FlatWeights) -> None:
        self._flat = flat

    def find(self, x: Tensor, seen: Tensor, draws: Draws, *, prior: float | Tensor, weight: float) -> dict[str, Tensor]:
        """See `Gradients.find`."""
        flat = self._flat
        with flat.autocast():
            losses = {name: loss * weight for name, loss in flat.model.losses(x, draws, seen=seen, prior=prior).items()}
        found = torch.autograd.grad(losses["loss"], list(flat.model.parameters()), allow_unused=True)
        with torch.no_grad():
            if any(gradient is None for gradient in found):  # of weights that had no part in the loss
                flat.gradient.zero_()
            views = flat.views(flat.gradient)
            pairs = [(to, gradient) for to, gradient in zip(views, found, strict=True) if gradient is not None]
            torch._foreach_copy_([to for to, _ in pairs], [gradient for _, gradient in pairs])
        return {name: loss.detach() for name, loss in losses.items()}
