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
    """Open a window on a model of yours, which stays in this process: `h = explore(decoder=f, latents=z)`.

    decoder: from latents to pictures, over torch tensors or numpy arrays: an `nn.Module`, a method, a lambda. Pictures
    are (n, c, h, w), (n, h, w, c), (n, h, w) or (n, h*w), of 1 or 3 channels.
    latents: (n, ...), finite, of at most 4,096 numbers each; the decoder gets them in this shape. If None, `encoder`
    makes them of `images`: means where it gives distributions.
    model: instead of `decoder` and `encoder`: something with `.decode` and `.encode`, `.decoder` and `.encoder`, or
    scikit-learn's `.inverse_transform` and `.transform`.
    images: of the latents, one for each: (n, h, w), (n, h, w, c), (n, c, h, w) or (n, h*w), whole numbers or fractions.
    labels: a class for each latent, whole numbers or texts. class_names: of the numbers 0, 1, 2, ..., in order.
    value_range: what is black and what is white in what the decoder gives and the encoder takes.
    activation: done to what the decoder gives: "sigmoid" to logits, "tanh", or "clip" to cut off what is beyond
    value_range though it is much. image_shape: (h, w) or (h, w, c) of flat pictures that are not square.
    chart: as for `latent-explorer --chart`, such as "slice:across=3,up=7"; None for the usual one.
    name: what the window calls the model. block: whether to wait until the window is closed: in a script, whose end
    would close it. Ctrl-C then closes it and raises KeyboardInterrupt.

    Returns an `Exploration`: `.selection`, `.probe`, `.pins`, `.path` as numpy arrays, `.show(latents)`, `.wait()`,
    `.close()`; as a context manager it closes the window at the end. The decoder is called in a thread of this process,
    without gradients, and is never put into another mode: call `model.eval()` first.

    Raises UserError, before a window opens, where something does not fit, with what was found and what to pass.
    """
    from latent_explorer.exploring.opening import Given, open_exploration

    given = Given(
        model, images, decoder, latents, encoder, labels, class_names, value_range, activation, image_shape, chart, name
    )
    return open_exploration(given, block=block)
