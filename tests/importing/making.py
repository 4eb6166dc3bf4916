"""Models of other programs, as small as can be: made on the spot, each as its own program writes it."""

import json
import zipfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import save_file

from latent_explorer.nets.registry import build
from latent_explorer.nets.spec import NetSpec

SIDE, DIM = 8, 2
SPEC = NetSpec(family="ae", trunk="dense", image_shape=(SIDE, SIDE, 1), latent_dim=DIM, hidden=(24, 16))
CONV = NetSpec(family="vae", trunk="conv", image_shape=(16, 16, 3), latent_dim=3, hidden=(4, 8))


def greys(path: Path, count: int = 90, side: int = SIDE, channels: int = 1) -> Path:
    """Images of three classes in an .npz: dark, grey and light, with a gradient whose direction differs."""
    draw = np.random.default_rng(0)
    labels = np.arange(count) % 3
    ramp = np.linspace(0, 60, side)
    images = 40 + 70 * labels[:, None, None] + np.where(draw.random((count, 1, 1)) > 0.5, ramp, ramp[:, None])
    colours = np.repeat(images[..., None], channels, 3) + draw.normal(0, 3, (count, side, side, channels))
    np.savez(path, images=colours.clip(0, 255).astype(np.uint8), labels=labels, class_names=["dark", "grey", "light"])
    return path


def principal(images: Path) -> tuple[np.ndarray, np.ndarray]:
    """The middle (p,) and the first axes (DIM, p) of images in [0, 1], by which a model can encode and decode them."""
    x = np.load(images)["images"].reshape(-1, SIDE * SIDE).astype(np.float32) / 255
    middle = x.mean(0)
    return middle, np.linalg.svd(x - middle, full_matrices=False)[2][:DIM].astype(np.float32)


