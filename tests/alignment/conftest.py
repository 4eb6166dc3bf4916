"""Bundles that fit together, a translator whose fit is known, and the aligner's answers to requests."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest

from latent_explorer.alignment.protocol import FitBoth, OpenPair
from latent_explorer.alignment.registry import TRANSLATORS
from latent_explorer.alignment.serve import serve
from latent_explorer.alignment.translator import Fitted
from latent_explorer.bundles import read_config, read_latents, read_weights, save_bundle
from latent_explorer.errors import UserError
from latent_explorer.service.codec import path_to_text

ANCHORS = (3, 1, 4, 15, 92, 65, 35)
"""Images that the small bundles have in common."""


def opening(source, target, number=1):
    return OpenPair(number, path_to_text(source), path_to_text(target))


def fitting(source=ANCHORS, target=None, number=2, kind="affine", **more):
    images = [np.asarray(each, np.int64) for each in (source, source if target is None else target)]
    return FitBoth(number, *images, kind, **more)


def of_kind(kind, replies):
    return [reply for reply in replies if isinstance(reply, kind)]


@dataclass(frozen=True)
class PlainAffine:
    arrays: dict

    def to(self, z):
        return (np.asarray(z, np.float64) @ self.arrays["weight"] + self.arrays["offset"]).astype(np.float32)


def fit_affine(source, target):
    if len(source) <= source.shape[1]:
        raise UserError(f"translator affine: needs at least {source.shape[1] + 1} anchors, found {len(source)}")
    padded = np.c_[source, np.ones(len(source))]
    solved = np.linalg.lstsq(padded, target, rcond=None)[0]
    off = np.linalg.norm(padded @ solved - target, axis=1)
    return Fitted("affine", PlainAffine({"weight": solved[:-1], "offset": solved[-1]}), off)


@pytest.fixture
def plain_affine(monkeypatch):
    """Least squares in place of the kind of that name; the anchors that it was fitted on, in order."""
    fits = []

    def fit(source, target):
        fits.append((source, target))
        return fit_affine(source, target)

    kind = SimpleNamespace(name="affine", fit=fit, least=lambda source, target: source + 1)
    monkeypatch.setitem(TRANSLATORS, "affine", kind)
    return fits


@pytest.fixture(scope="session")
def with_latents() -> Callable:
    """Saves the bundle in a folder in another with other latents; changes: to its record of the dataset."""

    def save(folder, to, changes=(), **latents):
        config = read_config(folder)
        config = msgspec.structs.replace(config, dataset=msgspec.structs.replace(config.dataset, **dict(changes)))
        kept, png = replace(read_latents(folder), **latents), (folder / "preview.png").read_bytes()
        return save_bundle(to, config, read_weights(folder), kept, "# Other latents\n", png)

    return save


@pytest.fixture
def turned(small_bundle, tmp_path, with_latents):
    """The small bundle, its latents stretched, turned and moved: an affine translator makes no error."""
    mean = read_latents(small_bundle).mean @ np.array([[0.0, 2.0], [-3.0, 0.0]], np.float32) + np.float32(5)
    return with_latents(small_bundle, tmp_path / "turned", mean=mean)


@pytest.fixture(scope="session")
def answers() -> Callable:
    """All that the aligner says to requests that come in rounds.

    Each when those before are answered; or, at_once, one whenever the aligner looks. One may be a function of none.
    """

    def ask(*rounds, at_once=False):
        replies, left = [], [each if isinstance(each, list) or callable(each) else [each] for each in rounds]

        class Channel:
            send = staticmethod(replies.append)

            @staticmethod
            def receive(*, wait):
                if left and (wait or at_once):
                    following = left.pop(0)
                    return following() if callable(following) else following
                return None if wait else []

        serve(Channel())
        return replies

    return ask
