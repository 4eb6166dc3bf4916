"""The engine: the process that owns torch and the model, what is said to it, and the loop that answers."""
