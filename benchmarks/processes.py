"""Whole processes, Python's own start and imports included: `run_many` and the command `montecarlo`."""

from __future__ import annotations

import sys
import tempfile
from itertools import count
from pathlib import Path

from .measure import Process, fastest, number, process, python, table

ROWS = 1_000
MANY = f"""
import time, model
rows = [{{"prices.copper": 3.5 + k / {ROWS}, "costs.mining": 1.8 + k % 50 / 100}} for k in range({ROWS})]
metrics = ["project_irr", "project_npv", "equity_irr", "min_dscr"]
model.run_many("base", rows, metrics)
began = time.process_time(), time.perf_counter()
model.run_many("base", rows, metrics)
print(time.process_time() - began[0], time.perf_counter() - began[1])
"""
EXPLAINED = """
Python's own start and imports are included; the memory is the peak. `run_many` runs
without a compiler on PATH; a cold cache is an empty folder, so the kernel is compiled.
"""


def montecarlo(n: int) -> list[str]:
    """The command of a Monte Carlo run."""
    return [sys.executable, "cli.py", "montecarlo", "base", "-n", str(n), "--json"]


def section(rounds: int, long: bool) -> str:
    """The page's part on whole processes.

    Args:
        long: with a million scenarios.
    """
    found: list[tuple[str, Process, str]] = []
    with tempfile.TemporaryDirectory() as name:
        folder, fresh = Path(name), count()
        (folder / "nothing").mkdir()
        alone = {"PATH": str(folder / "nothing")}
        process(python("import pandas, model.results"))  # bytecode is written
        many = fastest(python(MANY), rounds, **alone)
        found.append((f"run_many, {ROWS:,} rows, new process", many, "2 s"))
        processor, wall = map(float, many.printed.split())
        found.append(("run_many, again in that process", Process(wall, processor, float("nan"), ""), ""))
        cold = [process(montecarlo(10_000), REKODIQ_CACHE=str(folder / f"cold{next(fresh)}")) for _ in range(rounds)]
        found.append(("montecarlo -n 10000, cold cache", min(cold), "4 s"))
        warm = {"REKODIQ_CACHE": str(folder / "cold0")}
        found.append(("montecarlo -n 10000, warm cache", fastest(montecarlo(10_000), rounds, **warm), ""))
        if long:
            million = fastest(montecarlo(1_000_000), min(rounds, 2), **warm)
            found.append(("montecarlo -n 1000000, warm cache", million, "7 s, 0.8 GB"))
    rows = [[what, number(took.wall), number(took.processor), number(took.memory), goal] for what, took, goal in found]
    return table(["whole processes", "wall s", "CPU s", "GB", "goal"], rows) + EXPLAINED
