"""What a network is, in plain values: free of torch, so that a configuration can be read anywhere."""

import msgspec


class NetSpec(msgspec.Struct, frozen=True, kw_only=True):
    """All that is needed to build a network.

    image_shape: (h, w, c). hidden: the widths of the fully connected trunk, or the channels of the convolutional
    one, from the image inwards; the decoder mirrors them. beta: the weight of the KL term of a VAE.
    refinements: how many steps a VAE that is not in training takes from the encoder's latents towards those that
    explain the image best (see `nets.refine`).
    """

    family: str
    trunk: str
    image_shape: tuple[int, int, int]
    latent_dim: int
    hidden: tuple[int, ...]
    beta: float = 1.0
    refinements: int = 0
