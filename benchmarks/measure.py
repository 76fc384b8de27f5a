"""How the benchmarks measure: tasks in turn, whole processes, and tables."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]


class Task(NamedTuple):
    """A job, and how many equal calls one execution of it makes."""

    job: Callable[[], object]
    calls: int = 1


class Process(NamedTuple):
    """What a whole process took: seconds of wall clock and of processor time, peak memory in GB, what it printed."""

    wall: float
    processor: float
    memory: float
    printed: str


def in_turn(tasks: Mapping[str, Task], rounds: int) -> dict[str, float]:
    """Processor seconds of one call of each task, the best of so many rounds; what else the machine does hits all."""
    best = dict.fromkeys(tasks, float("inf"))
    for _ in range(rounds):
        for name, task in tasks.items():
            began = time.process_time()
            task.job()
            best[name] = min(best[name], (time.process_time() - began) / task.calls)
    return best


def repeated(job: Callable[[], object], calls: int) -> Task:
    """A task that calls a short job many times."""

    def many() -> None:
        for _ in range(calls):
            job()

    return Task(many, calls)


def process(command: Sequence[str], **variables: str) -> Process:
    """Run a command from the repository's folder; bytecode is kept, as it is where the program is installed.

    Args:
        variables: of the environment, besides this process's own.
    """
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | variables
    began = time.perf_counter()
    child = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert child.stdout is not None
    printed = child.stdout.read().decode()
    _, status, used = os.wait4(child.pid, 0)  # with the compiler that the child waited for
    wall = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} failed: {child.returncode}")
    unit = 1e9 if sys.platform == "darwin" else 1e6
    return Process(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / unit, printed)


def fastest(command: Sequence[str], rounds: int, **variables: str) -> Process:
    """The fastest of several runs of a command, the greatest memory of them."""
    runs = [process(command, **variables) for _ in range(rounds)]
    return min(runs)._replace(memory=max(run.memory for run in runs))


def python(code: str) -> list[str]:
    """The command that runs a text of Python."""
    return [sys.executable, "-c", code]


def number(x: float) -> str:
    """Three digits, or all of a whole number's."""
    if x != x:
        return "-"
    return f"{x:,.0f}" if x >= 100 else f"{x:.1f}" if x >= 10 else f"{x:.2f}" if x >= 0.1 else f"{x:.4f}"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown: the first column to the left, numbers to the right."""
    widths = [max(len(row[k]) for row in (header, *rows)) for k in range(len(header))]

    def line(cells: Sequence[str]) -> str:
        first, *rest = (
            cell.rjust(w) if k else cell.ljust(w) for k, (cell, w) in enumerate(zip(cells, widths, strict=True))
        )
        return "| " + " | ".join([first, *rest]) + " |"

    rule = "|" + "|".join("-" * (w + 1) + (":" if k else "-") for k, w in enumerate(widths)) + "|"
    return "\n".join([line(header), rule, *map(line, rows)]) + "\n"
