"""The labels that a person has given to images of a map: the class names, and the class of each labelled image."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from latent_explorer.errors import UserError

MOST_LABELS = 100_000
MOST_CLASSES = 100
LONGEST_NAME = 60

Label = tuple[int, int]
"""An image by its number, and its class by its index among the names."""


@dataclass(frozen=True)
class Labels:
    """names: of the classes, all different. of: the labels, in the order in which they were given, one per image."""

    names: tuple[str, ...] = ()
    of: tuple[Label, ...] = ()

    def put(self, images: Iterable[int], label: int) -> "Labels":
        """Give these images this class, replacing any other. Raises UserError for too many labels."""
        new = dict.fromkeys(images, label)
        kept = tuple(each for each in self.of if each[0] not in new)
        if len(kept) + len(new) > MOST_LABELS:
            raise UserError(f"at most {MOST_LABELS:,} images are labelled, and these would be {len(kept) + len(new):,}")
        return replace(self, of=(*kept, *new.items()))

    def without(self, images: Collection[int]) -> "Labels":
        """Remove the labels of these images."""
        return replace(self, of=tuple(each for each in self.of if each[0] not in images))

    def with_class(self, name: str) -> "Labels":
        """Add a class. Raises UserError if its name is empty or taken, or there are too many."""
        return replace(self, names=(*self.names, self._checked(name)))

    def renamed(self, label: int, name: str) -> "Labels":
        """Rename a class. Raises UserError like `with_class`."""
        if name.strip() == self.names[label]:
            return self
        return replace(self, names=(*self.names[:label], self._checked(name), *self.names[label + 1 :]))

    def count(self, label: int) -> int:
        """The number of images of a class."""
        return sum(each[1] == label for each in self.of)

    def check(self, images: int | None = None) -> None:
        """Raise UserError if the labels contradict each other, or name images that do not exist."""
        if len(set(self.names)) < len(self.names) or not all(0 < len(each) <= LONGEST_NAME for each in self.names):
            raise UserError(f"labels: expected classes with names of their own, of at most {LONGEST_NAME} characters")
        if len(self.names) > MOST_CLASSES or len(self.of) > MOST_LABELS:
            raise UserError(f"labels: expected at most {MOST_CLASSES} classes and {MOST_LABELS:,} labels")
        if len({image for image, _ in self.of}) < len(self.of):
            raise UserError("labels: an image has two labels")
        if not all(image >= 0 and 0 <= label < len(self.names) for image, label in self.of):
            raise UserError("labels: expected numbers of images and of classes that there are")
        if images is not None and any(image >= images for image, _ in self.of):
            raise UserError(f"labels: expected images 0 to {images - 1:,}, found {max(self.of)[0]:,}")

    def _checked(self, name: str) -> str:
        name = name.strip()
        if not 0 < len(name) <= LONGEST_NAME:
            raise UserError(f"a class needs a name of 1 to {LONGEST_NAME} characters")
        if name in self.names:
            raise UserError(f"there is a class called {name} already")
        if len(self.names) >= MOST_CLASSES:
            raise UserError(f"at most {MOST_CLASSES} classes are told apart")
        return name


NO_LABELS = Labels()
