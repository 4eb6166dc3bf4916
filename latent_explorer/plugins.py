"""Plugins: entry points of other packages are found, checked and registered; broken ones are reported and skipped."""

import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from latent_explorer.errors import UserError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

_log = logging.getLogger(__name__)
_PREFIX = "latent_explorer."
_HEAVY = ("torch", "torchvision", "sklearn", "lightning_fabric")
_loading = threading.RLock()
_loaded: dict[str, tuple["Plugin", ...]] = {}
_T = TypeVar("_T")


@dataclass(frozen=True)
class Plugin:
    """One entry point. group: "charts", "fields", ... name: of the entry. place: its value, `module:thing`.

    problem: the reason why it is skipped; empty if it is registered. thing: the registered object.
    """

    group: str
    name: str
    place: str
    distribution: str
    problem: str = ""
    thing: Any = None

    def __str__(self) -> str:
        return f"{self.name!r} among the {self.group} of {self.distribution}"


class Registry(Mapping[str, _T]):
    """Objects of one kind by their `name`: built-in ones, and those that other packages add to a group of entry points.

    Plugins are loaded when all objects are listed, or when a name is requested that is not built in.
    unique: further attributes that must be unique. check: raises UserError if an object is inconsistent.
    """

    def __init__(self, group: str, kind: type[_T], *unique: str, check: Callable[[_T], None] | None = None) -> None:
        self._group, self._kind, self._unique, self._check = group, kind, ("name", *unique), check
        self._things: dict[str, _T] = {}

    def register(self, thing: Any) -> None:
        """Add an object. Raises UserError if it has another type, is inconsistent, or duplicates a unique attribute."""
        if not issubclass(type(thing), self._kind):
            raise UserError(f"expected a {self._kind.__name__}, found {type(thing).__name__}")
        if self._check is not None:
            self._check(thing)
        for attribute in self._unique:
            value = getattr(thing, attribute)
            if value in (getattr(other, attribute) for other in self._things.values()):
                raise UserError(f"two {self._group} have the {attribute} {value!r}; rename one of them")
        self._things[thing.name] = thing

    def load(self) -> "tuple[Plugin, ...]":
        """Load the plugins of other packages, if not yet done; returns all that were found, including broken ones."""
        return load_plugins(self._group, self.register)

    def __getitem__(self, name: str) -> _T:
        if name not in self._things:
            self.load()
        return self._things[name]

    def __iter__(self) -> Iterator[str]:
        self.load()
        return iter(dict(self._things))

    def __len__(self) -> int:
        self.load()
        return len(self._things)


def load_plugins(group: str, register: Callable[[Any], None]) -> tuple[Plugin, ...]:
    """Import the plugins of a group and pass each to `register`; repeated calls do nothing.

    register: adds the object, or raises UserError with the reason why not. Errors in a plugin are logged and kept in
    its `problem`, and never raised.
    """
    with _loading:
        if group not in _loaded:
            _loaded[group] = ()  # a plugin that uses its own group while it is being loaded does not see itself
            _loaded[group] = tuple(_take(group, each, register) for each in _entries(group))
        return _loaded[group]


def broken_plugins() -> list[str]:
    """A sentence for each plugin that was skipped so far."""
    found = (plugin for group in _loaded.values() for plugin in group if plugin.problem)
    return [f"The plugin {plugin} was left out: {plugin.problem}." for plugin in found]


def _entries(group: str) -> list["EntryPoint"]:
    if not _any_offered():
        return []
    from importlib.metadata import entry_points

    return sorted(entry_points(group=f"{_PREFIX}{group}"), key=lambda each: (each.name, each.value))


@cache
def _any_offered() -> bool:
    """Whether any installed package has plugins.

    Reads the files directly: 1 ms for 90 packages, while importing importlib.metadata alone takes 24 ms.
    """
    return any(f"[{_PREFIX}".encode() in content for content in _tables())


def _tables() -> Iterator[bytes]:
    """The unparsed entry points of each distribution on the path."""
    for folder in sys.path:
        try:
            with os.scandir(folder or ".") as entries:
                names = [each.name for each in entries if each.name.endswith((".dist-info", ".egg-info"))]
        except OSError:
            continue
        for name in names:
            try:
                with open(os.path.join(folder, name, "entry_points.txt"), "rb") as file:  # noqa: PTH118, PTH123
                    yield file.read()
            except OSError:
                continue


def _take(group: str, entry: "EntryPoint", register: Callable[[Any], None]) -> Plugin:
    distribution = f"{entry.dist.name} {entry.dist.version}" if entry.dist else "an unknown package"
    thing, problem = None, ""
    try:
        with _WithoutHeavyModules():
            thing = entry.load()
        register(thing)
    except UserError as error:
        problem = str(error)
    except (Exception, SystemExit) as error:  # foreign code may raise anything
        problem = f"{entry.value} cannot be loaded: {type(error).__name__}: {error}"
    plugin = Plugin(group, entry.name, entry.value, distribution, problem.rstrip("."), thing)
    if problem:
        _log.warning("the plugin %s was left out: %s", plugin, problem)
    return plugin


class _WithoutHeavyModules:
    """Blocks imports in this thread that the window's process must not make; already imported modules are allowed."""

    def __enter__(self) -> None:
        self._thread = threading.get_ident()
        sys.meta_path.insert(0, self)

    def __exit__(self, *_: object) -> None:
        sys.meta_path.remove(self)

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name.partition(".")[0] in _HEAVY and threading.get_ident() == self._thread:
            raise ImportError(
                f"{name} is too heavy for the window, which loads plugins too: import it inside functions"
            )
