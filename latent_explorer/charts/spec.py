"""A chart as chosen: which kind, with which parameters."""

from collections.abc import Mapping

import msgspec

from latent_explorer.errors import UserError

Value = str | float | tuple[float, ...]


class ChartSpec(msgspec.Struct, frozen=True):
    """A kind of chart and those of its parameters that are not as usual. As text: `slice:across=3,up=7`."""

    kind: str
    parameters: dict[str, Value] = {}

    def __str__(self) -> str:
        chosen = ",".join(f"{name}={text_of(value)}" for name, value in sorted(self.parameters.items()))
        return f"{self.kind}:{chosen}" if chosen else self.kind

    def __hash__(self) -> int:
        return hash(str(self))

    @classmethod
    def of(cls, text: str) -> "ChartSpec":
        """That of a text KIND[:name=value,...], where a value may be several numbers with commas between them.

        Raises UserError where it is not so written; which kinds and parameters there are is asked in `checked`.
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
        return cls(kind.strip(), _values(written))


def _values(written: Mapping[str, list[str]]) -> dict[str, Value]:
    return {name: _value(pieces) for name, pieces in written.items()}


def _value(pieces: list[str]) -> Value:
    try:
        numbers = tuple(map(float, pieces))
    except ValueError:
        return ",".join(pieces).strip()
    return numbers[0] if len(numbers) == 1 else numbers


def text_of(value: Value) -> str:
    """A value as it is written in a spec; read again, it is the same to the bit."""
    match value:
        case str():
            return value
        case tuple():
            return ",".join(map(text_of, value))
    return str(int(value)) if float(value).is_integer() and abs(value) < 2**53 else repr(float(value))
