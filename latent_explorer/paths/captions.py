"""Captions for rows of pictures along one path: what distinguishes them."""

from collections.abc import Sequence


def row_captions(rows: Sequence[tuple[str, str]], usual: str = "") -> list[str]:
    """Captions of rows, each for a curve and a model: the one of these two in which the rows differ.

    A single row has its curve, unless that is the default one; if rows do not differ, each has its model.

    >>> row_captions([("Geodesic", "mnist-vae-2d"), ("Straight", "mnist-vae-2d")])
    ['Geodesic', 'Straight']
    """
    curves, models = {curve for curve, _ in rows}, {model for _, model in rows}
    curves_tell = len(curves) > 1 or (len(rows) == 1 and curves != {usual})
    models_tell = len(models) > 1 or (len(rows) > 1 and not curves_tell)
    told = ((curve if curves_tell else "", model if models_tell else "") for curve, model in rows)
    return [", ".join(filter(None, parts)) for parts in told]
