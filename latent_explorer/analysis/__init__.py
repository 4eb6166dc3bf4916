"""Analysis: what the data say about places in latent space."""

from latent_explorer.analysis.expected_error import ExpectedError, Look, MappedImages, MeasuredImages, coding
from latent_explorer.analysis.neighbourhood import Neighbourhood, Surroundings
from latent_explorer.analysis.projection import Projection, WholeMap
from latent_explorer.analysis.trust import EDGE, INSIDE, OUTSIDE, HeldOut, Spread, Trust, Verdict, held_out
