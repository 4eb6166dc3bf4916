"""The film of a training run: its map from snapshot to snapshot, with the pictures decoded there and the loss."""

from latent_explorer.film.making import make_film

__all__ = ["make_film"]
