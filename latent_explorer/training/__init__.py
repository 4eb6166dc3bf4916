"""Training, as a generator of reports, up to the bundle on disk; torch is imported by the modules, not by the room."""

from latent_explorer.training.interrupt import stop_on_interrupt
from latent_explorer.training.recipe import Recipe
from latent_explorer.training.report import Report

__all__ = ["Recipe", "Report", "stop_on_interrupt"]
