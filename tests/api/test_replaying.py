"""What Python hands over is what the command is given."""

import numpy as np

from latent_explorer.api.replaying import arguments_of


def given(**options) -> list[str]:
    return arguments_of("filmstrip", "a.gif", start=[0.0, 1.0], end="1,1", **options)[6:-2]


def test_way_points_are_texts_one_latent_or_several():
    assert given(through=["0,2", "1,3"]) == ["--through", "0,2", "--through", "1,3"]
    assert given(through=[0, 2.5]) == ["--through", "0.0,2.5"]
    assert given(through=np.array([[0, 2], [1, 3]], np.float32)) == ["--through", "0.0,2.0", "--through", "1.0,3.0"]
    assert given(through=()) == []
    assert given(through=None, compare="straight") == ["--compare", "straight"]
