"""Millions of points: sorted into a grid with levels of detail, splatted into one image. Free of Qt."""
