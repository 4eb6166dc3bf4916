"""Two real processes train one network together, over gloo: all that `ranks.py` tries, and the command itself."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from latent_explorer.bundles import check_bundle, read_latents
from latent_explorer.runs import Job, Recipe
from latent_explorer.training.jobs import train_bundle
from latent_explorer.training.state import load_state

pytestmark = pytest.mark.long

Seen = list[dict[str, Any]]


def environment(**more: str) -> dict[str, str]:
    """That of the run as it is now: when this file is imported, the folders are still those of the person."""
    return {**os.environ, "OMP_NUM_THREADS": "1", **more}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the two processes have gone through all cases. The second kills itself at last: so torchrun fails."""
    folder = tmp_path_factory.mktemp("ranks")
    program = Path(__file__).with_name("ranks.py")
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", program, folder]
    done = subprocess.run(
        command, env=environment(XDG_DATA_HOME=str(folder)), capture_output=True, text=True, timeout=200, check=False
    )
    assert (folder / "0.json").exists(), done.stderr
    assert "killed" in json.loads((folder / "0.json").read_text()), done.stderr
    return folder


@pytest.fixture(scope="module")
def seen(folder: Path) -> Seen:
    """What each of them saw of each case."""
    return [json.loads((folder / f"{rank}.json").read_text()) for rank in (0, 1)]


def flat(losses: list[list[float]]) -> list[float]:
    return [loss for report in losses for loss in report]


def test_two_processes_have_the_losses_of_one(seen: Seen) -> None:
    found, alone = seen[0]["the_same_losses"]["together"], seen[0]["the_same_losses"]["alone"]
    assert seen[1]["the_same_losses"]["together"] == found
    for family, expected in zip(found, alone, strict=True):
        assert len(flat(family)) > 60
        assert flat(family) == pytest.approx(flat(expected), rel=1e-5)
        assert family[0][0] != family[-1][0]


