"""`train` and `evaluate`: to the end, stopped, resumed and broken off."""

import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from latent_explorer.bundles import check_bundle, read_config, read_weights
from latent_explorer.errors import TrainingError
from latent_explorer.runs import RunFolder, kept_job

SMALL = ("--hidden", "16", "--precision", "float32", "--device", "cpu", "--batch-size", "64")


def test_a_bundle_is_trained_evaluated_and_trained_again_from_its_own_command(done, images):
    trained = done("train", "--dataset", images, *SMALL, "--epochs", 2, "--out", "vae", "--json")
    assert "epoch 2: loss" in trained.err
    figures = done("evaluate", "vae", "--json").json
    for name in ("negative_elbo", "mse", "knn10_accuracy"):
        assert figures[name] == trained.json[name] == read_config(Path("vae")).metrics[name]
    command = shlex.split(read_config(Path("vae")).training.command)
    assert command[:2] == ["latent-explorer", "train"]
    done(*command[1:], "--overwrite")
    again = read_weights(Path("vae"))
    done(*command[1:], "--out", "other")
    for name, weights in read_weights(Path("other")).items():
        assert (weights == again[name]).all()


def test_an_autoencoder_has_no_elbo(done, images):
    done("train", "--dataset", images, "--family", "ae", *SMALL, "--epochs", 1, "--out", "ae")
    assert done("evaluate", "ae", "--json").json["negative_elbo"] is None
    assert "-ELBO" not in done("evaluate", "ae").out
    figures = done("evaluate", "ae", "--dataset", images, "--json").json
    assert 0 < figures["pca_mse"] < 1
    assert 0 < figures["pixels_knn10_accuracy"] <= 1


def test_pixels_and_pca_stand_beside_every_figure_and_trust_below(done, images, monkeypatch):
    done("train", "--dataset", images, "--family", "ae", "--latent-dim", 3, *SMALL, "--epochs", 1, "--out", "ae")
    assert "all test images calibrate it" in done("evaluate", "ae").err
    monkeypatch.setattr("latent_explorer.analysis.trust._HELD_OUT", 10)
    shown = done("evaluate", "ae", "--other", images).out
    assert all(words in shown for words in ("raw pixels", "PCA", "10-NN accuracy", "midpoints", "map", "AUROC"))
    figures = done("evaluate", "ae", "--other", images, "--json").json
    assert 0 <= figures["trust_midpoints_auroc"] <= 1
    assert figures["other"] == read_config(Path("ae")).dataset.name
    assert "name some with --other SOURCE" in done("evaluate", "ae").err
    card = Path("ae/README.md").read_text()
    assert "| figure | this network | raw pixels | PCA-3 |" in card
    assert card.count(f"{figures['pca_mse']:.4g}") == 1


