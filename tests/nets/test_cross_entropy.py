"""The cross-entropy of ours is torch's, with its gradient."""

import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from latent_explorer.nets.model import bernoulli_nats


@pytest.mark.parametrize("scale", [0.0, 1.0, 30.0, 1000.0])
def test_it_is_that_of_torch_to_the_rounding_of_a_sum(scale: float) -> None:
    logits = scale * torch.linspace(-1, 1, 2 * 3 * 50).view(2, 3, 50)
    x = torch.rand(2, 3, 50, generator=torch.Generator().manual_seed(0)).round(decimals=1)
    ours, theirs = logits.clone().requires_grad_(), logits.clone().requires_grad_()
    weights = torch.tensor([1.0, 3.0])
    nats = bernoulli_nats(ours, x)
    expected = binary_cross_entropy_with_logits(theirs, x, reduction="none").flatten(1).sum(1)
    torch.testing.assert_close(nats, expected, atol=2e-5, rtol=1e-6)
    (nats * weights).sum().backward()
    (expected * weights).sum().backward()
    torch.testing.assert_close(ours.grad, theirs.grad)
