"""One model on one canvas."""

from latent_explorer.lean_imports import without

with without(
    "cuda.bindings"
):  # which torch's wheels bring along: one widget of pyqtgraph takes a third of its import for it
    import pyqtgraph as pyqtgraph
