"""What Python callers use; `latent_explorer` itself passes the names on, each on first use."""
