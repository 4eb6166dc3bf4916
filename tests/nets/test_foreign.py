"""A model made of two functions does what a network does."""

import pytest
import torch

from latent_explorer.engine.choice import EAGER, paths_of
from latent_explorer.engine.decoder import Decoder
from latent_explorer.errors import UserError
from latent_explorer.fields.stretch import jacobian
from latent_explorer.nets.foreign import ForeignModel
from latent_explorer.nets.spec import NetSpec

SPEC = NetSpec(family="foreign", trunk="", image_shape=(2, 3, 1), latent_dim=2, hidden=())
AXES = torch.tensor([[0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [0.6, 0.5, 0.4, 0.3, 0.2, 0.1]])


def decode(z):
    """Linear, as numpy computes it: autograd cannot follow."""
    return torch.from_numpy(z.numpy() @ AXES.numpy()).reshape(-1, 1, 2, 3)


def encode(x):
    return x.flatten(1) @ torch.linalg.pinv(AXES)


def test_its_pictures_are_those_of_the_function_cut_off_at_black_and_white():
    pictures = Decoder(ForeignModel(SPEC, decode), torch.device("cpu")).pictures(torch.eye(2).numpy() * [[1], [-9]])
    assert pictures.shape == (2, 2, 3, 1)
    assert pictures[0].ravel().tolist() == [26, 51, 77, 102, 128, 153]
    assert not pictures[1].any()


def test_it_encodes_where_it_was_given_an_encoder():
    z = torch.tensor([[0.5, 0.25]])
    model = ForeignModel(SPEC, decode, encode)
    assert model.encodes
    torch.testing.assert_close(model.encode(model.decode(z)).mean, z)
    assert not ForeignModel(SPEC, decode).encodes
    with pytest.raises(UserError, match="no encoder"):
        ForeignModel(SPEC, decode).encode(torch.zeros(1, 1, 2, 3))


def test_its_slopes_are_differences_where_autograd_cannot_follow():
    slopes = jacobian(ForeignModel(SPEC, decode), torch.tensor([[0.5, 0.5]]))
    torch.testing.assert_close(slopes, AXES.T[None], atol=1e-4, rtol=0)


def test_it_cannot_be_trained():
    with pytest.raises(UserError, match="cannot be trained"):
        ForeignModel(SPEC, decode).losses(None)


def test_only_the_path_that_runs_the_functions_is_tried():
    assert paths_of(ForeignModel(SPEC, decode), torch.device("cpu")) == (EAGER,)
