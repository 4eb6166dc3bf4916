"""The definition of a kind of chart (words, parameters, latent spaces, how it is made), and of a chosen chart."""

import re
import sys
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from latent_explorer.charts.chart import Chart
from latent_explorer.errors import UserError

Value = str | float | tuple[float, ...]
MANY = sys.maxsize
Arrays = dict[str, NDArray[Any]]


class ChartSpec(msgspec.Struct, frozen=True):
    """A kind of chart and its parameters that differ from the defaults. As text: `slice:across=3,up=7`."""

    kind: str
    parameters: dict[str, Value] = {}

    def __str__(self) -> str:
        chosen = ",".join(f"{name}={text_of(value)}" for name, value in sorted(self.parameters.items()))
        return f"{self.kind}:{chosen}" if chosen else self.kind

    def __hash__(self) -> int:
        return hash(str(self))

    @classmethod
    def of(cls, text: str) -> "ChartSpec":
        """The spec of a text KIND[:name=value,...], where a value may be several numbers separated by commas.

        Raises UserError if it is not in this form; `checked` tests whether the kind and its parameters exist.
        """
        kind, _, rest = text.partition(":")
        written: dict[str, list[str]] = {}
        for piece in rest.split(",") if rest else ():
            name, given, value = piece.partition("=")
            if given:
                written[name.strip()] = [value]
            elif written:
                list(written.values())[-1].append(piece)
            else:
                raise UserError(f"chart {text}: expected KIND or KIND:name=value,..., found {piece!r} without a name")
        return cls(kind.strip(), {name: _value(pieces) for name, pieces in written.items()})


def _value(pieces: list[str]) -> Value:
    try:
        numbers = tuple(map(float, pieces))
    except ValueError:
        return ",".join(pieces).strip()
    return numbers[0] if len(numbers) == 1 else numbers


def text_of(value: Value) -> str:
    """A value as written in a spec; reading it back gives the same bits."""
    match value:
        case str():
            return value
        case tuple():
            return ",".join(map(text_of, value))
    return str(int(value)) if float(value).is_integer() and abs(value) < 2**53 else repr(float(value))


class FitReport(msgspec.Struct, frozen=True, tag=True, eq=False):
    """The progress of a fit. share: 0 to 1. words: the current step. uv: the current places (n, 2) of the data, if any.

    so_far: the spec whose complete fit these places are, if there is one: a fit stopped here is kept as that.
    """

    share: float
    words: str = ""
    uv: np.ndarray | None = None
    so_far: ChartSpec | None = None


@dataclass(frozen=True, eq=False)
class ChartInput:
    """The input of a chart. name: the chart's required name. means: float32 (n, d), of the data.

    parameters: one value for each of the kind's. labels: int64 (n,), or None. fitted: the result of the kind's `fit`.
    """

    name: str
    means: NDArray[np.float32]
    parameters: Mapping[str, Value] = field(default_factory=dict)
    labels: NDArray[np.int64] | None = None
    fitted: Arrays = field(default_factory=dict)

    def number(self, name: str) -> float:
        """The value of a parameter that is a number."""
        value = self.parameters[name]
        assert isinstance(value, float)
        return value


@dataclass(frozen=True)
class Parameter:
    """A parameter of a kind of chart.

    sentence: what it means, without a capital or a full stop. default: its default value; an empty text if the kind
    finds it itself. kind: "dimension" is the number of one, "whole" a whole number, "vector" one number for each
    dimension and nothing else, "several" one whole number or more, "text" one of `choices`, "name" a letter followed by
    letters and digits, by which the maker of the chart finds it again. directed: whether one number for each dimension
    is allowed instead of one number. low, high: limits of each number; a dimension has its own. refits: whether another
    value needs another fit, for a kind that has one; else only `make` uses it.
    """

    name: str
    sentence: str
    default: Value = ""
    kind: Literal["number", "whole", "dimension", "vector", "several", "text", "name"] = "number"
    directed: bool = False
    low: float = -1e9
    high: float = 1e9
    choices: tuple[str, ...] = ()
    refits: bool = True

    def checked(self, value: Value, dimensions: int) -> Value:
        """The value, if it is allowed in this many dimensions. Raises UserError that says what is allowed."""
        if self.kind == "text" and value in self.choices:
            return value
        if self.kind == "name" and isinstance(value, str) and re.fullmatch(r"[a-z][a-z0-9]{1,40}", value):
            return value
        numbers = () if isinstance(value, str) else value if isinstance(value, tuple) else (value,)
        if len(numbers) == 1 and self._may_be(numbers[0], dimensions):
            return numbers[0]
        limited = all(self.low <= each <= self.high for each in numbers)
        if self.kind == "several" and numbers and limited and all(each % 1 == 0 for each in numbers):
            return numbers[0] if len(numbers) == 1 else numbers
        if len(numbers) == dimensions and (self.directed or self.kind == "vector") and limited:
            return numbers
        raise UserError(f"{self.name}={text_of(value)}: expected {self.expected(dimensions)}")

    def _may_be(self, number: float, dimensions: int) -> bool:
        """Whether a single number is allowed, and this one is."""
        low, high = (0, dimensions - 1) if self.kind == "dimension" else (self.low, self.high)
        whole = self.kind in ("whole", "dimension") and number % 1 == 0
        return low <= number <= high and (whole or self.kind == "number")

    def expected(self, dimensions: int) -> str:
        """The allowed values, in words."""
        vector = f"{dimensions} numbers"
        one = {
            "number": f"a number from {self.low:g} to {self.high:g}",
            "whole": f"a whole number from {self.low:g} to {self.high:g}",
            "dimension": f"a dimension from 0 to {dimensions - 1}",
            "vector": vector,
            "several": f"whole numbers from {self.low:g} to {self.high:g}, separated by commas",
            "text": " or ".join(self.choices),
            "name": "a letter and then letters and digits",
        }[self.kind]
        return f"{one} or {vector}" if self.directed else one


@dataclass(frozen=True, kw_only=True)
class ChartKind:
    """A kind of chart.

    title, sentence: for menus and help. make: makes the chart, in well under a second. fit: for kinds that take longer,
    run first, in a separate process; yields progress and returns arrays, which are kept on disk.
    dimensions: of the latent spaces that it supports. default_for: those that open with it. needs_labels: of the data.
    made_by: where else it is made, if a bundle alone is not enough: the maker then keeps its arrays.
    module: what must be installed for the fit, and extra: the extra of this package that installs it.
    """

    name: str
    title: str
    sentence: str
    make: Callable[[ChartInput], Chart]
    parameters: tuple[Parameter, ...] = ()
    fit: Callable[[ChartInput], Generator[FitReport, None, Arrays]] | None = None
    dimensions: range = range(2, MANY)
    default_for: range = range(0)
    needs_labels: bool = False
    made_by: str = ""
    module: str = ""
    extra: str = ""

    def lacks(self, labels: NDArray[np.int64] | None) -> str:
        """What is missing for it with data of these labels, in words; empty if nothing."""
        if self.made_by:
            return self.made_by
        if self.needs_labels and labels is None:
            return "it needs the classes of the data, and this dataset has no labels"
        if self.module and find_spec(self.module) is None:
            return f"{self.module} is not installed: pip install 'latent-explorer[{self.extra}]'"
        return ""
