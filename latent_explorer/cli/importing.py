"""The command `import`: makes a bundle from a model of another program."""

import shlex
from pathlib import Path
from typing import Annotated, Any

import typer
from typer import Argument, Option

from latent_explorer.cli.failure import INTERRUPTED, complain
from latent_explorer.cli.options import AsJson, DatasetCommand, Device, Download, Overwrite, examples
from latent_explorer.cli.output import Display, report
from latent_explorer.errors import UserError
from latent_explorer.waiting import wait_awake

commands = typer.Typer()


@commands.command(
    "import",
    cls=DatasetCommand,
    epilog=examples(
        "latent-explorer import --decoder d.onnx --encoder e.onnx --images mnist --out my-model",
        "latent-explorer import stable-diffusion/vae --images photos@128x128 --out my-vae",
        "latent-explorer import last.ckpt --images mnist --out my-run",
        "latent-explorer import --latents embeddings.npy --images photos --out my-embeddings",
    ),
)
def import_(
    out: Annotated[Path, Option(metavar="DIR", help="Folder of the new bundle.", show_default=False)],
    model: Annotated[
        Path | None,
        Argument(metavar="[MODEL]", help="A folder of diffusers, a checkpoint, safetensors, or an ONNX decoder."),
    ] = None,
    decoder: Annotated[Path | None, Option(metavar="FILE", help="ONNX decoder: latents to pictures.")] = None,
    encoder: Annotated[Path | None, Option(metavar="FILE", help="ONNX encoder: images to latents.")] = None,
    images: Annotated[str, Option(metavar="SOURCE", help="Images: a name or a path; see below.")] = "",
    latents: Annotated[
        Path | None, Option(metavar="FILE", help=".npy or .npz of latents, in the order of the images.")
    ] = None,
    labels: Annotated[
        Path | None, Option(metavar="FILE", help=".npy or .npz of labels, in place of those of the images.")
    ] = None,
    value_range: Annotated[
        str,
        Option(metavar="RANGE", help="Black and white in its pictures: 0,1, -1,1, 0,255, logits, or auto to try."),
    ] = "auto",
    family: Annotated[str, Option(help="Family of a checkpoint whose weights would fit several.")] = "",
    name: Annotated[str, Option(help="Name of the bundle. Default: that of its folder.")] = "",
    device: Device = "auto",
    download: Download = False,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Make a bundle from a model of another program.

    ONNX files run through onnxruntime (pip install 'latent-explorer[onnx]'), autoencoders of diffusers (AutoencoderKL,
    AutoencoderTiny) through diffusers ([diffusers]); a checkpoint or state_dict of a family of this program or of a
    plugin becomes an ordinary bundle. Without an encoder, pass the latents of the images; without a decoder as well,
    the map shows only the images. Files that contain code (pickles, TorchScript, .pt2) are refused: for those, call
    latent_explorer.explore in the program that has the model.
    """
    from latent_explorer.importing.protocol import ImportPlan

    wait_awake()
    plan = ImportPlan(
        model=model, decoder=_onnx(model, decoder), encoder=encoder, latents=latents, labels=labels, images=images,
        value_range=value_range, family=family, name=name, folder=out, device=device, overwrite=overwrite,
        download=download,
    )  # fmt: skip
    try:
        done = _imported(plan, told=not as_json)
    except KeyboardInterrupt:
        complain("interrupted; nothing was written")
        raise typer.Exit(INTERRUPTED) from None
    _tell(done, as_json)


def _imported(plan: Any, *, told: bool) -> Any:
    """Run an ImportPlan with a progress bar; returns Imported. told: whether to describe the model."""
    from latent_explorer.importing.making import import_model
    from latent_explorer.importing.protocol import Imported, Importing, Recognised

    done: Imported | None = None
    with Display(with_time_left=True) as display:
        for heard in import_model(plan):
            match heard:
                case Importing():
                    display.show(heard.doing, heard.done, heard.total)
                case Recognised() if told:
                    for line in (heard.words, *heard.lines):
                        display.say(line)
                case Imported():
                    done = heard
    assert done is not None
    return done


def _onnx(model: Path | None, decoder: Path | None) -> Path | None:
    if model is not None and decoder is not None:
        raise UserError(f"found a model, {model}, and --decoder: pass one of them")
    return decoder


def _tell(done: Any, as_json: bool) -> None:
    from latent_explorer.bundles import read_config

    config = read_config(done.folder)
    told = {
        "bundle": str(done.folder),
        "latent_dim": config.net.latent_dim,
        "image_shape": list(config.net.image_shape),
        "encodes": config.encodes,
        "decodes": config.decodes,
        "format": None if config.program is None else config.program.format,
        **config.metrics,
    }
    look = f"{done.folder}: look at it with\n  latent-explorer --model {shlex.quote(str(done.folder))}"
    report(told, look, as_json)
