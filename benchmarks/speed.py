"""How fast it is, side by side with other programs in one run: `python -m benchmarks.speed [--short] [--out FILE]`.

Every figure is the best of several rounds in which all tasks take turns. Nothing else should run on the machine.
Packages that are not installed (`pip install 'rekodiq[benchmark]'`) are left out, and said so.
"""

from __future__ import annotations

import argparse
import os
import platform
from pathlib import Path

import numpy as np

from model.kernel import compiler

from . import kernel, one, processes


def machine() -> str:
    """The processor's name."""
    try:
        text = Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        text = ""
    names = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def report(short: bool) -> str:
    """The page."""
    load = os.getloadavg()[0]
    parts = [
        "# Speed\n",
        f"Made by `python -m benchmarks.speed`: {machine()}, {os.cpu_count()} processors,\n"
        f"Python {platform.python_version()}, NumPy {np.__version__}. Load average at the start: {load:.1f}.\n",
        one.section(5 if short else 15),
        one.EXPLAINED,
        processes.section(1 if short else 3, not short),
    ]
    if compiler.compiler() is None:
        parts.append("There is no C++ compiler here: the kernel is left out.\n")
    else:
        parts.append(kernel.section(5 if short else 25, not short))
    return "\n".join(parts)


def main() -> None:
    """Measure, print, and write where asked."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--short", action="store_true", help="fewer rounds, and no run of a million scenarios")
    options.add_argument("--out", type=Path, help="write the page here")
    chosen = options.parse_args()
    page = report(chosen.short)
    print(page)
    if chosen.out:
        chosen.out.write_text(page, "utf-8")


if __name__ == "__main__":
    main()
