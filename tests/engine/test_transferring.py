"""What labels of other images teach through the same encoder, as the engine tells it."""

from types import SimpleNamespace

import numpy as np
import pytest

from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.handlers.transfer_labels import LabelsTransferred, TransferLabels
from latent_explorer.engine.process import serve_inline
from latent_explorer.engine.transferring import transferred
from latent_explorer.errors import UserError
from latent_explorer.service.codec import Refused


def told(bundle, source, labels=6):
    return serve_inline([Open(1, str(bundle)), TransferLabels(2, str(source), labels, 2)])[1:]


@pytest.fixture(scope="module")
def encoding(make_bundle):
    return make_bundle("transferring", latent_dim=3)


def test_latents_come_first_then_pca_and_pixels(encoding):
    *before, last = told(encoding, encoding.parent / "images.npz")
    assert isinstance(last, LabelsTransferred)
    assert not last.more
    assert all(each.more for each in before)
    assert [each[:2] for each in last.accuracies] == [
        (space, probe) for space in ("latents", "pca", "pixels") for probe in ("propagation", "logistic")
    ]
    assert {each.doing for each in before} >= {"encoding", "the latents", "the pixels"}
    assert (last.dataset, last.classes) == ("images", 3)


def test_what_cannot_be_measured_is_refused_in_a_sentence(encoding, make_bundle, tmp_path):
    bare = tmp_path / "bare.npz"
    grey = np.random.default_rng(0).integers(0, 255, (90, 8, 8), np.uint8)
    np.savez(bare, images=grey)
    larger = make_bundle("larger than that", shape=(10, 10, 1)).parent / "images.npz"
    for source, labels, words in (
        (bare, 6, "has no labels"),
        (larger, 6, "expected images of 8x8x1"),
        (encoding.parent / "images.npz", 2, "at least one for each of 3 classes"),
        (encoding.parent / "images.npz", 10**6, "training images"),
        (tmp_path / "nowhere", 6, "no dataset"),
    ):
        (reply,) = told(encoding, source, labels)
        assert isinstance(reply, Refused)
        assert words in reply.reason


def test_a_model_without_an_encoder_says_so_before_anything_is_read():
    config = SimpleNamespace(name="rival", encodes=False, net=SimpleNamespace(classes=0))
    with pytest.raises(UserError, match="rival has no encoder: it makes no latents of kmnist"):
        next(transferred(SimpleNamespace(config=config), "kmnist", 10, 3))
