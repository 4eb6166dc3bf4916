"""Weights of one of our networks, or of a plugin's family, identified by the shapes of its tensors."""

import math
import re
from collections.abc import Iterator, Mapping
from itertools import product

from latent_explorer.bundles.files import outside_net_limits
from latent_explorer.errors import BundleError, UserError
from latent_explorer.importing.checkpoints import weights_in
from latent_explorer.importing.kinds import FoundFile
from latent_explorer.importing.refusing import unknown_weights
from latent_explorer.importing.source import Data, Made, Source
from latent_explorer.nets.families import FAMILIES, TRUNK_NAMES, Family
from latent_explorer.nets.spec import NetSpec
from latent_explorer.nets.weights import load_model, parameter_shapes
from latent_explorer.safe_text import safe_text

Shapes = Mapping[str, tuple[int, ...]]
_MOST_CLASSES = 64  # of a conditional family, tried where no labels say how many there are
_MOST_TRIED = 400


class NetworkSource(Source):
    """A checkpoint of a network. Raises UserError that lists what was expected if no family fits.

    family: the name of one; empty for the first that fits. data may determine the size of the images later.
    """

    decodes = True

    def __init__(self, found: FoundFile, family: str = "") -> None:
        self._name, self._family = found.name, family
        self.tensors = weights_in(found)
        self.shapes: Shapes = {name: tuple(tensor.shape) for name, tensor in self.tensors.items()}
        self.specs = list(fitting_specs(self.shapes, family=family))
        if not self.specs and not _may_fit_with_images(self.shapes):
            raise unknown_weights(self._name, _expected(), listed(self.shapes))
        spec = self.specs[0] if self.specs else None
        self.words = f"the weights of a network of the family {spec.family}" if spec else "the weights of a network"
        self.encodes = FAMILIES[spec.family].encodes if spec else True
        self.draws = not self.encodes
        self.lines = (_described(spec),) if spec else ("its images' size is found with the images",)

    def made(self, data: Data, value_range: str) -> Made:
        """The network, for images of this size."""
        image_shape = None if data.dataset is None else data.dataset.image_shape
        classes = 0 if data.dataset is None or data.dataset.labels is None else len(data.dataset.class_names)
        specs = list(fitting_specs(self.shapes, image_shape, classes, self._family))
        if not specs:
            if self.specs and image_shape is not None:
                height, width, channels = self.specs[0].image_shape
                raise UserError(
                    f"--images: {self._name} is for images of {height}x{width}x{channels}, found "
                    f"{'x'.join(map(str, image_shape))}: choose those it was trained on, or stretch them as "
                    f"SOURCE@{height}x{width}"
                )
            raise unknown_weights(self._name, _expected(), listed(self.shapes))
        others = sorted({spec.family for spec in specs} - {specs[0].family})
        weights = {name: tensor.numpy() for name, tensor in self.tensors.items()}
        try:
            model = load_model(specs[0], weights)
        except BundleError as error:
            raise UserError(f"{self._name}: {error}") from error
        also = f" Its weights would fit {' and '.join(others)} too: choose with --family." if others else ""
        return Made(model, None, weights=weights, words=(f"{_described(specs[0])}.{also}",))


def fitting_specs(
    shapes: Shapes, image_shape: tuple[int, int, int] | None = None, classes: int = 0, family: str = ""
) -> Iterator[NetSpec]:
    """The networks whose weights have exactly these names and shapes, of families in the order of their registry.

    image_shape: (h, w, c); None to use what the weights say. classes: of the images. family: the only one to try; empty
    for all.
    Raises UserError if there is no such family.
    """
    if family and family not in FAMILIES:
        raise UserError(f"--family {family}: expected one of {', '.join(FAMILIES)}")
    tried = 0
    for each in FAMILIES.values():
        if family in ("", each.name):
            for spec in _candidates(each, shapes, image_shape, classes):
                tried += 1
                if tried > _MOST_TRIED:
                    return
                if _fits(spec, shapes):
                    yield spec


def _fits(spec: NetSpec, shapes: Shapes) -> bool:
    if spec.latent_dim < 1 or min(spec.hidden, default=1) < 1 or outside_net_limits(spec):
        return False
    try:
        return parameter_shapes(spec) == dict(shapes)
    except Exception:  # whatever a plugin's network makes of a spec that is none of its
        return False


