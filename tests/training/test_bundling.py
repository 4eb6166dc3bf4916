"""From a dataset's name to a bundle, and from the bundle to its figures."""

import io
import math
from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.numpy import load_file

from latent_explorer.atlas import TileKey, tile_points
from latent_explorer.bundles import check_bundle, read_config, read_latents, read_tiles, read_weights
from latent_explorer.bundles.latents import Precision
from latent_explorer.data import open_dataset
from latent_explorer.data.dataset import Dataset
from latent_explorer.errors import BundleError, DataError, TrainingError
from latent_explorer.nets.decoding import decode_pictures
from latent_explorer.nets.draws import Draws
from latent_explorer.nets.model import ImageBatch, bernoulli_nats
from latent_explorer.nets.registry import build
from latent_explorer.nets.spec import NetSpec
from latent_explorer.nets.weights import load_model
from latent_explorer.runs import Job
from latent_explorer.runs.recipe import Recipe
from latent_explorer.training.baselines import baselines
from latent_explorer.training.evaluate import encode_dataset, evaluate, evaluate_bundle
from latent_explorer.training.jobs import spec_of, train_bundle
from latent_explorer.training.publishing.pictures import first_tiles, preview

CPU = torch.device("cpu")
RECIPE = Recipe(epochs=3, batch_size=16, learning_rate=5e-3, device="cpu", precision="float32")


@pytest.fixture
def job(job: Job) -> Job:
    return replace(job, hidden=(24,), command="train it")


@pytest.mark.parametrize("family", ["ae", "vae"])
@pytest.mark.parametrize("half", [False, True])
def test_a_bundle_holds_what_was_trained(job: Job, family: str, half: bool) -> None:
    job = replace(job, family=family, half=half, settings={"refinements": 1} if family == "vae" else {})
    reports = list(train_bundle(job))
    config = check_bundle(job.folder)
    dataset = open_dataset(job.source)
    assert reports[-1].epoch == config.training.epochs == 3
    assert config.dataset.fingerprint == dataset.fingerprint
    measured = evaluate_bundle(job.folder, "cpu").figures()
    assert measured | baselines(dataset, 2).figures() == config.metrics
    assert (config.metrics["negative_elbo"] is None) == (family == "ae")
    model = load_model(config.net, read_weights(job.folder, config))
    again, kept = encode_dataset(model, dataset, CPU), read_latents(job.folder, config)
    np.testing.assert_array_equal(again.mean, kept.mean)
    np.testing.assert_array_equal(again.error, kept.error)
    tiles = read_tiles(job.folder, config)
    assert tiles is not None
    first = tiles.pictures[-1, 0]
    z = tile_points(TileKey("", "", *tiles.places[-1].tolist()))[:1]
    np.testing.assert_array_equal(decode_pictures(model, z.astype(np.float32))[0], first)
    stored = {array.dtype for array in load_file(job.folder / "weights.safetensors").values()}
    assert stored == {np.dtype(np.float16 if half else np.float32)}
    assert not job.run.state.exists()


def test_the_card_says_what_and_how(job: Job) -> None:
    list(train_bundle(job))
    card, config = (job.folder / "README.md").read_text(), read_config(job.folder)
    assert "train it" in card
    assert "latent-explorer evaluate bars-2d" in card
    assert f"{config.metrics['negative_elbo']:.2f}" in card
    assert f"{config.metrics['mse']:.4g}" in card


@pytest.mark.parametrize(("latents", "within"), [("float16", 1e-3), ("uint8", 1 / 255)])
def test_latents_in_fewer_bits_are_those_of_the_weights_rounded(job: Job, latents: Precision, within: float) -> None:
    job = replace(job, latents=latents, half=True, variances=latents == "float16", tiles=0, remark="Only bars.")
    list(train_bundle(job))
    config, dataset = check_bundle(job.folder), open_dataset(job.source)
    kept = read_latents(job.folder, config)
    exact = encode_dataset(load_model(config.net, read_weights(job.folder, config)), dataset, CPU)
    np.testing.assert_allclose(kept.mean, exact.mean, atol=within * np.ptp(exact.mean))
    assert not np.array_equal(kept.mean, exact.mean)
    measured = evaluate_bundle(job.folder, "cpu").figures()
    assert measured | baselines(dataset, 2).figures() == config.metrics
    card = " ".join((job.folder / "README.md").read_text().split())
    assert "Only bars." in card
    assert "the weights as float16" in card
    assert "have a mean squared error of" in card
    assert (kept.log_variance is None) == ("no log-variances" in card) == (latents == "uint8")
    assert read_tiles(job.folder) is None


