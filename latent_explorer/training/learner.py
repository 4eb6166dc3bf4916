"""A network with all that training it needs: one step at a time."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from latent_explorer.nets.model import LatentModel
from latent_explorer.nets.threads import threads
from latent_explorer.nets.weights import load_weights, weights_of
from latent_explorer.runs.recipe import Precision, Recipe
from latent_explorer.training.augment import augment, corrupt
from latent_explorer.training.captured import StepNumbers, Steps, accelerator_of
from latent_explorer.training.dense_step import gradients_of
from latent_explorer.training.flat import FlatWeights
from latent_explorer.training.gradients import Autograd
from latent_explorer.training.images import EVALUATION_BATCH, HeldImages, Images
from latent_explorer.training.tally import Arriving, Here
from latent_explorer.training.team import ALONE, Team, share_of
from latent_explorer.training.threads import possible_threads

Arrays = dict[str, NDArray[np.float32]]


class Learner:
    """The network in training, the moving average of its weights, and the optimiser, all on one device."""

    def __init__(
        self,
        model: LatentModel,
        recipe: Recipe,
        precision: Precision,
        images: Images,
        team: Team = ALONE,
        threads: int = 0,
    ) -> None:
        """threads: how many a step is given, as far as this process has so many; 0 for as many as is usual."""
        add_up = team.add_up if team.size > 1 else None
        self._flat = FlatWeights(model.to(images.device).train(), recipe, precision, add_up)
        self._recipe, self._images, self._team = recipe, images, team
        self._accelerator = accelerator_of(images.device) if team.size == 1 else None
        self._gradients = gradients_of(self._flat) if self._accelerator is None else Autograd(self._flat)
        self._threads = min(threads or possible_threads(model, recipe.batch_size)[0], torch.get_num_threads())
        replaying = self._accelerator if isinstance(images, HeldImages) else None
        self._steps = Steps(replaying, self._learn, recipe.batch_size, self._flat.idle)

    @property
    def device(self) -> torch.device:
        """Where the network is."""
        return self._images.device

    @property
    def average(self) -> LatentModel:
        """The network with the averaged weights."""
        return self._flat.average

    def learn(
        self, indices: Tensor, epoch: int, step: int, steps: int, generator: torch.Generator
    ) -> Mapping[str, Tensor]:
        """Learn from the images at `indices`; the losses before the step, by name, without waiting for the device.

        Of several processes each has its share of the images, and gives its part of the losses: they add up.
        step: 0..steps - 1, in the whole run. After a loss or a gradient that is not finite all weights stay as they
        were before that step, and `verdict` tells.
        """
        numbers = StepNumbers.at(self._recipe, step, steps)
        return self._steps(indices, self._recipe.augmentation_at(epoch), numbers, generator)

    def _learn(
        self, indices: Tensor, augmentation: float, numbers: StepNumbers, generator: torch.Generator
    ) -> Mapping[str, Tensor]:
        own = share_of(self._team, len(indices))
        draws = own.draws(generator)
        with threads(self._threads):
            x = augment(self._images.batch(indices[own.rows]), augmentation, draws)
            seen = corrupt(x, self._recipe.corruption, draws)
            losses = self._gradients.find(x, seen, draws, prior=numbers.prior, weight=own.weight)
            self._flat.step(losses["loss"], numbers.rate, numbers.fresh)
        return losses

    def expected(self, batches: Sequence[Tensor]) -> Iterator[Tensor]:
        """Hand on the indices of batches to learn from, of which the own images are expected; see `Images.expected`."""
        own = [batch[share_of(self._team, len(batch)).rows] for batch in batches]
        for batch, _ in zip(batches, self._images.expected(own), strict=True):
            yield batch

    def verdict(self) -> Tensor:
        """Whether a loss was not finite, and how many steps were good before; see `FlatWeights.verdict`."""
        return self._flat.verdict()

    def copy_back(self, tensor: Tensor) -> Arriving:
        """Begin to copy a tensor to the processor's memory, where that can be done beside the steps."""
        return Here(tensor) if self._accelerator is None else self._accelerator.copy_back(tensor)

    @torch.inference_mode()
    def losses_on(self, indices: NDArray[np.intp]) -> dict[str, float]:
        """The mean losses of the averaged weights on the images at `indices`, by name; the same draws every time."""
        generator = torch.Generator(self._images.device).manual_seed(0)
        totals: dict[str, Tensor] = {}
        for batch in torch.split(torch.from_numpy(indices).to(self.device), EVALUATION_BATCH):
            own = share_of(self._team, len(batch))
            losses = self.average.losses(self._images.batch(batch[own.rows]), own.draws(generator))
            for name, loss in losses.items():
                totals[name] = totals.get(name, torch.zeros_like(loss)) + loss * own.images
        sums = torch.stack(list(totals.values()))
        self._team.add_up(sums)
        return {name: total / len(indices) for name, total in zip(totals, sums.tolist(), strict=True)}

    @torch.inference_mode()
    def watch(self, indices: NDArray[np.intp]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Latents (k, d) of the images at `indices` by the averaged weights, and the mean squared errors (k,) of the
        pictures decoded from them.
        """
        means, errors = [], []
        for x in self._images.batches(indices, EVALUATION_BATCH):
            mean = self.average.encode(x).mean
            means.append(mean.cpu())
            errors.append((self.average.decode(mean) - x).square().flatten(1).mean(1).cpu())
        return torch.cat(means).numpy(), torch.cat(errors).numpy()

    def arrays(self) -> dict[str, Arrays]:
        """Copies of everything that `restore` needs."""
        return {
            "model": weights_of(self._flat.exact),
            "average": weights_of(self._flat.average),
            "optimiser": self._flat.optimiser_arrays(),
        }

    def restore(self, parts: Mapping[str, Arrays]) -> None:
        """Put back what `arrays` gave. Raises TrainingError or BundleError when it is of another network."""
        load_weights(self._flat.exact, parts.get("model", {}))
        load_weights(self._flat.average, parts.get("average", {}))
        self._flat.restore_optimiser(parts.get("optimiser", {}))
        self._flat.refresh()
        self._steps.forget()
