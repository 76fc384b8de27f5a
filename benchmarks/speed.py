"""Side by side in one run: this program, other open models, IRR libraries and the limit of the machine.

    .venv/bin/python benchmarks/speed.py [--scenarios 200000] [--out docs/benchmarks.md]

Every figure is the best of several repetitions on an otherwise idle machine. PySAM's Singleowner and ProFAST are
other models (a power plant and a fuel plant, annual, about a third of the lines); they stand here for what one
scenario costs elsewhere. Packages that are not installed are left out, and said so.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from model.graph.kernel import Kernel, kernel
from model.graph.passes import plan
from model.graph.resting import operations

from model.assumptions.resolve import load
from model.graph import compiled
from model.structure import bind, evaluate, structure
from model.studies.chunks import local, run_chunks
from model.studies.montecarlo import Prepared, compute, prepare, study
from model.studies.summary import summary

Row = tuple[str, float, str]  # what, microseconds a scenario or call, note
FLOWS = np.concatenate([np.full(8, -700.0), np.full(80, 400.0)])


def best(function: Callable[[], object], repeat: int = 5) -> float:
    """Seconds of the fastest of several calls."""
    times = []
    for _ in range(repeat):
        began = time.perf_counter()
        function()
        times.append(time.perf_counter() - began)
    return min(times)


def ours(scenarios: int) -> Iterator[Row]:
    """This program: whole runs, draws and summaries included, the best of several."""
    scenario = load("base")
    slow = study(scenario, 1024, 1, engine="numpy")
    compute(slow, 0)
    yield "rekodiq, NumPy, 1 worker", best(lambda: compute(slow, 0), 3) / slow.n * 1e6, f"{len(slow.metrics)} metrics"
    fast = study(scenario, scenarios, 1, engine="kernel")
    lines = prepare(fast).kernel.lines  # type: ignore[union-attr]

    def whole(workers: int) -> None:
        summary(fast, run_chunks(fast, local(workers)), 0.0, workers)

    tasks: dict[Row, Callable[[], object]] = {
        (f"rekodiq, kernel, {workers} worker{'s' * (workers > 1)}", scenarios,
         f"{scenarios:,} scenarios, {lines} lines each, summary included"): partial(whole, workers)
        for workers in dict.fromkeys((1, 2, os.cpu_count() or 1))
    }  # fmt: skip
    try:
        import pyxirr

        plain = FLOWS.tolist()
        tasks["pyxirr.irr, one call", scenarios, f"{FLOWS.size} flows"] = lambda: [
            pyxirr.irr(plain) for _ in range(scenarios)
        ]
    except ImportError:
        yield "pyxirr.irr", float("nan"), "not installed"
    seconds = dict.fromkeys(tasks, float("inf"))
    for _ in range(3):  # in turn and as long as each other, so that what else the machine does falls on all alike
        for row, task in tasks.items():
            seconds[row] = min(seconds[row], best(task, 1))
    for (what, count, note), took in seconds.items():
        yield what, took / count * 1e6, note
    ready = prepare(fast)
    drawn = best(lambda: ready.sampler.block(1, 0, 2048), 40)
    yield "rekodiq, drawing the inputs alone", drawn / 2048 * 1e6, "1 worker"
    changed = draws(ready, 2048)
    yield ("rekodiq, the kernel alone", best(lambda: lines_of(ready, changed, 2048), 40) / 2048 * 1e6, "1 worker")


def draws(ready: Prepared, size: int) -> dict[str, np.ndarray]:
    """One block's varied inputs by path."""
    inputs, prices = ready.sampler.block(1, 0, size)
    return {d.path: inputs[d.name] for d in ready.sampler.draws} | prices


