"""A model made of the caller's functions, whose calls and results are detected before a window opens."""

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from latent_explorer.bundles.files import PICTURE
from latent_explorer.errors import UserError
from latent_explorer.exploring.array_form import ArrayForm, Shape, Span, complaint_about, layout_of, other_forms
from latent_explorer.exploring.calls import Call, find_call, first_of, mean_of, module_of
from latent_explorer.nets.foreign import ForeignModel
from latent_explorer.nets.spec import NetSpec

ACTIVATIONS: dict[str | None, Callable[[Tensor], Tensor]] = {
    None: lambda x: x,
    "clip": lambda x: x,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
}
"""What may be applied to a decoder's output; "clip" cuts off values beyond value_range."""

_CLEARLY, _EQUAL = 1.5, 1e-9  # by how much a less likely form of images must do better
_SAME = 1.5 / 255  # by which two pictures of one latent may differ


@dataclass(frozen=True)
class Wanted:
    """The caller's statements about pictures. activation: one of ACTIVATIONS. shape: (h, w, c) of a picture, if known.

    last: whether channels come last if both are possible.
    """

    span: Span = (0.0, 1.0)
    activation: str | None = None
    shape: Shape | None = None
    last: bool = False


@dataclass(frozen=True, eq=False)
class ExploredDecoder:
    """latent_shape: of one latent as the function takes it."""

    call: Call
    latent_shape: tuple[int, ...]
    form: ArrayForm
    activation: str | None

    def __call__(self, z: Tensor) -> Tensor:
        """Pictures float32 (n, c, h, w) of latents (n, d), in [0, 1] if they are within the span."""
        return self.form.read(_activated(self.call(z.reshape(len(z), *self.latent_shape)), self.activation))


@dataclass(frozen=True, eq=False)
class ExploredEncoder:
    call: Call
    form: ArrayForm

    def __call__(self, x: Tensor) -> Tensor:
        """Latents float32 (n, d) of images float32 (n, c, h, w) in [0, 1]."""
        return self.call(self.form.write(x)).float().flatten(1)


@dataclass(frozen=True, eq=False)
class ExploredModel:
    decoder: ExploredDecoder
    encoder: ExploredEncoder | None

    def foreign(self, spec: NetSpec, note: Callable[[UserError], None] = lambda error: None) -> ForeignModel:
        """The model for the engine. note: called with each error of the functions, before it is raised."""
        encoder = None if self.encoder is None else _noting(self.encoder, note)
        return ForeignModel(spec, _noting(self.decoder, note), encoder)

    @property
    def words(self) -> str:
        """How its functions are called, in words."""
        taken = "" if self.encoder is None else f"; encoder: {self.encoder.call.words}, {self.encoder.form.words}"
        return f"decoder: {self.decoder.call.words}, {self.decoder.form.words}{taken}"


def _noting(function: Callable[[Tensor], Tensor], note: Callable[[UserError], None]) -> Callable[[Tensor], Tensor]:
    def noted(x: Tensor) -> Tensor:
        try:
            return function(x)
        except UserError as error:
            note(error)
            raise

    return noted


def find_decoder(function: Any, few: Tensor, wanted: Wanted) -> ExploredDecoder:
    """How to call a decoder, and its output. few: latents (n, ...) of the data, at least one.

    Raises UserError if it fails, does not return pictures, or their values do not match `wanted`.
    """
    call, made = find_call(function, "decoder", first_of, few)
    laid_out = layout_of(tuple(made.shape), wanted.shape, wanted.last)
    if laid_out is None:
        raise UserError(_no_pictures(tuple(made.shape), wanted))
    layout, shape = laid_out
    if math.prod(shape) > PICTURE:
        height, width, channels = shape
        raise UserError(
            f"the decoder gives pictures of {height}x{width}x{channels}: at most {PICTURE:,} values can be shown at "
            "the speed of a pointer. Pass a decoder that makes them smaller, such as "
            "decoder=lambda z: torch.nn.functional.interpolate(model.decode(z), scale_factor=0.5)"
        )
    whole = not made.is_floating_point() and made.dtype != torch.bool
    span = (0.0, 255.0) if whole else wanted.span
    if wanted.activation == "sigmoid":
        span = (0.0, 1.0)
    form = ArrayForm(layout, shape, span, whole)
    if wanted.activation != "clip":
        values = _activated(made, wanted.activation).float().cpu().numpy()
        if complaint := complaint_about(values, span):
            raise UserError(f"the decoder gives {complaint}")
    elif not torch.isfinite(made).all():
        raise UserError(f"the decoder gives {complaint_about(np.full(1, np.nan), span)}")
    return ExploredDecoder(call, tuple(few.shape[1:]), form, wanted.activation)


def find_encoder(
    function: Any,
    images: Tensor,
    given: ArrayForm | None,
    span: Span,
    decode: Callable[[Tensor], Tensor],
    latents: Tensor | None,
) -> tuple[ExploredEncoder, Tensor]:
    """How to call an encoder, and the latents (n, ...) of the images that it returns.

    images: some, float32 (n, c, h, w) in [0, 1]. given: their form as passed. decode: makes pictures of its output, or
    raises UserError. latents: of the images (n, ...), if known.
    Raises UserError if it fails, or does not return finite latents for each image.
    """
    shape = (images.shape[2], images.shape[3], images.shape[1])
    found: list[tuple[float, ExploredEncoder, Tensor]] = []
    tried: list[str] = []
    for form in other_forms(given, shape, span):
        try:
            call, z = find_call(function, "encoder", mean_of, form.write(images))
            if complaint := _bad_latents(z, latents):
                raise UserError(f"the encoder, given {form.words}, gives {complaint}")
            found.append((_astray(z, images, decode, latents), ExploredEncoder(call, form), z))
        except UserError as error:
            tried.append(str(error))
    if not found:
        raise UserError(f"{tried[0]}. Pass encoder= a function that takes images as you hand them over")
    best = min(off for off, _, _ in found)
    return next((encoder, z) for off, encoder, z in found if off <= _CLEARLY * best + _EQUAL)


def _astray(z: Tensor, images: Tensor, decode: Callable[[Tensor], Tensor], latents: Tensor | None) -> float:
    """The error of an encoder: from the known latents, else from the images after decoding."""
    if latents is not None:
        return float((z.float() - latents.float()).square().mean())
    return float((decode(z) - images).square().mean())


def _bad_latents(z: Tensor, known: Tensor | None) -> str:
    if z.ndim < 2:
        return f"an array {tuple(z.shape)}: expected latents (n, d) or (n, ...)"
    if not torch.isfinite(z).all():
        return "NaN or infinite values"
    if known is not None and z.shape[1:] != known.shape[1:]:
        return f"latents of the shape {tuple(z.shape[1:])}, where latents= has {tuple(known.shape[1:])}"
    return ""


def _no_pictures(found: tuple[int, ...], wanted: Wanted) -> str:
    if wanted.shape is not None:
        height, width, channels = wanted.shape
        return (
            f"the decoder gives an array {found}: expected pictures of {height}x{width} with {channels} "
            f"channel{'s' if channels > 1 else ''}, as the images are. Pass images of the decoder's size, or none"
        )
    if len(found) == 2:
        return (
            f"the decoder gives an array {found}: pass image_shape=(h, w) or (h, w, c), whose product is {found[1]:,}"
        )
    return (
        f"the decoder gives an array {found}: expected (n, c, h, w), (n, h, w, c), (n, h, w) or (n, h*w) with 1 or 3 "
        "channels. Pass a decoder that gives one of them, such as decoder=lambda z: model.decode(z)[:, :3]"
    )


def _activated(made: Tensor, activation: str | None) -> Tensor:
    return made if activation is None else ACTIVATIONS[activation](made.float())


def warn_of_moods(decoder: ExploredDecoder, few: Tensor) -> None:
    """Warn if one latent (of some, (n, d)) does not always give the same picture: a model in training mode."""
    first, again, alone = decoder(few), decoder(few), decoder(few[:1])
    module = module_of(decoder.call.function)
    cure = "" if module is not None and not module.training else ": call model.eval() first, if it is in training mode"
    if float((first - again).abs().max()) > _SAME:
        warnings.warn(f"the decoder gives different pictures for one latent{cure}", UserWarning, stacklevel=3)
    elif float((first[:1] - alone).abs().max()) > _SAME:
        warnings.warn(f"the picture of a latent depends on what is decoded with it{cure}", UserWarning, stacklevel=3)


def functions_of(model: Any, decoder: Any, encoder: Any) -> tuple[Any, Any]:
    """Decoder and encoder, taken from the model if not given; None for a missing encoder."""
    if model is None and decoder is None:
        raise UserError("explore needs decoder=..., or a model with .decode or .decoder")
    names: Sequence[tuple[str, str]] = (
        ("decode", "encode"),
        ("decoder", "encoder"),
        ("inverse_transform", "transform"),
    )
    for decodes, encodes in names if model is not None else ():
        if decoder is None and callable(found := getattr(model, decodes, None)):
            decoder = found
            encoder = encoder or getattr(model, encodes, None)
        elif encoder is None and callable(getattr(model, encodes, None)):
            encoder = getattr(model, encodes)
    if decoder is None and callable(model):
        decoder = model
    if decoder is None:
        raise UserError(
            f"{type(model).__name__} has neither .decode nor .decoder nor .inverse_transform, and cannot be called: "
            "pass decoder=, a function from latents to pictures"
        )
    return decoder, encoder if callable(encoder) else None


def as_numpy(z: Tensor) -> NDArray[np.float32]:
    """Float32 on the CPU, contiguous."""
    return np.ascontiguousarray(z.detach().float().cpu().numpy())
