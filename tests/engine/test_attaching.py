"""Images that were moved are attached from where they are now; others only when a person agrees, told how they fit."""

import gc
import os
import shutil
import threading
import weakref
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from latent_explorer.bundles import read_config, read_latents, read_weights, save_bundle
from latent_explorer.engine import attachment
from latent_explorer.engine.attachment import Attachment
from latent_explorer.engine.decoder import Decoder
from latent_explorer.engine.handlers.attach import Attached, AttachImages
from latent_explorer.engine.handlers.average import Average
from latent_explorer.engine.handlers.describe import DESCRIBE, Describe, Place
from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.handlers.originals import Originals
from latent_explorer.engine.image_fit import ImageFit
from latent_explorer.engine.model_service import ModelService
from latent_explorer.engine.process import serve_inline
from latent_explorer.engine.protocol import Pictures
from latent_explorer.errors import EngineError
from latent_explorer.runtime.loading import load_bundle_model
from latent_explorer.service.codec import Numbered, Refused

FIRST = np.arange(3)


@pytest.fixture
def moved(make_bundle: Callable[..., Path], tmp_path: Path) -> tuple[Path, Path]:
    """A bundle whose latents are those of its images, and where these are by now."""
    made = make_bundle("as made")
    config, place = read_config(made), tmp_path / "elsewhere.npz"
    shutil.move(made.parent / "images.npz", place)
    images = images_in(place)
    z, pictures = Decoder(load_bundle_model(made, config), torch.device("cpu")).round_trip(images, None)
    error = np.square((images.astype(np.float32) - pictures) / 255).reshape(len(images), -1).mean(1)
    latents = replace(read_latents(made), mean=z, error=error.astype(np.float32))
    bundle = save_bundle(tmp_path / "moved", config, read_weights(made), latents, "# Moved\n", preview(made))
    return bundle, place


def preview(bundle: Path) -> bytes:
    return (bundle / "preview.png").read_bytes()


def images_in(place: Path) -> NDArray[np.uint8]:
    images = np.load(place)["images"]
    return images.reshape(len(images), 8, 8, -1)


def saved(place: Path, name: str, images: NDArray[np.uint8]) -> Path:
    """Other images, with the labels of those at a place."""
    other = place.with_name(name)
    np.savez(other, images=images, labels=np.load(place)["labels"][: len(images)])
    return other


def noisy(place: Path) -> Path:
    """The same images, each grey level off by at most two."""
    images = images_in(place).astype(int) + np.random.default_rng(0).integers(-2, 3, (120, 8, 8, 1))
    return saved(place, "noisy.npz", images.clip(0, 255).astype(np.uint8))


def replies(bundle: Path, *requests: Numbered) -> dict[int, Any]:
    """The last reply to each request, by its number."""
    return {reply.number: reply for reply in serve_inline([Open(1, str(bundle)), *requests])}


def attached(bundle: Path, place: Path | str, agreed: str = "", then: tuple[Numbered, ...] = ()) -> dict[int, Any]:
    return replies(bundle, AttachImages(2, str(place), agreed), *then)


def test_images_that_were_moved_are_attached(moved: tuple[Path, Path]) -> None:
    bundle, place = moved
    first = Originals(2, FIRST)
    found = replies(bundle, first, AttachImages(3, str(place)), Originals(4, FIRST))
    assert isinstance(found[3], Attached)
    assert (found[3].taken, found[3].count, found[3].note, found[3].fingerprint) == (True, 120, "", "")
    assert isinstance(found[4], Pictures)
    np.testing.assert_array_equal(found[4].content, images_in(place)[:3])


@pytest.mark.parametrize(("name", "reason"), [("nothing.npz", "nothing.npz"), ("a\0b", "a")])
def test_what_cannot_be_read_is_refused_in_words(moved: tuple[Path, Path], name: str, reason: str) -> None:
    bundle, place = moved
    refused = attached(bundle, place.with_name(name))[2]
    assert isinstance(refused, Refused)
    assert reason in refused.reason
    assert "a fault" not in refused.reason


