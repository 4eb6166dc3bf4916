"""File ▸ Import…: a model of another program, what is missing of it, and the bundle made of it."""
