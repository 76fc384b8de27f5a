"""The sheet on which stages declare their lines; they see which assumptions there are, never a number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from .expr import DeclarationError, Expr, Kind, Line, Term, convert, interpolate, lift, select, walk_outside_reductions
from .units import unit


class Assumption(NamedTuple):
    """An input as the graph sees it: a number, a schedule by year, or a text that selects."""

    path: str
    unit: str
    value: Any


class Years(NamedTuple):
    """The years for which an assumption by year has a number, and what holds between them."""

    years: tuple[int, ...]
    interpolation: str | None


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


# What a declaration may read of the assumptions: all that decides which lines there are, and none of the numbers.
READS: dict[str, Callable[[Mapping[str, Assumption], str], Any]] = {
    "by_year": lambda given, path: hasattr(given[path].value, "years"),
    "text": lambda given, path: given[path].value if isinstance(given[path].value, str) else None,
    "flag": lambda given, path: bool(given[path].value),
    "size": lambda given, path: len(given[path].value),
    "years": lambda given, path: (
        Years(given[path].value.years, given[path].value.interpolation) if hasattr(given[path].value, "years") else None
    ),
    "entries": lambda given, group: tuple(
        dict.fromkeys(p.split(".")[group.count(".") + 1] for p in given if p.startswith(group + "."))
    ),
}


class Declaration:
    """All lines declared so far, in order, and the tables (curves) that formulas look up.

    `reads` records what the declaration read of the assumptions: a scenario that answers the same has the same lines.
    """

    def __init__(self, assumptions: Mapping[str, Assumption]) -> None:
        self._given = assumptions
        self.units: dict[str, str] = {}
        self.reads: dict[tuple[str, str], Any] = {}
        self.lines: dict[str, Line] = {}
        self.inputs: dict[str, Expr] = {}
        self.elements: dict[tuple[str, int], Expr] = {}
        self.curves: dict[str, Curve] = {}
        self.stage = ""

    def closed(self) -> Declaration:
        """The same sheet without the assumptions that it was declared from."""
        return self.with_lines(self.lines)

    def with_lines(self, lines: dict[str, Line]) -> Declaration:
        """The same inputs and curves under other lines."""
        result = Declaration({})
        result.units, result.reads, result.lines = self.units, self.reads, lines
        result.inputs, result.elements, result.curves = self.inputs, self.elements, self.curves
        return result

    def line(
        self, name: str, written: str, label: str, formula: Term, definition: str = "", *, kind: Kind = "flow"
    ) -> Line:
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

    def read(self, what: str, path: str) -> Any:
        """What the lines depend on, recorded: a text, a flag, the size of a list, the years of numbers by year, the
        entries of a group.

        Raises:
            DeclarationError: when no assumption has this path.
        """
        key = what, path
        if key not in self.reads:
            if what != "entries" and path not in self._given:
                raise DeclarationError(f"no assumption at '{path}'")
            self.reads[key] = READS[what](self._given, path)
        return self.reads[key]

    def text(self, path: str) -> str | None:
        """The text at a path; None where there is no text."""
        text: str | None = self.read("text", path)
        return text

    def label(self, entry: str) -> str:
        """The label of an entry of a group."""
        return str(self.text(f"{entry}.label"))

    def entries(self, group: str) -> list[str]:
        """The names of a group's entries, in the scenario's order."""
        return list(self.read("entries", group))

    def size(self, path: str) -> int:
        """How many numbers the list at a path has."""
        size: int = self.read("size", path)
        return size

    def years(self, path: str) -> Years | None:
        """The years of numbers by year; None where the assumption is one number."""
        years: Years | None = self.read("years", path)
        return years

    def input(self, path: str) -> Expr:
        """A numeric assumption: a figure, or a row where the scenario gives it by year; dates as decimal years.

        Raises:
            DeclarationError: when no assumption has this path.
        """
        if path not in self.inputs:
            by_year = self.read("by_year", path)
            self.inputs[path] = Expr("input", data=path, unit=unit(self._unit(path)), series=by_year)
        return self.inputs[path]

    def choose(self, path: str, /, **options: Term) -> Expr:
        """The option named by the text at `path`."""
        self.text(path)
        return select(path, tuple((name, lift(e)) for name, e in options.items()))

    def element(self, path: str, place: int) -> Expr:
        """One figure of an assumption that is a list (by position) or a phasing (by calendar year)."""
        if (path, place) not in self.elements:
            written = self._unit(path)
            self.elements[path, place] = Expr("element", data=(path, place), unit=unit(written), series=False)
        return self.elements[path, place]

    def _unit(self, path: str) -> str:
        """The unit of an assumption, kept for those who read the sheet without its numbers."""
        return self.units.setdefault(path, self._given[path].unit)

    def curve(self, name: str, x: Sequence[Expr], y: Sequence[Expr]) -> str:
        """Give the graph a piecewise-linear curve to look up by `interpolate`; knots are figures, not rows."""
        self.curves[name] = Curve(tuple(x), tuple(y))
        return name

    def cumulative(self, curve: str, at: Expr) -> Expr:
        """A cumulative curve of shares over calendar time."""
        return interpolate(curve, at, "years", "1")
