"""The parts under the export dialog: sizes told before they are written, arrays that can be cancelled."""

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from latent_explorer.errors import Cancelled
from latent_explorer.export import (
    FORMATS,
    ContactSheet,
    LatentTable,
    Options,
    PathArrays,
    Provenance,
    formats_of,
    sheet_shape,
    side_by_side,
)
from latent_explorer.gui.exports.choices import Choices, remember, remembered
from latent_explorer.gui.exports.draft import bytes_words, drafted, extent
from latent_explorer.gui.exports.maker import Order
from latent_explorer.gui.exports.worker import Watch
from latent_explorer.gui.settings import Settings

MANY = {"picture": (), "grid": (3, 2), "filmstrip": (5,), "film": (5,), "map": (), "sheet": (7,)}
CAPTION = "Seven pictures of noise"
OPTIONS = st.builds(
    Options,
    scale=st.integers(1, 4),
    gap=st.integers(0, 3),
    per_row=st.none() | st.integers(1, 7),
    ping_pong=st.booleans(),
    style=st.sampled_from(["crisp", "smooth"]),
)
TABLE = LatentTable(
    mean=np.random.default_rng(0).normal(size=(5000, 2)).astype(np.float32),
    label=np.arange(5000) % 2,
    class_names=("a", "b"),
)


def order(known, options=None) -> Order:
    noise = np.random.default_rng(1).integers(0, 256, (*MANY[known.kind], 6, 4, 3), np.uint8)
    content = ContactSheet(noise, 3, CAPTION) if known.kind == "sheet" else noise
    if known.key == "npz":
        content = PathArrays(np.zeros((len(noise), 2), np.float32), noise)
    return Order(known, content, options or Options(), Provenance("model"))


def shape_of(content, options):
    """As the dialog is told of it."""
    if isinstance(content, ContactSheet):
        return sheet_shape(content.pictures.shape, content.columns, content.caption, options)
    return content.shape


@pytest.mark.parametrize(
    "known",
    [each for each in FORMATS if each.suffix in (".png", ".gif", ".webp") and each.kind not in ("film", "style grid")],
    ids=lambda known: known.title,
)
@given(options=OPTIONS)
def test_the_extent_that_is_told_is_that_of_the_file(known, options):
    made = order(known, options)
    told = extent(known, shape_of(made.content, options), options)
    with tempfile.TemporaryDirectory() as folder:
        file = made.write(Path(folder, "x" + known.suffix), overwrite=False, watch=Watch())
        with Image.open(file) as image:
            assert (image.width, image.height, getattr(image, "n_frames", 1)) == (told.width, told.height, told.count)


@pytest.mark.parametrize("known", formats_of("filmstrip"), ids=lambda known: known.key)
def test_a_draft_of_something_small_is_the_file(known, tmp_path):
    made = order(known)
    draft = drafted(made, Watch())
    file = made.write(tmp_path / ("x" + known.suffix), overwrite=False, watch=Watch())
    size = sum(each.stat().st_size for each in (file.iterdir() if file.is_dir() else [file]))
    assert (draft.bytes, draft.exact) == (size, True)
    if known.key == "npz":
        assert draft.table[1:] == (("latents", "5 × 2", "float32"), ("pictures", "5 × 6 × 4 × 3", "uint8"))
        return
    assert len(draft.frames) == extent(known, made.content.shape, made.options).count


@pytest.mark.parametrize("across", [False, True])
@pytest.mark.parametrize(
    "known", [known for known in formats_of("filmstrip") if known.key in ("strip", "webp", "frames")]
)
@given(options=OPTIONS)
def test_the_extent_of_pairs_that_is_told_is_that_of_the_file(known, across, options):
    rows = np.random.default_rng(1).integers(0, 256, (2, 5, 6, 4, 3), np.uint8)
    made = Order(known, side_by_side(*rows, across=across), options, Provenance("model"))
    told = extent(known, made.content.shape, options)
    with tempfile.TemporaryDirectory() as folder:
        file = made.write(Path(folder, "x" + known.suffix), overwrite=False, watch=Watch())
        files = sorted(file.iterdir()) if file.is_dir() else [file]
        with Image.open(files[0]) as image:
            count = len(files) if len(files) > 1 else getattr(image, "n_frames", 1)
            assert (image.width, image.height) == (told.width, told.height)
            assert count == (told.count if known.key != "frames" else 5)
        draft = drafted(made, Watch())
        assert (draft.bytes, draft.exact) == (sum(each.stat().st_size for each in files), True)


