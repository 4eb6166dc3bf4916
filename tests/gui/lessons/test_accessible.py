"""The list of lessons, one under way, and its end are for people without a mouse or who see nothing, too."""

from tests.gui.walking import in_both_themes


def test_all_pages_of_the_lessons(learner) -> None:
    person = learner("mnist-ae-2d")
    window = person.window
    dock = window.workbench.docks.by_title["Lessons"]
    person.choose_in_menus("Help", "Lessons", "All lessons")
    found = in_both_themes(person, "List", lambda: dock)
    person.begin("1-latent-space")
    person.lessons._begin_at(person.lessons.walk.lesson, 3)
    person.lessons.panel.steps.show_hint("Somewhere else.")
    person.wait(0.05)
    found += in_both_themes(person, "Step", lambda: dock)
    person.lessons._show_end()
    person.wait(0.05)
    found += in_both_themes(person, "End", lambda: dock)
    assert not found, "\n".join(found)
