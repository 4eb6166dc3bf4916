"""A program of a researcher's: `exploring.py module` and `exploring.py pca` explore models of their own.

A person works in the window (`explored_person.py`). Each line that is printed is JSON: what the handle said.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

import latent_explorer
from latent_explorer.exploring import exploration

SEEN = Path(os.environ["SEEN"])
exploration.WINDOW = (str(Path(__file__).with_name("explored_person.py")),)


class Painter(nn.Module):
    """Pictures (n, 1, 16, 16) in -1..1 of latents (n, 3, 2, 2)."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.grow = nn.Sequential(nn.ConvTranspose2d(3, 8, 4, 4), nn.ReLU(), nn.ConvTranspose2d(8, 1, 2, 2), nn.Tanh())

    def forward(self, z: Tensor) -> Tensor:
        painted: Tensor = self.grow(z)
        return painted


def say(**known: object) -> None:
    print(json.dumps(known), flush=True)


def wait_for_the_person(handle: exploration.Exploration) -> "dict[str, NDArray[np.generic]]":
    deadline = time.monotonic() + 150
    while not SEEN.exists():
        assert not handle.closed
        assert time.monotonic() < deadline
        time.sleep(0.02)
    seen = dict(np.load(SEEN))
    while not (len(handle.selection) == len(seen["selection"]) and len(handle.pins) and len(handle.path)):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return seen


def off_by(levels: NDArray[np.generic], seen: "dict[str, NDArray[np.generic]]") -> int:
    return int(np.abs(levels.astype(int).ravel() - seen["picture"].astype(int).ravel()).max())


def module() -> None:
    painter, names = Painter().eval(), np.array(["early", "late"])
    z = torch.randn(300, 3, 2, 2, generator=torch.Generator().manual_seed(1))
    handle = latent_explorer.explore(
        decoder=painter, latents=z, labels=names[(z[:, 0, 0, 0] > 0).int()], value_range=(-1, 1)
    )
    seen = wait_for_the_person(handle)
    with torch.no_grad():
        painted = painter(torch.from_numpy(seen["z"]).reshape(1, 3, 2, 2))
    say(
        off=off_by(((painted + 1) * 127.5).round().numpy(), seen),
        selected=bool((handle.selection == seen["selection"]).all()),
        shapes=[np.shape(each) for each in (handle.probe, handle.pins, handle.path)],
        classes=seen["classes"].tolist(),
        title=str(seen["title"]),
        offered=seen["offered"].tolist(),
        banner=str(seen["said"]),
        recent=seen["recent"].tolist(),
        said=repr(handle),
    )
    os.kill(handle.pid, signal.SIGKILL)
    handle.wait(30)
    say(closed=handle.closed, said=repr(handle), still=len(handle.selection) == len(seen["selection"]))


def pca() -> None:
    images = np.random.default_rng(0).random((200, 6, 4)).repeat(2, 1).repeat(2, 2)
    flat = images.reshape(200, -1)
    mean = flat.mean(0)
    axes = np.linalg.svd(flat - mean, full_matrices=False)[2][:2]
    handle = latent_explorer.explore(
        decoder=lambda z: z @ axes + mean,
        encoder=lambda x: (x - mean) @ axes.T,
        images=images,
        labels=np.arange(200) % 3,
    )
    seen = wait_for_the_person(handle)
    decoded = np.rint(np.clip(handle.pins[-1] @ axes + mean, 0, 1) * 255)
    nearest = np.rint(images[seen["indices"]] * 255)
    known = {
        "off": off_by(decoded, seen),
        "originals": int(np.abs(nearest.ravel() - seen["originals"].ravel()).max()),
        "latents": float(np.abs(handle.latents - (flat - mean) @ axes.T).max()),
        "window": handle.pid,
        "folder": handle.folder.name,
    }
    try:
        say(**known)
        handle.wait()
    except KeyboardInterrupt:
        say(interrupted=True, closed=handle.closed)
    handle.wait()


if __name__ == "__main__":
    {"module": module, "pca": pca}[sys.argv[1]]()
