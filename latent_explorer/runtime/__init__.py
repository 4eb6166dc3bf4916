"""The model of a bundle, ready to run: one of our networks, or a program from elsewhere."""
