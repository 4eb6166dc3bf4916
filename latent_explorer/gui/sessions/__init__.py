"""Session files: saving and opening, and copying parts of a map as a command or as Python."""
