"""A run that is under way, and its film, are for people without a mouse, and for those who see nothing, too."""

from PyQt6.QtGui import QImage

from latent_explorer.bench.person import Person
from latent_explorer.bundles import Moment
from latent_explorer.gui.exports.film import FilmDialog
from latent_explorer.runs import RunFolder
from tests.gui.walking import in_both_themes


def test_a_run_under_way_and_its_film(teacher: Person, panel, trainer, running: RunFolder) -> None:
    for step in (1, 4, 8, 10):
        trainer.report(step, loss=160 - step, test=170 - step, coverage={"3": 0.4, "5": 0.6})
    moments = [Moment(epoch=index + 1, step=10 * (index + 1), losses={}) for index in range(3)]
    panel.run.timeline.set_moments(moments, 3)
    teacher.wait(0.1)
    dock = teacher.window.workbench.docks.by_title["Training"]
    teacher.window.workbench.docks.bring("Training")
    teacher.wait(0.03)
    assert "150.0 train" in panel.run.curves.plot.accessibleDescription()
    film = FilmDialog(
        teacher.window, "mine", teacher.window.workbench.settings, QImage(64, 64, QImage.Format.Format_RGB32), 3
    )
    film.show()
    film.activateWindow()
    teacher.wait(0.05)
    found = in_both_themes(teacher, "Film", lambda: film)
    film.reject()
    teacher.window.activateWindow()
    teacher.wait(0.05)
    found += in_both_themes(teacher, "Training", lambda: dock)
    assert not found, "\n".join(found)
