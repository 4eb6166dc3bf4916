"""The studies of one map: each is created when its panel is first shown, and then follows the pane."""

from collections.abc import Callable, Iterator

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtGui import QShowEvent
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from latent_explorer.gui.pane.pane import MapPane
from latent_explorer.gui.studies.registry import STUDIES
from latent_explorer.gui.studies.study import Study, StudySpec, StudyUses
from latent_explorer.gui.theme import Theme
from latent_explorer.gui.widgets.parts import filled, scrolled
from latent_explorer.gui.widgets.plain import PlainLabel
from latent_explorer.gui.widgets.readings import Work
from latent_explorer.session import OpenBundle, Session, State


class StudyPlace(QWidget):
    """The place of a study's panel, or of a text on what is lacking. first_shown: the study must be created."""

    first_shown = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._lacking = PlainLabel("")
        self._lacking.setWordWrap(True)
        self._lacking.setMargin(12)
        self._panel: QWidget | None = None
        column = filled(QVBoxLayout(self), self._lacking)
        column.addStretch(0)

    def put(self, panel: QWidget) -> None:
        """Set the panel."""
        self._panel = scrolled(panel)
        column = self.layout()
        assert isinstance(column, QVBoxLayout)
        column.insertWidget(0, self._panel, 1)

    def explain(self, lacking: str) -> None:
        """Show what is lacking in place of the panel; empty shows the panel."""
        self._lacking.setText(f"Not available: {lacking}." if lacking else "")
        self._lacking.setVisible(bool(lacking))
        if self._panel is not None:
            self._panel.setVisible(not lacking)

    def showEvent(self, event: QShowEvent | None) -> None:
        super().showEvent(event)
        self.first_shown.emit()


class Studies(QObject):
    """The studies of a pane. panels: for the docks, by title. bring: raises the panel with a title."""

    def __init__(self, pane: MapPane, bring: Callable[[str], None]) -> None:
        super().__init__(pane)
        self._pane, self._bring = pane, bring
        self._uses = uses_of(pane)
        self._made: dict[str, Study] = {}
        self._places = {spec.name: StudyPlace() for spec in STUDIES.values()}
        for name, place in self._places.items():
            place.first_shown.connect(lambda name=name: self._make(name))
        pane.begun.connect(self._open)
        pane.exchanged.connect(self._exchange)
        pane.state_changed.connect(self._show_change)
        pane.dressed.connect(self._dress)
        pane.asked_again.connect(self._again)
        pane.images_came.connect(self._again)

    @property
    def panels(self) -> dict[str, QWidget]:
        """The places of panels, by title."""
        return {STUDIES[name].title: place for name, place in self._places.items()}

    @property
    def work(self) -> Iterator[Work]:
        """The work in progress."""
        for study in self._made.values():
            yield from study.work

    def show(self, name: str) -> Study:
        """Raise the panel of a study; creates it if necessary."""
        study = self._make(name)
        self._bring(STUDIES[name].title)
        return study

    def made(self, name: str) -> Study | None:
        """A study, if it was created."""
        return self._made.get(name)

    def lacks(self, name: str) -> str:
        """What is lacking for a study, as text."""
        bundle = self._pane.bundle
        return "no model is open" if bundle is None else STUDIES[name].lacks(bundle)

    def end(self) -> None:
        """Stop all studies for good."""
        for study in self._made.values():
            study.stop()

    def _make(self, name: str) -> Study:
        if name not in self._made:
            study = self._made[name] = STUDIES[name].make(self._uses)
            self._places[name].put(study.panel)
            self._pane.tools.update(study.tools)
            study.dress(self._pane.theme)
            self._begin(STUDIES[name], study)
        return self._made[name]

    def _begin(self, spec: StudySpec, study: Study) -> None:
        """Start a study on the open bundle, unless something is lacking for it."""
        lacking = self.lacks(spec.name)
        self._places[spec.name].explain(lacking)
        if self._pane.session is not None and not lacking:
            study.open(self._pane.session)

    def _open(self, session: Session) -> None:
        for name, study in self._made.items():
            study.session = None
            self._begin(STUDIES[name], study)
        for name, spec in STUDIES.items():
            if spec.begins(session.state):
                self._make(name)

    def _under_way(self) -> list[Study]:
        return [study for study in self._made.values() if study.session is not None]

    def _exchange(self, bundle: OpenBundle) -> None:
        for study in self._under_way():
            study.exchange(bundle)

    def _show_change(self, old: State, new: State) -> None:
        for study in self._under_way():
            study.show_change(old, new)

    def _dress(self, theme: Theme) -> None:
        for study in self._made.values():
            study.dress(theme)

    def _again(self) -> None:
        for study in self._under_way():
            study.again()


def uses_of(pane: MapPane) -> StudyUses:
    """The parts of a pane that studies can use."""
    return StudyUses(
        pane, pane.client, pane.canvas, pane.points, pane.prober, pane.selecting, pane.gallery, pane.images,
        pane.layers, pane.fields, pane.colourer, pane.pinboard, pane.path_frames, pane.menus, pane.shared,
        pane.take_tool, pane.click_takers, pane.look, pane.changed.emit,
    )  # fmt: skip
