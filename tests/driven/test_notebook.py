"""`explore` in a real Jupyter kernel: free while the window is open, deaf to the stop button, gone with the kernel."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

jupyter_client = pytest.importorskip("jupyter_client")
pytest.importorskip("ipykernel")
pytestmark = pytest.mark.slow

CODE = """
import numpy as np, latent_explorer
z = np.random.default_rng(0).standard_normal((50, 2))
h = latent_explorer.explore(decoder=lambda z: np.tile(1 / (1 + np.exp(-z)), (1, 8)).reshape(-1, 4, 4), latents=z)
"""


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[tuple[Any, Any]]:
    """A kernel's manager and client."""
    path = os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")])
    folders = {f"XDG_{name}_HOME": str(tmp_path / name) for name in ("CONFIG", "DATA", "CACHE")}
    environment = {**os.environ, **folders, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": path}
    manager, client = jupyter_client.manager.start_new_kernel(startup_timeout=120, env=environment, cwd=str(tmp_path))
    yield manager, client
    client.stop_channels()
    if manager.has_kernel:
        manager.shutdown_kernel(now=True)


def value(client: Any, code: str) -> str:
    """What a cell shows of its last expression. Fails where it raises."""
    shown: list[str] = []

    def see(message: Any) -> None:
        if message["msg_type"] == "execute_result":
            shown.append(message["content"]["data"]["text/plain"])

    reply = client.execute_interactive(code, output_hook=see, timeout=120)
    assert reply["content"]["status"] == "ok", reply["content"]
    return "".join(shown)


def test_a_kernel_explores(kernel: tuple[Any, Any]) -> None:
    manager, client = kernel
    assert "50 latents (2), window open" in value(client, f"{CODE}\nh")
    window = int(value(client, "h.pid"))
    assert value(client, "sum(range(100))") == "4950"
    client.execute("h.wait()")
    time.sleep(1)
    manager.interrupt_kernel()  # of the whole process group
    assert client.get_shell_msg(timeout=60)["content"]["ename"] == "KeyboardInterrupt"
    assert value(client, "h.wait(1)") == "False"
    assert Path(f"/proc/{window}").exists()
    manager.shutdown_kernel(now=True)
    deadline = time.monotonic() + 30
    while Path(f"/proc/{window}").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
