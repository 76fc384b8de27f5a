"""The plan of a workbook: the model on the workbook's time axis, and the rows of every sheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from ...engine.python import Value, row_of
from ...engine.structure import Model, bind, evaluator
from ...formulas.declaration import Declaration
from ...formulas.evaluate import Evaluator
from ...formulas.expr import Expr, Line, walk
from ...results.result import Result
from ...scenario.resolve import Leaf, Scenario
from .excel import Places

INPUTS, TABLES, CURVES, BY_YEAR = "Inputs", "Input tables", "Curves", "Inputs by year"
SEARCH, SEARCH_ROWS = "IRR search", 2
CURVE_ROWS = 6  # heading, x, y, slope, intercept, blank


class Row(NamedTuple):
    """A row of a stage's sheet: a heading, a line (with the heading of its block), or a link to another sheet."""

    number: int
    heading: str = ""
    line: Line | None = None
    link: Expr | None = None


class InputRow(NamedTuple):
    """A row of `Inputs` or `Input tables`: a heading, or a leaf and the options of its text."""

    number: int
    heading: str
    leaf: Leaf | None
    options: tuple[tuple[str, ...], ...]
    live: bool


@dataclass
class Plan:
    """The data from which the sheets are written.

    Attributes:
        result: the scenario on its own time axis; `model` and `values` are the same on the longer axis of the
            workbook, with the lines added by `with_workings`.
    """

    scenario: Scenario
    result: Result
    model: Model
    values: dict[str, Value]
    places: Places
    rows: dict[str, list[Row]] = field(default_factory=dict)
    inputs: list[InputRow] = field(default_factory=list)
    tables: list[InputRow] = field(default_factory=list)

    @cached_property
    def edges(self) -> dict[tuple[str, str], Expr]:
        """The opening ("prev") or closing ("next") value of a line, by operation and line name."""
        return {(e.op, e.args[0].data): e.args[1] for e in formulas(self.model.declaration) if e.op in ("prev", "next")}

    @cached_property
    def numbers(self) -> Evaluator:
        """Evaluates expressions over the values of the workbook's lines."""
        return evaluator(self.model, self.values)

    def figure(self, e: Expr) -> float:
        """The value of an expression that is a single number."""
        return self.numbers.figure(e)

    def series(self, name: str) -> list[float]:
        """The values of a line by period of the workbook's time axis."""
        return row_of(self.values[name])

    def series_of(self, e: Expr) -> list[float]:
        """Values by period of a line, or of an input by year."""
        return self.series(e.name) if isinstance(e, Line) else row_of(bind(self.model)[0][e.data])

    @property
    def own_periods(self) -> int:
        """Number of periods of the scenario itself; later ones are spare."""
        return self.result.model.periods

    @cached_property
    def years(self) -> list[int]:
        """The calendar years of the time axis."""
        return [year for year, _ in groupby(self.model.years)]


def formulas(sheet: Declaration) -> Iterator[Expr]:
    """Every node of the formulas of all lines and of the knots of all curves."""
    for line in sheet.lines.values():
        yield from walk(line.formula)
    for curve in sheet.curves.values():
        for knot in (*curve.x, *curve.y):
            yield from walk(knot)
