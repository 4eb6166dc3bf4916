"""One model on one canvas."""

import sys

# CUDA's bindings, which torch's wheels bring along and one widget of pyqtgraph imports, take a third of its time.
_UNUSED = "cuda.bindings"
sys.modules.setdefault(_UNUSED, None)  # type: ignore[arg-type] # None: there is no such module
import pyqtgraph as pyqtgraph  # noqa: E402

if sys.modules[_UNUSED] is None:
    del sys.modules[_UNUSED]
