"""Expressions and line items.

A `Line` has name, unit, label, definition and formula. Formulas are expression trees of `Expr`, built with Python's
operators and the functions below; nothing is evaluated here. A row has a value by period, a figure is a scalar.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import nan
from typing import Any, Literal, NoReturn

from .operations import OPERATIONS, REDUCTIONS
from .units import NONE, Unit, unit

Kind = Literal["flow", "balance", "opening", "ratio", "average", "flag"]
NAN = nan


class DeclarationError(Exception):
    """An invalid declaration: units that differ, a name declared twice, a cycle within a period."""


class Expr:
    """A node of a formula: operation, operands, and `data` (a constant, an input's path, a curve's name).

    `series`: a row, not a figure. `nullable`: can be NaN ('not applicable'); a nullable row may only be reduced, so
    that no language has to propagate NaN.
    """

    __slots__ = ("args", "data", "nullable", "op", "series", "unit")
    args: tuple[Expr, ...]
    data: Any
    nullable: bool
    op: str
    series: bool
    unit: Unit

    def __init__(
        self, op: str, args: tuple[Expr, ...] = (), data: Any = None, unit: Unit = NONE, series: bool | None = None
    ) -> None:
        self.op, self.args, self.data, self.unit = op, args, data, unit
        self.series = any(a.series for a in args) if series is None else series
        self.nullable = op == "irr" or data != data or any(a.nullable for a in args)

    def __add__(self, other: Term) -> Expr:
        return operation("add", self, other)

    def __radd__(self, other: Term) -> Expr:
        return operation("add", other, self)

    def __sub__(self, other: Term) -> Expr:
        return operation("sub", self, other)

    def __rsub__(self, other: Term) -> Expr:
        return operation("sub", other, self)

    def __mul__(self, other: Term) -> Expr:
        return operation("mul", self, other)

    __rmul__ = __mul__

    def __truediv__(self, other: Term) -> Expr:
        return operation("div", self, other)

    def __rtruediv__(self, other: Term) -> Expr:
        return operation("div", other, self)

    def __neg__(self) -> Expr:
        return operation("neg", self)

    def __lt__(self, other: Term) -> Expr:
        return operation("lt", self, other)

    def __le__(self, other: Term) -> Expr:
        return operation("le", self, other)

    def __gt__(self, other: Term) -> Expr:
        return operation("gt", self, other)

    def __ge__(self, other: Term) -> Expr:
        return operation("ge", self, other)

    def __bool__(self) -> NoReturn:
        raise DeclarationError("a line has no truth value while the model is declared: write where(...)")


class Line(Expr):
    """A line item; in a formula, a reference to its value."""

    __slots__ = ("definition", "expr", "kind", "label", "name", "stage", "written_unit")

    def __init__(
        self,
        name: str,
        written_unit: str,
        label: str,
        expr: Expr | None,
        definition: str,
        kind: Kind,
        stage: str,
        series: bool,
    ) -> None:
        super().__init__("line", data=name, unit=unit(written_unit), series=series)
        self.name, self.written_unit, self.label, self.expr = name, written_unit, label, expr
        self.definition, self.kind, self.stage = definition, kind, stage
        self.nullable = expr is not None and expr.nullable

    @property
    def formula(self) -> Expr:
        """The declared formula."""
        if self.expr is None:
            raise DeclarationError(f"line '{self.name}' is used but never declared")
        return self.expr


Term = Expr | float | int


def lift(value: Term) -> Expr:
    """A number as a dimensionless constant."""
    return value if isinstance(value, Expr) else Expr("const", data=float(value), series=False)


def constant(value: float, written: str) -> Expr:
    """A constant with a unit."""
    return Expr("const", data=float(value), unit=unit(written), series=False)


def convert(e: Expr, written: str) -> Expr:
    """The same quantity in another unit (kt x US$/lb as US$m); DeclarationError where the dimensions differ."""
    target = unit(written)
    if _any_unit(e):
        return e
    if e.unit.powers != target.powers:
        raise DeclarationError(f"a formula in {e.unit} cannot be read in {written}")
    ratio = e.unit.scale / target.scale
    return e if abs(ratio - 1) < 1e-12 else Expr("mul", (e, lift(ratio)), unit=target)


def _any_unit(e: Expr) -> bool:
    """0 and NaN match any unit."""
    return e.op == "const" and (e.data == 0 or e.data != e.data)


def _common_unit(op: str, operands: tuple[Expr, ...]) -> Unit:
    units = [e.unit for e in operands if not _any_unit(e)]
    for other in units[1:]:
        if not units[0].matches(other):
            raise DeclarationError(f"{op} mixes {units[0]} with {other}: {', '.join(map(spell, operands))}")
    return units[0] if units else NONE


def operation(name: str, *terms: Term, data: Any = None) -> Expr:
    """An operation of the table; operands of one dimension are converted to the first's unit (months to years).
    DeclarationError where units do not follow the table's rule."""
    args, rule = tuple(map(lift, terms)), OPERATIONS[name].unit
    found = NONE
    if rule in ("same", "compared"):
        first = next((e.unit for e in args if not _any_unit(e)), NONE)
        args = tuple(_scaled(e, first) for e in args)
        found = _common_unit(name, args)
    elif rule in ("product", "quotient"):
        found = args[0].unit * args[1].unit if rule == "product" else args[0].unit / args[1].unit
    return Expr(name, args, data, NONE if rule == "compared" else found)


