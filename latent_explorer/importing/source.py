"""A model to be imported, whatever its origin, and the result once images and latents are known."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from latent_explorer.bundles import ProgramRecord
from latent_explorer.data.dataset import Dataset
from latent_explorer.errors import UserError
from latent_explorer.importing.arrays import GivenLatents
from latent_explorer.nets.families import FOREIGN
from latent_explorer.nets.model import LatentModel
from latent_explorer.nets.spec import NetSpec

_MOST_DIMENSIONS = 4096
SAMPLE = 48  # images or latents by which a model is tried out


@dataclass(frozen=True, eq=False)
class Data:
    """The data of an import. dataset: its images; None for none. latents: as given, one for each image."""

    dataset: Dataset | None
    latents: GivenLatents | None

    @property
    def sample(self) -> NDArray[np.int64]:
        """The numbers of some images or latents, evenly spread."""
        count = len(self.dataset) if self.dataset is not None else len(self.latents or ())
        return np.linspace(0, count - 1, min(count, SAMPLE)).round().astype(np.int64)

    @property
    def images(self) -> Tensor | None:
        """Those of the sample, float32 (k, c, h, w) in [0, 1]."""
        if self.dataset is None:
            return None
        pixels = np.ascontiguousarray(self.dataset.images[self.sample].transpose(0, 3, 1, 2))
        return torch.from_numpy(pixels).float().div(255)

    def shape_of_images(self, found: tuple[int, int, int] | None, what: str) -> tuple[int, int, int]:
        """(h, w, c) of the images; without any, what the model says. Raises UserError."""
        if self.dataset is not None:
            return self.dataset.image_shape
        if found is None:
            raise UserError(f"{what} does not say of what size its pictures are: pass --images")
        return found


@dataclass(frozen=True, eq=False)
class Made:
    """A model ready to run, and how a bundle stores it: our networks by their weights, a program by its files.

    words: on how it was read, for the card.
    """

    model: LatentModel
    record: ProgramRecord | None
    program: Mapping[str, bytes] | None = None
    weights: Mapping[str, NDArray[Any]] | None = None
    words: tuple[str, ...] = ()


class Source(ABC):
    """A model that was found. words: what it is. lines: its shapes and the like, for people.

    draws: whether draws from its prior stand in for latents, because its family has no encoder.
    """

    words: str
    lines: tuple[str, ...] = ()
    encodes: bool
    decodes: bool
    draws = False

    @abstractmethod
    def made(self, data: Data, value_range: str) -> Made:
        """The model for these images and latents. value_range: as in `ImportPlan`. Raises UserError."""


def foreign_spec(image_shape: tuple[int, int, int], latent_shape: tuple[int, ...]) -> NetSpec:
    """The spec of a model from another program. Raises UserError if its latents have too many dimensions."""
    dimensions = math.prod(latent_shape)
    if dimensions > _MOST_DIMENSIONS:
        shape = " x ".join(map(str, latent_shape))
        raise UserError(
            f"its latents have {shape} = {dimensions:,} dimensions, and at most {_MOST_DIMENSIONS:,} are explored: "
            "smaller images have smaller latents, as with --images SOURCE@64x64"
        )
    return NetSpec(family=FOREIGN.name, trunk="", image_shape=image_shape, latent_dim=dimensions, hidden=())


def flat_latents(latents: GivenLatents, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Given latents as (n, d), for a model with latents of this shape. Raises UserError if they have another."""
    found = latents.values.reshape(len(latents), -1)
    if found.shape[1] != math.prod(shape):
        expected, given = (" x ".join(map(str, each)) for each in (shape, latents.values.shape[1:]))
        raise UserError(f"--latents: expected latents of {expected}, as the model takes them, found {given}")
    return found


def check_finite(made: Tensor, what: str) -> None:
    """Raise UserError if part of a model's output is not finite."""
    if not bool(torch.isfinite(made).all()):
        share = 1 - float(torch.isfinite(made).float().mean())
        raise UserError(
            f"{what} gave numbers that are not finite (NaN or infinite, {share:.0%} of them): check its weights, and "
            "whether it expects other inputs"
        )