def test_a_pipe_is_not_waited_for(moved: tuple[Path, Path], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.npz")
    refused = attached(moved[0], tmp_path / "pipe.npz")[2]
    assert isinstance(refused, Refused)
    assert "a pipe" in refused.reason


def test_nearly_the_same_images_are_said_to_fit_and_wait_for_an_agreement(moved: tuple[Path, Path]) -> None:
    bundle, place = moved
    found = attached(bundle, noisy(place), then=(Originals(3, FIRST),))
    assert isinstance(found[2], Attached)
    assert not found[2].taken
    assert found[2].fits
    assert "They fit" in found[2].doubt
    assert "reconstruction MSE" in found[2].doubt
    assert isinstance(found[3], Refused)  # nothing is shown that was not agreed to


def test_agreed_images_are_taken_and_said_to_be_no_originals(moved: tuple[Path, Path]) -> None:
    bundle, place = moved
    other = noisy(place)
    fingerprint = attached(bundle, other)[2].fingerprint
    found = attached(bundle, other, fingerprint, (Originals(3, FIRST), Average(4, np.ones(120, np.uint8))))
    assert (found[2].taken, found[2].count, found[2].fingerprint) == (True, 120, fingerprint)
    assert str(other) in found[2].note
    assert "not the images that the model was trained on" in found[2].note
    np.testing.assert_array_equal(found[3].content, images_in(other)[:3])
    np.testing.assert_array_equal(found[4].content[0], np.rint(images_in(other).mean(0)))


def test_what_was_agreed_to_holds_for_no_other_images(moved: tuple[Path, Path]) -> None:
    bundle, place = moved
    fingerprint = attached(bundle, noisy(place))[2].fingerprint
    other = saved(place, "other.npz", 255 - images_in(place))
    assert not attached(bundle, other, fingerprint)[2].taken


def test_the_same_images_in_another_order_do_not_fit(moved: tuple[Path, Path]) -> None:
    bundle, place = moved
    shuffled = saved(place, "shuffled.npz", images_in(place)[np.random.default_rng(0).permutation(120)])
    doubted = attached(bundle, shuffled)[2]
    assert (doubted.taken, doubted.fits) == (False, False)
    assert "another order" in doubted.doubt


def test_unrelated_images_do_not_fit(moved: tuple[Path, Path]) -> None:
    bundle, place = moved
    noise = 255 * np.random.default_rng(0).integers(0, 2, (120, 8, 8, 1))
    doubted = attached(bundle, saved(place, "noise.npz", noise.astype(np.uint8)))[2]
    assert (doubted.taken, doubted.fits) == (False, False)
    assert "do not fit" in doubted.doubt


@pytest.mark.parametrize(
    ("distance", "mse", "word"),
    [(0.1, 0.01, "They fit:"), (1, 0.01, "another order"), (1, 0.1, "does not know"), (0.1, 0.1, "fit in part")],
)
def test_the_verdict_follows_from_the_figures(distance: float, mse: float, word: str) -> None:
    fit = ImageFit(256, distance, 1.0, mse, 0.01)
    assert word in fit.sentences()
    assert fit.fits == (word == "They fit:")


def test_of_images_without_a_known_error_the_place_alone_counts() -> None:
    assert ImageFit(256, 0.1, 1.0, 0.5, None).fits
    assert "usual" not in ImageFit(256, 0.1, 1.0, 0.5, None).sentences()


def test_another_number_of_images_is_refused_with_what_to_do(moved: tuple[Path, Path]) -> None:
    bundle, place = moved
    refused = attached(bundle, saved(place, "fewer.npz", images_in(place)[:100]))[2]
    assert isinstance(refused, Refused)
    assert "expected 120 images of 8x8x1, found 100 images of 8x8x1" in refused.reason
    assert "attach all of those that it was trained on" in refused.reason


def test_another_size_is_refused_with_the_argument_that_stretches_them(moved: tuple[Path, Path]) -> None:
    bundle, place = moved
    large = saved(place, "large.npz", images_in(place).repeat(2, 1).repeat(2, 2))
    refused = attached(bundle, large)[2]
    assert isinstance(refused, Refused)
    named = f"{large}@8x8"
    assert named in refused.reason
    assert isinstance(attached(bundle, named)[2], Attached)


def test_colour_for_grey_is_refused(moved: tuple[Path, Path]) -> None:
    bundle, place = moved
    colour = images_in(place).repeat(3, 3)
    colour[..., 0] = 255 - colour[..., 0]
    refused = attached(bundle, saved(place, "colour.npz", colour))[2]
    assert isinstance(refused, Refused)
    assert "in grey" in refused.reason


def test_a_bundle_that_has_its_images_reads_no_others_unless_asked(
    small_bundle: Path, moved: tuple[Path, Path]
) -> None:
    found = replies(small_bundle, AttachImages(2, "/nowhere at all", "", True))
    assert (found[2].taken, found[2].count, found[2].anew) == (True, 120, False)
    assert isinstance(replies(small_bundle, AttachImages(2, "/nowhere at all"))[2], Refused)


def steps(service: ModelService, *asked: Any) -> Attachment:
    """What came of attaching."""
    last = [step for step in service.attach(*asked) if step is not None][-1]
    assert isinstance(last, Attachment)
    return last


@pytest.fixture
def service(moved: tuple[Path, Path]) -> ModelService:
    made = ModelService(lambda: None, lambda task: task())
    made.open_bundle(moved[0])
    made.index_dataset()
    return made


def test_a_place_says_what_its_images_are(service: ModelService, moved: tuple[Path, Path]) -> None:
    def place() -> Place:
        found = [reply for reply in DESCRIBE.answer(Describe(1, np.zeros(2, "f4")), service) if reply is not None][-1]
        assert isinstance(found, Place)
        return found

    assert "not available" in place().missing
    assert place().note == ""
    other = noisy(moved[1])
    steps(service, str(other), steps(service, str(other)).fingerprint)
    assert (place().missing, place().lacking) == ("", "")
    assert "not the images that the model was trained on" in place().note
    np.testing.assert_array_equal(place().originals, images_in(other)[place().indices])
    steps(service, str(moved[1]))
    assert place().note == ""


def test_what_was_attached_can_be_let_go_again(service: ModelService, moved: tuple[Path, Path]) -> None:
    assert steps(service, str(moved[1])).count == 120
    assert service.images_at(FIRST).shape == (3, 8, 8, 1)
    assert steps(service, "").count == 0
    with pytest.raises(EngineError, match="not available"):
        service.images_at(FIRST)


def test_images_that_are_asked_about_are_read_once_and_let_go_by_whatever_is_decided(
    service: ModelService, moved: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[weakref.ref[Any]] = []
    usual = attachment.read_images

    def remembered(*asked: Any) -> Any:
        dataset = usual(*asked)
        read.append(weakref.ref(dataset))
        return dataset

    monkeypatch.setattr(attachment, "read_images", remembered)
    other = str(noisy(moved[1]))
    doubted = steps(service, other)
    assert read[0]() is not None
    assert steps(service, other, doubted.fingerprint).taken
    assert len(read) == 1
    for decided in (("", "", True), ("",)):
        steps(service, other)
        steps(service, *decided)
        gc.collect()
        assert [each() for each in read] == [None] * len(read)
    steps(service, other)
    service.open_bundle(moved[0])
    gc.collect()
    assert read[-1]() is None


def test_images_are_those_of_a_bundle_made_from_the_same_dataset_and_of_no_other(
    service: ModelService, moved: tuple[Path, Path], wide_bundle: Path
) -> None:
    bundle, place = moved
    steps(service, str(place))
    images = weakref.ref(service.index.originals.images)
    service.open_bundle(bundle)
    service.index_dataset()
    np.testing.assert_array_equal(service.images_at(FIRST), images_in(place)[:3])
    service.open_bundle(wide_bundle)
    service.index_dataset()
    gc.collect()
    assert images() is None


def test_images_read_for_a_bundle_that_is_gone_are_not_taken(
    service: ModelService, moved: tuple[Path, Path], wide_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, usual = threading.Event(), attachment.read_images
    monkeypatch.setattr(attachment, "read_images", lambda *asked: opened.wait(60) and usual(*asked))
    under_way = service.attach(str(moved[1]))
    next(under_way)
    service.open_bundle(wide_bundle)
    service.index_dataset()
    opened.set()
    with pytest.raises(EngineError, match="another bundle was opened meanwhile"):
        list(under_way)
    assert service.index.images_at(FIRST).shape == (3, 6, 10, 3)
