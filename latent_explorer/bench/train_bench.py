"""The speed of training, compared with a plain loop and an optimised one."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median

from latent_explorer.bench.measure import timed
from latent_explorer.bench.train_indexed_baseline import indexed_losses
from latent_explorer.bench.train_loader_baseline import loader_losses
from latent_explorer.data import Dataset, open_dataset
from latent_explorer.nets.spec import NetSpec
from latent_explorer.runs import Job
from latent_explorer.runs.recipe import Recipe
from latent_explorer.training.distributed.devices import choose_device
from latent_explorer.training.jobs import spec_of
from latent_explorer.training.loop import Training

_RECIPE = Recipe(epochs=10, batch_size=256, learning_rate=1e-3)
_VAE_RECIPE = Recipe(epochs=30)
_HIDDEN = {"ae": (512, 128, 64), "vae": (512, 512, 256)}
Figures = dict[str, float]


def measure_train(
    dataset: Dataset | None = None,
    *,
    recipe: Recipe = _RECIPE,
    vae_recipe: Recipe = _VAE_RECIPE,
    hidden: Mapping[str, tuple[int, ...]] = _HIDDEN,
) -> dict[str, Figures]:
    """Ten epochs of an autoencoder and a VAE with fully connected layers, each with three alternating loops.

    ours: the loop of `train`; competent: the dataset on the device and indexed, fused Adam, autocast; loader: a
    DataLoader, float32. dataset: MNIST by default. images_per_second: of the median epoch, including its evaluation on
    the test images; the loops alternate epoch by epoch, so that other load affects all. loss: on the test images after
    the last epoch. seconds: of all epochs; for ours including the choice of a precision. thirty_epochs_seconds: on CUDA
    only, of the default VAE of `train`.
    """
    dataset = dataset or open_dataset("mnist")
    found = {}
    for family, widths in hidden.items():
        spec = NetSpec(family=family, trunk="dense", image_shape=dataset.image_shape, latent_dim=2, hidden=widths)
        found[f"{family} {'-'.join(map(str, widths))}-2"] = _in_turn(spec, dataset, recipe)
    if _on_cuda(vae_recipe):
        vae = spec_of(Job(dataset.source, Path()), dataset)
        taken = timed(lambda: list(our_losses(vae, dataset, vae_recipe))) / 1000
        found["the VAE of train"] = {"thirty_epochs_seconds": 30 * taken / vae_recipe.epochs}
    return found


def our_losses(spec: NetSpec, dataset: Dataset, recipe: Recipe) -> Iterator[float]:
    """Train like `latent-explorer train`; yields the loss on the test images after each epoch."""
    for report in Training.begin(spec, dataset, recipe).run():
        if report.test_losses is not None:
            yield next(iter(report.test_losses.values()))


def _on_cuda(recipe: Recipe) -> bool:
    return choose_device(recipe.device).type == "cuda"


def _in_turn(spec: NetSpec, dataset: Dataset, recipe: Recipe) -> Figures:
    """The figures of the three loops, alternating epoch by epoch."""
    others = {"competent": indexed_losses(spec, dataset, recipe), "loader": loader_losses(spec, dataset, recipe)}
    for losses in others.values():
        next(losses)  # before training: setup is not part of the rate
    loops = {"ours": our_losses(spec, dataset, recipe), **others}
    epochs = [{name: _next(losses) for name, losses in loops.items()} for _ in range(recipe.epochs)]
    images = len(dataset.indices("train"))
    rates = {name: images / median(epoch[name][0] for epoch in epochs) for name in loops}
    found = {
        "seconds": sum(epoch["ours"][0] for epoch in epochs),
        "images_per_second": rates["ours"],
        "loss": epochs[-1]["ours"][1],
    }
    for name in others:
        found |= {
            f"{name}_images_per_second": rates[name],
            f"{name}_ratio": rates["ours"] / rates[name],
            f"{name}_loss": epochs[-1][name][1],
        }
    return found


def _next(losses: Iterator[float]) -> tuple[float, float]:
    """The seconds of an epoch and the loss after it."""
    begin = time.perf_counter()
    loss = next(losses)
    return time.perf_counter() - begin, loss