def start(folder, images, *arguments):
    command = [sys.executable, "-m", "latent_explorer", "train", "--dataset", images, *arguments]
    return subprocess.Popen(
        list(map(str, command)), cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def stop_after_an_epoch(process, number):
    """Send a signal once the first epoch has ended; what is left on standard error."""
    while "epoch 1:" not in (line := process.stderr.readline()):
        assert line, "ended before its first epoch"
    process.send_signal(number)
    out, err = process.communicate(timeout=120)
    assert not out
    return err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_a_run_and_its_best_weights_are_kept(images, tmp_path, number):
    process = start(tmp_path, images, *SMALL, "--epochs", 100_000, "--out", "vae")
    err = stop_after_an_epoch(process, number)
    assert process.returncode == 130
    assert "saved in vae; go on with --resume --out vae" in err
    assert check_bundle(tmp_path / "vae").training.epochs >= 1


def test_a_run_that_was_stopped_goes_on_to_its_end(call, done, images, tmp_path, monkeypatch):
    from latent_explorer.training.loop import Training

    run = Training.run

    def stopped(self, token, **rest):
        for report in run(self, token, **rest):
            yield report
            if report.epoch == 2 and report.test_losses is not None:
                token.set()

    arguments = ("train", "--dataset", images, *SMALL, "--epochs", 4)
    with monkeypatch.context() as patch:
        patch.setattr(Training, "run", stopped)
        assert call(*arguments, "--out", "vae").code == 130
    assert check_bundle(tmp_path / "vae").training.epochs == 2
    assert done("train", "--dataset", images, "--resume", "--out", "vae", "--json").json["epochs"] == 4
    done(*arguments, "--out", "whole")
    resumed, whole = read_weights(tmp_path / "vae"), read_weights(tmp_path / "whole")
    assert all((resumed[name] == whole[name]).all() for name in whole)


def test_a_resumed_run_keeps_its_options(call, images):
    refused = call("train", "--dataset", images, "--resume", "--epochs", 5, "--out", "vae")
    assert "--epochs: a run that is resumed keeps the options" in refused.complaint
    assert "vae.run" in call("train", "--dataset", images, "--resume", "--out", "vae").err


def test_a_loss_that_is_not_finite_keeps_the_last_good_weights(call, images, tmp_path, monkeypatch):
    from latent_explorer.training.learner import Learner

    learn = Learner.learn

    def diverge(self, indices, epoch, step, *rest):
        if epoch == 2:
            raise TrainingError("the loss is no longer finite")
        return learn(self, indices, epoch, step, *rest)

    monkeypatch.setattr(Learner, "learn", diverge)
    outcome = call("train", "--dataset", images, *SMALL, "--out", "vae")
    assert outcome.code == 2
    assert (
        outcome.err.splitlines()[-1]
        == "latent-explorer: the loss is no longer finite. The weights of the last good epoch are in vae"
    )
    assert check_bundle(tmp_path / "vae").training.epochs == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--family", "flow"), "expected one of ae"),
        (("--trunk", "tree"), "expected one of conv, dense"),
        (("--hidden", "16,x"), "--hidden 16,x"),
        (("--hidden", "16.5"), "--hidden 16.5: expected positive whole numbers"),
        (("--lr", "-1"), "learning_rate must lie within"),
        (("--lr", "nan"), "learning_rate must lie within"),
        (("--epochs", "0"), "--epochs"),
        (("--precision", "int8"), "precision int8: expected auto, float32"),
        (("--device", "abacus"), "no device 'abacus'"),
        (("--dataset", "nothing-here"), "no dataset"),
    ],
)
def test_train_refuses_and_leaves_nothing(call, images, tmp_path, arguments, complaint):
    outcome = call("train", "--dataset", images, *arguments, "--out", "vae")
    assert outcome.code == 2
    assert complaint in outcome.err.splitlines()[-1]
    assert not list(tmp_path.iterdir())


def test_train_keeps_the_bundle_that_is_there(call, images, small_bundle):
    before = read_config(small_bundle)
    outcome = call("train", "--dataset", images, "--out", small_bundle)
    assert outcome.code == 2
    assert "already holds a bundle" in outcome.err
    assert read_config(small_bundle) == before


def test_a_damaged_bundle_is_not_evaluated(call, make_bundle):
    folder = make_bundle("damaged")
    (folder / "weights.safetensors").write_bytes(b"nothing")
    outcome = call("evaluate", folder, "--json")
    assert outcome.code == 2
    assert "weights.safetensors" in outcome.err
    assert not outcome.out


def test_the_map_of_every_epoch_is_kept_where_asked_for(done, images):
    done("train", "--dataset", images, *SMALL, "--epochs", 2, "--snapshots", 50, "--out", "vae")
    taken = sorted(Path("vae.run/snapshots").iterdir())
    assert [check_bundle(folder).moment.epoch for folder in (taken[0], taken[-1])] == [0, 2]
    assert "--snapshots 50" in read_config(Path("vae")).training.command
    assert kept_job(RunFolder.of_bundle(Path("vae"))).recipe.epochs == 2
    done("train", "--dataset", images, *SMALL, "--epochs", 1, "--out", "vae", "--overwrite")
    assert not list(Path("vae.run/snapshots").iterdir())
