"""The base class of figures of a model."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class FigureSet:
    """Figures as fields of a dataclass, each float or None if it is not measured."""

    def figures(self) -> dict[str, float | None]:
        """The figures by name."""
        return asdict(self)