def test_a_run_goes_on_with_another_number_of_processes(seen: Seen) -> None:
    whole = seen[0]["the_same_losses"]["alone"][0]
    last_two = flat(whole[len(whole) // 2 :])
    assert flat(seen[0]["resumed_with_fewer"]) == pytest.approx(last_two, rel=1e-5)
    assert flat(seen[0]["resumed_with_more"]) == pytest.approx(last_two, rel=1e-5)


def test_a_wish_of_one_stops_both_at_the_same_step(seen: Seen, folder: Path) -> None:
    assert seen[0]["stopped_by_one"] == seen[1]["stopped_by_one"]
    assert seen[0]["stopped_by_one"]["stopped"]
    assert 6 < seen[0]["stopped_by_one"]["step"] <= 12
    assert check_bundle(folder / "stopped").training.epochs == 1


def test_what_was_measured_by_the_first_holds_for_both(seen: Seen) -> None:
    assert [each["measured_by_one"] for each in seen] == ["bfloat16", "bfloat16"]


def test_processes_that_were_asked_for_different_runs_are_refused(seen: Seen, folder: Path) -> None:
    assert "asked for another run" in seen[1]["asked_for_another"]["error"]
    assert "process 1 of 0 to 1" in seen[0]["asked_for_another"]["error"]
    assert not list(folder.glob("another*"))


@pytest.mark.parametrize(
    ("case", "name", "said"),
    [
        ("out_of_memory", "memory", "out of memory on cpu with batches of 8 images"),
        ("out_of_reach", "reach", "cpu can no longer be used: CUDA error: uncorrectable ECC error encountered"),
        ("a_fault", "fault", "a fault"),
    ],
)
def test_what_fails_in_one_is_told_by_the_first_and_can_be_resumed(
    seen: Seen, folder: Path, case: str, name: str, said: str
) -> None:
    told = seen[0][case]["error"]
    assert told.startswith("process 1 of 0 to 1, on ")
    assert f"(cpu), cannot continue: {said}" in told
    assert "What was learned up to the end of epoch 1 is in" in told
    assert "resume the run (train --resume)" in told
    assert load_state(folder / f"{name}.run" / "state.safetensors")[0].epoch == 1
    assert check_bundle(folder / name).training.epochs == 1


def test_a_loss_that_is_not_finite_in_one_ends_both_at_the_same_step(seen: Seen, folder: Path) -> None:
    assert seen[0]["not_finite"] == seen[1]["not_finite"]
    assert "no longer finite in epoch 2, step 9" in seen[0]["not_finite"]["error"]
    assert check_bundle(folder / "finite").training.epochs == 1


def test_a_full_disk_of_the_first_ends_both(seen: Seen) -> None:
    assert seen[0]["full_disk"]["error"] == "epoch 1 could not be saved"
    assert "cannot continue: epoch 1 could not be saved" in seen[1]["full_disk"]["error"]


def test_a_generator_is_trained_by_both_while_the_first_teaches_what_judges_it(seen: Seen, folder: Path) -> None:
    first, second = (each["a_generator"] for each in seen)
    assert first["taught"]
    assert not second["taught"]
    assert (first["step"], first["losses"]) == (second["step"], second["losses"])
    config, latents = check_bundle(folder / "gan"), read_latents(folder / "gan")
    assert config.inverts
    assert config.placed == 48
    assert latents.label is not None
    assert latents.confidence is not None


def test_a_process_that_is_gone_is_noticed_and_how_to_go_on_is_said(seen: Seen, folder: Path) -> None:
    assert "killed" not in seen[1]
    assert "can no longer reach the others" in seen[0]["killed"]["error"]
    assert "is in" in seen[0]["killed"]["error"]
    assert load_state(folder / "killed.run" / "state.safetensors")[0].epoch == 1
    assert not (folder / "killed").exists()


SMALL = ("--dataset", "images.npz", "--hidden", "8", "--device", "cpu", "--batch-size", "32", "--augmentation", "0.2")


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """A folder with a small dataset."""
    pixels = np.random.default_rng(0).integers(0, 255, (120, 6, 6), dtype=np.uint8)
    np.savez(tmp_path / "images.npz", images=pixels, split=(np.arange(120) >= 91).astype(np.uint8))
    return tmp_path


def start(folder: Path, *arguments: str, **more: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "latent_explorer", "train", *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=folder, env=environment(**more), stdout=pipe, stderr=pipe, text=True)


def epochs(error: str) -> list[str]:
    return [line for line in error.splitlines() if line.startswith("epoch ") and "on the test images" in line]


def logged(folder: Path, name: str) -> list[list[float]]:
    """The losses in a run's log."""
    rows = (folder / f"{name}.run" / "log.csv").read_text().splitlines()[1:]
    return [[float(value) for value in row.split(",")[2:8] if value] for row in rows]


def test_fabrics_launcher_starts_two_and_ctrl_c_ends_both_with_the_state_kept(images: Path) -> None:
    both = start(images, *SMALL, "--epochs", "100000", "--devices", "2", "--precision", "32-true", "--out", "vae")
    assert both.stderr is not None
    while "epoch 1:" not in (line := both.stderr.readline()):
        assert line, "ended before its first epoch"
    both.send_signal(signal.SIGINT)
    out, err = both.communicate(timeout=200)
    assert both.returncode == 130, err
    assert not out
    assert err.count("stopped; the weights of the last epoch are saved in vae; go on with --resume --out vae") == 1
    assert check_bundle(images / "vae").training.epochs == load_state(images / "vae.run" / "state.safetensors")[0].epoch
    assert [each.name for each in images.glob(".*")] == []


def test_two_nodes_of_one_device_give_what_one_alone_gives_and_the_first_speaks(images: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    common = (*SMALL, "--epochs", "2", "--precision", "32-true", "--json")
    meeting = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    nodes = [start(images, *common, "--nodes", "2", "--out", "two", **meeting, NODE_RANK=rank) for rank in "01"]
    (out, err), silence = (node.communicate(timeout=200) for node in nodes)
    assert [node.returncode for node in nodes] == [0, 0], err
    assert silence == ("", "")
    assert json.loads(out)["epochs"] == 2
    assert len(epochs(err)) == 2
    recipe = Recipe(epochs=2, batch_size=32, augmentation=0.2, device="cpu", precision="float32")
    list(train_bundle(Job(str(images / "images.npz"), images / "one", hidden=(8,), recipe=recipe)))
    alone = check_bundle(images / "one").metrics["negative_elbo"]
    assert json.loads(out)["negative_elbo"] == pytest.approx(alone, rel=1e-5)
    for together, single in zip(logged(images, "two"), logged(images, "one"), strict=True):
        assert together == pytest.approx(single, rel=1e-5)
