"""A generator without an encoder, and a network that is given the class, are trained, saved, opened and hovered."""

import shlex
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import msgspec
import numpy as np
import pytest
import torch
import typer
from typer.testing import CliRunner

from latent_explorer.bundles import check_bundle, read_config, read_latents, read_weights, save_bundle
from latent_explorer.bundles.files import CARD, CONFIG, PREVIEW
from latent_explorer.cli import training
from latent_explorer.cli.app import app
from latent_explorer.data.dataset import Dataset, Facts
from latent_explorer.engine.handlers.describe import Describe, Place
from latent_explorer.engine.handlers.evaluate import Evaluate
from latent_explorer.engine.handlers.hover import Hover, Picture
from latent_explorer.engine.handlers.open import Open, Opened
from latent_explorer.engine.process import serve_inline
from latent_explorer.engine.protocol import Values
from latent_explorer.errors import BundleError, TrainingError, UserError
from latent_explorer.nets.weights import load_model, weights_of
from latent_explorer.runs import Job, Recipe, RunFolder, snapshots_of
from latent_explorer.runs.plan import Plan
from latent_explorer.runs.protocol import Begun, Progress
from latent_explorer.runs.settings import find_setting, loss_labels, problems
from latent_explorer.runtime.loading import load_bundle_model
from latent_explorer.service.codec import Refused
from latent_explorer.training.classifier import classifier_of
from latent_explorer.training.estimate import estimate
from latent_explorer.training.evaluate import PRIOR_SAMPLES, evaluate_bundle
from latent_explorer.training.jobs import train_bundle
from latent_explorer.training.loop import Training
from latent_explorer.training.measuring import Measured, measure_bundle
from tests.nets.families import CONDITIONAL, GAN, INVERTED, registered

RECIPE = Recipe(epochs=4, batch_size=16, learning_rate=5e-3, device="cpu", precision="float32")
Z = np.array([0.5, -0.25], np.float32)


@pytest.fixture(scope="module", autouse=True)
def known(briefly_taught: None) -> Iterator[None]:
    with registered(GAN, CONDITIONAL, INVERTED):
        yield


def job_in(folder: Path, bars: Dataset, family: str) -> Job:
    folder.mkdir(exist_ok=True)
    arrays = {"images": bars.images, "labels": bars.labels, "split": bars.split, "class_names": bars.class_names}
    np.savez(folder / "bars.npz", **arrays)  # type: ignore[arg-type] # it takes what becomes an array
    settings = {"smoothing": 0.1} if "rival" in family else {}
    return Job(str(folder / "bars.npz"), folder / family, family=family, hidden=(24,), settings=settings, recipe=RECIPE)


