"""How long the workbook takes: `.venv/bin/python -m benchmarks.workbook [SCENARIO]`.

Prints the time to write it (the best of five, and of that the part that is planning and calculating), its size, how
many formulas it holds, how long their longest is, and, where LibreOffice is on PATH, how long that takes to open the
workbook without cached values, calculate everything and save it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from model.assumptions.resolve import load
from model.outputs.workbook import write_workbook
from model.outputs.workbook.planning import planned
from model.results import run
from tests.workbook.calc import formula_cells, rewritten

ROUNDS = 5


def main() -> None:
    """Measure and print."""
    scenario = load(sys.argv[1] if len(sys.argv) > 1 else "base")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "book.xlsx"
        start = time.process_time()
        whole = min(timed(lambda: write_workbook([scenario], path)) for _ in range(ROUNDS))
        busy = (time.process_time() - start) / ROUNDS
        planning = min(timed(lambda: planned(run(scenario))) for _ in range(ROUNDS))
        cells = formula_cells(path)
        print(f"{scenario.name}: written in {whole:.2f} s ({busy:.2f} s of processor time), of which {planning:.2f} s "
              "to plan and calculate")  # fmt: skip
        print(f"{path.stat().st_size / 1e6:.3f} MB, {len(cells):,} formulas, the longest "
              f"{max(len(cell.formula) for cell in cells.values())} characters")  # fmt: skip
        office = shutil.which("soffice")
        if office is not None:
            bare = rewritten(path, folder / "bare.xlsx")
            profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
            call = [office, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(folder / "out"), str(bare)]
            took = [timed(lambda: subprocess.run(call, check=True, capture_output=True)) for _ in range(2)]
            print(f"LibreOffice opens, calculates and saves it in {min(took):.1f} s")


def timed(job: object) -> float:
    """Seconds that a call takes."""
    assert callable(job)
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
