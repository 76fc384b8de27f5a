"""One scenario: runs, documents and loading, beside other open models and routines for rates of return."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from model.arithmetic.rates import irr
from model.results.result import run
from model.scenario.resolve import load

from .measure import Task, in_turn, number, process, python, repeated, table

FLOWS = [-700.0] * 8 + [400.0] * 80
REFERENCE = "pyxirr.irr, one row of 88 flows"
FIRST = "first of a structure in a process"
GOALS = {
    "new scenario, known structure": "13",
    "the same, loading included": "17",
    "the same scenario again": "0.2",
    "document()": "12",
}
CHILD = """
import time
from model import load, run
scenario = load("base")
began = time.process_time()
run(scenario)
print(time.process_time() - began)
"""


def ours(rounds: int) -> dict[str, Task]:
    """This program's tasks, each round on a scenario not seen before."""
    prices = iter(range(1, 10**6))

    def another() -> Any:
        return load("base", {"prices.copper": 4.0 + next(prices) * 1e-5})

    base = load("base")
    run(base)
    scenarios = iter([another() for _ in range(rounds)])
    results = iter([run(another()) for _ in range(rounds)])
    return {
        "new scenario, known structure": Task(lambda: run(next(scenarios))),
        "the same, loading included": Task(lambda: run(another())),
        "load() with one override": Task(another),
        "the same scenario again": repeated(lambda: run(base), 1000),
        "document()": Task(lambda: next(results).document()),
        "rekodiq.irr, one row of 88 flows": repeated(lambda: irr(FLOWS), 200),
    }


def _pyxirr() -> Task:
    library = import_module("pyxirr")
    return repeated(lambda: library.irr(FLOWS), 1000)


def _numpy_financial() -> Task:
    library = import_module("numpy_financial")
    return repeated(lambda: library.irr(FLOWS), 5)


def _pysam() -> Task:
    plant = import_module("PySAM.Singleowner").default("PVWattsSingleOwner")
    plant.value("gen", [20_000.0] * 8760)
    plant.value("system_pre_curtailment_kwac", [20_000.0] * 8760)
    return Task(lambda: plant.execute(0))


def _profast() -> Task:
    plant = import_module("ProFAST").ProFAST("central_grid_electrolysis_PEM")
    return Task(lambda: plant.cash_flow(price=5))


OTHERS: dict[str, Callable[[], Task]] = {
    REFERENCE: _pyxirr,
    "numpy_financial.irr, the same row": _numpy_financial,
    "NREL-PySAM Singleowner, one run": _pysam,
    "ProFAST, one run at a given price": _profast,
}


def section(rounds: int) -> str:
    """The page's part on one scenario."""
    tasks, missing = ours(rounds), []
    for name, make in OTHERS.items():
        try:
            tasks[name] = make()
        except ImportError:
            missing.append(name.partition(",")[0])
    found = in_turn(tasks, rounds)
    found[FIRST] = min(float(process(python(CHILD)).printed) for _ in range(3))
    reference = found.get(REFERENCE, float("nan"))
    rows = [
        [name, number(seconds * 1e3), number(seconds / reference), GOALS.get(name, "")]
        for name, seconds in found.items()
    ]
    note = f"\nNot installed, and so left out: {', '.join(missing)}.\n" if missing else ""
    return table(["one scenario", "ms of processor", "irr calls", "goal, ms"], rows) + note


EXPLAINED = """\
`irr calls`: how often `pyxirr.irr` works out one row of 88 flows in that time.
PySAM (a power plant) and ProFAST (a fuel plant) are other models, annual and with
about a third of the lines: they show what one scenario costs elsewhere.
"""
