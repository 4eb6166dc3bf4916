"""One model on one canvas."""

from latent_explorer.lean_imports import without

with without(
    "cuda.bindings"
):  # torch's wheels include it, and one widget of pyqtgraph spends a third of its import on it
    import pyqtgraph as pyqtgraph
