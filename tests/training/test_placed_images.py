"""A generator's bundle: draws from its prior, and the images that inversion has placed beside them."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from safetensors.numpy import load, save
from typer.testing import CliRunner

from latent_explorer import open_bundle
from latent_explorer.alignment.pair import Pair, Side
from latent_explorer.analysis import Neighbourhood
from latent_explorer.bundles import DRAWN, check_bundle, files, read_config, read_latents, read_weights, save_bundle
from latent_explorer.bundles.files import CARD, CONFIG, LATENTS, PREVIEW, SEALED
from latent_explorer.bundles.latents import of_images, packed, restored
from latent_explorer.cli.app import app
from latent_explorer.data import open_dataset
from latent_explorer.engine.handlers.describe import Describe, Place
from latent_explorer.engine.handlers.encode import Encode, ImageEncoded
from latent_explorer.engine.handlers.evaluate import Evaluate
from latent_explorer.engine.handlers.match import Match, Matched
from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.handlers.originals import Originals
from latent_explorer.engine.process import serve_inline
from latent_explorer.engine.protocol import Pictures, Values
from latent_explorer.errors import BundleError, DataError
from latent_explorer.nets.decoding import decode_pictures
from latent_explorer.nets.weights import load_model
from latent_explorer.training.evaluate import PRIOR_SAMPLES
from latent_explorer.training.publishing.pictures import _kinds
from tests.nets.families import GAN, INVERTED, placed_bars, registered

Arrays = dict[str, np.ndarray]


@pytest.fixture(scope="module", autouse=True)
def known() -> Iterator[None]:
    with registered(GAN, INVERTED):
        yield


@pytest.fixture(scope="module")
def placed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return placed_bars(tmp_path_factory.mktemp("placed"))


def test_a_point_is_a_draw_or_shows_an_image_of_the_dataset(placed: Path) -> None:
    config, latents = check_bundle(placed), read_latents(placed)
    assert (config.prior_samples, config.placed, config.latents) == (PRIOR_SAMPLES, 150, len(latents))
    assert (latents.draws, latents.images_from) == (PRIOR_SAMPLES, PRIOR_SAMPLES)
    assert latents.index is not None
    assert latents.label is not None
    assert latents.error is not None
    assert (latents.index[: latents.draws] == -1).all()
    np.testing.assert_array_equal(latents.index[latents.draws :], np.arange(150))
    dataset = open_dataset(config.dataset.source)
    np.testing.assert_array_equal(latents.split[latents.draws :], dataset.split)
    np.testing.assert_array_equal(latents.label[latents.draws :], dataset.labels)
    assert (latents.split[: latents.draws] == DRAWN).all()
    assert np.isnan(latents.error[: latents.draws]).all()
    assert np.isfinite(latents.error[latents.draws :]).all()
    np.testing.assert_array_equal(of_images(latents.split), np.arange(latents.draws, len(latents)))
    assert "10150 latents included are 10000 draws" in " ".join((placed / CARD).read_text().split())


@pytest.mark.parametrize("precision", ["float16", "uint8"])
def test_they_are_kept_small(placed: Path, precision: str) -> None:
    latents = read_latents(placed)
    found = restored(packed(latents, precision))  # type: ignore[arg-type]
    np.testing.assert_array_equal(found.index, latents.index)
    np.testing.assert_array_equal(np.isnan(found.error), np.isnan(latents.error))  # type: ignore[arg-type]
    np.testing.assert_allclose(found.mean, latents.mean, atol=0.05)


def at(number: int, name: str, value: float) -> Callable[[Arrays], Arrays]:
    def change(arrays: Arrays) -> Arrays:
        array = arrays[name].copy()
        array[number] = value
        return arrays | {name: array}

    return change


@pytest.mark.parametrize(
    ("change", "fields", "match"),
    [
        (at(3, "index", 3), {}, "an index of 10,000 draws"),
        (at(-1, "index", -1), {}, "index within 0"),
        (at(-1, "index", 150), {}, "index within 0"),
        (at(-1, "index", 1), {}, "ascending"),
        (at(3, "split", 0), {}, "split 3 of each draw"),
        (at(-1, "split", 3), {}, "split within"),
        (at(3, "error", 0.5), {}, "no error"),
        (at(-1, "error", np.nan), {}, "error within"),
        (dict, {"placed": 149}, "150"),
        (dict, {"placed": 0}, "arrays"),
        (dict, {"placed": 10**7}, "placed within"),
        (dict, {"prior_samples": 9_999, "placed": 151}, "placed within"),
        (dict, {"inverts": False}, "placed"),
        (lambda arrays: {name: each for name, each in arrays.items() if name != "index"}, {}, "an index of 10,000"),
    ],
)
def test_files_that_lie_are_refused(
    placed: Path, tmp_path: Path, change: Callable[[Arrays], Arrays], fields: dict[str, object], match: str
) -> None:
    folder = Path(shutil.copytree(placed, tmp_path / "lies"))
    (folder / LATENTS).write_bytes(save(change(load((folder / LATENTS).read_bytes()))))
    config = msgspec.structs.replace(read_config(folder), **fields)
    contents = {name: (folder / name).read_bytes() for name in SEALED}
    (folder / CONFIG).write_bytes(files.sealed_config(config, contents))
    with pytest.raises(BundleError, match=match):
        check_bundle(folder)


def test_a_bundle_of_draws_alone_opens_as_it_was_written_once(tmp_path: Path) -> None:
    folder = placed_bars(tmp_path, "rival")
    config, latents = read_config(folder), read_latents(folder)
    old = replace(latents, label=None, split=np.zeros(len(latents), np.uint8), index=None)
    parts = config, read_weights(folder), old, (folder / CARD).read_text(), (folder / PREVIEW).read_bytes()
    found = read_latents(save_bundle(tmp_path / "old", *parts))
    assert (found.draws, found.images_from, len(found)) == (PRIOR_SAMPLES, 0, PRIOR_SAMPLES)
    assert (found.split == DRAWN).all()
    asked = [Open(1, str(tmp_path / "old")), Originals(2, np.array([5, 7])), Describe(3, found.mean[0])]
    answers = {reply.number: reply for reply in serve_inline(asked)}
    shown, place = answers[2], answers[3]
    assert isinstance(shown, Pictures)  # what is decoded stands in
    np.testing.assert_array_equal(shown.content, open_bundle(folder).decode(found.mean[[5, 7]]))
    assert isinstance(place, Place)
    assert "draws from the prior" in place.missing


def test_the_engine_knows_images_and_draws_apart(placed: Path) -> None:
    config, latents = read_config(placed), read_latents(placed)
    images, z, draws = open_dataset(config.dataset.source).images, latents.mean[-1], latents.draws
    numbers = np.array([draws + 7, 3, len(latents) - 1, 4])
    asked = [Open(1, str(placed)), Describe(2, z), Match(3, z), Originals(4, numbers), Encode(5, images[-1])]
    fields = ("error", "consistency", "density")
    asked += [Evaluate(6 + number, name, z[None]) for number, name in enumerate(fields)]
    answers = {reply.number: reply for reply in serve_inline(asked)}
    place, match, shown, own = (answers[number] for number in (2, 3, 4, 5))
    assert isinstance(place, Place)
    assert (place.indices[:4] >= draws).all()
    assert (place.indices[4:] < draws).all()
    assert place.indices[0] == len(latents) - 1
    np.testing.assert_array_equal(place.originals[0], images[-1])
    assert isinstance(match, Matched)
    assert match.index == len(latents) - 1
    np.testing.assert_array_equal(match.image, images[-1])
    assert isinstance(shown, Pictures)
    np.testing.assert_array_equal(shown.content[[0, 2]], images[[7, 149]])
    expected = open_bundle(placed).decode(latents.mean[[3, 4]])
    assert np.abs(shown.content[[1, 3]].astype(int) - expected).max() <= 1
    assert isinstance(own, ImageEncoded)
    assert own.error < 0.2
    for values in (answers[6 + number] for number in range(len(fields))):
        assert isinstance(values, Values)
        assert np.isfinite(values.content).all()


def test_the_preview_of_a_generator_shows_draws_however_few_images_are_placed(placed: Path) -> None:
    config, latents = read_config(placed), read_latents(placed)
    model, dataset = load_model(config.net, read_weights(placed)), open_dataset(config.dataset.source)
    fewer = replace(
        latents, **{name: getattr(latents, name)[:-149] for name in ("mean", "label", "split", "error", "index")}
    )
    (shown,) = _kinds(model, fewer, dataset)
    np.testing.assert_array_equal(shown, decode_pictures(model, latents.mean[:20]))


def test_neighbours_are_four_images_and_four_draws() -> None:
    means = np.random.default_rng(0).normal(size=(300, 3)).astype(np.float32)
    near = Neighbourhood(means, np.arange(300) % 2, 2, draws=200)
    found = near.around(means[250])
    away = np.linalg.norm(means - means[250], axis=1)
    np.testing.assert_array_equal(found.indices[:4], 200 + np.argsort(away[200:])[:4])
    np.testing.assert_array_equal(found.indices[4:], np.argsort(away[:200])[:4])
    np.testing.assert_allclose(found.distances, away[found.indices], atol=1e-6)
    assert found.shares.sum() == pytest.approx(1)
    assert near.nearest_images(means[:1], 1)[1][0, 0] >= 200
    assert near.nearest(means[:1], 1)[1][0, 0] == 0
    errors = np.concatenate([np.full(200, np.nan), np.arange(100)]).astype(np.float32)
    assert np.isfinite(near.interpolated(errors, means)).all()


def test_python_and_terminal_take_the_images_that_are_placed(placed: Path, tmp_path: Path) -> None:
    bundle = open_bundle(placed)
    images = open_dataset(bundle.config.dataset.source).images
    np.testing.assert_array_equal(bundle.images, images)
    np.testing.assert_allclose(bundle.encode(images[:5]), bundle.latents.mean[bundle.latents.draws :][:5], atol=2e-2)
    out = tmp_path / "latents.csv"
    result = CliRunner().invoke(app, ["export", "latents", "--model", str(placed), "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert "draws from the prior and images of" in result.output
    rows = out.read_text().splitlines()
    assert rows[1].startswith("-1,draw,")
    assert rows[-1].startswith("149,test,1,row,")


def test_images_of_a_bundle_of_draws_alone_are_refused_in_a_sentence(tmp_path: Path) -> None:
    bundle = open_bundle(placed_bars(tmp_path, "rival"))
    with pytest.raises(DataError, match="latents are draws from the prior, and of no images"):
        bundle.images  # noqa: B018


def test_draws_have_no_counterpart_in_another_map(placed: Path) -> None:
    config, latents = read_config(placed), read_latents(placed)
    side = Side(placed, config, latents)
    pair = Pair.of(side, side)
    assert (pair.counterparts[: latents.draws] == -1).all()
    np.testing.assert_array_equal(pair.counterparts[latents.draws :], np.arange(latents.draws, len(latents)))
