"""Every kind of request is in the table, survives the way, and answers with what the table says."""

import importlib
import io
import pkgutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from latent_explorer.atlas import TileKey
from latent_explorer.bundles import read_latents
from latent_explorer.charts import ChartSpec, chart_for, identity_chart
from latent_explorer.engine import handlers
from latent_explorer.engine.client import Want
from latent_explorer.engine.handlers import ENGINE, HANDLERS
from latent_explorer.engine.handlers.average import want_average
from latent_explorer.engine.handlers.choose_styles import want_styles
from latent_explorer.engine.handlers.decode import want_pictures, want_tile
from latent_explorer.engine.handlers.describe import Describe
from latent_explorer.engine.handlers.evaluate import want_value_tile, want_values
from latent_explorer.engine.handlers.follow_direction import want_direction
from latent_explorer.engine.handlers.give_values import GiveValues
from latent_explorer.engine.handlers.hover import Hover, Picture
from latent_explorer.engine.handlers.judge_points import want_judged
from latent_explorer.engine.handlers.nearest import want_nearest
from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.handlers.originals import want_originals
from latent_explorer.engine.handlers.place_latents import PlaceLatents, want_places
from latent_explorer.engine.handlers.walk import Walk
from latent_explorer.engine.process import serve_inline
from latent_explorer.engine.protocol import Handler, Pictures, Values, Withdraw
from latent_explorer.engine.request_queue import Batch, Topic, Urgency
from latent_explorer.service.codec import Numbered, Refused, Unreadable

Z = np.random.default_rng(0).standard_normal((70, 2)).astype(np.float32)
CHART = identity_chart()
TILE = TileKey("picture", CHART.name, -1, 0, 0)
WANTS: list[Callable[[], Want]] = [
    lambda: want_pictures("a", Z),
    lambda: want_tile(TILE, CHART),
    lambda: want_values("a", "density", Z),
    lambda: want_value_tile(TileKey("veil", CHART.name, -1, 0, 0), CHART),
    lambda: want_nearest("a", Z),
    lambda: want_judged("a", CHART.name, np.arange(70)),
    lambda: want_originals("a", np.arange(50)),
    lambda: want_direction("a", Z[0], "principal 0"),
    lambda: want_average("a", np.arange(120) % 2 == 0),
    lambda: want_styles("a", 5, "spread"),
    lambda: want_places("a", Z, CHART.name),
]


def test_every_file_is_in_the_table() -> None:
    found: list[Handler] = []
    for each in pkgutil.iter_modules(handlers.__path__):
        module = importlib.import_module(f"{handlers.__name__}.{each.name}")
        found += [value for value in vars(module).values() if isinstance(value, Handler)]
    assert sorted(found, key=id) == sorted(HANDLERS.values(), key=id)


@pytest.mark.parametrize(
    "request_",
    [
        Open(1, "a folder"),
        Hover(2, Z[0]),
        Describe(3, Z[0]),
        Withdraw(4),
        GiveValues(5, "a", Z[:, 0].copy()),
        Walk(6, Z[:3]),
    ],
)
def test_requests_arrive_as_sent(request_: Numbered) -> None:
    arrived = ENGINE.requests.read(io.BytesIO(ENGINE.requests.encode(request_)))
    assert type(arrived) is type(request_)
    for name in request_.__struct_fields__:
        np.testing.assert_array_equal(getattr(arrived, name), getattr(request_, name))


@pytest.mark.parametrize("make", WANTS)
def test_a_batch_is_complete_when_all_its_replies_have_come_over_the_wire(
    small_bundle: Path, make: Callable[[], Want]
) -> None:
    want = make()
    batch, request = Batch(Topic("t", Urgency.VIEW), want), want.make(2)
    assert type(request) is want.kind
    sent = ENGINE.requests.read(io.BytesIO(ENGINE.requests.encode(request)))
    assert isinstance(sent, Numbered)
    replies = serve_inline([Open(1, str(small_bundle)), sent])[1:]
    done = []
    for reply in replies:
        assert type(reply) is HANDLERS[want.kind].reply
        arrived = ENGINE.replies.read(io.BytesIO(ENGINE.replies.encode(reply)))
        assert not isinstance(arrived, Unreadable | None)
        done.append(batch.take(arrived))
    assert done == [False] * (len(replies) - 1) + [True]
    assert batch.content is not None
    assert len(batch.content) == want.count


def test_latents_are_placed_where_the_chart_has_them(small_bundle: Path) -> None:
    chart = chart_for(read_latents(small_bundle).mean, ChartSpec.of("principal"))
    *pieces, refused = serve_inline(
        [Open(1, str(small_bundle)), PlaceLatents(2, Z, "principal"), PlaceLatents(3, Z, "none")]
    )[1:]
    assert all(isinstance(piece, Values) for piece in pieces)
    placed = np.concatenate([piece.content for piece in pieces if isinstance(piece, Values)])
    np.testing.assert_allclose(placed, chart.to_plane(Z), rtol=1e-5)
    assert isinstance(refused, Refused)
    assert "no chart called 'none'" in refused.reason


def test_a_tile_is_decoded_where_it_lies(small_bundle: Path) -> None:
    first = np.array([1, 15], np.float32)  # of a tile of side 16 at the origin, the picture at the top left
    asked = [Open(1, str(small_bundle)), Hover(2, first), want_tile(TILE, CHART).make(3)]
    _, picture, tile = serve_inline(asked)
    assert isinstance(picture, Picture)
    assert isinstance(tile, Pictures)
    assert np.abs(tile.content[0].astype(int) - picture.image).max() <= 1
