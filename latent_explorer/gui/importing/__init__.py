"""File ▸ Import…: makes a bundle from a model of another program."""
