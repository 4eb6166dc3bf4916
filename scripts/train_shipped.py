"""Train the bundles that ship, or write them anew: python scripts/train_shipped.py [NAME ...] [--out DIR] [--renew]"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from threading import Event

import msgspec
from ship_charts import ship_charts  # beside this script

from latent_explorer.bundles import read_config, read_weights
from latent_explorer.errors import UserError
from latent_explorer.nets.weights import load_model
from latent_explorer.runs import Job, Recipe
from latent_explorer.training import stop_on_interrupt
from latent_explorer.training.classifier import classifier_of
from latent_explorer.training.evaluate import dataset_of
from latent_explorer.training.jobs import spec_of, train_bundle
from latent_explorer.training.publishing.bundling import write_bundle
from latent_explorer.training.state import RunState

ROOT = Path(__file__).resolve().parent.parent

_JPEG = """
The images are CIFAR-10 as JPEG files of a quality of about 75 (the dataset `cifar10-jpeg`), not the originals. The
model learned the blocks and the ringing of JPEG as well, and the figures say nothing about lossless pixels. The program
includes thumbnails of the images, which the window shows and calls thumbnails, but not the images, and it cannot
download them. To train or evaluate, put `cifar10-train.zip` and `cifar10-test.zip`, which contain `class/number.jpg`,
into the folder that the error message names; or evaluate with `--dataset cifar10-jpeg:FOLDER`. `--pca` also prints the
error of PCA with the same number of components.
"""

_MNIST_AE_16D = Job(
    "mnist",
    Path("mnist-ae-16d"),
    family="ae",
    trunk="residual",
    latent_dim=16,
    hidden=(384, 384),
    latents="uint8",
    tiles=0,
    recipe=Recipe(epochs=16, warm_up=0.06, precision="bfloat16"),
)

_MNIST_CVAE = Job(
    "mnist",
    Path("mnist-cvae-8d"),
    family="cvae",
    trunk="residual",
    latent_dim=8,
    hidden=(320, 320),
    settings={"beta": 0.1, "independence": 1500, "consistency": 4},
    variances=False,
    latents="uint8",
    tiles=0,
    recipe=Recipe(epochs=24, batch_size=512, learning_rate=4e-3, warm_up=0.05, prior_warm_up=0.3, precision="bfloat16"),
)

SHIPPED = {
    "mnist-vae-2d": Job(
        "mnist",
        Path("mnist-vae-2d"),
        family="vae",
        trunk="residual",
        settings={"refinements": 3},
        recipe=Recipe(epochs=75, warm_up=0.05, prior_warm_up=0.25, weight_decay=0.01, precision="bfloat16"),
    ),
    "mnist-ae-2d": Job(
        "mnist",
        Path("mnist-ae-2d"),
        family="ae",
        trunk="lean",
        recipe=Recipe(epochs=60, warm_up=0.06, precision="bfloat16"),
    ),
    "mnist-vae-16d": Job(
        "mnist",
        Path("mnist-vae-16d"),
        family="vae",
        trunk="residual",
        latent_dim=16,
        hidden=(384, 384),
        latents="uint8",
        tiles=0,
        recipe=Recipe(epochs=60, warm_up=0.05, precision="bfloat16"),
    ),
    "cifar10-ae-64d": Job(
        "cifar10-jpeg",
        Path("cifar10-ae-64d"),
        family="ae",
        trunk="resnet",
        latent_dim=64,
        latents="uint8",
        tiles=0,
        remark=_JPEG,
        recipe=Recipe(epochs=5, batch_size=64, warm_up=0.05, precision="bfloat16"),
    ),
    "cifar10-vae-2d": Job(
        "cifar10-jpeg",
        Path("cifar10-vae-2d"),
        family="vae",
        trunk="resnet",
        hidden=(32, 64, 128),
        tiles=2 << 20,
        remark=_JPEG,
        recipe=Recipe(epochs=12, batch_size=64, warm_up=0.05, prior_warm_up=0.25, precision="bfloat16"),
    ),
    "fashion-vae-16d": Job(
        "fashion-mnist",
        Path("fashion-vae-16d"),
        family="vae",
        trunk="residual",
        latent_dim=16,
        hidden=(384, 384),
        latents="uint8",
        tiles=0,
        recipe=Recipe(epochs=40, warm_up=0.05, precision="bfloat16"),
    ),
    "fashion-ae-2d": Job(
        "fashion-mnist",
        Path("fashion-ae-2d"),
        family="ae",
        trunk="lean",
        recipe=Recipe(epochs=60, warm_up=0.06, precision="bfloat16"),
    ),
    "mnist-gan-16d": Job(
        "mnist",
        Path("mnist-gan-16d"),
        family="gan",
        trunk="dense",
        latent_dim=16,
        hidden=(440, 384, 256),
        settings={
            "pull": 0.07,
            "gradient_penalty": 0.015,
            "searches": 6,
            "initial_scale": 2,
            "convolutions": 16,
            "group": 8,
        },
        latents="uint8",
        tiles=0,
        recipe=Recipe(epochs=6, batch_size=64, learning_rate=4e-3, warm_up=0.02, precision="float32"),
    ),
    "mnist-gan-2d": Job(
        "mnist",
        Path("mnist-gan-2d"),
        family="gan",
        trunk="dense",
        hidden=(384, 384, 256),
        settings={"pull": 0.2, "gradient_penalty": 0.05},
        tiles=1 << 20,
        recipe=Recipe(epochs=4, batch_size=64, warm_up=0.02, precision="float32"),
    ),
    "mnist-cvae-8d": _MNIST_CVAE,
    "mnist-cvae-2d": replace(
        _MNIST_CVAE,
        folder=Path("mnist-cvae-2d"),
        latent_dim=2,
        settings={"beta": 0.5, "independence": 600, "consistency": 3, "strokes": 60},
        latents="float16",
        tiles=1 << 20,
        recipe=msgspec.structs.replace(_MNIST_CVAE.recipe, epochs=16),
    ),
    "mnist-ae-16d": _MNIST_AE_16D,
    "mnist-ae-16d-b": replace(
        _MNIST_AE_16D, folder=Path("mnist-ae-16d-b"), recipe=msgspec.structs.replace(_MNIST_AE_16D.recipe, seed=1)
    ),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(SHIPPED)}; all when none is named")
    parser.add_argument("--out", type=Path, default=ROOT / "models", help="where the folders of the bundles go")
    parser.add_argument("--resume", action="store_true", help="continue a stopped run")
    parser.add_argument(
        "--renew",
        action="store_true",
        help="do not train: rewrite everything else in the bundles, above all the card, from the existing weights",
    )
    arguments = parser.parse_args()
    unknown = set(arguments.names) - SHIPPED.keys()
    if unknown:
        parser.error(f"no shipped bundle {', '.join(sorted(unknown))}: expected some of {', '.join(SHIPPED)}")
    token = Event()
    try:
        with stop_on_interrupt(token):
            for name in arguments.names or SHIPPED:
                if arguments.renew:
                    renew(name, arguments.out)
                else:
                    _train(name, arguments.out, arguments.resume, token)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    return 130 if token.is_set() else 0


def _train(name: str, out: Path, resume: bool, token: Event) -> None:
    import torch  # after latent_explorer.nets, which sets what torch reads when it is loaded

    # How products are summed, and so the last digits of every figure, depends on the number of threads.
    command = f"OMP_NUM_THREADS={torch.get_num_threads()} python scripts/train_shipped.py {name}"
    shipped = SHIPPED[name]
    job = replace(shipped, folder=out / shipped.folder, command=command, half=True, overwrite=True, resume=resume)
    for report in train_bundle(job, token):
        if report.test_losses is not None:
            losses = ", ".join(f"{loss} {value:.4f}" for loss, value in report.test_losses.items())
            minutes = report.seconds_left / 60
            print(f"{name}: epoch {report.epoch}, on the test split: {losses}; {minutes:.1f} min left", flush=True)
    if not token.is_set():
        ship_charts(job.folder)  # what was there is gone with the bundle that was replaced


def renew(name: str, out: Path) -> None:
    """Encode, evaluate and write down the bundle in `out` anew, as it would be after a training with these weights."""
    folder = out / SHIPPED[name].folder
    config = read_config(folder)
    job = replace(SHIPPED[name], folder=folder, command=config.training.command, half=True, overwrite=True)
    dataset = dataset_of(config)
    spec = spec_of(job, dataset)
    progress = RunState(
        spec=spec,
        recipe=job.recipe,
        fingerprint=config.dataset.fingerprint,
        device=config.training.device,
        precision=job.recipe.precision,
        epoch=config.training.epochs,
        seconds=60 * config.training.minutes,
    )
    judge = classifier_of(dataset) if config.prior_samples else None
    write_bundle(job, load_model(spec, read_weights(folder, config)), dataset, progress, classifier=judge)
    ship_charts(folder)


if __name__ == "__main__":
    sys.exit(main())
