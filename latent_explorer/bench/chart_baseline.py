"""Baseline: a t-SNE map with PCA by sklearn, then openTSNE with its defaults, in a separate process.

It gets only the latents, and shows nothing until it is done. `python -m … FOLDER` prints the time of each step.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latent_explorer.bundles import read_config, read_latents

Figures = dict[str, float]


def main(folder: Path) -> Figures:
    """Wall and CPU seconds of both steps on the latents of a bundle."""
    means = read_latents(folder, read_config(folder)).mean
    from openTSNE import TSNE
    from sklearn.decomposition import PCA

    found = _timed("pca", lambda: PCA(2).fit_transform(means))
    return found | _timed("opentsne", lambda: TSNE().fit(means))


def _timed(name: str, task: Callable[[], NDArray[np.floating]]) -> Figures:
    wall, processor = time.perf_counter(), time.process_time()
    task()
    return {f"{name}_seconds": time.perf_counter() - wall, f"{name}_cpu_seconds": time.process_time() - processor}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
