"""The definition of a score: its texts, what it needs, and how it is fitted on training images."""

from collections.abc import Callable
from dataclasses import dataclass

from latent_explorer.analysis.anomaly.coding import Coded, Reals

Measure = Callable[[Coded], Reals]
"""A function from images to their scores (n,); higher is odder."""


@dataclass(frozen=True, kw_only=True)
class Score:
    """A measure of how odd an image is.

    name: in files and commands. title: a few words. sentence: an explanation for students. fit: returns the measure,
    given a sample of training images. unit: of its values. needs_encoder, needs_decoder, needs_variance: what the model
    must have. needs_sample: whether it is fitted on training images. likely: whether it uses the likelihood under the
    posterior, if there is one. baseline: whether it uses no model. misled: a remark if it finds other images more usual
    than the model's own.
    """

    name: str
    title: str
    sentence: str
    fit: Callable[[Coded], Measure]
    unit: str
    needs_encoder: bool = False
    needs_decoder: bool = False
    needs_variance: bool = False
    needs_sample: bool = False
    likely: bool = False
    baseline: bool = False
    misled: str = ""

    def lacks(self, *, encodes: bool, decodes: bool, varies: bool) -> str:
        """What a model lacks for it, as text; empty for nothing.

        encodes, decodes: whether it has an encoder and a decoder. varies: whether its latents have variances.
        """
        missing = (
            (self.needs_encoder and not encodes, "this model has no encoder"),
            (self.needs_decoder and not decodes, "this model has no decoder"),
            (self.needs_variance and not varies, "this model's latents have no variances"),
        )
        return next((reason for lacking, reason in missing if lacking), "")
