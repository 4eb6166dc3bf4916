"""Training, as a generator of reports, up to the bundle on disk; torch is imported by the modules, not by the room."""

from latent_explorer.training.stop_token import stop_on_interrupt
