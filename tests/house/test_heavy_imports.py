"""Qt only in the window's room, torch and sklearn never in the window's process, a pickle nowhere."""

import ast
import subprocess
import sys

import pytest

QT = {"PyQt6", "pyqtgraph", "superqt", "qtpy", "PySide6"}
HEAVY = {"torch", "torchvision", "sklearn", "lightning_fabric", "onnxruntime", "diffusers", "openTSNE", "umap"}
PICKLING = {"pickle", "cPickle", "_pickle", "cloudpickle", "dill", "joblib", "shelve", "marshal"}
RUNNING = {
    "eval", "exec", "compile", "builtins.eval", "builtins.exec", "torch.jit.load", "torch.export.load",
    "yaml.load", "yaml.unsafe_load", "runpy.run_path", "QtCore.QSettings",
}  # fmt: skip
HEAVY_ROOMS = (
    "nets", "runtime", "importing", "training", "engine", "bench", "film", "exploring",
)  # fmt: skip  # bench runs in processes of its own
# What runs in the window's process though its room holds heavy modules.
LIGHT_MODULES = (
    "nets", "nets.spec", "nets.families", "importing", "importing.protocol",
    "engine", "engine.client", "engine.process", "engine.protocol", "engine.request_queue",
)  # fmt: skip
LIGHT_FOLDERS = ("engine.handlers",)
NEVER_HEAVY = (
    "gui",
    "session",
    "service",
    "engine.client",
    "engine.handlers",
    "engine.protocol",
)  # not even in a function
QUEUES = {"Queue", "SimpleQueue", "JoinableQueue", "Manager", "Pool", "ProcessPoolExecutor"}


def runs_in_the_window(source):
    """Whether importing this module must cost the window's process nothing heavy."""
    light = source.name in LIGHT_MODULES or is_or_lies_in(source, LIGHT_FOLDERS)
    return light or source.room not in HEAVY_ROOMS


def is_or_lies_in(source, names):
    return any(source.name == name or source.name.startswith(f"{name}.") for name in names)


def imported(source, libraries, *, at_module_level=False):
    """The imports of any of these libraries."""
    return [
        f"{source.name}:{each.line} imports {each.target}"
        for each in source.imports
        if each.target.partition(".")[0] in libraries and (each.at_module_level or not at_module_level)
    ]


def misplaced_qt(source):
    return [] if source.room in ("gui", "bench") else imported(source, QT)


def misplaced_heavy(source):
    if is_or_lies_in(source, NEVER_HEAVY):
        return imported(source, HEAVY)
    return imported(source, HEAVY, at_module_level=True) if runs_in_the_window(source) else []


def pickles(source):
    """Everything that reads or writes a pickle, openly or behind a library's door."""
    uses_processes = any("multiprocessing" in each.target or "ProcessPool" in each.target for each in source.imports)
    calls = [node for node in ast.walk(source.tree) if isinstance(node, ast.Call)]
    found = [call for call in calls if is_pickling(call) or (uses_processes and sends_objects(call))]
    found_lines = [f"{source.name}:{call.lineno} pickles: {ast.unparse(call)}" for call in found]
    return imported(source, PICKLING) + found_lines


def is_pickling(call):
    keywords = {keyword.arg: getattr(keyword.value, "value", None) for keyword in call.keywords}
    name = ast.unparse(call.func)
    unsafe_load = name == "torch.load" and keywords.get("weights_only") is not True
    unsafe_array = keywords.get("allow_pickle", False) is not False
    return unsafe_load or unsafe_array or name == "torch.save" or name.endswith(".read_pickle")


def running_of_text(source):
    """Everything that would run what a file says: code as text, TorchScript, and Qt's settings, which hold pickles."""
    calls = [node for node in ast.walk(source.tree) if isinstance(node, ast.Call)]
    found = [call for call in calls if ast.unparse(call.func) in RUNNING]
    lines = [f"{source.name}:{call.lineno} runs text: {ast.unparse(call)}" for call in found]
    settings = [
        f"{source.name}:{each.line} imports it" for each in source.imports if each.target.endswith(".QSettings")
    ]
    return lines + settings


def sends_objects(call):
    """Whether objects, rather than bytes, would go from process to process."""
    name = ast.unparse(call.func)
    is_queue = name.rpartition(".")[2] in QUEUES and not name.startswith("queue.")
    receives_object = name.endswith(".recv") and not call.args
    return is_queue or receives_object


