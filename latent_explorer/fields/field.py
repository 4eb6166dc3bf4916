"""The definition of a field: its words, how it is sampled and shown, what it needs, and how the engine evaluates it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from latent_explorer.atlas import Layout, TileKey, node_points
from latent_explorer.bundles import Latents

if TYPE_CHECKING:  # it brings scipy, for which no launch waits
    from latent_explorer.analysis import Neighbourhood, Trust
    from latent_explorer.fields.given import GivenValues
    from latent_explorer.fields.seen_map import Expectation
    from latent_explorer.fields.shares import LearnedShares

Values = NDArray[np.floating]
Measure = Callable[[Any, Any], Any]
"""A function of a model and a tensor of latents (n, d) on its device, which returns a tensor (n,) or (n, k)."""


@dataclass(frozen=True, eq=False)
class FieldInput:
    """What the engine passes to a field. latents: of the bundle. encodes, decodes: whether the model has an encoder and
    a decoder.

    measure: runs a Measure on latents float32 (n, d), as many at a time as memory holds; gives float32 (n, k), k = 1 if
    the Measure gives one number for each. differentiate: the same, for a model that autograd can follow.
    neighbourhood: of the data, and trust in places: None until they are ready, and for fields that do not need them.
    expected: the expected error of the map's pictures, and uv: the plane points (n, 2) of the requested latents; None
    unless the field is `of_map` and the chart guesses what lies between the data.
    given: values of the images from the caller, for a field that `needs_link` or has `needs_given`.
    """

    measure: Callable[[Measure, NDArray[np.float32]], NDArray[np.float32]]
    differentiate: Callable[[Measure, NDArray[np.float32]], NDArray[np.float32]]
    neighbourhood: "Neighbourhood | None" = None
    latents: Latents | None = None
    encodes: bool = True
    trust: "Trust | None" = None
    decodes: bool = True
    expected: "Expectation | None" = None
    uv: NDArray[np.float64] | None = None
    given: "GivenValues | LearnedShares | None" = None

    @property
    def near(self) -> "Neighbourhood":
        """The neighbourhood, for fields that said they need the data."""
        assert self.neighbourhood is not None
        return self.neighbourhood

    @property
    def judge(self) -> "Trust":
        """The trust in places, for fields that said they need it."""
        assert self.trust is not None
        return self.trust

    @property
    def data(self) -> Latents:
        """The latents, for fields that said they need the data."""
        assert self.latents is not None
        return self.latents


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field over latent space.

    name: for the engine. title: for people. sentence: what it means, for a student.
    evaluate: its values (n,) or (n, channels) at latents float32 (n, d). unit: of its values, in words.
    channels: numbers per place. steps: samples along the side of a tile, fewer for expensive fields.
    logarithmic: whether equal factors, not equal differences, are equally far apart on the scale.
    colouring: "ramp" from dark to bright over a scale; "classes", the class of the first channel, as saturated as the
    share in the second; "cover", the background's colour, as opaque as the value; None if it is not a layer.
    needs_data, needs_labels, needs_variance, needs_encoder, needs_decoder, needs_errors: its requirements; errors are
    those of the reconstructions.
    needs_link: whether it depends on the translation from a linked map, which the engine must be told.
    needs_given: if it shows something computed on a person's request: what to do first, in words.
    of_map: whether it depends on the map as well as latent space; it then gets the places, see `FieldInput`.
    needs_trust: whether it judges places, for which the engine first compares them with held-out images.
    read: a place's values in words, if number and unit are not enough; given the names of the classes.
    key: its shortcut. shown: whether it is a visible layer at first. opacity: of its layer, at first.
    """

    name: str
    title: str
    sentence: str
    evaluate: Callable[[FieldInput, NDArray[np.float32]], Values]
    unit: str = ""
    channels: int = 1
    steps: int = 32
    logarithmic: bool = False
    colouring: Literal["ramp", "classes", "cover"] | None = "ramp"
    needs_data: bool = False
    needs_labels: bool = False
    needs_variance: bool = False
    needs_encoder: bool = False
    needs_decoder: bool = False
    needs_errors: bool = False
    needs_trust: bool = False
    needs_link: bool = False
    needs_given: str = ""
    of_map: bool = False
    read: Callable[[Values, tuple[str, ...]], str] | None = None
    key: str = ""
    shown: bool = False
    opacity: float = 0.7

    @property
    def fleeting(self) -> bool:
        """Whether its given values are gone at the next launch, so that no tile of it is kept."""
        return self.needs_link or bool(self.needs_given)

    @property
    def scaled(self) -> bool:
        """Whether there is a scale, from low to high values."""
        return self.colouring == "ramp"

    @property
    def categorical(self) -> bool:
        """Whether the first channel is a label, which cannot be interpolated."""
        return self.colouring == "classes"

    def lacks(self, latents: Latents, *, encodes: bool = True, decodes: bool = True, linked: bool = False) -> str:
        """What these data, or a model that may not encode or decode, lack for it, in words; empty if nothing.

        linked: whether a linked map has given its translation.
        """
        missing = (
            (self.needs_link and not linked, "it needs a second map, and anchors between the two"),
            (self.needs_labels and latents.label is None, "these data have no labels"),
            (self.needs_variance and latents.log_variance is None, "these latents have no variances"),
            ((self.needs_decoder or self.needs_errors) and not decodes, "this model has no decoder"),
            (self.needs_encoder and not encodes, "this model has no encoder"),
            (self.needs_errors and latents.error is None and not encodes, "this model has no encoder"),
            (self.needs_errors and latents.error is None, "the reconstruction errors are not known"),
        )
        return next((reason for lacking, reason in missing if lacking), "")

    def line(self, values: Values, class_names: tuple[str, ...]) -> str:
        """Its values (channels,) at one place, in a few words."""
        words = self.read(values, class_names) if self.read else f"{number(float(values[0]))} {self.unit}".rstrip()
        return f"{self.title}: {words}"

    def points(self, key: TileKey) -> NDArray[np.float64]:
        """The plane points (n, 2) at which one of its tiles is sampled."""
        return node_points(key, self.steps)

    def layout(self, image_shape: tuple[int, int, int]) -> Layout:
        """The layout of its tiles on disk, for a model of images (h, w, c)."""
        return Layout("<f4", ((self.steps + 1) ** 2, self.channels))


def number(value: float) -> str:
    """A value with three figures."""
    return f"{value:.3g}".replace("-", "−") if abs(value) < 10 else f"{value:.0f}".replace("-", "−")
