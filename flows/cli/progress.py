"""The progress of runs on the terminal: a line for each portal."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from flows.steps.order import Counts, Outcome


class Display:
    """A live line for each portal; on a stream that is no terminal, nothing but the ends.

    Attributes:
        outcomes: the runs that have ended, in the order of their ends.
    """

    def __init__(self, console: Console) -> None:
        """Show the lines on `console`."""
        self.outcomes: list[Outcome] = []
        self._tasks: dict[str, TaskID] = {}
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("[bold]{task.fields[portal]}"),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Self:
        """Start to draw."""
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop drawing; the last state stays on the screen."""
        self._progress.stop()

    def begun(self, portal: str, run_id: str) -> None:
        """Take no note: people know a portal by its name."""

    def progress(self, portal: str, stage: str, counts: Counts) -> None:
        """Show the stage a run is in and what it has done so far."""
        text = (
            f"{stage} · {counts.indexed} phản hồi · {counts.read} trang đọc · {counts.new} mới · "
            f"{counts.changed} đổi · {counts.refusals} từ chối"
        )
        self._progress.update(self._task(portal), description=text)

    def ended(self, outcome: Outcome) -> None:
        """Keep a run's end and show it."""
        self.outcomes.append(outcome)
        judgement = outcome.judgement
        task = self._task(outcome.portal)
        self._progress.update(
            task, description=f"{judgement.facts.label} [{judgement.verdict.value}]".replace("[", r"\["), completed=1
        )
        self._progress.stop_task(task)

    def _task(self, portal: str) -> TaskID:
        if portal not in self._tasks:
            self._tasks[portal] = self._progress.add_task("", total=1, portal=portal)
        return self._tasks[portal]