def lines_of(ready: Prepared, changed: dict[str, np.ndarray], size: int) -> None:
    """The kernel alone."""
    assert ready.kernel is not None and ready.tables is not None
    compiled.run(ready.kernel, ready.tables, ready.model.periods, changed, size, 12 // ready.model.period_months)


def others() -> Iterator[Row]:
    """Other models, and another IRR routine."""
    import numpy_financial as npf

    seconds = best(lambda: [npf.irr(FLOWS) for _ in range(10)])
    yield "numpy_financial.irr, one call", seconds * 1e5, f"{FLOWS.size} flows"
    try:
        from PySAM import Singleowner

        plant = Singleowner.default("PVWattsSingleOwner")
        plant.value("gen", [20_000.0] * 8760)
        plant.value("system_pre_curtailment_kwac", [20_000.0] * 8760)
        plant.execute(0)
        seconds = best(lambda: plant.execute(0), 10)
        yield "NREL-PySAM Singleowner, one run", seconds * 1e6, "another model: annual, a power plant"
    except ImportError:
        yield "NREL-PySAM Singleowner", float("nan"), "not installed"
    try:
        from ProFAST import ProFAST

        fuel = ProFAST("central_grid_electrolysis_PEM")
        fuel.cash_flow(price=5)
        seconds = best(lambda: fuel.cash_flow(price=5), 10)
        yield "ProFAST, one run at a given price", seconds * 1e6, "another model: annual, a fuel plant"
    except ImportError:
        yield "ProFAST", float("nan"), "not installed"


def limit(ready: Prepared) -> Iterator[Row]:
    """What the machine copies and computes, against what the lines need."""
    a = np.random.default_rng(1).random(4_000_000)
    out = np.empty_like(a)
    copied = best(lambda: np.copyto(out, a))
    model, varied = ready.model, frozenset(draws(ready, 1))
    job = plan(model.sheet.lines, model.groups, model.texts, ready.names.values(), varied, frozenset())
    count = sum(operations(job.formulas[name]) for name in job.dynamic)
    yield ("limit: every line written to memory and read once",
           len(job.dynamic) * model.periods * 16 / (a.nbytes * 2 / copied) * 1e6,
           f"{a.nbytes * 2 / copied / 1e9:.1f} GB/s copied by one core")  # fmt: skip
    from numba import njit

    x, y, rounds, fast = a[:32].copy(), a[32:64].copy(), 200_000, njit(steps)
    fast(x, y, 1)
    rate = 2 * 32 * rounds / best(lambda: fast(x, y, rounds))
    yield ("limit: every operation of every line in every period", count * model.periods / rate * 1e6,
           f"{count:,} operations, {rate / 1e9:.1f} G a second on one core, from cache to cache")  # fmt: skip


def steps(x: np.ndarray, y: np.ndarray, rounds: int) -> None:
    """Multiplications and additions of 32 scenarios side by side, as a kernel makes them."""
    for _ in range(rounds):
        for lane in range(32):
            y[lane] = y[lane] * 0.999 + x[lane]


def preparation() -> Iterator[tuple[str, float]]:
    """Seconds until a run begins, Python's own start included."""
    code = ("from model.assumptions.resolve import load; from model.studies.montecarlo import study; "
            "study(load('base'), 1000, engine='kernel')")  # fmt: skip
    with tempfile.TemporaryDirectory() as cache:
        for what in ("preparing, the kernel to be compiled", "preparing, the kernel in the cache"):
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "REKODIQ_CACHE": cache})
            yield what, time.perf_counter() - began


def growth(scenarios: int) -> Iterator[tuple[str, float]]:
    """Seconds of whole runs, from one scenario up."""
    scenario, n = load("base"), 1
    while n <= scenarios:
        made = study(scenario, n, 1, engine="kernel")
        began = time.perf_counter()
        run_chunks(made, local(min(2, os.cpu_count() or 1)))
        yield f"{n:,} scenarios", time.perf_counter() - began
        n *= 10


def lines_growth(ready: Prepared) -> Iterator[tuple[str, float]]:
    """Microseconds a scenario by how many lines are computed."""
    model, changed = ready.model, draws(ready, 2048)
    for wanted in (("lom_after_tax_cash_flow",), ("project_irr",), ("peak_debt",), tuple(ready.names.values())):
        made = kernel(model.sheet, model.groups, model.texts, wanted, frozenset(changed))
        shared = compiled.tables(made, model.sheet, model.texts, model.periods, *bind(model), ready.base)

        def once(made: Kernel = made, shared: compiled.Tables = shared) -> None:
            compiled.run(made, shared, model.periods, changed, 2048)

        once()
        yield f"{made.lines} lines", best(once, 40) / 2048 * 1e6


def report(scenarios: int) -> str:
    """The page."""
    rows = list(ours(scenarios))
    ready = prepare(study(load("base"), scenarios, 1, engine="kernel"))
    alone = structure(load("base"))
    one = best(lambda: evaluate(alone), 3)
    rows += [("rekodiq, NumPy, a scenario alone", one * 1e6, "as `run` and `compare` do")]
    rows += [*others(), *limit(ready)]
    reference = next(us for what, us, _ in rows if what.startswith("rekodiq, kernel, 2"))
    whole = next(us for what, us, _ in rows if what.startswith("rekodiq, kernel, 1"))
    calls = [(us, whole / us) for what, us, _ in rows if what.startswith("pyxirr")]
    text = [
        "# Speed",
        "",
        f"Made by `benchmarks/speed.py` on {platform.machine()}, {os.cpu_count()} processors, Python "
        f"{platform.python_version()}, NumPy {np.__version__}. Load average at the start: {LOAD:.1f}.",
        "",
        "| what | µs each | against kernel, 2 workers | note |",
        "|---|---:|---:|---|",
        *(f"| {what} | {us:,.2f} | {us / reference:,.2f}x | {note} |" for what, us, note in rows),
        "",
        *(f"One scenario end to end, one worker: {times:.1f} calls of pyxirr's irr, {us:.1f} µs each."
          for us, times in calls),
        "",
        "| one run of the kernel, 2 workers, draws included | seconds |",
        "|---|---:|",
        *(f"| {what} | {seconds:.2f} |" for what, seconds in preparation()),
        *(f"| {what} | {seconds:.2f} |" for what, seconds in growth(scenarios)),
        "",
        "| lines computed for every scenario, kernel alone, 1 worker | µs a scenario |",
        "|---|---:|",
        *(f"| {what} | {us:.2f} |" for what, us in lines_growth(ready)),
        "",
        f"Memory at the peak of all this: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB.",
        "",
    ]  # fmt: skip
    return "\n".join(text)


LOAD = os.getloadavg()[0]

if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--scenarios", type=int, default=1_000_000)
    options.add_argument("--out", type=Path)
    chosen = options.parse_args()
    if not compiled.available():
        sys.exit("this benchmark needs numba")
    page = report(chosen.scenarios)
    print(page)
    if chosen.out:
        chosen.out.write_text(page, "utf-8")
