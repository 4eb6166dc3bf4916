"""The registry of families: what an entry must be, and what is said of a name that is not there."""

from dataclasses import replace

import pytest
import torch

from latent_explorer.errors import UserError
from latent_explorer.nets.families import FAMILIES, FamilySetting, Loss, Phase, find_family, register
from latent_explorer.nets.model import LatentModel
from latent_explorer.nets.registry import build, network_of
from latent_explorer.nets.spec import NetSpec
from tests.nets.families import CONDITIONAL, GAN, registered


def test_an_entry_makes_a_family_known() -> None:
    with registered(GAN):
        assert find_family("rival") is FAMILIES["rival"] is GAN
        assert issubclass(network_of(GAN), LatentModel)
    with pytest.raises(UserError, match=r"'rival'.*ae.*vae.*install that package.*latent-explorer plugins"):
        find_family("rival")


def test_two_of_one_name_are_refused() -> None:
    with registered(GAN), pytest.raises(UserError, match="two families have the name 'rival'"):
        register(replace(GAN, network="other:Net"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "Gän"}, "small letters"),
        ({"network": "no class"}, "module:Class"),
        ({"losses": ()}, "at least one loss"),
        ({"losses": (Loss("a", "A"), Loss("a", "B"))}, "none twice"),
        ({"settings": (FamilySetting("generator", "", "", 0, 0, 1),)}, "none twice"),
        ({"settings": (FamilySetting("not a name", "", "", 0, 0, 1),)}, "Python name"),
        ({"settings": (FamilySetting("epochs", "", "", 0, 0, 1),)}, "other than those of every run"),
        ({"settings": (FamilySetting("depth", "", "", 7, 0, 1),)}, "default of depth"),
        ({"settings": (FamilySetting("depth", "", "", 1.0, 0, 1, whole=True),)}, "an int"),
        ({"phases": (Phase("other"),)}, "phases that follow its losses"),
        ({"has_variance": True}, "variance"),
    ],
)
def test_an_entry_that_contradicts_itself_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(UserError, match=rf"cannot be registered: .*{words}"):
        register(replace(GAN, **changes))  # type: ignore[arg-type] # of the types of the fields
    assert "rival" not in FAMILIES


@pytest.mark.parametrize(
    ("network", "words"),
    [("tests.nowhere:Net", "cannot be imported"), ("math:Net", "cannot be imported"), ("math:pi", "expected a Latent")],
)
def test_a_network_that_is_not_there_is_named(network: str, words: str) -> None:
    broken = replace(GAN, network=network)
    with registered(broken), pytest.raises(UserError, match=f"{words}|{network}"):
        build(NetSpec(family="rival", trunk="dense", image_shape=(4, 4, 1), latent_dim=2, hidden=()))


def test_settings_have_usual_values_and_ranges() -> None:
    vae = find_family("vae")
    assert vae.values({"beta": 2.0}) == {"beta": 2.0, "refinements": 0}
    for wrong in ({"gamma": 1.0}, {"beta": float("nan")}, {"beta": -1.0}, {"refinements": 0.5}):
        with pytest.raises(UserError, match=next(iter(wrong))):
            vae.values(wrong)


def test_a_setting_that_was_called_otherwise_is_still_known_by_that_name() -> None:
    gan = find_family("gan")
    assert gan.values({"coverage": 0.2}) == gan.values({"pull": 0.2}) != gan.values({})
    model = build(
        NetSpec(family="gan", trunk="dense", image_shape=(4, 4, 1), latent_dim=2, hidden=(), settings={"coverage": 0.2})
    )
    assert model.settings["pull"] == 0.2


def test_a_conditional_network_makes_other_pictures_for_each_class() -> None:
    spec = NetSpec(family="told", trunk="conv", image_shape=(8, 8, 3), latent_dim=2, hidden=(4,), classes=3)
    with registered(CONDITIONAL):
        model = build(spec)
    x, z, labels = torch.rand(5, 3, 8, 8), torch.randn(5, 2), torch.tensor([0, 1, 2, 1, 0])
    pictures, latents = model.decode(z, labels), model.encode(x, labels).mean
    for label in range(3):
        model.label = label
        own = labels == label
        torch.testing.assert_close(model.decode(z)[own], pictures[own])
        torch.testing.assert_close(model.encode(x).mean[own], latents[own])
        assert not torch.allclose(model.decode(z)[~own], pictures[~own])
