"""Declaration of lines by the stages, which read the structure of the assumptions but no number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from .expr import DeclarationError, Expr, Kind, Line, Term, convert, interpolate, lift, select, walk_outside_reductions
from .units import unit


class Assumption(NamedTuple):
    """An input: a number, a list, numbers by year, or a text that selects an option."""

    path: str
    unit: str
    value: Any


class Years(NamedTuple):
    """The years of an assumption by year, and the interpolation between them."""

    years: tuple[int, ...]
    interpolation: str | None


class Curve(NamedTuple):
    """A piecewise-linear curve; knots are formulas that are figures."""

    x: tuple[Expr, ...]
    y: tuple[Expr, ...]


def decimal_year(day: dt.date) -> float:
    """A date as a year with decimals; months are twelfths, as periods are: 2028-07-01 is 2028.5."""
    days = (dt.date(day.year + day.month // 12, day.month % 12 + 1, 1) - day.replace(day=1)).days
    return day.year + (day.month - 1 + (day.day - 1) / days) / 12


# What a declaration may read of the assumptions: their structure.
READS: dict[str, Callable[[Mapping[str, Assumption], str], Any]] = {
    "by_year": lambda a, path: hasattr(a[path].value, "years"),
    "text": lambda a, path: a[path].value if isinstance(a[path].value, str) else None,
    "flag": lambda a, path: bool(a[path].value),
    "size": lambda a, path: len(a[path].value),
    "years": lambda a, path: (
        Years(a[path].value.years, a[path].value.interpolation) if hasattr(a[path].value, "years") else None
    ),
    "entries": lambda a, group: tuple(
        dict.fromkeys(p.split(".")[group.count(".") + 1] for p in a if p.startswith(group + "."))
    ),
}


class Declaration:
    """Lines in order of declaration, inputs and curves.

    `reads` records what was read of the assumptions: scenarios with equal reads have the same lines.
    """

    def __init__(self, assumptions: Mapping[str, Assumption]) -> None:
        self._assumptions = assumptions
        self.units: dict[str, str] = {}
        self.reads: dict[tuple[str, str], Any] = {}
        self.lines: dict[str, Line] = {}
        self.inputs: dict[str, Expr] = {}
        self.elements: dict[tuple[str, int], Expr] = {}
        self.curves: dict[str, Curve] = {}
        self.stage = ""

    def closed(self) -> Declaration:
        """A copy without the assumptions."""
        return self.with_lines(self.lines)

    def with_lines(self, lines: dict[str, Line]) -> Declaration:
        """A copy with other lines."""
        result = Declaration({})
        result.units, result.reads, result.lines = self.units, self.reads, lines
        result.inputs, result.elements, result.curves = self.inputs, self.elements, self.curves
        return result

    def line(
        self, name: str, written: str, label: str, formula: Term, definition: str = "", *, kind: Kind = "flow"
    ) -> Line:
        """Declare a line item in the unit `written`; DeclarationError where the name is taken or dimensions differ."""
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
            self.lines[name] = self.lines.pop(name)  # in order of declaration, not of announcement
        else:
            raise DeclarationError(f"line '{name}' is declared twice, or not as it was announced")
        return self.lines[name]

    def forward(self, name: str, written: str) -> Line:
        """Announce a row that is declared later."""
        if name in self.lines:
            raise DeclarationError(f"line '{name}' is announced after it was declared")
        self.lines[name] = Line(name, written, name, None, "", "flow", self.stage, series=True)
        return self.lines[name]

    def read(self, what: str, path: str) -> Any:
        """Read `what` (a key of READS) of an assumption, and record it; DeclarationError where there is none."""
        key = what, path
        if key not in self.reads:
            if what != "entries" and path not in self._assumptions:
                raise DeclarationError(f"no assumption at '{path}'")
            self.reads[key] = READS[what](self._assumptions, path)
        return self.reads[key]

    def text(self, path: str) -> str | None:
        """The text at a path; None for other values."""
        text: str | None = self.read("text", path)
        return text

    def label(self, entry: str) -> str:
        """The label of an entry of a group."""
        return str(self.text(f"{entry}.label"))

    def entries(self, group: str) -> list[str]:
        """Names of a group's entries, in the scenario's order."""
        return list(self.read("entries", group))

    def size(self, path: str) -> int:
        """Length of the list at a path."""
        size: int = self.read("size", path)
        return size

    def years(self, path: str) -> Years | None:
        """Years of an assumption by year; None for one number."""
        years: Years | None = self.read("years", path)
        return years

    def input(self, path: str) -> Expr:
        """A numeric assumption: a figure, or a row if by year; dates as decimal years. See `read` for errors."""
        if path not in self.inputs:
            by_year = self.read("by_year", path)
            self.inputs[path] = Expr("input", data=path, unit=unit(self._unit(path)), series=by_year)
        return self.inputs[path]

    def choose(self, path: str, /, **options: Term) -> Expr:
        """The option that the text at `path` selects."""
        self.text(path)
        return select(path, tuple((name, lift(e)) for name, e in options.items()))

    def element(self, path: str, place: int) -> Expr:
        """An element of a list (by position) or of shares by year (by calendar year)."""
        if (path, place) not in self.elements:
            e = Expr("element", data=(path, place), unit=unit(self._unit(path)), series=False)
            self.elements[path, place] = e
        return self.elements[path, place]

    def _unit(self, path: str) -> str:
        return self.units.setdefault(path, self._assumptions[path].unit)

    def curve(self, name: str, x: Sequence[Expr], y: Sequence[Expr]) -> str:
        """Declare a piecewise-linear curve for `interpolate`; returns its name. Knots are figures."""
        self.curves[name] = Curve(tuple(x), tuple(y))
        return name

    def cumulative(self, curve: str, at: Expr) -> Expr:
        """A curve of cumulative shares at a date."""
        return interpolate(curve, at, "years", "1")
