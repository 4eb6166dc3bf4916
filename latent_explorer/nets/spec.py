"""The specification of a network in plain values; free of torch, so that any process can read configurations."""

import msgspec


class NetSpec(msgspec.Struct, frozen=True, kw_only=True):
    """Everything needed to build a network.

    image_shape: (h, w, c). hidden: the widths of a fully connected trunk, or the channels of a convolutional one, from
    the image inwards; the decoder mirrors them. classes: their number for a conditional family, otherwise 0. settings:
    the family's, by name; see `nets.families`. Omitted settings have their default value.
    """

    family: str
    trunk: str
    image_shape: tuple[int, int, int]
    latent_dim: int
    hidden: tuple[int, ...]
    classes: int = 0
    settings: dict[str, float] = {}
