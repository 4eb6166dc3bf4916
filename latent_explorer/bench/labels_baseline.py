"""Baseline: learning from few labels with sklearn's logistic regression, in a separate process.

`python -m … FOLDER MOST` prints the milliseconds of each fit, including the classes of all images.
"""

import json
import sys
from pathlib import Path

import numpy as np

from latent_explorer.analysis.few_labels.drawing import at_random
from latent_explorer.bench.measure import timed
from latent_explorer.bundles import read_config, read_latents


def main(folder: Path, most: int) -> list[float]:
    """The times with 10 labels of a bundle's images, then one more each time, up to `most`."""
    from sklearn.linear_model import LogisticRegression

    config = read_config(folder)
    latents = read_latents(folder, config)
    label = latents.label
    assert label is not None
    count, train = len(config.dataset.class_names), np.flatnonzero(latents.split == 0)
    drawn = at_random(label, train, most, count, 0).numbers
    z = latents.mean

    def learn(some: np.ndarray) -> np.ndarray:
        found: np.ndarray = LogisticRegression(max_iter=1000).fit(z[some], label[some]).predict_proba(z)
        return found

    learn(drawn[:count])  # imports scikit-learn
    return [timed(lambda some=drawn[:number]: learn(some)) for number in range(count, most)]  # type: ignore[misc]


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
