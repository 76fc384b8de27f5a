"""`python -m rekodiq.studies.ready`: compile the kernels of the bundled scenarios, so that no first run waits."""

from __future__ import annotations

import sys

from ..kernel import compiler
from ..scenario.resolve import bundled, load
from .montecarlo import study


def compile_bundled() -> int:
    """Compile what the cache does not have yet, where there is a compiler; returns the number of kernels asked for."""
    if compiler.compiler() is None:
        return 0
    names = bundled()
    for name in names:
        study(load(name), 1, engine="kernel")
    return len(names)


if __name__ == "__main__":
    try:
        print(f"Kernels of {compile_bundled()} scenarios are compiled.")
    except Exception as problem:  # set-up continues; the first run reports the error
        print(f"Kernels are compiled when they are needed: {problem}", file=sys.stderr)
