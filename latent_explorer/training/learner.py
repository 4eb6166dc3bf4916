"""A network in training: one step at a time, with augmentation of its images."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample

from latent_explorer.errors import TrainingError
from latent_explorer.nets.draws import Draws
from latent_explorer.nets.model import ImageBatch, LatentModel
from latent_explorer.nets.threads import threads
from latent_explorer.nets.weights import load_weights, weights_of
from latent_explorer.runs.recipe import Precision, Recipe
from latent_explorer.training.autotune import possible_threads
from latent_explorer.training.distributed.process_group import SINGLE_PROCESS, ProcessGroup
from latent_explorer.training.images import EVALUATION_BATCH, Images
from latent_explorer.training.optimiser import Optimiser

Arrays = dict[str, NDArray[np.float32]]

# Standard deviations at strength 1: radians, relative size, shear, and shift in half image sides.
_ROTATION, _SCALE, _SHEAR, _SHIFT = 0.12, 0.06, 0.08, 0.04


class Learner:
    """The network in training, the moving average of its weights, and the optimiser, on one device.

    average: the network with the averaged weights.
    """

    def __init__(
        self,
        model: LatentModel,
        recipe: Recipe,
        precision: Precision,
        images: Images,
        group: ProcessGroup = SINGLE_PROCESS,
        threads: int = 0,
    ) -> None:
        """threads: the number of threads for a step, at most those of this process; 0 for the default."""
        add_up = group.add_up if group.size > 1 else None
        self.optimiser = Optimiser(model.to(images.device), recipe, precision, add_up)
        self.average, self.images, self.device = self.optimiser.average, images, images.device
        self._recipe, self._group = recipe, group
        self._threads = min(threads or possible_threads(model, recipe.batch_size)[0], torch.get_num_threads())
        torch.backends.cudnn.deterministic = True  # a resumed run must equal an uninterrupted one

    def learn(
        self, indices: Tensor, epoch: int, step: int, steps: int, generator: torch.Generator
    ) -> Mapping[str, Tensor]:
        """Train on the images at `indices`; returns the losses before the step by name, without waiting for the device.

        Each of several processes trains on its share of the images, and returns its part of the losses, which add up.
        step: 0..steps - 1, in the whole run. After a loss or gradient that is not finite, all weights keep their values
        from before the step, and the optimiser's `verdict` reports it.
        """
        recipe, own = self._recipe, self._group.share(len(indices))
        mine, draws = indices[own.rows], own.draws(generator)
        fresh = 1 - min(recipe.averaging, (1 + step) / (10 + step))  # the initial weights fade quickly
        with threads(self._threads):
            x = augment(self.images.batch(mine), recipe.augmentation_at(epoch), draws)
            seen = corrupt(x, recipe.corruption, draws)
            batch = ImageBatch(x, seen, self.images.labels_at(mine), recipe.prior_at(step, steps))
            rate = recipe.rate_at(step, steps)
            return self.optimiser.learn(batch, draws, weight=own.weight, rate=rate, fresh=fresh)

    def expected(self, batches: Sequence[Tensor]) -> Iterator[Tensor]:
        """Pass on the indices of batches, and prefetch this process's images of them; see `Images.expected`."""
        own = [batch[self._group.share(len(batch)).rows] for batch in batches]
        for batch, _ in zip(batches, self.images.expected(own), strict=True):
            yield batch

    @torch.inference_mode()
    def losses_on(self, indices: NDArray[np.intp]) -> dict[str, float]:
        """The mean losses of the averaged weights on the images at `indices`, by name; always with the same draws."""
        generator = torch.Generator(self.device).manual_seed(0)
        totals: dict[str, Tensor] = {}
        for batch in torch.split(torch.from_numpy(indices).to(self.device), EVALUATION_BATCH):
            own = self._group.share(len(batch))
            seen = ImageBatch(self.images.batch(batch[own.rows]), labels=self.images.labels_at(batch[own.rows]))
            for name, loss in self.average.losses(seen, own.draws(generator)).items():
                totals[name] = totals.get(name, torch.zeros_like(loss)) + loss * own.images
        family = self.average.family
        if list(totals) != [name for name in family.labels() if name in totals or name in family.followed]:
            raise TrainingError(f"the network of {family.name!r} gives the losses {', '.join(totals)}, not its entry's")
        sums = torch.stack(list(totals.values()))
        self._group.add_up(sums)
        return {name: total / len(indices) for name, total in zip(totals, sums.tolist(), strict=True)}

    def arrays(self) -> dict[str, Arrays]:
        """Copies of everything that `restore` needs."""
        return {
            "model": weights_of(self.optimiser.model),
            "average": weights_of(self.average),
            "optimiser": self.optimiser.arrays(),
        }

    def restore(self, parts: Mapping[str, Arrays]) -> None:
        """Restore the result of `arrays`. Raises TrainingError or BundleError if it is of another network."""
        load_weights(self.optimiser.model, parts.get("model", {}))
        load_weights(self.average, parts.get("average", {}))
        self.optimiser.restore(parts.get("optimiser", {}))


def augment(x: Tensor, strength: float, draws: Draws) -> Tensor:
    """Images (n, c, h, w) in [0, 1], each rotated, scaled, sheared and shifted a little; the outside is 0 (black).

    strength: of the changes, 0 for none.
    """
    if strength == 0:
        return x
    change = draws.normal((5, len(x)), x.device, images=1) * strength
    angle, scale, shear = change[0] * _ROTATION, 1 + change[1] * _SCALE, change[2] * _SHEAR
    rows = [
        torch.stack([angle.cos() * scale, shear - angle.sin(), change[3] * _SHIFT], 1),
        torch.stack([angle.sin(), angle.cos() * scale, change[4] * _SHIFT], 1),
    ]
    grid = affine_grid(torch.stack(rows, 1), list(x.shape), align_corners=False)
    return grid_sample(x, grid, align_corners=False).clamp_(0, 1)


def corrupt(x: Tensor, share: float, draws: Draws) -> Tensor:
    """Images (n, c, h, w) with a `share` of values set to 0, and the others scaled to keep the mean."""
    if share == 0:
        return x
    kept = draws.uniform(x.shape, x.device) >= share
    return x * kept / (1 - share)
