"""Teach the classifier that ships anew: OMP_NUM_THREADS=1 python scripts/train_classifier.py [--out FILE]"""

import argparse
import sys
from pathlib import Path
from threading import Event

import torch

from latent_explorer.data import open_dataset
from latent_explorer.training.classifier import judged_classifier, keep
from latent_explorer.training.classifier_net import Taught, teach

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", default="mnist", help="as `latent-explorer train` takes it")
    parser.add_argument("--out", type=Path, default=ROOT / "resources" / "classifiers" / "mnist.safetensors")
    arguments = parser.parse_args()
    dataset, device = open_dataset(arguments.dataset), torch.device("cpu")
    for told in teach(dataset, device, Event()):
        if isinstance(told, Taught):
            if told.step % 200 == 0:
                print(f"step {told.step} of {told.steps}", flush=True)
        else:
            classifier = judged_classifier(told, dataset, device)
            keep(classifier, arguments.out)
            print(classifier.facts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
