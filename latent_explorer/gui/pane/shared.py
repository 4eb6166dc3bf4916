"""What every map pane is handed of the workbench that it stands on."""

from collections.abc import Callable
from dataclasses import dataclass

from latent_explorer.gui.settings import Settings
from latent_explorer.gui.widgets.banner import Banner


@dataclass(frozen=True, eq=False)
class Shared:
    """What panes have in common. say: show a passing message in the status bar."""

    settings: Settings
    banner: Banner
    say: Callable[[str], None]
