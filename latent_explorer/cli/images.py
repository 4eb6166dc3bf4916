"""The options --images and --images-anyway: the location of a bundle's images."""

from pathlib import Path
from typing import Annotated, Any

from typer import Option

from latent_explorer.cli.window import ANYWAY
from latent_explorer.errors import UserError

Images = Annotated[
    str | None,
    Option("--images", metavar="PATH", help="Where the images are that the bundle was trained on: a folder or file."),
]
Anyway = Annotated[bool, Option(ANYWAY, help="Use them even if they are not the same images, however badly they fit.")]


def images_at(folder: Path, path: str, anyway: bool) -> Any:
    """Open the Dataset at a path as that of the bundle in `folder`.

    anyway: accept other images. Otherwise they raise a UserError that says how well they fit. Also raises UserError if
    they cannot be read or cannot be its images.
    """
    from latent_explorer.bundles import read_config, read_latents
    from latent_explorer.engine.image_fit import UNCHECKED, image_fit
    from latent_explorer.engine.model_service import ModelService
    from latent_explorer.engine.originals import read_images

    config = read_config(folder)
    try:
        found = read_images(config, path)
    except UserError as error:
        raise UserError(f"--images {path}: {error}") from error
    if anyway or found.fingerprint == config.dataset.fingerprint:
        return found
    doubt = UNCHECKED
    if config.encodes:
        service = ModelService(lambda: None)
        service.open_bundle(folder)
        steps = image_fit(service, read_latents(folder, config), found)
        doubt = next(fit for fit in steps if fit is not None).sentences()
    raise UserError(
        f"--images {path}: these are not the images that {config.name} was trained on. {' '.join(doubt.split())} "
        f"Add {ANYWAY} to use them anyway"
    )
