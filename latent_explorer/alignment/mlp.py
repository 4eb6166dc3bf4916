"""The translator with a small perceptron, added to an affine map."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_explorer.alignment.linear import fit_ridge
from latent_explorer.alignment.standard import Standard
from latent_explorer.alignment.translator import Arrays, Floats, TranslatorKind, checked_arrays

_AXES = {"first": "sh", "shift": "h", "second": "ht", "weight": "st", "offset": "t"}
_HIDDEN, _STEPS, _LOOK = 128, 400, 10
_RATE, _FOLDS = 0.01, 8
_ROWS = 4096  # anchors of a step at most


@dataclass(frozen=True, eq=False)
class PerceptronTranslator:
    """`z @ weight + offset + tanh(z @ first + shift) @ second`.

    first: float64 (source dimensions, hidden), shift: (hidden,), second: (hidden, target dimensions), weight: (source
    dimensions, target dimensions), offset: (target dimensions,).
    """

    first: Floats
    shift: Floats
    second: Floats
    weight: Floats
    offset: Floats

    @property
    def arrays(self) -> Arrays:
        """All that it consists of."""
        return {name: getattr(self, name) for name in _AXES}

    def to(self, z: NDArray[np.floating]) -> NDArray[np.float32]:
        """Latents (n, source dimensions) as latents (n, target dimensions)."""
        z = np.asarray(z, np.float64)
        bent = np.tanh(z @ self.first + self.shift) @ self.second
        return (z @ self.weight + self.offset + bent).astype(np.float32)


def fit_mlp(source: Floats, target: Floats) -> tuple[PerceptronTranslator, Floats]:
    """A ridge map, and a perceptron trained on its residual; training stops at the least error on held-out anchors.

    Anchors are held out in up to 8 groups, each with its own perceptron, all trained together.
    """
    standard = Standard.of(source)
    folds = min(_FOLDS, len(source))
    fold = np.arange(len(source)) % folds
    kept = np.concatenate([fold != np.arange(folds)[:, None], np.ones((1, len(source)), bool)])
    linear = [fit_ridge(source[each], target[each])[0] for each in kept]
    left = np.stack([target - source @ each.weight - each.offset for each in linear])
    unit = float(np.sqrt(np.square(left[-1]).mean())) or 1.0
    first, shift, second, missed = _trained(standard.of_raw(source), left / unit, kept, fold)
    first = first / standard.scale[:, None]
    made = PerceptronTranslator(
        first, shift - standard.mean @ first, second * unit, linear[-1].weight, linear[-1].offset
    )
    return made, -missed * unit


def _trained(x: Floats, y: Floats, kept: NDArray[np.bool_], fold: NDArray[np.int64]) -> Any:
    """The weights of the last of several perceptrons, trained on y (g, k, t) where kept (g, k), and the residual at the
    anchors of those that have not seen them (k, t)."""
    import torch

    from latent_explorer.nets.draws import seeded

    with torch.inference_mode(False), torch.enable_grad():
        draws = seeded("cpu", 0)
        inputs, wanted = (torch.from_numpy(each.astype(np.float32)) for each in (x, y))
        mask = torch.from_numpy(kept.astype(np.float32))[:, :, None]
        weights = _fresh(len(kept), x.shape[1], y.shape[2], draws)
        steps = torch.optim.AdamW(weights, lr=_RATE, weight_decay=0.01)
        rates = torch.optim.lr_scheduler.CosineAnnealingLR(steps, _STEPS)
        rows, places = torch.from_numpy(fold), torch.arange(len(x))
        best, least = ([each[-1].detach().clone() for each in weights], wanted[rows, places]), float("inf")
        for step in range(_STEPS + 1):
            batch = torch.randperm(len(x), generator=draws)[:_ROWS]
            off = wanted[:, batch] - _bent(inputs[batch], weights)
            if step % _LOOK == 0:
                with torch.no_grad():
                    unseen = (wanted - _bent(inputs, weights))[rows, places]
                if (error := float(unseen.square().mean())) < least:
                    best, least = ([each[-1].detach().clone() for each in weights], unseen), error
            steps.zero_grad()
            (off.square() * mask[:, batch]).sum((1, 2)).div(mask[:, batch].sum((1, 2)) * y.shape[2]).sum().backward()
            steps.step()
            rates.step()
        first, shift, second = (each.double().numpy() for each in best[0])
        return first, shift[0], second, best[1].double().numpy()


def _fresh(count: int, source: int, target: int, draws: Any) -> list[Any]:
    """The same initial weights for each of several perceptrons, whose output is at first zero."""
    import torch

    first = torch.randn(source, _HIDDEN, generator=draws) / source**0.5
    shift = torch.randn(1, _HIDDEN, generator=draws)
    parts = first, shift, torch.zeros(_HIDDEN, target)
    return [part.expand(count, *part.shape).clone().requires_grad_() for part in parts]


def _bent(inputs: Any, weights: list[Any]) -> Any:
    first, shift, second = weights
    return (inputs @ first + shift).tanh() @ second


def restore_mlp(arrays: Arrays) -> PerceptronTranslator:
    """The translator of these arrays. Raises UserError if they do not fit."""
    return PerceptronTranslator(**checked_arrays("mlp", arrays, _AXES))


MLP = TranslatorKind(
    "mlp", "Perceptron", "An affine map plus a small perceptron; takes seconds.",
    lambda source, target: 8, fit_mlp, restore_mlp,
)  # fmt: skip