def test_a_stopped_run_leaves_a_bundle_and_can_be_resumed(job: Job) -> None:
    token = Event()
    for report in train_bundle(job, token):
        if report.test_losses is not None:
            token.set()
    assert check_bundle(job.folder).training.epochs == 1
    assert job.run.state.exists()
    list(train_bundle(replace(job, resume=True)))
    whole = replace(job, folder=job.folder.with_name("whole"))
    list(train_bundle(whole))
    assert check_bundle(job.folder).metrics == check_bundle(whole.folder).metrics
    assert not job.run.state.exists()


def test_a_run_stopped_at_once_writes_nothing(job: Job) -> None:
    token = Event()
    token.set()
    assert list(train_bundle(job, token)) == []
    assert not job.folder.exists()


def test_a_taken_folder_is_refused_before_training(job: Job) -> None:
    list(train_bundle(job))
    with pytest.raises(BundleError, match="already holds a bundle"):
        next(train_bundle(job))


def test_a_bundle_is_not_evaluated_on_another_dataset(job: Job, bars: Dataset) -> None:
    list(train_bundle(job))
    np.savez(job.source, images=bars.images[::-1], labels=bars.labels, split=bars.split)
    with pytest.raises(TrainingError, match="is not the dataset of"):
        evaluate_bundle(job.folder, "cpu")


def test_a_bundle_is_evaluated_on_a_copy_of_its_dataset_elsewhere(job: Job, tmp_path: Path) -> None:
    list(train_bundle(job))
    Path(job.source).rename(tmp_path / "moved.npz")
    with pytest.raises(DataError, match="no dataset"):
        evaluate_bundle(job.folder, "cpu")
    found = evaluate_bundle(job.folder, "cpu", str(tmp_path / "moved.npz"))
    metrics = check_bundle(job.folder).metrics
    assert found.figures() == {name: metrics[name] for name in found.figures()}
    assert metrics["pixels_knn10_accuracy"] is not None


def test_the_figures_of_a_network_that_is_known(bars: Dataset) -> None:
    spec = NetSpec(family="vae", trunk="dense", image_shape=(6, 6, 1), latent_dim=2, hidden=())
    model = build(spec)
    for weight in model.parameters():
        torch.nn.init.zeros_(weight)  # posterior = prior, every pixel one half
    found = evaluate(model, bars, CPU)
    test = bars.images[bars.indices("test")] / 255
    assert found.negative_elbo == pytest.approx(36 * math.log(2))
    assert found.mse == pytest.approx(((test - 0.5) ** 2).mean())


