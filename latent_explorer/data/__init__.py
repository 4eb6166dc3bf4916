"""Datasets: by name, from folders and zips of images, from arrays."""

from latent_explorer.data.dataset import SPLITS, Dataset, Split
from latent_explorer.data.opening import open_dataset
from latent_explorer.data.report import DatasetReport
