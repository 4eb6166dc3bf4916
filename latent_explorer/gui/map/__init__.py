"""The map: layers painted over each other, and the tools that work on it."""
