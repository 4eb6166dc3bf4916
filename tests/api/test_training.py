"""Training from Python: images of any kind in, a bundle that finds them again out."""

import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from latent_explorer import UserError, charts, open_bundle, train
from latent_explorer.bundles import check_bundle
from latent_explorer.data import Dataset
from latent_explorer.errors import BundleError, DataError, TrainingError
from latent_explorer.nets.families import find_family
from latent_explorer.places import trained_bundles
from latent_explorer.runs import Report
from tests.nets.families import CONDITIONAL, GAN, registered

QUICK = {"family": "ae", "hidden": [16], "epochs": 2, "batch_size": 32, "device": "cpu", "precision": "float32"}


def test_an_array_becomes_a_bundle_that_finds_its_images_again(bars: Dataset, tmp_path: Path) -> None:
    reports: list[Report] = []
    bundle = train(
        bars.images[..., 0],
        tmp_path / "bars",
        labels=bars.labels,
        class_names=bars.class_names,
        report=reports.append,
        **QUICK,
    )
    assert bundle.folder == tmp_path / "bars"
    assert bundle.class_names == ("column", "row")
    assert (bundle.latents.label == bars.labels).all()
    assert bundle.config.training.epochs == reports[-1].epoch == 2
    assert bundle.device == "cpu"
    again = open_bundle(bundle.folder)
    assert (again.images == bars.images).all()
    assert np.allclose(again.encode(again.images), again.latents.mean, atol=1e-4)
    assert check_bundle(bundle.folder) == bundle.config


def test_tensors_and_datasets_are_taken_alike(bars: Dataset, tmp_path: Path) -> None:
    tensor = torch.from_numpy(bars.images).permute(0, 3, 1, 2) / 255
    from_tensor = train(tensor, tmp_path / "tensor", labels=torch.from_numpy(bars.labels), **QUICK)
    assert (from_tensor.images == bars.images).all()
    from_dataset = train(bars, tmp_path / "dataset", **QUICK)
    assert (from_dataset.images == bars.images).all()
    assert (from_dataset.latents.split == bars.split).all()
    assert from_dataset.class_names == bars.class_names
    unlabelled = train(replace(bars, labels=None, class_names=()), tmp_path / "unlabelled", **QUICK)
    assert unlabelled.class_names == ()
    assert unlabelled.latents.label is None


def test_a_source_is_read_where_it_is(bars: Dataset, tmp_path: Path) -> None:
    np.savez(tmp_path / "bars.npz", images=bars.images)
    bundle = train(tmp_path / "bars.npz", tmp_path / "from-file", beta=2.0, **{**QUICK, "family": "vae"})
    assert bundle.config.dataset.source == str(tmp_path / "bars.npz")
    assert bundle.config.net.settings["beta"] == 2.0
    assert not list(tmp_path.glob("*.run/images-*"))
    assert "latent_explorer.train(" in bundle.config.training.command
    assert "beta=2.0" in bundle.config.training.command


def test_without_a_folder_it_goes_where_the_window_keeps_its_own(bars: Dataset) -> None:
    bundle = train(bars, **QUICK)
    assert trained_bundles() == [bundle.folder]
    assert open_bundle(bundle.name).seal == bundle.seal


