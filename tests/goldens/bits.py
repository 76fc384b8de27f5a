"""The bits of figures: `python -m tests.goldens.bits` prints a hash of each part, with `--figures` every figure too.

Two machines, or one under two settings, agree where they print the same. The rest of the line says what the process
had: the instructions that NumPy took, and the last bits of the C library's functions and of a matrix product, which
show whether a setting reached them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import sys
from collections.abc import Iterable
from typing import Any

import numpy as np

from model.results.result import Result, run
from model.scenario.resolve import load
from model.studies.chunks import local, run_chunks
from model.studies.montecarlo import study
from model.studies.outcome import column
from model.studies.sensitivity import sensitivity
from tests.goldens.figures import figures_of, summarised
from tests.goldens.table import Value

SCENARIOS = ("base", "delay_2031", "price_crash")
DRAWN, SEED = 300, 1
ENGINES = ("numpy",)  # of the Monte Carlo
Figures = dict[str, str]


def instructions() -> list[str]:
    """The instruction sets for which this NumPy has code of its own and which this process takes."""
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    return [name for name in __cpu_dispatch__ if __cpu_features__[name]]


def has(feature: str) -> bool:
    """Whether NumPy finds a feature in this processor."""
    from numpy._core._multiarray_umath import __cpu_features__

    return bool(__cpu_features__.get(feature))


def bits(value: Value) -> str:
    """A value to its last bit; NaN is one value."""
    return value.hex() if isinstance(value, float) else str(value)


def row_bits(values: Iterable[Value]) -> str:
    """A row to its last bit, as a hash."""
    return hashlib.sha256(" ".join(map(bits, values)).encode()).hexdigest()


def scenario_figures(name: str, result: Result) -> Figures:
    """Headline figures, then every line, and every row by year."""
    found = {", ".join(key): bits(value) for key, value in figures_of(name, result)}
    for line, values in result.lines.items():
        found[f"{name}, line {line}"] = row_bits(np.ravel(values).tolist())
    for row, by_year in result.annual_rows.items():
        found[f"{name}, {row} by year"] = row_bits(by_year)
    return found


def tornado_figures(name: str) -> Figures:
    """Both ends of every bar, and the order of the bars."""
    bars = sensitivity(load(name)).bars
    ends = {f"{bar.path} {end}": bits(getattr(bar, f"{end}_value")) for bar in bars for end in ("low", "high")}
    return ends | {"order": " ".join(bar.path for bar in bars)}


def montecarlo_figures(name: str, engine: str) -> Figures:
    """Every draw and metric by scenario, as a hash a column, and what the summary says of them."""
    made = study(load(name), DRAWN, SEED, engine=engine)
    chunks = run_chunks(made, local(1))
    columns = {f"column {key}": row_bits(column(chunks, key).tolist()) for key in chunks[0]}
    found = summarised(name, made, chunks)
    return columns | {", ".join(key[1:]): bits(value) for key, value in found.items()}


def parts(engines: Iterable[str]) -> dict[str, Figures]:
    """Every part's figures."""
    found = {name: scenario_figures(name, run(load(name))) for name in SCENARIOS}
    found["tornado"] = tornado_figures("base")
    return found | {f"montecarlo {engine}": montecarlo_figures("base", engine) for engine in engines}


def surroundings() -> dict[str, Any]:
    """What decides the last bits of the libraries in this process."""
    spread = np.linspace(0.1, 3.0, 4001)
    plain = spread.tolist()
    square = (1.0 / np.arange(1.0, 10_001.0)).reshape(100, 100)
    return {
        "numpy": instructions(),
        "numpy power, exp, log": row_bits(
            [*(spread**1.7).tolist(), *np.exp(spread).tolist(), *np.log(spread).tolist()]
        ),
        "matrix product": row_bits(np.ravel(square @ square.T).tolist()),
        "libm power, exp, log": row_bits([f(x) for f in (lambda x: x**1.7, math.exp, math.log) for x in plain]),
    }


def main() -> int:
    """Print the parts as JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.goldens.bits", description=__doc__.splitlines()[0])
    parser.add_argument("--engines", default=",".join(ENGINES), help="of the Monte Carlo, with commas between")
    parser.add_argument("--figures", action="store_true", help="every figure, not only a hash of each part")
    asked = parser.parse_args()
    found = parts(asked.engines.split(","))
    shown: dict[str, Any] = {name: row_bits(f"{k}={v}" for k, v in figures.items()) for name, figures in found.items()}
    json.dump({"had": surroundings(), "parts": found if asked.figures else shown}, sys.stdout, indent=1)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
