"""The one door to every dataset."""

import re
from dataclasses import replace
from pathlib import Path

from latent_explorer.data.arrays import has_arrays, read_array_folder, read_npy, read_npz
from latent_explorer.data.dataset import Dataset, Facts
from latent_explorer.data.download import Progress
from latent_explorer.data.files import SUFFIXES, ImageFile, files_of_folder, files_of_zip, layout_of
from latent_explorer.data.named import DATASETS, open_named
from latent_explorer.data.pictures import Size, resized, stack
from latent_explorer.errors import DataError
from latent_explorer.places import data_folder


def _known() -> str:
    return f"expected a folder, a zip, an .npz, an .npy, or one of {', '.join(DATASETS)}"


def open_dataset(source: str | Path, *, resize: Size | None = None, progress: Progress | None = None) -> Dataset:
    """The dataset named or found at `source`.

    source: one of
    - `mnist`, which ships; `fashion-mnist`, `kmnist`, `cifar10`, downloaded once; `cifar10-jpeg`, which is in the
      person's own folder of datasets if anywhere; or `name:folder` for a copy at hand
      (laid out as torchvision does, or the files themselves in the folder);
    - a folder `class/image`, or `train/class/image` and `test/class/image`, or a zip of one; without train and test,
      about one image in seven, by the hash of its name, is a test image; in colour if any image is;
    - a folder of arrays, `images-*.npy`, which are read as they are needed and may be larger than memory; see
      `arrays`;
    - an `.npz` with images and optionally labels, class_names and split, or an `.npy` of images.
    A trailing `@HxW` asks for a size like `resize` does. `Dataset.source` is such a text, absolute where it is a path.

    resize: (h, w) to stretch every image to; without it, images of different sizes are refused.
    progress: called with how much is done and how much there is (images, or bytes of a download); what it raises
    cancels. Raises DataError, or UserError when a download cannot be kept.
    """
    place, asked = split_size(str(source))
    resize = resize if resize is not None else asked
    if resize is not None and not all(1 <= side <= 4096 for side in resize):
        raise DataError(f"expected a size (h, w) of 1 to 4096 pixels each, found {resize}")
    name, _, root = place.partition(":")
    if name in DATASETS:
        absolute = _absolute(root) if root else None
        dataset, place = open_named(name, absolute, progress), f"{name}:{absolute}" if absolute else name
    else:
        path = _absolute(place)
        dataset, place = _open_path(path, resize, progress), str(path)
    if resize is None:
        return replace(dataset, source=place)
    return replace(dataset, images=resized(dataset.images, resize), source=f"{place}@{resize[0]}x{resize[1]}")


def known_facts(source: str) -> Facts | None:
    """Those of a dataset that is opened by its name alone, as `open_dataset` would, without opening it.

    None where only opening tells, or tells why it cannot be opened.
    """
    name, size = split_size(source)
    known = DATASETS.get(name)
    if known is None or known.facts is None:
        return None
    shape = known.facts.image_shape if size is None else (*size, known.facts.image_shape[2])
    return replace(known.facts, image_shape=shape, at_hand=known.is_here(data_folder()))


def split_size(source: str) -> tuple[str, Size | None]:
    """A source without its trailing `@HxW`, and that size; None where there is none."""
    match = re.fullmatch(r"(.+)@(\d{1,5})x(\d{1,5})", source)
    if match is None or _absolute(source).exists():
        return source, None
    return match[1], (int(match[2]), int(match[3]))


def _absolute(place: str) -> Path:
    if not place:
        raise DataError(f"no dataset '': {_known()}")
    try:
        path = Path(place).expanduser().resolve()
        path.exists()  # fails on a name that is too long
    except (OSError, RuntimeError, ValueError) as error:
        raise DataError(f"no dataset {place[:200]!r}: {error}; {_known()}") from error
    return path


def _open_path(path: Path, resize: Size | None, progress: Progress | None) -> Dataset:
    if path.is_dir() and has_arrays(path):
        return read_array_folder(path)
    if path.is_dir():
        return _of_files(path, files_of_folder(path), resize, progress)
    if not path.is_file():
        raise DataError(f"no dataset {str(path)!r}: {_known()}")
    match path.suffix.lower():
        case ".npz":
            return read_npz(path)
        case ".npy":
            return read_npy(path)
        case ".zip":
            with files_of_zip(path) as files:
                return _of_files(path, files, resize, progress)
        case other:
            found = f"a file ending in {other or 'nothing'}"
            raise DataError(f"{path}: expected a folder, .zip, .npz or .npy, found {found}")


def _of_files(path: Path, files: list[ImageFile], resize: Size | None, progress: Progress | None) -> Dataset:
    if not files:
        raise DataError(f"{path}: expected images ({', '.join(sorted(SUFFIXES))}), found none")
    layout = layout_of([file.name for file in files], str(path))
    images = stack(files, resize, progress)
    return Dataset(path.name if path.is_dir() else path.stem, images, layout.labels, layout.class_names, layout.split)
