"""A chart, a field and a family for Latent Explorer. Torch comes in with the network alone, when one is built."""

import numpy as np

from latent_explorer.charts import ChartInput, ChartKind, LinearChart, Parameter
from latent_explorer.fields import Field
from latent_explorer.nets.families import Family, Loss


def random_plane(data: ChartInput) -> LinearChart:
    """The plane through the middle of the data along two directions drawn at random."""
    drawn = np.random.default_rng(int(data.parameters["seed"])).standard_normal((data.means.shape[1], 2))
    return LinearChart(data.name, data.means.mean(0), np.linalg.qr(drawn)[0].T, ("one direction", "another"))


RANDOM = ChartKind(
    name="random",
    title="Random plane",
    sentence="A plane in two random directions through the middle of the data.",
    make=random_plane,
    parameters=(Parameter("seed", "which one", 0.0, kind="whole", low=0, high=1e6),),
)
RADIUS = Field(
    name="radius",
    title="Radius",
    sentence="How far a place is from the origin, where the prior is densest.",
    evaluate=lambda at, z: np.linalg.norm(z, axis=1),
    unit="latent units",
)
ABSOLUTE = Family(
    name="absolute",
    label="Absolute-error autoencoder",
    title="An autoencoder of absolute errors",
    sentence="As the autoencoder, but outliers among the pixels count less.",
    network="latent_explorer_example.network:AbsoluteAutoencoder",
    losses=(Loss("loss", "absolute error"),),
)
