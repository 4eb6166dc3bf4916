"""Everything that `evaluate` reports on a bundle: its figures, the baselines of pixels and PCA, and those of trust."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from latent_explorer.bundles import check_bundle, read_latents
from latent_explorer.data import open_dataset
from latent_explorer.data.dataset import Dataset
from latent_explorer.data.opening import known_facts
from latent_explorer.runtime.loading import load_bundle_model
from latent_explorer.training.baselines import Baselines, baselines
from latent_explorer.training.distributed.devices import choose_device
from latent_explorer.training.evaluate import Evaluation, encode_dataset, evaluate
from latent_explorer.training.generator_figures import GeneratorFigures, generator_figures
from latent_explorer.training.style_figures import StyleFigures, style_figures
from latent_explorer.training.trust_figures import TrustFigures, trust_figures

_OTHERS = "fashion-mnist", "mnist"
"""Other datasets for the figures of trust, by default."""


@dataclass(frozen=True)
class Measured:
    """A bundle's figures. other: the name of the other dataset for trust, or why there is none.

    evaluation: None if no image has a latent.
    """

    evaluation: Evaluation | None
    baselines: Baselines
    generator: GeneratorFigures
    trust: TrustFigures | None
    style: StyleFigures
    other: str

    def figures(self) -> dict[str, float | None]:
        """All figures by name; None for each that is not measured."""
        found = dict[str, float | None].fromkeys(Evaluation.__dataclass_fields__)
        if self.evaluation is not None:
            found = self.evaluation.figures()
        found |= self.baselines.figures() | self.style.figures()
        found |= {name: found.get(name) if value is None else value for name, value in self.generator.figures().items()}
        names = TrustFigures.__dataclass_fields__
        return found | (dict.fromkeys(names) if self.trust is None else self.trust.figures())


def measure_bundle(
    folder: Path, dataset: Dataset, device: str = "auto", other: str | None = None, *, download: bool = False
) -> Iterator[str | Measured]:
    """Measure the bundle in `folder` on its dataset, from its files; yields the current work, and the figures last.

    other: the source of other images, as in `data.open_dataset`; None for available ones. download: consent to download
    these. Raises the errors of `evaluate` and `open_dataset`.
    """
    yield "reading"
    config, where = check_bundle(folder), choose_device(device)
    model = load_bundle_model(folder, config)
    another, name = _another(dataset, other, download)
    yield "decoding and encoding the test images"
    latents = encode_dataset(model, dataset, where) if config.family.conditional else None
    found = evaluate(model, dataset, where, latents) if model.encodes else None
    yield "finding the nearest in pixels and in principal components"
    without = baselines(dataset, config.net.latent_dim)
    yield "judging places"
    trust = None
    if model.encodes:
        trust = trust_figures(config, model, read_latents(folder, config), dataset, where, another)
    yield "swapping classes"
    style = style_figures(model, dataset, where, latents, None if found is None else found.knn10_accuracy)
    made = GeneratorFigures()
    for each in generator_figures(config, model, dataset, where):
        if isinstance(each, GeneratorFigures):
            made = each
        else:
            yield each
    yield Measured(found, without, made, trust, style, name)


def _another(dataset: Dataset, asked: str | None, download: bool) -> tuple[Dataset | None, str]:
    if asked is not None:
        found = open_dataset(asked, download=download)
        return found, found.name
    for name in _OTHERS:
        facts = known_facts(name)
        if (
            facts is not None
            and not facts.download
            and name != dataset.name
            and facts.image_shape == dataset.image_shape
        ):
            return open_dataset(name), name
    return None, "no other images of this size were found; name some with --other SOURCE"
