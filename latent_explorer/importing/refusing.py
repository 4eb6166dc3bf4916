"""What is not read, why, and what to do instead: files that contain code, and those of unknown kind."""

from latent_explorer.errors import UserError

EXPLORE = "latent_explorer.explore(decoder=..., latents=...) in the Python program that has the model"
EXPORT = (
    "torch.onnx.export(decoder, (latents[:1],), 'decoder.onnx', dynamo=True, external_data=False, "
    "dynamic_shapes=({0: 'n'},))"
)
_WAY_OUT = f"Call {EXPLORE}, or export it as ONNX with {EXPORT}, and import that"
_CODE = "would be run by whoever reads it"

REASONS = {
    "pickle": f"a Python pickle, which can hold any code, and that {_CODE}",
    "torchscript": f"a TorchScript archive, which holds code, and that {_CODE}",
    "pt2": f"a program exported by torch.export (.pt2), which holds code, and that {_CODE}",
    "keras": "a model of Keras",
    "tensorflow": "a model of TensorFlow",
    "gguf": "a GGUF file",
}


class RefusedError(UserError):
    """A file that is not read, with advice."""


def refusal(name: str, kind: str) -> RefusedError:
    """The refusal of a file of one of these kinds."""
    return RefusedError(f"{name} is {REASONS[kind]}: it is not read. {_WAY_OUT}")


def unknown(name: str, found: str) -> RefusedError:
    """The refusal of a file of unknown kind, or without a model."""
    return RefusedError(
        f"{name}: expected an ONNX model, a folder of diffusers, safetensors, a checkpoint (.ckpt, .pt, .pth) or "
        f"latents (.npy, .npz), found {found}. {_WAY_OUT}"
    )


def unknown_weights(name: str, expected: str, found: str) -> RefusedError:
    """The refusal of weights that fit no known network."""
    return RefusedError(
        f"{name} holds the weights of a network that is not known here: expected {expected}; found {found}. {_WAY_OUT}"
    )
