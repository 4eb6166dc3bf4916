"""Training, as a generator of reports, up to the bundle on disk; the modules import torch, the package does not."""

from latent_explorer.training.stop_token import stop_on_interrupt