@pytest.mark.parametrize("rule", [misplaced_qt, misplaced_heavy, pickles, running_of_text])
def test_the_package_keeps_the_rule(sources, rule):
    assert not [line for source in sources for line in rule(source)]


@pytest.mark.parametrize(
    ("rule", "name", "text"),
    [
        (misplaced_qt, "session.state", "def f():\n    from PyQt6.QtCore import QObject"),
        (misplaced_qt, "cli", "import pyqtgraph as pg"),
        (misplaced_heavy, "charts.fit", "from sklearn.decomposition import PCA"),
        (misplaced_heavy, "nets.spec", "import torch"),
        (misplaced_heavy, "engine.process", "import torch"),
        (misplaced_heavy, "engine.client", "def f():\n    import torch.nn"),
        (misplaced_heavy, "engine.handlers.hover", "def f():\n    import torch"),
        (misplaced_heavy, "gui.shell.window", "def f():\n    import sklearn"),
        (pickles, "files", "import pickle"),
        (pickles, "training.resume", "def f():\n    from joblib import dump"),
        (pickles, "training.resume", "import torch\ntorch.load(path)"),
        (pickles, "training.resume", "import torch\ntorch.load(path, weights_only=False)"),
        (pickles, "training.resume", "import torch\ntorch.save(state, path)"),
        (pickles, "data.arrays", "import numpy as np\nnp.load(path, allow_pickle=True)"),
        (pickles, "data.arrays", "import numpy as np\nnp.load(path, allow_pickle=flag)"),
        (pickles, "engine.process", "import multiprocessing\nq = multiprocessing.get_context('spawn').Queue()"),
        (pickles, "engine.process", "from multiprocessing import Queue\nq = Queue()"),
        (pickles, "engine.process", "from multiprocessing import Pipe\na, b = Pipe()\na.recv()"),
        (pickles, "engine.process", "from concurrent.futures import ProcessPoolExecutor\nProcessPoolExecutor()"),
        (pickles, "charts.fit", "import shelve, marshal"),
        (running_of_text, "gui.settings", "from PyQt6.QtCore import QSettings"),
        (running_of_text, "gui.settings", "from PyQt6 import QtCore\nQtCore.QSettings()"),
        (running_of_text, "bundles.config", "eval(text)"),
        (running_of_text, "runs.job", "def f():\n    exec(text, {})"),
        (running_of_text, "nets.foreign", "import torch\ntorch.jit.load(path)"),
    ],
)
def test_a_breach_is_found(source, rule, name, text):
    assert len(rule(source(name, text))) >= 1


@pytest.mark.parametrize(
    ("rule", "name", "text"),
    [
        (misplaced_qt, "gui.shell.window", "from PyQt6.QtWidgets import QWidget"),
        (running_of_text, "nets.model", "import re\nmodel.eval()\nre.compile(text)\ndialog.exec()"),
        (misplaced_heavy, "nets.trunks", "import torch"),
        (misplaced_heavy, "engine.process", "def main():\n    import torch"),
        (misplaced_heavy, "data.mnist", "def f():\n    from torchvision.datasets import MNIST"),
        (pickles, "nets.foreign", "import torch\ntorch.load(path, weights_only=True)"),
        (pickles, "engine.client", "import multiprocessing, queue\nq = queue.Queue()\na.recv_bytes()\ns.recv(10)"),
    ],
)
def test_what_is_allowed_passes(source, rule, name, text):
    assert not rule(source(name, text))


def test_a_fresh_interpreter_imports_the_windows_modules_without_torch_or_sklearn(sources):
    modules = [f"latent_explorer.{source.name}".rstrip(".") for source in sources if runs_in_the_window(source)]
    program = (
        "import importlib, sys\n"
        f"for module in {modules!r}:\n"
        "    importlib.import_module(module)\n"
        f"    heavy = sys.modules.keys() & {HEAVY!r}\n"
        "    assert not heavy, f'importing {module} brought {heavy}'\n"
    )
    outcome = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr


def test_a_fresh_interpreter_imports_the_command_line_without_qt_or_torch(sources):
    modules = [f"latent_explorer.{source.name}" for source in sources if source.room == "cli"]
    program = f"import importlib, sys\nfor module in {modules!r}: importlib.import_module(module)\n"
    program += f"assert not sys.modules.keys() & {QT | HEAVY!r}"
    outcome = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr
