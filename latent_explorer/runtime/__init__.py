"""The model of a bundle, ready to run: a network of ours, or a program of another."""
