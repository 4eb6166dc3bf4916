"""The engine's process leaves out of torch what it does not need, and of torch nothing that it does."""

import subprocess
import sys
from pathlib import Path

import numpy as np

from latent_explorer.engine.handlers.hover import Hover, Picture
from latent_explorer.engine.handlers.open import Open
from latent_explorer.engine.process import ProcessEngine, serve_inline
from latent_explorer.lean_imports import without

PROGRAM = """
import sys
from latent_explorer.lean_imports import without
with without("torch._meta_registrations"):
    import torch
assert "torch._meta_registrations" not in sys.modules
from latent_explorer.nets.draws import seeded
assert torch.rand(1, generator=seeded("cpu", 0)) == torch.rand(1, generator=seeded("cpu", 0))
import torch._meta_registrations  # whoever needs it has it
assert torch.empty(3, device="meta").add(1).shape == (3,)
"""


def test_what_was_left_out_can_be_had_afterwards() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_what_is_imported_already_stays() -> None:
    with without("subprocess"):
        import subprocess as again
    assert again is subprocess
    assert again.run


def test_the_process_decodes_as_the_loop_with_all_of_torch_does(wide_bundle: Path) -> None:
    z = np.linspace(-1, 1, 5, dtype=np.float32)
    requests = [Open(1, str(wide_bundle)), Hover(2, z)]
    engine = ProcessEngine()
    try:
        for request in requests:
            engine.send(request)
        _, picture = engine.receive(), engine.receive()
    finally:
        engine.stop()
    expected = next(reply for reply in serve_inline(requests) if isinstance(reply, Picture))
    assert isinstance(picture, Picture)
    assert np.abs(picture.image.astype(int) - expected.image).max() <= 1