def _candidates(
    family: Family, shapes: Shapes, image_shape: tuple[int, int, int] | None, classes: int
) -> Iterator[NetSpec]:
    decoder = _module(shapes, "decoder")
    if not decoder:
        return
    inputs = next((shape[1] for shape in decoder.values() if len(shape) == 2), 0)
    counts = (0,) if not family.conditional else (classes,) if classes else range(1, min(inputs, _MOST_CLASSES))
    for trunk, count in product(TRUNK_NAMES, counts):
        halvings = trunk in ("conv", "resnet")
        hidden = conv_widths(shapes) if halvings else dense_widths(decoder)
        shapes_tried = [image_shape] if image_shape else list(_image_shapes(decoder, shapes, halvings, hidden))
        for tried in shapes_tried:
            if hidden and inputs > count:
                yield NetSpec(
                    family=family.name, trunk=trunk, image_shape=tried, latent_dim=inputs - count, hidden=hidden,
                    classes=count,
                )  # fmt: skip


def _module(shapes: Shapes, name: str) -> Shapes:
    """The weights of the layers of a part, by the number of the layer and the rest of the name, in order."""
    found = {}
    for key, shape in shapes.items():
        match = re.fullmatch(rf"(?:\w+\.)*?{name}\.(\d+)\.(.+)", key)
        if match is not None:
            found[int(match[1]), match[2]] = shape
    return {f"{number}.{rest}": found[number, rest] for number, rest in sorted(found)}


def dense_widths(decoder: Shapes) -> tuple[int, ...]:
    """The widths of a fully connected trunk from the image inwards, by its decoder."""
    outs = [
        shape[0]
        for name, shape in decoder.items()
        if len(shape) == 2 and re.fullmatch(r"\d+\.(weight|branch\.1\.weight)", name)
    ]
    return tuple(reversed(outs[:-1]))


def conv_widths(shapes: Shapes) -> tuple[int, ...]:
    """The channels of a convolutional trunk from the image inwards, by its encoder, or else by its decoder."""
    encoder = _module(shapes, "encoder")
    outs = [shape[0] for name, shape in encoder.items() if _is_layer(name) and len(shape) == 4]
    if outs:
        return tuple(outs)
    decoder = _module(shapes, "decoder")
    ins = [shape[0] for name, shape in decoder.items() if _is_layer(name) and len(shape) == 4]
    return tuple(reversed(ins))


def _is_layer(name: str) -> bool:
    """Whether a weight belongs to a convolution, or to the first of a residual block."""
    return re.fullmatch(r"\d+\.(weight|branch\.1\.weight)", name) is not None


def _image_shapes(
    decoder: Shapes, shapes: Shapes, halved: bool, hidden: tuple[int, ...]
) -> Iterator[tuple[int, int, int]]:
    """The possible square image shapes of the weights, the most likely first."""
    if not halved:
        last = next((shape[0] for shape in reversed(list(decoder.values())) if len(shape) == 2), 0)
        for channels in (1, 3):
            side = math.isqrt(last // channels)
            if side * side * channels == last:
                yield side, side, channels
        return
    kernels = [shape for shape in _module(shapes, "encoder").values() if len(shape) == 4]
    entry = next((shape[0] for shape in decoder.values() if len(shape) == 2), 0)
    if not kernels or not hidden or entry % hidden[-1]:
        return
    inner = math.isqrt(entry // hidden[-1])
    for halvings in range(len(hidden), 0, -1):
        likely = 28 if kernels[0][1] == 1 else 32
        usual = sorted(
            range((inner - 1) * 2**halvings + 1, inner * 2**halvings + 1),
            key=lambda side: (side != likely, -side),
        )
        for side in usual[:16]:
            yield side, side, kernels[0][1]


def _may_fit_with_images(shapes: Shapes) -> bool:
    """Whether the images could still identify the network: their shape may be one that was not tried."""
    return bool(_module(shapes, "decoder")) and bool(_module(shapes, "encoder"))


def _described(spec: NetSpec) -> str:
    height, width, channels = spec.image_shape
    widths = ", ".join(map(str, spec.hidden))
    classes = f", given one of {spec.classes} classes" if spec.classes else ""
    return (
        f"family {spec.family}, trunk {spec.trunk}, widths {widths}, {spec.latent_dim} latent dimensions{classes}, "
        f"images of {height}x{width}x{channels}"
    )


def _expected() -> str:
    families, trunks = ", ".join(FAMILIES), ", ".join(TRUNK_NAMES)
    return f"encoder.N.weight, decoder.N.weight and so on, as in the families {families} with the trunks {trunks}"


def listed(shapes: Shapes) -> str:
    """Some weights with their shapes, for messages."""
    shown = (f"{safe_text(name, most=50)} {shape}" for name, shape in list(shapes.items())[:6])
    more = f" and {len(shapes) - 6} more" if len(shapes) > 6 else ""
    return ", ".join(shown) + more
