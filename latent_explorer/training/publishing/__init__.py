"""The results of a run: the bundle with card, preview and tiles; latents in parts."""
