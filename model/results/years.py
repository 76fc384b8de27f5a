"""Rows by calendar year, made from rows by period."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..engine.python import Value, row_of
from ..engine.structure import Model, bind
from ..formulas.evaluate import Evaluator

Row = list[float]


def annual(model: Model, values: Mapping[str, Value]) -> dict[str, Row]:
    """Every row of the model by calendar year.

    Flows are summed, balances taken at year end, openings at its start, rates averaged; a ratio's formula is
    evaluated again on the year's figures, never averaged.

    Args:
        values: every line, as `evaluate` gives it.
    """
    each = 12 // model.period_months
    by_kind: dict[str, Callable[[Row], Row]] = {
        "flow": lambda a: sums(a, each),
        "balance": lambda a: a[each - 1 :: each],
        "opening": lambda a: a[::each],
        "average": lambda a: [x / each for x in sums(a, each)],
        "flag": lambda a: [max(a[k : k + each]) for k in range(0, len(a), each)],
    }
    rows = [line for line in model.declaration.lines.values() if line.series]
    found: dict[str, Value] = {
        line.name: by_kind[line.kind](row_of(values[line.name])) for line in rows if line.kind != "ratio"
    }
    found |= {name: value for name, value in values.items() if not isinstance(value, list)}
    inputs, elements = bind(model)
    yearly = {path: by_kind["average"](v) if isinstance(v, list) else v for path, v in inputs.items()}
    by_year = Evaluator(model.declaration, model.texts, {**yearly, **found}, elements, model.periods // each)
    return {line.name: row_of(found[line.name]) if line.name in found else by_year.row(line.formula) for line in rows}


def sums(a: Row, each: int) -> Row:
    """Sums over so many periods, one after the other."""
    result = a[::each]
    for k in range(1, each):
        result = [x + y for x, y in zip(result, a[k::each], strict=True)]
    return result
