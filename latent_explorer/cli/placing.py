"""The command `place`: where a model puts one image of your own, or many, and how likely they are under it."""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer import Argument, Option

from latent_explorer.cli import options
from latent_explorer.cli.failure import complain
from latent_explorer.cli.opened import label_of
from latent_explorer.cli.output import report
from latent_explorer.cli.placing_many import ManyImages, are_many, place_many
from latent_explorer.errors import UserError
from latent_explorer.places import find_bundle
from latent_explorer.steps import finished

commands = typer.Typer()
_NAMED = 3  # classes that are described in words


@commands.command(
    epilog=options.examples(
        "latent-explorer place mnist-vae-2d digit.png",
        "latent-explorer place mnist-ae-16d photo.jpg --without invert --json",
        "latent-explorer place mnist-ae-16d my-digits --out placed.csv",
        "latent-explorer place mnist-ae-16d mnist --split test --most 100 --search --json",
    )
)
def place(
    model: Annotated[str, Argument(metavar="MODEL", help="Name of a shipped bundle, or the folder of a bundle.")],
    images: Annotated[
        list[str], Argument(metavar="IMAGE...", help="Picture (PNG, JPEG, ...), several, a folder, or a dataset.")
    ],
    without: Annotated[
        list[str] | None, Option(metavar="STEP", help="One picture: step of preparation to leave out; may be repeated.")
    ] = None,
    prepare: Annotated[
        str, Option(metavar="WHICH", help="Of many, which to prepare: others (of another size), all, or none.")
    ] = "others",
    search: Annotated[
        bool, Option("--search", help="Optimise each latent, from where the encoder puts it if there is one.")
    ] = False,
    split: Annotated[
        str | None, Option(metavar="NAME", help="Of a dataset: only its train, test or val split.")
    ] = None,
    most: Annotated[
        int, Option(min=1, max=10_000, help="Of many images, only the first ones, at most this many.")
    ] = 10_000,
    out: Annotated[
        Path | None, Option(metavar="FILE", help="Write names, latents, errors and scores: .npz, .safetensors, .csv.")
    ] = None,
    overwrite: options.Overwrite = False,
    label: options.Label = None,
    as_json: options.AsJson = False,
) -> None:
    """Place one image of your own on a model's map, or many.

    The image is prepared like those of the model's dataset: inverted, cut out, scaled and centred, if that is typical
    of them. Prints its latent, the error of its reconstruction, its nearest images, their classes, and how likely it is
    compared with held-out images. For many, and with --search or --out: their latents, errors and scores, above 1 if
    the model should not be trusted with an image; unreadable ones are named and left out. With --search also the errors
    by the encoder alone and of the best of 2,048 of the data's latents.
    """
    from latent_explorer.bundles import read_config
    from latent_explorer.data.one_picture import read_picture
    from latent_explorer.engine.model_service import ModelService

    folder = find_bundle(model)
    config = read_config(folder)
    if are_many(images) or search or out is not None:
        asked = ManyImages(tuple(images), prepare, search, split, most, out, overwrite)
        place_many(folder, label_of(config, label), asked, as_json)
        return
    image = Path(images[0])
    picture = read_picture(image)
    for note in picture.notes:
        complain(f"{image.name}: {note}")
    service = ModelService(lambda: None, run=lambda task: task())
    service.open_bundle(folder, label_of(config, label))
    service.index_dataset()
    told = _placed(service, picture.image, tuple(without or ()))
    report({"model": config.name, "image": str(image), **told}, _in_words(config.name, told), as_json)


def _placed(service: Any, image: Any, without: tuple[str, ...]) -> dict[str, Any]:
    """The ModelService's results for an image, by the same functions that the window uses. Raises UserError."""
    from latent_explorer.data.preparing import prepared, steps_of
    from latent_explorer.engine.own_image import encoded, judged, usual_images

    usual = finished(usual_images(service))
    steps = [step.name for step in steps_of(usual)]
    if unknown := [name for name in without if name not in steps]:
        raise UserError(f"--without {unknown[0]}: {service.config.name} has the steps {', '.join(steps)}")
    made = prepared(image, usual, without)
    found = encoded(service, made.image)
    if not len(found.z):
        raise UserError(f"{service.config.name}: {found.lacking}")
    near, verdict, likely = finished(judged(service, found.z, found.error, made.image))
    names = service.config.dataset.class_names
    data = service.field_input(with_data=False).data
    of_image = near.indices >= data.images_from  # draws from the prior are not reported
    numbers, distances = near.indices[of_image], near.distances[of_image]
    classes = [{} if data.label is None else {"class": names[data.label[number]]} for number in numbers]
    told = zip(data.images(numbers).tolist(), distances.tolist(), classes, strict=True)
    neighbours = [{"image": image, "distance": far, **of_class} for image, far, of_class in told]
    return {
        "steps": steps,
        "done": list(made.done),
        "latent": found.z.tolist(),
        "error": found.error if found.picture.size else None,
        "neighbours": neighbours,
        "classes": dict(zip(names, near.shares.tolist(), strict=False)),
        "trust": verdict.word,
        "score": likely.score,
        "percentile": likely.percentile,
        "error_percentile": likely.of_error,
        "distance_percentile": likely.of_distance,
        "likelihood_percentile": likely.of_likelihood,
        "held_out": likely.count,
        "sentence": likely.sentence,
    }


def _in_words(model: str, told: dict[str, Any]) -> str:
    shares = sorted(told["classes"].items(), key=lambda each: -each[1])
    classes = ", ".join(f"{name} {share:.0%}" for name, share in shares[:_NAMED] if share)
    error = "" if told["error"] is None else f"\nreconstruction error (MSE): {told['error']:.4f}"
    numbers = ", ".join(f"{value:.4g}" for value in told["latent"])
    done = ", ".join(told["done"]) or "nothing"
    return (
        f"{told['sentence']}\nclasses of the nearest images: {classes or 'not known'}\n"
        f"nearest images: {', '.join(str(each['image']) for each in told['neighbours'])}{error}\n"
        f"prepared as the data of {model}: {done} was done\nlatent: {numbers}"
    )
