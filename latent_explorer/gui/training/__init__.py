"""Training in the window: what to train, how it goes, what came of it; the work is done by a process of its own."""
