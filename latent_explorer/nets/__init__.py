"""The families of networks, free of file input and output; torch is imported by the modules, not by the room."""

from latent_explorer.nets.spec import NetSpec

__all__ = ["NetSpec"]