class KnownPosterior(torch.nn.Module):
    """An encoder that puts all images at N((1, -2), diag(4, 1/4))."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.tensor([1.0, -2.0, math.log(4), math.log(0.25)]).expand(len(x), 4)


@pytest.mark.parametrize("beta", [0.0, 0.1, 1.0, 4.0])
def test_the_elbo_counts_the_divergence_in_full_whatever_beta(bars: Dataset, beta: float) -> None:
    """With pixels of one half the reconstruction costs 36 log 2, whatever is drawn, and the rest is the divergence."""
    settings = {"beta": beta}
    model = build(
        NetSpec(family="vae", trunk="dense", image_shape=(6, 6, 1), latent_dim=2, hidden=(), settings=settings)
    )
    for weight in model.parameters():
        torch.nn.init.zeros_(weight)
    model.encoder = KnownPosterior()
    divergence = ((1 + 4 - 1 - math.log(4)) + (4 + 0.25 - 1 - math.log(0.25))) / 2
    assert evaluate(model, bars, CPU).negative_elbo == pytest.approx(36 * math.log(2) + divergence, rel=1e-6)
    batch = ImageBatch(torch.from_numpy(bars.images[:4]).permute(0, 3, 1, 2).float() / 255)
    assert model.losses(batch)["loss"].item() == pytest.approx(36 * math.log(2) + beta * divergence, rel=1e-5)


def test_the_elbo_is_the_mean_of_ten_samples_of_each_posterior(bars: Dataset) -> None:
    torch.manual_seed(0)
    model = build(NetSpec(family="vae", trunk="dense", image_shape=(6, 6, 1), latent_dim=2, hidden=(8,)))
    for weight in model.decoder.parameters():
        weight.data *= 20  # what is drawn matters
    x = torch.from_numpy(bars.images[bars.indices("test")]).permute(0, 3, 1, 2).float() / 255
    with torch.inference_mode():
        posterior, draws = model.eval().encode(x), Draws(torch.Generator().manual_seed(0))
        costs = [
            (bernoulli_nats(model.decode_logits(posterior.sample(draws)), x) + posterior.kl()).mean().item()
            for _ in range(10)
        ]
    assert np.std(costs) > 0.01
    assert evaluate(model, bars, CPU).negative_elbo == pytest.approx(np.mean(costs), rel=1e-6)


def test_neighbours_that_share_a_place_share_a_label(bars: Dataset) -> None:
    spec = NetSpec(family="ae", trunk="dense", image_shape=(6, 6, 1), latent_dim=2, hidden=())
    model = build(spec)
    latents = encode_dataset(model, bars, CPU)
    told = replace(latents, mean=np.stack([bars.labels, bars.labels], 1).astype(np.float32))
    assert evaluate(model, bars, CPU, told).knn10_accuracy == 1.0
    assert evaluate(model, bars, CPU, told).negative_elbo is None


def test_without_test_images_there_are_no_figures(bars: Dataset) -> None:
    untested = replace(bars, split=np.zeros_like(bars.split))
    model = build(NetSpec(family="ae", trunk="dense", image_shape=(6, 6, 1), latent_dim=2, hidden=()))
    with pytest.raises(TrainingError, match="no test images"):
        evaluate(model, untested, CPU)


@pytest.mark.parametrize("dim", [1, 2, 5])
@pytest.mark.parametrize("labelled", [False, True])
def test_the_preview_is_a_picture_for_any_dimension(bars: Dataset, dim: int, labelled: bool) -> None:
    spec = NetSpec(family="vae", trunk="conv", image_shape=(6, 6, 1), latent_dim=dim, hidden=(4,))
    model = build(spec).eval()
    latents = encode_dataset(model, bars if labelled else replace(bars, labels=None), CPU)
    picture = Image.open(io.BytesIO(preview(model, latents, bars)))
    assert picture.size == (480, 480 + 2 * (8 + 96))
    assert len(np.unique(np.asarray(picture.crop((0, 0, 480, 480))))) > 10


def test_the_preview_shows_twenty_test_images_above_their_reconstructions(bars: Dataset) -> None:
    model = build(NetSpec(family="ae", trunk="dense", image_shape=(6, 6, 1), latent_dim=2, hidden=(4,))).eval()
    latents = encode_dataset(model, bars, CPU)
    pixels = np.asarray(Image.open(io.BytesIO(preview(model, latents, bars))))[488:, :, 0]
    rows = [pixels[104 * (row // 2) + 48 * (row % 2) :][:48] for row in range(4)]
    cells = np.array([[row[4::8, 48 * k + 4 : 48 * k + 48 : 8] for k in range(10)] for row in rows])
    test = bars.images[bars.indices("test"), ..., 0]
    shown = [np.flatnonzero((test == cell).all((1, 2))) for row in cells[::2] for cell in row]
    assert all(len(found) == 1 for found in shown)
    places = bars.indices("test")[np.concatenate(shown)]
    assert np.bincount(bars.labels[places]).tolist() == [10, 10]
    with torch.inference_mode():
        decoded = model.decode(torch.from_numpy(latents.mean[places])).mul(255).round().byte().numpy()[:, 0]
    np.testing.assert_array_equal(cells[1::2].reshape(20, 6, 6), decoded)


def test_a_job_takes_the_usual_widths_of_its_trunk(job: Job, bars: Dataset) -> None:
    assert spec_of(replace(job, hidden=None, trunk="conv"), bars).hidden == (32, 64, 128)


def test_as_many_levels_are_brought_along_as_keep_to_the_limit(bars: Dataset) -> None:
    model = build(NetSpec(family="vae", trunk="conv", image_shape=(6, 6, 1), latent_dim=5, hidden=(4,))).eval()
    latents = encode_dataset(model, bars, CPU)
    every = first_tiles(model, latents)
    fewer = first_tiles(model, latents, every.pictures.nbytes - 1)
    assert 0 < len(fewer) < len(every)
    assert fewer.places[:, 0].max() == every.places[:, 0].max() - 1
    np.testing.assert_array_equal(fewer.pictures, every.pictures[: len(fewer)])
    assert first_tiles(model, latents, every.pictures[0].nbytes - 1) is None
