"""Latent Explorer: move through the latent space of an image model as if it were a map."""

__version__ = "0.1.0"
