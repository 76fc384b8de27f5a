"""Lines added for a spreadsheet: what the engine calculates inside a formula, but a cell needs a row of its own for.

A reduction runs over a row, a curve is looked up at a cell, a rate of return stands alone so that its start value can
be given, and a formula that no one would read in one piece is cut. The added lines are ordinary lines of the same
graph; what the others are worth does not change.
"""

from __future__ import annotations

from typing import Any

from .expr import REDUCTIONS, DeclarationError, Expr, Kind, Line, walk
from .sheet import Sheet

LONGEST = 34  # nodes of a formula that a reader takes in at once
SIGNS = {"add": "plus", "sub": "less", "mul": "x", "div": "over", "min": "or, if less,", "max": "or, if more,"}


def with_workings(sheet: Sheet) -> Sheet:
    """A sheet of the same lines, in which every formula fits a cell; added lines stand above the line they serve.

    Raises:
        DeclarationError: when a row is said to begin, or to end, in two ways; it has one opening and one closing cell.
    """
    result = Sheet(sheet.assumptions)
    result.inputs, result.elements, result.curves = sheet.inputs, sheet.elements, sheet.curves
    written = {line.unit: line.written_unit for line in sheet.lines.values()}
    shared: dict[Any, Line] = {}
    edges: dict[tuple[str, str], Any] = {}
    for name, line in sheet.lines.items():
        for e in walk(line.formula):
            if e.op in ("prev", "next") and edges.setdefault((e.op, e.args[0].data), identity(e.args[1])) != identity(e.args[1]):
                raise DeclarationError(f"line '{e.args[0].data}' begins or ends in two ways")
        rows = _Rows(line, written, shared)
        formula = rows.shortened(rows.rewritten(line.formula))
        result.lines.update((working.name, working) for working in rows.added)
        if formula is line.formula:
            result.lines[name] = line
        else:
            result.lines[name] = Line(name, line.written_unit, line.label, formula, line.definition, line.kind,
                                      line.stage, line.series)  # fmt: skip
    return result


class _Rows:
    """The rows added for one line."""

    def __init__(self, line: Line, written: dict[Any, str], shared: dict[Any, Line]) -> None:
        self.line, self.written, self.shared = line, written, shared
        self.added: list[Line] = []

    def row(self, e: Expr, label: str, kind: Kind) -> Expr:
        """A line that holds a part of the formula, the same one wherever the part occurs."""
        if isinstance(e, Line):
            return e
        key = identity(e)
        if key not in self.shared:
            line = self.line
            unit = line.written_unit if e.unit.matches(line.unit) else self.written.get(e.unit, "1")
            working = Line(f"{line.name}__{len(self.added) + 1}", unit, label, e, f"Working of '{line.label}'.", kind,
                           line.stage, e.series)  # fmt: skip
            working.unit = e.unit
            self.shared[key] = working
            self.added.append(working)
        return self.shared[key]

    def rewritten(self, e: Expr, top: bool = True) -> Expr:
        """The formula with a row for everything that a cell cannot hold inside a formula."""
        if isinstance(e, Line):
            return e
        if e.op == "total":
            return self.sum_of(e.args[0])
        args = tuple(self.rewritten(a, top=False) for a in e.args)
        if e.op in REDUCTIONS:
            args = (self.row(args[0], f"{self.line.label}, by period", "balance"),)
        elif e.op == "interp" and args[0].op not in ("line", "prev", "next"):
            args = (self.row(args[0], spoken(args[0]).capitalize(), "balance"),)
        result = rebuilt(e, args)
        if e.op == "irr" and not top:
            return self.row(result, f"{self.line.label}, a period", "ratio")
        if e.op == "interp" and not top:
            return self.row(result, f"{self.line.label}: curve at {spoken(args[0])}", "balance")
        return result

    def sum_of(self, e: Expr) -> Expr:
        """A sum over the periods, as sums over single rows or over the product of two."""
        if e.op in ("add", "sub", "neg") and all(a.series for a in e.args):
            return rebuilt(e, tuple(map(self.sum_of, e.args)))
        if e.op == "mul" and not e.args[0].series:
            return rebuilt(e, (self.rewritten(e.args[0], top=False), self.sum_of(e.args[1])))
        if e.op in ("mul", "div") and not e.args[1].series:
            return rebuilt(e, (self.sum_of(e.args[0]), self.rewritten(e.args[1], top=False)))
        args = tuple(self.rewritten(a, top=False) for a in e.args)
        row = e if isinstance(e, Line) else rebuilt(e, args)
        if not (e.op == "mul" and all(isinstance(a, Line) for a in args)):
            row = self.row(row, f"{self.line.label}, by period", "flow")
        return Expr("total", (row,), unit=e.unit, series=False)

    def shortened(self, e: Expr) -> Expr:
        """A formula of readable length: the largest parts that are no longer than that get rows of their own."""
        part = 0
        while (length := _length(e)) > LONGEST:
            parts = [(_length(a), a) for a in _cuttable(e) if a is not e]
            fitting = [(n, a) for n, a in parts if 2 < n <= min(LONGEST, length * 2 // 3)]
            if not fitting:
                break
            _, chosen = max(fitting, key=lambda pair: pair[0])
            part += 1
            e = _replaced(e, chosen, self.row(chosen, f"{self.line.label}, part {part}", self.line.kind))
        return e


def rebuilt(e: Expr, args: tuple[Expr, ...]) -> Expr:
    """The expression with other operands; itself where they are the same."""
    if all(a is b for a, b in zip(args, e.args, strict=True)):
        return e
    return Expr(e.op, args, e.data, e.unit, any(a.series for a in args))


def identity(e: Expr) -> Any:
    """What two expressions have in common exactly when they are the same formula."""
    return e.data if isinstance(e, Line) else (e.op, repr(e.data), *map(identity, e.args))


def spoken(e: Expr) -> str:
    """An expression in a few words, for a label."""
    if isinstance(e, Line):
        return e.label.lower()
    if e.op in SIGNS:
        return f"{spoken(e.args[0])} {SIGNS[e.op]} {spoken(e.args[1])}"
    if e.op == "input":
        return str(e.data).rsplit(".", 1)[-1].replace("_", " ")
    return f"{e.data:g}" if e.op == "const" else "the period before"


def _length(e: Expr) -> int:
    return sum(1 for _ in walk(e))


def _cuttable(e: Expr) -> list[Expr]:
    """Parts of a formula that can stand in a row: not within a reduction, nor a line or its neighbour."""
    if isinstance(e, Line) or e.op in (*REDUCTIONS, "prev", "next"):
        return []
    return [e, *(x for a in e.args for x in _cuttable(a))]


def _replaced(e: Expr, old: Expr, new: Expr) -> Expr:
    return new if e is old else rebuilt(e, tuple(_replaced(a, old, new) for a in e.args))
