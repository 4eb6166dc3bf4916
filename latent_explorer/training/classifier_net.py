"""The network of the classifier, a few convolutional layers, and its training, always with the same settings."""

from collections.abc import Iterator
from dataclasses import dataclass
from threading import Event

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, interpolate

from latent_explorer.data.dataset import Dataset
from latent_explorer.nets.draws import Draws
from latent_explorer.training.images import Images
from latent_explorer.training.learner import augment

FEATURES = 96
_CHANNELS, _SIDE, _GRID = (16, 32, 64, 64), 64, 4
_EPOCHS, _BATCH, _FEWEST, _MOST = 6, 128, 200, 3000
_RATE, _DECAY, _AUGMENTATION = 4e-3, 0.02, 0.7


@dataclass(frozen=True)
class Taught:
    """Progress of the training: `step` of `steps` batches."""

    step: int
    steps: int


class ClassifierNet(nn.Module):
    """Maps images float32 (n, c, h, w) in [0, 1] to logits (n, classes); larger images are reduced to a side of 64."""

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        one, two, three, four = _CHANNELS
        self.seeing = nn.Sequential(
            *_layer(channels, one),
            nn.MaxPool2d(2, ceil_mode=True),
            *_layer(one, two),
            *_layer(two, three, stride=2),
            *_layer(three, four),
            nn.AdaptiveAvgPool2d(_GRID),
            nn.Flatten(),
            nn.Linear(four * _GRID * _GRID, FEATURES),
            nn.ReLU(),
        )
        self.telling = nn.Linear(FEATURES, classes)

    def features(self, x: Tensor) -> Tensor:
        """The inputs of the last layer, (n, FEATURES)."""
        height, width = x.shape[2:]
        if max(height, width) > _SIDE:
            x = interpolate(x, (min(height, _SIDE), min(width, _SIDE)), mode="area")
        found: Tensor = self.seeing(x)
        return found

    def forward(self, x: Tensor) -> Tensor:
        """The logits (n, classes)."""
        logits: Tensor = self.telling(self.features(x))
        return logits


def teach(dataset: Dataset, device: torch.device, token: Event) -> Iterator[Taught | ClassifierNet]:
    """Train a new network on the training images; yields the progress and, unless `token` is set, the network last.

    Each image is rotated, scaled, sheared and shifted a little each time. The weights are rounded to float16.
    """
    assert dataset.labels is not None
    images, labels = Images.of(dataset, device), torch.from_numpy(dataset.labels).to(device)
    train = dataset.indices("train")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = ClassifierNet(dataset.image_shape[2], len(dataset.class_names)).to(device)
    optimiser = torch.optim.AdamW(net.parameters(), _RATE, weight_decay=_DECAY)
    steps = min(max(_EPOCHS * len(train) // _BATCH, _FEWEST), _MOST)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, _RATE, total_steps=steps)
    draws = Draws(torch.Generator(device).manual_seed(0))
    for step, batch in enumerate(_batches(train, steps), 1):
        places = torch.from_numpy(batch).to(device)
        logits = net(augment(images.batch(places), _AUGMENTATION, draws))
        optimiser.zero_grad()
        torch.autograd.backward(cross_entropy(logits, labels[places]))
        optimiser.step()
        rate.step()
        yield Taught(step, steps)
        if token.is_set():
            return
    yield net.half().float().eval()


def _batches(train: NDArray[np.intp], steps: int) -> Iterator[NDArray[np.intp]]:
    """That many batches; each image appears once before any is repeated."""
    random = np.random.default_rng(0)
    waiting = train[:0]
    for _ in range(steps):
        while len(waiting) < min(_BATCH, len(train)):
            waiting = np.concatenate([waiting, random.permutation(train)])
        yield waiting[:_BATCH]
        waiting = waiting[_BATCH:]


def _layer(before: int, after: int, stride: int = 1) -> tuple[nn.Module, ...]:
    return nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU()
