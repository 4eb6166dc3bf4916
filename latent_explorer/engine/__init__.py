"""The engine: the process that owns torch and the model, its messages, and its serving loop."""
