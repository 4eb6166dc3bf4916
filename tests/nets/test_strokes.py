"""How wide strokes are, and the share of it that latents do not tell."""

import numpy as np
import pytest
import torch

from latent_explorer.analysis.attributes import ink
from latent_explorer.nets.strokes import stroke_width, untold


def seeded(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def test_a_stroke_is_as_wide_as_it_was_drawn_wherever_and_however_long() -> None:
    x = torch.zeros(4, 1, 40, 40)
    for image, (width, length, left) in zip(x, ((2, 30, 4), (2, 38, 20), (4, 30, 4), (6, 30, 30)), strict=True):
        image[0, 1 : 1 + length, left : left + width] = 1
    found = stroke_width(x)
    assert found[0] == pytest.approx(found[1].item(), rel=0.05)
    np.testing.assert_allclose(found, [2, 2, 4, 6], rtol=0.25)
    np.testing.assert_allclose(found, ink.thickness(x[:, 0].numpy()), rtol=1e-3)
    assert stroke_width(torch.zeros(1, 3, 5, 5)).isfinite().all()


def test_what_is_untold_is_the_part_that_no_linear_function_of_the_latents_has() -> None:
    labels, noise = torch.arange(3000) % 3, seeded(3000, seed=1)
    z = seeded(3000, 2)
    told = 2 * z[:, 0] - z[:, 1]
    of_class = 10.0 * labels  # which says nothing of what is different within a class
    assert untold(z, told + of_class, labels, 3).item() < 1e-3
    assert untold(z, noise + of_class, labels, 3).item() > 0.99
    assert untold(z, told + noise * 5**0.5 + of_class, labels, 3).item() == pytest.approx(0.5, abs=0.03)
    turned = z @ torch.tensor([[0.6, -0.8], [0.8, 0.6]]) * 7 + of_class[:, None]
    assert untold(turned, told + of_class, labels, 3).item() < 1e-3


def test_following_it_the_latents_come_to_tell_the_width() -> None:
    labels, widths = torch.arange(300) % 3, seeded(300)
    z = seeded(300, 2, seed=2).requires_grad_()
    optimiser = torch.optim.Adam([z], lr=0.05)
    for _ in range(100):
        optimiser.zero_grad()
        loss = untold(z, widths, labels, 3)
        torch.autograd.backward(loss)
        optimiser.step()
    assert loss.item() < 0.1


def test_where_there_is_nothing_to_tell_it_is_nothing() -> None:
    one = torch.zeros(1, 2, requires_grad=True)
    loss = untold(one, torch.ones(1), torch.zeros(1, dtype=torch.int64), 3)
    torch.autograd.backward(loss)
    assert loss.item() == 0
    assert one.grad is not None
    assert one.grad.isfinite().all()
