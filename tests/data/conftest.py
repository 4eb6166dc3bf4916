"""What the tests of datasets share."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

Painter = Callable[..., Path]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of data beside the repository, on machines that have it."""
    folder = Path(__file__).resolve().parents[2] / "../shared/data"
    if not folder.is_dir():
        pytest.skip("needs the data folder ../shared/data beside the repository")
    return folder.resolve()


@pytest.fixture
def paint(tmp_path: Path) -> Painter:
    """paint(name, shape=(h, w) or (h, w, c), seed): a random picture under the folder `set`, which it returns."""

    def painter(name: str, shape: tuple[int, ...] = (6, 5), seed: int = 0) -> Path:
        path = tmp_path / "set" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.random.default_rng(seed).integers(0, 256, shape, np.uint8)).save(path)
        return tmp_path / "set"

    return painter


Answer = bytes | Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Server:
    """A web server of this machine. answers: by the name of a file, its content or what answers. asked: what was."""

    url: str
    answers: dict[str, Answer]
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def serve() -> Iterator[Callable[[dict[str, Answer]], Server]]:
    """serve(answers): a Server that gives them, until the test ends."""
    running: list[ThreadingHTTPServer] = []

    def start(answers: dict[str, Answer]) -> Server:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name = self.path.strip("/")
                told.asked.append(name)
                answer = told.answers[name]
                if callable(answer):
                    answer(self)
                    return
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        running.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        told = Server(f"http://127.0.0.1:{server.server_port}", answers)
        return told

    yield start
    for server in running:
        server.shutdown()
        server.server_close()
