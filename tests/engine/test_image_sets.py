"""Many images of one's own are placed by the engine, the broken ones named."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from latent_explorer.bundles import read_config, read_latents
from latent_explorer.engine.decoder import Decoder, device_for
from latent_explorer.engine.handlers.hover import Hover, Picture
from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.handlers.place_images import ImagesPlaced, PlaceImages
from latent_explorer.engine.image_sets import thumbnails_of
from latent_explorer.engine.process import serve_inline
from latent_explorer.engine.protocol import Withdraw
from latent_explorer.runtime.loading import load_bundle_model
from latent_explorer.service.codec import Numbered, Refused
from tests.nets.families import GAN, registered, trained_on_noise


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """20 images of 8x8 in two folders."""
    random = np.random.default_rng(0)
    for number in range(20):
        path = tmp_path / "own" / ("left", "right")[number % 2] / f"{number:02}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(random.integers(0, 256, (8, 8), np.uint8)).save(path)
    return tmp_path / "own"


def asked(
    bundle: Path, *sources: Path | str, prepare: str = "others", search: bool = False, most: int = 1000
) -> list[Numbered]:
    return serve_inline([Open(1, str(bundle)), PlaceImages(2, tuple(map(str, sources)), prepare, search, most)])[1:]


def placed(replies: list[Numbered]) -> list[ImagesPlaced]:
    assert not [reply for reply in replies if isinstance(reply, Refused)]
    return [reply for reply in replies if isinstance(reply, ImagesPlaced)]


def test_a_folder_is_encoded_and_scored(small_bundle: Path, folder: Path) -> None:
    told = placed(asked(small_bundle, folder))
    names = [name for each in told for name in each.names]
    assert names == [f"left/{n:02}.png" for n in range(0, 20, 2)] + [f"right/{n:02}.png" for n in range(1, 20, 2)]
    assert [group for each in told for group in each.groups] == ["left"] * 10 + ["right"] * 10
    assert [each.more for each in told] == [True] * (len(told) - 1) + [False]
    z, images = (np.concatenate([getattr(each, name) for each in told]) for name in ("z", "thumbnails"))
    config = read_config(small_bundle)
    model = load_bundle_model(small_bundle, config)
    decoder = Decoder(model, device_for(model))
    np.testing.assert_allclose(z, decoder.encoded(images), atol=1e-5)
    error = np.square(images / 255.0 - decoder.pictures(z) / 255.0).reshape(20, -1).mean(1)
    np.testing.assert_allclose(np.concatenate([each.error for each in told]), error, atol=1e-3)
    score = np.concatenate([each.score for each in told])
    assert np.isfinite(score).all()
    assert (score > 0).all()


def test_a_broken_image_among_good_ones_is_named_and_one_of_another_size_prepared(
    small_bundle: Path, folder: Path
) -> None:
    (folder / "left" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nno more")
    drawn = np.full((40, 30, 3), 255, np.uint8)
    drawn[10:30, 12:18] = 0
    Image.fromarray(drawn).save(folder / "left" / "large.png")
    Image.new("L", (50, 50), 255).save(folder / "right" / "nothing.png")
    told = placed(asked(small_bundle, folder))
    assert "left/large.png" in [name for each in told for name in each.names]
    rejected = dict(pair for each in told for pair in each.rejected)
    assert "left/broken.png" in rejected
    assert rejected["left/broken.png"].startswith("expected an image")


def test_a_search_gives_no_greater_errors_than_the_encoder(small_bundle: Path, folder: Path) -> None:
    alone, sought = placed(asked(small_bundle, folder)), placed(asked(small_bundle, folder, search=True))
    error = [np.concatenate([each.error for each in told]) for told in (alone, sought)]
    assert error[1].mean() < error[0].mean()


def test_without_an_encoder_it_is_refused_in_words_or_searched(tmp_path: Path, folder: Path) -> None:
    with registered(GAN):
        bundle = trained_on_noise(tmp_path, "rival", side=8)
        refused = asked(bundle, folder)[-1]
        told = placed(asked(bundle, folder, search=True, most=3))
    assert isinstance(refused, Refused)
    assert "no encoder" in refused.reason
    assert sum(len(each.names) for each in told) == 3


def test_a_set_that_is_given_up_ends(small_bundle: Path, folder: Path) -> None:
    request = PlaceImages(2, (str(folder),), "others", False, 1000)
    assert len(serve_inline([Open(1, str(small_bundle)), request, Withdraw(2)])) == 1


def test_hovers_come_first(small_bundle: Path, folder: Path) -> None:
    request = PlaceImages(2, (str(folder),), "others", False, 1000)
    replies = serve_inline([Open(1, str(small_bundle)), request, Hover(3, read_latents(small_bundle).mean[0])])
    assert isinstance(replies[1], Picture)


@pytest.mark.parametrize(
    ("source", "prepare", "words"), [("/nowhere/at/all", "others", "nowhere"), ("x.png", "soon", "soon")]
)
def test_what_cannot_be_done_is_refused_in_words(small_bundle: Path, source: str, prepare: str, words: str) -> None:
    reply = asked(small_bundle, source, prepare=prepare)[-1]
    assert isinstance(reply, Refused)
    assert words in reply.reason


def test_thumbnails_of_large_images_are_small() -> None:
    assert thumbnails_of(np.zeros((2, 128, 256, 3), np.uint8)).shape == (2, 32, 64, 3)
    assert thumbnails_of(np.zeros((2, 128, 100, 1), np.uint8)).shape == (2, 64, 50, 1)
    assert thumbnails_of(np.zeros((0, 128, 100, 1), np.uint8)).shape[0] == 0
