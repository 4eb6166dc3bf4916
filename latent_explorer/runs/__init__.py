"""A training run as requested, reported and kept on disk; free of torch, so that a window can read all of it."""

from latent_explorer.runs.folder import RunFolder, snapshots_of
from latent_explorer.runs.job import Job, Unfinished, keep_job, kept_job, unfinished
from latent_explorer.runs.recipe import Recipe
from latent_explorer.runs.report import Report
