"""Baseline: a change of class with plain torch, in a separate process.

`python -m … FOLDER PICTURES CHANGES` prints the milliseconds of each change: decoding that many pictures in batches of
1,024, without a window.
"""

import json
import sys
from functools import partial
from pathlib import Path

import numpy as np
import torch

from latent_explorer.bench.measure import timed
from latent_explorer.bundles import read_config, read_latents
from latent_explorer.runtime.loading import load_bundle_model

_BATCH = 1024


def main(folder: str, pictures: str, changes: str) -> list[float]:
    """The milliseconds of each change of class, which decodes that many latents of the data."""
    config = read_config(Path(folder))
    model, means = load_bundle_model(Path(folder), config), read_latents(Path(folder), config).mean
    z = torch.from_numpy(means[np.random.default_rng(0).integers(0, len(means), int(pictures))])

    def redraw(label: int) -> None:
        model.label = label
        with torch.inference_mode():
            for piece in torch.tensor_split(z, list(range(_BATCH, len(z), _BATCH))):
                (model.decode(piece) * 255).to(torch.uint8)

    redraw(0)
    return [timed(partial(redraw, change % config.net.classes)) for change in range(int(changes))]


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
