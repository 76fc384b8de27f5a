"""The sheet on which stages declare their lines, and through which they reach the assumptions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from .expr import (
    DeclarationError,
    Expr,
    Kind,
    Line,
    Term,
    convert,
    interpolate,
    lift,
    select,
    walk_outside_reductions,
)
from .units import unit


class Assumption(NamedTuple):
    """An input as the graph sees it: a number, a schedule by year, or a text that selects."""

    path: str
    unit: str
    value: Any


class Curve(NamedTuple):
    """A piecewise-linear curve; its knots are formulas of figures among the assumptions."""

    x: tuple[Expr, ...]
    y: tuple[Expr, ...]


def decimal_year(day: dt.date) -> float:
    """A date as a year with decimals, in whole months: 2028-07-01 is 2028.5.

    Months are twelfths, as periods are, so that a period never starts a day off.
    """
    days = (dt.date(day.year + day.month // 12, day.month % 12 + 1, 1) - day.replace(day=1)).days
    return day.year + (day.month - 1 + (day.day - 1) / days) / 12


class Sheet:
    """All lines declared so far, in order, and the tables (curves) that formulas look up."""

    def __init__(self, assumptions: Mapping[str, Assumption]) -> None:
        self.assumptions = assumptions
        self.lines: dict[str, Line] = {}
        self.inputs: dict[str, Expr] = {}
        self.elements: dict[tuple[str, int], Expr] = {}
        self.curves: dict[str, Curve] = {}
        self.resting: list[tuple[Line, ...]] = []
        self.stage = ""

    def line(self, name: str, written: str, label: str, formula: Term, definition: str = "", *,
             kind: Kind = "flow") -> Line:
        """Declare a line item; a formula of the same dimension in another scale is converted.

        Raises:
            DeclarationError: when the name is taken or the formula's unit is not the declared one.
        """
        try:
            expr = convert(lift(formula), written)
        except DeclarationError as problem:
            raise DeclarationError(f"line '{name}': {problem}") from None
        if any(isinstance(e, Line) and e.series and e.nullable for e in walk_outside_reductions(expr)):
            raise DeclarationError(f"line '{name}' calculates with a row that can be 'not applicable'")
        earlier = self.lines.get(name)
        if earlier is None:
            self.lines[name] = Line(name, written, label, expr, definition, kind, self.stage, expr.series)
        elif earlier.expr is None and earlier.written_unit == written and earlier.series == expr.series:
            earlier.expr, earlier.label, earlier.definition = expr, label, definition
            earlier.kind, earlier.stage = kind, self.stage
            self.lines[name] = self.lines.pop(name)  # it stands where it is declared, not where it was announced
        else:
            raise DeclarationError(f"line '{name}' is declared twice, or not as it was announced")
        return self.lines[name]

    def forward(self, name: str, written: str) -> Line:
        """Announce a row that is declared later, for a loop through an earlier period."""
        if name in self.lines:
            raise DeclarationError(f"line '{name}' is announced after it was declared")
        self.lines[name] = Line(name, written, name, None, "", "flow", self.stage, series=True)
        return self.lines[name]

    def rests(self, *rows: Line) -> None:
        """Name rows that are 0 for most of the life, later ones for longer than those named before.

        This changes no figure: an interpreter may look whether they are 0, and leave out what then is 0 too.
        """
        self.resting.append(rows)

    def input(self, path: str) -> Expr:
        """A numeric assumption: a figure, or a row where the scenario gives it by year; dates as decimal years.

        Raises:
            DeclarationError: when no assumption has this path.
        """
        if path not in self.inputs:
            if path not in self.assumptions:
                raise DeclarationError(f"no assumption at '{path}'")
            found = self.assumptions[path]
            by_year = hasattr(found.value, "years")
            self.inputs[path] = Expr("input", data=path, unit=unit(found.unit), series=by_year)
        return self.inputs[path]

    def choose(self, path: str, /, **options: Term) -> Expr:
        """The option named by the text at `path`."""
        return select(path, tuple((name, lift(e)) for name, e in options.items()))

    def element(self, path: str, place: int) -> Expr:
        """One figure of an assumption that is a list (by position) or a phasing (by calendar year)."""
        if (path, place) not in self.elements:
            written = self.assumptions[path].unit
            self.elements[path, place] = Expr("element", data=(path, place), unit=unit(written), series=False)
        return self.elements[path, place]

    def curve(self, name: str, x: Sequence[Expr], y: Sequence[Expr]) -> str:
        """Give the graph a piecewise-linear curve to look up by `interpolate`; knots are figures, not rows."""
        self.curves[name] = Curve(tuple(x), tuple(y))
        return name

    def cumulative(self, curve: str, at: Expr) -> Expr:
        """A cumulative curve of shares over calendar time."""
        return interpolate(curve, at, "years", "1")
