"""Rows by calendar year, made from rows by period."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .graph.arrays import NAMESPACE, Array, input_name
from .graph.expr import walk
from .structure import Model, as_input


def annual(model: Model, values: Mapping[str, Array]) -> dict[str, list[float]]:
    """Every row of the model by calendar year.

    Flows are summed, balances taken at year end, openings at its start, rates averaged; a ratio's formula is
    evaluated again on the year's figures, never averaged.

    Args:
        values: every line, as `evaluate` gives it for one scenario.
    """
    each = 12 // model.period_months
    lines = model.sheet.lines
    rows = [line for line in lines.values() if line.series]
    found: dict[str, Array] = {}
    for kind in ("flow", "balance", "opening", "average", "flag"):
        names = [line.name for line in rows if line.kind == kind]
        found |= zip(names, by_year(kind, table(model, values, names), each)[..., None], strict=True)
    years = model.periods // each
    for name, code in model.ratios.items():
        scope: dict[str, Any] = dict(NAMESPACE, T=years)
        for e in walk(lines[name].formula):
            if e.op == "line":
                scope[e.data] = found[e.data] if lines[e.data].series else values[e.data]
            elif e.op == "input":
                a = as_input(model, model.sheet.assumptions[e.data].value)
                scope[input_name(e.data)] = by_year("average", a.T, each).T if a.ndim == 2 else a
        with np.errstate(all="ignore"):
            found[name] = np.broadcast_to(eval(code, scope), (years, 1))
    return {line.name: found[line.name][:, 0].tolist() for line in rows}


def table(model: Model, values: Mapping[str, Array], names: list[str]) -> Array:
    """Rows of one scenario, shape (names, periods)."""
    found = np.empty((len(names), model.periods))
    for row, name in zip(found, names, strict=True):
        row[:] = values[name].T[0]
    return found


def by_year(kind: str, rows: Array, each: int) -> Array:
    """Rows by year, shape (rows, years), of rows by period, of which a year has `each`."""
    if kind == "opening":
        return rows[:, ::each]
    if kind == "balance":
        return rows[:, each - 1 :: each]
    found = rows[:, ::each].copy()
    for k in range(1, each):  # one after the other: the same sum on every processor
        later = rows[:, k::each]
        found = np.where(later > found, later, found) if kind == "flag" else found + later
    return found / each if kind == "average" else found
