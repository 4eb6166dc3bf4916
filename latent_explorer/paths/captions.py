"""What rows of pictures along one path are called: by what tells them apart."""

from collections.abc import Sequence


def row_captions(rows: Sequence[tuple[str, str]], usual: str = "") -> list[str]:
    """Captions of rows, of which each is along a curve and of a model: those of the two that differ among them.

    A row alone has its curve, unless that is the usual one; where nothing tells rows apart, each has its model.

    >>> row_captions([("Geodesic", "mnist-vae-2d"), ("Straight", "mnist-vae-2d")])
    ['Geodesic', 'Straight']
    """
    curves, models = {curve for curve, _ in rows}, {model for _, model in rows}
    curves_tell = len(curves) > 1 or (len(rows) == 1 and curves != {usual})
    models_tell = len(models) > 1 or (len(rows) > 1 and not curves_tell)
    told = ((curve if curves_tell else "", model if models_tell else "") for curve, model in rows)
    return [", ".join(filter(None, parts)) for parts in told]
