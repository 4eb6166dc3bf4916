"""Baseline: a geodesic by Adam on the knots of a spline, with gradients by autograd and no penalty."""

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from latent_explorer.nets.model import LatentModel

_KNOTS, _PLACES, _STEPS, _RATE = 12, 64, 60, 0.05
_FINE = 129


def descended(model: LatentModel, start: NDArray[np.float32], end: NDArray[np.float32]) -> float:
    """The decoded length of a spline after 60 steps of Adam on its energy, relative to that of the straight line."""
    t = np.linspace(0, 1, _KNOTS)
    line = torch.tensor(start + (end - start) * t[:, None], dtype=torch.float32)
    inner = line[1:-1].clone().requires_grad_()
    basis, fine = (_basis(t, count) for count in (_PLACES, _FINE))
    optimiser = torch.optim.Adam([inner], _RATE * float(line.std()))
    for _ in range(_STEPS):
        knots = torch.cat([line[:1], inner, line[-1:]])
        energy = model.decode(basis @ knots).flatten(1).diff(dim=0).square().sum()
        optimiser.zero_grad()
        torch.autograd.backward(energy)
        optimiser.step()
    with torch.no_grad():
        bent, straight = (_length(model, fine @ knots) for knots in (torch.cat([line[:1], inner, line[-1:]]), line))
    return bent / straight


def _basis(t: NDArray[np.float64], count: int) -> torch.Tensor:
    matrix = CubicSpline(t, np.eye(len(t)), bc_type="natural")(np.linspace(0, 1, count))
    return torch.tensor(matrix, dtype=torch.float32)


def _length(model: LatentModel, z: torch.Tensor) -> float:
    return float(model.decode(z).flatten(1).diff(dim=0).norm(dim=1).sum())