def test_what_it_trains_can_be_laid_out(bars: Dataset, tmp_path: Path) -> None:
    bundle = train(bars, tmp_path / "wide", latent_dim=3, **QUICK)
    assert charts.fit(bundle).to_plane(bundle.latents.mean).shape == (120, 2)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"labels": [0, 1]}, r"^dataset: .*labels"),
        ({"family": "vea"}, "no family of networks called 'vea'"),
        ({"trunk": "oak"}, "oak"),
        ({"epochs": -1}, "epochs must lie within"),
        ({"epochs": "many"}, "epochs: expected a whole number, found 'many'"),
        ({"epochs": 1.5}, "epochs: expected a whole number, found 1.5"),
        ({"precision": "half"}, "precision: expected auto or float32 or bfloat16, found 'half'"),
        ({"schedule": "none"}, "schedule: expected cosine or constant"),
        ({"family": "vae", "beta": "x"}, "beta: expected a number, found 'x'"),
        ({"family": "vae", "beta": -1}, r"beta: expected a number within"),
        ({"latent_dim": 0}, r"latent_dim: expected a whole number within 1\.\.4,096, found 0"),
        ({"latent_dim": 2.0}, "latent_dim: expected a whole number"),
        ({"hidden": "16"}, "hidden: expected numbers, found str"),
        ({"hidden": [16.5]}, "each of hidden: expected a whole number"),
        ({"hidden": []}, "hidden: expected 1 to 64 widths in a list"),
        ({"bta": 1}, "no setting 'bta' for the family ae: expected epochs, batch_size"),
        ({"beta": 1}, "no setting 'beta' for the family ae"),
        ({"device": "abacus"}, "no device 'abacus'"),
    ],
)
def test_what_cannot_be_trained_is_said_and_leaves_nothing(
    bars: Dataset, tmp_path: Path, given: dict[str, object], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        train(bars.images, tmp_path / "none", **{**QUICK, **given})
    assert not (tmp_path / "none").exists()
    assert not list(tmp_path.glob("*.run/*.npz"))


def test_numbers_of_numpy_are_numbers(bars: Dataset, tmp_path: Path) -> None:
    given = {**QUICK, "epochs": np.int64(1), "learning_rate": np.float32(0.5), "hidden": np.array([8])}
    bundle = train(bars, tmp_path / "numpy", latent_dim=np.int32(3), **given)
    assert (bundle.latent_dim, bundle.config.training.learning_rate, bundle.config.net.hidden) == (3, 0.5, (8,))


def test_images_of_another_form_are_named_as_they_were_given(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"^dataset: expected images \(n, h, w\) .*found \(3, 3\)"):
        train(np.zeros((3, 3)), tmp_path / "none", **QUICK)


def test_nothing_is_downloaded_unasked(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"kmnist is not on this computer: download=True fetches \d+ MB from"):
        train("kmnist", tmp_path / "none", **QUICK)


def test_labels_of_a_dataset_are_its_own(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="a dataset has its own"):
        train("mnist", tmp_path / "none", labels=[0, 1], **QUICK)


def test_a_bundle_is_replaced_only_when_that_is_allowed(bars: Dataset, tmp_path: Path) -> None:
    first = train(bars, tmp_path / "bars", **QUICK)
    with pytest.raises(BundleError, match="already holds a bundle"):
        train(bars.images[:60], tmp_path / "bars", **QUICK)
    assert open_bundle(first.folder).images.shape[0] == 120
    second = train(bars.images[:60], tmp_path / "bars", overwrite=True, **QUICK)
    assert second.images.shape[0] == 60
    assert len(list(tmp_path.glob("bars.run/images-*.npz"))) == 1
    with pytest.raises(UserError):
        train(bars.images[:60], tmp_path / "bars", overwrite=True, **{**QUICK, "device": "abacus"})
    assert open_bundle(second.folder).images.shape[0] == 60


@pytest.fixture
def heeds_interrupts() -> Iterator[None]:
    """As in a terminal; a suite that a shell started in the background ignores Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heeds_interrupts")
def test_an_interrupt_keeps_what_was_learnt(bars: Dataset, tmp_path: Path) -> None:
    def after_an_epoch(report: Report) -> None:
        if report.test_losses is not None:
            signal.raise_signal(signal.SIGINT)

    bundle = train(bars, tmp_path / "stopped", report=after_an_epoch, **{**QUICK, "epochs": 50})
    assert bundle.config.training.epochs == 1
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.usefixtures("heeds_interrupts")
def test_an_interrupt_before_anything_was_learnt_is_one(
    bars: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from latent_explorer.training import jobs

    opened = jobs.open_dataset

    def interrupted(*given: object, **further: object) -> Dataset:
        signal.raise_signal(signal.SIGINT)
        return opened(*given, **further)

    monkeypatch.setattr(jobs, "open_dataset", interrupted)
    with pytest.raises(KeyboardInterrupt):
        train(bars, tmp_path / "stopped", **QUICK)
    assert not (tmp_path / "stopped").exists()
    assert not list(tmp_path.glob("*.run/*.npz"))


def test_a_loss_that_is_not_finite_is_raised_and_the_last_good_epoch_kept(
    bars: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from latent_explorer.training.learner import Learner

    learn = Learner.learn

    def poisoned(self: Learner, indices: torch.Tensor, epoch: int, *rest: object) -> dict[str, torch.Tensor]:
        if epoch == 2:
            self.images.pixels.data = self.images.pixels.float() * torch.nan
        return learn(self, indices, epoch, *rest)

    monkeypatch.setattr(Learner, "learn", poisoned)
    with pytest.raises(TrainingError, match="no longer finite"):
        train(bars, tmp_path / "bars", **QUICK)
    kept = open_bundle(tmp_path / "bars")
    assert kept.config.training.epochs == 1
    assert (kept.images == bars.images).all()


def test_families_that_are_told_the_class_ask_for_it(bars: Dataset, tmp_path: Path) -> None:
    with registered(CONDITIONAL):
        assert find_family("told").conditional
        bundle = train(bars, tmp_path / "told", **{**QUICK, "family": "told"})
        encoded = bundle.encode(bundle.images, labels=bundle.latents.label)
        assert np.allclose(encoded, bundle.latents.mean, atol=1e-4)
        as_rows = bundle.decode(encoded[:4], labels=1)
        assert (as_rows == bundle.decode(encoded[:4], labels=[1, 1, 1, 1])).all()
        assert (as_rows != bundle.decode(encoded[:4], labels=0)).any()
        with pytest.raises(UserError, match=r"pass labels of 0\.\.1"):
            bundle.encode(bundle.images)
        with pytest.raises(UserError, match=r"labels: expected 0\.\.1, found 0\.\.2"):
            bundle.decode(encoded[:3], labels=[0, 1, 2])
        with pytest.raises(UserError, match=r"so many in an array \(3,\), found int64 \(2,\)"):
            bundle.decode(encoded[:3], labels=[0, 1])
        with pytest.raises(UserError, match="a whole number"):
            bundle.decode(encoded[:3], labels=0.5)


def test_a_model_without_an_encoder_decodes_and_says_the_rest(bars: Dataset, tmp_path: Path) -> None:
    with registered(GAN):
        bundle = train(bars, tmp_path / "rival", **{**QUICK, "family": "rival"})
        assert bundle.decode(bundle.latents.mean[:3]).shape == (3, 6, 6, 1)
        assert bundle.class_names == ("column", "row")  # as a classifier sees its draws
        with pytest.raises(UserError, match="rival has no encoder"):
            bundle.encode(bars.images)
        with pytest.raises(UserError, match=r"no encoder.*of no images"):
            _ = bundle.images
