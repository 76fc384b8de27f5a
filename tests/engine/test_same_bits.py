"""One scenario by Python floats, many by NumPy arrays and many by the compiled kernel: the same bits in every line."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from model.engine.structure import Model, bind, evaluate_many
from model.kernel import compiler
from model.kernel.cpp import kernel
from model.kernel.running import compiled, run
from tests.conftest import count

from .declarations import VARIED, columns, declared

Array = NDArray[np.float64]
AXES = ((1, 12), (3, 12), (50, 12), (2, 6), (50, 6), (4, 3), (52, 3))  # periods, and their months


def bits(values: Any) -> NDArray[np.int64]:
    """The bits of numbers, those of all that are not a number being the same."""
    a = np.array(values, dtype=np.float64)
    a[np.isnan(a)] = np.nan
    return a.view(np.int64)


def by_floats(model: Model, changed: dict[str, Array], scenarios: int) -> dict[str, Array]:
    """Every line of each scenario: figures (scenarios,), rows (periods, scenarios)."""
    inputs, elements = bind(model)
    each = 12 // model.period_months
    runs = []
    for k in range(scenarios):
        own = {p: np.repeat(v[:, k], each).tolist() if v.ndim == 2 else float(v[k]) for p, v in changed.items()}
        runs.append(model.program.function()(model.periods, {**inputs, **own}, elements))
    return {name: np.array([found[name] for found in runs]).T for name in runs[0]}


def by_arrays(model: Model, changed: dict[str, Array], scenarios: int) -> dict[str, Array]:
    """The same by NumPy."""
    each = 12 // model.period_months
    given = {p: np.repeat(v, each, axis=0) if v.ndim == 2 else v for p, v in changed.items()}
    found = evaluate_many(model, tuple(model.declaration.lines), given, scenarios)
    return {name: np.broadcast_to(v, (*v.shape[:-1], scenarios)) for name, v in found.items()}


def same(a: dict[str, Array], b: dict[str, Array]) -> None:
    """Fail at the first line of the second table whose bits differ from the first's."""
    for name, values in b.items():
        np.testing.assert_array_equal(bits(a[name]), bits(values), err_msg=name)


def yearly(rows: Array, each: int) -> Array:
    """Sums by year, from 0, one period after the other."""
    result = rows[::each] + 0.0
    with np.errstate(all="ignore"):
        for k in range(1, each):
            result = result + rows[k::each]
    return result


@pytest.mark.parametrize("seed", dict.fromkeys([*range(count(28, 1000)), 940]))  # 940: the negative of a comparison
def test_random_declarations_by_floats_and_by_arrays(seed: int) -> None:
    """Of scenarios that differ in all inputs, or in some, whose other lines stand in tables."""
    periods, months = AXES[seed % len(AXES)]
    model = declared(seed, 30, periods, months)
    drawn = random.Random(seed)
    every = columns(seed, model, scenarios := drawn.choice([9, 9, 40, 1]))
    for varied in (VARIED, drawn.sample(VARIED, 2), drawn.sample(VARIED, 1)):
        changed = {path: every[path] for path in varied if path in model.declaration.inputs}
        floats = by_floats(model, changed, scenarios)
        same(floats, by_arrays(model, changed, scenarios))
        one = {path: v[..., :1] for path, v in changed.items()}
        same({name: v[..., :1] for name, v in floats.items()}, by_arrays(model, one, 1))


def by_kernel(model: Model, changed: dict[str, Array], scenarios: int, outputs: tuple[str, ...]) -> dict[str, Array]:
    """The outputs that the changed inputs move, by the kernel: figures (scenarios,), rows (years, scenarios)."""
    if compiler.compiler() is None:
        pytest.skip("no C++ compiler on this machine")
    sheet = model.declaration
    made = kernel(
        sheet.lines,
        sheet.curves,
        sheet.inputs,
        model.groups,
        model.texts,
        outputs,
        tuple(changed),
        12 // model.period_months,
    )
    _, found = run(compiled(made, model), 0, scenarios, columns=changed)
    return found


def as_kernel(model: Model, lines: dict[str, Array]) -> dict[str, Array]:
    """Lines with their rows as sums by year."""
    return {name: yearly(v, 12 // model.period_months) if v.ndim == 2 else v for name, v in lines.items()}


@pytest.mark.parametrize("seed", range(count(7, 150)))
def test_random_declarations_by_the_kernel(seed: int) -> None:
    """All lines, or some of them, for scenarios that differ in all inputs, or in some."""
    periods, months = AXES[seed % len(AXES)]
    model = declared(10_000 + seed, 60, periods, months)
    drawn = random.Random(seed)
    names = [*model.declaration.lines]
    every = columns(seed, model, scenarios := drawn.choice([43, 8, 1]))
    for varied, wanted in ((VARIED, names), (drawn.sample(VARIED, 2), drawn.sample(names, 12))):
        changed = {path: every[path] for path in varied if path in model.declaration.inputs}
        found = by_kernel(model, changed, scenarios, tuple(wanted))
        same(as_kernel(model, by_arrays(model, changed, scenarios)), found)
        if wanted is names:
            assert len(found) > 45