def test_a_draft_of_something_large_is_lighter_and_says_about():
    known = next(known for known in FORMATS if known.key == "gif")
    frames = np.random.default_rng(2).integers(0, 256, (60, 28, 28, 1), np.uint8)
    draft = drafted(Order(known, frames, Options(scale=32), Provenance("model")), Watch())
    assert not draft.exact
    assert sum(image.width() * image.height() for image, _ in draft.frames) <= 2_000_000


@pytest.mark.parametrize("known", formats_of("latents"), ids=lambda known: known.key)
def test_a_tables_size_is_estimated_from_a_part(known, tmp_path):
    made = Order(known, TABLE, Options(), Provenance("model"))
    file = made.write(tmp_path / ("x" + known.suffix), overwrite=False, watch=Watch())
    draft = drafted(made, Watch())
    assert draft.bytes == pytest.approx(file.stat().st_size, rel=0.1)
    assert draft.table


@pytest.mark.parametrize("known", formats_of("filmstrip"), ids=lambda known: known.key)
def test_watching_changes_no_byte(known, tmp_path):
    made = order(known, Options(scale=2))
    watched = made.write(tmp_path / ("a" + known.suffix), overwrite=False, watch=Watch())
    plain = known.write(tmp_path / ("b" + known.suffix), made.content, made.options, provenance=made.provenance)
    for one, other in [(watched, plain)] if watched.is_file() else zip(*map(_sorted, (watched, plain)), strict=True):
        assert one.read_bytes() == other.read_bytes()


class _Impatient(Watch):
    """Cancels itself halfway."""

    def check(self) -> None:
        if self.fraction >= 0.4:
            self.cancel()
        super().check()


@pytest.mark.parametrize("key", ["gif", "webp", "mp4", "frames", "csv"])
def test_what_is_cancelled_halfway_leaves_nothing(key, tmp_path):
    known = next(known for known in FORMATS if known.key == key)
    made = Order(known, TABLE, Options(), Provenance("model")) if key == "csv" else order(known)
    with pytest.raises(Cancelled):
        made.write(tmp_path / ("x" + known.suffix), overwrite=False, watch=_Impatient())
    assert not list(tmp_path.iterdir())


def test_rows_of_a_table_are_of_all_its_columns():
    part = TABLE.rows(TABLE.label == 1)
    np.testing.assert_array_equal(part.mean, TABLE.mean[1::2])
    assert part.label.tolist() == [1] * 2500
    assert part.error is None


@given(scale=st.integers(1, 64), rows=st.integers(0, 1024), seconds=st.floats(0.02, 60), ping_pong=st.booleans())
def test_choices_are_remembered_as_they_were(scale, rows, seconds, ping_pong):
    choices = Choices("gif", scale=scale, rows=rows, seconds=seconds, ping_pong=ping_pong)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(Path(folder, "settings.json"))
        remember(settings, "filmstrip", choices)
        settings.save()
        again = Settings(Path(folder, "settings.json"))
        assert remembered(again, "filmstrip", Choices("strip")) == choices
        assert remembered(again, "grid", Choices("png")) == Choices("png")


@pytest.mark.parametrize("choices", [Choices("bmp"), Choices("png", scale=65)])
def test_choices_that_do_not_hold_are_not_taken(choices, tmp_path):
    settings, default = Settings(tmp_path / "settings.json"), replace(Choices("png"), scale=7)
    settings.put(choices, "picture")
    assert remembered(settings, "picture", default) == default


def test_sizes_in_words():
    words = [bytes_words(count, exact=True) for count in (12, 1_234, 56_789, 3_400_000, 7.2e9)]
    assert words == ["12 bytes", "1.2 KB", "57 KB", "3.4 MB", "7.2 GB"]
    assert bytes_words(999.9, exact=False) == "about 1000 bytes"


def _sorted(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())
