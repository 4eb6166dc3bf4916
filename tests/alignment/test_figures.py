"""Stitching, ranks, accuracy and closure: as computed by hand, and where they cannot be had."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest
import torch

from latent_explorer.alignment.anchors import Anchors, choose_random
from latent_explorer.alignment.figures import Bench, Figures, HeldOutPairs, averaged
from latent_explorer.alignment.pair import Pair, read_side
from latent_explorer.alignment.registry import TRANSLATORS
from latent_explorer.alignment.stitching import fitted_to, reciprocal_rank
from latent_explorer.data import open_dataset
from latent_explorer.errors import UserError
from latent_explorer.places import models_folder
from latent_explorer.runtime.loading import load_bundle_model


@pytest.fixture(scope="module")
def pair(make_bundle):
    return Pair.of(read_side(make_bundle("one", latent_dim=3)), read_side(make_bundle("other", latent_dim=4)))


@pytest.fixture(scope="module")
def translator(pair):
    anchors = choose_random(pair.ways[0], 30, 0)
    return TRANSLATORS["affine"].fit(*pair.latents(anchors.source, anchors.target)).translator


def test_closure_is_what_the_decoder_makes_of_the_latents(pair, translator):
    tested = HeldOutPairs.common(pair)
    found = Bench().stitched(pair.source, pair.target, tested, translator)
    model = load_bundle_model(pair.target.folder)
    images = open_dataset(pair.target.config.dataset.source).images[tested.target] / 255

    def error(z):
        with torch.no_grad():
            made = model.decode(torch.from_numpy(z)).permute(0, 2, 3, 1).numpy()
        return float(np.square(made - images).mean())

    z = pair.source.mean[tested.source]
    naive, own = error(np.pad(z, ((0, 0), (0, 1)))), error(pair.target.mean[tested.target])
    stitched = error(translator.to(z))
    assert found.naive_mse == pytest.approx(naive, rel=1e-5)
    assert found.own_mse == pytest.approx(own, rel=1e-5)
    assert found.stitched_mse == pytest.approx(stitched, rel=1e-5)
    assert found.closure is None  # of a network that was never trained, the own latents are not the best


def test_the_naive_way_appends_zeros_or_cuts_off():
    z = np.arange(6.0).reshape(2, 3)
    assert fitted_to(z, 5).tolist() == [[0, 1, 2, 0, 0], [3, 4, 5, 0, 0]]
    assert fitted_to(z, 2).tolist() == [[0, 1], [3, 4]]


def test_ranks_count_those_that_are_nearer():
    own = np.array([[0.0], [1.0], [2.0], [4.0]], np.float32)
    made = np.array([[0.1], [1.9], [2.1], [0.2]], np.float32)  # ranks 1, 2, 1, 4
    assert reciprocal_rank(made, own) == pytest.approx((1 + 1 / 2 + 1 + 1 / 4) / 4)


def test_in_two_dimensions_pictures_are_ranked(make_bundle):
    flat = Pair.of(read_side(make_bundle("one", latent_dim=3)), read_side(make_bundle("flat")))
    tested, bench = HeldOutPairs.common(flat), Bench()
    exact = TRANSLATORS["affine"].fit(flat.target.mean, flat.target.mean).translator
    found = bench.stitched(flat.target, flat.target, HeldOutPairs(tested.target, tested.target), exact)
    assert found.mrr == 1
    assert bench.drawer(flat.target)._known
    assert found.closure is None  # naive is as good as own


def test_a_classifier_of_the_target_reads_translated_latents(pair, translator):
    tested = HeldOutPairs.common(pair)
    found = Bench().stitched(pair.source, pair.target, tested, translator)
    labels = pair.target.latents.label[tested.target]
    made = Bench().drawer(pair.target).classes(translator.to(pair.source.mean[tested.source]))
    assert found.zero_shot_accuracy == (made == labels).mean()
    assert found.own_accuracy > 0.8


def test_without_images_the_pictures_of_own_latents_stand_in(pair, translator, tmp_path):
    record = msgspec.structs.replace(pair.target.config.dataset, source=str(tmp_path / "gone.npz"))
    target = replace(pair.target, config=msgspec.structs.replace(pair.target.config, dataset=record))
    tested, bench = HeldOutPairs.common(pair), Bench()
    found = bench.stitched(pair.source, target, tested, translator)
    assert found.own_mse == 0
    assert found.stitched_mse > 0
    assert found.closure == pytest.approx(1 - found.stitched_mse / found.naive_mse)
    assert any("are not available" in note for note in bench.notes(pair.source, target))


def test_images_of_other_shapes_are_compared_in_latent_space_only(pair, make_bundle):
    wide = read_side(make_bundle("wide", latent_dim=5, shape=(6, 10, 3)))
    rows = np.arange(100)
    anchors, tested = Anchors(rows[:60], rows[:60]), HeldOutPairs(rows[60:], rows[60:])
    fitted = TRANSLATORS["ridge"].fit(pair.source.mean[anchors.source], wide.mean[anchors.target])
    found = Bench().stitched(pair.source, wide, tested, fitted.translator)
    assert (found.closure, found.stitched_mse) == (None, None)
    assert 0 < found.mrr <= 1
    assert any("8x8x1 and 6x10x3: compared in latent space only" in each for each in Bench().notes(pair.source, wide))


def test_one_class_is_no_matter_for_a_classifier(pair, translator):
    latents = replace(pair.target.latents, label=np.zeros(len(pair.target), np.int64))
    target = replace(pair.target, latents=latents)
    found = Bench().stitched(pair.source, target, HeldOutPairs.common(pair), translator)
    assert found.zero_shot_accuracy is None
    assert any("no classifier is tried" in note for note in Bench().notes(pair.source, target))


def test_without_common_test_images_there_is_nothing_to_measure_on(pair):
    source = replace(pair.source, latents=replace(pair.source.latents, split=np.zeros(len(pair.source), np.uint8)))
    with pytest.raises(UserError, match="no test images in common"):
        HeldOutPairs.common(Pair.of(source, pair.target))


def test_runs_are_averaged_and_what_varies_has_a_deviation():
    means, spreads = averaged([Figures(closure=0.9, mrr=0.5), Figures(closure=0.7, mrr=0.5)])
    assert means["closure"] == pytest.approx(0.8)
    assert (means["mrr"], means["svcca"]) == (0.5, None)
    assert spreads == {"closure": pytest.approx(0.1414, abs=1e-3)}


def test_two_networks_trained_apart_understand_one_another():
    """On the shipped bundles; `latent-explorer align` measures it over all test images."""
    pair = Pair.of(*(read_side(models_folder() / name) for name in ("mnist-ae-16d", "mnist-ae-16d-b")))
    anchors, whole, bench = choose_random(pair.ways[0], 300, 0), HeldOutPairs.common(pair), Bench()
    tested = HeldOutPairs(whole.source[::20], whole.target[::20])
    latents = pair.latents(anchors.source, anchors.target)
    found = {
        name: bench.stitched(pair.source, pair.target, tested, TRANSLATORS[name].fit(*latents).translator)
        for name in ("orthogonal", "kernel")
    }
    assert found["orthogonal"].closure > 0.93
    assert found["kernel"].closure > 0.975
    assert found["kernel"].mrr > 0.98
    assert found["kernel"].zero_shot_accuracy > 0.93