def linear_graph(
    weight: np.ndarray,
    bias: np.ndarray,
    sizes: tuple[tuple[object, ...], tuple[object, ...]],
    *,
    after: tuple[str, ...] = (),
    kind: int = TensorProto.FLOAT,
    scale: float = 1.0,
    shift: float = 0.0,
) -> onnx.ModelProto:
    """y = (flat x @ weight + bias) * scale + shift, with the sizes of input and output. after: operators on the end."""
    dtype = helper.tensor_dtype_to_np_dtype(kind)
    constants = {
        "w": weight.astype(dtype) * scale,
        "b": bias.astype(dtype) * scale + shift,
        "flat": np.array([0, weight.shape[0]], np.int64),
        "out": np.array([0, *sizes[1][1:]], np.int64),
    }
    nodes = [
        helper.make_node("Reshape", ["x", "flat"], ["rows"]),
        helper.make_node("Gemm", ["rows", "w", "b"], ["y0"]),
        *(helper.make_node(name, [f"y{n}"], [f"y{n + 1}"]) for n, name in enumerate(after)),
        helper.make_node("Reshape", [f"y{len(after)}", "out"], ["y"]),
    ]
    graph = helper.make_graph(
        nodes,
        "linear",
        [helper.make_tensor_value_info("x", kind, sizes[0])],
        [helper.make_tensor_value_info("y", kind, sizes[1])],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def onnx_pair(folder: Path, images: Path, *, batch: object = "n", **others: object) -> tuple[Path, Path]:
    """A decoder and an encoder by principal components."""
    middle, axes = principal(images)
    decoder = linear_graph(axes, middle, ((batch, DIM), (batch, 1, SIDE, SIDE)), **others)
    encoder = linear_graph(axes.T, -middle @ axes.T, ((batch, 1, SIDE, SIDE), (batch, DIM)))
    paths = folder / "d.onnx", folder / "e.onnx"
    for path, model in zip(paths, (decoder, encoder), strict=True):
        onnx.save(model, path)
    return paths


def onnx_folder(folder: Path) -> Path:
    """Convolutions as diffusers exports an autoencoder: latents (4, h / 2, w / 2), pictures in [-1, 1], any size."""
    draw = np.random.default_rng(0)
    sides = {
        "vae_encoder": (
            "Conv",
            draw.normal(0, 0.3, (4, 3, 2, 2)),
            {"strides": [2, 2]},
            ("sample", "latent_sample"),
            3,
            4,
        ),
        "vae_decoder": (
            "ConvTranspose",
            draw.normal(0, 0.3, (4, 3, 2, 2)),
            {"strides": [2, 2]},
            ("latent_sample", "sample"),
            4,
            3,
        ),
    }
    for name, (operator, weight, options, (given, made), before, after) in sides.items():
        ports = [
            helper.make_tensor_value_info(port, TensorProto.FLOAT, ("batch", count, "height", "width"))
            for port, count in ((given, before), (made, after))
        ]
        last = (
            [helper.make_node("Tanh", ["y"], [made])] if after == 3 else [helper.make_node("Identity", ["y"], [made])]
        )
        nodes = [helper.make_node(operator, [given, "w"], ["y"], **options), *last]
        initial = [numpy_helper.from_array(weight.astype(np.float32), "w")]
        graph = helper.make_graph(nodes, name, ports[:1], ports[1:], initial)
        (folder / name).mkdir(parents=True)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
        onnx.save(model, folder / name / "model.onnx")
    return folder


def diffusers_folder(folder: Path, kind: str) -> Path:
    """A tiny random autoencoder of diffusers, saved by diffusers."""
    import diffusers

    torch.manual_seed(0)
    if kind == "AutoencoderKL":
        module = diffusers.AutoencoderKL(
            block_out_channels=(8, 8), layers_per_block=1, norm_num_groups=4, latent_channels=2, sample_size=16,
            down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2,
        )  # fmt: skip
    else:
        module = diffusers.AutoencoderTiny(
            encoder_block_out_channels=(8, 8), decoder_block_out_channels=(8, 8), num_encoder_blocks=(1, 1),
            num_decoder_blocks=(1, 1), latent_channels=2, upsampling_scaling_factor=2,
        )  # fmt: skip
    module.save_pretrained(folder)
    return folder


def network(spec: NetSpec = SPEC) -> torch.nn.Module:
    """An untrained network of ours whose pictures differ from place to place."""
    torch.manual_seed(1)
    return build(spec)


def lightning(path: Path, spec: NetSpec = SPEC) -> Path:
    """A checkpoint as Lightning writes it, its network called model, compiled."""
    weights = {f"model._orig_mod.{name}": tensor for name, tensor in network(spec).state_dict().items()}
    kept = {
        "epoch": 3, "global_step": 99, "pytorch-lightning_version": "2.4.0", "state_dict": weights,
        "hyper_parameters": {"lr": 1e-3}, "optimizer_states": [], "loops": {},
    }  # fmt: skip
    torch.save(kept, path)
    return path


def safetensors_weights(path: Path, spec: NetSpec = SPEC) -> Path:
    """Weights alone, by a data-parallel run."""
    save_file({f"module.{name}": tensor for name, tensor in network(spec).state_dict().items()}, path)
    return path


class Bomb:
    """Unpickled, it would write a file."""

    def __init__(self, sentinel: Path) -> None:
        self.sentinel = sentinel

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.write_text, (self.sentinel, "boom")


def malicious(folder: Path, sentinel: Path) -> dict[str, Path]:
    """A pickle, a checkpoint with one in it, a TorchScript archive and a zip that leads out of its folder."""
    import pickle

    bomb = pickle.dumps(Bomb(sentinel))
    (folder / "model.pkl").write_bytes(bomb)
    (folder / "renamed.onnx").write_bytes(bomb)
    torch.save({"state_dict": {"w": torch.zeros(2)}, "extra": Bomb(sentinel)}, folder / "bomb.ckpt")
    torch.jit.script(torch.nn.Linear(2, 2)).save(str(folder / "scripted.pt"))
    slip = folder / "slip.pt"
    with zipfile.ZipFile(slip, "w") as archive:
        archive.writestr("archive/data.pkl", bomb)
        archive.writestr(f"../{sentinel.name}", "boom")
    names = ("model.pkl", "renamed.onnx", "bomb.ckpt", "scripted.pt", "slip.pt")
    return {name: folder / name for name in names}


def as_json(text: str) -> dict[str, object]:
    """The object that a command printed."""
    return dict(json.loads(text[text.index("{") : text.rindex("}") + 1]))
