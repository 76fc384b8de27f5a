"""How long the program takes to start, whole processes side by side: `python -m benchmarks.startup`.

The goal: `rekodiq run base --json` in under twice the time of `python -c "import numpy, pandas"` in the same run.
Processes take turns, so that a busy machine slows them alike; medians of wall clock and of processor time.
"""

from __future__ import annotations

import argparse
import statistics
import sys

from .measure import Process, process

YARDSTICK = "import numpy, pandas"
PYTHON = [sys.executable]
CASES: dict[str, list[str]] = {
    "python": [*PYTHON, "-c", "pass"],
    "import numpy": [*PYTHON, "-c", "import numpy"],
    YARDSTICK: [*PYTHON, "-c", YARDSTICK],
    "rekodiq --help": [*PYTHON, "cli.py", "--help"],
    "rekodiq validate base": [*PYTHON, "cli.py", "validate", "base"],
    "rekodiq run base --json": [*PYTHON, "cli.py", "run", "base", "--json"],
}
GOAL = 2.0


def main() -> int:
    """Print the table; exit 1 when the goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    for command in CASES.values():  # files in memory, bytecode written
        process(command)
    seen: dict[str, list[Process]] = {name: [] for name in CASES}
    for _ in range(rounds):
        for name, command in CASES.items():
            seen[name].append(process(command))
    medians = {
        name: (statistics.median(run.wall for run in runs), statistics.median(run.processor for run in runs))
        for name, runs in seen.items()
    }
    print(f"{'median of ' + str(rounds):28} {'wall s':>8} {'ratio':>6} {'CPU s':>8} {'ratio':>6}")
    for name, (wall, used) in medians.items():
        print(
            f"{name:28} {wall:8.2f} {wall / medians[YARDSTICK][0]:6.2f} {used:8.2f} {used / medians[YARDSTICK][1]:6.2f}"
        )
    ratio = medians["rekodiq run base --json"][0] / medians[YARDSTICK][0]
    print(f"run base --json takes {ratio:.2f} times `{YARDSTICK}`; the goal is under {GOAL:g}")
    return 0 if ratio < GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
