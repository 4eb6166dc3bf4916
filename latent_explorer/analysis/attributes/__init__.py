"""Attributes: directions of latent space for what can be measured on the decoded picture itself."""

from latent_explorer.analysis.attributes.classes import Classes
from latent_explorer.analysis.attributes.directions import GROUPS, POINTS, Course, Direction, Directions
from latent_explorer.analysis.attributes.learning import AttributeRanges, Decode, learn
from latent_explorer.analysis.attributes.measures import ATTRIBUTES, Attribute, Measuring
from latent_explorer.analysis.attributes.walking import STEPS, AttributeWalker
