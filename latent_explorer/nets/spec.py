"""What a network is, in plain values: free of torch, so that a configuration can be read anywhere."""

import msgspec


class NetSpec(msgspec.Struct, frozen=True, kw_only=True):
    """All that is needed to build a network.

    image_shape: (h, w, c). hidden: the widths of the fully connected trunk, or the channels of the convolutional
    one, from the image inwards; the decoder mirrors them. classes: how many there are, of a family that is given the
    class; else 0. settings: the family's, by name; see `nets.families`. One that is left out has its usual value.
    """

    family: str
    trunk: str
    image_shape: tuple[int, int, int]
    latent_dim: int
    hidden: tuple[int, ...]
    classes: int = 0
    settings: dict[str, float] = {}
