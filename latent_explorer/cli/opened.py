"""A bundle opened for decoding in a command."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from latent_explorer.cli.failure import complain
from latent_explorer.cli.options import numbers
from latent_explorer.errors import UserError
from latent_explorer.places import find_bundle

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from latent_explorer.nets.spec import NetSpec

_BATCH = 1024


@dataclass(frozen=True, eq=False)
class OpenModel:
    """A bundle's model as used by the engine.

    decodes: whether it makes pictures. decode: pictures uint8 (n, h, w, c) of latents float32 (n, d), bit-identical to
    those that the window exports. walk: the latents (frames, d) of a paths.Path, as in the window.
    """

    folder: Path
    name: str
    net: "NetSpec"
    decodes: bool
    decode: "Callable[[NDArray[np.float32]], NDArray[np.uint8]]"
    walk: "Callable[[Any], NDArray[np.float32]]"

    def latent(self, text: str, option: str) -> "NDArray[np.float32]":
        """Parse a latent (d,). Raises UserError if it is not one of this model."""
        import numpy as np

        values = numbers(text, option)
        if len(values) != self.net.latent_dim:
            raise UserError(
                f"{option} {text}: {self.name} has {self.net.latent_dim} latent dimensions, found {len(values)} numbers"
            )
        with np.errstate(over="ignore"):  # values that are too large become infinite, which decoding refuses
            return np.array(values, np.float32)


def seen_through(bundle: Any, chart: str | None) -> Any:
    """An OpenBundle with the chart of --chart, which is fitted now if necessary.

    Raises UserError if there is no such chart, or it does not suit the bundle.
    """
    from latent_explorer.charts import ChartSpec
    from latent_explorer.session.fitting import fit_chart

    if chart is None:
        return bundle
    spec, shown = ChartSpec.of(chart), 0
    try:
        for report in fit_chart(bundle, spec):
            if report.share >= (shown + 1) / 10:
                shown = int(report.share * 10)
                complain(f"fitting {spec.kind}: {shown * 10} %")
        return bundle.with_chart(spec)
    except UserError as error:
        raise UserError(f"--chart {chart}: {error}") from error


def label_of(config: Any, text: str | None) -> int:
    """Parse --label, the number or name of a class of a BundleConfig; 0 for None. Raises UserError."""
    names: tuple[str, ...] = config.dataset.class_names[: config.net.classes]
    if text is None:
        return 0
    if not names:
        raise UserError(f"--label {text}: {config.name} is given no class; leave it out")
    if text in names:
        return names.index(text)
    if text.isdecimal() and int(text) < len(names):
        return int(text)
    raise UserError(f"--label {text}: expected 0 to {len(names) - 1}, or one of {', '.join(names)}")


def open_model(name_or_path: str, label: str | None = None) -> OpenModel:
    """Open a bundle for decoding. Raises UserError if there is none, or it is broken.

    label: the text of --label.
    """
    from latent_explorer.bundles import read_config
    from latent_explorer.engine.decoder import Decoder, choose_device
    from latent_explorer.runtime.loading import load_bundle_model

    folder = find_bundle(name_or_path)
    config = read_config(folder)
    under = label_of(config, label)
    model = load_bundle_model(folder, config)
    model.label = under
    decoder = Decoder(model, choose_device())

    def decode(z: "NDArray[np.float32]") -> "NDArray[np.uint8]":
        import numpy as np

        parts = range(0, len(z), _BATCH)
        return np.concatenate([decoder.repeatable(z[start : start + _BATCH]) for start in parts])

    def walk(path: Any) -> "NDArray[np.float32]":
        from latent_explorer.bundles import read_latents
        from latent_explorer.engine.walker import Walker
        from latent_explorer.paths import path_latents

        if not path.needs_model:
            return path_latents(path)
        return Walker(config, read_latents(folder, config), decoder, label=under).walk(path).latents

    return OpenModel(folder, config.name, config.net, config.decodes, decode, walk)
