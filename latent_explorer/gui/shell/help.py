"""The pages of the Help menu."""

from collections.abc import Mapping
from html import escape

from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QWidget

from latent_explorer.gui.widgets.side_windows import show_html
from latent_explorer.version import __version__

_KEYS = """
<h3>On the map</h3>
<table cellpadding="3">
<tr><td><b>Move</b></td><td>decode the place under the pointer</td></tr>
<tr><td><b>Click</b>, Enter</td><td>pin the place; the inspector returns to it when the pointer leaves the map</td></tr>
<tr><td><b>Drag</b></td><td>draw a path (snaps to data and pins)</td></tr>
<tr><td><b>D, and click</b> on and on</td><td>draw a path from place to place; Enter ends it</td></tr>
<tr><td><b>Drag a pin</b>, a place of the path</td><td>move it; Delete removes a way point under the pointer</td></tr>
<tr><td><b>Drag the path's line</b>, Shift and click</td><td>lead the path through there</td></tr>
<tr><td><b>Double-click a pin</b></td><td>rename it</td></tr>
<tr><td><b>Right-click</b></td><td>open the menu of the map, a pin, a point or a frame</td></tr>
<tr><td><b>Wheel</b>, + and −</td><td>zoom</td></tr>
<tr><td><b>Middle drag</b>, Space and drag</td><td>pan</td></tr>
<tr><td><b>Arrows</b></td><td>move the probe; with Shift by single pixels; with Ctrl pan</td></tr>
<tr><td><b>Hold X</b> over a point</td><td>look at its own neighbourhood in a lens, exact at the point</td></tr>
<tr><td><b>S, and drag</b></td><td>select points; S again for a lasso; Shift adds, Alt subtracts</td></tr>
<tr><td><b>A, and click</b></td><td>on two linked maps, make an anchor; drag it to another image</td></tr>
<tr><td><b>Shift, Alt</b> and a class</td><td>add it to the selection, subtract it</td></tr>
<tr><td><b>Esc</b></td><td>close the message; cancel the drag; clear the selection</td></tr>
</table>
<p>Digits show and hide layers while the map has the keyboard. On the map of a model that is given the class, 0 to 9
choose the class that it decodes, and Alt with a digit shows and hides a layer.
Click on the map to give it the keyboard, or press Enter
or Esc in a field: Enter accepts the new value, Esc restores the old one.</p>
<h3>Without a mouse</h3>
<table cellpadding="3">
<tr><td><b>F6</b>, Shift and F6</td><td>go to the next part of the window: maps, tool bar, panels</td></tr>
<tr><td><b>Ctrl and Page Down</b>, Page Up</td><td>bring the next panel in this place to the front</td></tr>
<tr><td><b>Tab</b>, Shift and Tab</td><td>go from control to control; a frame shows where the keyboard is</td></tr>
<tr><td><b>Menu key</b>, Shift and F10</td><td>open the menu of what has the keyboard</td></tr>
<tr><td><b>H</b>, arrows, H</td><td>hold, drag and let go at the probe, with any tool</td></tr>
<tr><td><b>Arrows</b>, Enter</td><td>in filmstrip, nearest images, grids: go along, open or choose</td></tr>
<tr><td><b>Space</b>, Enter on a class</td><td>hide or show it; show it alone</td></tr>
<tr><td><b>Arrows</b> on the pad</td><td>move the pen; Space puts it down and lifts it, R rubs, Esc lifts it</td></tr>
<tr><td><b>Arrows</b> on a histogram</td><td>move the threshold</td></tr>
</table>
<h3>Everywhere</h3>
<table cellpadding="3">{rows}</table>
"""


def show_keys(parent: QWidget, actions: Mapping[str, QAction]) -> None:
    rows = "".join(
        f"<tr><td><b>{escape(action.shortcut().toString())}</b></td><td>{escape(text.replace('…', ''))}</td></tr>"
        for text, action in actions.items()
        if not action.shortcut().isEmpty()
    )
    show_html(parent, "Keys and gestures", _KEYS.format(rows=rows))


def about(parent: QWidget) -> None:
    show_html(
        parent,
        "About Latent Explorer",
        f"<h3>Latent Explorer {__version__}</h3><p>Move through the latent space of an image model as if it were a "
        "map.</p><p>Free software under the GNU General Public License, version 3 or later.<br>MNIST by Y. LeCun, "
        "C. Cortes and C. Burges, under CC BY-SA 3.0.</p>",
    )
