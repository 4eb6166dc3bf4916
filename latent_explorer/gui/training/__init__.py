"""Training in the window: setup, progress and results; a separate process does the work."""
