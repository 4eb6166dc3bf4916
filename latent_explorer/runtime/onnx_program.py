"""ONNX models by onnxruntime: only the graph is run, in this process, and no operator library is ever loaded."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from latent_explorer.bundles import ProgramRecord
from latent_explorer.bundles.files import PICTURE
from latent_explorer.errors import BundleError, UserError
from latent_explorer.nets.foreign import ForeignModel, Function
from latent_explorer.nets.model import LatentModel
from latent_explorer.nets.spec import NetSpec
from latent_explorer.runtime.extras import extra
from latent_explorer.runtime.onnx_file import check_onnx
from latent_explorer.runtime.pictures import PictureForm

_TYPES = {"tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(double)": np.float64}
_MEANS = ("mean", "mu", "loc")  # how the output of a VAE's encoder is called that is its mean
_MOST_AT_ONCE = 1024
_QUIET = 4  # only what ends the process is written to the standard error
Sizes = tuple[int | None, ...]


@dataclass(frozen=True)
class Port:
    """An input or output of a graph. sizes: of its dimensions, None where any is allowed."""

    name: str
    kind: str
    sizes: Sizes

    def __str__(self) -> str:
        kind = self.kind.removeprefix("tensor(").removesuffix(")")
        return f"{self.name[:40]}: {kind} ({', '.join('?' if size is None else str(size) for size in self.sizes)})"


class OnnxGraph:
    """An ONNX model with one input and one chosen output.

    name: of its file, for messages. output: which one; None for the one called mean or mu, else the first.
    Raises UserError if onnxruntime is missing, or the model cannot be run.
    """

    def __init__(self, content: bytes, name: str, output: str | None = None) -> None:
        self.name = name
        if check_onnx(content, name):
            raise UserError(
                f"{name}: keeps arrays in other files, which are not read from a bundle: import the model again"
            )
        self._session = _session(content, name)
        inputs, outputs = (
            [Port(each.name, each.type, _sizes(each.shape)) for each in ports]
            for ports in (self._session.get_inputs(), self._session.get_outputs())
        )
        if len(inputs) != 1:
            found = "; ".join(map(str, inputs[:4])) or "none"
            raise UserError(f"{name}: expected a model with one input, found {found}")
        self.input, self.output = _checked(inputs[0], name), _checked(_wanted(outputs, output, name), name)
        self.outputs = tuple(outputs)

    @property
    def batch(self) -> int | None:
        """The batch size of the model; None if it takes any."""
        return self.input.sizes[0]

    def run(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """The model's output (n, ...) for (n, ...). Raises UserError if it fails, MemoryError if memory runs out."""
        size = min(self.batch or _MOST_AT_ONCE, _MOST_AT_ONCE) if len(x) else 1
        parts = [self._run(x[start : start + size]) for start in range(0, max(1, len(x)), size)]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _run(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        lacking = (self.batch or len(x)) - len(x)  # of a model that always takes so many
        given = np.concatenate([x, np.repeat(x[-1:], lacking, 0)]) if lacking > 0 and len(x) else x
        given = np.ascontiguousarray(given, _TYPES[self.input.kind])
        try:
            (made,) = self._session.run([self.output.name], {self.input.name: given})
        except Exception as error:  # onnxruntime's own are no kind of each other
            if "allocate" in str(error) or "alloc" in type(error).__name__.lower():
                raise MemoryError(f"{self.name}: {_first_line(error)}") from error
            raise UserError(f"{self.name}: onnxruntime could not run it: {_first_line(error)}") from error
        if made.ndim < 2 or len(made) != len(given) or made[0].size > PICTURE:
            raise UserError(
                f"{self.name}: gave an array {made.shape} of {len(given)} inputs: expected as many outputs, each of at "
                f"most {PICTURE:,} values"
            )
        return np.asarray(made[: len(x)], np.float32)


def load_onnx(files: Mapping[str, bytes], spec: NetSpec, record: ProgramRecord) -> LatentModel:
    """A decoder, an encoder or both as a model."""
    decode = encode = None
    for name, there in (("decoder.onnx", record.decodes), ("encoder.onnx", record.encodes)):
        if there != (name in files):
            raise BundleError(f"expected {name} where the configuration says so, and only there")
    if record.decodes:
        graph = OnnxGraph(files["decoder.onnx"], "decoder.onnx", _text(record, "decoder_output"))
        decode = decoding(graph, record, spec)
    if record.encodes:
        graph = OnnxGraph(files["encoder.onnx"], "encoder.onnx", _text(record, "encoder_output"))
        encode = encoding(graph, record, spec)
    return ForeignModel(spec, decode, encode)


def decoding(graph: OnnxGraph, record: ProgramRecord, spec: NetSpec) -> Function:
    """The pictures (n, c, h, w) in [0, 1] of latents (n, d)."""
    form, shape = PictureForm.of(spec.image_shape, record, "decoder"), record.latent_shape

    def decode(z: Tensor) -> Tensor:
        made = graph.run(z.detach().cpu().numpy().reshape(len(z), *shape))
        return form.to_ours(torch.from_numpy(made)).to(z.device)

    return decode


def encoding(graph: OnnxGraph, record: ProgramRecord, spec: NetSpec) -> Function:
    """The latents (n, d) of images (n, c, h, w) in [0, 1]."""
    form, shape = PictureForm.of(spec.image_shape, record, "encoder"), record.latent_shape

    def encode(x: Tensor) -> Tensor:
        made = mean_of(graph.run(form.to_program(x.detach().cpu()).numpy()), shape)
        if made.shape[1:] != shape:
            raise UserError(f"{graph.name}: gave latents {made.shape[1:]}: expected {shape}")
        return torch.from_numpy(made.reshape(len(x), spec.latent_dim)).to(x.device)

    return encode


def mean_of(made: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """The mean, if an encoder gives the parameters of a Gaussian: the first half, before the log-variance."""
    twice = (2 * shape[0], *shape[1:])
    return made[:, : shape[0]] if made.shape[1:] == twice else made


def _text(record: ProgramRecord, name: str) -> str | None:
    value = record.options.get(name)
    return None if value is None else str(value)


def _session(content: bytes, name: str) -> Any:
    onnxruntime = extra("onnxruntime", "onnx")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    options.inter_op_num_threads = 1
    options.log_severity_level = _QUIET
    options.add_session_config_entry(
        "session.intra_op.allow_spinning", "0"
    )  # an idle thread leaves the window its core
    there = onnxruntime.get_available_providers()
    providers = [each for each in ("CUDAExecutionProvider", "CPUExecutionProvider") if each in there]
    try:
        return onnxruntime.InferenceSession(content, options, providers=providers)
    except Exception as error:  # onnxruntime's own are no kind of each other
        raise UserError(f"{name}: onnxruntime cannot load it: {_first_line(error)}") from error


def _sizes(shape: list[Any]) -> Sizes:
    return tuple(size if isinstance(size, int) and size > 0 else None for size in shape)


def _wanted(outputs: list[Port], name: str | None, where: str) -> Port:
    found = [each for each in outputs if each.name == name] if name is not None else outputs
    if not found:
        raise UserError(f"{where}: expected an output {name or ''}, found {', '.join(each.name for each in outputs)}")
    words = {each: each.name.lower().replace("/", "_").split("_") for each in found}
    return next((each for each in found if set(_MEANS) & set(words[each])), found[0])


def _checked(port: Port, where: str) -> Port:
    if port.kind not in _TYPES:
        raise UserError(f"{where}: expected numbers of the types float, float16 or double, found {port}")
    if len(port.sizes) < 2:
        raise UserError(f"{where}: expected an array of several, such as (batch, ...), found {port}")
    if math.prod(size or 1 for size in port.sizes[1:]) > PICTURE:
        raise UserError(f"{where}: expected at most {PICTURE:,} values each, found {port}")
    return port


def _first_line(error: BaseException) -> str:
    """The message of onnxruntime, without its codes and source lines."""
    text = " ".join(str(error).split())
    for mark in (" : ", "Error: "):
        text = text.rpartition(mark)[2] if len(text.rpartition(mark)[2]) > 20 else text
    return text[:300]
