"""Baseline: a training loop as in tutorials, with a DataLoader, float32 and Adam with defaults."""

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.utils.data import DataLoader, TensorDataset

from latent_explorer.data import Dataset, Split
from latent_explorer.nets.model import ImageBatch, LatentModel
from latent_explorer.nets.registry import build
from latent_explorer.nets.spec import NetSpec
from latent_explorer.runs.recipe import Recipe
from latent_explorer.training.distributed.devices import choose_device


def loader_losses(spec: NetSpec, dataset: Dataset, recipe: Recipe) -> Iterator[float]:
    """Yield the loss on the test images before training and after each epoch, without end.

    Uses the batch size, learning rate, seed and device of `recipe`.
    """
    device = choose_device(recipe.device)
    torch.manual_seed(recipe.seed)
    model = build(spec).to(device)
    optimiser = torch.optim.Adam(model.parameters(), lr=recipe.learning_rate)
    train, test = (_loader(dataset, split, recipe.batch_size) for split in ("train", "test"))
    while True:
        yield _loss(model, test, device)
        for (x,) in train:
            loss = model.losses(ImageBatch(x.to(device)))["loss"]
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()


def _loader(dataset: Dataset, split: Split, batch_size: int) -> DataLoader[tuple[Tensor, ...]]:
    images = torch.from_numpy(dataset.images[dataset.indices(split)]).permute(0, 3, 1, 2).float() / 255
    return DataLoader(TensorDataset(images.contiguous()), batch_size, shuffle=split == "train")


@torch.no_grad()
def _loss(model: LatentModel, test: DataLoader[tuple[Tensor, ...]], device: torch.device) -> float:
    losses = [model.losses(ImageBatch(x.to(device)))["loss"].item() for (x,) in test]
    return sum(losses) / len(losses)
