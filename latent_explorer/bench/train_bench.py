"""How fast a network is trained here, beside the plain loop that one would write with torch alone."""

from collections.abc import Iterator
from pathlib import Path
from statistics import median

from latent_explorer.bench.measure import timed
from latent_explorer.bench.train_baseline import plain_losses
from latent_explorer.data import open_dataset
from latent_explorer.data.dataset import Dataset
from latent_explorer.nets.spec import NetSpec
from latent_explorer.runs import Job
from latent_explorer.runs.recipe import Recipe
from latent_explorer.training.distributed.devices import choose_device
from latent_explorer.training.jobs import spec_of
from latent_explorer.training.loop import Training

_HIDDEN = (512, 128, 64)
_RECIPE = Recipe(epochs=10, batch_size=256, learning_rate=1e-3)
_VAE_RECIPE = Recipe(epochs=30)


def measure_training(
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
    return {
        "images_per_second": rate,
        "ten_epochs_seconds": 10 * sum(seconds) / recipe.epochs,
        "baseline_images_per_second": plain_rate,
        "ratio": rate / plain_rate,
        **({"thirty_epochs_seconds": _seconds_of_default_vae(dataset, vae_recipe)} if _on_cuda(vae_recipe) else {}),
    }


def _on_cuda(recipe: Recipe) -> bool:
    return choose_device(recipe.device).type == "cuda"


def _seconds_of_default_vae(dataset: Dataset, recipe: Recipe) -> float:
    """For thirty epochs, scaled where the recipe has others."""
    spec = spec_of(Job(dataset.source, Path()), dataset)
    return 30 * timed(lambda: list(our_epochs(spec, dataset, recipe))) / 1000 / recipe.epochs


def our_epochs(spec: NetSpec, dataset: Dataset, recipe: Recipe) -> Iterator[float]:
    """Train as `latent-explorer train` does; the loss on the test images after each epoch."""
    for report in Training.begin(spec, dataset, recipe).run():
        if report.test_losses is not None:
            yield next(iter(report.test_losses.values()))
