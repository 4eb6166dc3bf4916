"""How fast a network is trained here, beside the plain loop that one would write with torch alone."""

from collections.abc import Iterator
from pathlib import Path
from statistics import median

import torch
from torch import Tensor
from torch.utils.data import DataLoader, TensorDataset

from latent_explorer.bench.measure import timed
from latent_explorer.data import Dataset, Split, open_dataset
from latent_explorer.nets.model import ImageBatch, LatentModel
from latent_explorer.nets.registry import build
from latent_explorer.nets.spec import NetSpec
from latent_explorer.runs import Job
from latent_explorer.runs.recipe import Recipe
from latent_explorer.training.distributed.devices import choose_device
from latent_explorer.training.jobs import spec_of
from latent_explorer.training.loop import Training

_HIDDEN = (512, 128, 64)
_RECIPE = Recipe(epochs=10, batch_size=256, learning_rate=1e-3)
_VAE_RECIPE = Recipe(epochs=30)


def measure_train(
    dataset: Dataset | None = None, *, recipe: Recipe = _RECIPE, vae_recipe: Recipe = _VAE_RECIPE, plain_epochs: int = 3
) -> dict[str, float]:
    """The rates of both loops, each with an evaluation on the test images after every epoch.

    dataset: MNIST by default. The network is the autoencoder 784-512-128-64-2 and its mirror. ten_epochs_seconds: of
    ours in all, scaled where the recipe has other than ten, from the choice of a precision to the last evaluation. The
    rates are those of the median epoch, so that a moment in which the machine stood still counts for neither. The plain
    loop (DataLoader, float32, Adam that is not fused, the images in memory as float32 already) needs only
    `plain_epochs` for that; they take turns with ours, so that a busy minute meets both.
    thirty_epochs_seconds: on CUDA alone, of the VAE that `train` makes by default, up to its last evaluation.
    """
    dataset = dataset or open_dataset("mnist")
    spec = NetSpec(family="ae", trunk="dense", image_shape=dataset.image_shape, latent_dim=2, hidden=_HIDDEN)
    ours, plain = our_epochs(spec, dataset, recipe), plain_losses(spec, dataset, recipe)
    turns = {round((turn + 0.5) * recipe.epochs / plain_epochs) for turn in range(plain_epochs)}
    next(plain)  # what is done only once is no part of its rate
    seconds, plain_seconds = [], []
    for epoch in range(recipe.epochs):
        if epoch in turns:
            plain_seconds.append(timed(lambda: next(plain)) / 1000)
        seconds.append(timed(lambda: next(ours)) / 1000)
    rate, plain_rate = (len(dataset.indices("train")) / median(times) for times in (seconds, plain_seconds))
    found = {
        "images_per_second": rate,
        "ten_epochs_seconds": 10 * sum(seconds) / recipe.epochs,
        "baseline_images_per_second": plain_rate,
        "ratio": rate / plain_rate,
    }
    if _on_cuda(vae_recipe):
        vae = spec_of(Job(dataset.source, Path()), dataset)
        taken = timed(lambda: list(our_epochs(vae, dataset, vae_recipe))) / 1000
        found["thirty_epochs_seconds"] = 30 * taken / vae_recipe.epochs
    return found


def _on_cuda(recipe: Recipe) -> bool:
    return choose_device(recipe.device).type == "cuda"


def our_epochs(spec: NetSpec, dataset: Dataset, recipe: Recipe) -> Iterator[float]:
    """Train as `latent-explorer train` does; the loss on the test images after each epoch."""
    for report in Training.begin(spec, dataset, recipe).run():
        if report.test_losses is not None:
            yield next(iter(report.test_losses.values()))


def plain_losses(spec: NetSpec, dataset: Dataset, recipe: Recipe) -> Iterator[float]:
    """The same without any of the pains taken: the loss on the test images before training and after each epoch."""
    device = choose_device(recipe.device)
    torch.manual_seed(recipe.seed)
    model = build(spec).to(device)
    optimiser = torch.optim.Adam(model.parameters(), lr=recipe.learning_rate)
    train, test = (_loader(dataset, split, recipe.batch_size) for split in ("train", "test"))
    while True:
        yield _plain_loss(model, test, device)
        for (x,) in train:
            loss = model.losses(ImageBatch(x.to(device)))["loss"]
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()


def _loader(dataset: Dataset, split: Split, batch_size: int) -> DataLoader[tuple[Tensor, ...]]:
    images = torch.from_numpy(dataset.images[dataset.indices(split)]).permute(0, 3, 1, 2).float() / 255
    return DataLoader(TensorDataset(images.contiguous()), batch_size, shuffle=split == "train")


@torch.no_grad()
def _plain_loss(model: LatentModel, test: DataLoader[tuple[Tensor, ...]], device: torch.device) -> float:
    losses = [model.losses(ImageBatch(x.to(device)))["loss"].item() for (x,) in test]
    return sum(losses) / len(losses)
