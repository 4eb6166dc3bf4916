"""Servers that tell the truth, and those that lie: a file comes whole and as meant, or not at all."""

import hashlib
from contextlib import suppress

import pytest

from latent_explorer.data import download
from latent_explorer.data.download import Download, fetch
from latent_explorer.errors import DataError

CONTENT = bytes(range(256)) * 2000
MD5 = hashlib.md5(CONTENT).hexdigest()


def answering(*headers, body=b"", status=200, endless=False):
    """An answer with some headers and a body, which may never end."""

    def answer(handler):
        handler.send_response(status)
        for name, value in headers:
            handler.send_header(name, value)
        handler.end_headers()
        with suppress(OSError):
            handler.wfile.write(body)
            while endless:
                handler.wfile.write(bytes(1 << 16))

    return answer


def test_a_file_is_fetched_once_and_progress_told(tmp_path, serve):
    server, seen = serve({"a.bin": CONTENT}), []
    wanted = Download(f"{server.url}/a.bin", MD5, len(CONTENT))
    for _ in range(2):
        path = fetch(wanted, tmp_path / "x", lambda done, total: seen.append((done, total)))
    assert path.read_bytes() == CONTENT
    assert server.asked == ["a.bin"]
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert len(seen) > 1


def test_no_length_need_be_announced_and_a_server_may_lead_to_another(tmp_path, serve):
    there = serve({"b.bin": answering(body=CONTENT)})
    here = serve({"a.bin": answering(("Location", f"{there.url}/b.bin"), status=302)})
    assert fetch(Download(f"{here.url}/a.bin", MD5, len(CONTENT)), tmp_path).read_bytes() == CONTENT


LIES = {
    "other": (CONTENT[:-1] + b"?", "found a file with the MD5"),
    "short": (CONTENT[:-9], "found an announced size of 511991 bytes"),
    "cut off": (answering(("Content-Length", "512000"), body=CONTENT[:-9]), "found 511,991 bytes"),
    "endless": (answering(body=CONTENT, endless=True), "found 512,001 bytes"),
    "no number": (answering(("Content-Length", "many"), body=CONTENT), "found an announced size of many bytes"),
    "negative": (answering(("Content-Length", "-5"), body=CONTENT), "found an announced size of -5 bytes"),
    "broken chunks": (
        answering(("Transfer-Encoding", "chunked"), body=b"5\r\nabcde\r\nzz\r\nabc"),
        "cannot be downloaded|found 5 bytes",
    ),
    "to a file": (
        answering(("Location", "file:///etc/hostname"), status=302),
        "redirects to an address that is not allowed",
    ),
    "to ftp": (
        answering(("Location", "ftp://127.0.0.1/a.bin"), status=302),
        "redirects to an address that is not allowed",
    ),
    "in circles": (answering(("Location", "/a.bin"), status=302), "redirects to an address that is not allowed"),
    "not there": (answering(status=404), "the server answers 404"),
    "no answer at all": (lambda handler: handler.connection.close(), "cannot be downloaded"),
    "no http": (lambda handler: handler.wfile.write(b"220 mail\r\n\r\n"), "cannot be downloaded"),
}


@pytest.mark.parametrize("kind", LIES)
def test_a_server_that_lies_is_named_in_one_sentence_and_leaves_nothing(tmp_path, serve, kind):
    answer, reason = LIES[kind]
    server = serve({"a.bin": answer})
    with pytest.raises(DataError, match=reason) as refusal:
        fetch(Download(f"{server.url}/a.bin", MD5, len(CONTENT)), tmp_path)
    assert server.url in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_falls_silent_is_given_up(tmp_path, serve, monkeypatch):
    monkeypatch.setattr(download, "_TIMEOUT", 0.2)
    server = serve({"a.bin": lambda handler: handler.rfile.read(1)})
    with pytest.raises(DataError, match="timed out"):
        fetch(Download(f"{server.url}/a.bin", MD5, len(CONTENT)), tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["file:///etc/hostname", "ftp://127.0.0.1/a", "http:///a", "http://127.0.0.1:1/a", "x"])
def test_what_is_no_web_address_is_not_opened(tmp_path, url):
    with pytest.raises(DataError, match="cannot be downloaded"):
        fetch(Download(url, MD5, 5), tmp_path)


def test_a_cancelled_download_leaves_nothing(tmp_path, serve):
    def cancel(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(Download(f"{serve({'a.bin': CONTENT}).url}/a.bin", MD5, len(CONTENT)), tmp_path / "x", cancel)
    assert list((tmp_path / "x").iterdir()) == []
