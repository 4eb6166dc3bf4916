"""What was read of a dataset and what was not, in a few lines, the same everywhere."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from latent_explorer.safe_text import safe_text

_MOST_CLASSES, _MOST_KINDS = 12, 6  # named in a line; kinds of files passed over
_LONGEST = 40  # characters of a name


@dataclass(frozen=True)
class PassedOver:
    """Files of one kind that were not read: why, how many, and the name of one. noun: what they are, if not files."""

    why: str
    count: int
    example: str
    noun: str = "file"

    def __str__(self) -> str:
        several = "" if self.count == 1 else "s"
        return f"{self.count:,} {self.noun}{several}, such as {shown(self.example, 2 * _LONGEST)}: {self.why}"


@dataclass(frozen=True)
class DatasetReport:
    """What was read of a dataset.

    image_shape: (h, w, c). splits: the number of images of each, without empty ones. classes: the number of images of
    each class, in order, including empty ones. notes: what else was done or guessed, as sentences without capital and
    full stop.
    """

    name: str
    image_shape: tuple[int, int, int]
    splits: tuple[tuple[str, int], ...]
    classes: tuple[tuple[str, int], ...] = ()
    passed_over: tuple[PassedOver, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def images(self) -> int:
        """The images of all splits."""
        return sum(count for _, count in self.splits)

    def lines(self) -> tuple[str, ...]:
        """The report as text, mostly in three lines; names from files are shortened and escaped if needed."""
        return tuple(self._lines())

    def _lines(self) -> Iterator[str]:
        height, width, channels = self.image_shape
        kind = "grey" if channels == 1 else "colour"
        noun = "image" if self.images == 1 else "images"
        yield f"{shown(self.name)}: {self.images:,} {noun} of {width} x {height} pixels, {kind}"
        yield f"Splits: {', '.join(f'{count:,} {_SPLIT_WORDS[name]}' for name, count in self.splits)}"
        yield f"Classes: {_classes(self.classes)}" if self.classes else "Classes: none"
        for each in self.passed_over[:_MOST_KINDS]:
            yield f"Skipped: {each}"
        if rest := self.passed_over[_MOST_KINDS:]:
            yield f"Skipped: {sum(each.count for each in rest):,} more, for {len(rest)} other reasons"
        yield from (f"Note: {note}" for note in self.notes)


_SPLIT_WORDS = {"train": "to train on", "test": "to test", "val": "to validate (held out)"}


def counted(found: Iterable[tuple[str, str]]) -> tuple[PassedOver, ...]:
    """Pairs of a reason and a file name, as one PassedOver for each reason, the most frequent first."""
    counts: dict[str, PassedOver] = {}
    for why, name in found:
        before = counts.get(why)
        counts[why] = PassedOver(why, 1, name) if before is None else PassedOver(why, before.count + 1, before.example)
    return tuple(sorted(counts.values(), key=lambda each: -each.count))


def shown(name: str, longest: int = _LONGEST) -> str:
    """A name from a file for display in a line: shortened in the middle, with unprintable characters escaped."""
    return safe_text(name, word=longest, most=longest)


def _classes(classes: tuple[tuple[str, int], ...]) -> str:
    named = ", ".join(f"{shown(name)} {count:,}" for name, count in classes[:_MOST_CLASSES])
    if len(classes) <= _MOST_CLASSES:
        return f"{len(classes)} ({named})"
    counts = [count for _, count in classes]
    return f"{len(classes):,}, of {min(counts):,} to {max(counts):,} images ({named}, …)"
