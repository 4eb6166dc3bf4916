"""Two families as another package would add them: a generator without an encoder, and a VAE that is given the class."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import msgspec
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from latent_explorer.bundles import check_bundle, read_latents, read_weights, save_bundle
from latent_explorer.bundles.files import CARD, PREVIEW
from latent_explorer.nets import families
from latent_explorer.nets.decoding import decode_pictures
from latent_explorer.nets.draws import UNSHARED, Draws
from latent_explorer.nets.families import Family, FamilySetting, Loss, Phase, register
from latent_explorer.nets.generator import Generator
from latent_explorer.nets.model import ImageBatch, LatentModel, Posterior, bernoulli_nats
from latent_explorer.nets.spec import NetSpec
from latent_explorer.nets.trunks import Trunk
from latent_explorer.nets.weights import load_model
from latent_explorer.runs import Job, Recipe
from latent_explorer.training.jobs import train_bundle

GAN = Family(
    name="rival",
    label="Rival",
    title="A generative adversarial network",
    sentence="It makes pictures that a second network cannot tell from images.",
    network=f"{__name__}:Adversarial",
    losses=(Loss("generator", "generator"), Loss("discriminator", "discriminator")),
    phases=(
        Phase("discriminator", ("discriminator",), betas=(0.5, 0.99)),
        Phase("generator", ("decoder",), betas=(0.5, 0.99)),
    ),
    settings=(FamilySetting("smoothing", "Smoothing", "Of the aims.", 0, 0, 0.5, note="Smoothed by {value:g}."),),
    encodes=False,
)
INVERTED = replace(GAN, name="inverted-rival", label="Inverted rival", inverts=True)
"""The same, but that it is taught an encoder afterwards."""
CONDITIONAL = Family(
    name="told",
    label="Conditional VAE",
    title="A conditional variational autoencoder",
    sentence="It is given the class of each image.",
    network=f"{__name__}:ConditionalAutoencoder",
    losses=(Loss("loss", "loss"), Loss("kl", "KL")),
    has_variance=True,
    conditional=True,
)


class Adversarial(Generator):
    """A GAN with the non-saturating loss (Goodfellow et al. 2014); the prior is its only source of latents."""

    def __init__(self, spec: NetSpec, trunk: Trunk) -> None:
        super().__init__(spec, trunk)
        self.decoder = trunk.decoder(spec)
        self.discriminator = trunk.encoder(spec, 1)

    def losses(self, batch: ImageBatch, draws: Draws = UNSHARED) -> dict[str, Tensor]:
        made = self.decode(draws.normal((len(batch.x), self.spec.latent_dim), batch.x.device))
        found = {}
        if batch.phase in (None, "generator"):
            found["generator"] = softplus(-self.discriminator(made).float()).mean()
        if batch.phase in (None, "discriminator"):
            real, fake = self.discriminator(batch.x).float(), self.discriminator(made.detach()).float()
            smooth = self.settings["smoothing"]
            found["discriminator"] = (softplus(-real) + smooth * real + softplus(fake)).mean()
        return found


class ConditionalAutoencoder(LatentModel):
    """A VAE (Sohn et al. 2015): classes are further channels of the images, and further dimensions of the latents."""

    def __init__(self, spec: NetSpec, trunk: Trunk) -> None:
        super().__init__(spec, trunk)
        height, width, channels = spec.image_shape
        seen = msgspec.structs.replace(spec, image_shape=(height, width, channels + spec.classes))
        self.encoder = trunk.encoder(seen, 2 * spec.latent_dim)
        self.decoder: nn.Module = trunk.decoder(
            msgspec.structs.replace(spec, latent_dim=spec.latent_dim + spec.classes)
        )

    def encode(self, x: Tensor, labels: Tensor | None = None) -> Posterior:
        planes = self.classes(labels, len(x))[:, :, None, None].expand(-1, -1, *x.shape[2:])
        mean, log_variance = self.encoder(torch.cat([x, planes], 1)).float().chunk(2, dim=1)
        return Posterior(mean, log_variance.clamp(-14, 6))

    def decode_logits(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        logits: Tensor = self.decoder(torch.cat([z, self.classes(labels, len(z))], 1))
        return logits

    def losses(self, batch: ImageBatch, draws: Draws = UNSHARED) -> dict[str, Tensor]:
        posterior = self.encode(batch.seen, batch.labels)
        logits, kl = self.decode_logits(posterior.sample(draws), batch.labels), posterior.kl().mean()
        return {"loss": bernoulli_nats(logits, batch.x).mean() + batch.prior * kl, "kl": kl}


@contextmanager
def registered(*others: Family) -> Iterator[None]:
    """Inside, other families are known besides those that come along."""
    for family in others:
        register(family)
    try:
        yield
    finally:
        for family in others:
            del families.FAMILIES._things[family.name]


def trained_on_noise(folder: Path, family: str, side: int = 6, count: int = 60) -> Path:
    """A bundle of a registered family in a folder, trained for a moment on noise of three classes."""
    images = np.random.default_rng(0).integers(0, 256, (count, side, side, 1), np.uint8)
    np.savez(folder / "noise.npz", images=images, labels=np.arange(count) % 3)
    recipe = Recipe(epochs=1, batch_size=32, device="cpu", precision="float32")
    job = Job(str(folder / "noise.npz"), folder / family, family=family, hidden=(16,), recipe=recipe)
    list(train_bundle(job))
    return job.folder


def placed_bars(folder: Path, family: str = INVERTED.name) -> Path:
    """A bundle of draws and of images, in a folder: 150 pictures of 8x8 with one bright column or row, two classes.

    A draw is of the class of which its picture has the brighter bar.
    """
    draw = np.random.default_rng(0)
    images, labels = draw.integers(0, 30, (150, 8, 8, 1), dtype=np.uint8), np.arange(150) % 2
    for image, label, place in zip(images, labels, draw.integers(0, 8, 150), strict=True):
        image[(place, slice(None)) if label else (slice(None), place)] = 250
    arrays = {"images": images, "labels": labels, "split": (np.arange(150) >= 100).astype(np.uint8)}
    np.savez(folder / "bars.npz", class_names=("column", "row"), **arrays)  # type: ignore[arg-type]
    recipe = Recipe(epochs=4, batch_size=16, learning_rate=5e-3, device="cpu", precision="float32")
    job = Job(str(folder / "bars.npz"), folder / family, family=family, hidden=(24,), recipe=recipe)
    with patch("latent_explorer.training.jobs.recogniser", lambda *_: (None, "")):  # to teach one takes longer
        list(train_bundle(job))
    return _with_labels(job.folder)


def _with_labels(folder: Path) -> Path:
    config, latents, weights = check_bundle(folder), read_latents(folder), read_weights(folder)
    pictures = decode_pictures(load_model(config.net, weights), latents.mean)[..., 0].astype(int)
    label = (pictures.sum(2).max(1) > pictures.sum(1).max(1)).astype(np.int64)
    if config.placed:
        label[latents.draws :] = latents.index[latents.draws :] % 2  # type: ignore[index] # there is one
    card, preview = (folder / CARD).read_text(), (folder / PREVIEW).read_bytes()
    return save_bundle(folder, config, weights, replace(latents, label=label), card, preview, overwrite=True)
