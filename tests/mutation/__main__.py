"""Run the mutants: `python -m tests.mutation [every nth]`; the score goes into docs/mutation.md.

A mutant is killed when a line that the oracle calculates differs on a scenario of the suite. One that survives is tried
on many more random scenarios: where one of them tells it apart, the suite lacks a case.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.engine.arrays import Array
from model.engine.structure import Model, evaluate, evaluate_many, structure
from model.formulas.declaration import Assumption
from model.formulas.expr import Expr
from model.scenario.resolve import bundled, load
from tests.mutation.mutants import Mutant, mutants, mutated
from tests.oracle.compare import TOLERANCE, oracle
from tests.oracle.draw import scenario
from tests.oracle.test_oracle import SEEDS

REPORT = Path(__file__).parents[2] / "docs" / "mutation.md"
WIDER = tuple(seed for seed in range(10_000, 10_040) if seed not in SEEDS)
TOGETHER = 256  # mutants evaluated at once
WHICH = Expr("input", data="mutant", series=False)  # the number of the mutant whose turn it is


class Case:
    """A scenario, the engine's lines, and the names that the oracle checks."""

    def __init__(self, name: str | int) -> None:
        self.scenario = load(name) if isinstance(name, str) else scenario(name)[0]
        self.model: Model = structure(self.scenario)
        self.lines = evaluate(self.model)
        o = oracle(self.scenario.leaves)
        self.names = [n for n in self.lines if n in o and not n.endswith("_draw_cost")]

    def told(self, batch: Sequence[Mutant]) -> list[bool]:
        """Of every mutant, whether a line that the oracle checks differs under it; all are evaluated at once."""
        sheet = self.model.declaration
        formulas = {name: line.formula for name, line in sheet.lines.items()}
        present: dict[str, list[tuple[int, Expr]]] = {}
        for k, mutant in enumerate(batch):
            with suppress(LookupError):  # a structure without such a line or node
                changed = mutated(formulas[mutant.line], mutant.path, mutant.change)
                present.setdefault(mutant.line, []).append((k, changed))
        try:
            sheet.inputs[WHICH.data] = WHICH
            for name, found in present.items():
                sheet.lines[name].expr = among(found, formulas[name])
            number = Assumption(WHICH.data, "1", -1.0)  # no mutant
            model = replace(
                self.model,
                program=replace(self.model.program, functions={}, many={}),
                assumptions={**self.model.assumptions, WHICH.data: number},
            )
            turns = {WHICH.data: np.arange(float(len(batch)))}
            lines = evaluate_many(model, tuple(self.names), turns, len(batch))
        finally:
            del sheet.inputs[WHICH.data]
            for name, formula in formulas.items():
                sheet.lines[name].expr = formula
        result = np.zeros(len(batch), dtype=bool)
        for name in self.names:
            result |= apart(lines[name], np.array(self.lines[name]), len(batch))
        return result.tolist()


def among(found: list[tuple[int, Expr]], formula: Expr) -> Expr:
    """The formula of the mutant whose turn it is, the line's own where it is another line's."""
    numbers = [k for k, _ in found]

    def halved(low: int, high: int) -> Expr:
        if high - low == 1:
            return found[low][1]
        middle = (low + high) // 2
        return choice(numbers[middle], halved(low, middle), halved(middle, high))

    return choice(numbers[0], formula, choice(numbers[-1] + 1, halved(0, len(found)), formula))


def choice(number: int, below: Expr, otherwise: Expr) -> Expr:
    """One of two formulas, by the number of the mutant."""
    condition = Expr("lt", (WHICH, Expr("const", data=float(number), series=False)))
    return Expr("where", (condition, below, otherwise), unit=below.unit)


def apart(a: Array, b: Array, count: int) -> NDArray[np.bool_]:
    """For each of `count` columns of a, whether it differs from b by more than the oracle's tolerance."""
    a, b = np.broadcast_arrays(a.reshape(-1, a.shape[-1]), b.reshape(-1, 1))
    with np.errstate(all="ignore"):
        greatest = np.nanmax(np.abs(b), initial=0.0)
        scale = np.maximum(np.maximum(np.abs(a), np.abs(b)), max(1.0, 1e-5 * greatest))
        differs = (np.isnan(a) != np.isnan(b)) | (np.isinf(a) != np.isinf(b)) | (np.abs(a - b) > TOLERANCE * scale)
    return np.broadcast_to(differs.any(axis=0), (count,))


def killers(found: Sequence[Mutant]) -> dict[Mutant, str | int]:
    """The first scenario that tells each mutant apart: of the suite, else of many more."""
    told: dict[Mutant, str | int] = {}
    for name in dict.fromkeys(["base", "price_crash", *bundled(), *SEEDS, *WIDER]):
        left = [m for m in found if m not in told]
        if not left:
            break
        case = Case(name)
        for start in range(0, len(left), TOGETHER):
            batch = left[start : start + TOGETHER]
            told |= {m: name for m, is_told in zip(batch, case.told(batch), strict=True) if is_told}
        print(f"{name}: {len(found) - len(told)} of {len(found)} left", file=sys.stderr, flush=True)
    return told


def main() -> None:
    """Run all mutants, or every nth."""
    every = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    found = mutants(structure(load("base")))[::every]
    with ProcessPoolExecutor(2) as pool:
        halves = pool.map(killers, (found[::2], found[1::2]))
    told = {m: k for half in halves for m, k in half.items()}
    wider = [m for m in found if told.get(m) in WIDER]
    never = [m for m in found if m not in told]
    killed = len(found) - len(wider) - len(never)
    lines = [
        "# Mutation testing of the finance stages",
        "",
        "Written by `python -m tests.mutation`. Each mutant changes one operation of one formula; it is killed when a",
        "line that the oracle checks differs on a scenario of the suite.",
        "",
        f"- mutants: {len(found):,}" + (f" (every {every}th)" if every > 1 else ""),
        f"- killed: {killed:,}",
        f"- told apart only by {len(WIDER)} further random scenarios: {len(wider)}",
        f"- never told apart (equal to the model in all {16 + len(SEEDS) + len(WIDER)} scenarios): {len(never)}",
        f"- **score: {killed / max(killed + len(wider), 1):.1%}** of the mutants that change a figure",
        "",
    ]
    lines += ["## Told apart only by further scenarios", "", *(f"- `{m}` ({told[m]})" for m in wider), ""]
    lines += ["## Never told apart", "", *(f"- `{m}`" for m in never), ""]
    REPORT.write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines[:11]))


if __name__ == "__main__":
    main()
