"""What the pages are written from: the model on the axis of the workbook, and the rows of every sheet."""

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
    """All that the pages are written from.

    Attributes:
        result: the scenario on its own time axis; `model` and `values` are the same on the longer axis of the
            workbook, with the lines that cells need on top.
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
        """What a row begins with ("prev") or ends with ("next") for those that look back on it, or ahead to it."""
        return {(e.op, e.args[0].data): e.args[1] for e in formulas(self.model.declaration) if e.op in ("prev", "next")}

    @cached_property
    def numbers(self) -> Evaluator:
        """Values of formulas over the workbook's lines."""
        return evaluator(self.model, self.values)

    def figure(self, e: Expr) -> float:
        """The value of a formula of figures."""
        return self.numbers.figure(e)

    def series(self, name: str) -> list[float]:
        """A row of the workbook's time axis."""
        return row_of(self.values[name])

    def series_of(self, e: Expr) -> list[float]:
        """The values of a row: of a line, or of numbers by year."""
        return self.series(e.name) if isinstance(e, Line) else row_of(bind(self.model)[0][e.data])

    @property
    def own_periods(self) -> int:
        """How many periods the scenario itself needs; the rest is room for changes."""
        return self.result.model.periods

    @cached_property
    def years(self) -> list[int]:
        """The calendar years of the time axis."""
        return [year for year, _ in groupby(self.model.years)]


def formulas(sheet: Declaration) -> Iterator[Expr]:
    """Every node of every formula and of every curve's knots."""
    for line in sheet.lines.values():
        yield from walk(line.formula)
    for curve in sheet.curves.values():
        for knot in (*curve.x, *curve.y):
            yield from walk(knot)
