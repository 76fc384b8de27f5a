"""Progress bars on stderr, after one second."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

PATIENCE = 1.0  # seconds before anything is shown


@contextmanager
def progress(count: int) -> Iterator[Callable[[Any], None]]:
    """A callback before each of `count` steps, which shows a bar on a terminal after one second."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress

    began = time.monotonic()
    bar = Progress(console=Console(stderr=True), transient=True)
    task = bar.add_task("", total=count)
    shown = False

    def step(what: Any) -> None:
        nonlocal shown
        if not shown and time.monotonic() - began > PATIENCE:
            bar.start()
            shown = True
        bar.update(task, description=str(getattr(getattr(what, "scenario", what), "name", what)), advance=1)

    try:
        yield step
    finally:
        bar.stop()


@contextmanager
def scenarios_done(count: int) -> Iterator[Callable[[int], None]]:
    """A callback with the number of scenarios just done, which shows bar, rate and time left after one second."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TimeRemainingColumn
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:,.0f}/s" if task.speed else "")

    bar = Progress(
        "scenarios",
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    task = bar.add_task("", total=count)
    began, shown = time.monotonic(), False

    def done(number: int) -> None:
        nonlocal shown
        bar.update(task, advance=number)
        if not shown and time.monotonic() - began > PATIENCE:
            bar.start()
            shown = True

    try:
        yield done
    finally:
        if shown:
            bar.stop()
