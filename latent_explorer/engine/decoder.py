"""Decoding latents to pictures, as fast as the machine does it without a difference that could be seen."""

from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from latent_explorer.bundles import Latents as BundleLatents
from latent_explorer.engine.accelerator import Accelerator, accelerator_of, replayed
from latent_explorer.engine.choice import DecodeChoice, choose, chosen_before
from latent_explorer.engine.memory import MOST_AT_ONCE, Allowance, bytes_per_picture, fitting_batch
from latent_explorer.engine.slices import LARGEST_SLICE
from latent_explorer.errors import EngineError
from latent_explorer.nets.model import LatentModel

_FEW = 16
"""Fewer pictures than this are decoded eagerly, unless it is one: each new size costs oneDNN a compilation."""

Latents = NDArray[np.float32]
Pictures = NDArray[np.uint8]


def levels(model: LatentModel, z: Tensor, labels: Tensor | None = None) -> Tensor:
    """Grey levels uint8 (n, h, w, c) of the pictures of latents (n, d), on the latents' device; see `decode`."""
    rounded = model.decode(z, labels).mul_(255).add_(0.5).to(torch.uint8)
    return rounded.permute(0, 2, 3, 1).contiguous()


class Decoder:
    """Latents to pictures on one device, by the paths that `choice.choose` finds fastest for this model there.

    accelerator: what stands for a CUDA device; by default the one behind `device`, if there is one. With it, as many
    pictures are decoded at a time as its free memory holds, a single one as a replayed graph, and batches are copied
    back while the next is computed. On every device half as many are decoded at a time once memory did not suffice.
    before: the decoder in use so far; of the same network its paths are taken over, and not tried anew.
    """

    def __init__(
        self,
        model: LatentModel,
        device: torch.device,
        accelerator: Accelerator | None = None,
        before: "Decoder | None" = None,
    ) -> None:
        self.device = device
        self.spec = model.spec
        self._accelerator = accelerator or accelerator_of(device)
        self._dim = model.spec.latent_dim
        self._eager = model.eval().to(device)
        self._allowance = self._allowed(1)
        self._measured = self._allowed(2 * self._dim)  # of latents: central differences decode two for each dimension
        alike = before is not None and (before.spec, before.device) == (self.spec, device)
        self.choice: DecodeChoice = (
            chosen_before(before.choice, self._eager)
            if before is not None and alike
            else choose(self._eager, device, self.by)
        )
        self._single = self._replayable()

    @property
    def kernel(self) -> str:
        """The name of the path that batches take."""
        return self.choice.batched.path

    @property
    def ahead(self) -> int:
        """How many batches to begin before the first is fetched."""
        return 0 if self._accelerator is None else 1

    @property
    def largest_slice(self) -> int:
        """The most pictures that should be asked for at a time."""
        return LARGEST_SLICE if self._accelerator is None else self._allowance.most

    def pictures(self, z: Latents) -> Pictures:
        """Pictures uint8 (n, h, w, c) of latents float32 (n, d); see `begin` for the errors."""
        return self.begin(z)()

    @torch.inference_mode()
    def begin(self, z: Latents) -> Callable[[], Pictures]:
        """Begin to decode latents float32 (n, d); what is returned hands out the pictures uint8 (n, h, w, c).

        Raises EngineError as `check` does, and where there is no memory for a single picture.
        """
        self.check(z)
        if len(z) == 1:
            return self._begun(self._single, z)
        return self._begun(partial(levels, self._model_for(len(z))), z)

    @torch.inference_mode()
    def by(self, model: LatentModel, z: Latents) -> Pictures:
        """Pictures uint8 (n, h, w, c) of latents (n, d) by a model that need not be the chosen one."""
        return self._begun(partial(levels, model), z)()

    def _begun(self, run: Callable[[Tensor], Tensor], z: Latents) -> Callable[[], Pictures]:
        return _joined(self._allowance.pieces(lambda piece: self._copied(run(self._tensor(piece))), z))

    @torch.inference_mode()
    def reconstructions(self, latents: BundleLatents, indices: NDArray[np.int64]) -> Pictures:
        """The pictures of some of a bundle's latents; a conditional model decodes each under its own class."""
        if not self.spec.classes or latents.label is None:
            return self.pictures(latents.mean[indices])
        labels = torch.tensor(latents.label[indices], device=self.device)
        return self._begun(lambda z: levels(self._eager, z, labels), latents.mean[indices])()

    def check(self, z: Latents) -> None:
        """Raises EngineError where latents (n, d) are not finite or of another dimension than the model's."""
        if z.ndim != 2 or z.shape[1] != self._dim:
            raise EngineError(f"this model decodes latents of {self._dim} dimensions, found an array {z.shape}")
        if not np.isfinite(z).all():
            raise EngineError("a latent that is not finite has no place and no picture")

    @torch.inference_mode()
    def measured(self, measure: Callable[[LatentModel, Tensor], Tensor], z: Latents) -> NDArray[np.float32]:
        """What `measure` makes (k,) of the model and of latents (k, d) on its device: float32 (n, 1) of all (n, d)."""
        self.check(z)
        model = self._model_for(len(z))
        parts = self._measured.pieces(lambda piece: measure(model, self._tensor(piece)).float().cpu(), z)
        return torch.cat(parts)[:, None].numpy()

    def _model_for(self, count: int) -> LatentModel:
        return self._eager if count < _FEW else self.choice.batched.model

    def _tensor(self, z: Latents) -> Tensor:
        return torch.tensor(z, dtype=torch.float32, device=self.device)

    def _copied(self, made: Tensor) -> Callable[[], Tensor]:
        return made.cpu if self._accelerator is None else self._accelerator.copy_back(made)

    def _allowed(self, pictures: int) -> Allowance:
        """For work that decodes so many pictures for each latent."""
        if self._accelerator is None:
            return Allowance(MOST_AT_ONCE)
        each = pictures * bytes_per_picture(self._eager, self.device)
        fitting = fitting_batch(self._accelerator.free_bytes(), each)
        return Allowance(fitting, self._accelerator.release)

    @torch.inference_mode()
    def _replayable(self) -> Callable[[Tensor], Tensor]:
        run = partial(levels, self.choice.single.model)
        return replayed(self._accelerator, run, torch.zeros(1, self._dim, device=self.device))


def _joined(fetches: list[Callable[[], Tensor]]) -> Callable[[], Pictures]:
    return lambda: np.concatenate([fetch().numpy() for fetch in fetches]) if len(fetches) > 1 else fetches[0]().numpy()
