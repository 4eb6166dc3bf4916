"""What a score of images is: its words, what it needs, and how it is fitted on training images."""

from collections.abc import Callable
from dataclasses import dataclass

from latent_explorer.analysis.anomaly.coding import Coded, Reals

Measure = Callable[[Coded], Reals]
"""From images to their score (n,): the higher, the odder."""


@dataclass(frozen=True, kw_only=True)
class Score:
    """A way to tell how odd an image is.

    name: in files and commands. title: in a few words. sentence: what it says, for a student. fit: what measures it,
    given a sample of training images. unit: of its values. needs_encoder, needs_decoder, needs_variance: without which
    there is no such score. needs_sample: whether it is fitted at all; else training images are not looked at. likely:
    whether it uses the likelihood under the posterior, where there is one. baseline:
    whether no model has a part in it. misled: what is to be said where it finds images of another kind more usual than
    the model's own.
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
        """What a model lacks for it, in words; empty where nothing is.

        encodes, decodes: whether it has an encoder and a decoder. varies: whether its latents have variances.
        """
        missing = (
            (self.needs_encoder and not encodes, "this model has no encoder"),
            (self.needs_decoder and not decodes, "this model has no decoder"),
            (self.needs_variance and not varies, "this model's latents have no variances"),
        )
        return next((reason for lacking, reason in missing if lacking), "")
