"""Two linked maps are for people without a mouse, and for those who see little or nothing, too."""

from tests.gui.walking import in_both_themes


def test_the_panels_of_two_linked_maps(same) -> None:
    left, _ = same
    window, link = left.window, left.window.workbench.link
    link.alignment.replace((image, image) for image in range(0, 60, 5))
    left.wait_until(lambda: link.fit is not None and len(link.fit.anchors) == 12)
    left.move(left.point(0, 0))
    left.wait(0.1)
    found = []
    for title in ("Alignment", "Compare", "Layers", "Classes"):
        window.workbench.docks.bring(title)
        left.wait(0.03)
        found += in_both_themes(left, title, lambda title=title: window.workbench.docks.by_title[title])
    found += in_both_themes(left, "Around the maps", window.centralWidget)
    assert not found, "\n".join(found)
