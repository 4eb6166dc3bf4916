"""The expected error of the pictures on a chart's map, learned from images of the bundle."""

from collections.abc import Callable, Generator, Iterator

import numpy as np
from numpy.typing import NDArray

from latent_explorer.analysis import ExpectedError, Look, MappedImages, MeasuredImages, coding
from latent_explorer.bundles.latents import of_images
from latent_explorer.fields.calibration import Slices
from latent_explorer.fields.field import FieldInput
from latent_explorer.fields.seen_map import Expectation, SeenMap, pixels

_MEASURED = 4_000
Learning = Generator[None, None, ExpectedError]


def _at_once(learn: Callable[[], ExpectedError]) -> Learning:
    yield None
    return learn()


def expectation(
    known: FieldInput,
    seen: SeenMap,
    slices: Slices,
    without: NDArray[np.int64] | None = None,
    aside: Callable[[Callable[[], ExpectedError]], Learning] = _at_once,
) -> Iterator[Expectation | None]:
    """Measure images of the bundle at their places on a map, and learn from them; yields None for each slice of work.

    Their pictures are compared with those of their own latents, and these with the images as far as that is known.
    without: images that must not be used, because they will judge the result. aside: runs work that takes long and
    cannot be cut into slices, while the caller does other things.
    """
    data = known.data
    among = of_images(data.split)
    if without is not None:
        among = np.setdiff1d(among, without)
    error = None if data.error is None else data.error[among]
    images = MappedImages(seen.uv[among], data.mean[among], seen.shown[among], error)
    numbers = np.random.default_rng(0).permutation(len(among))[:_MEASURED]
    code: list[NDArray[np.float32]] = []

    def look(some: NDArray[np.int64]) -> NDArray[np.float32]:
        own, shown = (known.measure(pixels, z[some]) for z in (images.z, images.shown))
        if not code:
            code.append(coding(own.shape[1]))
        seen_as = Look.of(shown, code[0])
        figures = np.stack([np.square(own - shown).mean(1), seen_as.bright, seen_as.grey], axis=1)
        return np.concatenate([figures, seen_as.codes, own @ code[0]], axis=1)

    found = []
    for _, part in slices(numbers, look):
        found.append(part)
        yield None
    (astray, bright, grey), rest = np.split((rows := np.concatenate(found))[:, :3].T, 3), rows[:, 3:]
    shown, own = np.split(rest, 2, axis=1)
    total = astray[0] + (0 if error is None else error[numbers])
    measured = MeasuredImages(numbers, total, own, Look(shown, bright[0], grey[0]))
    expected = yield from aside(lambda: ExpectedError(images, measured))
    yield Expectation(expected, code[0])
