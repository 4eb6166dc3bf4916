"""The one door to every dataset."""

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from latent_explorer.data.arrays import has_arrays, has_shards, read_loose_arrays, read_npy, read_npz, read_shards
from latent_explorer.data.cifar import BINARY, PYTHON
from latent_explorer.data.content import suffixes, what_is
from latent_explorer.data.dataset import Dataset, Facts
from latent_explorer.data.download import Progress
from latent_explorer.data.files import (
    Bounds,
    Found,
    ImageFile,
    files_of_folder,
    files_of_zip,
    is_of_the_system,
    kind_of,
    opened_file,
    read_image,
)
from latent_explorer.data.idx import is_idx
from latent_explorer.data.layout import layout_of
from latent_explorer.data.named import DATASETS, open_named, size_of
from latent_explorer.data.pictures import Pages, Size, resized, stack
from latent_explorer.data.report import shown
from latent_explorer.data.splits import BY_HASH, hashed_split
from latent_explorer.errors import DataError
from latent_explorer.places import data_folder
from latent_explorer.safe_text import readable

FORMS = (
    ("mnist", "Ships with the program."),
    (
        "fashion-mnist, kmnist, cifar10",
        "Downloaded once with --download; NAME:FOLDER if you have the files.",
    ),
    ("FOLDER, FILE.zip", "CLASS/image, train/CLASS/image beside test or val, CLASS/train/image, or images alone."),
    ("FILE.npz, FOLDER", "Arrays (.npy) called images and labels, or x_train, y_train, x_test, y_test, and the like."),
    ("FILE.npy", "Images (n, h, w), (n, h, w, c), (n, c, h, w) or (n, h * w), of any usual type and range."),
    ("FOLDER", "images-00000.npy and so on, with labels-00000.npy beside, which may be larger than memory."),
    ("PICTURE", "One image."),
    ("...@28x28", "After a dataset: every image is stretched to height x width."),
    ("...@pages, ...@first", "For files of several pages (TIFF, GIF): each page is an image, or only the first."),
)
"""The supported sources, for the help of commands."""

_ADVICE = {
    (".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar"): "unpack it and name the folder",
    (".mat", ".h5", ".hdf5", ".pkl", ".pickle", ".pt", ".pth", ".parquet", ".csv", ".tfrecord", ".arrow"): (
        "write its images with numpy.savez('images.npz', images=..., labels=...) and name that file"
    ),
}


@dataclass(frozen=True)
class SourceOptions:
    """The options after a source. size: to stretch every image to. pages: what is read of a file with several
    pictures."""

    size: Size | None = None
    pages: Pages = "one"

    def __str__(self) -> str:
        pages = {"one": "", "all": "@pages", "first": "@first"}[self.pages]
        return pages if self.size is None else f"{pages}@{self.size[0]}x{self.size[1]}"


def _known() -> str:
    return f"expected a folder, a zip, an .npz, an .npy, a picture, or one of {', '.join(DATASETS)}"


def open_dataset(
    source: str | Path,
    *,
    resize: Size | None = None,
    progress: Progress | None = None,
    download: bool = False,
    bounds: Bounds | None = None,
) -> Dataset:
    """The dataset named or found at `source`.

    source: one of
    - `mnist`, which is included; `fashion-mnist`, `kmnist`, `cifar10`, downloaded once; `cifar10-jpeg`, from the user's
      own folder of datasets; or `name:folder` for a local copy (in torchvision's layout, or the files themselves);
    - a folder of images, or a zip of one, whose folders name classes and splits, see `layout_of`; without a test split,
      about one image in seven, by the hash of its name, is a test image; in colour if any image is;
    - one picture;
    - a folder of arrays, `images-*.npy`, which are read on demand and may be larger than memory; see `arrays`;
    - an `.npz` or a folder of `.npy` with images and optional labels, class names and splits, see `array_roles` and
      `array_forms`; or an `.npy` of images.
    It may be followed by `@HxW`, a size as in `resize`, and by `@pages` or `@first`: each page of a file with several
    is an image, or only the first one. `Dataset.source` is such a text, absolute if it is a path.

    resize: (h, w) to stretch every image to; without it, images of different sizes are refused.
    progress: called with the amount done and the total (images, or bytes of a download); an exception from it cancels.
    download: consent to download what is missing; otherwise nothing is downloaded. bounds: the limits of a search
    through a folder for a known dataset.
    Raises DataError, or UserError if a download cannot be saved.
    """
    place, options = split_options(str(source))
    options = options if resize is None else replace(options, size=resize)
    if options.size is not None and not all(1 <= side <= 4096 for side in options.size):
        raise DataError(f"expected a size @HxW of 1 to 4096 pixels each, found {options.size[0]}x{options.size[1]}")
    name, _, root = place.partition(":")
    if name in DATASETS:
        absolute = _absolute(root) if root else None
        dataset = open_named(name, absolute, progress, download=download)
        place = f"{name}:{readable(str(absolute))}" if absolute else name
    else:
        path = _absolute(place)
        dataset, place = _open_path(path, options, progress, bounds or Bounds()), readable(str(path))
    if options.size is not None:
        dataset = replace(dataset, images=resized(dataset.images, options.size))
    return replace(dataset, source=f"{place}{options}")


def known_facts(source: str) -> Facts | None:
    """The facts of a dataset with a name, as `open_dataset` would find them, without opening it.

    None if only opening can tell, or can tell why it fails.
    """
    name, options = split_options(source)
    known = DATASETS.get(name)
    if known is None or known.facts is None:
        return None
    size, shape = options.size, known.facts.image_shape
    missing = known.missing(data_folder())
    download = size_of(missing) if missing else ""
    return replace(known.facts, image_shape=shape if size is None else (*size, shape[2]), download=download)


