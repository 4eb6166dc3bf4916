"""`explore`: a window on any model, from a script, IPython or Jupyter."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from latent_explorer.exploring.exploration import Exploration


def explore(
    model: Any = None,
    images: Any = None,
    *,
    decoder: Any = None,
    latents: Any = None,
    encoder: Any = None,
    labels: Any = None,
    class_names: Sequence[str] | None = None,
    value_range: tuple[float, float] = (0, 1),
    activation: str | None = None,
    image_shape: Sequence[int] | None = None,
    chart: str | None = None,
    name: str | None = None,
    block: bool = False,
) -> "Exploration":
    """Open a window on your own model, which stays in this process: `h = explore(decoder=f, latents=z)`.

    decoder: from latents to pictures, over torch tensors or numpy arrays: an `nn.Module`, a method, a lambda. Pictures
    are (n, c, h, w), (n, h, w, c), (n, h, w) or (n, h*w), of 1 or 3 channels.
    latents: (n, ...), finite, at most 4,096 numbers each; the decoder gets them in this shape. If None, `encoder` makes
    them from `images`: the means if it gives distributions.
    model: instead of `decoder` and `encoder`: an object with `.decode` and `.encode`, `.decoder` and `.encoder`, or
    scikit-learn's `.inverse_transform` and `.transform`.
    images: one for each latent: (n, h, w), (n, h, w, c), (n, c, h, w) or (n, h*w), integers or floats.
    labels: a class for each latent, integers or strings. class_names: of the classes 0, 1, 2, ..., in order.
    value_range: black and white in the decoder's output and the encoder's input.
    activation: applied to the decoder's output: "sigmoid" for logits, "tanh", or "clip" to cut off values far beyond
    value_range. image_shape: (h, w) or (h, w, c) of flat pictures that are not square.
    chart: as for `latent-explorer --chart`, such as "slice:across=3,up=7"; None for the default.
    name: the model's name in the window. block: whether to wait until the window is closed, as in a script, whose end
    would close it. Ctrl-C then closes it and raises KeyboardInterrupt.

    Returns an `Exploration`: `.selection`, `.probe`, `.pins`, `.path` as numpy arrays, `.show(latents)`, `.wait()`,
    `.close()`; as a context manager it closes the window at the end. The decoder is called in a thread of this process,
    without gradients, and never switched to another mode: call `model.eval()` first.

    Raises UserError, before a window opens, if something does not fit, with what was found and what to pass.
    """
    from latent_explorer.exploring.opening import Given, open_exploration

    given = Given(
        model, images, decoder, latents, encoder, labels, class_names, value_range, activation, image_shape, chart, name
    )
    return open_exploration(given, block=block)
