"""The plain way of encoding a folder of arrays: file by file, batch by batch, into arrays made beforehand.

Its memory does not grow with the images. What it lacks: killed, it has saved nothing, and two machines cannot share it.
A program of its own, so that its memory can be measured: `python -m ... FOLDER BUNDLE OUT` encodes all images of a
folder and saves the means; it prints the seconds that took.
"""

import sys
import time
from pathlib import Path

import numpy as np
import torch

from latent_explorer.bundles import read_config
from latent_explorer.runtime.loading import load_bundle_model

_BATCH = 1000


@torch.inference_mode()
def main(folder: Path, bundle: Path, out: Path) -> None:
    """Encode, and reconstruct for the error, as `latent-explorer encode` does."""
    config = read_config(bundle)
    model = load_bundle_model(bundle, config)
    begin = time.perf_counter()
    files = sorted(folder.glob("images-*.npy"))
    count = sum(len(np.load(path, mmap_mode="r")) for path in files)
    means, errors = np.empty((count, config.net.latent_dim), np.float32), np.empty(count, np.float32)
    done = 0
    for path in files:
        for images in torch.split(torch.from_numpy(np.load(path)), _BATCH):
            x = images.float().div_(255).unsqueeze(1)
            mean, rows = model.encode(x).mean, slice(done, done + len(x))
            means[rows] = mean.numpy()
            errors[rows] = (model.decode(mean) - x).square().flatten(1).mean(1).numpy()
            done += len(x)
    np.save(out, means)
    print(time.perf_counter() - begin)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
