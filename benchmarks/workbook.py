"""How long the workbook takes: `.venv/bin/python -m benchmarks.workbook [SCENARIO]`.

Prints the time to write it (the best of five, and of that the part that is planning and calculating), its size, how
many formulas it holds, how long their longest is, how long IronCalc takes to load and to calculate it, and, where
LibreOffice is on PATH, how long that takes to open it without cached values, calculate everything and save it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import ironcalc

from model.outputs.workbook import write_workbook
from model.outputs.workbook.planning import planned
from model.results.result import run
from model.scenario.resolve import Scenario, load
from tests.workbook.calc import formula_cells, rewritten

ROUNDS = 5


def main() -> None:
    """Measure and print."""
    name = sys.argv[1] if len(sys.argv) > 1 else "base"
    prices = iter(range(1, 10**6))

    def another() -> Scenario:
        """The scenario with a price not calculated before."""
        return load(name, {"prices.copper": 4.0 + next(prices) * 1e-3})

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        path = folder / "book.xlsx"
        scenarios = [another() for _ in range(2 * ROUNDS)]
        start = time.process_time()
        whole = min(timed(partial(write_workbook, [scenario], path)) for scenario in scenarios[:ROUNDS])
        busy = (time.process_time() - start) / ROUNDS
        planning = min(timed(partial(calculated_and_planned, scenario)) for scenario in scenarios[ROUNDS:])
        cells = formula_cells(path)
        print(
            f"{name}: written in {whole:.2f} s ({busy:.2f} s of processor time), of which {planning:.2f} s "
            "to plan and calculate"
        )
        print(
            f"{path.stat().st_size / 1e6:.3f} MB, {len(cells):,} formulas, the longest "
            f"{max(len(cell.formula) for cell in cells.values())} characters"
        )
        start = time.perf_counter()
        book = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
        loading = time.perf_counter() - start
        print(f"IronCalc loads it in {loading:.2f} s and calculates it in {timed(book.evaluate):.2f} s")
        office = shutil.which("soffice")
        if office is not None:
            bare = rewritten(path, folder / "bare.xlsx")
            profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
            call = [office, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(folder / "out"), str(bare)]
            took = [timed(partial(subprocess.run, call, check=True, capture_output=True)) for _ in range(2)]
            print(f"LibreOffice opens, calculates and saves it in {min(took):.1f} s")


def calculated_and_planned(scenario: Scenario) -> None:
    """What comes before writing."""
    planned(run(scenario))


def timed(job: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
