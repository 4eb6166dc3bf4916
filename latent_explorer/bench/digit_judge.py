"""A classifier that has seen nothing but pixels: it says what the pictures along a path show."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn.functional import cross_entropy

_EPOCHS, _BATCH, _RATE = 3, 128, 4e-3
_CHUNK = 2000


class DigitJudge:
    """A small convolutional network, trained on images uint8 (n, h, w, c) with labels (n,), always in the same way."""

    def __init__(self, images: NDArray[np.uint8], labels: NDArray[np.int64]) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            self._net = _network(images.shape[1:], int(labels.max()) + 1)
            self._train(images, torch.from_numpy(labels.astype(np.int64)))

    def _train(self, images: NDArray[np.uint8], labels: torch.Tensor) -> None:
        rounds = max(1, len(images) // _BATCH)
        optimiser = torch.optim.AdamW(self._net.parameters(), _RATE)
        rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, _RATE, total_steps=_EPOCHS * rounds)
        for _ in range(_EPOCHS):
            order = torch.randperm(len(images))
            for part in order.tensor_split(rounds):
                loss = cross_entropy(self._net(_tensor(images[part.numpy()])), labels[part])
                optimiser.zero_grad()
                torch.autograd.backward(loss)
                optimiser.step()
                rate.step()

    @torch.inference_mode()
    def __call__(self, images: NDArray[np.uint8]) -> NDArray[np.int64]:
        """The classes int64 (n,) of images uint8 (n, h, w, c)."""
        parts = [images[start : start + _CHUNK] for start in range(0, len(images), _CHUNK)]
        return np.concatenate([self._net(_tensor(part)).argmax(1).numpy() for part in parts])

    def accuracy(self, images: NDArray[np.uint8], labels: NDArray[np.int64]) -> float:
        """The share of images that it recognises."""
        return float((self(images) == labels).mean())


def _network(shape: tuple[int, ...], classes: int) -> nn.Module:
    height, width, channels = shape
    flat = 32 * (-(-height // 4)) * (-(-width // 4))
    return nn.Sequential(
        nn.Conv2d(channels, 16, 5, stride=2, padding=2),
        nn.ReLU(),
        nn.Conv2d(16, 32, 5, stride=2, padding=2),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(flat, 128),
        nn.ReLU(),
        nn.Linear(128, classes),
    )


def _tensor(images: NDArray[np.uint8]) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float().div_(255)