@pytest.fixture(scope="module")
def rival(bars: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    job = job_in(tmp_path_factory.mktemp("rival"), bars, "rival")
    list(train_bundle(job, keep_bytes=10**8))
    return job.folder


@pytest.fixture(scope="module")
def cvae(bars: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    job = job_in(tmp_path_factory.mktemp("told"), bars, "told")
    list(train_bundle(job))
    return job.folder


def test_what_a_generator_has_for_latents_are_draws_from_the_prior(rival: Path) -> None:
    config, latents = check_bundle(rival), read_latents(rival)
    assert config.prior_samples == len(latents) == PRIOR_SAMPLES
    assert (latents.error, latents.log_variance) == (None, None)
    assert latents.label is not None  # what a classifier sees
    assert set(latents.label.tolist()) <= {0, 1}
    assert abs(latents.mean.mean()) < 0.05
    assert latents.mean.std() == pytest.approx(1, abs=0.05)
    shares = np.bincount(latents.label, minlength=2) / len(latents)
    assert config.metrics["least_class_share"] == pytest.approx(shares.min())
    assert set(config.metrics) == {"least_class_share", "class_kl"}
    card = " ".join((rival / CARD).read_text().split())
    for words in (
        "A generative adversarial network",
        "draws from the prior",
        "Smoothed by 0.1.",
        "Share of the rarest",
    ):
        assert words in card
    assert "each draw labelled with the class that a classifier sees" in card
    assert "reconstruction" not in card


def test_both_networks_of_a_generator_learn_and_the_last_epoch_is_kept(rival: Path, bars: Dataset) -> None:
    training = Training.begin(check_bundle(rival).net, bars, RECIPE)
    before = weights_of(training.learner.average)
    reports = list(training.run())
    assert all(list(report.losses) == ["generator", "discriminator"] for report in reports)
    assert all(np.isfinite(list(report.losses.values())).all() for report in reports)
    after, kept = weights_of(training.learner.average), weights_of(training.kept_model())
    assert all(not np.array_equal(before[name], after[name]) for name in before)
    assert all(np.array_equal(kept[name], after[name]) for name in after)
    trained = read_weights(rival)
    assert {name.partition(".")[0] for name in trained} == {"decoder"}
    assert all(np.array_equal(kept[name], array) for name, array in trained.items())


@pytest.mark.parametrize("family", ["rival", "told"])
def test_a_resumed_run_ends_as_one_that_never_stopped(bars: Dataset, tmp_path: Path, family: str) -> None:
    jobs = [job_in(tmp_path / name, bars, family) for name in ("whole", "stopped")]
    list(train_bundle(jobs[0]))
    token = Event()
    for report in train_bundle(jobs[1], token):
        if report.epoch == 3:
            token.set()
    list(train_bundle(replace(jobs[1], resume=True)))
    whole, resumed = (read_weights(job.folder) for job in jobs)
    assert all(np.array_equal(whole[name], resumed[name]) for name in whole)


def test_the_moments_of_a_generator_show_the_same_draws(rival: Path) -> None:
    from latent_explorer.runs import RunFolder

    folders = snapshots_of(RunFolder.of_bundle(rival))
    means = [read_latents(folder).mean for folder in folders]
    assert len(means) > 2
    assert all(np.array_equal(means[0], each) for each in means)


def test_a_generator_is_hovered_and_says_what_it_lacks(rival: Path) -> None:
    asked = [Open(1, str(rival)), Hover(2, Z), Describe(3, Z), Evaluate(4, "density", Z[None])]
    asked += [Evaluate(5, "error", Z[None]), Evaluate(6, "consistency", Z[None])]
    opened, *replies = serve_inline(asked)
    answers = {reply.number: reply for reply in replies}
    assert isinstance(opened, Opened)
    assert isinstance(answers[2], Picture)
    assert np.abs(answers[2].image.astype(int) - exact(rival, Z)).max() <= 1
    assert isinstance(answers[3], Place)
    assert len(answers[3].originals) == 0
    assert "draws from the prior" in answers[3].missing
    assert isinstance(answers[4], Values)
    for number in (5, 6):
        refused = answers[number]
        assert isinstance(refused, Refused)
        assert "has no encoder" in refused.reason


def exact(folder: Path, z: np.ndarray, label: int = 0) -> np.ndarray:
    """The picture (h, w, c) that plain torch makes."""
    model = load_model(check_bundle(folder).net, read_weights(folder))
    with torch.inference_mode():
        decoded = model.decode(torch.from_numpy(z[None]), torch.tensor([label]))
    return decoded.mul(255).round()[0].permute(1, 2, 0).numpy().astype(int)


def test_what_asks_for_an_encoder_is_refused_in_words(rival: Path) -> None:
    with pytest.raises(TrainingError, match="Rival has no encoder"):
        evaluate_bundle(rival)
    model = load_model(check_bundle(rival).net, read_weights(rival))
    with pytest.raises(UserError, match="'rival' has no encoder"):
        model.encode(torch.rand(1, 1, 6, 6))
    refused = CliRunner().invoke(app, ["encode", str(rival.parent / "bars.npz"), "--model", str(rival), "--json"])
    assert refused.exit_code != 0
    assert "no encoder" in refused.output


def test_a_conditional_bundle_holds_each_image_under_its_own_class(cvae: Path, bars: Dataset) -> None:
    config, latents = check_bundle(cvae), read_latents(cvae)
    assert config.net.classes == 2
    assert "each encoded with its class, one of 2" in " ".join((cvae / CARD).read_text().split())
    assert config.metrics["negative_elbo"] is not None
    assert evaluate_bundle(cvae, "cpu").figures().items() <= config.metrics.items()
    model = load_model(config.net, read_weights(cvae))
    x = torch.from_numpy(bars.images).permute(0, 3, 1, 2).float() / 255
    with torch.inference_mode():
        for label in range(2):
            model.label = label
            own = bars.labels == label
            np.testing.assert_allclose(model.encode(x).mean.numpy()[own], latents.mean[own], atol=1e-5)


def test_it_is_hovered_under_the_class_it_was_opened_under(cvae: Path) -> None:
    pictures = []
    for label in range(2):
        _, picture = serve_inline([Open(1, str(cvae), label), Hover(2, Z)])
        assert isinstance(picture, Picture)
        assert np.abs(picture.image.astype(int) - exact(cvae, Z, label)).max() <= 1
        pictures.append(picture.image)
    assert not np.array_equal(*pictures)
    _, place = serve_inline([Open(1, str(cvae), 1), Describe(2, Z)])
    assert isinstance(place, Place)
    latents = read_latents(cvae)
    assert latents.label is not None
    for index, picture in zip(place.indices, place.reconstructions, strict=True):
        own = exact(cvae, latents.mean[index], int(latents.label[index]))
        assert np.abs(picture.astype(int) - own).max() <= 1
    (refused,) = serve_inline([Open(1, str(cvae), 2)])
    assert isinstance(refused, Refused)
    assert "classes 0..1" in refused.reason


def test_the_command_line_decodes_under_a_class_by_number_or_name(cvae: Path, rival: Path, tmp_path: Path) -> None:
    def decoded(*label: str) -> bytes:
        out = tmp_path / f"picture{'-'.join(label)}.png"
        arguments = ["decode", "--model", str(cvae), "--at", "0.5,-0.25", "--out", str(out), *label]
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == 0, result.output
        return out.read_bytes()

    assert decoded("--label", "row") == decoded("--label", "1") != decoded("--label", "0") == decoded()
    wrong = [(cvae, "diagonal", "0 to 1, or one of column, row"), (rival, "1", "is given no class")]
    for model, label, words in wrong:
        arguments = ["decode", "--model", str(model), "--at", "0,0", "--out", str(tmp_path / "x.png"), "--label", label]
        assert words in CliRunner().invoke(app, arguments).output


def test_images_without_labels_are_refused(bars: Dataset, tmp_path: Path) -> None:
    job = job_in(tmp_path, bars, "told")
    np.savez(tmp_path / "bars.npz", images=bars.images)
    with pytest.raises(TrainingError, match="no labels"):
        list(train_bundle(job))
    with pytest.raises(TrainingError, match="no labels"):
        estimate(job, Facts((6, 6, 1), 90, 30))


@pytest.mark.parametrize("family", ["rival", "told"])
def test_what_they_take_is_estimated(bars: Dataset, tmp_path: Path, family: str) -> None:
    found = estimate(job_in(tmp_path, bars, family), Facts((6, 6, 1), 90, 30, classes=2))
    assert found is not None
    assert found.weights > 2 * 24


@pytest.mark.parametrize(("field", "value"), [("prior_samples", 0), ("family", "cgan")])
def test_a_bundle_that_contradicts_its_family_or_names_none_is_refused(
    rival: Path, tmp_path: Path, field: str, value: object
) -> None:
    folder = Path(shutil.copytree(rival, tmp_path / "rival"))
    document = msgspec.json.decode((folder / CONFIG).read_bytes())
    (document if field == "prior_samples" else document["net"])[field] = value
    (folder / CONFIG).write_bytes(msgspec.json.encode(document))
    with pytest.raises(BundleError, match=r"prior_samples|no family of networks called 'cgan'.*install that package"):
        check_bundle(folder)


def test_form_and_command_line_have_its_settings_from_the_entry(tmp_path: Path) -> None:
    setting, plan = find_setting("smoothing"), Plan(family="rival", settings={"smoothing": 0.2}, name="x")
    assert (setting.kind, setting.low, setting.high, setting.heeded(plan)) == ("decimal", 0, 0.5, True)
    assert not setting.heeded(Plan())
    assert {option.value for option in find_setting("family").choices} >= {"rival", "told"}
    assert "0 to 0.5" in problems(replace(plan, settings={"smoothing": 0.6}), tmp_path)["smoothing"]
    assert loss_labels()["discriminator"] == "discriminator"
    jobs: list[Job] = []
    program = typer.Typer()
    program.command()(training._with_settings(training.train))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "_run", lambda job, *_: jobs.append(job))
        result = CliRunner().invoke(program, shlex.split(plan.command)[2:])
        assert result.exit_code == 0, result.output
        refused = CliRunner().invoke(program, ["--family", "ae", "--smoothing", "0.2", "--out", "x"])
    assert jobs[0].settings == plan.to_job(tmp_path).settings == {"smoothing": 0.2}
    assert "has no setting 'smoothing'" in str(refused.exception)


@pytest.fixture(scope="module")
def inverted(bars: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    job = job_in(tmp_path_factory.mktemp("inverted"), bars, "inverted-rival")
    list(train_bundle(job, keep_bytes=10**8))
    return job.folder


def test_a_generator_is_taught_an_encoder_and_lacks_what_training_alone_needs(inverted: Path, bars: Dataset) -> None:
    config, latents, weights = check_bundle(inverted), read_latents(inverted), read_weights(inverted)
    assert config.inverts
    assert config.encodes
    assert config.prior_samples == PRIOR_SAMPLES
    assert len(latents) == PRIOR_SAMPLES + config.placed == PRIOR_SAMPLES + len(bars)
    assert {name.partition(".")[0] for name in weights} == {"decoder", "encoder"}
    assert "trained afterwards" in " ".join((inverted / CARD).read_text().split())
    assert config.metrics["mse"] == pytest.approx(evaluate_bundle(inverted, "cpu").mse)
    model = load_bundle_model(inverted, config)
    x = torch.from_numpy(bars.images).permute(0, 3, 1, 2).float() / 255
    with torch.inference_mode():
        errors = [
            (model.decode(found.mean) - x).square().flatten(1).mean(1)
            for found in (model.encode_unrefined(x), model.encode(x))
        ]
    assert (errors[1] <= errors[0] + 1e-3).all()
    assert errors[1].mean() < 0.9 * errors[0].mean()
    snapshot = snapshots_of(RunFolder.of_bundle(inverted))[-1]
    assert not read_config(snapshot).encodes
    assert not load_bundle_model(snapshot).encodes


@pytest.mark.parametrize("stage", ["teaching an encoder", "finding places"])
def test_an_encoder_half_taught_is_left_out_and_taught_anew(bars: Dataset, tmp_path: Path, stage: str) -> None:
    jobs, token = [job_in(tmp_path / name, bars, "inverted-rival") for name in ("whole", "stopped")], Event()
    list(train_bundle(jobs[0]))
    said: list[Progress] = []

    def stop(word: Progress | Begun) -> None:
        if isinstance(word, Progress) and word.doing.startswith(stage):
            said.append(word)
            token.set()

    list(train_bundle(jobs[1], token, say=stop))
    assert said
    assert not check_bundle(jobs[1].folder).inverts
    assert len(read_latents(jobs[1].folder)) == PRIOR_SAMPLES
    assert jobs[1].run.state.exists()
    assert list(train_bundle(replace(jobs[1], resume=True))) == []
    assert not jobs[1].run.state.exists()
    whole, resumed = (read_weights(job.folder) for job in jobs)
    assert all(np.array_equal(whole[name], resumed[name]) for name in whole)


def test_weights_and_configuration_agree_on_the_encoder(inverted: Path, tmp_path: Path) -> None:
    config = read_config(inverted)
    with pytest.raises(BundleError, match="inverts"):
        load_bundle_model(inverted, msgspec.structs.replace(config, inverts=False))
    other = msgspec.structs.replace(config, net=msgspec.structs.replace(config.net, family="rival"))
    with pytest.raises(BundleError, match="inverts"):
        save_bundle(
            tmp_path / "x", other, read_weights(inverted), read_latents(inverted), "# Card\n", b"\x89PNG\r\n\x1a\n"
        )


def test_draws_may_have_the_labels_of_a_classifier(inverted: Path, tmp_path: Path) -> None:
    config, latents = read_config(inverted), read_latents(inverted)
    labels = np.arange(len(latents)) % 2
    parts = read_weights(inverted), replace(latents, label=labels), "# Card\n", (inverted / PREVIEW).read_bytes()
    folder = save_bundle(tmp_path / "labelled", config, *parts)
    check_bundle(folder)
    np.testing.assert_array_equal(read_latents(folder).label, labels)


def test_the_figures_of_a_generator_stand_beside_those_of_images(inverted: Path, rival: Path, bars: Dataset) -> None:
    *_, measured = measure_bundle(inverted, bars, "cpu")
    assert isinstance(measured, Measured)
    figures = measured.figures()
    own = read_latents(inverted)
    assert own.label is not None
    shares = np.bincount(own.label[: own.draws], minlength=2) / own.draws
    assert figures["least_class_share"] == pytest.approx(shares.min())
    assert figures["class_kl"] == pytest.approx((shares * np.log(shares * 2 + 1e-12)).sum(), abs=1e-6)
    for name in ("confident_share", "confident_share_real", "classifier_accuracy", "precision", "recall"):
        assert 0 <= (figures[name] or 0) <= 1
    assert figures["classifier_accuracy"] == classifier_of(bars, "cpu").accuracy
    assert figures["inversion_mse"] == pytest.approx(figures["mse"])
    assert (figures["encoder_mse"] or 0) > (figures["inversion_mse"] or 1)
    assert (figures["inversion_seconds"] or 0) > 0
    *_, without = measure_bundle(rival, bars, "cpu")
    assert isinstance(without, Measured)
    assert without.figures().keys() == figures.keys()
    assert without.figures()["inversion_mse"] is without.figures()["mse"] is None
    assert without.figures()["least_class_share"] is not None
