"""Analysis: what the data say about a place in latent space."""

from latent_explorer.analysis.neighbourhood import EDGE, INSIDE, NOWHERE, Neighbourhood, Surroundings