def split_options(source: str) -> tuple[str, SourceOptions]:
    """A source without its options, and these."""
    options = SourceOptions()
    while (match := re.fullmatch(r"(.+)@(?:(\d{1,5})[xX×](\d{1,5})|(pages|first))", source, re.DOTALL)) is not None:
        if _absolute(source).exists():
            break
        source = match[1]
        if match[4]:
            options = replace(options, pages="all" if match[4] == "pages" else "first")
        else:
            options = replace(options, size=(int(match[2]), int(match[3])))
    return source, options


def _absolute(place: str) -> Path:
    if not place:
        raise DataError(f"no dataset '': {_known()}")
    try:
        path = Path(place).expanduser().resolve()
        if not path.exists() and r"\x" in place:  # what `readable` has made of a name that is no text
            raw = re.sub(rb"\\x([0-9a-f]{2})", lambda match: bytes.fromhex(match[1].decode()), os.fsencode(place))
            path = Path(os.fsdecode(raw)).expanduser().resolve()
        path.exists()  # fails on a name that is too long
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a file name"
        raise DataError(f"no dataset '{shown(readable(place), 200)}': {reason}; {_known()}") from error
    return path


def _open_path(path: Path, options: SourceOptions, progress: Progress | None, bounds: Bounds) -> Dataset:
    where = readable(str(path))
    if is_of_the_system(path):
        raise DataError(f"{where}: expected a dataset, found a folder that shows the state of the system")
    if path.is_dir() and has_shards(path):
        return read_shards(path)
    if path.is_dir():
        found = files_of_folder(path, bounds)
        if 0 < len(found.files) < bounds.images and options.pages != "all":
            raise DataError(f"{where}: expected {bounds.images:,} images, found {len(found.files):,}")
        return (
            read_loose_arrays(path)
            if not found.files and has_arrays(path)
            else _of_files(path, found, options, progress)
        )
    if not path.is_file():
        there = f"{kind_of(path.stat().st_mode)} at {where}" if path.exists() else f"no dataset '{where}'"
        raise DataError(f"{there}: {_known()}")
    suffix = path.suffix.lower()
    if suffix in suffixes():
        file = ImageFile(readable(path.name), where, lambda: read_image(path))
        return _of_files(path, Found([file]), options, progress)
    match suffix:
        case ".npz":
            return read_npz(path)
        case ".npy":
            return read_npy(path)
        case ".zip":
            with files_of_zip(path) as found:
                return _of_files(path, found, options, progress)
    raise DataError(f"{where}: {_known()}; found {_other(path)}")


def _other(path: Path) -> str:
    """What a file that is not a dataset is, and what to do."""
    if is_idx(path.name):
        return f"an IDX file; write mnist:{readable(str(path.parent))}, the folder that it lies in"
    if path.parent.name in (BINARY, PYTHON):
        return f"a file of CIFAR-10; write cifar10:{readable(str(path.parent.parent))}"
    with opened_file(path) as (stream, _):
        what = what_is(stream.read(4096))
    advice = next((f"; {advice}" for endings, advice in _ADVICE.items() if path.suffix.lower() in endings), "")
    return f"a file ending in {path.suffix or 'nothing'}, {what}{advice}"


def _of_files(path: Path, found: Found, options: SourceOptions, progress: Progress | None) -> Dataset:
    where = readable(str(path))
    if not found.files:
        raise DataError(
            f"{where}: expected images (.png, .jpg, .tif, .webp and others), found none{_instead(path, found)}"
        )
    layout = layout_of([file.name for file in found.files], where)
    files = [found.files[number] for number in layout.kept.tolist()]
    images = stack(files, options.size, progress, options.pages)
    split, notes = layout.split, (*found.notes, *layout.notes, *images.notes)
    if split is None:
        named = layout.notes if any("held out" in note for note in layout.notes) else (BY_HASH,)
        notes = notes if named is layout.notes or len(files) == 1 else (*notes, *named)
        split = hashed_split(_page_names(files, images.pages))
    else:
        split = np.repeat(split, images.pages)
    labels = None if layout.labels is None else np.repeat(layout.labels, images.pages)
    name = readable(path.name if path.is_dir() else path.stem)
    passed_over = (*found.passed_over, *layout.passed_over)
    return Dataset(name, images.images, labels, layout.class_names, split, passed_over=passed_over, notes=notes)


def _page_names(files: list[ImageFile], pages: tuple[int, ...]) -> list[str]:
    return [
        file.name if count == 1 else f"{file.name}#{page}"
        for file, count in zip(files, pages, strict=True)
        for page in range(count)
    ]


def _instead(path: Path, found: Found) -> str:
    """What a folder or zip without images contains, and what to do with it."""
    names = [each.example for each in found.passed_over]
    here = readable(str(path))
    advice = ""
    if path.is_dir() and any(is_idx(child.name) for child in path.iterdir()):
        advice = f"; these are IDX files: write mnist:{here}"
    elif any(is_idx(name) for name in names):
        advice = (
            f"; these are IDX files: write mnist:{here}" if path.is_dir() else "; unpack it, and write mnist:FOLDER"
        )
    elif path.name in (BINARY, PYTHON):
        advice = f"; this is CIFAR-10: write cifar10:{readable(str(path.parent))}"
    elif path.is_dir() and any((path / name).is_dir() for name in (BINARY, PYTHON)):
        advice = f"; this is CIFAR-10: write cifar10:{here}"
    kinds = "; ".join(map(str, found.passed_over[:3]))
    return f"{f', but {kinds}' if kinds else ''}{advice}"