def _scaled(e: Expr, wanted: Unit) -> Expr:
    """An operand converted to `wanted`, if of its dimension."""
    if _any_unit(e) or e.unit.powers != wanted.powers or e.unit.matches(wanted):
        return e
    return Expr("mul", (e, lift(e.unit.scale / wanted.scale)), unit=wanted)


def minimum(a: Term, b: Term) -> Expr:
    """The lesser of two."""
    return operation("min", a, b)


def maximum(a: Term, b: Term) -> Expr:
    """The greater of two."""
    return operation("max", a, b)


def clamp(x: Term, low: Term, high: Term) -> Expr:
    """x limited to two bounds."""
    return minimum(maximum(x, low), high)


def both(a: Expr, b: Expr) -> Expr:
    """1 where both conditions hold."""
    return operation("and", a, b)


def either(a: Expr, b: Expr) -> Expr:
    """1 where one of two conditions holds."""
    return operation("or", a, b)


def where(condition: Expr, then: Term, otherwise: Term) -> Expr:
    """`then` where the condition holds, else `otherwise`; NAN is 'not applicable'."""
    a, b = lift(then), lift(otherwise)
    return Expr("where", (condition, a, b), unit=_common_unit("where", (a, b)))


def per(a: Term, b: Term, otherwise: float) -> Expr:
    """a / b, and `otherwise` where b is zero."""
    return operation("per", a, b, data=otherwise)


def compound(rate: Expr, years: Term) -> Expr:
    """(1 + rate) ** years."""
    years = lift(years)
    _common_unit("compound", (rate * years, lift(1)))
    return operation("compound", rate, years)


def power(base: Term, exponent: Term) -> Expr:
    """base ** exponent, both dimensionless."""
    _common_unit("power", (lift(base), lift(exponent), lift(1)))
    return operation("pow", base, exponent)


def floor(x: Expr) -> Expr:
    """Greatest integer not above x."""
    return operation("floor", x)


def prev(line: Expr, initial: Term = 0) -> Expr:
    """The line one period earlier; `initial` in the first period."""
    first = lift(initial)
    return Expr("prev", (line, first), unit=_common_unit("prev", (line, first)), series=True)


def following(line: Expr, final: Term = 0) -> Expr:
    """The line one period later; `final` in the last period."""
    last = lift(final)
    return Expr("next", (line, last), unit=_common_unit("next", (line, last)), series=True)


def _reduce(op: str, e: Expr) -> Expr:
    return Expr(op, (e,), unit=e.unit if OPERATIONS[op].unit == "same" else NONE, series=False)


def total(e: Expr) -> Expr:
    """Sum over the periods."""
    return _reduce("total", e)


def highest(e: Expr) -> Expr:
    """Greatest over the periods where it is applicable."""
    return _reduce("highest", e)


def lowest(e: Expr) -> Expr:
    """Least over the periods where it is applicable."""
    return _reduce("lowest", e)


def average(e: Expr) -> Expr:
    """Mean over the periods where it is applicable."""
    return _reduce("average", e)


def irr(flows: Expr) -> Expr:
    """Internal rate of return a period; 'not applicable' where none exists."""
    return _reduce("irr", flows)


def interpolate(table: str, x: Expr, x_unit: str, y_unit: str) -> Expr:
    """A piecewise-linear curve of the scenario at x, flat beyond its ends."""
    if not x.unit.matches(unit(x_unit)):
        raise DeclarationError(f"curve '{table}' is over {x_unit}, not over {x.unit}")
    return Expr("interp", (x,), data=table, unit=unit(y_unit))


def select(path: str, options: tuple[tuple[str, Expr], ...]) -> Expr:
    """The option named by the scenario's text at `path`."""
    args = tuple(e for _, e in options)
    return Expr("select", args, data=(path, tuple(n for n, _ in options)), unit=_common_unit("select", args))


def add_up(terms: Iterable[Expr], none: Term = 0) -> Expr:
    """Sum of terms; `none` where there are none."""
    result: Expr | None = None
    for term in terms:
        result = term if result is None else result + term
    return lift(none) if result is None else result


def walk(e: Expr) -> Iterator[Expr]:
    """Nodes of a formula, not descending into lines."""
    yield e
    for a in e.args:
        yield from walk(a)


def walk_outside_reductions(e: Expr) -> Iterator[Expr]:
    """Nodes of a formula that are not inside a reduction."""
    yield e
    if e.op not in REDUCTIONS:
        for a in e.args:
            yield from walk_outside_reductions(a)


def spell(e: Expr) -> str:
    """An operand's name in messages."""
    return str(e.data) if e.op in ("line", "input", "const") else e.op
