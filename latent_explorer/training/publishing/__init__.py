"""What comes of a run: the bundle with card, preview and tiles; latents in parts."""
