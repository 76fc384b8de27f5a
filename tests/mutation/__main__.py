"""Run the mutants: `python -m tests.mutation [every nth]`; the score goes into docs/mutation.md.

A mutant is killed when a line that the oracle calculates differs on a scenario of the suite. One that survives is tried
on many more random scenarios: where one of them tells it apart, the suite lacks a case.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np

from model.assumptions.resolve import bundled, load
from model.graph.arrays import Array, compile_source, source
from model.structure import Model, bind, evaluate, structure
from tests.mutation.mutants import Mutant, mutants, mutated
from tests.oracle.compare import TOLERANCE, oracle
from tests.oracle.draw import scenario
from tests.oracle.test_oracle import SEEDS

REPORT = Path(__file__).parents[2] / "docs" / "mutation.md"
WIDER = range(10_000, 10_120)


class Case:
    """A scenario, the engine's lines, and the names that the oracle checks."""

    def __init__(self, name: str | int) -> None:
        self.scenario = load(name) if isinstance(name, str) else scenario(name)[0]
        self.model: Model = structure(self.scenario)
        self.lines = evaluate(self.model)
        self.inputs, self.elements = bind(self.model)
        o = oracle(self.scenario.leaves)
        self.names = [n for n in self.lines if n in o and not n.endswith("_draw_cost")]

    def tells(self, mutant: Mutant) -> bool:
        """Whether a line that the oracle checks differs under the mutant."""
        line = self.model.sheet.lines.get(mutant.line)
        if line is None:
            return False
        formula = line.formula
        try:
            line.expr = mutated(formula, mutant.path, mutant.change)
            function = compile_source(source(self.model.sheet, self.model.groups, self.model.texts))
            with np.errstate(all="ignore"):
                lines = function(self.model.periods, 1, self.inputs, self.elements)
        except (LookupError, FloatingPointError, OverflowError):
            return False
        finally:
            line.expr = formula
        return any(apart(lines[name], self.lines[name]) for name in self.names)


def apart(a: Array, b: Array) -> bool:
    """Whether two rows differ by more than the oracle's tolerance."""
    if np.shape(a) != np.shape(b):
        a, b = np.broadcast_arrays(a, b)
    if (np.isnan(a) != np.isnan(b)).any():
        return True
    greatest = np.nanmax(np.abs(b), initial=0.0)
    scale = np.maximum(np.maximum(np.abs(a), np.abs(b)), max(1.0, 1e-5 * greatest))
    return bool((np.abs(np.nan_to_num(a) - np.nan_to_num(b)) > TOLERANCE * np.nan_to_num(scale, nan=1.0)).any())


@cache
def case(name: str | int) -> Case:
    """A case, built once in each process."""
    return Case(name)


def killer(mutant: Mutant) -> str | int | None:
    """The first scenario that tells the mutant apart: of the suite, else of many more, else None."""
    suite: list[str | int] = list(dict.fromkeys(["base", "price_crash", *bundled(), *SEEDS]))
    return next((name for name in (*suite, *WIDER) if case(name).tells(mutant)), None)


def main() -> None:
    """Run all mutants, or every nth."""
    every = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    found = mutants(structure(load("base")))[::every]
    with ProcessPoolExecutor(2) as pool:
        killers = list(pool.map(killer, found, chunksize=8))
    told = dict(zip(found, killers, strict=True))
    wider = [m for m, k in told.items() if isinstance(k, int) and k in WIDER]
    never = [m for m, k in told.items() if k is None]
    killed = len(found) - len(wider) - len(never)
    lines = [
        "# Mutation testing of the finance stages", "",
        "Written by `python -m tests.mutation`. Each mutant changes one operation of one formula; it is killed when a",
        "line that the oracle checks differs on a scenario of the suite.", "",
        f"- mutants: {len(found):,}" + (f" (every {every}th)" if every > 1 else ""),
        f"- killed: {killed:,}",
        f"- told apart only by {len(WIDER)} further random scenarios: {len(wider)}",
        f"- never told apart (equal to the model in all {16 + len(SEEDS) + len(WIDER)} scenarios): {len(never)}",
        f"- **score: {killed / max(killed + len(wider), 1):.1%}** of the mutants that change a figure", "",
    ]
    for title, listed in (("Told apart only by further scenarios", wider), ("Never told apart", never)):
        lines += [f"## {title}", "", *(f"- `{m}`" for m in listed), ""]
    REPORT.write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines[:11]))


if __name__ == "__main__":
    main()
