"""Ctrl-C while `latent-explorer import` encodes: 130, one line, and no trace of the bundle."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.importing.making import greys, safetensors_weights

PROGRAM = """
import signal, sys, time
from pathlib import Path
from latent_explorer.importing import making
from latent_explorer.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)  # who starts the tests may have it ignored
making._AT_ONCE = 1
batches = making._batches
def slow(whole):
    print("begun", file=sys.stderr, flush=True)
    for batch in batches(whole):
        while not Path("go on").exists():
            time.sleep(0.01)
        yield batch
making._batches = slow
sys.argv[1:] = {arguments!r}
sys.exit(main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="sends the signal of Ctrl-C")
def test_ctrl_c_leaves_what_was_there(tmp_path: Path, small_bundle: Path) -> None:
    images, weights, out = (
        greys(tmp_path / "greys.npz"),
        safetensors_weights(tmp_path / "w.safetensors"),
        tmp_path / "made",
    )
    shutil.copytree(small_bundle, out)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    arguments = ["import", str(weights), "--images", str(images), "--out", str(out), "--overwrite"]
    program = [sys.executable, "-c", PROGRAM.format(arguments=arguments)]
    pipe = subprocess.PIPE
    with subprocess.Popen(program, cwd=tmp_path, stdout=pipe, stderr=pipe, text=True) as process:
        said = ""
        while "begun" not in said:
            said += process.stderr.readline()
            assert process.poll() is None, said
        process.send_signal(signal.SIGINT)
        (tmp_path / "go on").touch()  # however late the signal came, it came while images are encoded
        printed, err = process.communicate(timeout=150)
    (tmp_path / "go on").unlink()
    assert process.returncode == 130, err
    assert not printed
    assert err.rstrip().endswith("latent-explorer: interrupted; nothing was written")
    assert "Traceback" not in err
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
