"""What Python callers use; `latent_explorer` itself passes the names on, each when it is first asked for."""
