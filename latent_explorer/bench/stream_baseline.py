"""The plain way of encoding a folder of arrays, as one writes it first: everything in memory, then batch by batch.

A program of its own, so that its memory can be measured: `python -m ... FOLDER BUNDLE FILES OUT` encodes the images of
so many files and saves the means; it prints the seconds that took.
"""

import sys
import time
from pathlib import Path

import numpy as np
import torch

from latent_explorer.bundles import read_config, read_weights
from latent_explorer.nets.weights import load_model

_BATCH = 1000


@torch.no_grad()
def main(folder: Path, bundle: Path, files: int, out: Path) -> None:
    """Encode, and reconstruct for the error, as `latent-explorer encode` does."""
    config = read_config(bundle)
    model = load_model(config.net, read_weights(bundle, config)).eval()
    begin = time.perf_counter()
    pictures = np.concatenate([np.load(path) for path in sorted(folder.glob("images-*.npy"))[:files]])
    x = torch.from_numpy(pictures).float().div_(255).unsqueeze(1)
    means, errors = [], []
    for batch in torch.split(x, _BATCH):
        mean = model.encode(batch).mean
        means.append(mean)
        errors.append((model.decode(mean) - batch).square().flatten(1).mean(1))
    np.save(out, torch.cat(means).numpy())
    print(time.perf_counter() - begin)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
