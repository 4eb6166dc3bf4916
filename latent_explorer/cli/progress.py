"""How far a training run or its film is, on standard error."""

from collections.abc import Mapping
from datetime import timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from rich.progress import TaskID


class _Display:
    """A bar with a text on either side."""

    def __init__(self, description: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[state]}"),
            console=Console(stderr=True, highlight=False, markup=False),
        )
        self._task = self._progress.add_task(description, total=None, state="")

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()


class EncodingDisplay(_Display):
    """A bar with speed and time left."""

    def show(self, images: int, all_images: int, images_per_second: float, seconds_left: float | None) -> None:
        """What a training.Encoded says."""
        left = "" if seconds_left is None else f"{timedelta(seconds=round(seconds_left))} left"
        state = f"{images:,} of {all_images:,} images  {images_per_second:,.0f} images/s  {left}"
        self._progress.update(self._task, description="encoding", completed=images, total=all_images, state=state)


class TrainingDisplay(_Display):
    """A bar with loss, speed and time left, and a line with all losses for each epoch that has ended."""

    def __init__(self, dataset: str) -> None:
        super().__init__(f"reading {dataset}")

    def tell(self, told: Any) -> None:
        """What a runs.protocol.Progress says; a Begun is seen by the first report."""
        if getattr(told, "lasting", False):
            self._progress.console.print(told.doing, soft_wrap=True)
        elif hasattr(told, "doing"):
            self._progress.update(
                self._task, description=told.doing, completed=told.done, total=told.total or None, state=""
            )

    def show(
        self,
        epoch: int,
        steps: tuple[int, int],
        losses: Mapping[str, float],
        test_losses: Mapping[str, float] | None,
        images_per_second: float,
        seconds_left: float,
    ) -> None:
        """What a training.Report says. steps: done, and in all."""
        done, total = steps
        if test_losses is not None:
            self._progress.console.print(
                f"epoch {epoch}: {_text(losses)}; on the test images: {_text(test_losses)}", soft_wrap=True
            )
        finished = done == total and test_losses is not None
        left = timedelta(seconds=round(seconds_left))
        name, loss = next(iter(losses.items()))
        state = f"{name} {loss:.4g}  {images_per_second:,.0f} images/s  {left} left"
        self._progress.update(
            self._task,
            description="evaluating and saving" if finished else f"epoch {epoch}",
            completed=done,
            total=total,
            state=state,
        )


def _text(losses: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.4g}" for name, value in losses.items())


class FilmDisplay:
    """A bar for each thing that is done, and a line for what has no total."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import Progress

        self._progress = Progress(console=Console(stderr=True, highlight=False, markup=False))
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._tasks:  # else there is only an error to read
            self._progress.stop()

    def show(self, progress: Any) -> None:
        """What a runs.protocol.Progress says."""
        if not progress.total:
            self._progress.console.print(progress.doing, soft_wrap=True)
            return
        self._progress.start()
        if progress.doing not in self._tasks:
            self._tasks[progress.doing] = self._progress.add_task(progress.doing)
        self._progress.update(self._tasks[progress.doing], completed=progress.done, total=progress.total)
