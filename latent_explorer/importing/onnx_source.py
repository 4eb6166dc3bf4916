"""ONNX: a decoder, an encoder or both, as files or as diffusers' folders of them."""

from functools import partial
from pathlib import Path

import msgspec
import numpy as np
import torch
from torch import Tensor

from latent_explorer.bundles import ProgramRecord
from latent_explorer.errors import UserError
from latent_explorer.importing.kinds import beside, read_file
from latent_explorer.importing.protocol import AUTOMATIC, RANGES
from latent_explorer.importing.ranges import chosen_range
from latent_explorer.importing.refusing import unknown
from latent_explorer.importing.source import Data, Made, Source, check_finite, flat_latents, foreign_spec
from latent_explorer.nets.foreign import ForeignModel
from latent_explorer.runtime.onnx_file import check_onnx, inlined
from latent_explorer.runtime.onnx_program import OnnxGraph, Sizes, decoding, encoding
from latent_explorer.runtime.pictures import image_shape_of, layout_of

_USUAL_LATENT = 8  # height and width to try a decoder with that takes any and where nothing else says


class OnnxSource(Source):
    """A decoder and an encoder, each an ONNX file; at least one of them.

    usual_range: the default one; AUTOMATIC to find it. Raises UserError if one cannot be run.
    """

    def __init__(self, decoder: Path | None, encoder: Path | None, usual_range: str = AUTOMATIC) -> None:
        self._usual_range = usual_range
        self.program: dict[str, bytes] = {}
        self.decoder = self._graph(decoder, "decoder.onnx")
        self.encoder = self._graph(encoder, "encoder.onnx")
        self.decodes, self.encodes = self.decoder is not None, self.encoder is not None
        there = [word for word, graph in (("decoder", self.decoder), ("encoder", self.encoder)) if graph is not None]
        self.words = f"an ONNX {' and '.join(there)}"
        graphs = ((word, getattr(self, word)) for word in there)
        self.lines = tuple(f"{word}: {graph.input} → {graph.output}" for word, graph in graphs)

    def _graph(self, path: Path | None, kept_as: str) -> OnnxGraph | None:
        if path is None:
            return None
        found = read_file(path)
        if found.kind != "onnx":
            raise unknown(found.name, f"{'an array' if found.kind[:2] == 'np' else 'a checkpoint'}, not an ONNX model")
        content, name = found.content, found.name
        if check_onnx(content, name):
            content = inlined(content, name, partial(beside, path))
        graph = OnnxGraph(content, name)
        self.program[kept_as] = content
        return graph

    def made(self, data: Data, value_range: str) -> Made:
        """Runs the graphs on some images or latents, to find shapes and range."""
        shape = self._latent_shape(data)
        record = ProgramRecord(
            format="onnx", latent_shape=shape, encodes=self.encodes, decodes=self.decodes, options=self._outputs()
        )
        value_range = self._usual_range if value_range == AUTOMATIC else value_range
        forms = _Forms(self, data, record)
        record = forms.record
        if self.decodes:
            name = chosen_range(value_range, forms.trial, data.images)
            record = _in_range(record, name)
        elif value_range in RANGES:
            record = _in_range(record, value_range)
        model = forms.model(record)
        if self.encodes and data.images is not None:
            check_finite(model.encode(data.images).mean, "the encoder")
        return Made(model, record, program=self.program, words=_words(record))

    def _outputs(self) -> dict[str, str | float]:
        graphs = {"decoder": self.decoder, "encoder": self.encoder}
        return {f"{name}_output": graph.output.name for name, graph in graphs.items() if graph is not None}

    def _latent_shape(self, data: Data) -> tuple[int, ...]:
        """The input shape of the decoder, if known; else that of the given latents, or of the encoder's output."""
        if self.decoder is not None and (known := _known(self.decoder.input.sizes[1:])):
            return known
        if data.latents is not None:
            given = data.latents.values.shape[1:]
            sizes = None if self.decoder is None else self.decoder.input.sizes[1:]
            if sizes is None or len(sizes) == len(given):
                return given
        if self.encoder is not None and data.images is not None:
            sizes, images = self.encoder.input.sizes[1:], data.images[:1]
            found = layout_of(sizes, data.shape_of_images(None, ""))
            if found is None:
                raise _other_images("encoder", sizes, data)
            made = self.encoder.run(_laid_out(images, *found).numpy())
            twice = self.decoder is not None and self.decoder.input.sizes[1] not in (None, made.shape[1])
            return (made.shape[1] // 2, *made.shape[2:]) if twice else made.shape[1:]
        raise UserError(f"{self.words} does not say of what shape its latents are: pass --latents")


class _Forms:
    """The layouts of a model's pictures, found by running it, and models of it with different ranges.

    record: with the layouts.
    """

    def __init__(self, source: OnnxSource, data: Data, record: ProgramRecord) -> None:
        self.source, self.data, self.record = source, data, record
        sides: dict[str, Sizes] = {}
        if source.decoder is not None:
            sides["decoder"] = self._decoded_sizes()
        if source.encoder is not None:
            sides["encoder"] = source.encoder.input.sizes[1:]
        found: dict[str, tuple[str, int]] = {}
        for side, sizes in sides.items():
            layout = layout_of(sizes, self.shape)
            if layout is None:
                raise _other_images(side, sizes, data)
            found[side] = layout
        channels = {count for _, count in found.values()}
        if len(channels) > 1:
            raise UserError(
                "the encoder's images and the decoder's pictures differ in their channels: expected the same"
            )
        layouts = {f"{side}_layout": layout for side, (layout, _) in found.items()}
        more = {"channels": count} if (count := channels.pop()) != self.shape[2] else {}
        self.record = msgspec.structs.replace(record, options={**record.options, **layouts, **more})

    @property
    def shape(self) -> tuple[int, int, int]:
        """(h, w, c) of the images."""
        sizes = self._decoded_sizes() if self.source.decoder is not None else ()
        return self.data.shape_of_images(image_shape_of(sizes), self.source.words)

    def _decoded_sizes(self) -> Sizes:
        assert self.source.decoder is not None
        z = np.zeros((1, *self.record.latent_shape), np.float32)
        return tuple(self.source.decoder.run(z).shape[1:])

    def model(self, record: ProgramRecord) -> ForeignModel:
        spec, source = foreign_spec(self.shape, record.latent_shape), self.source
        decode = None if source.decoder is None else decoding(source.decoder, record, spec)
        encode = None if source.encoder is None else encoding(source.encoder, record, spec)
        return ForeignModel(spec, decode, encode)

    def trial(self, name: str) -> tuple[Tensor, Tensor]:
        """The decoder's output for some latents, raw and as pictures."""
        record = _in_range(self.record, name)
        model, source = self.model(record), self.source
        if self.data.latents is not None:
            z = torch.from_numpy(flat_latents(self.data.latents, record.latent_shape)[self.data.sample])
        elif self.data.images is not None and source.encoder is not None:
            z = model.encode(self.data.images).mean
            check_finite(z, "the encoder")
        else:
            raise UserError(f"{source.words}: pass --latents, or an encoder and --images")
        assert source.decoder is not None
        raw = source.decoder.run(z.numpy().reshape(len(z), *record.latent_shape))
        return torch.from_numpy(raw), model.decode(z)


def _in_range(record: ProgramRecord, name: str) -> ProgramRecord:
    """The record with another range, one of RANGES."""
    options = {key: value for key, value in record.options.items() if key != "activation"}
    if name == "logits":
        options["activation"] = "sigmoid"
    return msgspec.structs.replace(record, value_range=RANGES[name], options=options)


def _known(sizes: Sizes) -> tuple[int, ...]:
    """The sizes if all are known, else none."""
    known = tuple(size for size in sizes if size is not None)
    return known if len(known) == len(sizes) else ()


def _laid_out(images: Tensor, layout: str, channels: int) -> Tensor:
    x = images.expand(-1, channels, -1, -1)
    if layout == "nhwc":
        x = x.permute(0, 2, 3, 1)
    return (x.flatten(1) if layout == "flat" else x[:, 0] if layout == "nhw" else x).contiguous()


def _other_images(side: str, sizes: Sizes, data: Data) -> UserError:
    assert data.dataset is not None
    height, width, channels = data.dataset.image_shape
    found = "x".join("?" if size is None else str(size) for size in sizes)
    verb = "makes pictures" if side == "decoder" else "takes images"
    place = data.dataset.source.partition("@")[0] or "SOURCE"
    likely = image_shape_of(sizes)
    stretch = f"; --images {place}@{likely[0]}x{likely[1]} stretches them" if likely and likely[2] == channels else ""
    return UserError(
        f"--images: the {side} {verb} of {found}, and the images of {data.dataset.name} are {height}x{width} with "
        f"{'one channel' if channels == 1 else f'{channels} channels'}{stretch}"
    )


def _words(record: ProgramRecord) -> tuple[str, ...]:
    layouts = (
        f"{side} {record.options[key]}"
        for side in ("decoder", "encoder")
        if (key := f"{side}_layout") in record.options
    )
    low, high = record.value_range
    scale = (
        "logits, to which a sigmoid is applied"
        if "activation" in record.options
        else f"values from {low:g} to {high:g}"
    )
    return (f"Its pictures are {scale}; layout: {', '.join(layouts)}.",) if record.decodes else ()


def is_onnx_folder(folder: Path) -> bool:
    """Whether a folder has an encoder and a decoder as exported by diffusers."""
    return (folder / "vae_decoder" / "model.onnx").is_file()


def onnx_folder(folder: Path) -> OnnxSource:
    """The decoder of such a folder, and its encoder if there is one; diffusers' pictures are in [-1, 1]."""
    encoder = folder / "vae_encoder" / "model.onnx"
    return OnnxSource(folder / "vae_decoder" / "model.onnx", encoder if encoder.is_file() else None, "-1,1")
