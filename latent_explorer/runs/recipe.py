"""How a network is trained, in plain values."""

import math
from typing import Literal

import msgspec

from latent_explorer.errors import TrainingError

Precision = Literal["auto", "float32", "bfloat16"]
Schedule = Literal["cosine", "constant"]


_PRECISIONS: dict[str, Precision] = {
    "auto": "auto",
    "float32": "float32",
    "bfloat16": "bfloat16",
    "32-true": "float32",
    "bf16-mixed": "bfloat16",
}


def precision_called(name: str) -> Precision:
    """The precision with a name of ours or of Lightning Fabric's. Raises TrainingError if there is none."""
    if name not in _PRECISIONS:
        raise TrainingError(f"precision {name}: expected auto, float32 (also called 32-true) or bfloat16 (bf16-mixed)")
    return _PRECISIONS[name]


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that determines a training run, besides the network and the dataset.

    learning_rate: the highest; it rises linearly over the share `warm_up` of all steps, then falls to zero along half a
    cosine, or stays if `schedule` is "constant". prior_warm_up: the share of all steps in which the weight of the KL
    term rises from 0 to its final value, so that the latents first have room to order themselves (Bowman et al. 2016).
    averaging: decay per step of the moving average of the weights, which is evaluated and saved. augmentation: strength
    of random affine changes of the images, 0 for none, 1 for strong ones; none are made in the last share `plain` of
    the epochs. corruption: the share of pixels blanked at random in the encoder's input (Vincent et al. 2008; Shu et
    al. 2018). device: "auto", "cpu", "cuda" or "mps". precision: of matrix products in training; "auto" takes bfloat16
    if a measurement finds it faster.

    Raises TrainingError if a value is out of range.
    """

    epochs: int = 30
    batch_size: int = 128
    learning_rate: float = 2e-3
    weight_decay: float = 0.0
    warm_up: float = 0.1
    prior_warm_up: float = 0.0
    averaging: float = 0.999
    augmentation: float = 0.0
    plain: float = 0.2
    corruption: float = 0.0
    clip_norm: float = 100.0
    seed: int = 0
    device: str = "auto"
    precision: Precision = "auto"
    schedule: Schedule = "cosine"

    def __post_init__(self) -> None:
        for name, low, high in _RANGES:
            value = getattr(self, name)
            if not (math.isfinite(value) and low <= value <= high):
                raise TrainingError(f"{name} must lie within {low:g}..{high:g}, found {value}")

    def rate_at(self, step: int, steps: int) -> float:
        """The learning rate of step 0..steps - 1."""
        done, rising = (step + 0.5) / steps, max(self.warm_up, 1e-9)
        if done < rising:
            return self.learning_rate * done / rising
        if self.schedule == "constant":
            return self.learning_rate
        return self.learning_rate * 0.5 * (1 + math.cos(math.pi * (done - rising) / (1 - rising)))

    def prior_at(self, step: int, steps: int) -> float:
        """The factor 0..1 on the KL term at step 0..steps - 1."""
        return min(1.0, (step + 1) / max(self.prior_warm_up * steps, 1))

    def augmentation_at(self, epoch: int) -> float:
        """The strength of augmentation in epoch 1..epochs."""
        return self.augmentation if epoch <= self.epochs * (1 - self.plain) else 0.0


_RANGES = (
    ("epochs", 1, 10**6),
    ("batch_size", 1, 10**6),
    ("learning_rate", 0, 1e3),
    ("weight_decay", 0, 1e3),
    ("warm_up", 0, 0.9),
    ("prior_warm_up", 0, 1),
    ("averaging", 0, 0.999999),
    ("augmentation", 0, 1),
    ("plain", 0, 1),
    ("corruption", 0, 0.9),
    ("clip_norm", 1e-6, 1e9),
    ("seed", 0, 2**31 - 1),
)
