"""`place` with many images: prints or writes their latents, errors and scores."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from latent_explorer.cli import options
from latent_explorer.cli.output import Display, report
from latent_explorer.errors import UserError


@dataclass(frozen=True)
class ManyImages:
    """The request; see the options of `place`."""

    sources: tuple[str, ...]
    prepare: Any = "others"  # one of `engine.image_sets.PREPARES`, after checking
    search: bool = False
    split: Any = None  # one of `data.SPLITS`, after checking
    most: int = 10_000
    out: Path | None = None
    overwrite: bool = False


def are_many(sources: Sequence[str]) -> bool:
    """Whether these are more than one picture: several files, a folder, or a dataset by name or file."""
    from latent_explorer.data.gathering import is_picture

    return len(sources) > 1 or not is_picture(Path(sources[0]))


def place_many(folder: Path, label: int, asked: ManyImages, as_json: bool) -> None:
    """Place images by the same functions that the window uses, and report. Raises UserError."""
    from latent_explorer.data.dataset import SPLITS
    from latent_explorer.engine.image_sets import PREPARES
    from latent_explorer.engine.model_service import ModelService
    from latent_explorer.export import find_format

    if asked.prepare not in PREPARES:
        raise UserError(f"--prepare {asked.prepare}: expected one of {', '.join(PREPARES)}")
    if asked.split is not None and asked.split not in SPLITS:
        raise UserError(f"--split {asked.split}: expected one of {', '.join(SPLITS)}")
    known = None if asked.out is None else find_format("latents", asked.out)
    options.refuse_taken([] if asked.out is None else [asked.out], asked.overwrite)
    service = ModelService(lambda: None, run=lambda task: task())
    service.open_bundle(folder, label)
    service.index_dataset()
    name, notes, parts = _placed(service, asked)
    table, told = _table(parts, service.config.net.latent_dim), _told(service.config.name, parts, notes)
    if known is not None:
        from latent_explorer.export import Provenance

        whence = Provenance(service.config.name, extra={"images": f"own images: {name}"})
        known.write(asked.out, table, provenance=whence, overwrite=asked.overwrite)
        told["file"] = str(asked.out)
    elif as_json:
        told |= {"names": list(table.names), "latents": table.mean.tolist(), "scores": table.score.tolist()}
        told |= {} if table.error is None else {"errors": table.error.tolist()}
    report(told, _in_words(told), as_json)


def _placed(service: Any, asked: ManyImages) -> tuple[str, tuple[str, ...], list[Any]]:
    """The set's name, notes on unreadable images, and its PlacedImages; shows a progress bar."""
    from latent_explorer.engine.image_sets import SetOfImages, placed
    from latent_explorer.service.codec import path_to_text

    name, notes = "", tuple[str, ...]()
    parts: list[Any] = []
    sources = [path_to_text(source) for source in asked.sources]
    with Display() as display:
        for found in placed(
            service, sources, asked.prepare, search=asked.search, most=asked.most, split=asked.split, hurry=True
        ):  # fmt: skip
            if isinstance(found, SetOfImages):
                name, notes = found.name, found.notes
            elif found is not None:
                parts.append(found)
                display.show("placing", found.done, found.of)
    return name, notes, parts


def _table(parts: Sequence[Any], dimensions: int) -> Any:
    """The LatentTable of PlacedImages; their groups are its classes. Raises UserError if none was placed."""
    import numpy as np

    from latent_explorer.export import LatentTable

    names = tuple(name for part in parts for name in part.names)
    if not names:
        why = next((f": {name}: {why}" for part in parts for name, why in part.rejected), "")
        raise UserError(f"none of the images could be placed{why}")
    groups = [group for part in parts for group in part.groups]
    classes = tuple(sorted(set(groups))) if any(groups) else ()
    number = {name: place for place, name in enumerate(classes)}
    error = np.concatenate([part.error for part in parts])
    return LatentTable(
        np.concatenate([part.z for part in parts]).reshape(-1, dimensions),
        label=np.array([number[group] for group in groups], np.int64) if classes else None,
        error=None if np.isnan(error).any() else error,
        class_names=classes,
        score=np.concatenate([part.score for part in parts]),
        names=names,
    )


def _told(model: str, parts: Sequence[Any], notes: Sequence[str]) -> dict[str, Any]:
    """The figures of PlacedImages; mean squared errors, None if unknown."""
    import numpy as np

    def mean(name: str) -> float | None:
        values = np.concatenate([getattr(part, name) for part in parts])
        return float(values.mean()) if len(values) and np.isfinite(values).all() else None

    score = np.concatenate([part.score for part in parts])
    searched = {"mse_encoder": mean("encoded"), "mse_nearest": mean("nearest")} if mean("nearest") is not None else {}
    rejected = [{"image": name, "why": why} for part in parts for name, why in part.rejected]
    return {
        "model": model,
        "images": len(score),
        "mse": mean("error"),
        **searched,
        "outside": int((score > 1).sum()),
        "rejected": rejected,
        "notes": list(notes),
    }


def _in_words(told: dict[str, Any]) -> str:
    error = "" if told["mse"] is None else f", MSE {told['mse']:.5f}"
    lines = [f"{told['images']:,} images placed by {told['model']}{error}; {told['outside']:,} are outside of the data"]
    if "mse_nearest" in told:
        alone = "there is none" if told["mse_encoder"] is None else f"{told['mse_encoder']:.5f}"
        lines.append(f"by the encoder alone: {alone}; the best of the data's latents: {told['mse_nearest']:.5f}")
    lines += [f"not placed: {each['image']}: {each['why']}" for each in told["rejected"]]
    lines += [f"note: {note}" for note in told["notes"]]
    return "\n".join([*lines, *([f"written to {told['file']}"] if "file" in told else [])])
