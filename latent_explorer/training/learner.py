"""A network with all that training it needs: one step at a time."""

from collections.abc import Mapping
from copy import deepcopy

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from latent_explorer.errors import TrainingError
from latent_explorer.nets.model import LatentModel
from latent_explorer.nets.weights import load_weights, weights_of
from latent_explorer.training.augment import augment, corrupt
from latent_explorer.training.devices import autocast
from latent_explorer.training.images import EVALUATION_BATCH, Images
from latent_explorer.training.optimiser import make_optimiser, optimiser_arrays, restore_optimiser, update_average
from latent_explorer.training.recipe import Precision, Recipe

Arrays = dict[str, NDArray[np.float32]]


class Learner:
    """The network in training, the moving average of its weights, and the optimiser, all on one device."""

    def __init__(self, model: LatentModel, recipe: Recipe, precision: Precision, images: Images) -> None:
        self.model = model.to(images.device).train()
        self.average = deepcopy(self.model).eval()
        self._optimiser = make_optimiser(self.model, recipe)
        self._recipe, self._precision, self._images = recipe, precision, images

    @property
    def device(self) -> torch.device:
        """Where the network is."""
        return self._images.device

    def learn(self, indices: Tensor, epoch: int, step: int, steps: int, generator: torch.Generator) -> dict[str, float]:
        """Learn from the images at `indices`; the losses before the step, by name.

        step: 0..steps - 1, in the whole run. Raises TrainingError, the weights untouched, when a loss or a gradient
        is not finite.
        """
        rate = self._recipe.rate_at(step, steps)
        self._optimiser.param_groups[0]["lr"] = rate
        x = augment(self._images.batch(indices), self._recipe.augmentation_at(epoch), generator)
        seen = corrupt(x, self._recipe.corruption, generator)
        with autocast(self._images.device, self._precision):
            losses = self.model.losses(x, generator, seen=seen, prior=self._recipe.prior_at(step, steps))
        self._optimiser.zero_grad(set_to_none=True)
        losses["loss"].backward()  # type: ignore[no-untyped-call]
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), self._recipe.clip_norm)
        if not (losses["loss"] + norm).isfinite():
            raise TrainingError(
                f"the loss or its gradient is no longer finite in epoch {epoch}, step {step + 1}, at the learning rate "
                f"{rate:.2g}; the weights before that step are kept. Train again with a lower learning rate"
            )
        self._optimiser.step()
        update_average(self.average, self.model, self._recipe.averaging, step)
        return {name: loss.item() for name, loss in losses.items()}

    @torch.inference_mode()
    def losses_on(self, indices: NDArray[np.intp]) -> dict[str, float]:
        """The mean losses of the averaged weights on the images at `indices`, by name; the same draws every time."""
        generator = torch.Generator(self._images.device).manual_seed(0)
        totals: dict[str, float] = {}
        for x in self._images.batches(indices, EVALUATION_BATCH):
            for name, loss in self.average.losses(x, generator).items():
                totals[name] = totals.get(name, 0.0) + loss.item() * len(x)
        return {name: total / len(indices) for name, total in totals.items()}

    @torch.inference_mode()
    def latents_of(self, indices: NDArray[np.intp]) -> NDArray[np.float32]:
        """The latents of the images at `indices` by the averaged weights, float32 (k, d)."""
        means = [self.average.encode(x).mean.cpu() for x in self._images.batches(indices, EVALUATION_BATCH)]
        return torch.cat(means).numpy()

    def arrays(self) -> dict[str, Arrays]:
        """Copies of everything that `restore` needs."""
        return {
            "model": weights_of(self.model),
            "average": weights_of(self.average),
            "optimiser": optimiser_arrays(self._optimiser),
        }

    def restore(self, parts: Mapping[str, Arrays]) -> None:
        """Put back what `arrays` gave. Raises TrainingError or BundleError when it is of another network."""
        load_weights(self.model, parts.get("model", {}))
        load_weights(self.average, parts.get("average", {}))
        restore_optimiser(self._optimiser, parts.get("optimiser", {}))
