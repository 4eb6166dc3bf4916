"""The caller's model: how its functions are called, and a window on it that this process serves."""
