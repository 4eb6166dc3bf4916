"""Baseline: encoding a folder of arrays file by file and batch by batch into preallocated arrays.

Its memory does not grow with the images, but a kill loses everything, and machines cannot share the work. It is a
separate program, so that its memory can be measured: `python -m ... FOLDER BUNDLE OUT` encodes all images of a folder,
saves the means and prints the seconds.
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
    """Encode, and reconstruct for the errors, like `latent-explorer encode`."""
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
