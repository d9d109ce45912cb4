"""Progress of a long command on standard error: a bar on a terminal, a line per phase elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from django.utils.functional import Promise
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn


class CommandProgress:
    """Call it with (phase, done, total); total 0 is unknown. `phases`: their words."""

    def __init__(self, stream: Any, phases: Mapping[str, str | Promise]) -> None:
        self._stream = stream
        self._phases = phases
        self._phase = ""
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        if sys.stderr.isatty():
            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TextColumn("{task.percentage:>3.0f}%"),
                TimeElapsedColumn(),
                console=Console(stderr=True),
                transient=True,
            )

    def __enter__(self) -> Self:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar:
            self._bar.stop()

    def _words(self, phase: str) -> str:
        return str(self._phases.get(phase, phase))

    def __call__(self, phase: str, done: int, total: int) -> None:
        if self._bar is None:
            if phase != self._phase:
                # Streams of commands end lines by themselves, plain ones do not.
                self._stream.write(f"{self._words(phase)} …\n")
        elif phase != self._phase:
            if self._task is not None:
                self._bar.remove_task(self._task)
            self._task = self._bar.add_task(self._words(phase), total=total or None)
        if self._bar and self._task is not None:
            self._bar.update(self._task, completed=done, total=total or None)
        self._phase = phase
