"""The fastest decode path of a model and its batch size, measured when the model is opened."""

import copy
import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from latent_explorer.engine.onednn import packed
from latent_explorer.nets.model import LatentModel

_log = logging.getLogger(__name__)

SLICE_SECONDS = 0.0035
"""The target for one slice of a batch; with its overhead it stays below 4 ms."""
LARGEST_SLICE = 1024

_ROUNDS = 4  # the first one warms up
MOST_OFF = 0.001
"""The largest share of pixels that may differ from eager float32 by more than one grey level."""
_MOST_PROBES = 512
_FEWEST_PROBES = 32
_SLOW_SECONDS = 0.02  # for one picture: a slower model is measured with a few pictures only
_USUAL_SLICE = 64  # places at a time for models without a decoder
_PROBE_SECONDS = 0.01  # of eager decoding, approximately, so that opening a model stays fast

Pictures = NDArray[np.uint8]
Decode = Callable[[LatentModel, NDArray[np.float32]], Pictures]


@dataclass(frozen=True)
class DecodePath:
    """One way of running a decoder.

    convert: takes a decoder, from (n, d) to logits (n, c, h, w), and returns an equivalent one without changing the
    first. May raise any error of the underlying library if the machine does not support it.
    """

    name: str
    convert: Callable[[nn.Module], nn.Module]

    def through(self, model: LatentModel) -> LatentModel:
        """The model with its decoder run this way; all other parts are shared."""
        converted = copy.copy(model)
        converted._modules = {**model._modules, "decoder": self.convert(model.decoder)}
        return converted


EAGER = DecodePath("eager", lambda decoder: decoder)
ONEDNN = DecodePath("oneDNN", packed)


def paths_of(model: LatentModel, device: torch.device) -> tuple[DecodePath, ...]:
    """The paths worth trying for a model on a device."""
    return paths_on(device) if model.packs else (EAGER,)


def paths_on(device: torch.device) -> tuple[DecodePath, ...]:
    """The paths worth trying on a device; the README, section Decoding, lists what was measured and left out."""
    return (EAGER, ONEDNN) if device.type == "cpu" else (EAGER,)


@dataclass(frozen=True)
class Difference:
    """Difference of pictures from eager float32. largest: in grey levels. share_off: of pixels, by more than 1."""

    largest: int
    share_off: float

    @classmethod
    def between(cls, pictures: Pictures, eager: Pictures) -> "Difference":
        """The difference of two arrays of the same shape."""
        levels = np.abs(pictures.astype(np.int16) - eager)
        return cls(int(levels.max(initial=0)), float((levels > 1).mean()) if levels.size else 0.0)

    @property
    def allowed(self) -> bool:
        """Whether a path with this difference may be used."""
        return self.share_off <= MOST_OFF


@dataclass(frozen=True, eq=False)
class Trial:
    """The measurement of one path. seconds: for all probes. single_seconds: for one picture."""

    path: DecodePath
    model: LatentModel
    seconds: float
    single_seconds: float


@dataclass(frozen=True, eq=False)
class DecodeChoice:
    """The path for batches, the one for a single picture, and the number of pictures in a slice of work."""

    batched: Trial
    single: Trial
    batch: int
    why: str

    def taken_over(self, model: LatentModel) -> "DecodeChoice":
        """The same paths for a model with other weights, without a trial: the fastest depends on the network only."""
        batched, single = (replace(each, model=each.path.through(model)) for each in (self.batched, self.single))
        return replace(self, batched=batched, single=single)


@torch.inference_mode()
def choose(model: LatentModel, decode: Decode, paths: tuple[DecodePath, ...]) -> DecodeChoice:
    """The fastest of the paths on probes, among those whose pictures equal eager torch's within the tolerance.

    decode: returns pictures uint8 (n, h, w, c) of latents (n, d) by a model, converted or not.
    Probes are 32 to 512 standard normal latents, as many as eager torch decodes in about 10 ms.
    """
    if len(paths) == 1 and (slow := _slow(model, decode, paths[0])) is not None:
        return slow
    probes = _probes(model, decode)
    eager = decode(model, probes)
    notes: list[str] = []
    models = {EAGER: model}
    for path in paths[1:]:
        try:
            converted = path.through(model)
            difference = Difference.between(decode(converted, probes), eager)
        except (RuntimeError, AttributeError, MemoryError) as error:
            notes.append(f"{path.name} failed: {error}")
            continue
        if difference.allowed:
            models[path] = converted
        else:
            notes.append(f"{path.name} is off by more than one level in {difference.share_off:.2%} of pixels")
    return _best(_trials(models, decode, probes), notes, len(probes))


def undecoded(model: LatentModel) -> DecodeChoice:
    """The placeholder for models without a decoder."""
    trial = Trial(EAGER, model, math.inf, math.inf)
    return DecodeChoice(trial, trial, _USUAL_SLICE, "the model has no decoder")


def _slow(model: LatentModel, decode: Decode, path: DecodePath) -> DecodeChoice | None:
    """The eager path if one picture takes too long for trials; otherwise None."""
    z = np.zeros((1, model.spec.latent_dim), np.float32)
    first = _seconds(model, decode, z)  # may include one-time preparation
    seconds = first if first > _SLOW_SECONDS * 10 else min(first, _seconds(model, decode, z))
    if seconds < _SLOW_SECONDS:
        return None
    trial = Trial(path, model, seconds, seconds)
    return DecodeChoice(trial, trial, 1, f"the only one: {1 / seconds:,.1f}/s")


def _best(trials: list[Trial], notes: list[str], probes: int) -> DecodeChoice:
    batched = min(trials, key=lambda trial: trial.seconds)
    single = min(trials, key=lambda trial: trial.single_seconds)
    rates = ", ".join(f"{trial.path.name} {probes / trial.seconds:,.0f}/s" for trial in trials)
    why = "; ".join([f"fastest on {probes} probes: {rates}", *notes])
    _log.info("%s: %s", batched.path.name, why)
    return DecodeChoice(batched, single, batch_for(probes / batched.seconds), why)


def batch_for(pictures_per_second: float) -> int:
    """The number of pictures in a slice of work: a power of two, at most LARGEST_SLICE."""
    fitting = max(1, min(LARGEST_SLICE, int(pictures_per_second * SLICE_SECONDS)))
    return 1 << (fitting.bit_length() - 1)


def _probes(model: LatentModel, decode: Decode) -> NDArray[np.float32]:
    z = np.random.default_rng(0).standard_normal((_MOST_PROBES, model.spec.latent_dim)).astype(np.float32)
    seconds = min(_seconds(model, decode, z[:_FEWEST_PROBES]) for _ in range(3))
    count = _FEWEST_PROBES
    while count < _MOST_PROBES and 2 * count * seconds / _FEWEST_PROBES <= _PROBE_SECONDS:
        count *= 2
    return z[:count]


def _trials(models: dict[DecodePath, LatentModel], decode: Decode, probes: NDArray[np.float32]) -> list[Trial]:
    """The shortest time of each path; paths alternate, so that other load affects all of them alike."""
    times: dict[DecodePath, list[tuple[float, float]]] = {path: [] for path in models}
    for _ in range(_ROUNDS):
        for path, model in models.items():
            times[path].append((_seconds(model, decode, probes), _seconds(model, decode, probes[:1])))
    return [Trial(path, models[path], *map(min, zip(*each[1:], strict=True))) for path, each in times.items()]


def _seconds(model: LatentModel, decode: Decode, z: NDArray[np.float32]) -> float:
    start = time.perf_counter()
    decode(model, z)
    return time.perf_counter() - start
