"""The film of a training run: its map from snapshot to snapshot, with the pictures decoded there and the loss."""

from latent_explorer.film.making import Cancelled, make_film

__all__ = ["Cancelled", "make_film"]
