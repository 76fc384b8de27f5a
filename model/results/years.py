"""Rows by calendar year, made from rows by period."""

from __future__ import annotations

from collections.abc import Mapping

from ..engine.python import Value, row_of
from ..engine.structure import Model, bind
from ..formulas.by_year import INPUT, by_year
from ..formulas.evaluate import Evaluator


def annual(model: Model, values: Mapping[str, Value]) -> dict[str, list[float]]:
    """Every row of the model by calendar year: see `by_year`; a ratio's formula on the year's figures.

    Args:
        values: every line, as `evaluate` gives it.
    """
    each = 12 // model.period_months
    rows = [line for line in model.declaration.lines.values() if line.series]
    found: dict[str, Value] = {
        line.name: by_year(line.kind, row_of(values[line.name]), each) for line in rows if line.kind != "ratio"
    }
    found |= {name: value for name, value in values.items() if not isinstance(value, list)}
    inputs, elements = bind(model)
    yearly = {path: by_year(INPUT, v, each) if isinstance(v, list) else v for path, v in inputs.items()}
    again = Evaluator(model.declaration, model.texts, {**yearly, **found}, elements, model.periods // each)
    return {line.name: row_of(found[line.name]) if line.name in found else again.row(line.formula) for line in rows}
