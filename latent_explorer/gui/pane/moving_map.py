"""The map while a fit moves the data: the points, where the fit has put them so far."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from latent_explorer.atlas import Region
from latent_explorer.charts import MovingChart, bulk
from latent_explorer.gui.layers.points import PointLayer
from latent_explorer.gui.pane.canvas import MapCanvas
from latent_explorer.gui.pane.prober import Prober
from latent_explorer.session import Session

_ENOUGH = 5000  # points that the view is fitted to: all of them would hold up a hover for half a frame


class MovingMap:
    """Shows the data without pictures, marks and paths, which return with the fitted chart."""

    def __init__(self, canvas: MapCanvas, points: PointLayer, prober: Prober) -> None:
        self._canvas, self._points, self._prober = canvas, points, prober
        self._before: bool | None = None  # whether points were shown before the fit began to move them
        self._begun = False

    def begin(self, session: Session, uv: NDArray[np.float32]) -> bool:
        """Let the session's chart be the places float32 (n, 2) of its images. Returns whether it was a fixed chart."""
        bundle, probe = session.bundle, self._prober.probe
        self._begun = not isinstance(bundle.chart, MovingChart)
        session.exchange(replace(bundle, chart=MovingChart(uv, bundle.latents.mean), uv=uv))
        if self._begun:
            self._canvas.name_axes(session.bundle.chart.axis_names)
            self._prober.open(session, None if probe is None else probe.z)
            self._canvas.mark(pins=(), route=None, compared=None, way=None, frame=None, chosen=None, neighbours=None)
            self._before = self._points.visible if self._before is None else self._before
            self._points.visible = True
        return self._begun

    def show(self, uv: NDArray[np.float32]) -> None:
        """Move the points, and fit the home view to them."""
        self._points.move(uv)
        home = Region.around(bulk(uv[:: max(1, len(uv) // _ENOUGH)]))
        (self._canvas.set_home if self._begun else self._canvas.change_home)(home)
        self._canvas.refresh()

    def end(self) -> None:
        """Show points as before the fit."""
        if self._before is not None:
            self._points.visible, self._before = self._before, None
