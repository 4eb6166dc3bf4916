"""Models of others, by ONNX and by callables: their images are searched for, and their directions followed."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from latent_explorer.bundles import BundleConfig, read_latents
from latent_explorer.cli.attributes import _measured
from latent_explorer.engine.handlers.follow_direction import DirectionCurve, FollowDirection
from latent_explorer.engine.handlers.hover import Hover, Picture
from latent_explorer.engine.handlers.invert import Invert, Inverted
from latent_explorer.engine.handlers.list_directions import DirectionList, ListDirections
from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.loop import serve
from latent_explorer.engine.model_service import ModelService
from latent_explorer.engine.originals import OriginalImages, find_originals
from latent_explorer.exploring.opening import Given, found_out
from latent_explorer.exploring.temporary_bundle import Explored, write_explored
from latent_explorer.nets.model import LatentModel
from latent_explorer.runtime.loading import load_bundle_model
from latent_explorer.service.codec import Numbered
from latent_explorer.service.server import QueueChannel
from tests.importing.making import onnx_pair, principal

Answer = Callable[..., list[Numbered]]


@pytest.fixture
def of_onnx(make: Callable[..., Path], images: Path, tmp_path: Path) -> tuple[Path, Answer]:
    """A bundle of two ONNX programs, and who answers about it."""
    decoder, encoder = onnx_pair(tmp_path, images)
    folder = make(decoder=decoder, encoder=encoder, images=str(images))
    return folder, lambda *requests: _answers(folder, load_bundle_model, find_originals, *requests)


@pytest.fixture
def of_callables(images: Path, tmp_path: Path) -> tuple[Path, Answer]:
    """The same model as two functions of numpy, as `explore` takes them: no slopes are to be had of these."""
    middle, axes = principal(images)
    given = np.load(images)

    def decode(z: np.ndarray) -> np.ndarray:
        return (np.asarray(z) @ axes + middle).clip(0, 1).reshape(-1, 8, 8, 1)

    def encode(x: np.ndarray) -> np.ndarray:
        return (np.asarray(x, np.float32).reshape(len(x), -1) - middle) @ axes.T

    found = found_out(Given(decoder=decode, encoder=encode, images=given["images"], labels=given["labels"]))
    folder = tmp_path / "explored"
    write_explored(found, folder)
    return folder, lambda *requests: _answers(folder, *_of(found), *requests)


def _of(found: Explored) -> tuple[Callable[..., LatentModel], Callable[..., OriginalImages]]:
    def load(folder: Path, config: BundleConfig) -> LatentModel:
        return found.model.foreign(config.net)

    def find(config: BundleConfig, known: OriginalImages | None = None) -> OriginalImages:
        return OriginalImages(None if found.dataset is None else found.dataset.images)

    return load, find


def _answers(folder: Path, load: object, find: object, *requests: Numbered) -> list[Numbered]:
    replies: list[Numbered] = []
    channel: QueueChannel[Numbered, Numbered] = QueueChannel(replies.append, [Open(1, str(folder)), *requests])
    channel.end()
    serve(channel, ModelService(channel.wake, run=lambda task: task(), load=load, find=find))  # type: ignore[arg-type]
    return replies[1:]


@pytest.mark.parametrize("whose", ["of_onnx", "of_callables"])
def test_a_picture_is_found_again_and_directions_lead_somewhere(whose: str, request: pytest.FixtureRequest) -> None:
    folder, ask = request.getfixturevalue(whose)
    z = read_latents(folder).mean[4]
    (picture,) = ask(Hover(2, z))
    assert isinstance(picture, Picture)
    last = [each for each in ask(Invert(2, picture.image)) if isinstance(each, Inverted)][-1]
    assert not last.more
    assert last.error < 1e-3
    listed = ask(ListDirections(2))[-1]
    assert isinstance(listed, DirectionList)
    groups = {entry.group for entry in listed.entries}
    assert len(groups) >= 3
    for group in groups:
        name = next(entry.name for entry in listed.entries if entry.group == group)
        curve = ask(FollowDirection(2, z, name))[-1]
        assert isinstance(curve, DirectionCurve), curve
        assert np.isfinite(curve.content[0, :, : 2 + len(z)]).all()
        assert np.ptp(curve.content[0, :, 2 : 2 + len(z)], axis=0).max() > 0


def test_the_command_measures_walks_of_an_onnx_bundle(of_onnx: tuple[Path, Answer]) -> None:
    told = _measured(str(of_onnx[0]), 3, 0, "cpu")
    assert set(told["attributes"]) >= {"area", "thickness"}
    for by_ends in told["attributes"].values():
        assert all(-1 <= figures["rank_correlation"] <= 1 for figures in by_ends["of_class"].values())
    assert told["images"] == 3
    assert told["classifier_accuracy"] is not None or told["classifier_note"]
