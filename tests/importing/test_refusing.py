"""Files that hold code execute and write nothing; what cannot be used is said in one sentence with the way out."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper
from typer.testing import CliRunner

from latent_explorer.cli.app import app
from latent_explorer.errors import UserError
from latent_explorer.importing.making import import_model
from latent_explorer.importing.protocol import ImportPlan
from tests.importing.making import DIM, SIDE, diffusers_folder, linear_graph, malicious, onnx_pair, principal

HEARD: list[str] = []
LISTENING: list[Path] = []


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if not LISTENING:
        return
    if event in ("os.system", "subprocess.Popen", "os.exec", "socket.connect", "os.rename", "os.mkdir"):
        HEARD.append(f"{event} {arguments}"[:200])
    tried = arguments[0] == str(LISTENING[0])  # whether the folder can be written, by a file without a name
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+") and not tried:
        HEARD.append(f"{event} {arguments}"[:200])


sys.addaudithook(_hear)


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[list[str]]:
    """What was started, connected to or written meanwhile."""
    HEARD.clear()
    LISTENING.append(tmp_path)
    yield HEARD
    LISTENING.clear()


def refused(folder: Path, **options: object) -> str:
    """Why a plan is refused; nothing is left where the bundle would have been."""
    before = sorted(folder.iterdir())
    with pytest.raises(UserError) as error:
        list(import_model(ImportPlan(folder=folder / "bundle", device="cpu", **options)))
    assert sorted(folder.iterdir()) == before
    assert "\n" not in str(error.value).strip()
    return str(error.value)


@pytest.mark.parametrize("name", ["model.pkl", "renamed.onnx", "bomb.ckpt", "scripted.pt", "slip.pt"])
def test_what_holds_code_executes_and_writes_nothing(tmp_path, images, name, listening):
    sentinel = tmp_path / "sentinel"
    LISTENING.clear()
    path = malicious(tmp_path, sentinel)[name]
    LISTENING.append(tmp_path)
    out = tmp_path / "bundle"
    result = CliRunner().invoke(app, ["import", str(path), "--images", str(images), "--out", str(out)])
    LISTENING.clear()
    assert result.exit_code == 2
    assert path.name in result.stderr
    assert not listening
    assert not sentinel.exists()
    assert not (tmp_path.parent / sentinel.name).exists()
    assert not out.exists()
    if name != "slip.pt":
        assert "torch.onnx.export" in result.stderr


def test_the_way_out_names_explore(tmp_path):
    reason = refused(tmp_path, model=malicious(tmp_path, tmp_path / "sentinel")["model.pkl"], images="mnist")
    assert "latent_explorer.explore" in reason


def test_a_program_of_torch_export_is_refused(tmp_path):
    import zipfile

    with zipfile.ZipFile(tmp_path / "m.pt2", "w") as archive:
        archive.writestr("m/archive_format", "pt2")
        archive.writestr("m/models/model.json", "{}")
    assert ".pt2" in refused(tmp_path, model=tmp_path / "m.pt2", images="mnist")


def test_weights_of_another_network_are_listed(tmp_path, images):
    torch.save({"conv1.weight": torch.zeros(3, 3), "fc.bias": torch.zeros(7)}, tmp_path / "w.pt")
    reason = refused(tmp_path, model=tmp_path / "w.pt", images=str(images))
    assert "conv1.weight (3, 3)" in reason
    assert "vae" in reason
    assert "encoder.N.weight" in reason


@pytest.mark.parametrize("extra", ["onnxruntime", "diffusers"])
def test_a_missing_extra_is_said_with_the_line_that_installs_it(tmp_path, images, monkeypatch, extra):
    decoder, encoder = onnx_pair(tmp_path, images)
    options = {"decoder": decoder, "encoder": encoder}
    if extra == "diffusers":
        options = {"model": diffusers_folder(tmp_path / "vae", "AutoencoderTiny")}
    monkeypatch.setitem(sys.modules, extra, None)
    reason = refused(tmp_path, images=str(images), **options)
    assert f"pip install 'latent-explorer[{'onnx' if extra == 'onnxruntime' else 'diffusers'}]'" in reason


def test_a_decoder_that_gives_no_numbers(tmp_path, images):
    middle, axes = principal(images)
    _, encoder = onnx_pair(tmp_path, images)
    sizes = ("n", DIM), ("n", 1, SIDE, SIDE)
    onnx.save(linear_graph(axes * np.nan, middle, sizes), tmp_path / "nan.onnx")
    reason = refused(tmp_path, decoder=tmp_path / "nan.onnx", encoder=encoder, images=str(images))
    assert "not finite" in reason


def test_giant_shapes_are_refused_before_they_are_made(tmp_path, images):
    _, encoder = onnx_pair(tmp_path, images)
    ports = [
        helper.make_tensor_value_info("x", TensorProto.FLOAT, ("n", DIM)),
        helper.make_tensor_value_info("y", TensorProto.FLOAT, ("n", 1, 10**5, 10**5)),
    ]
    shape = helper.make_tensor("s", TensorProto.INT64, (4,), [1, 1, 10**5, 10**5])
    nodes = [
        helper.make_node("ReduceSum", ["x"], ["r"], keepdims=1),
        helper.make_node("Reshape", ["r", "four"], ["r4"]),
        helper.make_node("Expand", ["r4", "s"], ["y"]),
    ]
    four = helper.make_tensor("four", TensorProto.INT64, (4,), [1, 1, 1, 1])
    graph = helper.make_graph(nodes, "giant", ports[:1], ports[1:], [shape, four])
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), tmp_path / "giant.onnx"
    )
    reason = refused(tmp_path, decoder=tmp_path / "giant.onnx", encoder=encoder, images=str(images))
    assert "at most 1,048,576 values" in reason


def with_external(path: Path, location: str, data: bytes | None = None) -> Path:
    """An ONNX decoder whose weights lie in another file, as `location` says."""
    model = linear_graph(np.ones((DIM, SIDE * SIDE)), np.zeros(SIDE * SIDE), (("n", DIM), ("n", 1, SIDE, SIDE)))
    tensor = model.graph.initializer[0]
    content = tensor.raw_data
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in {"location": location, "offset": "0", "length": str(len(content))}.items():
        entry = tensor.external_data.add()
        entry.key, entry.value = key, value
    path.write_bytes(model.SerializeToString())
    (path.parent / "weights.data").write_bytes(content if data is None else data)
    return path


@pytest.mark.parametrize("location", ["../weights.data", "/etc/passwd", "sub/weights.data", "..", "C:\\secret", ""])
def test_arrays_elsewhere_are_not_read(tmp_path, images, location):
    (tmp_path / "in").mkdir()
    decoder = with_external(tmp_path / "in" / "d.onnx", location)
    reason = refused(tmp_path, decoder=decoder, images=str(images))
    assert "beside it" in reason


def test_arrays_beside_a_model_are_put_into_it(tmp_path):
    from latent_explorer.importing.onnx_source import OnnxSource

    source = OnnxSource(with_external(tmp_path / "d.onnx", "weights.data"), None)
    (tmp_path / "weights.data").unlink()
    assert source.decoder.run(np.ones((3, DIM), np.float32)).sum() == pytest.approx(3 * DIM * SIDE * SIDE)
    with_external(tmp_path / "short.onnx", "weights.data", b"few")
    with pytest.raises(UserError, match=r"expected .* bytes in weights\.data"):
        OnnxSource(tmp_path / "short.onnx", None)


def test_damaged_onnx_files_end_in_a_sentence(tmp_path, images):
    decoder, _ = onnx_pair(tmp_path, images)
    whole, draw = decoder.read_bytes(), np.random.default_rng(0)
    for seed in range(50):
        content = bytearray(whole)
        for _ in range(1 + seed % 8):
            content[draw.integers(len(content) if seed % 2 else 300)] = draw.integers(256)
        del content[len(content) if seed % 3 else int(draw.integers(1, len(content))) :]
        (tmp_path / "damaged.onnx").write_bytes(bytes(content))
        with contextlib.suppress(UserError):
            list(import_model(ImportPlan(decoder=tmp_path / "damaged.onnx")))


def test_what_does_not_fit_is_said_with_both_sides(tmp_path, images, colours):
    decoder, encoder = onnx_pair(tmp_path, images)
    np.save(tmp_path / "three.npy", np.zeros((90, 3), np.float32))
    np.save(tmp_path / "few.npy", np.zeros((9, 2), np.float32))
    pair = {"decoder": decoder, "encoder": encoder}
    assert "found 3" in refused(tmp_path, decoder=decoder, latents=tmp_path / "three.npy", images=str(images))
    assert "the 90 images" in refused(tmp_path, decoder=decoder, latents=tmp_path / "few.npy", images=str(images))
    assert "16x16 with 3 channels" in refused(tmp_path, **pair, images=str(colours))
    assert "--encoder" in refused(tmp_path, decoder=decoder, images=str(images))
    assert "--images" in refused(tmp_path, **pair)
    assert "nothing to import" in refused(tmp_path)


def test_what_is_there_is_not_replaced_unasked(tmp_path, images, make):
    decoder, encoder = onnx_pair(tmp_path, images)
    options = {"decoder": decoder, "encoder": encoder, "images": str(images)}
    folder = make(**options)
    assert "already holds a bundle" in refused(tmp_path, **options)
    make(**options, overwrite=True)
    assert (folder / "config.json").exists()


def test_closed_at_any_report_it_leaves_nothing(tmp_path, images):
    decoder, encoder = onnx_pair(tmp_path, images)
    plan = ImportPlan(decoder=decoder, encoder=encoder, images=str(images), folder=tmp_path / "bundle", device="cpu")
    before = sorted(tmp_path.iterdir())
    for reports in range(1, 8):
        under_way = import_model(plan)
        for _ in range(reports):
            next(under_way)
        under_way.close()
        assert sorted(tmp_path.iterdir()) == before
