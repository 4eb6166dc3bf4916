"""A study is one entry: its menu, its dock, made when it is first shown, in step with its map from then on."""

import pytest
from PyQt6.QtWidgets import QLabel

from latent_explorer.gui.studies import registry
from latent_explorer.gui.studies.study import Study, StudySpec, StudyUses
from latent_explorer.plugins import Registry


class Told(Study):
    """Notes all that it is told."""

    def __init__(self, uses: StudyUses) -> None:
        super().__init__(uses, QLabel("what is known"))
        self.told: list[str] = []

    def open(self, session) -> None:
        super().open(session)
        self.told.append(f"open {session.bundle.name}")

    def exchange(self, bundle) -> None:
        self.told.append("exchange")

    def show_change(self, old, new) -> None:
        self.told.append(f"{len(new.pins)} pins")

    def stop(self) -> None:
        self.told.append("stop")


@pytest.fixture
def studies(monkeypatch: pytest.MonkeyPatch) -> Registry[StudySpec]:
    monkeypatch.setattr(registry.STUDIES, "_things", {})
    return registry.STUDIES


def test_a_study_is_made_when_it_is_asked_for_and_told_what_happens(studies, new_window, small_bundle) -> None:
    made: list[Told] = []

    def make(uses: StudyUses) -> Told:
        made.append(Told(uses))
        return made[-1]

    studies.register(StudySpec("told", "What is told", "Says what it is told.", make))
    person = new_window(small_bundle)
    window, pane = person.window, person.pane
    dock = window.workbench.docks.by_title["What is told"]
    assert dock.isHidden()
    assert not made
    window.action("What is told").trigger()
    person.wait_until(lambda: bool(made) and made[0].panel.isVisible())
    pane.pin_probe()
    pane.session.pin(pane.session.bundle.latents.mean[0])
    pane.exchange(pane.bundle)
    assert made[0].told == [f"open {pane.bundle.name}", "1 pins", "exchange"]
    assert window.workbench.show_study("told") is made[0]
    window.close()
    assert made[0].told[-1] == "stop"


def test_one_study_at_a_time_has_a_tab_so_that_all_can_be_read(studies, new_window, small_bundle) -> None:
    for name in ("first", "second"):
        studies.register(StudySpec(name, f"The {name}", "Says what it is told.", Told))
    person = new_window(small_bundle)
    docks = person.window.workbench.docks.by_title
    person.window.action("The first").trigger()
    person.window.action("The second").trigger()
    person.wait_until(lambda: docks["The second"].isVisible())
    assert docks["The first"].isHidden()
    docks["The second"].setFloating(True)
    person.window.action("The first").trigger()
    assert not docks["The second"].isHidden()


def test_a_study_says_what_is_lacking_for_it(studies, new_window, small_bundle) -> None:
    made: list[Told] = []

    def make(uses: StudyUses) -> Told:
        made.append(Told(uses))
        return made[-1]

    studies.register(
        StudySpec("told", "What is told", "Says what it is told.", make, lacks=lambda _: "this model has no ears")
    )
    person = new_window(small_bundle)
    window = person.window
    action = window.action("What is told")
    window.menus.refresh()
    assert not action.isEnabled()
    window.workbench.show_study("told")
    place = window.workbench.docks.by_title["What is told"].widget().currentWidget()
    assert any("no ears" in label.text() for label in place.findChildren(QLabel) if label.isVisible())
    assert not made[0].panel.isVisible()
    assert made[0].told == []
