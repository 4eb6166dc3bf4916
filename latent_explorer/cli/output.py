"""What a command prints on standard output."""

import json
from collections.abc import Iterable, Mapping, Sequence


def print_json(value: Mapping[str, object]) -> None:
    """One JSON object; numbers that are not finite have no place in it and raise ValueError."""
    print(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False), flush=True)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, title: str | None = None) -> None:
    """A table; columns whose heading begins with a space are set to the right."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, collapse_padding=True, pad_edge=False)
    for column in columns:
        table.add_column(column.strip(), justify="right" if column.startswith(" ") else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console(markup=False, highlight=False).print(table)


def report(value: Mapping[str, object], text: str, as_json: bool) -> None:
    """Print what was done: as JSON where that was asked for, else as a text."""
    if as_json:
        print_json(value)
    else:
        print(text)


def cell(value: str | float | None, digits: int = 4) -> str:
    """A text as it is, a whole number with commas, a figure with so many significant digits, or a dash."""
    if isinstance(value, str | int):
        return value if isinstance(value, str) else f"{value:,}"
    return "-" if value is None else f"{value:.{digits}g}"
