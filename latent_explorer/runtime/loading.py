"""The only place where the model of a bundle is loaded."""

from pathlib import Path

from latent_explorer.bundles import BundleConfig, read_config, read_program, read_weights
from latent_explorer.errors import BundleError
from latent_explorer.nets.model import LatentModel
from latent_explorer.nets.weights import load_model


def load_bundle_model(folder: Path, config: BundleConfig | None = None) -> LatentModel:
    """The model of the bundle in `folder`, on the CPU, in evaluation mode.

    config: of that bundle; read from the folder if None.
    Raises BundleError if a file is missing, damaged, or does not fit, UserError if what runs it is not installed.
    """
    config = config or read_config(folder)
    if config.program is None:
        model = load_model(config.net, read_weights(folder, config))
        if model.encodes != config.encodes:
            raise BundleError(
                f"{folder}: expected inverts in its configuration where the weights have an encoder, and only there; "
                "fetch or train this bundle again"
            )
        return model
    from latent_explorer.runtime.formats import load_program  # networks of ours do without

    return load_program(read_program(folder, config), config.net, config.program)
