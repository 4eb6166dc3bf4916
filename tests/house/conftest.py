"""The package as parsed source, for the tests that judge its structure."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "latent_explorer"


@dataclass(frozen=True)
class Import:
    """One imported module or name, absolute and dotted."""

    target: str
    line: int
    at_module_level: bool


@dataclass(frozen=True)
class Source:
    """One module. name: dotted, with the package's own name left out; "" for the package itself."""

    name: str
    text: str
    is_package: bool = False

    @property
    def room(self) -> str:
        """The room, or the foundation module, that this module belongs to."""
        return self.name.partition(".")[0]

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """All imports, those inside functions and those for type checkers included."""
        return tuple(self._imports(self.tree, at_module_level=True))

    def _imports(self, node: ast.AST, *, at_module_level: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            inside_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            for target in self._targets(child):
                yield Import(target, child.lineno, at_module_level)
            yield from self._imports(child, at_module_level=at_module_level and not inside_function)

    def _targets(self, node: ast.AST) -> list[str]:
        match node:
            case ast.Import():
                return [alias.name for alias in node.names]
            case ast.ImportFrom():
                base = self._base(node)
                return [f"{base}.{alias.name}" for alias in node.names]
            case ast.Call(
                func=ast.Attribute(attr="import_module") | ast.Name(id="import_module" | "__import__"),
                args=[ast.Constant(value=str(target)), *_],
            ):
                return [target]
        return []

    def _base(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = [PACKAGE, *self.name.split(".")] if self.name else [PACKAGE]
        up = node.level - 1 if self.is_package else node.level
        return ".".join([*package[: len(package) - up], *filter(None, [node.module])])


def read(path: Path) -> Source:
    """The module that a file of the package holds."""
    parts = path.relative_to(ROOT / PACKAGE).with_suffix("").parts
    is_package = parts[-1] == "__init__"
    return Source(".".join(parts[:-1] if is_package else parts), path.read_text(encoding="utf-8"), is_package)


@pytest.fixture(scope="session")
def sources() -> tuple[Source, ...]:
    """Every module of the package."""
    return tuple(read(path) for path in sorted((ROOT / PACKAGE).rglob("*.py")))


@pytest.fixture(scope="session")
def source() -> Callable[..., Source]:
    """What makes a module out of a name and a text, to show that a rule can fail."""
    return Source


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT
