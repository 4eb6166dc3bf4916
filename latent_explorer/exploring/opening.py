"""From the caller's arguments to a window: anything that does not fit raises an error before one opens."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from latent_explorer.charts import ChartSpec, checked
from latent_explorer.errors import UserError
from latent_explorer.exploring.array_form import Shape, Span
from latent_explorer.exploring.calls import module_of
from latent_explorer.exploring.exploration import Exploration
from latent_explorer.exploring.found_model import (
    ACTIVATIONS,
    ExploredDecoder,
    ExploredModel,
    Wanted,
    find_decoder,
    find_encoder,
    functions_of,
    warn_of_moods,
)
from latent_explorer.exploring.given_data import GivenImages, given_images, given_labels, given_latents
from latent_explorer.exploring.temporary_bundle import Explored, encode_all, judged

_SAMPLE = 64  # latents whose pictures are looked at
_FEW = 8  # images that encoders are tried on
_NAME = 60


@dataclass(frozen=True, eq=False)
class Given:
    """The arguments of `explore`, which documents them."""

    model: Any = None
    images: Any = None
    decoder: Any = None
    latents: Any = None
    encoder: Any = None
    labels: Any = None
    class_names: Sequence[str] | None = None
    value_range: tuple[float, float] = (0, 1)
    activation: str | None = None
    image_shape: Sequence[int] | None = None
    chart: str | None = None
    name: str | None = None


def open_exploration(given: Given, *, block: bool = False) -> Exploration:
    """The window on the arguments. Raises UserError, before one opens, if something does not fit."""
    explored = found_out(given)
    chart = given.chart
    charts = [] if chart is None else [str(checked(ChartSpec.of(str(chart)), explored.flat.shape[1]))]
    handle = Exploration(explored, charts)
    if block:
        try:
            handle.wait()
        except KeyboardInterrupt:
            handle.close()
            raise
    return handle


def found_out(given: Given) -> Explored:
    """What to explore: functions tried, data in our form. Raises UserError if they do not fit."""
    decoder, encoder = functions_of(given.model, given.decoder, given.encoder)
    wanted = _wanted(given)
    pictures = None if given.images is None else given_images(given.images, wanted.span, wanted.shape)
    if pictures is not None:
        last = pictures.form.layout in ("nhwc", "flat hwc")
        wanted = replace(wanted, shape=pictures.form.shape, last=last)
    if given.latents is None:
        model, z = _encoded(decoder, encoder, pictures, wanted)
    else:
        z = given_latents(given.latents)
        _check_counts(z, pictures)
        model = _known(decoder, encoder, z, pictures, wanted)
    warn_of_moods(model.decoder, _some(z, _FEW).flatten(1))
    label, names = given_labels(given.labels, given.class_names, len(z))
    error = None if pictures is None else judged(model, pictures, z)
    name = given.name or _name_of(decoder if given.model is None else given.model)
    return Explored(_named(name), model, z, pictures, label, names, error)


def _check_counts(z: NDArray[np.float32], pictures: GivenImages | None) -> None:
    if pictures is not None and len(pictures) != len(z):
        raise UserError(f"images: expected one for each of {len(z):,} latents, found {len(pictures):,}")


def _wanted(given: Given) -> Wanted:
    value_range, activation = given.value_range, given.activation
    try:
        low, high = map(float, value_range)
    except (TypeError, ValueError):
        raise UserError(f"value_range: expected (black, white) such as (-1, 1), found {value_range!r}") from None
    if not (np.isfinite([low, high]).all() and low < high):
        raise UserError(f"value_range: expected (black, white) with black below white, found {value_range!r}")
    if activation not in ACTIVATIONS:
        raise UserError(f"activation: expected one of {', '.join(map(repr, ACTIVATIONS))}, found {activation!r}")
    return Wanted((low, high), activation, None if given.image_shape is None else _shape(given.image_shape))


def _shape(image_shape: Sequence[int]) -> Shape:
    try:
        axes = tuple(map(int, image_shape))
    except (TypeError, ValueError):
        axes = ()
    if len(axes) not in (2, 3) or min(axes) < 1:
        raise UserError(f"image_shape: expected (h, w) or (h, w, c), found {image_shape!r}")
    return (axes[0], axes[1], axes[2] if len(axes) == 3 else 1)


def _some(rows: NDArray[np.float32], count: int) -> Tensor:
    """Some evenly spaced rows."""
    return torch.from_numpy(rows[np.linspace(0, len(rows) - 1, min(count, len(rows))).astype(int)])


def _known(
    decoder: Any, encoder: Any, z: NDArray[np.float32], pictures: GivenImages | None, wanted: Wanted
) -> ExploredModel:
    """The model for known latents."""
    decodes = find_decoder(decoder, _some(z, _SAMPLE), wanted)
    if encoder is None:
        return ExploredModel(decodes, None)
    few = torch.from_numpy(z[:_FEW])
    x = decodes(few.flatten(1)).clamp(0, 1) if pictures is None else pictures.batch(0, len(few))
    form = None if pictures is None else pictures.form
    encodes, _ = find_encoder(encoder, x, form, _span(decodes, wanted), _flat(decodes), few)
    return ExploredModel(decodes, encodes)


def _encoded(
    decoder: Any, encoder: Any, pictures: GivenImages | None, wanted: Wanted
) -> tuple[ExploredModel, NDArray[np.float32]]:
    """The model, and the latents of the images."""
    if pictures is None or encoder is None:
        missing = "images=" if pictures is None else "encoder="
        raise UserError(f"explore needs latents=, or both an encoder and images to make them of: pass {missing}")
    x, lenient = pictures.batch(0, _FEW), replace(wanted, activation=wanted.activation or "clip")

    def decode(z: Tensor) -> Tensor:
        given_latents(z)  # whose checks hold here too
        return _flat(find_decoder(decoder, z.float().cpu(), lenient))(z)

    encodes, z = find_encoder(encoder, x, pictures.form, wanted.span, decode, None)
    model = ExploredModel(find_decoder(decoder, z.float().cpu(), wanted), encodes)
    return model, given_latents(encode_all(model, pictures))


def _flat(decoder: ExploredDecoder) -> Callable[[Tensor], Tensor]:
    return lambda z: decoder(z.float().flatten(1))


def _span(decoder: ExploredDecoder, wanted: Wanted) -> Span:
    """Black and white in the encoder's input: as in the decoder's output, unless that is integers."""
    return (0.0, 1.0) if decoder.form.whole else wanted.span


def _name_of(thing: Any) -> str:
    owner = module_of(thing) or getattr(thing, "__self__", None) or thing
    name = getattr(owner, "__name__", type(owner).__name__)
    return "model" if name in ("<lambda>", "function", "module") else str(name)


def _named(name: str) -> str:
    """A valid name for a folder."""
    return re.sub(r"[^\w .()+=,-]", "_", str(name)).strip(" .")[:_NAME].strip() or "model"
