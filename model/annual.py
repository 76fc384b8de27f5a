"""Rows by calendar year, made from rows by period."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .graph.arrays import NAMESPACE, Array, input_name, write
from .graph.expr import walk
from .structure import Model, bind


def annual(model: Model, values: Mapping[str, Array]) -> dict[str, list[float]]:
    """Every row of the model by calendar year.

    Flows are summed, balances taken at year end, openings at its start, rates averaged; a ratio's formula is
    evaluated again on the year's figures, never averaged.

    Args:
        values: every line, as `evaluate` gives it for one scenario.
    """
    each = 12 // model.period_months
    starts = np.arange(0, model.periods, each)
    by_kind: dict[str, Callable[[Array], Array]] = {
        "flow": lambda a: np.add.reduceat(a, starts, axis=0),
        "balance": lambda a: a[each - 1 :: each],
        "opening": lambda a: a[::each],
        "average": lambda a: np.add.reduceat(a, starts, axis=0) / each,
        "flag": lambda a: np.maximum.reduceat(a, starts, axis=0),
    }
    lines, texts = model.sheet.lines, model.texts
    rows = [line for line in lines.values() if line.series]
    found: dict[str, Array] = {}
    for line in rows:
        if line.kind != "ratio":
            found[line.name] = by_kind[line.kind](np.broadcast_to(values[line.name], (model.periods, 1)))
    inputs, _ = bind(model)
    for line in rows:
        if line.kind == "ratio":
            names: dict[str, Any] = dict(NAMESPACE, T=len(starts))
            for e in walk(line.formula):
                if e.op == "line":
                    names[e.data] = found[e.data] if lines[e.data].series else values[e.data]
                elif e.op == "input":
                    a = inputs[e.data]
                    names[input_name(e.data)] = by_kind["average"](a) if a.ndim == 2 else a
            with np.errstate(all="ignore"):
                found[line.name] = np.broadcast_to(eval(write(line.formula, {}, texts), names), (len(starts), 1))
    return {line.name: found[line.name][:, 0].tolist() for line in rows}
