"""Decoding latents to pictures, on the fastest path without a visible difference."""

import logging
from collections.abc import Callable
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from latent_explorer.bundles import Latents as BundleLatents
from latent_explorer.engine.choice import DecodeChoice, choose, paths_of, undecoded
from latent_explorer.errors import EngineError
from latent_explorer.nets.families import NO_DECODER
from latent_explorer.nets.model import LatentModel
from latent_explorer.nets.threads import threads

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
_FEW = 16
"""Batches smaller than this, except single pictures, are decoded eagerly: oneDNN compiles for each new size."""
_MOST_AT_ONCE = 2**14
REPEATABLE_PIECE = 64
"""The size of batches for reproducible pixels, which depend on the other latents in a batch."""
_OUT_OF_MEMORY = ("out of memory", "can't allocate memory", "could not allocate", "not enough memory")

Latents = NDArray[np.float32]
Pictures = NDArray[np.uint8]


def device_for(model: LatentModel) -> torch.device:
    """The device for a model: the accelerator, or the CPU if it has no weights to move."""
    return torch.device("cpu") if next(model.parameters(), None) is None else choose_device()


def choose_device() -> torch.device:
    """The accelerator that torch reports, or the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def levels(model: LatentModel, z: Tensor, labels: Tensor | None = None) -> Tensor:
    """Grey levels uint8 (n, h, w, c) of the pictures of latents (n, d), on the latents' device; see `decode`."""
    rounded = model.decode(z, labels).mul_(255).add_(0.5).to(torch.uint8)
    return rounded.permute(0, 2, 3, 1).contiguous()


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error means out of memory; on a CPU, torch reports that in the message only."""
    if isinstance(error, MemoryError | torch.cuda.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error).lower() for words in _OUT_OF_MEMORY)


class Allowance:
    """Limits the number of pictures per batch; halved each time memory runs out.

    release: frees cached memory of the device before the next attempt.
    """

    def __init__(self, most: int = _MOST_AT_ONCE, release: Callable[[], None] = torch.cuda.empty_cache) -> None:
        self.most, self._release = most, release

    def pieces(self, work: Callable[[Latents], _T], z: Latents) -> list[_T]:
        """The results of `work` on latents (n, d), piece by piece in order; one empty piece for no latents.

        Raises EngineError if there is no memory for a single picture.
        """
        done: list[_T] = []
        start = 0
        while start < len(z) or not done:
            piece = z[start : start + self.most]
            try:
                done.append(work(piece))
                start += len(piece)
                continue
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                self._halve(len(piece))
            self._release()  # here, after the error has released the tensors of the attempt
        return done

    def _halve(self, tried: int) -> None:
        if tried <= 1:
            raise EngineError("there is not enough memory to decode a single picture; close other programs")
        self.most = tried // 2
        _log.warning("not enough memory for %d pictures at a time: %d from now on", tried, self.most)


class Decoder:
    """Decodes latents on one device, with the paths that `choice.choose` finds fastest for the model.

    If memory runs out, it halves the batch size. before: the previous decoder; for the same network its paths are used
    without new trials.
    """

    def __init__(self, model: LatentModel, device: torch.device, before: "Decoder | None" = None) -> None:
        self.device, self.spec = device, model.spec
        self._eager = model.eval().to(device)
        self._allowance = Allowance()
        self._measured = Allowance()  # separate: central differences decode two pictures per dimension
        if model.packs:  # our networks only: the owner of another has configured torch
            torch.backends.cudnn.allow_tf32 = False  # float32 convolutions, as on all other devices
        self.decodes = model.decodes
        self.choice = self._choice(before)

    def _choice(self, before: "Decoder | None") -> DecodeChoice:
        model = self._eager
        if not model.decodes:
            return undecoded(model)
        alike = before is not None and before.decodes and (before.spec, before.device) == (self.spec, self.device)
        if before is not None and alike and model.packs:
            return before.choice.taken_over(model)
        return choose(model, self.by, paths_of(model, self.device))

    @property
    def model(self) -> LatentModel:
        """The original model, on its device."""
        return self._eager

    @property
    def kernel(self) -> str:
        """The name of the path for batches."""
        return self.choice.batched.path.name if self.decodes else "no decoder"

    def classes(self, labels: NDArray[np.integer], count: int) -> NDArray[np.int64]:
        """The classes as int64 (count,). Raises EngineError if they are not valid classes of the model."""
        known = self.spec.classes
        if not known:
            raise EngineError("this model is given no class: its pictures have no style apart from their content")
        if labels.shape != (count,) or labels.dtype.kind not in "iu":
            raise EngineError(f"expected {count} classes, found {labels.dtype} {labels.shape}")
        if count and not (labels.min() >= 0 and labels.max() < known):
            raise EngineError(f"expected classes of 0 to {known - 1}, found {labels.min()} to {labels.max()}")
        return labels.astype(np.int64)

    def pictures(self, z: Latents, labels: NDArray[np.int64] | None = None) -> Pictures:
        """Pictures uint8 (n, h, w, c) of latents float32 (n, d).

        labels: int64 (n,), the classes, for a conditional model; None for the current class. Raises EngineError as
        `check` does, if the model has no decoder, and if there is no memory for a single picture.
        """
        self.check(z)
        if not self.decodes:
            raise EngineError(NO_DECODER)
        under = None if labels is None else torch.tensor(labels, device=self.device)
        return self.by(self.choice.single.model if len(z) == 1 else self._model_for(len(z)), z, under)

    @torch.inference_mode()
    def by(self, model: LatentModel, z: Latents, labels: Tensor | None = None) -> Pictures:
        """Pictures uint8 (n, h, w, c) of latents (n, d) by any form of the model."""
        made = self._allowance.pieces(lambda piece: levels(model, self._tensor(piece), labels).cpu().numpy(), z)
        return np.concatenate(made) if len(made) > 1 else made[0]

    def repeatable(self, z: Latents, labels: NDArray[np.int64] | None = None) -> Pictures:
        """As `pictures`, but reproducible to the bit on this machine, also in another process.

        The fastest path and the size of a slice depend on timing, and a few pixels may then differ by one grey level.
        This method runs eagerly on one thread, 64 latents at a time.
        labels: int64 (n,), the classes, for a conditional model; None for the current class.
        """
        self.check(z)
        made = []
        with threads(1):
            for start in range(0, max(len(z), 1), REPEATABLE_PIECE):
                piece = slice(start, start + REPEATABLE_PIECE)
                under = None if labels is None else torch.tensor(labels[piece], device=self.device)
                made.append(self.by(self._eager, z[piece], under))
        return np.concatenate(made)

    def reconstructions(self, latents: BundleLatents, indices: NDArray[np.int64]) -> Pictures:
        """The pictures of some of a bundle's latents; a conditional model decodes each under its class.

        (0, 0, 0, 0) if the model has no decoder.
        """
        if not self.decodes:
            return np.zeros((0, 0, 0, 0), np.uint8)
        if not self.spec.classes or latents.label is None:
            return self.pictures(latents.mean[indices])
        return self.by(self._eager, latents.mean[indices], torch.tensor(latents.label[indices], device=self.device))

    @torch.inference_mode()
    def round_trip(self, images: Pictures, label: NDArray[np.int64] | None) -> tuple[Latents, Pictures]:
        """The latents float32 (n, d) of images uint8 (n, h, w, c), and the pictures decoded from them.

        label: int64 (n,), their classes, for a conditional model; None if unknown.
        """
        classes = None if label is None or not self.spec.classes else torch.tensor(label, device=self.device)
        x = torch.tensor(images, device=self.device).permute(0, 3, 1, 2).float().div_(255)
        z: Latents = self._eager.encode(x, classes).mean.float().cpu().numpy()
        self.check(z)
        return z, self.by(self._eager, z, classes)

    @torch.inference_mode()
    def encoded(self, images: Pictures, *, refined: bool = True) -> Latents:
        """The latents float32 (n, d) of images uint8 (n, h, w, c), under the current class.

        refined: whether the latents are refined for each image, if the model supports it.
        """
        encode = self._eager.encode if refined else self._eager.encode_unrefined
        x = torch.tensor(images, device=self.device).permute(0, 3, 1, 2).float().div_(255)
        z: Latents = encode(x).mean.float().cpu().numpy()
        self.check(z)
        return z

    @torch.inference_mode()
    def posterior(self, images: Pictures) -> tuple[Latents, Latents | None]:
        """The posterior of images uint8 (n, h, w, c): means float32 (n, d), and log-variances if the model has them."""
        x = torch.tensor(images, device=self.device).permute(0, 3, 1, 2).float().div_(255)
        posterior = self._eager.encode(x)
        variance = posterior.log_variance
        return posterior.mean.float().cpu().numpy(), None if variance is None else variance.float().cpu().numpy()

    def check(self, z: Latents) -> None:
        """Raise EngineError if latents (n, d) are not finite or do not have the model's dimension."""
        if z.ndim != 2 or z.shape[1] != self.spec.latent_dim:
            dimensions = self.spec.latent_dim
            raise EngineError(f"this model decodes latents of {dimensions} dimensions, found an array {z.shape}")
        if not np.isfinite(z).all():
            raise EngineError("a latent that is not finite has no place and no picture")

    def measured(self, measure: Callable[[LatentModel, Tensor], Tensor], z: Latents) -> NDArray[np.float32]:
        """The results float32 (n, 1 or m) of `measure`, (k,) or (k, m), on the model and latents (k, d) on its device.

        `measure` must treat each latent by itself: batches may be padded, as oneDNN compiles for each new size.
        """
        padded = np.pad(z, ((0, (1 << max(len(z) - 1, 0).bit_length()) - len(z)), (0, 0)), "edge") if len(z) else z
        return self._measure(self._model_for(len(padded)), measure, padded)[: len(z)]

    def differentiated(self, measure: Callable[[LatentModel, Tensor], Tensor], z: Latents) -> NDArray[np.float32]:
        """As `measured`, with the original model, which autograd supports; packed kernels have no derivatives."""
        return self._measure(self._eager, measure, z)

    def slopes(
        self, measure: Callable[[LatentModel, Tensor], Tensor], z: Latents
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The results (n,) of `measure` on latents (n, d), one for each latent by itself, and their derivatives (n, d).

        Computed in one batch, which must fit into memory. Raises as `check`.
        """
        self.check(z)
        with torch.inference_mode(False), torch.enable_grad():
            places = self._tensor(z).requires_grad_()
            values = measure(self._eager, places)
            (slopes,) = torch.autograd.grad(values.sum(), places)
        return values.detach().float().cpu().numpy(), slopes.float().cpu().numpy()

    @property
    def differentiable(self) -> bool:
        """Whether autograd supports the model's decoder."""
        return self.decodes and self._eager.differentiable

    @torch.inference_mode()
    def _measure(
        self, model: LatentModel, measure: Callable[[LatentModel, Tensor], Tensor], z: Latents
    ) -> NDArray[np.float32]:
        self.check(z)
        parts = self._measured.pieces(lambda piece: measure(model, self._tensor(piece)).float().cpu(), z)
        return torch.cat(parts).reshape(len(z), -1).numpy()

    def _model_for(self, count: int) -> LatentModel:
        return self._eager if count < _FEW else self.choice.batched.model

    def _tensor(self, z: Latents) -> Tensor:
        return torch.tensor(z, dtype=torch.float32, device=self.device)
