"""Images spoiled by the engine: the same by the same seed, in the measure of the model, before they are encoded."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from latent_explorer.bundles import BundleConfig, read_config
from latent_explorer.engine.corrupting import USUAL, corrupted, corruption_called
from latent_explorer.engine.handlers.encode import Encode, ImageEncoded
from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.process import ProcessEngine, serve_inline
from latent_explorer.nets.corruption import Corruption
from latent_explorer.service.codec import Refused

IMAGES = np.random.default_rng(0).integers(0, 256, (7, 12, 10, 3)).astype(np.uint8)


def trained_on(config: BundleConfig, **settings: float) -> BundleConfig:
    return msgspec.structs.replace(config, net=msgspec.structs.replace(config.net, settings=settings))


@pytest.mark.parametrize("by", [Corruption(added_noise=0.4), Corruption(holes=2), Corruption(blur=1)])
def test_a_seed_decides(by: Corruption) -> None:
    found = corrupted(IMAGES, by, 3)
    assert found.shape == IMAGES.shape
    assert found.dtype == np.uint8
    assert np.array_equal(found, corrupted(IMAGES, by, 3))
    assert not np.array_equal(found, IMAGES)
    assert by.blur or not np.array_equal(found, corrupted(IMAGES, by, 4))


def test_the_measure_is_that_of_training_or_the_usual_one(small_bundle: Path) -> None:
    config = read_config(small_bundle)
    assert not config.cleans
    assert corruption_called(config, "blur") == Corruption(blur=USUAL.blur)
    assert corruption_called(config, "all") == USUAL
    own = trained_on(config, added_noise=0.9)
    assert own.cleans
    assert corruption_called(own, "added_noise") == corruption_called(own, "all") == Corruption(added_noise=0.9)
    assert corruption_called(own, "holes") == Corruption(holes=USUAL.holes)


def test_an_image_is_spoiled_before_it_is_encoded_and_held_against_the_clean_one(small_bundle: Path) -> None:
    drawn = np.zeros((8, 8, 1), np.uint8)
    drawn[2:6, 3:5] = 220
    asked = [Encode(2, drawn), Encode(3, drawn, (), "added_noise"), Encode(4, drawn, (), "smoke")]
    clean, spoiled, refused = (serve_inline([Open(1, str(small_bundle)), each])[-1] for each in asked)
    assert isinstance(clean, ImageEncoded)
    assert isinstance(spoiled, ImageEncoded)
    expected = corrupted(clean.prepared[None], Corruption(added_noise=USUAL.added_noise), 0)[0]
    assert np.array_equal(spoiled.prepared, expected)
    assert not np.allclose(spoiled.z, clean.z)
    off = np.square((clean.prepared.astype(float) - spoiled.picture) / 255).mean()
    assert spoiled.error == pytest.approx(off, rel=1e-4)
    assert isinstance(refused, Refused)
    assert "no corruption called 'smoke'" in refused.reason


def test_it_is_spoiled_in_a_process_of_its_own_as_well(small_bundle: Path) -> None:
    """Whose torch is imported without much of what it brings along."""
    engine = ProcessEngine()
    try:
        engine.send(Open(1, str(small_bundle)))
        engine.send(Encode(2, np.zeros((8, 8, 1), np.uint8), (), "added_noise"))
        reply = engine.receive()
        while reply is not None and reply.number != 2:
            reply = engine.receive()
    finally:
        engine.stop()
    assert isinstance(reply, ImageEncoded), reply
    assert reply.prepared.any()
